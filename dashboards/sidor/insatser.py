"""Insatser: what they cost, whom they reach and what becomes of them, across förbund.

Belongs here: this page. Does not belong here: all of one förbund (`forbund`).
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import charts, filters
from dashboards.definitions import definitions_of
from dashboards.format import KINDS, SEVERAL, as_printed, number, with_unit
from dashboards.markup import Cell, Source, figure, heading, paragraph, table, text
from dashboards.published import Row, Version

RATIOS = [
    "kostnad_per_deltagare", "andel_avslutade_arbete_studier",
    "andel_avslutade_arbete_studier_aktiv",
]  # fmt: skip
ALL = "alla"
AT_A_TIME = 25
PEOPLE, AFTERWARDS = "sida_deltagare", "sida_avslutade"
MEASURES = {
    "totalt": "Totalt", "registrerade": "Registrerade på personnivå", "unika": "Unika personer",
    "anonyma": "Anonyma", "paborjade": "Påbörjade", "avslutade": "Avslutade",
}  # fmt: skip
PERIODS = ("halvår", "helår", "jan–aug", "jan–sep", "tertial", "kvartal")


def show(version: Version) -> None:
    """Draw the page."""
    st.html(heading(1, "Insatser: kostnad, deltagare och resultat"))
    choices = version.ask("insatser", "val")
    if not choices:
        st.info("Ingen rapport redovisar någon insats ännu.")
        return
    asked = _filters(choices)
    rows = version.ask("insatser", "rader", **asked, antal=AT_A_TIME,
                       fran=filters.offset(AT_A_TIME))  # fmt: skip
    _cost(version, rows)
    _people(version.ask("insatser", "hela_forbundet", **asked, antal=AT_A_TIME,
                        fran=filters.offset(AT_A_TIME, PEOPLE)))  # fmt: skip
    _afterwards(version.ask("insatser", "till_arbete", **asked, antal=AT_A_TIME,
                            fran=filters.offset(AT_A_TIME, AFTERWARDS)))  # fmt: skip
    st.html(definitions_of(version.ask("insatser", "definitioner", nyckeltal=RATIOS)))


def _filters(choices: Sequence[Row]) -> dict[str, Any]:
    kinds = [kind for kind in KINDS if any(row["insatstyp"] == kind for row in choices)]
    periods = [each for each in PERIODS if any(row["periodslag"] == each for row in choices)]
    years = sorted({row["ar"] for row in choices}, reverse=True)
    names = {row["forbund_id"]: row["forbund"] for row in choices}
    one, two, three, four = st.columns(4)
    with one:
        kind = filters.choose("Slag av insats", "slag", kinds, kinds[0], KINDS.get)
    with two:
        period = filters.choose("Periodens längd", "periodslag", periods, periods[0])
    with three:
        year = filters.choose("År", "ar", [ALL, *map(str, years)], ALL,
                              lambda each: "Alla år" if each == ALL else each)  # fmt: skip
    with four:
        forbund = filters.choose("Förbund", "forbund", [ALL, *names], ALL,
                                 lambda each: names.get(each, "Alla förbund"))  # fmt: skip
    return {
        "insatstyp": kind,
        "periodslag": period,
        "ar": None if year == ALL else int(year),
        "forbund": None if forbund == ALL else forbund,
    }


def _cost(version: Version, rows: Sequence[Row]) -> None:
    st.html(heading(2, "Kostnad per deltagare, dyrast först"))
    if not rows:
        st.html(paragraph("Ingen insats av det slaget i en sådan period: uppgift saknas."))
        return
    st.html(
        paragraph(
            "Insatser av samma slag i lika långa perioder. En person kan räknas i flera insatser, "
            "och innehållet skiljer sig: läs siffran som en fråga, inte som ett betyg."
        )
    )
    known = [row for row in rows if row["kostnad_per_deltagare"] is not None]
    if known:
        charts.bars(
            [
                {
                    "namn": f"{row['insats']}, {row['forbund']}, {row['period_end'].year}",
                    "varde": charts.drawn(row["kostnad_per_deltagare"]),
                    "text": number(row["kostnad_per_deltagare"]),
                    "kalla": Source(row["report_id"], row["kallor"], derived=True).text,
                }
                for row in known
            ],
            "kr",
            f"Liggande staplar över kostnad per deltagare för {len(known)} insatser; siffrorna "
            "står i tabellen.",
        )
    sources = _participant_sources(version, rows)
    columns = ("Insats", "Kostnad, kr", "Deltagare", "Kvinnor", "Män",
               "Kronor per deltagare")  # fmt: skip
    st.html(table("Insatser med kostnad och deltagare", columns,
                  [_insats(row, sources) for row in rows], show_caption=False))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME)


def _participant_sources(version: Version, rows: Sequence[Row]) -> dict[tuple[Any, ...], str]:
    reports = sorted({row["report_id"] for row in rows})
    return {
        (row["report_id"], row["insats_id"], row["kon"], row["period_start"], row["period_end"]):
            row["rader"]
        for row in version.ask("insatser", "deltagarkallor", rapporter=reports)
    }  # fmt: skip


def _insats(row: Row, sources: dict[tuple[Any, ...], str]) -> tuple[Cell, ...]:
    def lines(kon: str | None) -> str | None:
        return sources.get((row["report_id"], row["insats_id"], kon, row["period_start"],
                            row["period_end"]))  # fmt: skip

    def people(column: str, kon: str | None) -> Cell:
        if row[column] is None:
            return figure(None)
        return figure(number(row[column]), Source(row["report_id"], lines(kon)))

    cost, each = row["belopp_sek"], row["kostnad_per_deltagare"]
    both = Source(row["report_id"], f"{row['kallor']} {lines(None)}", derived=True)
    said = f"deltagare: {SEVERAL}" if row["deltagare_eniga"] is False else None
    note = ", ".join(filter(None, (row["forbund"], row["period"], said)))
    return (
        text(row["insats"], note=note),
        figure(None) if cost is None else
        figure(number(cost), Source(row["report_id"], row["kallor"])),
        people("deltagare", None), people("deltagare_kvinnor", "kvinna"),
        people("deltagare_man", "man"),
        figure(None) if each is None else figure(number(each), both),
    )  # fmt: skip


def _people(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Deltagare i hela förbundet, efter kön"))
    if not rows:
        st.html(
            paragraph("Ingen rapport redovisar deltagare för hela förbundet i en sådan period.")
        )
        return
    st.html(
        paragraph(
            "Som rapporten räknar dem. Kvinnor och män kan vara färre än totalen: anonyma "
            "deltagare har inget kön. Mått läggs aldrig ihop med varandra."
        )
    )
    cells = [
        (text(MEASURES[row["matt"]], note=f"{row['forbund']}, {row['period']}"),
         *(_count(row, kon) for kon in ("alla", "kvinnor", "man")))
        for row in rows
    ]  # fmt: skip
    st.html(table("Deltagare per förbund, mått och kön",
                  ("Mått", "Alla", "Kvinnor", "Män"), cells,
                  show_caption=False))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME, PEOPLE)


def _count(row: Row, kon: str) -> Cell:
    if row[kon] is None:
        return figure(None)
    note = None if row[f"{kon}_eniga"] else SEVERAL
    return figure(number(row[kon]), Source(row["report_id"], row[f"{kon}_rader"]), note=note)


def _afterwards(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Avslutade till arbete eller studier"))
    if not rows:
        st.html(paragraph("Ingen rapport redovisar avslutsorsaker i en sådan period."))
        return
    st.html(
        paragraph(
            "Två mått i bruk som inte går att jämföra: det vidare räknar även aktivt arbetssökande."
        )
    )
    cells = [
        (text(row["nyckeltal"], note=", ".join(
            filter(None, (row["insats"], row["forbund"], row["period"])))),
         figure(None) if row["varde"] is None else
         figure(with_unit(row["varde"], "procent"),
                Source(row["report_id"], row["rader"], derived=True)),
         figure(None) if row["rapporterat_varde"] is None else
         figure(as_printed(row["rapporterat_varde"], "procent"),
                Source(row["report_id"], str(row["rapporterat_rad"]))))
        for row in rows
    ]  # fmt: skip
    st.html(table("Andel avslutade till arbete eller studier",
                  ("Mått", "Beräknat", "Enligt rapporten"), cells,
                  show_caption=False))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME, AFTERWARDS)
