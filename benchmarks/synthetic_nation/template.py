"""The form that every synthetic report fills in: which figure stands where, under which label.

Belongs here: lines, labels and columns of the tables, and which figure each cell shows. Does not
belong here: the figures themselves (`books`), or turning cells into rows (`delivery`).

A figure is named `<table>.<what>.<column>`; `figures` gives them all for one year of reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .books import INDIVIDUAL, PLACES, Books, Whole

Present = npt.NDArray[np.bool_]

RESULTAT = {
    "medlemsbidrag": "Medlemsbidrag",
    "ovriga_intakter": "Övriga intäkter",
    "verksamhetens_intakter": "Verksamhetens intäkter",
    "administration": "Administration",
    "kostnader_insatser": "Kostnader insatser",
    "verksamhetens_kostnader": "Verksamhetens kostnader",
    "avskrivningar": "Avskrivningar",
    "verksamhetens_resultat": "Verksamhetens resultat",
    "finansiella_intakter": "Finansiella intäkter",
    "finansiella_kostnader": "Finansiella kostnader",
    "resultat_efter_finansiella_poster": "Resultat efter finansiella poster",
    "periodens_resultat": "Periodens resultat",
}
COSTS = {
    "administration", "kostnader_insatser", "verksamhetens_kostnader", "avskrivningar",
    "finansiella_kostnader",
}  # fmt: skip
BALANS = {
    "materiella_anlaggningstillgangar": "Materiella anläggningstillgångar",
    "summa_anlaggningstillgangar": "Summa anläggningstillgångar",
    "kundfordringar": "Kundfordringar",
    "ovriga_fordringar": "Övriga fordringar",
    "forutbetalda_kostnader_och_upplupna_intakter": "Förutbetalda kostnader, upplupna intäkter",
    "fordringar": "Summa fordringar",
    "kassa_och_bank": "Kassa och bank",
    "summa_omsattningstillgangar": "Summa omsättningstillgångar",
    "summa_tillgangar": "Summa tillgångar",
    "ingaende_eget_kapital": "Ingående eget kapital",
    "periodens_resultat": "Periodens resultat",
    "summa_eget_kapital": "Summa eget kapital",
    "leverantorsskulder": "Leverantörsskulder",
    "ovriga_kortfristiga_skulder": "Övriga kortfristiga skulder",
    "upplupna_kostnader_och_forutbetalda_intakter": "Upplupna kostnader, förutbetalda intäkter",
    "summa_kortfristiga_skulder": "Summa kortfristiga skulder",
    "summa_eget_kapital_och_skulder": "Summa eget kapital och skulder",
}
KASSAFLODE = {
    "periodens_resultat": "Periodens resultat",
    "justering_ej_likviditetspaverkande": "Justering för avskrivningar",
    "medel_fore_forandring_av_rorelsekapital": "Medel före förändring av rörelsekapital",
    "forandring_kortfristiga_fordringar": "Förändring av fordringar",
    "forandring_kortfristiga_skulder": "Förändring av kortfristiga skulder",
    "kassaflode_lopande_verksamhet": "Kassaflöde från löpande verksamhet",
    "kassaflode_investeringsverksamhet": "Kassaflöde från investeringar",
    "periodens_kassaflode": "Periodens kassaflöde",
    "likvida_medel_vid_periodens_borjan": "Likvida medel vid periodens början",
    "likvida_medel_vid_periodens_slut": "Likvida medel vid periodens slut",
}
WITH_ASSETS = {
    "avskrivningar", "materiella_anlaggningstillgangar", "summa_anlaggningstillgangar",
    "justering_ej_likviditetspaverkande", "kassaflode_investeringsverksamhet",
}  # fmt: skip
MEMBERS = {"staten": "Staten", "region": "Region", "kommun": "Kommunerna"}
AGES = ("16-24 år", "25-34 år", "35-49 år", "50-64 år")
SCHOOLING = ("Grundskola", "Gymnasium", "Eftergymnasial", "Okänd")
REASONS = ("Arbete", "Studier", "Ohälsa", "Övrigt")
KINDS = ("individinriktad", "strukturovergripande")
KIND_LABELS = ("individinriktade insatser", "strukturövergripande insatser")


@dataclass(frozen=True)
class Cell:
    """One figure of the form. `period` is now, before, earlier, year or day, day_before.

    `unit` is SEK, rr or table (the förbund's own choice, SEK or TSEK, for that table), TSEK or a
    unit of the contract; `place` is the insats, -1 for none; `scale` tells that the figure counts
    tenths (10) or wholes (1); `when` names what must be there for the cell to be printed.
    """

    line: int
    position: int
    statement: str
    label: str
    figure: str
    scenario: str
    period: str
    unit: str
    post: str | None = None
    place: int = -1
    insatstyp: str | None = None
    breakdown: str | None = None
    scale: int = 1
    when: str | None = None
    cost: bool = False


@lru_cache(maxsize=1)
def form() -> tuple[Cell, ...]:
    """Every cell that a report can have, in reading order; lines within a table are unbroken."""
    return tuple(
        replace(cell, line=cell.line + start)
        for start, part in (
            (10, _overview()), (40, _resultat()), (80, _balans()), (120, _kassaflode()),
            (160, _drift()), (200, _member_note()), (230, _insats_note()), (260, _people()),
            (400, _goals()), (430, _ratios()),
        )
        for cell in part
    )  # fmt: skip


def _overview() -> Iterator[Cell]:
    for line, (post, label) in enumerate(
        {
            "verksamhetens_intakter": "Verksamhetens intäkter",
            "verksamhetens_kostnader": "Verksamhetens kostnader",
            "periodens_resultat": "Resultat",
        }.items()
    ):
        for position, period in enumerate(("now", "before", "earlier"), 1):
            yield Cell(
                line, position, "oversikt", label, f"rr.{post}.{period}", "utfall", period, "TSEK",
                cost=post in COSTS,
            )  # fmt: skip
    yield Cell(
        5, 1, "personal", "Förbundschef", "personal.chef", "utfall", "now", "tjanst", scale=10
    )


def _resultat() -> Iterator[Cell]:
    columns = (("now", "utfall"), ("budget", "budget"), ("before", "utfall"))
    for line, (post, label) in enumerate(RESULTAT.items()):
        for position, (column, scenario) in enumerate(columns, 1):
            yield Cell(
                line, position, "resultatrakning", label, f"rr.{post}.{column}", scenario,
                "before" if column == "before" else "now", "rr", post=post,
                breakdown=f"kolumn={column}", cost=post in COSTS,
                when="assets" if post in WITH_ASSETS
                else "other_income" if post == "ovriga_intakter" else None,
            )  # fmt: skip


def _balans() -> Iterator[Cell]:
    for line, (post, label) in enumerate(BALANS.items()):
        for position, column in enumerate(("day", "day_before"), 1):
            yield Cell(
                line, position, "balansrakning", label, f"br.{post}.{column}", "utfall", column,
                "SEK", post=post, when="assets" if post in WITH_ASSETS else None,
            )  # fmt: skip


def _kassaflode() -> Iterator[Cell]:
    for line, (post, label) in enumerate(KASSAFLODE.items()):
        for position, column in enumerate(("now", "before"), 1):
            instant = post.startswith("likvida")
            yield Cell(
                line, position, "kassaflode", label, f"kf.{post}.{column}", "utfall",
                {"now": "day", "before": "day_before"}[column] if instant else column,
                "SEK", post=post, when="assets" if post in WITH_ASSETS else None,
            )  # fmt: skip


def _drift() -> Iterator[Cell]:
    """The table of costs: insatser of each kind, their sums, administration, the total."""
    rows = [(place, f"insats.{place}", None) for place in range(INDIVIDUAL)]
    rows.append((-1, "kind.0", f"Summa {KIND_LABELS[0]}"))
    rows += [(place, f"insats.{place}", None) for place in range(INDIVIDUAL, PLACES)]
    rows.append((-1, "kind.1", f"Summa {KIND_LABELS[1]}"))
    rows += [(-1, "administration", "Administration"), (-1, "total", "Summa kostnader")]
    columns = (
        ("utfall", "utfall", "now"), ("budget", "budget", "now"), ("avvikelse", "avvikelse", "now"),
        ("budget_year", "budget", "year"), ("before", "utfall", "before"),
    )  # fmt: skip
    for line, (place, what, label) in enumerate(rows):
        kind = {"kind.0": KINDS[0], "kind.1": KINDS[1], "administration": "administration"}.get(
            what, None if place < 0 else _kind(place)
        )
        for position, (column, scenario, period) in enumerate(columns, 1):
            yield Cell(
                line, position, "driftredovisning", label or "", f"drift.{what}.{column}",
                scenario, period, "table", place=place, insatstyp=kind,
                breakdown=f"kolumn={column}",
                when="half" if column == "budget_year" else None,
            )  # fmt: skip


def _kind(place: int) -> str:
    return KINDS[0] if place < INDIVIDUAL else KINDS[1]


def _member_note() -> Iterator[Cell]:
    for line, (member, name) in enumerate(MEMBERS.items()):
        yield Cell(
            line, 1, "not", f"Bidrag från {name}", f"medlem.{member}", "utfall", "now", "SEK",
            breakdown=f"medlem={name}", when="has_region" if member == "region" else None,
        )  # fmt: skip
    yield Cell(4, 1, "not", "Summa", "medlem.summa", "utfall", "now", "SEK")


def _insats_note() -> Iterator[Cell]:
    for place in range(PLACES):
        yield Cell(
            place, 1, "not", "", f"drift.insats.{place}.utfall", "utfall", "now", "SEK",
            place=place, insatstyp=_kind(place),
        )  # fmt: skip
    yield Cell(
        PLACES, 1, "not", "Summa kostnader för insatser", "not.insatser", "utfall", "now", "SEK"
    )


def _people() -> Iterator[Cell]:
    """Participants per insats; the förbund's own total last."""
    for place in range(INDIVIDUAL):

        def cell(offset: int, label: str, figure: str, place: int = place, **more: Any) -> Cell:
            return Cell(
                place * 20 + offset, more.pop("position", 1), "deltagare", label,
                f"{figure}.{place}", "utfall", more.pop("period", "now"), "antal", place=place,
                **more,
            )  # fmt: skip

        for offset, (name, label) in enumerate(
            (("totalt", "Totalt antal deltagare"), ("nya", "Nya deltagare"),
             ("avslutade", "Avslutade deltagare"))
        ):  # fmt: skip
            yield cell(offset, label, f"people.{name}")
            yield cell(offset, label, f"people.{name}_kvinna", position=2, breakdown="kon=kvinna")
            yield cell(offset, label, f"people.{name}_man", position=3, breakdown="kon=man")
        yield cell(3, "Ingående deltagare", "people.ingaende")
        yield cell(4, "Pågående deltagare", "people.pagaende", period="day")
        for first, label, what, key, categories in (
            (6, "Totalt antal deltagare", "alder", "alder", AGES),
            (11, "Avslutade deltagare", "orsak", "avslutsorsak", REASONS),
            (15, "Totalt antal deltagare", "skola", "utbildning", SCHOOLING),
        ):
            for number, category in enumerate(categories):
                yield cell(
                    first + number, label, f"people.{what}_{number}",
                    breakdown=f"{key}={category}",
                )  # fmt: skip
    for position, (name, breakdown) in enumerate(
        (("totalt", None), ("totalt_kvinna", "kon=kvinna"), ("totalt_man", "kon=man")), 1
    ):
        yield Cell(
            INDIVIDUAL * 20, position, "deltagare", "Totalt antal deltagare",
            f"people.{name}.alla", "utfall", "now", "antal", breakdown=breakdown,
        )  # fmt: skip


def _goals() -> Iterator[Cell]:
    for place in range(INDIVIDUAL):
        label = "Deltagare som gått vidare till arbete"
        yield Cell(
            place, 1, "mal", label, f"mal.{place}", "mal", "year", "procent", place=place,
            breakdown="bedomning",
        )  # fmt: skip
        yield Cell(
            place, 2, "mal", label, f"reached.{place}", "utfall", "now", "procent", place=place
        )


def _ratios() -> Iterator[Cell]:
    yield Cell(
        0, 1, "nyckeltal", "Soliditet", "ratio.soliditet", "utfall", "day", "procent", scale=10
    )
    yield Cell(1, 1, "nyckeltal", "Andel kvinnor", "ratio.kvinnor", "utfall", "now", "procent")
    for place in range(INDIVIDUAL):
        yield Cell(
            2 + place, 1, "nyckeltal", "Kostnad per deltagare", f"ratio.kostnad.{place}", "utfall",
            "now", "SEK", place=place,
        )  # fmt: skip
    for number, label in enumerate(
        ("Individinriktade insatser", "Strukturövergripande insatser", "Administration")
    ):
        yield Cell(
            20 + number, 1, "kostnadsfordelning", label, f"ratio.andel.{number}", "utfall", "now",
            "procent",
        )  # fmt: skip


def figures(books: Books, year: int) -> dict[str, Whole]:
    """Every figure of the reports of one year, förbund × half, in kronor, people or per cent."""
    found: dict[str, Whole] = {}
    for name, book in books.flows.items():
        found[f"rr.{name}.now"] = book[:, year]
        found[f"rr.{name}.before"] = book[:, year - 1]
        found[f"rr.{name}.earlier"] = book[:, year - 2]
        found[f"rr.{name}.budget"] = books.budget[name][:, year]
    moved = books.shift[:, year]
    found["rr.administration.before"] = found["rr.administration.before"] + moved
    found["rr.kostnader_insatser.before"] = found["rr.kostnader_insatser.before"] - moved
    for name, book in books.balance.items():
        found[f"br.{name}.day"], found[f"br.{name}.day_before"] = book[:, year], book[:, year - 1]
    for name, book in books.cash.items():
        found[f"kf.{name}.now"], found[f"kf.{name}.before"] = book[:, year], book[:, year - 1]
    for name, book in books.member.items():
        found[f"medlem.{name}"] = book[:, year]
    lone = ~books.has["has_region"][:, None] if "has_region" in books.has else False
    found["medlem.kommun"] = found["medlem.kommun"] + np.where(lone, found["medlem.region"], 0)
    found["medlem.summa"] = books.flows["medlemsbidrag"][:, year]
    found["not.insatser"] = -books.flows["kostnader_insatser"][:, year]
    found["personal.chef"] = np.full_like(found["medlem.summa"], 10)
    found |= _cost_table(books, year)
    found |= _of_people(books, year)
    found |= _of_ratios(found)
    return found


def _cost_table(books: Books, year: int) -> dict[str, Whole]:
    found: dict[str, Whole] = {}
    for column, insatser, flows in (
        ("utfall", books.insatser, books.flows), ("budget", books.insatser_budget, books.budget)
    ):  # fmt: skip
        costs = insatser[:, year]
        for place in range(PLACES):
            found[f"drift.insats.{place}.{column}"] = costs[..., place]
        found[f"drift.kind.0.{column}"] = costs[..., :INDIVIDUAL].sum(axis=2)
        found[f"drift.kind.1.{column}"] = costs[..., INDIVIDUAL:].sum(axis=2)
        found[f"drift.administration.{column}"] = -flows["administration"][:, year]
        found[f"drift.total.{column}"] = -flows["verksamhetens_kostnader"][:, year]
    for name in [key.removesuffix(".utfall") for key in found if key.endswith(".utfall")]:
        outcome, budget = found[f"{name}.utfall"], found[f"{name}.budget"]
        found[f"{name}.avvikelse"] = budget - outcome
        found[f"{name}.budget_year"] = np.repeat(budget[:, 1:], 2, axis=1)
    return found | _restated(books, year)


def _restated(books: Books, year: int) -> dict[str, Whole]:
    """The comparative column: the year before, with what has been moved since."""
    moved = books.shift[:, year]
    costs = books.insatser[:, year - 1].copy()
    costs[..., 0] += moved
    found = {f"drift.insats.{place}.before": costs[..., place] for place in range(PLACES)}
    found["drift.kind.0.before"] = costs[..., :INDIVIDUAL].sum(axis=2)
    found["drift.kind.1.before"] = costs[..., INDIVIDUAL:].sum(axis=2)
    found["drift.administration.before"] = -books.flows["administration"][:, year - 1] - moved
    found["drift.total.before"] = -books.flows["verksamhetens_kostnader"][:, year - 1]
    return found


def _of_people(books: Books, year: int) -> dict[str, Whole]:
    found: dict[str, Whole] = {}
    for name, book in books.people.items():
        found[f"people.{name}.alla"] = book[:, year].sum(axis=2)
        for place in range(INDIVIDUAL):
            found[f"people.{name}.{place}"] = book[:, year, :, place]
    for place in range(INDIVIDUAL):
        found[f"mal.{place}"] = books.goal[:, year, :, place]
        found[f"reached.{place}"] = books.reached[:, year, :, place]
    return found


def _of_ratios(found: dict[str, Whole]) -> dict[str, Whole]:
    total = found["drift.total.utfall"]
    shares = ("drift.kind.0.utfall", "drift.kind.1.utfall", "drift.administration.utfall")
    ratios = {
        "ratio.soliditet": _rounded(
            1000 * found["br.summa_eget_kapital.day"], found["br.summa_tillgangar.day"]
        ),
        "ratio.kvinnor": _rounded(
            100 * found["people.totalt_kvinna.alla"], found["people.totalt.alla"]
        ),
    }
    for number, share in enumerate(shares):
        ratios[f"ratio.andel.{number}"] = _rounded(100 * found[share], total)
    for place in range(INDIVIDUAL):
        people = np.maximum(found[f"people.totalt.{place}"], 1)
        ratios[f"ratio.kostnad.{place}"] = _rounded(found[f"drift.insats.{place}.utfall"], people)
    return ratios


def _rounded(part: Whole, whole: Whole) -> Whole:
    """part / whole to the nearest whole number, exactly."""
    return (2 * part + whole) // (2 * whole)
