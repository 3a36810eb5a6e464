"""Which identities a report's tables should obey.

Belongs here: turning the rules of `regel.csv`, a table's own sums, netto, avvikelse, notes and
repeated figures into `Identity` objects over cells. Does not belong here: trying them (`solve`).
"""

import re
from collections import defaultdict
from datetime import date
from functools import lru_cache

from .columns import Column
from .solve import Cell, Grid, Identity, vouches
from .tables import Row, Table
from .vocabulary import Rule, fold, labels_of, rules, skeleton

Key = tuple[str, object, object]
_COSTS = {
    "verksamhetens_kostnader",
    "administration",
    "ovriga_verksamhetskostnader",
    "kostnader_insatser",
    "avskrivningar",
    "finansiella_kostnader",
}
_STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode")
_ALSO_DEBT = "summa_skulder"


def column_key(column: Column) -> Key:
    """What two columns must share to be about the same thing."""
    return (column.scenario, None, column.end)


class Sheets:
    """Cells of the three statements by statement, column and post."""

    def __init__(self, grid: Grid) -> None:
        self.cells: dict[tuple[str, Key, int], dict[str, list[Cell]]] = defaultdict(dict)
        self.sheets: dict[tuple[str, Key], int] = {}
        for t, table in enumerate(grid.tables):
            if table.statement not in _STATEMENTS:
                continue
            for c, column in enumerate(table.columns):
                if column.role == "value":
                    self._add(t, table, c, column)

    def _add(self, t: int, table: Table, c: int, column: Column) -> None:
        key = column_key(column) if column.known else (column.scenario, ("okänd", t, c), column.end)
        found: dict[str, list[Cell]] = defaultdict(list)
        for r, row in enumerate(table.rows):
            if row.post:
                found[row.post].append((t, r, c))
        number = self.sheets.get((table.statement, key), 0)
        existing = self.cells.get((table.statement, key, number), {})
        clash = set(existing) & set(found) - {"ovriga_verksamhetskostnader"}
        if existing and len(clash) > 1:
            number += 1
        self.sheets[table.statement, key] = number
        sheet = self.cells[table.statement, key, number]
        for post, cells in found.items():
            sheet.setdefault(post, []).extend(cells)

    def main(self, statement: str, key: Key) -> dict[str, list[Cell]]:
        """The first sheet of a statement for a column."""
        return self.cells.get((statement, key, 0), {})


def build(grid: Grid, cost_sign: dict[int, int]) -> list[Identity]:
    """Every identity that can be tried in these tables; `cost_sign` per table index."""
    sheets = Sheets(grid)
    found: list[Identity] = []
    for (statement, key, _), sheet in list(sheets.cells.items()):
        for rule in rules():
            if rule.total[0] == statement and all(s == statement for s, _ in rule.parts):
                if key[0] == "avvikelse":
                    found.extend(_of_deviations(grid, rule, sheet, key))
                else:
                    found.extend(_of_rule(grid, rule, sheet, key, cost_sign))
        if statement == "balansrakning":
            found.extend(_balance_sums(grid, sheet, key))
    found.extend(_across(grid, sheets))
    for t, table in enumerate(grid.tables):
        found.extend(_sums(grid, t, table))
        found.extend(nets(grid, t, table))
        found.extend(_deviations(grid, t, table))
        found.extend(_overview(grid, t, table))
    found.extend(_notes(grid, sheets))
    found.extend(_cost_totals(grid, sheets))
    found.extend(_repeated(grid))
    return found


@lru_cache(maxsize=1)
def _rules_for() -> dict[tuple[str, str], list[Rule]]:
    """The rules that say what a line item is the sum of, by that line item."""
    found: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in rules():
        if rule.regel_id not in ("RR4", "BR6", "BR2"):
            found[rule.total].append(rule)
    return found


def _present(grid: Grid, cells: list[Cell]) -> list[Cell]:
    return [c for c in cells if grid.figure(c) is not None]


def _expand(
    grid: Grid, sheet: dict[str, list[Cell]], post: str, statement: str, depth: int = 0
) -> list[Cell]:
    """The cells of a post, or of its parts when it is not printed."""
    own = _present(grid, sheet.get(post, []))
    if own:
        return own
    if depth > 3 or post == "periodens_resultat":
        return []
    if post in ("summa_kortfristiga_skulder",) and _present(grid, sheet.get(_ALSO_DEBT, [])):
        return _present(grid, sheet[_ALSO_DEBT])
    parts: list[Cell] = []
    for rule in _rules_for().get((statement, post), ()):
        for part_statement, part in rule.parts:
            if part_statement == statement:
                parts.extend(_expand(grid, sheet, part, statement, depth + 1))
        if parts:
            return parts
    return [c for p in _BALANCE_SUMS.get(post, ()) for c in _present(grid, sheet.get(p, []))]


