"""From tables to facts: columns resolved, rows named, readings solved, statuses given.

Belongs here: the order of work on all tables of one document and the facts they give. Does not
belong here: running text (`prose`) and the document's identity (`identity`).
"""

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .columns import Atom, Column, head_atoms, merge_cell, resolve
from .identities import build
from .identities import note_name as _note_name
from .identity import Identity
from .numbers import Figure, to_decimal
from .participants import category
from .sections import Document
from .solve import SCALE, Cell, Grid, repair, search
from .solve import Identity as Sum
from .source import Source
from .tables import Row, Table, column_edges, count_columns, head_columns, readings
from .vocabulary import find_insats, fold, labels_of, restore_words, rule_severity, skeleton

STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode")


@dataclass(frozen=True, slots=True)
class Draft:
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
    _units(tables, document)
    grid = Grid(tables)
    if partial:
        _solve(grid, deep=False)
        _find_lost_heads(grid, partial, identity)
    sums = _solve(grid)
    trusted = not source.worn
    repair(grid, sums, may_repair=not trusted)
    drafts = _drafts(grid, sums, source, identity)
    return drafts, _findings(grid, sums, identity)


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
    label = re.sub(r"\s+", " ", row.label).strip(" :.*|_-–")
    label = re.sub(r"\s*\.{2,}\s*$", "", label)
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
    bare = re.sub(
        r"\((?:tkr|kr|not \d+|mkr)\)|\bnot\s*\d+\b|,?\s*(?:tkr|kr)\.?$|\s*[\d*†)]{1,2}$",
        "",
        label,
        flags=re.I,
    )
    return bare.strip(" ,:.") or label


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
    _, has_note, counts = head_columns(table.heads, 1, table.rows)
    width = count_columns(table.rows, counts, has_note)
    width = min(width, 12)
    stacked, has_note, counts = head_columns(table.heads, width, table.rows)
    if table.stacked_heads:
        has_note = False
        stacked = [
            [a for line in lines for a in head_atoms(line.text)[0]] for lines in table.stacked_heads
        ]
        width = len(stacked)
    if not has_note and _looks_noted(table, width):
        has_note = True
    table.columns = [
        resolve(atoms, identity.period_start, identity.period_end, instant) for atoms in stacked
    ]
    table.columns = [c if c.role != "note" else replace(c, role="value") for c in table.columns]
    lost = [
        i
        for i, atoms in enumerate(stacked)
        if not any(a.kind not in ("income", "cost", "net") for a in atoms)
    ]
    for i in lost:
        table.columns[i] = replace(
            _default(identity, instant),
            part=table.columns[i].part,
            text=table.columns[i].text,
            known=width == 1,
        )
    if width >= 3 and table.heads and _triples(table, identity, stacked):
        lost = [i for i, c in enumerate(table.columns) if not c.known and not c.text]
    _infer_posts(table)
    edges = column_edges(table.rows, width)
    for row in table.rows:
        row.readings = readings(row, width, has_note, edges)
    table.rows = [r for r in table.rows if r.readings]
    for c, column in enumerate(table.columns):
        if column.role == "used":
            table.columns[c] = replace(column, role="share" if _small(table, c) else "value")
    if any(c.guessed for c in table.columns):
        table.columns = [
            replace(c, known=False, text="") if c.scenario == "utfall" and c.role == "value" else c
            for c in table.columns
        ]
        lost = [0]
    table.columns = [
        replace(c, known=False, text="") if c.end and (c.end.month, c.end.day) == (1, 1) else c
        for c in table.columns
    ]
    lost = lost or [i for i, c in enumerate(table.columns) if not c.known and not c.text]
    doubled = _doubled(table.columns)
    for c in doubled:
        table.columns[c] = replace(table.columns[c], known=False, text="")
    return bool(lost or doubled) and width > 1


def _doubled(columns: list[Column]) -> list[int]:
    """Columns that their heads do not tell apart: what each is about is not known."""
    keys = [(c.scenario, c.start, c.end, c.role, c.part, c.kon) for c in columns]
    return [i for i, key in enumerate(keys) if keys.count(key) > 1 and not columns[i].kon]


def _small(table: Table, c: int) -> bool:
    """Whether a column's figures look like percentages beside the others."""
    own = [abs(r.readings[0].figures[c].value) for r in table.rows if r.readings[0].figures[c]]  # type: ignore[union-attr]
    return bool(own) and max(own) <= 40_000


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


