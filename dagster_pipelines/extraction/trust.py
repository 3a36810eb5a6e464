"""How far a figure can be trusted: its status and, in Swedish, why it is doubted.

Belongs here: what identities vouch for, and what makes a figure, a row or a column suspect.
Does not belong here: trying readings and repairs (`solve`), naming facts (`statements`).
"""

from statistics import median

from .columns import Column
from .numbers import Figure
from .solve import Cell, Grid, Identity, absorbed, rests_on_guess, vouched
from .tables import Reading, Row, Table

STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode")

_LABELLESS = {"AVV", "SAM"}  # they hold in a row whatever its label
_NEAR = 0.2  # a reading that costs no more than this above the chosen one is as good
_NOTE = 0.5  # so is a reading in which a note number is part of the amount, or the reverse
_FLOATING = 0.6  # so is another place for the same figures


def vouched_for(grid: Grid, identities: list[Identity]) -> set[Cell]:
    """Cells of which an identity that holds says that they are right, label and all."""
    held = [i for i in identities if grid.holds(i) and not rests_on_guess(grid, i)]
    broken = [i for i in identities if grid.holds(i) is False]
    odd = {cell for i in broken for cell in i.cells}
    found = [
        (i.rule, cell)
        for i in held
        if len(i.cells) > 2 or not odd.issuperset(i.cells)  # both alike, and wrong in their sums
        for cell in vouched(grid, i, i.cells)
    ]
    labelled = {cell for rule, cell in found if rule not in _LABELLESS}
    forced = _forced(grid, held, broken)
    slipped = {t for t in range(len(grid.tables)) if _slipped(grid.tables[t])}
    certain = {
        c
        for _, c in found
        if c not in forced
        and c[0] not in slipped
        and (c in labelled or not grid.row(*c[:2]).doubtful)
    }
    return certain | _zeros_between(grid, held, certain)


_ONCE = ("verksamhetens_", "periodens_resultat", "summa_")


def _slipped(table: Table) -> bool:
    """Whether labels apart from their figures were laid so that a table has a total twice."""
    posts = [row.post for row in table.rows if row.doubtful and row.post.startswith(_ONCE)]
    return len(posts) > len(set(posts))


def _zeros_between(grid: Grid, held: list[Identity], certain: set[Cell]) -> set[Cell]:
    """Zeros whose labels stand apart, with certain figures next to them on both sides.

    A sum holds with a zero whatever its label; that the labels have not slipped, others must say.
    """
    figures = ((cell, grid.figure(cell)) for i in held for cell in i.cells)
    zeros = {cell for cell, figure in figures if figure is not None and not figure.value}
    return {(t, r, c) for t, r, c in zeros if {(t, r - 1, c), (t, r + 1, c)} <= certain}


def _forced(grid: Grid, held: list[Identity], broken: list[Identity]) -> set[Cell]:
    """Figures cut in an unlikely way to make a sum hold, where another sum breaks all the same.

    Cuts made to fit each other prove nothing: a figure that stands in a sum with such a figure,
    and is cut in an unlikely way itself, is one of them.
    """
    moved = {cell for i in held + broken for cell in i.cells if _unlikely(grid, cell)}
    found = {cell for i in broken for cell in i.cells if cell in moved}
    before = -1
    while len(found) > before:
        before = len(found)
        for identity in held:
            if any(cell in found for cell in identity.cells):
                found.update(cell for cell in identity.cells if cell in moved)
    return found


def _unlikely(grid: Grid, cell: Cell) -> bool:
    """Whether the cheapest reading of the row gives this cell another figure."""
    t, r, c = cell
    if not grid.chosen.get((t, r)):
        return False
    figure = grid.figure(cell)
    return figure is not None and _value(grid.row(t, r).readings[0], c) != figure.value


def judge(grid: Grid, cell: Cell, certain: set[Cell], *, worn: bool) -> tuple[str, str]:
    """Status and note of a figure; `worn`: the text has been through OCR."""
    t, r, c = cell
    table, row, reading = grid.tables[t], grid.row(t, r), grid.reading(t, r)
    figure = grid.figure(cell)
    assert reading is not None
    assert figure is not None
    doubt = _column_doubt(grid, cell, table.columns[c])
    doubt = doubt or (absorbed(row, reading) if worn else "")
    if not doubt and cell in grid.repairs:
        return "repaired", grid.repairs[cell].reason
    doubt = doubt or _stranger(table, row, worn)
    if not doubt and cell in certain:
        return "reconciled", ""
    doubt = doubt or (_worn_shape(grid, cell, figure) if worn else "")
    doubt = doubt or grid.suspects.get(cell, "") or _row_doubt(row, reading, c, figure)
    if doubt:
        return "suspect", doubt
    moved = worn and figure.irregular
    return "unchecked", "mellanslag i talet flyttade av OCR" if moved else ""


