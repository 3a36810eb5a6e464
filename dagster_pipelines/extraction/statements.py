"""From tables to facts: columns resolved, rows named, readings solved, statuses given.

Belongs here: the order of work on all tables of one document and the facts they give. Does not
belong here: running text (`prose`) and the document's identity (`identity`).
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from .columns import Atom, Column, head_atoms, merge_cell, resolve
from .heads import SURE
from .identities import build, nets
from .identities import note_name as _note_name
from .identity import Identity
from .numbers import Figure, to_decimal
from .participants import category, is_measure
from .sections import Document, unit_in
from .solve import SCALE, Cell, Grid, hold_to_the_unit, repair, rests_on_guess, search
from .solve import Identity as Sum
from .source import Line, Source
from .tables import (
    Heads,
    Row,
    Table,
    column_edges,
    count_columns,
    head_columns,
    head_edges,
    head_widths,
    lost_note_head,
    readings,
)
from .trust import judge, out_of_scale, vouched_for
from .vocabulary import find_insats, fold, labels_of, restore_words, rule_severity, skeleton

STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode")


class Draft(NamedTuple):
    """A fact before its position on the line is known; `start` orders figures on a line."""

    line: int
    start: int
    page: int | None
    statement: str
    label: str
    post_code: str
    insats: str
    insatstyp: str
    breakdown: str
    scenario: str
    period_start: date | None
    period_end: date | None
    unit: str
    value: Decimal
    printed: str
    status: str
    note: str


def read_tables(
    source: Source, document: Document, identity: Identity
) -> tuple[list[Draft], list[dict[str, object]]]:
    """Facts of all tables of a document, and the identities that do not hold in them."""
    tables = [t for t in document.tables if _prepare(t, identity, source.worn)]
    partial = [t for t in tables if _lay_columns(t, identity)]
    tables = [t for t in tables if t.rows]
    partial = [t for t in partial if t.rows]
    for table in tables:
        _classify(table)
        if table.statement == "utbildning":
            _name_costs(table)
    _units(tables, document)
    grid = Grid(tables, worn=source.worn)
    if partial or any(t.rivals for t in tables):
        _solve(grid, deep=False)
        _settle(grid)
        _find_lost_heads(grid, partial, identity)
    sums = _solve(grid)
    grid.to_the_unit = source.worn and hold_to_the_unit(grid, sums)
    repair(grid, sums, may_repair=source.worn)
    _doubt_nets(grid)
    if source.worn:
        _doubt_torn(grid, sums)
        _doubt_count(grid)
    drafts = _drafts(grid, sums, source, identity)
    return drafts, _findings(grid, sums, identity)


def _doubt_nets(grid: Grid) -> None:
    """Columns Intäkt, Kostnad, Netto in which Netto is not what it says: the heads have slipped."""
    for t, table in enumerate(grid.tables):
        tried = [grid.holds(i) for i in nets(grid, t, table)]
        if len(tried) > 1 and 2 * tried.count(False) > len(tried):
            table.columns = [c._replace(doubt=_NO_NET) for c in table.columns]


def _doubt_torn(grid: Grid, sums: list[Sum]) -> None:
    """Columns of which one may be the last three digits of the one before it.

    All its figures are of three digits after a single space, and a sum in one of the two breaks.
    """
    broken = {cell[::2] for i in sums if grid.holds(i) is False for cell in i.cells}
    for t, table in enumerate(grid.tables):
        for c in range(1, table.width):
            if broken.isdisjoint({(t, c - 1), (t, c)}) or not _thousands(grid, t, c):
                continue
            table.columns = [k._replace(doubt=k.doubt or _TORN_COLUMN) for k in table.columns]


def _thousands(grid: Grid, t: int, c: int) -> bool:
    """Whether every figure of a column could go on the figure before it on its line."""
    pairs = 0
    for r, row in enumerate(grid.tables[t].rows):
        before, figure = grid.figure((t, r, c - 1)), grid.figure((t, r, c))
        if before is None or figure is None:
            continue
        between = row.line.text[before.end : figure.start]
        if row.tabbed is not None or between != " " or figure.end - figure.start != 3:
            return False
        pairs += 1
    return pairs > 2


def _doubt_count(grid: Grid) -> None:
    """Tables of which many rows have amounts out of scale: cut into a wrong number of columns."""
    for t, table in enumerate(grid.tables):
        odd = sum(
            len(row.readings) > 1 and out_of_scale(grid, (t, r, 0))
            for r, row in enumerate(table.rows)
        )
        if odd > MANY_ODD and odd * 3 > len(table.rows):
            table.columns = [k._replace(doubt=k.doubt or _WRONG_COUNT) for k in table.columns]


MANY_ODD = 3  # rows
_WRONG_COUNT = "beloppen på många rader är av olika storlek: antalet kolumner kan vara fel"
_TORN_COLUMN = "två kolumner kan vara en: beloppen kan ha delats vid tusentalen"
_NO_NET = "netto är inte intäkt minus kostnad: rubrikerna kan höra till andra kolumner"


def _prepare(table: Table, identity: Identity, worn: bool) -> bool:
    """Name the rows; False for what is no table of figures after all."""
    if not table.rows:
        return False
    if table.statement == "":
        strong = len(table.heads) > 0 and len(table.rows) >= 2
        celled = sum(r.tabbed is not None for r in table.rows) >= 2
        if not (strong or celled or (len(table.rows) >= 4 and _even(table))):
            return False
    for row in table.rows:
        _name_row(row, table.statement, identity, worn)
    return True


def _even(table: Table) -> bool:
    lines = [r.line.number for r in table.rows]
    return lines[-1] - lines[0] <= 3 * len(lines)


def _name_row(row: Row, statement: str, identity: Identity, worn: bool) -> None:
    label = " ".join(row.label.split()).strip(" :.*|_-–")
    hit = labels_of(statement).find(_bare(label)) if statement in STATEMENTS else None
    if hit is not None:
        row.post, row.score = hit[0].post_code, hit[1]
        row.name = _worded(label, hit[0].label, hit[1])
    else:
        row.post = ""
        row.name = restore_words(label) if worn else label
        if worn and identity.forbund_id:
            insats = find_insats(identity.forbund_id, label)
            if insats is not None:
                alias = next((a for a in insats.aliases if skeleton(a) == skeleton(label)), None)
                row.name = alias or row.name


def _bare(label: str) -> str:
    """A label without unit, footnote marks and a reference to a note."""
    bare = _BESIDE_LABEL.sub("", label) if _MAY_STAND_BESIDE.search(label) else label
    return bare.strip(" ,:.") or label


_BESIDE_LABEL = re.compile(
    r"\((?:tkr|kr|not \d+|mkr)\)|\bnot\s*\d+\b|,?\s*(?:tkr|kr)\.?$|\s*[\d*†)]{1,2}$", re.I
)
_MAY_STAND_BESIDE = re.compile(r"[\d*†)]|kr\.?$", re.I)


def _worded(printed: str, canonical: str, score: float) -> str:
    """The printed wording when it is intact, else the vocabulary's, in the printed case."""
    bare = _bare(printed)
    if score >= 100 and (not bare.isascii() or canonical.isascii() or bare == canonical):
        if fold(bare) == fold(canonical) or (not canonical.isascii() and not bare.isascii()):
            return (
                printed
                if bare.isupper() or bare.lower() == canonical.lower()
                else (canonical if fold(bare) != fold(canonical) else _same_case(bare, canonical))
            )
        return printed
    return canonical.upper() if bare.isupper() and len(bare) > 4 else canonical