def _of_rule(
    grid: Grid, rule: Rule, sheet: dict[str, list[Cell]], key: Key, cost_sign: dict[int, int]
) -> list[Identity]:
    totals = _present(grid, sheet.get(rule.total[1], []))
    if not totals:
        return []
    parts: list[tuple[int, Cell]] = []
    used_debt = False
    for statement, post in rule.parts:
        if rule.regel_id in ("RR5", "RR6", "BR4", "BR7", "RR7"):
            cells = _present(grid, sheet.get(post, []))
        else:
            cells = _expand(grid, sheet, post, statement)
        if rule.regel_id == "RR2" and post == "finansiella_intakter" and not cells:
            cells = _present(grid, sheet.get("finansnetto", []))
        if (
            rule.regel_id == "BR5"
            and cells
            and grid.row(cells[0][0], cells[0][1]).post == _ALSO_DEBT
        ):
            if used_debt:
                continue
            used_debt = True
        for cell in cells:
            own = grid.row(cell[0], cell[1]).post
            weight = (
                cost_sign.get(cell[0], 1)
                if own in _COSTS and rule.regel_id not in ("RR5", "RR7")
                else 1
            )
            if rule.regel_id == "RR7" and own in _COSTS:
                weight = cost_sign.get(cell[0], 1)
            parts.append((weight, cell))
    if not parts or len({c for _, c in parts}) != len(parts):
        return []
    if rule.regel_id in ("RR3",) and len(parts) == 1 and parts[0][1] == totals[0]:
        return []
    return [Identity(rule.regel_id, rule.name, totals[0], tuple(parts), key)]


def _of_deviations(
    grid: Grid, rule: Rule, sheet: dict[str, list[Cell]], key: Key
) -> list[Identity]:
    """A rule in a column of deviations, whose signs follow no convention: only where it holds."""
    for sign in (1, -1):
        signs = dict.fromkeys(range(len(grid.tables)), sign)
        held = [i for i in _of_rule(grid, rule, sheet, key, signs) if grid.holds(i)]
        if held:
            return held
    return []


_BALANCE_SUMS = {  # beyond regel.csv
    _ALSO_DEBT: ("langfristiga_skulder", "summa_kortfristiga_skulder"),
    "summa_avsattningar": ("avsattningar_pensioner", "ovriga_avsattningar"),
    "summa_anlaggningstillgangar": (
        "immateriella_anlaggningstillgangar",
        "materiella_anlaggningstillgangar",
        "finansiella_anlaggningstillgangar",
    ),
}


def _balance_sums(grid: Grid, sheet: dict[str, list[Cell]], key: Key) -> list[Identity]:
    found = []
    for total, items in _BALANCE_SUMS.items():
        totals = _present(grid, sheet.get(total, []))
        parts = tuple((1, c) for p in items for c in _present(grid, sheet.get(p, [])))
        if totals and parts:
            name = grid.row(totals[0][0], totals[0][1]).name
            found.append(Identity("TAB", f"Summan ”{name}”", totals[0], parts, key))
    return found


def _across(grid: Grid, sheets: Sheets) -> list[Identity]:
    found = []
    keys = {key for _, key, _ in sheets.cells}
    for rule in rules():
        if not rule.regel_id.startswith("X"):
            continue
        for key in sorted(keys, key=repr):
            totals = _present(grid, sheets.main(rule.total[0], key).get(rule.total[1], []))
            parts = [
                (1, c)
                for s, p in rule.parts
                for c in _present(grid, sheets.main(s, key).get(p, []))
            ]
            if totals and parts:
                found.append(Identity(rule.regel_id, rule.name, totals[0], tuple(parts), key))
    return found


