"""Constraint-guided reading: of all readings, the one in which the report's identities hold.

Belongs here: identities as sums of cells, the search over readings, repairs that identities
prove, and what stays ambiguous. Does not belong here: which identities a report should obey
(`identities`) or how rows are found (`tables`).

Values are integers of öre-hundredths (value x 100 x unit factor): exact. Every printed figure is
the interval value ± half its unit; an identity holds when zero lies in the interval of its sum.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .numbers import Figure
from .tables import CODE, Reading, Row, Table

SCALE = {"SEK": 1, "TSEK": 1000, "MSEK": 1_000_000, "": 1}
MAX_ROUNDS = 5
MAX_PAIRS = 3000
PAIR_OPTIONS = 12  # readings of a row that are tried together with those of another
MAX_REPAIRS = 25
BROKEN = -0.6  # worth of an identity that breaks, against 1 of one that holds

Cell = tuple[int, int, int]  # table, row, column
RowKey = tuple[int, int]
_Amount = tuple[int, int]  # value and half unit
_Amounts = list[tuple[_Amount | None, ...]]  # of every figure in every reading of a row
# of an identity: row and column of the total, the parts in rows of several readings; of the
# other parts their sum, its tolerance, whether there is any and any but zero; either, weight
_Term = tuple[RowKey, int, list[tuple[int, RowKey, int]], tuple[int, int, bool, bool], bool, float]


class Identity(NamedTuple):
    """`total` equals the weighted sum of `parts`; `either`: up to the sign of the total."""

    rule: str
    name: str
    total: Cell
    parts: tuple[tuple[int, Cell], ...]
    column: tuple[str, object, object]  # scenario, period_start, period_end
    either: bool = False
    weight: float = 1.0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The total and its parts."""
        return (self.total, *(cell for _, cell in self.parts))


@dataclass(slots=True)
class Repair:
    """A value that identities prove in the place of the printed one."""

    value: int  # hundredths of the printed unit
    reason: str


@dataclass
class Grid:
    """All tables of a document with the reading chosen for each row.

    `worn`: the text has been through OCR. `to_the_unit`: its sums in whole kronor hold exactly.
    """

    tables: list[Table]
    worn: bool = False
    to_the_unit: bool = False
    chosen: dict[RowKey, int] = field(default_factory=dict)
    repairs: dict[Cell, Repair] = field(default_factory=dict)
    suspects: dict[Cell, str] = field(default_factory=dict)
    _amounts: dict[RowKey, _Amounts] = field(default_factory=dict)

    def row(self, t: int, r: int) -> Row:
        """Row `r` of table `t`."""
        return self.tables[t].rows[r]

    def reading(self, t: int, r: int) -> Reading | None:
        """The reading chosen for a row."""
        options = self.row(t, r).readings
        return options[self.chosen.get((t, r), 0)] if options else None

    def figure(self, cell: Cell) -> Figure | None:
        """The figure of a cell in the reading chosen, None for a blank one."""
        t, r, c = cell
        options = self.tables[t].rows[r].readings
        if not options:
            return None
        figures = options[self.chosen.get((t, r), 0)].figures
        return figures[c] if c < len(figures) else None

    def placed(self, cell: Cell) -> bool:
        """Whether the column of a figure is plain: its row has cells, or one for each column."""
        reading = self.reading(cell[0], cell[1])
        tabbed = self.row(cell[0], cell[1]).tabbed is not None
        return tabbed or (reading is not None and None not in reading.figures)

    def amounts(self, key: RowKey) -> _Amounts:
        """Value and half unit in hundredths of a krona, of every reading; no repairs."""
        found = self._amounts.get(key)
        if found is None:
            scale = SCALE.get(self.tables[key[0]].unit, 1)
            found = [
                tuple([(f.value * scale, f.half * scale) if f else None for f in o.figures])
                for o in self.row(*key).readings
            ]
            self._amounts[key] = found
        return found

    def printed_value(self, cell: Cell) -> int | None:
        """Value in hundredths of the printed unit, repaired where it is."""
        if cell in self.repairs:
            return self.repairs[cell].value
        figure = self.figure(cell)
        return None if figure is None else figure.value

    def amount(self, cell: Cell) -> _Amount | None:
        """Value and half unit in hundredths of a krona, of the reading chosen and repaired."""
        t, r, c = cell
        options = self._amounts.get((t, r)) or self.amounts((t, r))
        if not options:
            return None
        amounts = options[self.chosen.get((t, r), 0)]
        found = amounts[c] if c < len(amounts) else None
        if found is not None and self.repairs and cell in self.repairs:
            scale = SCALE.get(self.tables[t].unit, 1)
            return self.repairs[cell].value * scale, found[1]
        return found

    def gap(self, identity: Identity) -> tuple[int, int] | None:
        """(total − parts, tolerance), or None when the identity cannot be tried.

        Two figures printed in one unit for one amount are the same however they were rounded:
        in a worn text one unit between them is a digit misread.
        """
        total = self.amount(identity.total)
        if total is None:
            return None
        value, half = total
        led = 0
        count = 0
        for weight, cell in identity.parts:
            part = self.amount(cell)
            if part is None:
                continue
            led += weight * part[0]
            half += abs(weight) * part[1]
            count += 1
        if not count:
            return None
        difference = value - led
        if identity.either and abs(value + led) < abs(difference):
            difference = value + led
        alike = self.worn and count == 1 and half == 2 * total[1]
        whole = self.to_the_unit and half == _KRONA * (count + 1)
        return difference, 0 if alike or whole else half

    def holds(self, identity: Identity) -> bool | None:
        """Whether the identity holds; None when it cannot be tried."""
        found = self.gap(identity)
        return None if found is None else abs(found[0]) <= found[1]


