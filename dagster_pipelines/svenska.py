"""How a Swede writes a number: 1 234 567,89.

Belongs here: the characters of numbers for eyes. Does not belong here: units, rounding, or
anything that a program reads back.
"""

from decimal import Decimal

UNGROUPED = 10_000
"""A year or a line is no amount: an integer is grouped from this size on."""
SPACE = "\N{NO-BREAK SPACE}"


def number(value: int | float | Decimal, places: int | None = None, space: str = SPACE) -> str:
    """The number with decimal comma and thousands apart; `places` decimals, or those it has."""
    exact = Decimal(str(value))
    if not exact.is_finite() or (isinstance(value, int) and abs(value) < UNGROUPED):
        return str(value)
    told = f"{exact:,f}" if places is None else f"{exact:,.{places}f}"
    return told.replace(",", space).replace(".", ",")