def _same_case(printed: str, canonical: str) -> str:
    if len(printed) == len(canonical):
        return "".join(
            c.upper() if p.isupper() else c for p, c in zip(printed, canonical, strict=True)
        )
    return canonical


def _lay_columns(table: Table, identity: Identity) -> bool:
    """Columns and readings of a table; True when some heads are lost."""
    instant = table.statement == "balansrakning"
    has_note = any(a.kind == "note" for h in table.heads for a in head_atoms(h.text))
    named = head_widths(table.heads)
    width = min(12, count_columns(table.rows, named, has_note))
    heads = head_columns(table.heads, width, table.rows)
    if heads.readings and named and width > max(named):  # heads are lost: `_find_lost_heads`
        heads = Heads([[] for _ in range(width)], heads.has_note)
    stacked, has_note = _fitting(heads, identity, instant), heads.has_note
    if table.stacked_heads:
        has_note = False
        stacked = _block_heads(table.stacked_heads)
        width = len(stacked)
    if table.statement in ("resultatrakning", "balansrakning"):
        has_note = has_note or lost_note_head(table.rows, width)
    table.columns = [
        resolve(atoms, identity.period_start, identity.period_end, instant) for atoms in stacked
    ]
    table.columns = [
        c._replace(doubt=_PART_OF_BOKSLUT) if _closes_part(atoms, c) else c
        for c, atoms in zip(table.columns, stacked, strict=True)
    ]
    table.columns = _whole_years(table.columns, stacked, identity)
    if not table.stacked_heads:
        _weigh(table, heads, identity, instant)
    table.columns = [c if c.role != "note" else c._replace(role="value") for c in table.columns]
    lost = [
        i
        for i, atoms in enumerate(stacked)
        if not any(a.kind not in ("income", "cost", "net") for a in atoms)
    ]
    for i in lost:
        table.columns[i] = _default(identity, instant)._replace(
            part=table.columns[i].part,
            text=table.columns[i].text,
            known=width == 1,
        )
    if width >= 3 and table.heads and _triples(table, identity, stacked):
        lost = [i for i, c in enumerate(table.columns) if not c.known and not c.text]
    _infer_posts(table)
    edges = head_edges(table.heads, table.rows, width) or column_edges(table.rows, width)
    for row in table.rows:
        row.readings = readings(row, width, has_note, edges)
    table.rows = [r for r in table.rows if r.readings]
    for row in table.rows:
        _prefer_costs(row, table.columns)
    return _forget_heads(table, lost) and width > 1


def _closes_part(atoms: Sequence[Atom], column: Column) -> bool:
    """`Bokslut jan-apr 2019`: the months may be those of the column beside it."""
    ranged = any(a.kind == "range" for a in atoms) and any(a.kind == "bokslut" for a in atoms)
    return ranged and column.end is not None and column.end.month != 12


_PART_OF_BOKSLUT = "ett bokslut är av ett helt år; månaderna kan höra till en annan kolumn"


def _forget_heads(table: Table, lost: list[int]) -> bool:
    """Take back what the figures or the other heads speak against; True when heads are lost."""
    for c, column in enumerate(table.columns):
        if column.role == "used":
            table.columns[c] = column._replace(role="share" if _small(table, c) else "value")
    if any(_beyond_shares(table, c) for c in range(len(table.columns))):
        table.columns = [c._replace(known=False, text="") for c in table.columns]
    if any(c.guessed for c in table.columns):
        table.columns = [
            c._replace(known=False, text="") if c.scenario == "utfall" and c.role == "value" else c
            for c in table.columns
        ]
        lost = [0]
    table.columns = [
        c._replace(known=False, text="") if c.end and (c.end.month, c.end.day) == (1, 1) else c
        for c in table.columns
    ]
    lost = lost or [i for i, c in enumerate(table.columns) if not c.known and not c.text]
    doubled = _doubled(table.columns)
    for c in doubled:
        table.columns[c] = table.columns[c]._replace(known=False, text="")
    return bool(lost or doubled)


def _whole_years(
    columns: list[Column], stacked: list[list[Atom]], identity: Identity
) -> list[Column]:
    """A bare year beside heads of parts of a year is the whole of it."""
    part = any({"part", "range", "date"} & {a.kind for a in atoms} for atoms in stacked)
    if not part or identity.period_end is None or identity.period_end.month == 12:
        return columns
    return [
        c._replace(start=c.start and date(c.end.year, 1, 1), end=date(c.end.year, 12, 31))
        if c.end and [a.kind for a in atoms] == ["year"]
        else c
        for c, atoms in zip(columns, stacked, strict=True)
    ]


