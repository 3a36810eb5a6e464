"""Översikt: every förbund with reports, its latest figures and what is open.

Belongs here: this page. Does not belong here: one förbund over time (`forbund`).
"""

from urllib.parse import urlencode

import streamlit as st

from dashboards.definitions import definitions_of
from dashboards.format import REPORT_TYPES, day, number, with_unit
from dashboards.markup import (
    Cell,
    Source,
    definitions,
    figure,
    folded,
    heading,
    listing,
    paragraph,
    table,
    text,
)
from dashboards.published import Row, Version

RATIOS = ["eget_kapital_andel", "andel_insatser"]
COLUMNS = (
    "Förbund", "Senaste rapport", "Rapporter", "Eget kapital, kr", "Andel av årets medel",
    "Resultat, kr", "Insatsernas andel av kostnaderna", "Öppna avvikelser",
)  # fmt: skip


def show(version: Version) -> None:
    """Draw the page, all at once: it is the first that anyone waits for."""
    rows = version.ask("oversikt", "forbund")
    without = version.ask("oversikt", "utan_rapport")
    st.html(
        heading(1, "Samordningsförbundens ekonomi i korthet")
        + _headline(version, rows)
        + heading(2, "Så står det till i varje förbund")
        + paragraph(
            "De senaste siffrorna som varje förbund har redovisat. Dagar och perioder skiljer sig "
            "mellan förbunden och står under siffran; jämför på sidan Jämför, där bara lika långa "
            "perioder ställs bredvid varandra."
        )
        + table(
            "Senaste siffror per förbund", COLUMNS, map(_row, rows), show_caption=False, wordy=True
        )
        + definitions_of(version.ask("oversikt", "definitioner", nyckeltal=RATIOS))
        + folded(
            f"Förbund i registret utan rapport i lagret ({len(without)})",
            listing(", ".join(filter(None, (row["forbund"], row["region"]))) for row in without),
        )
    )


def _headline(version: Version, rows: list[Row]) -> str:
    manifest = version.manifest
    checks = manifest["checks"]
    pairs = [
        ("Förbund med rapport", figure(number(len(rows)))),
        ("Rapporter", figure(number(len(manifest["reports"])))),
        ("Kontroller som håller", figure(number(checks.get("håller", 0)))),
        ("Öppna avvikelser", Cell(number(checks.get("brott", 0)), number=True,
                                  href="kvalitet?utfall=brott")),
        ("Kända avvikelser", Cell(number(checks.get("känd avvikelse", 0)), number=True,
                                  href="kvalitet?utfall=k%C3%A4nd+avvikelse")),
    ]  # fmt: skip
    return definitions(pairs, name="nyckelsiffror")


def _row(row: Row) -> tuple[Cell, ...]:
    latest = f"till och med {row['senaste_period_end']}"
    stopped = f"{row['antal_i_karantan']} i karantän" if row["antal_i_karantan"] else None
    forbund = urlencode({"forbund": row["forbund_id"]})
    balance_day = row["eget_kapital_dag"]
    return (
        Cell(row["forbund"], href=f"forbund?{forbund}"),
        text(REPORT_TYPES[row["senaste_rapporttyp"]].capitalize(), note=latest),
        figure(number(row["antal_rapporter"]), note=stopped),
        _money(row, "eget_kapital", balance_day and day(balance_day)),
        _share(row, "eget_kapital_andel", row["eget_kapital_lage"]),
        _money(row, "resultat", row["resultat_period"]),
        _share(row, "andel_insatser", row["andel_insatser_period"]),
        Cell(number(row["antal_oppna_avvikelser"]), number=True,
             href=f"kvalitet?utfall=brott&{forbund}"),
    )  # fmt: skip


def _money(row: Row, what: str, note: str | None) -> Cell:
    value = row[f"{what}_sek"]
    if value is None:
        return figure(None)
    source = Source(row[f"{what}_report_id"], row[f"{what}_rader"])
    return figure(number(value), source, note=note)


def _share(row: Row, what: str, note: str | None) -> Cell:
    value = row[what]
    if value is None:
        return figure(None)
    source = Source(row[f"{what}_report_id"], row[f"{what}_rader"], derived=True)
    return figure(with_unit(value, "procent"), source, note=note, share=float(value))
