"""How an amount is printed: grouping of digits, minus signs, what stands for nothing.

Belongs here: one integer or decimal to the characters of a report. Does not belong here:
which amounts there are (`books`) or where they stand on the page (`page`).
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random

NBSP = "\u00a0"
THIN = "\u2009"
NARROW = "\u202f"
MINUS = "\u2212"
EN_DASH = "\u2013"
UNIT_SIZE = {"SEK": 1, "TSEK": 1000}


@dataclass(eq=False)
class Figure:
    """One printed figure: its characters and what is true of it.

    `value` is in the printed unit and carries the printed sign. `meta` holds the columns of
    the fact contract that the builder knows (statement, label, post_code, scenario, ...).
    """

    printed: str
    value: Decimal
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberStyle:
    """The habits of one report: `group` between thousands, `minus`, `nothing` for zero."""

    group: str
    minus: str
    nothing: str

    def amount(self, value: int) -> str:
        """The characters of an integer in this style."""
        digits = f"{abs(value):,}".replace(",", self.group)
        if value >= 0:
            return digits
        return f"({digits})" if self.minus == "()" else f"{self.minus}{digits}"


def pick_style(rng: Random) -> NumberStyle:
    """A style with the frequencies of real reports: a plain space and a hyphen most often."""
    return NumberStyle(
        group=rng.choices([" ", "", ".", NBSP, THIN, NARROW], [55, 12, 8, 13, 6, 6])[0],
        minus=rng.choices(["-", MINUS, EN_DASH, "()"], [62, 12, 18, 8])[0],
        nothing=rng.choices(["-", "", "0", EN_DASH], [25, 35, 35, 5])[0],
    )


def rounded(kronor: int, unit: str) -> int:
    """A whole number of the unit, halves away from zero as spreadsheets do.

    Units other than money are left as they are.
    """
    scaled = Decimal(kronor) / UNIT_SIZE.get(unit, 1)
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))
