"""The identities of `seeds/regel.csv`, tried on the facts of one report by intervals.

Belongs here: an evaluator for the generator and its tests, written apart from the
extractor's and the warehouse's own. Does not belong here: anything the product uses.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from .figures import UNIT_SIZE

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
Item = tuple[str, str]
Interval = tuple[Decimal, Decimal]
DERIVED = {"fordringar": "BR4", "summa_kortfristiga_skulder": "BR7"}


@dataclass(frozen=True)
class Break:
    """A rule that does not hold; `difference` is total minus parts, in kronor."""

    rule: str
    scenario: str
    period_end: str
    difference: Decimal


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[Item, tuple[Item, ...]]]:
    """Rule id to (total, parts); every weight of the seed is 1."""
    found: dict[str, tuple[Item, list[Item]]] = {}
    with (SEEDS / "regel.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            total = (row["summa_statement"], row["summa_post"])
            entry = found.setdefault(row["regel_id"], (total, []))
            entry[1].append((row["led_statement"], row["led_post"]))
    return {rule: (total, tuple(parts)) for rule, (total, parts) in found.items()}


@lru_cache(maxsize=1)
def cost_items() -> frozenset[Item]:
    """Line items that are stored negative, however they are printed."""
    with (SEEDS / "post.csv").open(encoding="utf-8", newline="") as handle:
        return frozenset(
            (row["statement"], row["post_code"])
            for row in csv.DictReader(handle)
            if row["lagrat_tecken"] == "-1"
        )


def broken(facts: Iterable[Mapping[str, str]]) -> list[Break]:
    """Every break among the facts of one report (fact-contract columns, values as text)."""
    columns: dict[tuple[str, str], dict[Item, Interval]] = defaultdict(dict)
    for fact in facts:
        if not fact["post_code"] or fact["scenario"] == "avvikelse":
            continue
        item = (fact["statement"], fact["post_code"])
        size = UNIT_SIZE[fact["unit"]]
        value = Decimal(fact["value"]) * size
        if item in cost_items():
            value = -abs(value)
        low, high = columns[fact["scenario"], fact["period_end"]].get(item, (Decimal(0),) * 2)
        half = Decimal(size) / 2
        columns[fact["scenario"], fact["period_end"]][item] = (
            low + value - half,
            high + value + half,
        )
    found = []
    for (scenario, period_end), column in sorted(columns.items()):
        for rule in rules():
            gap = _gap(rule, column)
            if gap is not None:
                found.append(Break(rule, scenario, period_end, gap))
    return found


def _sum(parts: Iterable[Item], column: Mapping[Item, Interval]) -> Interval | None:
    printed = [found for part in parts if (found := _get(part, column)) is not None]
    if not printed:
        return None
    return sum((low for low, _ in printed), Decimal(0)), sum((up for _, up in printed), Decimal(0))


def _get(item: Item, column: Mapping[Item, Interval]) -> Interval | None:
    """The interval of an item, derived from its own parts where a report leaves it out."""
    if item in column or item[1] not in DERIVED:
        return column.get(item)
    return _sum(rules()[DERIVED[item[1]]][1], column)


def _gap(rule: str, column: Mapping[Item, Interval]) -> Decimal | None:
    """Midpoint difference where the intervals do not meet, else None."""
    total, parts = rules()[rule]
    printed, summed = column.get(total), _sum(parts, column)
    if printed is None or summed is None:
        return None
    if printed[0] <= summed[1] and summed[0] <= printed[1]:
        return None
    return (printed[0] + printed[1] - summed[0] - summed[1]) / 2