def _overview(grid: Grid, t: int, table: Table) -> list[Identity]:
    """Intäkter, kostnader and resultat in an overview: costs printed either way."""
    if table.statement not in ("oversikt", "prognos"):
        return []
    rows = {_first_word(row): r for r, row in reversed(list(enumerate(table.rows)))}
    if not {"intakter", "kostnader", "resultat"} <= set(rows):
        return []
    found = []
    for c, column in enumerate(table.columns):
        cells = [(t, rows[name], c) for name in ("resultat", "intakter", "kostnader")]
        figures = [grid.figure(cell) for cell in cells]
        if column.role != "value" or any(f is None or f.percent for f in figures):
            continue
        cost = figures[2]
        sign = 1 if cost is not None and cost.value < 0 else -1
        parts = ((1, cells[1]), (sign, cells[2]))
        identity = Identity("TAB", "Resultat = intäkter − kostnader", cells[0], parts, _key(column))
        if grid.holds(identity):  # the result may hold financial items and depreciation too
            found.append(identity)
    return found


def _first_word(row: Row) -> str:
    words = skeleton(row.label).split(" ")
    first = (
        words[0]
        if words[0] not in ("periodens", "arets", "delarets", "summa", "verksamhetens", "rorelsens")
        or len(words) < 2
        else words[1]
    )
    return {"intakter": "intakter", "kostnader": "kostnader", "resultat": "resultat"}.get(
        first, first
    )


_PEOPLE = re.compile(r"antal|deltagare|personer")  # those in and out are no items of a sum
_OFWHICH = re.compile(r"^(?:varav|darav)\b")


def _sums(grid: Grid, t: int, table: Table) -> list[Identity]:
    """Items of a table = its own Summa; the set of items is the one that holds most often."""
    if (
        table.statement in _STATEMENTS
        and sum(bool(r.post) for r in table.rows) >= len(table.rows) * 0.8
    ):
        return []
    if table.statement in ("deltagare", "utbildning", "nyckeltal", "mal", "personal", "ovrigt"):
        return []  # people are counted in several ways there: their sums are no accounts
    found: list[Identity] = []
    rows = table.rows
    for r, row in enumerate(rows):
        if row.is_sum and not _PEOPLE.search(fold(row.label)):
            best = _best_items(grid, t, table, r, _item_sets(rows, r))
            if best:
                found.extend(_tab(grid, t, table, r, best))
        elif (
            r + 1 < len(rows)
            and _OFWHICH.match(fold(rows[r + 1].label))
            and not _OFWHICH.match(fold(row.label))
        ):
            items = []
            for k in range(r + 1, len(rows)):
                if not _OFWHICH.match(fold(rows[k].label)):
                    break
                items.append(k)
            found.extend(_tab(grid, t, table, r, items))
    return found


def _item_sets(rows: list[Row], r: int) -> list[list[int]]:
    """Plausible sets of items of the sum in row `r`, the most natural first."""
    since_sum: list[int] = []
    for k in range(r - 1, -1, -1):
        if rows[k].is_sum:
            break
        since_sum.append(k)
    same_group = []
    for k in range(r - 1, -1, -1):
        if rows[k].is_sum or rows[k].group != rows[r - 1].group:
            break
        same_group.append(k)
    sums = [k for k in range(r) if rows[k].is_sum]
    sets = [same_group[::-1], since_sum[::-1]]
    if sums:
        sets.append([*sums, *since_sum[::-1]])
        if len(sums) > 1:
            sets.append([sums[-1], *since_sum[::-1]])
            sets.append([sums[-2], sums[-1]])
        sets.append([k for k in range(r) if not rows[k].is_sum])
    unique: list[list[int]] = []
    for items in sets:
        if items and items not in unique:
            unique.append(items)
    return unique


def _best_items(
    grid: Grid, t: int, table: Table, r: int, sets: list[list[int]]
) -> list[int] | None:
    best: tuple[float, list[int]] | None = None
    for nth, items in enumerate(sets):
        verdicts = [grid.holds(i) for i in _tab(grid, t, table, r, items)]
        holds = sum(v is True for v in verdicts)
        broken = sum(v is False for v in verdicts)
        if not verdicts:
            continue
        score = holds - broken - 0.1 * nth
        if (len(items) > 1 or holds) and (best is None or score > best[0]):
            best = (score, items)
    return best[1] if best else None


def _tab(grid: Grid, t: int, table: Table, r: int, items: list[int]) -> list[Identity]:
    found = []
    for c, column in enumerate(table.columns):
        if column.role not in ("value", "count") or grid.figure((t, r, c)) is None:
            continue
        parts = tuple((1, (t, k, c)) for k in items if grid.figure((t, k, c)) is not None)
        if not parts or _is_percent(grid, (t, r, c)):
            continue
        label = f"Summan ”{table.rows[r].name or table.rows[r].label}”"
        found.append(Identity("TAB", label, (t, r, c), parts, _key(column)))
    return found


