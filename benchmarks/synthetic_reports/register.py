"""Which förbund the synthetic reports are about: the seed register, or a short list.

Belongs here: names, organisation numbers, members. Does not belong here: money.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

SEED = Path(__file__).resolve().parents[2] / "seeds" / "forbund.csv"

FALLBACK = (
    ("umea", "Samordningsförbundet Umeå", "", "222000-1834", "Region Västerbotten", "Umeå"),
    ("halland", "Samordningsförbundet Halland", "", "", "Region Halland", "Halmstad;Varberg"),
    (
        "finnvedens",
        "Finnvedens samordningsförbund",
        "",
        "",
        "Region Jönköpings län",
        "Gislaved;Gnosjö;Värnamo",
    ),
)


@dataclass(frozen=True)
class Forbund:
    """One förbund; `org_number` is empty where the register has none."""

    forbund_id: str
    namn: str
    kortnamn: str
    org_number: str
    region: str
    kommuner: tuple[str, ...]


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, str], ...]:
    if not SEED.exists():
        return tuple(dict(zip(_FIELDS, entry, strict=True)) for entry in FALLBACK)
    with SEED.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@lru_cache(maxsize=1)
def all_forbund() -> tuple[Forbund, ...]:
    """Every förbund that still exists, in the order of the register."""
    rows = [row for row in _rows() if not row.get("giltig_till")]
    return tuple({row["forbund_id"]: _forbund(row) for row in rows}.values())


_FIELDS = ("forbund_id", "namn", "kortnamn", "organisationsnummer", "region", "kommuner")


def _forbund(row: dict[str, str]) -> Forbund:
    place = row["namn"].split()[-1].strip("()")
    members = tuple(name for name in row["kommuner"].split(";") if name) or (place,)
    region = row["region"].split(" (")[0] or "Regionen"
    return Forbund(
        row["forbund_id"], row["namn"], row["kortnamn"], row["organisationsnummer"], region, members
    )


def made_up_org_number(rng: Random) -> str:
    """A number of the right form with a right check digit that no known förbund has."""
    taken = {row["organisationsnummer"] for row in _rows()}
    while True:
        body = "222000" + "".join(str(rng.randrange(10)) for _ in range(3))
        number = f"{body[:6]}-{body[6:]}{_check_digit(body)}"
        if number not in taken:
            return number


def _check_digit(body: str) -> int:
    total = 0
    for place, digit in enumerate(body):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10
