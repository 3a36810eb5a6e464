"""Tables of courses: what was held, how often, for how many and at what cost.

Belongs here: finding such a table and its rows in running text. Does not belong here: tables in
cells (`tables`).

Such a table has columns of text (what, who is responsible) that run into each other, so its rows
are told by their end: a number for each of the columns that its head names. A row whose numbers
can be cut into those columns in more than one way is kept and doubted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .columns import is_head
from .participants import mended
from .sections import heading_of, unit_in
from .source import Line, Source

REACH = 45  # lines from a head to its last row
FARTHEST = 12  # lines from one row to the next
MOST_PEOPLE = 10_000
MOST_GROUPS = 9  # digit groups of a row: three columns of three
_COLUMNS = [
    (
        "Tillfällen",
        re.compile(r"\btill-?\s?(?=[|\s]|$)|\btillf[a-z]+\b|\bggr\b|\bantal (?:ganger|kurser)\b"),
    ),
    (
        "Antal deltagare",
        re.compile(r"\bantal(?: deltagare)?\b(?! tillf)(?! gang)(?! kurs)|\bdeltagare\b"),
    ),
    ("Kostnad", re.compile(r"\bko[a-z]{2,4}n[a-z]?ad(?:er)?\b|\bbelopp\b")),
]
_WHAT = re.compile(
    r"\b(?:vad|utbildning\w*|kurs\w*|insats|aktivitet\w*|forelasning\w*|seminari\w*)\b"
)
_WHO = re.compile(r"\b(?:vem|ansvar\w*|arrangor|utforare|leverantor)\b")
_NUMBERS = re.compile(
    r"(?<=[\s|])(?:\d{1,3}(?:[ .]\d{3})+|\d{1,6})"
    r"(?:[\s|]+(?:\d{1,3}(?:[ .]\d{3})+|\d{1,6}|-))*[\s|]*$"
)
_TOKEN = re.compile(r"\d+|-")
_SENTENCE = re.compile(r"\b(?:har|ar|foljer|genomfor\w*|innebar|kommer|ska|skall|blev|var)\b")
_RESPONSIBLE = re.compile(r"\s+(?:enligt avtal|[A-ZÅÄÖ][\w+&]*(?:\s*\+)?)(?:\s*\||$)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a row: its column, place and value; `sure` when it can be cut in one way."""

    line: Line
    label: str
    column: str
    start: int
    end: int
    value: Decimal
    unit: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Courses:
    """A table of courses: its figures and the lines it takes."""

    cells: tuple[Cell, ...]
    lines: frozenset[int]


def find_courses(source: Source) -> list[Courses]:
    """The tables of courses of a document that have no cells."""
    found: list[Courses] = []
    taken = 0
    for at, line in enumerate(source.lines):
        if at < taken or len(line.text) > 120 or "\t" in line.text:
            continue
        head = _head(source.lines, at)
        if head is None:
            continue
        columns, used = head
        table = _table(source, at, used, columns, unit_in(line.text) or "SEK")
        if table is not None:
            found.append(table)
            taken = max(table.lines)
    return found


def _head(lines: tuple[Line, ...], at: int) -> tuple[list[str], int] | None:
    """The columns that a head names and how many lines it has, None for other lines."""
    folded = mended(lines[at].text)
    if not ("till" in folded or "antal" in folded) or re.search(r"\d", folded):
        return None
    if not _WHAT.search(folded) or _SENTENCE.search(folded):
        return None
    found = [(m.start(), name) for name, pattern in _COLUMNS if (m := pattern.search(folded))]
    names = [name for _, name in sorted(found)]
    if len(names) < 2 or "Antal deltagare" not in names:
        return None
    return names, at + 1


