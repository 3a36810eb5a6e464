"""What the ratios mean, in the words of their one definition (`dim_nyckeltal`).

Belongs here: showing definitions. Does not belong here: any definition, or asking for them.
"""

from collections.abc import Sequence

from dashboards.format import as_printed
from dashboards.markup import Cell, folded, table, text
from dashboards.published import Row

COLUMNS = ("Nyckeltal", "Formel", "Definition", "Riktmärke", "Anmärkning")


def definitions_of(rows: Sequence[Row]) -> str:
    """A folded table (HTML) of what these ratios mean."""
    shown = table("Definitioner", COLUMNS, map(_row, rows), show_caption=False, wordy=True)
    return folded("Så är nyckeltalen definierade", shown)


def _row(row: Row) -> tuple[Cell, ...]:
    most = row["grans_hogst"]
    limit = "inget" if most is None else f"högst {as_printed(most, row['enhet'])}"
    return (
        text(row["nyckeltal"]), text(row["formel"]), text(row["definition"]),
        text(limit, note=row["grans_kalla"]), text(row["anmarkning"] or "ingen"),
    )  # fmt: skip