def vouches(grid: Grid, identity: Identity, cell: Cell) -> bool:
    """Whether an identity that holds would break without this figure, or the figure is zero."""
    return cell in vouched(grid, identity, [cell])


def vouched(grid: Grid, identity: Identity, cells: Iterable[Cell]) -> list[Cell]:
    """Those of the cells whose figures an identity would break without, and zeros in place."""
    gap = grid.gap(identity)
    found = []
    for cell in cells:
        amount = grid.amount(cell)
        if gap is None or amount is None:
            continue
        weight = -1 if cell == identity.total else sum(w for w, c in identity.parts if c == cell)
        placed = (
            amount[0] == 0
            and grid.placed(cell)
            and not (grid.worn and grid.row(*cell[:2]).doubtful)
        )
        if placed or abs(gap[0] + weight * amount[0]) > gap[1]:
            found.append(cell)
    return found


def rests_on_guess(grid: Grid, identity: Identity) -> bool:
    """Whether a row of a worn text left digits to its label only to make its sums hold."""
    moved = {cell[:2] for cell in identity.cells if grid.chosen.get(cell[:2])}
    return any(_leaves_digits(grid, cell) for cell in identity.cells if cell[:2] in moved)


def _leaves_digits(grid: Grid, cell: Cell) -> bool:
    reading = grid.reading(*cell[:2]) if grid.worn and grid.figure(cell) is not None else None
    return reading is not None and bool(absorbed(grid.row(*cell[:2]), reading))


def absorbed(row: Row, reading: Reading) -> str:
    """Digits, neither year nor code, that the reading leaves to the label."""
    if row.tabbed is not None or reading.label_end <= row.label_end:
        return ""
    digits = row.line.text[row.label_end : reading.label_end].strip()
    return "" if CODE.match(digits) else "siffror före beloppet kan höra till det"


def hold_to_the_unit(grid: Grid, identities: list[Identity]) -> bool:
    """Whether the sums of a document that are printed in whole kronor hold without rounding."""
    gaps = [
        gap[0]
        for i in identities
        if len(i.parts) > 1
        and (gap := grid.gap(i)) is not None
        and abs(gap[0]) <= gap[1] == _KRONA * len([c for c in i.cells if grid.figure(c)])
    ]
    exact = gaps.count(0)
    return exact >= MANY_SUMS and exact >= 0.9 * len(gaps)


