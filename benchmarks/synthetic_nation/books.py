"""The accounts and participants of many förbund over many years, consistent by construction.

Belongs here: whole kronor and whole people as arrays. Does not belong here: rounding, labels,
rows. Signs are the stored ones: income, assets and debt positive, costs negative.

Every array has the axes förbund × year × half, where half 0 is January to June and half 1 the
whole year; those of activities (insatser) have a fourth axis, one place per insats. Two years
before the first report are kept for its comparatives, and one after the last for what comes next.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

EARLIER = 2
"""Years kept before the first that is reported: a comparative column opens with the one before."""
LATER = 1
"""Years kept after the last: the report that has not come yet."""
INDIVIDUAL, STRUCTURAL = 6, 3
"""Places for individinriktade and strukturövergripande insatser; not every förbund fills them."""
PLACES = INDIVIDUAL + STRUCTURAL


@dataclass(frozen=True)
class Books:
    """What is true of a block of förbund; see the module for axes and signs.

    `flows` and `budget` are the resultaträkning by post, `balance` the balansräkning, `cash` the
    kassaflöde. `insatser` and `insatser_budget` are positive costs per place (zero where the
    förbund has no insats there, see `has`); `people` holds participants per place and kön
    (`totalt_kvinna`, ...) and their categories. `member` is who pays what, a yearly or
    half-yearly amount. `shift` is what the next report moves from administration to insatser in
    the comparative column, zero where it restates nothing. `has` says, per förbund (and place),
    what it prints at all.
    """

    flows: dict[str, Whole]
    budget: dict[str, Whole]
    balance: dict[str, Whole]
    cash: dict[str, Whole]
    insatser: Whole
    insatser_budget: Whole
    people: dict[str, Whole]
    goal: Whole
    reached: Whole
    member: dict[str, Whole]
    shift: Whole
    has: dict[str, npt.NDArray[np.bool_]]


def keep_books(rng: np.random.Generator, forbund: int, years: int) -> Books:
    """Books of `forbund` förbund that report `years` years, all numbers drawn from `rng`."""
    span = years + EARLIER + LATER
    shape = (forbund, span, 2)
    has = _habits(rng, forbund)
    contribution = _contributions(rng, forbund, span)
    flows, insatser, budget, insatser_budget, equity, opening = _flows(
        rng, contribution, has, shape
    )
    balance, cash = _balance(rng, contribution, flows, equity, opening=opening, has=has)
    people = _people(rng, (*shape, INDIVIDUAL), has["insats"][:, :INDIVIDUAL])
    restates = rng.random(shape) < 0.03
    return Books(
        flows=flows,
        budget=budget,
        balance=balance,
        cash=cash,
        insatser=insatser,
        insatser_budget=insatser_budget,
        people=people,
        goal=rng.integers(20, 60, (*shape, INDIVIDUAL)),
        reached=rng.integers(15, 70, (*shape, INDIVIDUAL)),
        member=_members(contribution),
        shift=np.where(restates, rng.integers(20, 90, shape) * 1000, 0),
        has=has,
    )


def _habits(rng: np.random.Generator, forbund: int) -> dict[str, npt.NDArray[np.bool_]]:
    individual = rng.integers(3, INDIVIDUAL + 1, (forbund, 1))
    structural = rng.integers(1, STRUCTURAL + 1, (forbund, 1))
    return {
        "insats": np.concatenate(
            [np.arange(INDIVIDUAL) < individual, np.arange(STRUCTURAL) < structural], axis=1
        ),
        "assets": rng.random(forbund) < 0.3,
        "other_income": rng.random(forbund) < 0.4,
        "costs_positive": rng.random(forbund) < 0.4,
        "statement_tkr": rng.random(forbund) < 0.15,
        "table_tkr": rng.random(forbund) < 0.4,
        "checked": rng.random(forbund) < 0.3,
    }


def _contributions(rng: np.random.Generator, forbund: int, span: int) -> Whole:
    """Members' contributions; divisible by eight, so that halves and quarters are whole."""
    first = rng.integers(25_000, 250_000, (forbund, 1)) * 80
    growth = np.cumprod(1 + rng.normal(0.01, 0.03, (forbund, span)), axis=1)
    year = (first * growth / 8).astype(np.int64) * 8
    return np.stack([year // 2, year], axis=2)


def _members(contribution: Whole) -> dict[str, Whole]:
    return {"staten": contribution // 2, "region": contribution // 4, "kommun": contribution // 4}


def _flows(
    rng: np.random.Generator,
    contribution: Whole,
    has: dict[str, npt.NDArray[np.bool_]],
    shape: tuple[int, int, int],
) -> tuple[dict[str, Whole], Whole, dict[str, Whole], Whole, Whole, Whole]:
    """Outcome and budget, with equity at the end and at the beginning of the year."""
    other = np.where(
        has["other_income"][:, None, None], (contribution * rng.uniform(0.01, 0.05, shape)), 0
    ).astype(np.int64)
    depreciation = np.where(
        has["assets"][:, None, None], rng.integers(8, 60, shape) * 1000, 0
    ).astype(np.int64)
    earned = rng.integers(100, 4_000, shape)
    paid = rng.integers(10, 2_500, shape)
    result, equity, opening = _results(rng, contribution)
    costs = contribution + other - depreciation + earned - paid - result
    flows, insatser = _statement(rng, costs, has)
    flows |= _rest(
        contribution=contribution, other=other, costs=-costs, depreciation=-depreciation,
        earned=earned, paid=-paid,
    )  # fmt: skip
    planned = (
        contribution + other - depreciation - contribution * rng.normal(0, 0.02, shape)
    ).astype(np.int64)
    budget, insatser_budget = _statement(rng, planned, has)
    zero = np.zeros(shape, dtype=np.int64)
    budget |= _rest(
        contribution=contribution, other=other, costs=-planned, depreciation=-depreciation,
        earned=zero, paid=zero,
    )  # fmt: skip
    return flows, insatser, budget, insatser_budget, equity, opening


def _results(rng: np.random.Generator, contribution: Whole) -> tuple[Whole, Whole, Whole]:
    """Result, equity after it and equity before it; equity strays and is drawn back."""
    forbund, span, _ = contribution.shape
    result = (contribution * rng.normal(0, 0.03, contribution.shape)).astype(np.int64) | 1
    equity = np.zeros_like(contribution)
    opening = np.zeros_like(contribution)
    now = (contribution[:, 0, 1] * rng.uniform(0.08, 0.3, forbund)).astype(np.int64)
    for year in range(span):
        target = contribution[:, year, 1] // 6
        result[:, year, :] += ((target - now) // 4 * 2)[:, None]  # even: a result is never zero
        opening[:, year, :] = now[:, None]
        equity[:, year, :] = now[:, None] + result[:, year, :]
        now = equity[:, year, 1]
    return result, equity, opening


def _statement(
    rng: np.random.Generator, costs: Whole, has: dict[str, npt.NDArray[np.bool_]]
) -> tuple[dict[str, Whole], Whole]:
    """Costs (positive) parted into administration and the insatser that the förbund has."""
    administration = (costs * rng.uniform(0.12, 0.3, costs.shape)).astype(np.int64)
    rest = costs - administration
    weights = rng.uniform(0.2, 1, (*costs.shape, PLACES)) * has["insats"][:, None, None, :]
    shares = weights / weights.sum(axis=3, keepdims=True)
    insatser = (rest[..., None] * shares).astype(np.int64)
    insatser[..., 0] += rest - insatser.sum(axis=3)
    return {"administration": -administration, "kostnader_insatser": -rest}, insatser


def _rest(
    *,
    contribution: Whole,
    other: Whole,
    costs: Whole,
    depreciation: Whole,
    earned: Whole,
    paid: Whole,
) -> dict[str, Whole]:
    income = contribution + other
    operating = income + costs + depreciation
    return {
        "medlemsbidrag": contribution,
        "ovriga_intakter": other,
        "verksamhetens_intakter": income,
        "verksamhetens_kostnader": costs,
        "avskrivningar": depreciation,
        "verksamhetens_resultat": operating,
        "finansiella_intakter": earned,
        "finansiella_kostnader": paid,
        "resultat_efter_finansiella_poster": operating + earned + paid,
        "periodens_resultat": operating + earned + paid,
    }


def _balance(
    rng: np.random.Generator,
    contribution: Whole,
    flows: dict[str, Whole],
    equity: Whole,
    *,
    opening: Whole,
    has: dict[str, npt.NDArray[np.bool_]],
) -> tuple[dict[str, Whole], dict[str, Whole]]:
    """The balance at the end of each period, and the cash flow that leads to it.

    Cash is what is left when everything else is known, so that both sides are always equal.
    """
    year = contribution[:, :, 1:]

    def part(low: float, high: float) -> Whole:
        return (year * rng.uniform(low, high, contribution.shape)).astype(np.int64)

    claims = {
        "kundfordringar": part(0.001, 0.02),
        "ovriga_fordringar": part(0.005, 0.03),
        "forutbetalda_kostnader_och_upplupna_intakter": part(0.005, 0.03),
    }
    debts = {
        "leverantorsskulder": part(0.02, 0.1),
        "ovriga_kortfristiga_skulder": part(0.05, 0.15),
        "upplupna_kostnader_och_forutbetalda_intakter": part(0.05, 0.2),
    }
    claim, debt = sum(claims.values()), sum(debts.values())
    fixed, invested = _fixed_assets(rng, flows["avskrivningar"], has["assets"])
    cash = equity + debt - claim - fixed
    balance = {
        "materiella_anlaggningstillgangar": fixed,
        "summa_anlaggningstillgangar": fixed,
        **claims,
        "fordringar": claim,
        "kassa_och_bank": cash,
        "summa_omsattningstillgangar": claim + cash,
        "summa_tillgangar": claim + cash + fixed,
        "ingaende_eget_kapital": opening,
        "periodens_resultat": equity - opening,
        "summa_eget_kapital": equity,
        **debts,
        "summa_kortfristiga_skulder": debt,
        "summa_eget_kapital_och_skulder": equity + debt,
    }
    before = {name: _at_new_year(balance[name]) for name in (
        "fordringar", "summa_kortfristiga_skulder", "kassa_och_bank"
    )}  # fmt: skip
    adjustment = -flows["avskrivningar"]
    of_claims = before["fordringar"] - claim
    of_debts = debt - before["summa_kortfristiga_skulder"]
    earned = flows["periodens_resultat"] + adjustment
    running = earned + of_claims + of_debts
    return balance, {
        "periodens_resultat": flows["periodens_resultat"],
        "justering_ej_likviditetspaverkande": adjustment,
        "medel_fore_forandring_av_rorelsekapital": earned,
        "forandring_kortfristiga_fordringar": of_claims,
        "forandring_kortfristiga_skulder": of_debts,
        "kassaflode_lopande_verksamhet": running,
        "kassaflode_investeringsverksamhet": -invested,
        "periodens_kassaflode": running - invested,
        "likvida_medel_vid_periodens_borjan": before["kassa_och_bank"],
        "likvida_medel_vid_periodens_slut": cash,
    }


def _fixed_assets(
    rng: np.random.Generator, depreciation: Whole, has: npt.NDArray[np.bool_]
) -> tuple[Whole, Whole]:
    """Fixed assets at the end of each period, and what was invested in it."""
    invested = np.where(
        has[:, None, None], rng.integers(10, 60, depreciation.shape) * 1000, 0
    ).astype(np.int64)
    fixed = np.zeros_like(depreciation)
    now = np.where(has, 2_000_000, 0).astype(np.int64)
    for year in range(depreciation.shape[1]):
        fixed[:, year, :] = now[:, None] + depreciation[:, year, :] + invested[:, year, :]
        now = fixed[:, year, 1]
    return fixed, invested


def _at_new_year(closing: Whole) -> Whole:
    """The balance at the end of the year before; the first year's own, which nobody prints."""
    before = np.concatenate([closing[:, :1, 1], closing[:, :-1, 1]], axis=1)
    return np.repeat(before[:, :, None], 2, axis=2)


def _people(
    rng: np.random.Generator, shape: tuple[int, ...], has: npt.NDArray[np.bool_]
) -> dict[str, Whole]:
    people: dict[str, Whole] = {}
    here = has[:, None, None, :]

    def drawn(low: int, high: int) -> Whole:
        return np.where(here, rng.integers(low, high, shape), 0).astype(np.int64)

    for kon in ("kvinna", "man"):
        people[f"ingaende_{kon}"] = drawn(1, 40)
        people[f"nya_{kon}"] = drawn(1, 50)
        total = people[f"ingaende_{kon}"] + people[f"nya_{kon}"]
        people[f"totalt_{kon}"] = total
        people[f"avslutade_{kon}"] = (total * rng.uniform(0.1, 0.7, shape)).astype(np.int64)
    for name in ("ingaende", "nya", "totalt", "avslutade"):
        people[name] = people[f"{name}_kvinna"] + people[f"{name}_man"]
    people["pagaende"] = people["totalt"] - people["avslutade"]
    for name, whole in (("alder", "totalt"), ("skola", "totalt"), ("orsak", "avslutade")):
        left = people[whole]
        for number in range(3):
            people[f"{name}_{number}"] = (left * rng.uniform(0.1, 0.6, shape)).astype(np.int64)
            left = left - people[f"{name}_{number}"]
        people[f"{name}_3"] = left
    return people
