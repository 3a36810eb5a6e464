"""Breaks of an identity that are the report's own: clean print, wrong accounts.

Belongs here: changing a printed figure so that a rule breaks, and saying which. Does not
belong here: damage by scanning (`wear`), the rules themselves (`identities`).
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from .figures import UNIT_SIZE, Figure, NumberStyle
from .identities import Break, broken
from .page import Line


@dataclass(frozen=True)
class Planted:
    """One figure made inconsistent by `difference` kronor, and the rules it breaks.

    `rule` is the first of `breaks`; SUMMA stands for the items of a table against its Summa,
    a rule beyond `regel.csv`, and has no entry in `breaks`.
    """

    rule: str
    scenario: str
    period_end: str
    difference: Decimal
    breaks: tuple[Break, ...]
    figure: Figure


def plant(lines: list[Line], rng: Random, style: NumberStyle) -> list[Planted]:
    """Change one or two figures in place so that identities break."""
    figures = [part for line in lines for part in line if isinstance(part, Figure)]
    statements = [figure for figure in figures if figure.meta.get("post_code")]
    totals = [
        figure
        for figure in figures
        if figure.meta["statement"] in ("driftredovisning", "not")
        and figure.meta["label"] in ("Summa", "Totalt")
        and figure.meta["scenario"] != "avvikelse"
        and not figure.meta.get("insatstyp")
    ]
    wanted = rng.choice([1, 1, 2])
    done: list[Planted] = []
    for _ in range(60):
        if len(done) == wanted:
            break
        beyond = totals and rng.random() < 0.2
        figure = rng.choice(totals if beyond else statements)
        if any(figure is other.figure for other in done):
            continue
        if beyond:
            found = _break_total(figure, rng, style)
        else:
            found = _break_statement(figure, statements, rng, style)
        if found:
            done.append(found)
    return done


def _shift(figure: Figure, rng: Random) -> int:
    if figure.meta["unit"] == "TSEK":
        return rng.choice([-1, 1]) * rng.randint(12, 400)
    return rng.choice([-1, 1]) * rng.choice([rng.randint(12, 999), 1000 * rng.randint(1, 90)])


def _change(figure: Figure, shift: int, style: NumberStyle) -> None:
    figure.value += shift
    figure.printed = style.amount(int(figure.value))


def _changeable(figure: Figure, shift: int) -> bool:
    """Whether the figure stays what it is: same sign, and not swamped by the change."""
    return abs(figure.value) > 2 * abs(shift)


def _break_total(figure: Figure, rng: Random, style: NumberStyle) -> Planted | None:
    shift = _shift(figure, rng)
    if not _changeable(figure, shift):
        return None
    _change(figure, shift, style)
    size = UNIT_SIZE[figure.meta["unit"]]
    return Planted(
        "SUMMA",
        figure.meta["scenario"],
        figure.meta["period_end"],
        Decimal(abs(shift) * size),
        (),
        figure,
    )


def _break_statement(
    figure: Figure, statements: list[Figure], rng: Random, style: NumberStyle
) -> Planted | None:
    shift = _shift(figure, rng)
    if not _changeable(figure, shift):
        return None
    before = set(_breaks(statements))
    _change(figure, shift, style)
    fresh = tuple(sorted(set(_breaks(statements)) - before, key=lambda found: found.rule))
    if not fresh or {found.rule for found in fresh} & {found.rule for found in before}:
        _change(figure, -shift, style)
        return None
    first = fresh[0]
    return Planted(
        first.rule, first.scenario, first.period_end, abs(first.difference), fresh, figure
    )


def _breaks(figures: list[Figure]) -> list[Break]:
    return broken([{**figure.meta, "value": str(figure.value)} for figure in figures])