_KRONA = 50  # half of it, in hundredths
MANY_SUMS = 5


class _Search:
    """The state of one search: amounts of every option of every row, identities as plain terms."""

    def __init__(self, grid: Grid, identities: list[Identity]) -> None:
        self.grid = grid
        self.amounts: dict[RowKey, _Amounts] = {}
        self.costs: dict[RowKey, list[float]] = {}
        self.option: dict[RowKey, int] = {}
        self.terms: list[_Term] = []
        self.touching: dict[RowKey, list[int]] = defaultdict(list)
        for n, identity in enumerate(identities):
            for key in {cell[:2] for cell in identity.cells}:
                self.touching[key].append(n)
                if key not in self.amounts:
                    self._add(key)
            self.terms.append(self._term(identity))

    def _add(self, key: RowKey) -> None:
        self.amounts[key] = self.grid.amounts(key)
        self.costs[key] = [0.35 * o.cost for o in self.grid.row(*key).readings]
        self.option[key] = self.grid.chosen.get(key, 0)

    def _term(self, identity: Identity) -> _Term:
        """An identity with the parts added up that stand in rows of one reading."""
        (t, r, c) = identity.total
        led = half = 0
        seen = weighty = False
        open_parts = []
        for w, (x, y, column) in identity.parts:
            options = self.amounts[x, y]
            if len(options) != 1:
                open_parts.append((w, (x, y), column))
                continue
            part = options[0][column] if column < len(options[0]) else None
            if part is not None:
                led, half = led + w * part[0], half + part[1]
                seen, weighty = True, weighty or part[0] != 0
        fixed = (led, half, seen, weighty)
        return (t, r), c, open_parts, fixed, identity.either, identity.weight

    def verdict(self, n: int) -> float:
        """Worth of identity `n` in the present state: positive when it holds."""
        key, c, parts, (led, half, seen, weighty), either, weight = self.terms[n]
        row = self.amounts[key][self.option[key]]
        total = row[c] if c < len(row) else None
        if total is None:  # a reading without the total does not escape its sum
            return BROKEN * weight
        value = total[0]
        half += total[1]
        weighty = weighty or value != 0
        for w, part_key, column in parts:
            options = self.amounts[part_key][self.option[part_key]]
            part = options[column] if column < len(options) else None
            if part is None:
                continue
            seen = True
            led += w * part[0]
            half += part[1]
            weighty = weighty or part[0] != 0
        if not seen:
            return 0.0
        if abs(value - led) <= half or (either and abs(value + led) <= half):
            return weight if weighty else 0.02
        return BROKEN * weight

    def objective(self, keys: tuple[RowKey, ...], around: Iterable[int]) -> float:
        score = 0.0
        for n in around:
            score += self.verdict(n)
        for key in keys:
            score -= self.costs[key][self.option[key]]
        return score

    def improve(self, key: RowKey) -> bool:
        """Give one row its best option while the others stay."""
        around = self.touching[key]
        before = best = self.option[key]
        best_score = self.objective((key,), around)
        most = self._worth(around)
        for option, cost in enumerate(self.costs[key]):
            if option == before or most - cost <= best_score + 1e-9:
                continue
            self.option[key] = option
            score = self.objective((key,), around)
            if score > best_score + 1e-9:
                best, best_score = option, score
        self.option[key] = best
        return best != before

    def pairs(self) -> None:
        """Two rows at once, where an identity stays broken: bounded by MAX_PAIRS trials.

        The second row may be in another identity of the first: a wrong item and a sum that
        was read wrong after it hold together and break what the sum is part of.
        """
        trials = 0
        tried: set[tuple[RowKey, RowKey]] = set()
        for n in range(len(self.terms)):
            if self.verdict(n) >= 0:
                continue
            for first in self._ambiguous(n):
                near = dict.fromkeys(
                    k for m in (n, *self.touching[first]) for k in self._ambiguous(m)
                )
                for second in near:
                    pair = (min(first, second), max(first, second))
                    if first == second or pair in tried:
                        continue
                    tried.add(pair)
                    trials += self._options(first) * self._options(second)
                    if trials > MAX_PAIRS:
                        return
                    self._pair(*pair)

    def notes(self) -> None:
        """All rows of a table that may begin with the number of a note, at once.

        Read wrong one by one they still add up, to sums that are wrong in the same way.
        """
        noted: dict[int, dict[RowKey, int]] = defaultdict(dict)
        for key in sorted(self.amounts):
            option = _noted_option(self.grid.row(*key))
            if option is not None:
                noted[key[0]][key] = option
        for options in noted.values():
            around = sorted({n for key in options for n in self.touching[key]})
            if len(options) < 2 or all(self.verdict(n) >= 0 for n in around):
                continue
            keys = tuple(options)
            kept = {key: self.option[key] for key in keys}
            before = self.objective(keys, around)
            self.option.update(options)
            if self.objective(keys, around) <= before + 1e-9:
                self.option.update(kept)

    def _ambiguous(self, n: int) -> list[RowKey]:
        key, _, parts, *_ = self.terms[n]
        keys = sorted({key, *(k for _, k, _ in parts)})
        return [k for k in keys if len(self.amounts[k]) > 1]

    def _options(self, key: RowKey) -> int:
        return min(len(self.amounts[key]), PAIR_OPTIONS)

    def _pair(self, first: RowKey, second: RowKey) -> None:
        """Give two rows their best options while the others stay.

        Only identities over both rows depend on the pair of options; the others are tried once
        for each option of their own row.
        """
        here, there = set(self.touching[first]), set(self.touching[second])
        best = (self.option[first], self.option[second])
        best_score = self.objective((first, second), [*(here | there)])
        alone = self._alone(first, here - there)
        other = self._alone(second, there - here)
        shared = sorted(here & there)
        most = self._worth(shared)
        for a in range(self._options(first)):
            for b in range(self._options(second)):
                known = alone[a] + other[b]
                if known + most <= best_score + 1e-9:
                    continue
                self.option[first], self.option[second] = a, b
                score = known + sum(self.verdict(n) for n in shared)
                if score > best_score + 1e-9:
                    best, best_score = (a, b), score
        self.option[first], self.option[second] = best

    def _alone(self, key: RowKey, around: set[int]) -> list[float]:
        """Objective of each option of a row over these identities."""
        kept = self.option[key]
        found = []
        for option in range(self._options(key)):
            self.option[key] = option
            found.append(self.objective((key,), around))
        self.option[key] = kept
        return found

    def _worth(self, around: Iterable[int]) -> float:
        """What the identities are worth when all of them hold."""
        return sum([self.terms[n][5] for n in around])