def _is_percent(grid: Grid, cell: Cell) -> bool:
    figure = grid.figure(cell)
    return figure is not None and figure.percent


def _key(column: Column) -> Key:
    return (column.scenario, column.start, column.end)


def nets(grid: Grid, t: int, table: Table) -> list[Identity]:
    """Netto = intäkt − kostnad (costs in their own column are printed positive).

    Where no row has an income its column is left out: netto is the cost.
    """
    found = []
    columns = table.columns
    for c in range(1, len(columns)):
        if columns[c].part != "net" or columns[c - 1].part != "cost":
            continue
        terms = [(-1, c - 1)]
        if c > 1 and columns[c - 2].part == "income":
            terms.insert(0, (1, c - 2))
        for r in range(len(table.rows)):
            if grid.figure((t, r, c)) is None:
                continue
            parts = tuple(
                (weight, (t, r, k)) for weight, k in terms if grid.figure((t, r, k)) is not None
            )
            if parts:
                found.append(
                    Identity(
                        "AVV",
                        "Netto = intäkt − kostnad",
                        (t, r, c),
                        parts,
                        _key(columns[c]),
                        either=True,
                        weight=0.8,
                    )
                )
    return found


def _deviations(grid: Grid, t: int, table: Table) -> list[Identity]:
    """Avvikelse = budget − utfall, either way round: the pair of columns that fits best."""
    found: list[Identity] = []
    columns = table.columns
    usable = [c for c, col in enumerate(columns) if col.role == "value"]
    for c in usable:
        if columns[c].scenario != "avvikelse":
            continue
        pairs = [
            (a, b)
            for a in usable
            for b in usable
            if columns[a].scenario in ("budget",)
            and columns[b].scenario in ("utfall", "prognos")
            and columns[b].part in ("", "net")
            and columns[a].part in ("", "net")
        ]
        best: tuple[int, list[Identity]] | None = None
        for a, b in pairs:
            tried = [
                Identity(
                    "AVV",
                    "Avvikelse = budget − utfall",
                    (t, r, c),
                    ((1, (t, r, a)), (-1, (t, r, b))),
                    _key(columns[c]),
                    either=True,
                    weight=0.8,
                )
                for r in range(len(table.rows))
                if all(grid.figure((t, r, k)) is not None for k in (a, b, c))
            ]
            score = sum(1 if grid.holds(i) else -1 for i in tried)
            if tried and (best is None or score > best[0]):
                best = (score, tried)
        if best and best[0] > 0:
            found.extend(_one_way(grid, best[1]))
    return found


def _one_way(grid: Grid, tried: list[Identity]) -> list[Identity]:
    """Deviations of costs, and of all else, go one way when most do: a lost minus shows."""
    out: list[Identity] = []
    for costs in (True, False):
        group = [i for i in tried if (grid.row(*i.total[:2]).post in _COSTS) is costs]
        ways = {1: 0, -1: 0}
        for item in group:
            for way in ways:
                turned = _turned(item, way)
                ways[way] += grid.holds(turned) is True and vouches(grid, turned, item.total)
        way = max(ways, key=lambda w: ways[w])
        clear = ways[way] >= 3 and ways[way] >= 4 * (ways[-way] or 0)
        out.extend(_turned(i, way) if clear else i for i in group)
    return out


def _turned(identity: Identity, way: int) -> Identity:
    parts = tuple((way * weight, cell) for weight, cell in identity.parts)
    return identity._replace(parts=parts, either=False)


def _notes(grid: Grid, sheets: Sheets) -> list[Identity]:
    """The total of a note = the line of the statement that the note is about."""
    found = []
    for t, table in enumerate(grid.tables):
        if table.statement != "not" or not table.rows:
            continue
        total = _note_total(table)
        if total is None:
            continue
        for statement in ("resultatrakning", "balansrakning"):
            hit = labels_of(statement).find(note_name(table.title))
            if hit is None:
                continue
            for c, column in enumerate(table.columns):
                if column.role != "value" or grid.figure((t, total, c)) is None:
                    continue
                sheet = sheets.main(statement, column_key(column))
                tried = [
                    Identity(
                        "NOT",
                        f"Not {table.note} = raden i räkningen",
                        (t, total, c),
                        ((1, cells[0]),),
                        _key(column),
                        either=True,
                    )
                    for post in (hit[0].post_code, *_NARROWER.get(hit[0].post_code, ()))
                    if len(cells := _present(grid, sheet.get(post, []))) == 1
                ]
                narrow = hit[0].post_code in _NARROWER and len(tried) < 2
                found.extend(
                    [i for i in tried if grid.holds(i)][:1] or ([] if narrow else tried[:1])
                )
            break
    return found