def _looks_noted(table: Table, width: int) -> bool:
    """A column of small whole numbers before the amounts, without a head: note references."""
    if table.statement not in ("resultatrakning", "balansrakning"):
        return False
    tabbed = [r for r in table.rows if r.tabbed is not None]
    if len(tabbed) * 2 <= len(table.rows) or width < 2:
        return False
    return False


def _default(identity: Identity, instant: bool) -> Column:
    return Column("", "utfall", None if instant else identity.period_start, identity.period_end)


def _triples(table: Table, identity: Identity, stacked: list[list[Atom]]) -> bool:  # noqa: PLR0912
    """Intäkt/Kostnad/Netto heads: utfall first, then budget, avvikelse and what follows."""
    atoms: list[Atom] = []
    parts: list[str] = []
    years: list[int] = []
    scenarios: list[str] = []
    for line in table.heads:
        found, _ = head_atoms(line.text)
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
        replace(period, text="Utfall intäkt", part="income"),
        replace(period, text="Utfall kostnad", part="cost"),
        replace(period, text="Utfall netto", part="net"),
    ]
    if stacked and {"cost"} <= {a.kind for a in stacked[0]}:  # a column without any figure
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
        new.append(replace(period, text="", known=False))
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
                table.columns[c] = replace(
                    column,
                    scenario=match.scenario if not column.text else column.scenario,
                    start=None if instant else match.start if not column.text else column.start,
                    end=match.end if not column.text else column.end,
                    known=True,
                    text=text,
                )


def _partial_heads(table: Table, identity: Identity) -> list[Column]:
    lines = []
    for line in table.heads:
        atoms, _ = head_atoms(line.text)
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
    columns = [replace(c, known=False) for c in table.columns]
    if best is not None:
        for c in range(width):
            columns[c] = replace(columns[c], text="", known=False)
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
    if table.statement:
        return
    labels = [fold(r.label) for r in table.rows]
    text = " ".join(labels)
    heads = fold(" ".join(h.text for h in table.heads))
    for statement in () if any(c.part for c in table.columns) else STATEMENTS:
        found = [labels_of(statement).find(_bare(r.label)) for r in table.rows]
        posts = {f[0].post_code for f in found if f}
        if len(posts) >= 4 and len(posts) * 2 >= len(table.rows):
            table.statement = statement
            for row, hit in zip(table.rows, found, strict=True):
                if hit is not None:
                    row.post, row.name = hit[0].post_code, _worded(row.label, hit[0].label, hit[1])
            if statement == "balansrakning":
                table.columns = [replace(c, start=None) for c in table.columns]
            return
    if re.search(
        r"kvinn|deltagar|kon\b|alder|forsorjning|paborjade|avslutade|inskrivna", text + " " + heads
    ) and not re.search(r"kostnad|budget|belopp", heads):
        table.statement = "deltagare"
    elif re.search(r"tillfallen|till-? fallen", heads):
        table.statement = "utbildning"
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


def _label_unit(label: str) -> str:
    match = re.search(r"\((tkr|kr|mkr)\)|,\s*(tkr|kr|mkr)$", fold(label))
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
    tables = [t for t, table in enumerate(grid.tables) if table.statement == "resultatrakning"]
    signs = dict.fromkeys(range(len(grid.tables)), 1)
    for t in tables:
        signs[t] = _guess_sign(grid, t)
    sums = build(grid, signs)
    search(grid, sums, deep=False)
    for t in tables:
        before = _verdicts(grid, sums)
        if before[1] == 0:
            continue
        chosen = dict(grid.chosen)
        other = {**signs, t: -signs[t]}
        tried = build(grid, other)
        search(grid, tried, deep=False)
        after = _verdicts(grid, tried)
        if (after[0] - after[1]) > (before[0] - before[1]):
            signs, sums = other, tried
        else:
            grid.chosen = chosen
    sums = build(grid, signs)
    search(grid, sums, deep=deep)
    return build(grid, signs)


def _guess_sign(grid: Grid, t: int) -> int:
    """+1 when costs are printed negative, −1 when they are printed positive."""
    balance = 0
    for row in grid.tables[t].rows:
        if row.post in (
            "verksamhetens_kostnader",
            "ovriga_verksamhetskostnader",
            "administration",
            "kostnader_insatser",
        ):
            for figure in row.readings[0].figures:
                if figure and figure.value:
                    balance += 1 if figure.value < 0 else -1
    return 1 if balance > 0 else -1


def _verdicts(grid: Grid, sums: list[Sum]) -> tuple[int, int]:
    found = [grid.holds(s) for s in sums]
    return sum(v is True for v in found), sum(v is False for v in found)


