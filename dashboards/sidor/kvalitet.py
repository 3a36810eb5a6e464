"""Kvalitet: what the checks say, what is stopped, what is held back, and what is explained.

Belongs here: this page. Does not belong here: the printed line behind a check (`kallor`).
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from dashboards import filters
from dashboards.format import REPORT_TYPES, STATEMENTS, number, unbroken
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

ALL = "alla"
AT_A_TIME = 25
OUTCOMES = {
    "brott": "Öppna avvikelser",
    "känd avvikelse": "Kända avvikelser",
    "avrundning": "Avrundning",
    "håller": "Håller",
    "ej prövbar": "Ej prövbara",
}
MARKS = {"brott": "brott", "känd avvikelse": "varning", "håller": "bra"}
MEANING = {
    "brott": "Rapportens siffror säger emot varandra och ingen har förklarat varför. De upplysande "
    "stoppar inte rapporten; en blockerande sätter leveransen i karantän.",
    "känd avvikelse": "Rapportens siffror säger emot varandra, och förklaringen är granskad. Den "
    "gäller bara just den skillnaden.",
    "avrundning": "Skillnaden är inte större än vad avrundningen i rapporten förklarar.",
    "håller": "Båda talen är lika.",
    "ej prövbar": "Rapporten trycker inte det som behövs för att pröva. Det är aldrig godkänt.",
}


def show(version: Version) -> None:
    """Draw the page."""
    st.html(heading(1, "Så mycket går siffrorna att lita på"))
    checks = version.manifest["checks"]
    st.html(
        definitions(
            [(shown, figure(number(checks.get(each, 0)))) for each, shown in OUTCOMES.items()],
            name="nyckelsiffror",
        )
    )
    names = {row["forbund_id"]: row["forbund"] for row in version.ask("kvalitet", "val")}
    rules = version.ask("kvalitet", "regler")
    titles = {row["regel_id"]: row["regel"] for row in rules}
    one, two, three = st.columns(3)
    with one:
        outcome = filters.choose("Utfall", "utfall", list(OUTCOMES), "brott", OUTCOMES.get)
    with two:
        forbund = filters.choose("Förbund", "forbund", [ALL, *names], ALL,
                                 lambda each: names.get(each, "Alla förbund"))  # fmt: skip
    with three:
        rule = filters.choose("Regel", "regel", [ALL, *titles], ALL,
                              lambda each: titles.get(each, "Alla regler"))  # fmt: skip
    chosen = None if forbund == ALL else forbund
    _checks(version, outcome, chosen, None if rule == ALL else rule)
    _quarantine(version.ask("kvalitet", "karantan", forbund=chosen))
    _suspects(version, chosen)
    _rejected(version.ask("kvalitet", "avvisade"))
    _rules(rules)


def _checks(version: Version, outcome: str, forbund: str | None, rule: str | None) -> None:
    st.html(heading(2, f"{OUTCOMES[outcome]}, kontroll för kontroll"))
    st.html(paragraph(MEANING[outcome]))
    rows = version.ask("kvalitet", "kontroller", utfall=outcome, forbund=forbund, regel=rule,
                       antal=AT_A_TIME, fran=filters.offset(AT_A_TIME))  # fmt: skip
    if not rows:
        st.html(paragraph("Inga kontroller med det utfallet."))
        return
    cells = [
        (text(unbroken(row["mening"]), note=(row["orsak"] and row["orsak"] not in row["mening"]
              and f"Förklaring: {row['orsak']}") or None),
         text(row["forbund"],
              note=f"{REPORT_TYPES[row['rapporttyp']]} {row['rapport_period_end']}"
              + (", i karantän" if row["leverans_status"] == "i karantän" else "")),
         Cell(row["allvar"], mark="brott" if row["allvar"] == "blockerande"
              and outcome == "brott" else None),
         _lines(row))
        for row in rows
    ]  # fmt: skip
    st.html(table(OUTCOMES[outcome], ("Vad kontrollen fann", "Rapport", "Allvar", "Rader"), cells,
                  show_caption=False, wordy=True))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME)


def _lines(row: Row) -> Cell:
    if not row["rader"] or row["regel_id"] == "REJ":
        return Cell(None)
    source = Source(row["report_id"], row["rader"].split(": tryckt")[0])
    if not source.lines:
        return Cell(None)
    first = ", ".join(map(str, source.lines[:4]))
    return Cell(f"{first} …" if len(source.lines) > 4 else first, source)


def _quarantine(rows: Sequence[Row]) -> None:
    st.html(heading(2, "Rapporter i karantän"))
    if not rows:
        st.html(paragraph("Ingen rapport står i karantän."))
        return
    cells = [
        (text(row["forbund"], note=f"{REPORT_TYPES[row['rapporttyp']]} {row['period_end']}"),
         text(unbroken(row["karantan_orsak"] or "orsak saknas")),
         text(f"version {row['publicerad_version']} visas" if row["publicerad_version"]
              else "ingen tidigare version: rapporten saknas i tabellerna"))
        for row in rows
    ]  # fmt: skip
    st.html(table("Rapporter i karantän", ("Rapport", "Varför", "Vad läsaren ser"), cells,
                  show_caption=False, wordy=True))  # fmt: skip


def _suspects(version: Version, forbund: str | None) -> None:
    st.html(heading(2, "Osäkra siffror som hålls tillbaka"))
    rows = version.ask("kvalitet", "osakra", forbund=forbund, antal=AT_A_TIME,
                       fran=filters.offset(AT_A_TIME, "sida_osakra"))  # fmt: skip
    if not rows:
        st.html(paragraph("Ingen siffra i de publicerade rapporterna är märkt som osäker."))
        return
    st.html(
        paragraph(
            "Så här står de tryckta. De ingår inte i någon tabell, summa eller något nyckeltal "
            "förrän en person har bestämt vad de är."
        )
    )
    cells = [
        (text(row["label"], note=STATEMENTS.get(row["statement"], row["statement"])),
         text(row["forbund"]),
         Cell(f"«{row['printed']}»", Source(row["report_id"], str(row["line"]))),
         text(row["note"]))
        for row in rows
    ]  # fmt: skip
    st.html(table("Osäkra siffror", ("Rad i rapporten", "Förbund", "Tryckt", "Varför osäker"),
                  cells, show_caption=False, wordy=True))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME, "sida_osakra")


def _rejected(rows: Sequence[Row]) -> None:
    if not rows:
        return
    st.html(heading(2, "Rader som inte gick att läsa in"))
    cells = [
        (text(row["fil"], note=f"rad {row['rad']}, kolumn {row['kolumn'] or '–'}"),
         text(row["varde"]), text(row["orsak"]), text(row["atgard"]))
        for row in rows
    ]  # fmt: skip
    st.html(table("Avvisade rader", ("Fil", "Värde", "Orsak", "Åtgärd"), cells,
                  show_caption=False, wordy=True))  # fmt: skip


def _rules(rows: Sequence[Row]) -> None:
    cells = [
        (text(row["regel"], note=f"{row['regel_id']}, {row['allvar']}"),
         *(_outcome(row, column, outcome) for column, outcome in (
             ("antal_brott", "brott"), ("antal_kanda_avvikelser", "känd avvikelse"),
             ("antal_avrundning", "avrundning"), ("antal_haller", "håller"),
             ("antal_ej_provbara", "ej prövbar"))))
        for row in rows
    ]  # fmt: skip
    shown = table("Kontroller per regel och utfall", ("Regel", *OUTCOMES.values()), cells)
    st.html(folded(f"Alla {len(rows)} regler och hur de föll ut", shown))


def _outcome(row: Row, column: str, outcome: str) -> Cell:
    where = urlencode({"utfall": outcome, "regel": row["regel_id"]})
    value = row[column]
    return Cell(number(value), number=True, href=f"kvalitet?{where}" if value else None,
                mark=MARKS.get(outcome) if value and outcome != "håller" else None)  # fmt: skip