_PARTS = {"income", "cost", "net"}


def _block_heads(blocks: list[list[Line]]) -> list[list[Atom]]:
    """Atoms of the head of each block; a block headed `Kostnad` alone goes on from the former."""
    stacked: list[list[Atom]] = []
    for lines in blocks:
        atoms = [a for line in lines for a in head_atoms(line.text)]
        if stacked and atoms and all(a.kind in _PARTS for a in atoms):
            atoms = [a for a in stacked[-1] if a.kind not in _PARTS] + atoms
        stacked.append(atoms)
    return stacked


def _resolved(stacks: Sequence[Sequence[Atom]], identity: Identity, instant: bool) -> list[Column]:
    return [resolve(list(s), identity.period_start, identity.period_end, instant) for s in stacks]


def _oddity(columns: list[Column], identity: Identity) -> float:
    """What a reading costs as a whole: columns alike, the report's own period missing."""
    keys = _meanings(columns)
    own = any(c.scenario == "utfall" and c.end == identity.period_end for c in columns)
    return 3.0 * (len(keys) - len(set(keys))) + (0.0 if own else 1.0)


def _meanings(columns: list[Column]) -> list[tuple[object, ...]]:
    return [(c.scenario, c.start, c.end, c.role) for c in columns]


def _fitting(heads: Heads, identity: Identity, instant: bool) -> list[list[Atom]]:
    """The cheapest reading of the head in this report; the readings are put in that order."""
    if not heads.readings:
        return heads.stacked
    heads.readings = sorted(
        (
            r._replace(cost=r.cost + _oddity(_resolved(r.stacks, identity, instant), identity))
            for r in heads.readings
        ),
        key=lambda r: r.cost,
    )
    return [list(s) for s in heads.readings[0].stacks]


def _weigh(table: Table, heads: Heads, identity: Identity, instant: bool) -> None:
    """Keep the other readings of a head that come near the chosen one and differ in meaning."""
    if heads.doubt:
        table.columns = [c._replace(doubt=heads.doubt) for c in table.columns]
    own = _meanings(table.columns)
    for reading in heads.readings[1:]:
        columns = _resolved(reading.stacks, identity, instant)
        if reading.cost < heads.readings[0].cost + SURE and _meanings(columns) != own:
            table.rivals.append(columns)


def _prefer_costs(row: Row, columns: list[Column]) -> None:
    """One figure before Netto where Intäkt and Kostnad could stand: a cost, unless named income."""
    if row.tabbed is not None or not any(c.part for c in columns):
        return
    if _INCOME.search(fold(row.label)):
        return
    for c in range(len(columns) - 2):
        if [x.part for x in columns[c : c + 3]] != ["income", "cost", "net"]:
            continue
        for n, reading in enumerate(row.readings):
            income, cost, _ = reading.figures[c : c + 3]
            if income is not None and income.value and cost is None:
                row.readings[n] = reading._replace(cost=reading.cost + 0.5)
    row.readings.sort(key=lambda r: r.cost)


_INCOME = re.compile(r"intakt|bidrag|rant[ao]")


def _doubled(columns: list[Column]) -> list[int]:
    """Columns that their heads do not tell apart: what each is about is not known."""
    keys = [(c.scenario, c.start, c.end, c.role, c.part, c.kon) for c in columns]
    return [i for i, key in enumerate(keys) if keys.count(key) > 1 and not columns[i].kon]


def _small(table: Table, c: int) -> bool:
    """Whether a column's figures look like percentages beside the others."""
    own = [abs(r.readings[0].figures[c].value) for r in table.rows if r.readings[0].figures[c]]  # type: ignore[union-attr]
    return bool(own) and max(own) <= 40_000


def _beyond_shares(table: Table, c: int) -> bool:
    """Whether a column of percentages holds figures that are none: the heads have slipped."""
    if table.columns[c].role != "share":
        return False
    figures = [r.readings[0].figures[c] for r in table.rows]
    sizes = [abs(f.value) for f in figures if f is not None]
    return bool(sizes) and median(sizes) > MAX_SHARE


MAX_SHARE = 40_000  # hundredths of a percent: four times the budget

_COSTS_BY = ("verksamhetens_intakter", "medlemsbidrag", "ovriga_intakter")


def _infer_posts(table: Table) -> None:
    """Line items that the vocabulary lacks but whose place or words tell them."""
    if table.statement == "resultatrakning":
        incomes = [i for i, r in enumerate(table.rows) if r.post in _COSTS_BY]
        totals = [i for i, r in enumerate(table.rows) if r.post == "verksamhetens_kostnader"]
        if incomes and totals and totals[-1] > incomes[-1] + 1:
            for row in table.rows[incomes[-1] + 1 : totals[-1]]:
                if (
                    not row.post
                    and not row.is_sum
                    and not re.search(r"intakt|bidrag fran|resultat", fold(row.label))
                ):
                    row.post = "ovriga_verksamhetskostnader"
    if table.statement == "balansrakning":
        split = next((i for i, r in enumerate(table.rows) if r.post == "summa_tillgangar"), None)
        for i, row in enumerate(table.rows):
            if row.post or split is None or row.is_sum:
                continue
            folded = fold(row.label)
            if re.search(r"forutbet|uppl", folded):
                row.post = (
                    "forutbetalda_kostnader_och_upplupna_intakter"
                    if i < split
                    else "upplupna_kostnader_och_forutbetalda_intakter"
                )
            elif i < split and re.search(r"fordr|moms|skatt", folded):
                row.post = "ovriga_fordringar"
            elif i > split and re.search(r"skuld|moms|skatt|avgift", folded):
                row.post = "ovriga_kortfristiga_skulder"


def _default(identity: Identity, instant: bool) -> Column:
    return Column("", "utfall", None if instant else identity.period_start, identity.period_end)