def _column_doubt(grid: Grid, cell: Cell, column: Column) -> str:
    if column.known or column.text:
        return column.doubt
    lost = "kolumnens rubrik saknas eller är otydlig"  # sums hold there whatever it is about
    return f"{lost}; {grid.repairs[cell].reason}" if cell in grid.repairs else lost


def _stranger(table: Table, row: Row, worn: bool) -> str:
    """Rows of a statement that are no line items of it."""
    if table.statement not in STATEMENTS or row.post:
        return ""
    if worn:
        return "raden känns inte igen i en text sliten av OCR"
    if sum(not r.post for r in table.rows) * 2 > len(table.rows):
        return "raderna känns inte igen: de kan höra till en annan tabell"
    return ""


def _worn_shape(grid: Grid, cell: Cell, figure: Figure) -> str:
    """Shapes that OCR gives to figures: decimals among whole amounts, shares that do not fit."""
    column = grid.tables[cell[0]].columns[cell[2]]
    if figure.half != 50 and not figure.percent and _whole(grid.tables[cell[0]]):
        return "decimaler i en tabell utan; en siffra kan ha fallit bort"
    if column.role == "share" and not _share_agrees(grid, cell, figure):
        return "andelen stämmer inte med radens utfall och budget"
    if len(grid.row(*cell[:2]).readings) > 1 and out_of_scale(grid, cell):
        return "beloppen är av en annan storlek än kolumnernas; raden kan delas på flera sätt"
    return ""


def _whole(table: Table) -> bool:
    """Whether most amounts of a table are printed without decimals."""
    halves = [f.half for row in table.rows for f in row.readings[0].figures if f is not None]
    return sum(h == 50 for h in halves) * 4 > len(halves) * 3


def _share_agrees(grid: Grid, cell: Cell, figure: Figure) -> bool:
    """Whether a percentage is the row's utfall in its budget; True when that cannot be tried."""
    t, r, _ = cell
    found: dict[str, int] = {}
    for c, column in enumerate(grid.tables[t].columns):
        other = grid.figure((t, r, c))
        if column.role == "value" and other is not None:
            found.setdefault(column.scenario, abs(other.value))
    if not {"utfall", "budget"} <= set(found) or not found["budget"]:
        return True
    share = 10_000 * found["utfall"] // found["budget"]
    return abs(share - abs(figure.value)) <= 2 * figure.half + 50


def _row_doubt(row: Row, reading: Reading, c: int, figure: Figure) -> str:
    if row.doubtful:
        return "etikett och belopp står isär; ingen summa prövar paret"
    if figure.damaged:
        return "tecken i talet feltolkade av OCR; ingen summa prövar det"
    others = [o for o in row.readings if o is not reading]
    if any(o.cost <= reading.cost + _NEAR and _value(o, c) != figure.value for o in others):
        return "raden kan delas i kolumner på flera sätt"
    if any(
        o.cost <= reading.cost + _NOTE and _noted(row, o) != _noted(row, reading) for o in others
    ):
        return "den första siffran kan höra till beloppet eller vara numret på en not"
    if row.tabbed is None and None in reading.figures and _floats(reading, others):
        return "raden har färre belopp än tabellen kolumner; ingen summa visar vilken"
    return ""


SCALE_APART = 100  # times the median of a column


def out_of_scale(grid: Grid, cell: Cell) -> bool:
    """Whether a figure of the row is far from those of its column: digits may have moved."""
    t, r, _ = cell
    table = grid.tables[t]
    for c in range(table.width):
        sizes = [abs(f.value) for k in range(len(table.rows)) if (f := grid.figure((t, k, c)))]
        own = grid.figure((t, r, c))
        middle = median(sizes) if len(sizes) > 2 else 0
        if own is None or not middle:
            continue
        if abs(own.value) >= SCALE_APART * middle or 0 < abs(own.value) * SCALE_APART <= middle:
            return True
    return False


def _noted(row: Row, reading: Reading) -> bool:
    """Whether a reading takes the first digits of a row for the number of a note."""
    starts = [f.start for f in reading.figures if f is not None]
    return bool(starts and row.pieces) and row.pieces[0].start < min(starts)


def _value(reading: Reading, c: int) -> int | None:
    figure = reading.figures[c] if c < len(reading.figures) else None
    return figure.value if figure else None


def _floats(reading: Reading, others: list[Reading]) -> bool:
    """Whether the same figures could as well stand in other columns."""
    figures = [f for f in reading.figures if f is not None]
    return any(
        o.cost <= reading.cost + _FLOATING and [f for f in o.figures if f is not None] == figures
        for o in others
    )
