"""Förbund: one förbund over time, and what it did until a day of choice.

Belongs here: this page. Does not belong here: several förbund side by side (`jamfor`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import streamlit as st

from dashboards import charts, filters
from dashboards.definitions import definitions_of
from dashboards.format import (
    KINDS,
    REPORT_TYPES,
    SCENARIOS,
    SEVERAL,
    as_printed,
    day,
    number,
    with_unit,
)  # fmt: skip
from dashboards.markup import (
    Cell,
    Source,
    definitions,
    figure,
    folded,
    heading,
    paragraph,
    table,
    text,
)
from dashboards.published import Row, Version

ORDER = ("helår", "halvår", "jan–aug", "jan–sep", "tertial", "kvartal", "övrig")
MOST_COLUMNS = 10
CAPITAL_COLUMNS = (
    "Balansdag", "Eget kapital, kr", "Gräns, kr", "Andel av årets medel", "Gräns, procent", "Läge",
)  # fmt: skip
LIMIT = (
    "Det svarta strecket är gränsen i kronor där rapporten anger en. Gränsen gäller årets slut; "
    "tidigare dagar visas mot samma gräns. Där ingen gräns är tryckt antas ingen."
)
NO_LIMIT = "Ingen av rapporterna anger någon gräns i kronor, och ingen antas."
RESTATED = {
    "rättad leverans": "rättad leverans av samma rapport",
    "årsredovisning": "årsredovisningen ändrar delårsrapporten",
    "jämförelsetal": "jämförelsetal i en senare rapport",
}


def show(version: Version) -> None:
    """Draw the page."""
    listed = {row["forbund_id"]: row["forbund"] for row in version.ask("forbund", "val")}
    if not listed:
        st.info("Inget förbund har någon rapport i lagret ännu.")
        return
    name = st.container()
    forbund = filters.choose("Förbund", "forbund", list(listed), next(iter(listed)), listed.get)
    name.html(heading(1, listed[forbund]))
    (about,) = version.ask("forbund", "om", forbund=forbund)
    st.html(_headline(about))
    _own_capital(version.ask("forbund", "eget_kapital", forbund=forbund))
    st.html(
        definitions_of(version.ask("forbund", "definitioner", nyckeltal=["eget_kapital_andel"]))
    )
    statements = version.ask("forbund", "rakningar", forbund=forbund)
    _income([row for row in statements if row["statement"] == "resultatrakning"])
    _balance([row for row in statements if row["statement"] == "balansrakning"])
    _until_a_day(version, forbund)
    _restated(version.ask("forbund", "omrakningar", forbund=forbund))
    _reports(version, forbund)


def _headline(row: Row) -> str:
    def shown(column: str, unit: str, source: str, note: str | None) -> Cell:
        if row[column] is None:
            return figure(None)
        where = Source(row[f"{source}_report_id"], row[f"{source}_rader"], unit == "procent")
        return figure(with_unit(row[column], unit), where, note=note)

    balance_day = row["eget_kapital_dag"]
    verdict = row["eget_kapital_lage"] and f"{row['eget_kapital_lage']} för årets slut"
    return definitions(
        [
            ("Eget kapital", shown("eget_kapital_sek", "kr", "eget_kapital",
                                   balance_day and day(balance_day))),
            ("Andel av årets medel", shown("eget_kapital_andel", "procent", "eget_kapital_andel",
                                           verdict)),
            ("Periodens resultat", shown("resultat_sek", "kr", "resultat", row["resultat_period"])),
            ("Insatsernas andel av kostnaderna",
             shown("andel_insatser", "procent", "andel_insatser", row["andel_insatser_period"])),
            ("Öppna avvikelser",
             Cell(number(row["antal_oppna_avvikelser"]), number=True,
                  href="kvalitet?" + urlencode({"utfall": "brott", "forbund": row["forbund_id"]}))),
        ],
        name="nyckelsiffror",
    )  # fmt: skip


def _own_capital(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Eget kapital mot förbundets egen gräns"))
    if not rows:
        st.html(paragraph("Ingen rapport anger summa eget kapital: uppgift saknas."))
        return
    recent = rows[:MOST_COLUMNS]
    charts.columns(
        [
            {
                "namn": row["period_end"].isoformat(),
                "varde": charts.drawn(row["eget_kapital_sek"]),
                "text": number(row["eget_kapital_sek"]),
                "grans": charts.drawn(row["grans_sek"]),
                "kalla": Source(row["report_id"], row["rader"], row["harledd"]).text,
            }
            for row in reversed(recent)
        ],
        "kr",
        f"Stapeldiagram över eget kapital på {len(recent)} balansdagar; siffrorna står i tabellen.",
        limit=True,
    )
    limited = any(row["grans_sek"] is not None for row in recent)
    st.html(paragraph(LIMIT if limited else NO_LIMIT))
    earlier = rows[MOST_COLUMNS:]
    st.html(
        table("Eget kapital per balansdag", CAPITAL_COLUMNS, map(_capital_row, recent),
              show_caption=False)
        + (folded(f"Tidigare balansdagar ({len(earlier)})",
                  table("Eget kapital på tidigare balansdagar", CAPITAL_COLUMNS,
                        map(_capital_row, earlier), show_caption=False)) if earlier else "")
    )  # fmt: skip


def _capital_row(row: Row) -> tuple[Cell, ...]:
    verdict = row["lage"]
    mark = None if verdict is None else "varning" if verdict == "över gränsen" else "bra"
    return (
        text(row["period_end"]),
        _money(row["eget_kapital_sek"], Source(row["report_id"], row["rader"], row["harledd"])),
        _money(row["grans_sek"], _limit_source(row, "grans_sek")),
        _percent(row["andel_procent"], row["andel_report_id"], row["andel_rader"]),
        figure(None) if row["grans_procent"] is None else
        figure(as_printed(row["grans_procent"], "procent"), _limit_source(row, "grans_procent")),
        Cell(verdict, mark=mark),
    )  # fmt: skip


def _limit_source(row: Row, which: str) -> Source | None:
    report = row[f"{which}_report_id"]
    return Source(report, str(row[f"{which}_rad"])) if report else None


def _income(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Resultaträkning över tid"))
    kinds = [kind for kind in ORDER if any(row["periodslag"] == kind for row in rows)]
    if not kinds:
        st.html(paragraph("Rapporterna innehåller ingen resultaträkning: uppgift saknas."))
        return
    latest = max(rows, key=lambda row: row["period_end"])["periodslag"]
    kind = filters.choose("Periodens längd", "periodslag", kinds, latest, depends=True)
    chosen = [row for row in rows if row["periodslag"] == kind]
    results = [row for row in chosen if row["post_code"] == "periodens_resultat"][:MOST_COLUMNS]
    if results:
        st.html(heading(3, "Periodens resultat, kr"))
        charts.columns(
            [
                {
                    "namn": row["period"],
                    "varde": charts.drawn(row["belopp_sek"]),
                    "text": number(row["belopp_sek"]),
                    "kalla": Source(row["report_id"], row["rader"], row["harledd"]).text,
                }
                for row in reversed(results)
            ],
            "kr",
            f"Stapeldiagram över periodens resultat i {len(results)} perioder; siffrorna står i "
            "tabellen.",
        )
    st.html(_statement("Resultaträkning, kr. Kostnader är negativa", chosen))


def _balance(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Balansräkning över tid"))
    if not rows:
        st.html(paragraph("Rapporterna innehåller ingen balansräkning: uppgift saknas."))
        return
    st.html(_statement("Balansräkning, kr", rows))


def _statement(caption: str, rows: Sequence[Row]) -> str:
    """Posts down, periods across, the newest first."""
    latest = sorted(rows, key=lambda row: (row["period_end"], row["period_start"] or date.max),
                    reverse=True)  # fmt: skip
    known = list(dict.fromkeys(row["period"] for row in latest))
    periods = known[:MOST_COLUMNS]
    if len(known) > MOST_COLUMNS:
        caption = f"{caption}. De {MOST_COLUMNS} senaste av {len(known)} perioder"
    figures = {(row["post"], row["period"]): row for row in rows}
    posts = [
        (post, level)
        for post, level in dict.fromkeys((row["post"], row["niva"]) for row in rows)
        if any((post, period) in figures for period in periods)
    ]
    cells = [
        (text(post), *(_statement_cell(figures.get((post, period))) for period in periods))
        for post, _ in posts
    ]
    sums = [at for at, (_, level) in enumerate(posts) if level != "post"]
    return table(caption, ("Post", *periods), cells, strong=sums)


def _statement_cell(row: Row | None) -> Cell:
    if row is None:
        return figure(None)
    return _money(row["belopp_sek"], Source(row["report_id"], row["rader"], row["harledd"]))


def _until_a_day(version: Version, forbund: str) -> None:
    budget = version.ask("forbund", "budget", forbund=forbund)
    insatser = version.ask("forbund", "insatser", forbund=forbund)
    ratios = version.ask("forbund", "nyckeltal", forbund=forbund)
    days = sorted({row["period_end"] for row in (*budget, *insatser, *ratios)}, reverse=True)
    if not days:
        return
    names = [each.isoformat() for each in days]
    st.html(heading(2, "Budget, insatser och nyckeltal till och med en dag"))
    chosen = filters.choose("Till och med", "slut", names, names[0], depends=True)
    last = date.fromisoformat(chosen)

    def that_day(rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if row["period_end"] == last]

    _budget(that_day(budget))
    _insatser(that_day(insatser))
    shown = that_day(ratios)
    _ratios(shown)
    asked = sorted({row["nyckeltal_id"] for row in shown})
    st.html(definitions_of(version.ask("forbund", "definitioner", nyckeltal=asked)))


def _budget(rows: Sequence[Row]) -> None:
    st.html(heading(3, "Budget mot utfall i resultaträkningen"))
    if not rows:
        st.html(paragraph("Rapporten trycker ingen budget för samma period: uppgift saknas."))
        return
    cells = [
        (text(row["post"], note=row["period"]),
         _money(row["budget_sek"], Source(row["report_id"], row["budget_rader"])),
         _money(row["utfall_sek"], Source(row["report_id"], row["rader"])),
         _money(row["avvikelse_beraknad_sek"],
                Source(row["report_id"], f"{row['budget_rader']}, {row['rader']}", derived=True)))
        for row in rows
    ]  # fmt: skip
    sums = [at for at, row in enumerate(rows) if row["niva"] != "post"]
    st.html(table("Budget och utfall, kr. En positiv avvikelse är bra för ekonomin",
                  ("Post", "Budget", "Utfall", "Avvikelse"), cells, strong=sums))  # fmt: skip


def _insatser(rows: Sequence[Row]) -> None:
    st.html(heading(3, "Insatser med kostnad och deltagare"))
    if not rows:
        st.html(paragraph("Rapporten redovisar inga insatser för perioden: uppgift saknas."))
        return
    cells = [
        (text(row["insats"], note=f"{KINDS.get(row['insatstyp'], 'Slag saknas')}, {row['period']}"),
         _money(row["belopp_sek"], Source(row["report_id"], row["kallor"])),
         _money(row["budget_sek"], Source(row["report_id"], row["budget_kallor"])),
         _money(row["avvikelse_beraknad_sek"], Source(
             row["report_id"], f"{row['kallor']} {row['budget_kallor']}", derived=True)),
         _count(row["deltagare"], Source(row["report_id"], row["deltagare_rader"]),
                SEVERAL if row["deltagare_eniga"] is False else None),
         _money(row["kostnad_per_deltagare"], Source(
             row["report_id"], f"{row['kallor']} {row['deltagare_rader']}", derived=True)))
        for row in rows
    ]  # fmt: skip
    columns = ("Insats", "Kostnad, kr", "Budget, kr", "Avvikelse, kr", "Deltagare",
               "Kronor per deltagare")  # fmt: skip
    st.html(table("Kostnader är positiva här; en positiv avvikelse är billigare än budget",
                  columns, cells))  # fmt: skip


def _ratios(rows: Sequence[Row]) -> None:
    st.html(heading(3, "Nyckeltal"))
    cells = [
        (text(row["nyckeltal"], note=row["period"]),
         _ratio(row["varde"], row["enhet"], Source(row["report_id"], row["rader"], derived=True)),
         _printed(row["rapporterat_varde"], row["enhet"],
                  Source(row["report_id"], str(row["rapporterat_rad"]))))
        for row in rows
    ]  # fmt: skip
    st.html(table("Räknat på samma sätt för alla förbund, bredvid rapportens egen siffra",
                  ("Nyckeltal", "Beräknat", "Enligt rapporten"), cells))  # fmt: skip


def _restated(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Siffror som senare rapporter har ändrat"))
    if not rows:
        st.html(paragraph("Ingen senare rapport i lagret anger en annan siffra än en tidigare."))
        return
    cells = [
        (text(row["post"], note=f"{SCENARIOS[row['scenario']]}, {row['period']}"),
         text(RESTATED[row["slag"]]),
         _money(row["tidigare_belopp_sek"], Source(row["tidigare_report_id"],
                                                   row["tidigare_kalla"])),
         _money(row["belopp_sek"], Source(row["report_id"], row["kalla"])),
         figure(number(row["differens_sek"])))
        for row in rows
    ]  # fmt: skip
    st.html(table("Omräknade siffror, kr", ("Siffra", "Hur", "Tidigare", "Nu", "Skillnad"), cells,
                  show_caption=False))  # fmt: skip


def _reports(version: Version, forbund: str) -> None:
    st.html(heading(2, "Rapporter och uppgifter om förbundet"))
    cells = [
        (Cell(f"{REPORT_TYPES[row['rapporttyp']].capitalize()} {row['period_end']}",
              href="kallor?" + urlencode({"rapport": row["report_id"]})),
         text(row["beslutad_datum"]), _status(row["status"]), figure(number(row["antal_fakta"])),
         figure(number(row["antal_osakra"])), figure(number(row["antal_kanda_avvikelser"])))
        for row in version.ask("forbund", "rapporter", forbund=forbund)
    ]  # fmt: skip
    columns = ("Rapport", "Beslutad", "Status", "Tryckta siffror", "Osäkra siffror",
               "Kända avvikelser")  # fmt: skip
    st.html(table("Rapporter i lagret", columns, cells))
    registered = [
        (text(row["forbund"]), text(row["organisationsnummer"]), text(row["region"]),
         text(row["kommuner"] and row["kommuner"].replace(";", ", ")),
         text(_validity(row["giltig_fran"], row["giltig_till"])))
        for row in version.ask("forbund", "versioner", forbund=forbund)
    ]  # fmt: skip
    st.html(table("Förbundet i registret",
                  ("Namn", "Organisationsnummer", "Region", "Kommuner", "Gällde"),
                  registered))  # fmt: skip


def _validity(start: date | None, end: date | None) -> str | None:
    if start is None and end is None:
        return None
    return f"{start or '…'}–{end or 'nu'}"


def _status(status: str) -> Cell:
    return Cell(status, mark="bra" if status == "publicerad" else "brott")


def _money(value: Decimal | None, source: Source | None) -> Cell:
    return figure(None) if value is None else figure(number(value), source)


def _count(value: int | None, source: Source, note: str | None) -> Cell:
    return figure(None) if value is None else figure(number(value), source, note=note)


def _percent(value: Decimal | None, report_id: str, rader: str) -> Cell:
    if value is None:
        return figure(None)
    return figure(with_unit(value, "procent"), Source(report_id, rader, derived=True))


def _ratio(value: Decimal | None, unit: str, source: Source) -> Cell:
    return figure(None) if value is None else figure(with_unit(value, unit), source)


def _printed(value: Decimal | None, unit: str, source: Source) -> Cell:
    return figure(None) if value is None else figure(as_printed(value, unit), source)