def _noted_option(row: Row) -> int | None:
    """The cheapest reading of a row that takes its first digits for the number of a note."""
    if row.tabbed is not None or len(row.pieces) < 2:
        return None
    first = row.pieces[0]
    for option, reading in enumerate(row.readings):
        starts = [f.start for f in reading.figures if f is not None]
        if starts and first.start < min(starts) and reading.label_end == row.label_end:
            return option
    return None


def search(grid: Grid, identities: list[Identity], *, deep: bool = True) -> None:
    """Choose readings so that as many identities hold as possible, cheap readings first.

    One row at a time until nothing improves, then (`deep`) pairs of rows. Bounded.
    """
    state = _Search(grid, identities)
    ambiguous = sorted(k for k in state.amounts if len(state.amounts[k]) > 1)
    broken = {n for n in range(len(state.terms)) if state.verdict(n) < 0}
    for _ in range(MAX_ROUNDS):
        moved = False
        for key in ambiguous:
            around = state.touching[key]
            settled = state.option[key] == 0 and broken.isdisjoint(around)
            if not settled and state.improve(key):
                moved = True
                broken.difference_update(around)
                broken.update(n for n in around if state.verdict(n) < 0)
        if not moved:
            break
    if deep:
        state.notes()
        state.pairs()
    for key, option in state.option.items():
        if option:
            grid.chosen[key] = option
        else:
            grid.chosen.pop(key, None)


