"""Rows of tables: labels, figures, layouts; every reading of every row.

Belongs here: telling heads, rows, labels and prose apart, joining labels that run over several
lines, and the possible readings of a row for a number of columns. Does not belong here: which
reading is right (`solve`), what a label means (`vocabulary`).
"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from .columns import Atom, Column, beside_atoms, head_atoms, merge_cell
from .heads import HeadLine, HeadReading, head_line, lay, least_cost, supported
from .numbers import CELL, WIDE, Figure, Piece, cuts, pieces_of, split_row, whole
from .source import Line
from .vocabulary import fold, skeleton

MAX_READINGS = 14


class Reading(NamedTuple):
    """One way to read a row: a figure or None for each column."""

    figures: tuple[Figure | None, ...]
    cost: float
    label_end: int  # where the label ends on the line (digits absorbed by the label included)


@dataclass(slots=True)
class Row:
    """A row of a table on `line`; `label` as printed (joined when it runs over lines)."""

    line: Line
    label: str
    pieces: tuple[Piece, ...]
    label_end: int
    group: str = ""
    tabbed: list[list[Figure | None]] | None = None
    cell_index: list[int] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    post: str = ""
    name: str = ""
    score: float = 0.0
    doubtful: bool = False  # label and figures stand apart and could be paired otherwise
    sources: dict[int, Line] = field(default_factory=dict)  # id of a figure → its own line

    def line_of(self, figure: Figure) -> Line:
        """The line that a figure of this row stands on."""
        return self.sources.get(id(figure), self.line)

    @property
    def is_sum(self) -> bool:
        """Whether the label says that the row sums others."""
        return _names_sum(self.label)


@dataclass(slots=True)
class Table:
    """Rows under one head, in a statement (or '' in running text)."""

    statement: str
    title: str
    unit: str
    heads: list[Line] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    note: str = ""
    first_line: int = 0
    insats_heading: str = ""
    name_heading: str = ""
    unit_known: bool = False
    rivals: list[list[Column]] = field(default_factory=list)  # other readings of the head
    stacked_heads: list[list[Line]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)


SUM = re.compile(r"(?:summa|s:a|sa:|totalt?|delsumma|total|sum)\b|s:a")


@lru_cache(maxsize=4096)
def _names_sum(label: str) -> bool:
    return SUM.match(fold(label).strip()) is not None


_RULE_LINE = re.compile(r"^[\s|:\-=+_–—]+$")
_WORDS = re.compile(r"[^\W\d_]{2,}")


def split_cells(text: str) -> list[tuple[int, int]] | None:
    """Cells of a line with tabs or pipes as (start, end) of their text, None without either."""
    if "\t" not in text:
        bars = text.count("|")
        if not bars or not (text.strip().startswith("|") or (bars >= 2 and " | " in text)):
            return None
    spans: list[tuple[int, int]] = []
    start = 0
    for i, char in enumerate(text + "\t"):
        if char in "\t|":
            spans.append((start, i))
            start = i + 1
    piped = text.strip().startswith("|")
    if piped:
        spans = spans[1:]
        if text.strip().endswith("|") and len(text.strip()) > 1:
            spans = spans[:-1]
    return spans


def is_rule(text: str) -> bool:
    """A line that only draws: `|---|---:|`."""
    return (
        len(text.strip()) >= 3
        and bool(_RULE_LINE.match(text))
        and ("--" in text or "==" in text or "__" in text)
    )


def parse_row(line: Line) -> Row | None:
    """A row of figures, with or without a label; None for a line that is no such row."""
    text = line.text
    if len(text) > 400:
        return None
    spans = split_cells(text)
    if spans and len(spans) >= 2:
        row = _cell_row(line, spans)
        if row is not None:
            return row
        if "\t" in text and len(spans) > 2:
            return None
    if "..." in text or " . " in text:
        text = _LEADERS.sub(lambda dots: " " * len(dots.group()), text)
    split = split_row(text.rstrip())
    if split is None or (text.rstrip().endswith(")") and _FOOTNOTED.fullmatch(text)):
        return None
    start, pieces = split
    referred = _REFERRED.match(text) if _MAY_REFER.search(text) else None
    if referred is not None and referred["label"].strip():
        rest = pieces_of(text.rstrip(), referred.end() + 1)
        if rest and any(p.digits for p in rest):
            return Row(line, referred["label"].strip(" \t|.:*"), rest, rest[0].start)
    return Row(line, text[:start].strip(" \t|.:*"), pieces, start)


def _cell_row(line: Line, spans: list[tuple[int, int]]) -> Row | None:
    text = line.text
    cells = [(a, b) for a, b in spans]
    filled = [i for i, (a, b) in enumerate(cells) if text[a:b].strip()]
    if not filled:
        return None
    first = filled[0]
    label_cells = 0
    label = ""
    a, b = cells[first]
    split = split_row(text[a:b].rstrip())
    after = text[cells[filled[1]][0] : cells[filled[1]][1]] if len(filled) > 1 else ""
    referred = _is_reference(text[a:b]) and len(_WORDS.findall(after)) > 0
    if referred:
        first = filled[1]
        a, b = cells[first]
        split = None
    if first == 0 and len(filled) > 1 and _DASH.fullmatch(text[a:b]):
        label_cells = 0  # nothing in the first column of figures
    elif split is None or split[0] > 0:
        label = text[a:b].strip(" *:.")
        label_cells = first + 1
        if split is not None and split[0] > 0 and len(filled) == 1:
            return None
    else:
        label_cells = 0 if first > 0 and len(cells) == 1 else first
    values: list[list[Figure | None]] = []
    index: list[int] = []
    pieces: list[Piece] = []
    for i in range(label_cells, len(cells)):
        a, b = cells[i]
        content = text[a:b]
        if not content.strip() or (not values and REFERENCE.fullmatch(content.strip())):
            values.append([None])
            index.append(i)
            continue
        if not any(map(str.isdigit, content)) and _NOTHING.fullmatch(content):
            values.append([None])
            index.append(i)
            continue
        found = _cell_figures(text, a, b)
        if found is None:
            return None
        values.append(list(found[0]))
        pieces.extend(found[1])
        index.append(i)
    if not pieces:
        return None
    return Row(
        line,
        label,
        tuple(pieces),
        cells[label_cells][0] if label_cells < len(cells) else 0,
        tabbed=values,
        cell_index=index,
    )


REFERENCE = re.compile(  # to one note or several: `Not 2`, `3, 4`
    r"not(?:er)?\.?\s*\d{1,2}(?:\s*[,&/]\s*\d{1,2})*|\d{1,2}(?:\s*[,&/]\s+\d{1,2})+|\d\)", re.I
)
_LEADERS = re.compile(r"(?<=\S) ?\.{3,}(?=\s)|(?<=\S) \.(?=\s{2,})")
_FOOTNOTED = re.compile(r".*[^\W\d_].*\s\d\)\s*")
_REFERRED = re.compile(rf"(?P<label>.*?)\s+(?:{REFERENCE.pattern})(?=\s+\S)", re.I)
_MAY_REFER = re.compile(r"\bnot|\d\s*[,&/]\s|\d\)", re.I)
_SMALL_NUMBER = re.compile(r"\s*\d{1,2}\.?\s*")
_NOTHING = re.compile(r"\s*(?:[-–—−*.]+|x|n/a|O)\s*")
_DASH = re.compile(r"\s*[-–—−*]\s*")


def _is_reference(content: str) -> bool:
    return _SMALL_NUMBER.fullmatch(content) is not None


def _cell_figures(
    text: str, a: int, b: int
) -> tuple[tuple[Figure | None, ...], tuple[Piece, ...]] | None:
    pieces = pieces_of(text[:b].rstrip(), a + (len(text[a:b]) - len(text[a:b].lstrip())))
    if not pieces or not any(p.digits for p in pieces):
        return None
    one = whole(pieces)
    if one is not None and not (len(pieces) > 1 and pieces[-1].percent):
        return one.figures, pieces
    options = cuts(pieces)
    for places in (1, 2, 3):
        if places in options and options[places][0].cost <= 6:
            best = options[places][0]
            if places == 1 and len(pieces) > 1 and pieces[-1].percent and 2 in options:
                best = options[2][0]
            return best.figures, pieces
    return None


def is_label(text: str) -> bool:
    """Whether a line without figures can be a row's label (or a part of it)."""
    stripped = text.strip(" \t|*")
    if not 2 <= len(stripped) <= 110 or (stripped.endswith((".", "?", "!")) and len(stripped) > 40):
        return False
    words = _WORDS.findall(stripped)
    return 1 <= len(words) <= 13