def _triples(table: Table, identity: Identity, stacked: list[list[Atom]]) -> bool:  # noqa: PLR0912
    """Intäkt/Kostnad/Netto heads: utfall first, then budget, avvikelse and what follows."""
    atoms: list[Atom] = []
    parts: list[str] = []
    years: list[int] = []
    scenarios: list[str] = []
    for line in table.heads:
        found = head_atoms(line.text)
        atoms.extend(found)
        row = [a.kind for a in found if a.kind in ("income", "cost", "net")]
        if len(row) > len(parts) and "income" in row and "cost" in row:
            parts = row
        scenarios += [
            a.kind
            for a in found
            if a.kind in ("utfall", "budget", "avvikelse", "prognos", "bokslut")
        ]
        years += [a.year for a in found if a.kind == "year" and a.year]
    if not parts:
        parts = [a.kind for a in atoms if a.kind in ("income", "cost", "net")]
    if parts[:3] != ["income", "cost", "net"]:
        return False
    width = table.width
    if width < 3:
        return False
    start, end = identity.period_start, identity.period_end
    period = Column("", "utfall", start, end)
    new = [
        period._replace(text="Utfall intäkt", part="income"),
        period._replace(text="Utfall kostnad", part="cost"),
        period._replace(text="Utfall netto", part="net"),
    ]
    expected = len(parts) + (1 if "avvikelse" in scenarios else 0)
    blank_income = {"cost"} <= {a.kind for a in stacked[0]} or width == expected - 1
    if stacked and blank_income:  # a column without any figure
        new = new[1:]
    order = list(dict.fromkeys(s for s in scenarios if s not in ("utfall",)))
    if "budget" in order or width >= 4:
        if width >= 9 and parts[3:6] == ["income", "cost", "net"]:
            for kind, name in (("income", "intäkt"), ("cost", "kostnad"), ("net", "netto")):
                new.append(Column(f"Budget {name}", "budget", start, end, part=kind))
        else:
            new.append(Column("Budget netto", "budget", start, end, part="net"))
    if len(new) < width:
        new.append(Column("Avvikelse utfall-budget netto", "avvikelse", start, end))
    extra = [y for y in years if end and 2000 < y <= end.year + 1]
    for year in extra[: width - len(new)]:
        if end and year == end.year:
            new.append(
                Column(
                    f"Prognos {year} netto",
                    "prognos",
                    date(year, 1, 1),
                    date(year, 12, 31),
                    part="net",
                    known=False,
                )
            )
        else:
            new.append(
                Column(
                    f"Bokslut {year} netto",
                    "utfall",
                    date(year, 1, 1),
                    date(year, 12, 31),
                    part="net",
                )
            )
    while len(new) < width:
        new.append(period._replace(text="", known=False))
    table.columns = new[:width]
    return True


def _figures_of(grid: Grid, t: int, c: int) -> list[tuple[str, int, int]]:
    """(row key, abs amount in hundredths of a krona, half) of a column as read so far."""
    found = []
    table = grid.tables[t]
    scale = SCALE.get(table.unit, 1)
    for r, row in enumerate(table.rows):
        figure = grid.figure((t, r, c))
        if figure is not None and not figure.percent and abs(figure.value) >= 10_000:
            found.append(
                (row.post or skeleton(row.name), abs(figure.value) * scale, figure.half * scale)
            )
    return found


def _find_lost_heads(grid: Grid, partial: list[Table], identity: Identity) -> None:
    """Columns whose head is lost: the period of a column elsewhere with the same figures."""
    known: list[tuple[Column, list[tuple[str, int, int]]]] = []
    for t, table in enumerate(grid.tables):
        if any(table is p for p in partial):
            continue
        for c, column in enumerate(table.columns):
            if column.known and column.role == "value" and column.part in ("", "net"):
                known.append((column, _figures_of(grid, t, c)))
    elsewhere = list(known)
    for t, table in enumerate(grid.tables):
        if not any(table is p for p in partial):
            continue
        heads = _partial_heads(table, identity)
        own = [_figures_of(grid, t, c) for c in range(table.width)]
        instant = table.statement == "balansrakning"
        if heads and len(heads) < table.width:
            table.columns = _align(table, heads, own, known)
        for c, column in enumerate(table.columns):
            if column.known:
                known.append((column, own[c]))
                continue
            match = _same_figures(own[c], known)
            if match is not None:
                text = column.text or (match.end.isoformat() if match.end else "")
                table.columns[c] = column._replace(
                    scenario=match.scenario if not column.text else column.scenario,
                    start=None if instant else match.start if not column.text else column.start,
                    end=match.end if not column.text else column.end,
                    known=True,
                    text=text,
                    doubt="",
                )
        if grid.worn:
            _doubt_beside_lost(table, own, elsewhere)


def _doubt_beside_lost(
    table: Table,
    own: list[list[tuple[str, int, int]]],
    elsewhere: list[tuple[Column, list[tuple[str, int, int]]]],
) -> None:
    """A worn head that has words for too few columns may have given them to the wrong ones."""
    if all(c.known or c.text for c in table.columns):
        return
    for i, column in enumerate(table.columns):
        alike = [f for k, f in elsewhere if (k.scenario, k.end) == (column.scenario, column.end)]
        if not any(_common(own[i], figures) >= 2 for figures in alike):
            table.columns[i] = column._replace(doubt=_SLIPPED)


_SLIPPED = "en kolumn saknar rubrik; rubrikerna kan höra till andra kolumner"
_TWO_WAYS = "kolumnrubrikerna kan läsas på flera sätt och inget annat avgör"


