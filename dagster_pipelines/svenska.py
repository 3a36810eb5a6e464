"""How a Swede writes a number, 1 234 567,89, and reads the clock.

Belongs here: the characters of numbers and moments for eyes. Does not belong here: units, rounding,
or anything that a program reads back.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

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


def moment(when: datetime) -> str:
    """`2026-11-22 09:09`, in Swedish time."""
    return f"{when.astimezone(ZoneInfo('Europe/Stockholm')):%Y-%m-%d %H:%M}"