def count_columns(rows: list[Row], heads: set[int], has_note: bool) -> int:
    """The number of columns that most rows can be cut into, heads weigh in."""
    votes: dict[int, float] = {}
    feasible: list[tuple[int, set[int]]] = []
    tabbed: Counter[int] = Counter()
    for row in rows:
        if row.tabbed is not None:
            tabbed[sum(len(v) for v in row.tabbed)] += 1
            continue
        options = cuts(row.pieces)
        own: dict[int, float] = {}
        for places, found in options.items():
            cost = found[0].cost
            if cost > max(1.4, 0.75 * places):
                continue
            vote = 1.0 - 0.3 * cost / max(1.0, 0.6 * places)
            own[places] = max(own.get(places, 0.0), vote)
            if has_note and places > 1 and _note_piece(row.pieces[0]):
                own[places - 1] = max(own.get(places - 1, 0.0), vote - 0.1)
        for places, vote in own.items():
            votes[places] = votes.get(places, 0.0) + vote
        feasible.append((len(row.pieces), set(own)))
    if tabbed and sum(tabbed.values()) * 2 > len(rows):
        widest = max(tabbed.items(), key=lambda item: (item[1], item[0]))[0]
        return max(1, widest - (1 if has_note else 0))
    if not votes:
        return 1
    if heads and _blank_income(rows, min(heads)):
        return min(heads) - 1
    if len(heads) == 1:
        (width,) = heads
        if _cut_into(rows, width, has_note):
            return width
        heads = set()
    scores = {
        n: v
        + ((0.7 if len(heads) == 1 else 0.4) * len(rows) if n in heads else 0.0)
        + _cohesion(rows, n, has_note)
        - 0.5 * sum(size >= n and n not in able for size, able in feasible)
        for n, v in votes.items()
    }
    top = max(scores.values())
    return min((n for n in scores if scores[n] >= top - 1e-9), default=1)