def _settle(grid: Grid) -> None:
    """Heads that can be read in several ways: the reading that other tables confirm, or doubt."""
    known = [
        (column, _figures_of(grid, t, c))
        for t, table in enumerate(grid.tables)
        if not table.rivals
        for c, column in enumerate(table.columns)
        if column.known and not column.doubt and column.role == "value" and column.part == ""
    ]
    for t, table in enumerate(grid.tables):
        if not table.rivals:
            continue
        own = [_figures_of(grid, t, c) for c in range(table.width)]
        options = [table.columns, *table.rivals]
        scores = [_support(grid, t, o, own, known) for o in options]
        ranked = sorted(range(len(options)), key=lambda i: -scores[i])
        first, second = ranked[0], ranked[1]
        table.columns = [
            new._replace(role=old.role)
            for new, old in zip(options[first], table.columns, strict=True)
        ]
        if scores[first] < scores[second] + 1.5:
            meanings = [_meanings(o) for o in options]
            table.columns = [
                c._replace(doubt=_TWO_WAYS) if len({m[i] for m in meanings}) > 1 else c
                for i, c in enumerate(table.columns)
            ]


def _support(
    grid: Grid,
    t: int,
    columns: list[Column],
    own: list[list[tuple[str, int, int]]],
    known: list[tuple[Column, list[tuple[str, int, int]]]],
) -> float:
    """How far deviations and figures repeated in other tables bear out a reading of a head."""
    score = 0.0
    for c, column in enumerate(columns):
        if column.role != "value" or column.scenario == "avvikelse":
            continue
        alike = [
            _common(own[c], figures)
            for other, figures in known
            if (other.scenario, other.end) == (column.scenario, column.end)
        ]
        score += min(3, max(alike, default=0))
    rows = range(len(grid.tables[t].rows))
    places = {c.scenario: i for i, c in enumerate(columns) if c.role == "value"}
    if {"utfall", "budget", "avvikelse"} <= set(places):
        cells = [places[k] for k in ("avvikelse", "budget", "utfall")]
        tried = [
            Sum(
                "AVV",
                "",
                (t, r, cells[0]),
                ((1, (t, r, cells[1])), (-1, (t, r, cells[2]))),
                ("", None, None),
                either=True,
            )
            for r in rows
            if all(grid.figure((t, r, c)) is not None for c in cells)
        ]
        held = sum(grid.holds(i) is True for i in tried)
        if tried:
            score += 3.0 if held * 2 > len(tried) else -3.0
    return score


def _partial_heads(table: Table, identity: Identity) -> list[Column]:
    lines = []
    for line in table.heads:
        atoms = head_atoms(line.text)
        groups = [
            g
            for g in merge_cell(atoms, line.text)
            if not any(a.kind in ("note", "income", "cost", "net") for a in g)
        ]
        if len(groups) >= 2:
            lines.append(groups)
    if not lines:
        return []
    width = max(len(g) for g in lines)
    stacked: list[list[Atom]] = [[] for _ in range(width)]
    for groups in lines:
        if len(groups) == width:
            for i, group in enumerate(groups):
                stacked[i].extend(group)
    return [
        resolve(a, identity.period_start, identity.period_end, table.statement == "balansrakning")
        for a in stacked
    ]


def _align(
    table: Table,
    heads: list[Column],
    own: list[list[tuple[str, int, int]]],
    known: list[tuple[Column, list[tuple[str, int, int]]]],
) -> list[Column]:
    """Lay fewer heads than columns so that most columns agree with the same columns elsewhere."""
    best: tuple[float, tuple[int, ...]] | None = None
    width = table.width
    options = itertools.combinations(range(width), len(heads))
    for nth, places in enumerate(options):
        if nth > 60:
            break
        score = 0.0
        for head, c in zip(heads, places, strict=True):
            for column, figures in known:
                if (column.scenario, column.end) == (head.scenario, head.end):
                    score += _common(own[c], figures)
        free = [c for c in range(width) if c not in places]
        for c in free:
            match = _same_figures(own[c], known)
            if match is not None and all(
                (match.scenario, match.end) != (h.scenario, h.end) for h in heads
            ):
                score += 2
        score -= 0.01 * nth
        if best is None or score > best[0]:
            best = (score, places)
    columns = [c._replace(known=False) for c in table.columns]
    if best is not None:
        for c in range(width):
            columns[c] = columns[c]._replace(text="", known=False)
        for head, c in zip(heads, best[1], strict=True):
            columns[c] = head
    return columns


def _common(a: list[tuple[str, int, int]], b: list[tuple[str, int, int]]) -> int:
    values = [(v, h) for _, v, h in b]
    return sum(any(abs(v - w) <= h + g for w, g in values) for _, v, h in a)


def _same_figures(
    figures: list[tuple[str, int, int]], known: list[tuple[Column, list[tuple[str, int, int]]]]
) -> Column | None:
    best: tuple[int, Column] | None = None
    for column, others in known:
        if column.scenario == "avvikelse":
            continue
        count = _common(figures, others)
        if count >= 2 and (best is None or count > best[0]):
            best = (count, column)
    return best[1] if best else None


def _classify(table: Table) -> None:  # noqa: PLR0912
    """Give tables in running text the kind that their labels speak of."""
    labels = [fold(r.label) for r in table.rows]
    text = " ".join(labels)
    lines = [*table.heads, *(h for block in table.stacked_heads for h in block)]
    heads = fold(" ".join(h.text for h in lines))
    costs = {"cost", "net"} <= {c.part for c in table.columns}
    people = table.statement in ("deltagare", "mal", "personal")
    if people and (costs or _of_money(table, f"{text} {heads}")):
        table.statement = ""  # a section whose end was not seen
    elif re.search(r"tillfallen", heads) and not any(r.post for r in table.rows):
        table.statement = "utbildning"
    elif table.statement in ("oversikt", "mal", "") and _of_people(table, heads):
        table.statement = "deltagare"
    if table.statement:
        return
    for statement in () if any(c.part for c in table.columns) else STATEMENTS:
        found = [labels_of(statement).find(_bare(r.label)) for r in table.rows]
        posts = {f[0].post_code for f in found if f}
        if len(posts) >= 4 and len(posts) * 2 >= len(table.rows):
            table.statement = statement
            for row, hit in zip(table.rows, found, strict=True):
                if hit is not None:
                    row.post, row.name = hit[0].post_code, _worded(row.label, hit[0].label, hit[1])
            if statement == "balansrakning":
                table.columns = [c._replace(start=None) for c in table.columns]
            return
    if re.search(r"tillfallen|till-? fallen", heads):
        table.statement = "utbildning"
    elif re.search(
        r"kvinn|deltagar|kon\b|alder|forsorjning|paborjade|avslutade|inskrivna", text + " " + heads
    ) and not re.search(r"kostnad|budget|belopp", heads):
        table.statement = "deltagare"
    elif (
        re.search(r"^(?:intakter|kostnader|resultat)", labels[0] if labels else "")
        and len(labels) <= 8
    ):
        table.statement = "oversikt"
    elif any(c.part for c in table.columns) or re.search(r"budget|utfall", heads):
        table.statement = "driftredovisning"
    elif re.search(r"soliditet|likviditet|nyckeltal", text):
        table.statement = "nyckeltal"
    elif re.search(r"bidrag|tilldelning", text):
        table.statement = "medlemsbidrag"
    elif re.search(r"loner|lokal|summa|kostnad", text):
        table.statement = "insats_ekonomi"
    else:
        table.statement = "ovrigt"