CONFUSABLE = {
    "0": "689",
    "1": "74",
    "2": "7",
    "3": "859",
    "4": "19",
    "5": "638",
    "6": "058",
    "7": "12",
    "8": "0365",
    "9": "043",
}


def edit(value: int, other: int, decimals: bool) -> tuple[int, str] | None:
    """How one OCR accident makes `other` of `value`: (rank, Swedish reason), low rank more likely.

    Hundredths of the printed unit; None when it takes more than one accident.
    """
    if value == other:
        return None
    if other == -value:
        return 0, "minustecken borttappat" if value > 0 else "minustecken tillkommet"
    unit = 1 if decimals else 100
    if other % unit or value * other < 0 or (value == 0 and other < 0):
        return None
    return _edited(str(abs(value) // unit), str(abs(other) // unit))


def _edited(digits: str, wanted: str) -> tuple[int, str] | None:
    """One digit glued on, misread, lost or superfluous."""
    if len(wanted) > 13 or len(digits) == len(wanted) == 1:  # any digit for any other
        return None
    if len(digits) > 1 and digits[:-1] == wanted:
        return 1, "siffra påklistrad sist"
    if len(digits) > 1 and (digits[1:].lstrip("0") or "0") == wanted:
        return 1, "siffra påklistrad först"
    at = next((i for i, (a, b) in enumerate(zip(digits, wanted, strict=False)) if a != b), -1)
    found = None
    if len(digits) == len(wanted) and digits[at + 1 :] == wanted[at + 1 :]:
        old, new = digits[at], wanted[at]
        found = (1 if new in CONFUSABLE[old] else 2, f"siffran {new} feltolkad som {old}")
    elif digits == wanted[1:]:
        found = (1, f"siffran {wanted[0]} borttappad")
    elif digits == wanted[:-1]:
        found = (1, f"siffran {wanted[-1]} borttappad")
    elif len(digits) + 1 == len(wanted) and digits[at:] == wanted[at + 1 :]:
        found = (2, f"siffran {wanted[at]} borttappad")
    elif len(digits) == len(wanted) + 1 and at > 0 and digits[at + 1 :] == wanted[at:]:
        found = (3, f"siffran {digits[at]} överflödig")
    return found


class _Candidate(NamedTuple):
    cell: Cell
    value: int
    rank: int
    reason: str
    explains: frozenset[int]
    exact: bool


def repair(grid: Grid, identities: list[Identity], may_repair: bool) -> None:
    """Correct what identities prove uniquely, mark as suspect what they leave open.

    `may_repair` False (clean text): only cells with visible damage may be corrected.
    """
    identities = [i for i in identities if not any(_leaves_digits(grid, c) for c in i.cells)]
    touching: dict[Cell, list[int]] = defaultdict(list)
    for n, identity in enumerate(identities):
        for cell in identity.cells:
            touching[cell].append(n)
    for _ in range(MAX_REPAIRS):
        broken = {n for n, identity in enumerate(identities) if grid.holds(identity) is False}
        if not broken:
            return
        candidates = _candidates(grid, identities, touching, broken, may_repair)
        move = _unique(candidates, identities, broken)
        if move is None:
            _mark(grid, identities, broken, candidates, touching, may_repair)
            return
        names = ", ".join(sorted({identities[n].rule for n in move.explains}))
        grid.repairs[move.cell] = Repair(move.value, f"{move.reason}; rättad genom {names}")


def _candidates(
    grid: Grid,
    identities: list[Identity],
    touching: dict[Cell, list[int]],
    broken: set[int],
    may_repair: bool,
) -> list[_Candidate]:
    found: list[_Candidate] = []
    cells = sorted({c for n in broken for c in identities[n].cells})
    for cell in cells:
        figure = grid.figure(cell)
        if figure is None or cell in grid.repairs or figure.percent:
            continue
        if not may_repair and not figure.damaged:
            continue
        found.extend(_cell_candidates(grid, identities, touching[cell], broken, cell, figure))
    return found


def _cell_candidates(  # noqa: PLR0917
    grid: Grid,
    identities: list[Identity],
    around: list[int],
    broken: set[int],
    cell: Cell,
    figure: Figure,
) -> list[_Candidate]:
    scale = SCALE.get(grid.tables[cell[0]].unit, 1)
    step = 1 if figure.half != 50 else 100
    wanted: dict[int, int] = {}
    options: dict[int, tuple[int, str]] = {}
    for n in around:
        if n not in broken:
            continue
        gap = grid.gap(identities[n])
        if gap is None:
            continue
        weight = (
            -1
            if cell == identities[n].total
            else sum(w for w, c in identities[n].parts if c == cell)
        )
        if weight == 0:
            continue
        centre = figure.value * scale + gap[0] // weight if abs(weight) == 1 else None
        if centre is None:
            continue
        within = min(gap[1], 2 * figure.half * scale)
        first = -(-(centre - within) // (scale * step)) * step
        for value in range(first, (centre + within) // scale + 1, step):
            found_edit = edit(figure.value, value, figure.half != 50)
            if found_edit is not None:
                distance = abs(value * scale - centre)
                options[value] = found_edit
                wanted[value] = min(distance, wanted.get(value, distance))
    found = []
    paired = not grid.row(*cell[:2]).doubtful  # else one sum says too little
    for value, distance in wanted.items():
        grid.repairs[cell] = Repair(value, "")
        fixed = frozenset(n for n in around if n in broken and grid.holds(identities[n]))
        harmed = any(n not in broken and grid.holds(identities[n]) is False for n in around)
        del grid.repairs[cell]
        if fixed and not harmed:
            found.append(_Candidate(cell, value, *options[value], fixed, paired and distance == 0))
    return found


def _unique(
    candidates: list[_Candidate], identities: list[Identity], broken: set[int]
) -> _Candidate | None:
    """The candidate that alone explains a whole component of broken identities."""
    ranked = sorted(candidates, key=lambda c: (-len(c.explains), c.rank, c.cell, c.value))
    for candidate in ranked:
        rivals = [
            c
            for c in candidates
            if c is not candidate
            and c.explains & candidate.explains
            and (c.cell != candidate.cell or c.value != candidate.value)
        ]
        if any(c.cell == candidate.cell and _near_rival(c, candidate) for c in rivals):
            continue
        if len(candidate.explains) >= 2 and all(
            len(c.explains & candidate.explains) < len(candidate.explains)
            or c.rank > candidate.rank + 1
            for c in rivals
        ):
            return candidate
        if len(candidate.explains) == 1 and not rivals:
            (n,) = candidate.explains
            if candidate.rank <= 1 and candidate.exact and not identities[n].either:
                return candidate
    del broken
    return None


def _near_rival(rival: _Candidate, candidate: _Candidate) -> bool:
    """Whether another value of the same figure explains as much within the rounding."""
    return rival.explains >= candidate.explains and rival.rank <= candidate.rank + 2


def _mark(  # noqa: PLR0917
    grid: Grid,
    identities: list[Identity],
    broken: set[int],
    candidates: list[_Candidate],
    touching: dict[Cell, list[int]],
    may_repair: bool,
) -> None:
    """Suspect: every cell that could be the one which breaks an identity."""
    for candidate in candidates:
        names = ", ".join(sorted({identities[n].rule for n in candidate.explains}))
        grid.suspects.setdefault(candidate.cell, f"kan vara fel läst: {names} håller inte")
    if not may_repair:
        return
    for n in sorted(broken):
        for cell in identities[n].cells:
            if grid.figure(cell) is None or cell in grid.repairs:
                continue
            if any(
                m not in broken and grid.holds(identities[m]) and vouches(grid, identities[m], cell)
                for m in touching[cell]
            ):
                continue
            grid.suspects.setdefault(cell, f"{identities[n].rule} håller inte")