def _cost_totals(grid: Grid, sheets: Sheets) -> list[Identity]:
    """The total of a driftredovisning = verksamhetens kostnader, where it is.

    A table of insatser may leave costs out: that it differs says nothing.
    """
    found = []
    for t, table in enumerate(grid.tables):
        total = _note_total(table) if table.statement == "driftredovisning" else None
        if total is None:
            continue
        for c, column in enumerate(table.columns):
            if column.role != "value" or column.part not in ("", "net", "cost"):
                continue
            sheet = sheets.main("resultatrakning", column_key(column))
            costs = _present(grid, sheet.get("verksamhetens_kostnader", []))
            if len(costs) != 1 or not column.known or grid.figure((t, total, c)) is None:
                continue
            name = "Insatser och administration = verksamhetens kostnader"
            parts = ((1, costs[0]),)
            tried = Identity("KST", name, (t, total, c), parts, _key(column), either=True)
            if grid.holds(tried):
                found.append(tried)
    return found


_NARROWER = {  # a note named after the whole may specify only its largest part
    "verksamhetens_intakter": ("medlemsbidrag",),
    "verksamhetens_kostnader": ("kostnader_insatser",),
}


def note_name(title: str) -> str:
    """What a note is about, without dates and units."""
    return re.sub(r"\s*(?:\d{4}-\d\d-\d\d|\d{6}|20\d\d|\(.*?\)|tkr|kr).*$", "", title).strip(" .:-")


def _note_total(table: Table) -> int | None:
    sums = [r for r, row in enumerate(table.rows) if row.is_sum]
    return sums[-1] if sums else (0 if len(table.rows) == 1 else None)


_COST_TABLES = {"driftredovisning", "not", "insats_ekonomi", "resultatrakning", "oversikt"}


def _repeated(grid: Grid) -> list[Identity]:
    """One insats, one period, one scenario in two tables: the same figure, in any unit."""
    seen: dict[tuple[str, str, object, object], Cell] = {}
    found: list[Identity] = []
    for t, table in enumerate(grid.tables):
        if table.statement not in _COST_TABLES:
            continue
        for r, row in enumerate(table.rows):
            name = _repeat_name(row, table)
            if not name:
                continue
            for c, column in enumerate(table.columns):
                if (
                    column.role != "value"
                    or column.part == "income"
                    or not column.known
                    or not isinstance(column.end, date)
                ):
                    continue
                if column.part == "cost" and any(
                    k.part == "net" and k.scenario == column.scenario for k in table.columns
                ):
                    continue
                cell = (t, r, c)
                figure = grid.figure(cell)
                if figure is None or figure.percent or not figure.value:
                    continue
                key = (name, column.scenario, column.start, column.end)
                other = seen.get(key)
                if other is None:
                    seen[key] = cell
                elif other[0] != t:
                    identity = Identity(
                        "SAM",
                        "Samma belopp i två tabeller",
                        cell,
                        ((1, other),),
                        _key(column),
                        either=True,
                        weight=0.7,
                    )
                    if grid.holds(identity) or _near(grid, cell, other):
                        found.append(identity)
    return found


def _near(grid: Grid, a: Cell, b: Cell) -> bool:
    first, second = grid.amount(a), grid.amount(b)
    if first is None or second is None:
        return False
    one, two = str(abs(first[0]) // 100_000), str(abs(second[0]) // 100_000)
    return len(one) == len(two) and sum(x != y for x, y in zip(one, two, strict=True)) <= 1


def _repeat_name(row: Row, table: Table) -> str:
    if row.post in (
        "periodens_resultat",
        "verksamhetens_intakter",
        "verksamhetens_kostnader",
        "kostnader_insatser",
    ):
        return row.post if table.statement == "resultatrakning" else ""
    if table.statement in ("resultatrakning", "driftredovisning", "not") and not row.is_sum:
        key = skeleton(row.name or row.label)
        return key if len(key) > 5 else ""
    if table.statement == "oversikt":
        first = skeleton(row.label).split(" ")[0]
        return {
            "intakter": "verksamhetens_intakter",
            "kostnader": "verksamhetens_kostnader",
            "resultat": "periodens_resultat",
            "periodens": "periodens_resultat",
        }.get(first, "")
    return ""