def _cut_into(rows: list[Row], width: int, has_note: bool) -> bool:
    """Whether rows can be cut into as many columns as the head names, if not cleanly.

    Not when most rows fall apart cleanly into another number of figures of like size: then the
    head has lost a column.
    """
    if _gaps_forbid(rows, width):
        return False
    if _usual([r[0] for r in _row_cuts(rows, width, has_note)]) <= 2.0:
        return True
    for other in range(1, 9):
        found = _row_cuts(rows, other, has_note)
        if _usual([r[0] for r in found]) <= 0.5 and _usual([r[1] for r in found]) <= 2:
            return False
    costs = [r[0] for r in _row_cuts(rows, width, has_note)]
    return _usual(costs) <= 0.8 * width + 0.8 or (len(costs) > 3 and median(costs) <= 0.5)


def _gaps_forbid(rows: list[Row], width: int) -> bool:
    """Whether wide gaps part most rows into fewer figures, and no row into so many."""
    parts = [1 + sum(p.gap >= WIDE for p in r.pieces[1:]) for r in rows if r.tabbed is None]
    usual, count = Counter(parts).most_common(1)[0] if parts else (0, 0)
    return 1 < usual < width and max(parts) < width and count * 5 >= len(rows) * 4


def _blank_income(rows: list[Row], width: int) -> bool:
    """Rows of Intäkt, Kostnad, Netto where Intäkt is blank: Kostnad and Netto are the same."""
    if width < 4:
        return False
    same = 0
    for row in rows:
        options = cuts(row.pieces).get(width - 1, ())
        figures = options[0].figures if options and options[0].cost <= 1.5 else ()
        if figures and figures[0] and figures[1]:
            same += figures[0].value == figures[1].value > 0
    return same * 2 > len(rows)