def _name_costs(table: Table) -> None:
    """A column headed `Kostnad` alone, among those of a table of courses, is known by it."""
    table.columns = [
        c._replace(known=True, text="Kostnad") if c.part == "cost" and not c.text else c
        for c in table.columns
    ]


def _of_money(table: Table, words: str) -> bool:
    """A table that counts kronor: it says so, or its figures are too large for persons."""
    if re.search(r"kvinn|deltagar|\bm[ae]n\b|alder|inskriv|avslut|paborj|remit|person", words):
        return False
    figures = [f for r in table.rows for f in r.readings[0].figures if f is not None]
    large = max((abs(f.value) // 100 for f in figures if not f.percent), default=0)
    return bool(table.unit and table.heads and large >= 1000) or large >= 100_000


def _of_people(table: Table, heads: str) -> bool:
    """A table that counts participants by sex, in a section of another name."""
    counted = sum(is_measure(r.label) for r in table.rows)
    parts = sum((category(r.label) or ("kon",))[0] != "kon" for r in table.rows)
    by_sex = bool(re.search(r"kvinn", heads)) and counted * 2 > len(table.rows)
    return by_sex or (parts >= 2 and parts * 3 > 2 * len(table.rows))


def _units(tables: list[Table], document: Document) -> None:
    """The unit of each table: its own declaration, its statement's, the document's."""
    default = max(document.units.items(), key=lambda u: u[1])[0] if document.units else "SEK"
    by_statement: dict[str, str] = {}
    for table in tables:
        table.unit_known = bool(table.unit)
        if table.unit:
            by_statement.setdefault(table.statement, table.unit)
    for table in tables:
        if table.unit:
            continue
        labels = Counter(u for r in table.rows for u in [_label_unit(r.label)] if u)
        if labels:
            table.unit = labels.most_common(1)[0][0]
            table.unit_known = True
        else:
            table.unit = by_statement.get(table.statement) or _by_size(table, default)


_LABEL_UNIT = re.compile(r"\((tkr|kr|mkr)\)|,\s*(tkr|kr|mkr)$")


def _label_unit(label: str) -> str:
    match = _LABEL_UNIT.search(fold(label)) if "kr" in label.lower() else None
    return {"tkr": "TSEK", "kr": "SEK", "mkr": "MSEK"}[(match[1] or match[2])] if match else ""


def _by_size(table: Table, default: str) -> str:
    sizes = sorted(
        abs(f.value) // 100
        for r in table.rows
        for f in r.readings[0].figures
        if f and not f.percent
    )
    if not sizes:
        return default
    largest = sizes[-1]
    if default == "TSEK" and largest >= 400_000:
        return "SEK"
    if default == "SEK" and table.statement in STATEMENTS and largest < 60_000:
        return "TSEK" if largest >= 100 else default
    return default


def _solve(grid: Grid, *, deep: bool = True) -> list[Sum]:
    """Search with costs printed negative and positive per income statement; keep the better."""
    signs = dict.fromkeys(range(len(grid.tables)), 1)
    unsure: list[int] = []
    waiting: list[int] = []
    usual = 0
    for t, table in enumerate(grid.tables):
        if table.statement == "resultatrakning":
            sign, sure = _guess_sign(grid, t)
            if sign:
                signs[t], usual = sign, usual or sign
            else:  # a table that goes on from another page
                waiting.append(t)
            unsure += [] if sure else [t]
    signs |= dict.fromkeys(waiting, usual or -1)
    sums = build(grid, signs)
    search(grid, sums, deep=False)
    if grid.chosen:
        sums = build(grid, signs)
    for t in unsure:
        before = _verdicts(grid, sums, t)
        if before[1] == 0:
            continue
        chosen = dict(grid.chosen)
        other = {**signs, t: -signs[t]}
        tried = build(grid, other)
        search(grid, tried, deep=False)
        after = _verdicts(grid, tried, t)
        if (after[0] - after[1]) > (before[0] - before[1]):
            signs, sums = other, tried
        else:
            grid.chosen = chosen
    for _ in range(2):  # which cells are there at all depends on the readings
        chosen = dict(grid.chosen)
        search(grid, sums, deep=deep)
        if chosen == grid.chosen:
            break
        sums = build(grid, signs)
    return sums


_MAIN_COSTS = {
    "verksamhetens_kostnader",
    "ovriga_verksamhetskostnader",
    "administration",
    "kostnader_insatser",
}


def _guess_sign(grid: Grid, t: int) -> tuple[int, bool]:
    """+1 when costs are printed negative, −1 when positive, 0 unknown; whether all are so."""
    for posts in (_MAIN_COSTS, {"avskrivningar", "finansiella_kostnader"}):
        negative = positive = 0
        for row in grid.tables[t].rows:
            for c, figure in enumerate(row.readings[0].figures if row.post in posts else ()):
                if figure and figure.value and grid.tables[t].columns[c].scenario != "avvikelse":
                    negative += figure.value < 0
                    positive += figure.value > 0
        if negative or positive:
            break
    sign = 1 if negative > positive else -1 if positive else 0
    return sign, min(negative, positive) == 0


def _verdicts(grid: Grid, sums: list[Sum], t: int) -> tuple[int, int]:
    """How many identities about table `t` hold and break."""
    found = [grid.holds(s) for s in sums if s.total[0] == t]
    return sum(v is True for v in found), sum(v is False for v in found)


def _drafts(grid: Grid, sums: list[Sum], source: Source, identity: Identity) -> list[Draft]:
    vouched = vouched_for(grid, sums)
    if source.worn:
        for item in sums:
            doubt = ""
            if grid.holds(item) is False:
                doubt = f"{item.rule} håller inte"
            elif rests_on_guess(grid, item):
                doubt = f"{item.rule} håller bara om siffror före ett belopp inte hör till det"
            for cell in item.cells if doubt else ():
                grid.suspects.setdefault(cell, doubt)
    found: list[Draft] = []
    for t, table in enumerate(grid.tables):
        for r in range(len(table.rows)):
            reading = grid.reading(t, r)
            if reading is None:
                continue
            for c, figure in enumerate(reading.figures):
                if figure is not None:
                    status = judge(grid, (t, r, c), vouched, worn=source.worn)
                    found.append(_draft(grid, (t, r, c), figure, status, identity))
    return found


def _draft(
    grid: Grid, cell: Cell, figure: Figure, verdict: tuple[str, str], identity: Identity
) -> Draft:
    t, r, c = cell
    table = grid.tables[t]
    row, column = table.rows[r], table.columns[c]
    line = row.line_of(figure)
    status, note = verdict
    value = to_decimal(grid.printed_value(cell) or 0)
    unit = _unit(table, column, figure, row.label)
    if unit == "MSEK":
        value, unit, note = (
            value * 1_000_000,
            "SEK",
            "; ".join(x for x in (note, "tryckt i mkr") if x),
        )
    start, end = column.start, column.end
    scenario = column.scenario
    if (
        table.statement == "balansrakning"
        or _about_instant(table, row.label)
        or (table.statement == "deltagare" and STANDING.match(fold(row.label)))
    ):
        start = None
    if table.statement == "insats_ekonomi" and _SURPLUS.match(fold(row.label)):
        scenario = "avvikelse"
    if row.post in ("ingaende_eget_kapital",) and end is not None and end == identity.period_end:
        end = date(end.year - 1, 12, 31)
    elif row.post == "likvida_medel_vid_periodens_borjan" and column.start is not None:
        start, end = None, column.start - timedelta(days=1)
    elif row.post == "likvida_medel_vid_periodens_slut":
        start = None
    label, insats, kind, breakdown = _meaning(
        table, row, reading_label(grid, cell), column, identity
    )
    return Draft(
        line.number,
        figure.start,
        line.page,
        table.statement,
        label,
        row.post,
        insats,
        kind,
        breakdown,
        scenario,
        start,
        end,
        unit,
        value,
        line.printed(figure.start, figure.end),
        status,
        note,
    )


_SURPLUS = re.compile(r"(?:over|under)skott\b")
_STOCK = re.compile(r"skuld|fordring|eget kapital|kassa|tillgang|avsattning|forutbetald|upplupn")
_STOCK_LABEL = re.compile(r"antal anst|eget kapital|soliditet|likvida|balansomslut")


def _about_instant(table: Table, label: str) -> bool:
    """Figures of a day, not of a period: notes to the balance sheet, numbers of employees."""
    if table.statement == "not":
        name = _note_name(table.title)
        if labels_of("resultatrakning").find(name) is not None:
            return False
        return labels_of("balansrakning").find(name) is not None or bool(_STOCK.search(fold(name)))
    return table.statement == "oversikt" and bool(_STOCK_LABEL.match(fold(label)))


def reading_label(grid: Grid, cell: Cell) -> str:
    """The label of a row, with the digits that its reading gave back to the label."""
    row = grid.row(cell[0], cell[1])
    reading = grid.reading(cell[0], cell[1])
    if reading is None or reading.label_end <= row.label_end or row.tabbed is not None:
        return row.name
    extra = row.line.text[row.label_end : reading.label_end].strip(" |\t")
    return f"{row.name} {extra}".strip()


def _unit(table: Table, column: Column, figure: Figure, label: str) -> str:
    if figure.percent or column.role == "share":
        return "procent"
    if table.statement == "utbildning" and re.search(r"kostnad|belopp", fold(column.text)):
        return next((u for h in table.heads if (u := unit_in(h.text))), "SEK")
    counting = table.statement in ("deltagare", "utbildning", "personal", "ovrigt", "mal")
    if counting or column.role == "count":
        return "antal"
    folded = fold(label)
    if table.statement not in ("oversikt", "nyckeltal"):
        return table.unit
    if re.match(r"antal|anstallda|deltagare", folded):
        return "antal"
    share = re.search(r"soliditet|andel|procent|%|likviditet|grad\b", folded)
    return "procent" if share else table.unit


STANDING = re.compile(r"pagaende|aktuella|inskrivna (?:vid|per)|kvarvarande")


def statistics(document: Document, identity: Identity, worn: bool) -> list[Draft]:
    """Facts of the lines of participant statistics."""
    found = []
    for stat in document.statistics:
        label = restore_words(stat.label) if worn else stat.label
        end = identity.period_end
        start = None if STANDING.match(fold(label)) else identity.period_start
        scenario = "utfall"
        if stat.goal and end is not None:
            scenario, start, end = "mal", date(end.year, 1, 1), date(end.year, 12, 31)
        sexes = [c for c in stat.counts if c.kon]
        whole = stat.counts[0].value
        agrees = len(sexes) == 2 and sum(c.value for c in sexes) == whole
        for count in stat.counts:
            parts = [f"kon={count.kon}"] if count.kon else []
            if stat.key:
                name = restore_words(stat.category) if worn else stat.category
                parts.append(f"{stat.key}={name}")
            found.append(
                Draft(
                    stat.line.number,
                    count.start,
                    stat.line.page,
                    "mal" if stat.goal else "deltagare",
                    label,
                    "",
                    stat.insats,
                    stat.kind,
                    ";".join(parts),
                    scenario,
                    start,
                    end,
                    "antal",
                    Decimal(count.value),
                    stat.line.printed(count.start, count.end),
                    "reconciled" if agrees else "unchecked",
                    "",
                )
            )
    return found


_KIND = [
    ("administration", re.compile(r"\badm\b|administra|kansli")),
    ("strukturovergripande", re.compile(r"struktur")),
    ("individinriktad", re.compile(r"individ")),
]
_MARKS = re.compile(r"\s*[;=]\s*")  # what a breakdown gives a meaning
_AROUND_INSATS = re.compile(r"\s+\d+(?:\.\d+)+$|^varav\s+(?:insatskostnad\s+)?", re.I)
_NO_INSATS = re.compile(r"kostnad|intakt|loner|lokal|administra|kansli|arvode|revision|bidrag")
_FUNDERS = re.compile(
    r"forsakringskass|arbetsformedl|region|landsting|\bstad\b|kommun|staten|\bfk\b|"
    r"\baf\b|driftbidrag|medlemsbidrag fran"
)


def _meaning(
    table: Table, row: Row, label: str, column: Column, identity: Identity
) -> tuple[str, str, str, str]:
    """Label, insats, kind of insats and breakdown of a row's figure."""
    insats = kind = ""
    parts: list[str] = []
    folded = fold(label)
    if table.statement in (
        "driftredovisning",
        "not",
        "prognos",
        "insats_ekonomi",
        "deltagare",
        "kostnadsfordelning",
    ):
        insats = _insats(table, row, label, identity)
        if not insats:
            kind = next((k for k, p in _KIND if p.search(folded)), "")
            if kind == "administration" and not (
                row.is_sum or folded.startswith(("varav", "administration", "kansli"))
            ):
                kind = ""
        if row.is_sum and not kind and table.statement in ("driftredovisning", "not"):
            kind = _kind_of_sum(table, row)
    if (
        table.statement in ("not", "medlemsbidrag")
        and not row.is_sum
        and _FUNDERS.search(folded)
        and re.search(r"bidrag|intakt|medel|finansiering|anslag", fold(table.title) + folded)
    ):
        parts.append(f"medlem={_member(label)}")
    elif (
        table.statement == "not"
        and not row.is_sum
        and not insats
        and re.search(r"skuld|leverantor", fold(table.title + row.group))
        and not re.search(r"kostnader|intakter|skuld|periodiser", folded)
    ):
        parts.append(f"leverantor={label.split(',', maxsplit=1)[0]}")
    hit = category(label) if table.statement == "deltagare" else None
    if hit is not None and hit[0] != "kon":
        parts.append(f"{hit[0]}={hit[1]}")
    if column.kon:
        parts.append(f"kon={column.kon}")
    elif column.text and table.width > 1 and not any(c.kon for c in table.columns):
        parts.append("kolumn=" + _MARKS.sub(" ", column.text))
    return label, insats, kind, ";".join(parts)


def _kind_of_sum(table: Table, row: Row) -> str:
    """The kind of insats that a sum adds up: that of its group, none for the table's total."""
    sums = [r for r in table.rows if r.is_sum]
    before = next((a for a, b in itertools.pairwise(sums) if b is row), None)
    groups = {r.group for r in table.rows}
    if row is sums[-1] and (row.group == before.group if before else len(groups) > 1):
        return ""
    return next((k for k, p in _KIND[1:] if p.search(fold(row.group))), "")


def _member(label: str) -> str:
    return (
        re.sub(r"^(?:drift|medlems)?bidrag(?:en)?\s*(?:från)?\s*", "", label, flags=re.I).strip()
        or label
    )


def _insats(table: Table, row: Row, label: str, identity: Identity) -> str:  # noqa: PLR0911
    bare = _AROUND_INSATS.sub("", label)
    found = find_insats(identity.forbund_id, bare)
    if found is not None:
        return found.name
    if (
        "," in bare
        and (found := find_insats(identity.forbund_id, bare.rsplit(",", 1)[1])) is not None
    ):
        return found.name
    if table.statement == "deltagare":
        return table.insats_heading or table.name_heading
    if table.statement == "insats_ekonomi":
        return table.insats_heading
    if row.is_sum or table.statement == "prognos":
        return ""
    about = fold(row.group + " " + table.title)
    if ("insats" in about or "projekt" in about) and (not _NO_INSATS.search(fold(bare)) and bare):
        return bare
    return ""


def _findings(grid: Grid, sums: list[Sum], identity: Identity) -> list[dict[str, object]]:
    found: dict[tuple[object, ...], dict[str, object]] = {}
    severity = rule_severity()
    for item in sums:
        if grid.holds(item) is not False:
            continue
        gap = grid.gap(item)
        assert gap is not None
        scenario, _, end = item.column
        column = grid.tables[item.total[0]].columns[item.total[2]]
        difference = to_decimal(gap[0])
        total = grid.amount(item.total)
        led = to_decimal((total[0] if total else 0) - gap[0])
        line = grid.row(item.total[0], item.total[1]).line.number
        finding: dict[str, object] = {
            "report_id": identity.report_id,
            "rule": item.rule,
            "scenario": scenario,
            "period_start": column.start if isinstance(column.start, date) else None,
            "period_end": end if isinstance(end, date) else None,
            "difference": difference,
            "severity": severity.get(item.rule, "blockerande"),
            "message": (
                f"{item.name}: raden anger {to_decimal(total[0] if total else 0)} kr, delarna ger "
                f"{led} kr (skillnad {difference} kr, rad {line})."
            ),
        }
        found.setdefault((item.rule, scenario, end, difference, line), finding)
    return list(found.values())


def group_by_line(drafts: list[Draft]) -> dict[int, list[Draft]]:
    """Drafts by line number."""
    lines: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        lines[draft.line].append(draft)
    return lines