def _table(source: Source, at: int, first: int, columns: list[str], unit: str) -> Courses | None:
    cells: list[Cell] = []
    last = at
    lines = source.lines
    who = bool(_WHO.search(mended(lines[at].text)))
    for n in range(first, min(len(lines), at + REACH)):
        text = lines[n].text
        if lines[n].number in source.furniture or not text.strip():
            continue
        if n - last > FARTHEST or _next_table(lines, n):
            break
        folded = mended(text)
        if len(text) > 70 and (_SENTENCE.search(folded) or text.rstrip().endswith(".")):
            break
        match = _NUMBERS.search(text)
        label = text[: match.start()] if match else ""
        if match is None or not re.search(r"[^\W\d_]{3}", label):
            continue
        row = _row(lines, n, match, _label(lines, n, label, who), columns, unit, source.worn)
        if any(c.unit == "antal" and c.value >= MOST_PEOPLE for c in row):
            break
        cells += row
        last = n if row else last
    if last == at:
        return None
    return Courses(tuple(cells), frozenset(line.number for line in lines[at : last + 1]))


def _next_table(lines: tuple[Line, ...], n: int) -> bool:
    """Whether a line opens something else: a section, or the head of another table."""
    text = lines[n].text
    after_blank = n > 0 and not lines[n - 1].text.strip()
    return "\t" in text or is_head(text) or heading_of(text, "", after_blank) is not None


def _row(  # noqa: PLR0917
    lines: tuple[Line, ...],
    n: int,
    match: re.Match[str],
    label: str,
    columns: list[str],
    unit: str,
    worn: bool,
) -> list[Cell]:
    tokens = [m.span() for m in _TOKEN.finditer(lines[n].text, match.start())]
    if len(tokens) > MOST_GROUPS:
        return []
    readings = [cut for cut in _cuts(lines[n].text, tokens) if len(cut) == len(columns)]
    if not readings or not label:
        return []
    groups = [lines[n].text[a:b] for a, b in tokens]
    sure = len(readings) == 1 and (not worn or _ways(groups, len(columns)) == 1)
    found = []
    for column, (start, end) in zip(columns, readings[0], strict=True):
        digits = re.sub(r"\D", "", lines[n].text[start:end])
        if not digits:
            continue
        money = column == "Kostnad"
        found.append(
            Cell(
                lines[n],
                label,
                column,
                start,
                end,
                Decimal(digits),
                unit if money else "antal",
                sure,
            )
        )
    return found


def _cuts(text: str, tokens: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Ways to read digit groups as numbers: three digits may go on a number before them."""
    if not tokens:
        yield []
        return
    for count in range(1, min(3, len(tokens)) + 1):
        groups = [text[a:b] for a, b in tokens[:count]]
        whole = count == 1 or (
            len(groups[0]) <= 3
            and groups[0].isdigit()
            and groups[0] != "0"
            and all(len(g) == 3 and g.isdigit() for g in groups[1:])
        )
        loose = count == 1 and len(groups[0]) == 3 and groups[0].startswith("00")
        if whole and not loose:
            for rest in _cuts(text, tokens[count:]):
                yield [(tokens[0][0], tokens[count - 1][1]), *rest]


def _ways(groups: list[str], count: int) -> int:
    """How many ways digit groups make `count` numbers when OCR may have torn any of them."""
    if not count or not groups:
        return int(not count and not groups)
    runs = ("".join(groups[:size]) for size in range(1, len(groups) - count + 2))
    return sum(
        _ways(groups[size:], count - 1)
        for size, run in enumerate(runs, start=1)
        if len(run) <= LONGEST_TORN and (len(run) == 1 or run[0] != "0")
    )


LONGEST_TORN = 7  # digits


def _label(lines: tuple[Line, ...], n: int, own: str, who: bool) -> str:
    """The label of a row: what is left of its columns of text, and a line that goes on below."""
    label = own.strip(" |•*-–")
    if who:
        while (cut := _RESPONSIBLE.search(label)) is not None and cut.start() > 3:
            label = label[: cut.start()].rstrip(" |")
    below = lines[n + 1].text.strip() if n + 1 < len(lines) else ""
    after = lines[n + 2].text.strip() if n + 2 < len(lines) else ""
    goes_on = below[:1].islower() or (below[:2] in ("- ", "– ") and after[:1] not in ("-", "–"))
    if goes_on and len(below) < 40 and not re.search(r"\d", below) and below != "enligt avtal":
        label = f"{label} {below}"
    return re.sub(r"\s+", " ", label)