def _usual(costs: list[float]) -> float:
    """What seven rows of ten do not exceed."""
    return sorted(costs)[len(costs) * 7 // 10] if costs else 99.0


def _row_cuts(rows: list[Row], width: int, has_note: bool) -> list[tuple[float, float]]:
    """Cost and spread of sizes of the cheapest cut of each row into `width` figures."""
    found = []
    for row in rows:
        by_places = cuts(row.pieces)
        if max(by_places, default=0) < width:  # blank cells are left out: it says nothing
            continue
        options = [(o.cost, o.figures) for o in by_places.get(width, ())]
        if len(row.pieces) > 1 and _note_piece(row.pieces[0]):
            lost = 0.0 if has_note else 0.3  # the head of the Not column may be lost
            options += [(o.cost + lost, o.figures) for o in cuts(row.pieces, 1).get(width, ())]
        best = min(options, key=lambda o: o[0], default=None)
        found.append((best[0], _spread(best[1]) / 0.04) if best else (99.0, 99.0))
    return found if len(found) * 2 >= len(rows) else []


def lost_note_head(rows: list[Row], width: int) -> bool:
    """Whether rows fit the columns only when a small number before them is a note's."""
    fits = 0
    for row in rows:
        if row.tabbed is not None or len(row.pieces) < 2 or not _note_piece(row.pieces[0]):
            continue
        whole = min((o.cost for o in cuts(row.pieces).get(width, ())), default=99.0)
        rest = min((o.cost for o in cuts(row.pieces, 1).get(width, ())), default=99.0)
        fits += rest <= 0.7 and whole >= rest + 1.5
    return fits >= 2


def _cohesion(rows: list[Row], n: int, has_note: bool) -> float:
    """A small preference for column counts that gaps and signs force upon the rows."""
    forced = 0
    for row in rows:
        if row.tabbed is None:
            noted = has_note and len(row.pieces) > 1 and _note_piece(row.pieces[0])
            hard = (0 if noted else 1) + sum(1 for p in row.pieces[1:] if p.gap >= WIDE)
            forced += hard == n and hard > 1
    return 0.5 * forced


def _note_piece(piece: Piece) -> bool:
    return (
        0 < len(piece.digits) <= 2
        and piece.digits[0] != "0"
        and piece.sign > 0
        and not piece.decimals
        and not piece.percent
        and not piece.damaged
    )


_CELLED = re.compile(r"[\t|]")
CODE = re.compile(r"^(?:\d\d(?:0[1-9]|1[0-2])[0-3]\d|20\d\d|19\d\d)$")  # a day or a year


def readings(row: Row, width: int, has_note: bool, edges: list[float] | None) -> list[Reading]:
    """The readings of a row in a table of `width` columns, cheapest first."""
    if row.tabbed is not None:
        flat = [f for cell in row.tabbed for f in cell]
        if (
            has_note
            and flat
            and flat[0] is None
            and len(flat) <= width
            and _CELLED.search(row.line.text)
        ):
            flat += [None] * (width + 1 - len(flat))  # blank cells at the end of a line are lost
        fixed = _fixed(flat, width, has_note)
        if fixed is not None:
            return [Reading(fixed, 0.0, row.label_end)]
    pieces = row.pieces
    if not pieces:  # only blank cells, and not as many as there are columns
        return []
    bodies: list[tuple[int, float, int]] = []
    labelled = bool(_WORDS.search(row.line.text[: row.label_end]))
    for absorbed in range(0, min(3, len(pieces)) if labelled else 1):
        if absorbed and pieces[absorbed - 1].sign < 0:
            break
        lead = pieces[:absorbed]
        cost = 0.0
        for piece in lead:
            code = bool(CODE.match(piece.digits)) or (piece.decimals and not piece.dotted)
            cost += 0.4 if code else 1.6 if len(piece.digits) < 4 else 4.0
        rest = pieces[absorbed:]
        label_end = rest[0].start if absorbed else row.label_end
        for noted in (False, True):
            first = absorbed
            extra = cost
            if noted:
                if not _note_piece(rest[0]) or len(rest) < 2:
                    continue
                first += 1
                joined = rest[1].gap <= 1 and len(rest[1].digits) == 3 and rest[1].sign > 0
                extra += (0.35 if joined else 0.05) if has_note else 1.8
                extra += 1.0 if row.is_sum else 0.0  # no note specifies a sum
            elif has_note and _note_piece(rest[0]) and len(rest) > 1 and rest[0].gap < WIDE:
                extra += 0.1
            if first < len(pieces):
                bodies.append((first, extra, label_end))
    return _cheapest(_all_cuts(pieces, bodies, width, edges))


NEAR = 4.0  # readings that cost no more above the cheapest are considered
SPREAD = 0.6  # the most that figures of unlike size can cost


def _all_cuts(
    pieces: tuple[Piece, ...],
    bodies: list[tuple[int, float, int]],
    width: int,
    edges: list[float] | None,
) -> list[Reading]:
    """Every cut of every body (its first piece, a cost, where the label ends) as columns."""
    aligned = edges is not None and len(edges) == width
    blank = 0.4 if aligned else 1.0  # the least that a column without a figure costs
    options = [
        (cut.cost + extra, cut.figures, end, cut.cost + extra + blank * (width - places))
        for first, extra, end in bodies
        for places, found in cuts(pieces, first).items()
        if places <= width
        for cut in found
    ]
    if not options:
        return []
    limit = min(o[3] for o in options) + NEAR + SPREAD
    found = []
    for cost, figures, end, least in options:
        if least <= limit:
            found.extend(_placed(figures, cost, width, end, edges))
    return found


def _cheapest(found: list[Reading]) -> list[Reading]:
    """The cheapest readings in order; of those with the same figures one."""
    if not found:
        return []
    limit = min(reading.cost for reading in found) + NEAR + SPREAD
    best: dict[tuple[tuple[int, int, int] | None, ...], Reading] = {}
    for reading in found:
        if reading.cost > limit:
            continue
        cost = round(reading.cost + _spread(reading.figures), 3)
        key = tuple([(f.value, f.start, f.end) if f else None for f in reading.figures])
        known = best.get(key)
        if known is None or known.cost > cost:
            best[key] = Reading(reading.figures, cost, reading.label_end)
    ordered = sorted(best.values(), key=lambda r: r.cost)
    return [r for r in ordered if r.cost <= ordered[0].cost + NEAR][:MAX_READINGS]


def _fixed(  # noqa: PLR0911
    flat: list[Figure | None], width: int, has_note: bool
) -> tuple[Figure | None, ...] | None:
    """Cells laid into columns by their place, or None when that is not certain."""
    if has_note and len(flat) == width + 1:
        return tuple(flat[1:])
    if len(flat) == width:
        return tuple(flat)
    while len(flat) > width and flat and flat[-1] is None:
        flat = flat[:-1]
    if len(flat) == width:
        return tuple(flat)
    trimmed = [f for f in flat if f is not None]
    if len(flat) < width and has_note and len(flat) >= 1 and len(flat) == width:
        return tuple(flat)
    if len(trimmed) == width:
        return tuple(trimmed)
    if len(flat) < width and len(flat) >= 1:
        return (*flat, *(None for _ in range(width - len(flat))))
    return None


def _spread(figures: tuple[Figure | None, ...]) -> float:
    """A faint preference for figures of like size in a row."""
    sizes = [abs(f.value) // 100 for f in figures if f and f.value and not f.percent]
    return 0.04 * (len(str(max(sizes))) - len(str(min(sizes)))) if len(sizes) > 1 else 0.0


def _placed(
    figures: tuple[Figure | None, ...],
    cost: float,
    width: int,
    label_end: int,
    edges: list[float] | None,
) -> list[Reading]:
    missing = width - len(figures)
    if missing == 0:
        return [Reading(figures, cost, label_end)]
    if edges and len(edges) == width and all(f is not None for f in figures):
        return [Reading(_by_edge(figures, edges), cost + 0.4 * missing, label_end)]
    if len(figures) == 1 and figures[0] is not None and missing > 3:
        return [
            Reading((figures[0], *(None for _ in range(missing))), cost + 1.2 * missing, label_end)
        ]
    placed = []
    for nth, blanks in enumerate(itertools.combinations(range(width), missing)):
        if nth >= 12:
            break
        source = iter(figures)
        slots = tuple(None if i in blanks else next(source) for i in range(width))
        order = sum(width - 1 - b for b in blanks)
        placed.append(Reading(slots, cost + 1.0 * missing + 0.05 * order, label_end))
    return placed


def _by_edge(figures: tuple[Figure | None, ...], edges: list[float]) -> tuple[Figure | None, ...]:
    slots: list[Figure | None] = [None] * len(edges)
    last = -1
    for nth, figure in enumerate(figures):
        if figure is None:
            continue
        left = len(figures) - nth - 1
        choices = range(last + 1, len(edges) - left)
        last = min(choices, key=lambda i: abs(edges[i] - figure.end))
        slots[last] = figure
    return tuple(slots)


def head_edges(heads: list[Line], rows: list[Row], width: int) -> list[float] | None:
    """Right edges of the heads, where the figures of rows that miss some stand below them."""
    wide = sum(p.gap == WIDE for row in rows if row.tabbed is None for p in row.pieces)
    if wide < max(2, len(rows) // 2):
        return None
    for line in heads:
        atoms = [] if split_cells(line.text) else head_atoms(line.text)
        groups = merge_cell([a for a in atoms if a.kind != "note"], line.text)
        if len(groups) != width:
            continue
        edges = [float(g[-1].end) for g in groups]
        below = total = 0
        for row in rows:
            options = cuts(row.pieces) if row.tabbed is None else {}
            fitting = [o[0] for k, o in options.items() if k <= width]
            cut = min(fitting, key=lambda o: o.cost, default=None)
            for figure in cut.figures if cut else ():
                if figure is not None:
                    total += 1
                    below += min(abs(edge - figure.end) for edge in edges) <= 4
        if total >= 2 * width and below * 5 >= total * 4:
            return edges
    return None


def column_edges(rows: list[Row], width: int) -> list[float] | None:
    """Right edges of the columns where gaps align them, None for single spaces."""
    sums = [0.0] * width
    count = 0
    wide = 0
    for row in rows:
        if row.tabbed is not None:
            continue
        wide += sum(1 for p in row.pieces if p.gap == WIDE)
        options = cuts(row.pieces).get(width)
        if not options or options[0].cost > 1 or any(f is None for f in options[0].figures):
            continue
        for i, figure in enumerate(options[0].figures):
            assert figure is not None
            sums[i] += figure.end
        count += 1
    if count < 2 or wide < max(2, len(rows) // 2):
        return None
    return [s / count for s in sums]


@dataclass(slots=True)
class Heads:
    """What the head lines of a table say: atoms per column, other readings, a Not column."""

    stacked: list[list[Atom]]
    has_note: bool = False
    readings: list[HeadReading] = field(default_factory=list)
    doubt: str = ""


def head_widths(heads: list[Line]) -> set[int]:
    """The numbers of columns that the head lines can be read as without oddity."""
    lines = _free_lines(heads)
    if not supported(lines):
        kinds = [a.kind for line in lines for unit in line.units for a in unit]
        parts = sum(k in ("income", "cost", "net") for k in kinds)
        if {"income", "cost", "net"} <= set(kinds):
            more = sum(k in ("prognos", "bokslut", "year") for k in kinds)
            return {parts + ("avvikelse" in kinds) + n for n in range(more + 1)}
        return {max((len(line.units) for line in lines), default=1)}
    priced = ((width, least_cost(lines, width)) for width in range(1, 9))
    costs = {width: cost for width, cost in priced if cost is not None}
    least = min(costs.values(), default=0.0)
    return {w for w, cost in costs.items() if cost <= min(float(w), least + 0.3)}


def _free_lines(heads: list[Line]) -> list[HeadLine]:
    """The lines of a head as units; words of a Not column left out."""
    lines = []
    for line in heads:
        cells = split_cells(line.text)
        groups = _cell_groups(line, cells) if cells and len(cells) > 1 else None
        if groups is not None:
            units = [tuple(g) for g in groups if g and all(a.kind != "note" for a in g)]
            lines.append(HeadLine(tuple(units)))
            continue
        atoms = [a for a in head_atoms(line.text) if a.kind not in ("note", "partial")]
        lines.append(HeadLine((tuple(atoms),)) if "<t" in line.raw else head_line(atoms))
    return [line for line in lines if line.units and line.units[0]]


UNSURE_HEADS = "kolumnrubrikerna går inte säkert att fördela på kolumnerna"


def head_columns(heads: list[Line], width: int, rows: list[Row]) -> Heads:
    """Atoms of each column: by cells or alignment where the head has them, else as they fit."""
    stacked, has_note, sure = _placed_heads(heads, width, rows)
    if sure:
        return Heads(stacked, has_note)
    found = lay(_free_lines(heads), width)
    if found and found[0].cost <= 1.2 * width:
        unread = [w for line in heads for w in beside_atoms(line.text).split() if len(w) > 3]
        doubt = f"ordet ”{unread[0]}” i kolumnrubriken är inte förstått" if unread else ""
        return Heads([list(s) for s in found[0].stacks], has_note, found, doubt)
    return Heads(stacked, has_note, doubt=UNSURE_HEADS if heads else "")


def _placed_heads(
    heads: list[Line], width: int, rows: list[Row]
) -> tuple[list[list[Atom]], bool, bool]:
    """Atoms of each column by their place, whether there is a Not column, whether it is sure."""
    stacked: list[list[Atom]] = [[] for _ in range(width)]
    has_note = False
    leftovers: list[list[Atom]] = []
    lines: list[list[list[Atom]]] = []
    celled = 0
    for line in heads:
        groups = _line_groups(line, width)
        if groups is None:
            continue
        noted = [g for g in groups if any(a.kind == "note" for a in g)]
        has_note = has_note or bool(noted)
        values = [g for g in groups if not any(a.kind == "note" for a in g)]
        if values:
            lines.append(values)
            celled += bool(split_cells(line.text)) and len(values) == width
    filled = [[g for g in groups if g] for groups in lines]
    if len(lines) == width > 1 and all("<t" in line.raw for line in heads):
        return [[a for g in groups for a in g] for groups in filled], has_note, True
    edges = column_edges(rows, width)
    aligned = bool(edges)
    for groups, present in zip(lines, filled, strict=True):
        if len(groups) == width or len(present) == width:
            for i, group in enumerate(groups if len(groups) == width else present):
                stacked[i].extend(group)
        elif len(present) > width:
            nearest = _nearest(present, edges)
            flat = nearest or _regroup([a for g in present for a in g], width) or []
            for i, group in enumerate(flat):
                stacked[i].extend(group)
            aligned = aligned and nearest is not None
        elif edges and present and present[0][0].start > 8:
            for group in present:
                i = min(range(width), key=lambda c: abs(edges[c] - group[-1].end))
                stacked[i].extend(group)
        else:
            leftovers.extend([a] for g in present for a in g)
    _place_leftovers(stacked, leftovers)
    by_place = bool(lines) and (celled == len(lines) or (aligned and not leftovers))
    triple = any(a.kind in ("income", "cost", "net") for s in stacked for a in s)
    return stacked, has_note, triple or (by_place and all(stacked))


def _line_groups(line: Line, width: int) -> list[list[Atom]] | None:
    """The groups of a head line: a group per cell where it has cells, empty cells included."""
    cells = split_cells(line.text)
    if cells and len(cells) > 1:
        groups = _cell_groups(line, cells)
        if groups is None:
            return None
        while len(groups) > width and not groups[0]:
            groups = groups[1:]
        if len(groups) == width + 1 and all(a.kind != "note" for a in groups[0]):
            groups = groups[1:]  # a corner that looks like a head
        return groups
    atoms = head_atoms(line.text)
    if "<t" in line.raw and atoms:  # a cell of its own line
        return [list(atoms)]
    groups = [g for g in merge_cell(atoms, line.text) if g]
    return _split_groups(groups, width)


def _nearest(groups: list[list[Atom]], edges: list[float] | None) -> list[list[Atom]] | None:
    """Heads of columns that hold no figure left out: each column takes the head above it."""
    if not edges:
        return None
    picked: list[list[Atom]] = []
    at = 0
    for nth, edge in enumerate(edges):
        last = len(groups) - (len(edges) - nth)
        best = min(range(at, last + 1), key=lambda i: abs(groups[i][-1].end - edge), default=None)
        if best is None or abs(groups[best][-1].end - edge) > 8:
            return None
        picked.append(groups[best])
        at = best + 1
    return picked


def _split_groups(groups: list[list[Atom]], width: int) -> list[list[Atom]]:
    """Fewer groups than columns: part a scenario from the time after it, from the right."""
    count = sum(not any(a.kind == "note" for a in g) for g in groups)
    if not 1 < count < width:
        return groups
    out = list(groups)
    for i in range(len(out) - 1, -1, -1):
        if count >= width:
            break
        kinds = [a.kind for a in out[i]]
        own = kinds[1:] in (["range"], ["date"], ["part", "year"], ["part"])
        if kinds[0] in _STARTS and own:
            out[i : i + 1] = [out[i][:1], out[i][1:]]
            count += 1
    return out if count == width else groups


_STARTS = {"utfall", "budget", "prognos", "bokslut", "avvikelse", "used", "income", "cost"}


_PLANS = {"budget", "prognos", "mal"}
_TIMES = {"date", "range", "year", "to"}


def _place_leftovers(stacked: list[list[Atom]], leftovers: list[list[Atom]]) -> None:
    """Second lines of a head with fewer words than columns: each where its kind is wanting."""
    width = len(stacked)
    after = 0
    for group in leftovers:
        kinds = {a.kind for a in group}
        have = [{a.kind for a in column} for column in stacked]
        choice = None
        if width == 1:
            choice = 0
        elif kinds <= {"budget"}:
            choice = next((i for i in range(width) if have[i] <= {"part"}), None)
        elif kinds <= {"avvikelse"}:
            choice = next((i for i in range(width) if "avvikelse" in have[i]), None)
        elif kinds & {"previous"}:
            choice = next(
                (i for i in reversed(range(width)) if have[i] <= {"utfall", "part"} and have[i]),
                None,
            )
        elif kinds & {"part", "whole"}:
            choice = next(
                (
                    i
                    for i in range(width)
                    if have[i] & _PLANS and not have[i] & (_TIMES | {"part", "whole"})
                ),
                None,
            )
        elif kinds & {"share"}:
            choice = next((i for i in range(width) if have[i] & {"used", "share"}), None)
        elif kinds == {"to"}:
            choice = next(
                (i for i in range(width) if "date" in have[i] and "to" not in have[i]), None
            )
        elif kinds & _TIMES:
            yearless = [
                i
                for i in range(width)
                if kinds == {"year"}
                and any(a.months and not a.last for a in stacked[i])
                and "year" not in have[i]
            ]
            bare = yearless or [
                i
                for i in range(width)
                if have[i] and not have[i] & (_TIMES | {"avvikelse", "used", "share"})
            ]
            choice = next((i for i in bare if i >= after), bare[0] if bare else None)
            if choice is None and not any(have):
                choice = 0
        elif not any(have):
            choice = 0
        if choice is not None:
            stacked[choice].extend(
                a._replace(kind="previous_guess") if a.kind == "previous" and width > 1 else a
                for a in group
            )
            after = choice + 1


_HEADING = {
    "avvikelse",
    "bokslut",
    "budget",
    "date",
    "note",
    "previous",
    "prognos",
    "range",
    "share",
    "to",
    "used",
    "utfall",
    "whole",
    "year",
}


def _cell_groups(line: Line, cells: list[tuple[int, int]]) -> list[list[Atom]] | None:
    groups: list[list[Atom]] = []
    any_atom = False
    for nth, (a, b) in enumerate(cells):
        if nth == 0 and fold(line.text[a:b]).strip() == "per":  # its date stands below
            groups.append([Atom("utfall", a, b, line.text[a:b].strip())])
            continue
        found = head_atoms(line.text[a:b])
        atoms = [_shift(atom, a) for atom in found]
        if nth == 0 and (
            beside_atoms(line.text[a:b])
            or not any(x.kind in _HEADING for x in atoms)
            or (line.text[a:b].strip() and re.search(r"belopp|tkr|kr", fold(line.text[a:b])))
        ):
            continue  # the corner
        any_atom = any_atom or bool(atoms)
        if (
            len({x.kind for x in atoms} & {"avvikelse"})
            and "%" in line.text[a:b]
            and re.search(r"kr\W*\(?\s?%|kr", fold(line.text[a:b]))
        ):
            share = [x for x in atoms if x.kind != "share"]
            groups.append(share)
            groups.append([*share, Atom("share", a, b, "%")])
            continue
        groups.append(atoms)
    return groups if any_atom else None


def _shift(atom: Atom, by: int) -> Atom:
    return Atom(
        atom.kind,
        atom.start + by,
        atom.end + by,
        atom.text,
        atom.first,
        atom.last,
        atom.year,
        atom.months,
    )


def _regroup(atoms: list[Atom], width: int) -> list[list[Atom]] | None:
    """More groups than columns: join times to the scenario before them, however far."""
    useful = [a for a in atoms if a.kind != "note"]
    groups: list[list[Atom]] = []
    for atom in useful:
        if (
            atom.kind in ("date", "range", "year", "to")
            and groups
            and not any(a.kind in ("date", "range", "year") for a in groups[-1])
        ):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups if len(groups) == width else None


def has_cells(row: Row) -> bool:
    """Whether the row was laid out by tabs, pipes or wide gaps."""
    return row.tabbed is not None or any(p.gap in (WIDE, CELL) for p in row.pieces)


def label_key(text: str) -> str:
    """What a label is compared by."""
    return skeleton(text)