def _drafts(grid: Grid, sums: list[Sum], source: Source, identity: Identity) -> list[Draft]:
    covered = {c for s in sums if grid.holds(s) for c in s.cells}
    found: list[Draft] = []
    for t, table in enumerate(grid.tables):
        for r in range(len(table.rows)):
            reading = grid.reading(t, r)
            if reading is None:
                continue
            for c, figure in enumerate(reading.figures):
                if figure is not None:
                    found.append(_draft(grid, table, (t, r, c), figure, covered, source, identity))
    return found


def _draft(  # noqa: PLR0917
    grid: Grid,
    table: Table,
    cell: Cell,
    figure: Figure,
    covered: set[Cell],
    source: Source,
    identity: Identity,
) -> Draft:
    _, r, c = cell
    row, column = table.rows[r], table.columns[c]
    line = row.line_of(figure)
    status, note = _status(grid, cell, figure, covered, source, column)
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
    if re.match(r"(?:over|under)skott\b", fold(row.label)) and table.statement == "insats_ekonomi":
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


def _about_instant(table: Table, label: str) -> bool:
    """Figures of a day, not of a period: notes to the balance sheet, numbers of employees."""
    if table.statement == "not":
        name = _note_name(table.title)
        if labels_of("resultatrakning").find(name) is not None:
            return False
        return labels_of("balansrakning").find(name) is not None or bool(
            re.search(
                r"skuld|fordring|eget kapital|kassa|tillgang|avsattning|forutbetald|upplupn",
                fold(name),
            )
        )
    return table.statement == "oversikt" and bool(
        re.match(r"antal anst|eget kapital|soliditet|likvida|balansomslut", fold(label))
    )


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
    folded = fold(label)
    if table.statement == "deltagare" or column.role == "count":
        return "antal"
    if table.statement in ("oversikt", "nyckeltal", "personal") and re.match(
        r"antal|anstallda|deltagare", folded
    ):
        return "antal"
    if table.statement in ("oversikt", "nyckeltal") and re.search(
        r"soliditet|andel|procent|%|likviditet|grad\b", folded
    ):
        return "procent"
    if table.statement in ("personal", "ovrigt", "mal"):
        return "antal"
    return table.unit


def _status(  # noqa: PLR0911, PLR0917
    grid: Grid, cell: Cell, figure: Figure, covered: set[Cell], source: Source, column: Column
) -> tuple[str, str]:
    if not column.known and not column.text:  # sums hold in a column whatever it is about
        reason = grid.repairs[cell].reason if cell in grid.repairs else ""
        lost = "kolumnens rubrik saknas eller är otydlig"
        return "suspect", f"{lost}; {reason}" if reason else lost
    if cell in grid.repairs:
        return "repaired", grid.repairs[cell].reason
    if cell in covered:
        return "reconciled", ""
    if cell in grid.suspects:
        return "suspect", grid.suspects[cell]
    reading = grid.reading(cell[0], cell[1])
    row = grid.row(cell[0], cell[1])
    if row.doubtful:
        return "suspect", "etikett och belopp står isär; ingen summa prövar paret"
    if figure.damaged:
        return "suspect", "tecken i talet feltolkade av OCR; ingen summa prövar det"
    if reading is not None and len(row.readings) > 1:
        rivals = [
            o
            for o in row.readings
            if o is not reading
            and o.cost <= reading.cost + 0.2
            and _value_at(o.figures, cell[2]) != figure.value
        ]
        if rivals:
            return "suspect", "raden kan delas i kolumner på flera sätt"
    if source.worn and figure.irregular:
        return "unchecked", "mellanslag i talet flyttade av OCR"
    return "unchecked", ""


def _value_at(figures: tuple[Figure | None, ...], c: int) -> int | None:
    figure = figures[c] if c < len(figures) else None
    return figure.value if figure else None


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
            kind = next((k for k, p in _KIND[1:] if p.search(fold(row.group))), "")
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
        parts.append("kolumn=" + re.sub(r"\s*[;=]\s*", " ", column.text))
    return label, insats, kind, ";".join(parts)


def _member(label: str) -> str:
    return (
        re.sub(r"^(?:drift|medlems)?bidrag(?:en)?\s*(?:från)?\s*", "", label, flags=re.I).strip()
        or label
    )


def _insats(table: Table, row: Row, label: str, identity: Identity) -> str:  # noqa: PLR0911
    bare = re.sub(r"\s+\d+(?:\.\d+)+$|^varav\s+(?:insatskostnad\s+)?", "", label, flags=re.I)
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
    if ("insats" in about or "projekt" in about) and (
        not re.search(
            r"kostnad|intakt|loner|lokal|administra|kansli|arvode|revision|bidrag", fold(bare)
        )
        and bare
    ):
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
