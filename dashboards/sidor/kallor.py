"""Källor: from a figure to the line it was printed on, and from a line to what rests on it.

Belongs here: this page. Does not belong here: finding the way (`dagster_pipelines.trace`).
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dagster_pipelines.trace import Trace
from dashboards import filters
from dashboards.format import (
    REPORT_TYPES,
    SCENARIOS,
    STATEMENTS,
    STATUSES,
    UNITS,
    number,
    plain,
    report,
    unbroken,
)  # fmt: skip
from dashboards.markup import Cell, Source, definitions, figure, heading, paragraph, table, text
from dashboards.published import Row, Version

AT_A_TIME = 50
AROUND = 4
MOST_LINES = 40
MARTS = {
    "fct_ekonomi": "Resultat-, balans- och kassaflödesposter",
    "fct_kostnad": "Insatsers kostnader",
    "fct_deltagare": "Deltagare",
    "fct_mal": "Mål",
    "fct_nyckeltal": "Nyckeltal som rapporten själv trycker",
}


def show(version: Version) -> None:
    """Draw the page."""
    st.html(heading(1, "Var siffran står tryckt"))
    reports = {row["report_id"]: row for row in version.ask("kallor", "rapporter")}
    if not reports:
        st.info("Lagret innehåller ingen rapport ännu.")
        return
    chosen = filters.choose("Rapport", "rapport", list(reports), next(iter(reports)),
                            lambda each: _name(reports[each]))  # fmt: skip
    (about,) = version.ask("kallor", "rapport", rapport=chosen)
    st.html(_origin(about))
    lines = _asked_lines()
    if lines:
        for line in lines[:MOST_LINES]:
            _line(version, chosen, line, alone=len(lines) == 1)
        if len(lines) > MOST_LINES:
            st.html(paragraph(f"De första {MOST_LINES} raderna visas."))
        st.html(f'<p><a href="kallor?{escape(urlencode({"rapport": chosen}))}">'
                "Visa alla siffror i rapporten</a></p>")  # fmt: skip
    else:
        _figures(version, about)


def _name(row: Row) -> str:
    return report(row["forbund"], row["rapporttyp"], row["period_end"])


def _asked_lines() -> list[int]:
    asked = st.query_params.get("rad", "")
    return sorted({int(line) for line in re.findall(r"\d{1,6}", asked)})


def _origin(row: Row) -> str:
    document = row["dokument_sha256"]
    return definitions(
        [
            ("Rapport", text(_name(row), note=row["report_id"])),
            ("Beslutad", text(row["beslutad_datum"])),
            ("Dokument", text(row["kallfil"], note=document and f"sha256 {document[:16]}…")),
            ("Utläst av", text(row["utlast_av"])),
            ("Status", text(row["status"], note=_version_shown(row))),
            ("Tryckta siffror", figure(number(row["antal_fakta"]))),
        ],
        name="uppgifter",
    )


def _version_shown(row: Row) -> str | None:
    """Said where the figures are not of the newest delivery, which is what the status is about."""
    shown, newest = row["publicerad_version"], row["senaste_version"]
    if shown in (None, newest):
        return None
    return f"siffrorna är ur version {shown}, den senaste är {newest}"


def _line(version: Version, report_id: str, line: int, alone: bool) -> None:
    found = version.trace(report_id, line)
    st.html(heading(2, f"Rad {line}"))
    if found is None or not found.facts:
        st.html(paragraph("Ingen utläst siffra står på den raden."))
        return
    if found.source:
        st.html(_document_lines(found, line))
    st.html(table(f"Tryckta siffror på rad {line}", FACT_COLUMNS, map(_fact, found.facts),
                  wordy=True))  # fmt: skip
    if not alone:
        return
    if not found.source:
        _neighbours(version, report_id, line)
    posts = {
        f"{row['statement']}, {row['post_code']}": f"{row['post']} ({STATEMENTS[row['statement']]})"
        for row in version.ask("kallor", "poster")
    }
    _uses(found, posts)


FACT_COLUMNS = ("Post", "Tryckt", "Värde", "Enhet", "Scenario", "Period", "Status", "Anmärkning")


def _fact(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    where: list[str] = [STATEMENTS.get(row["statement"], row["statement"])]
    where += [row["insats"]] if row["insats"] else []
    where += [f"sida {row['page']}"] if row["page"] else []
    return (
        text(row["label"], note=", ".join(where)),
        Cell(f"«{row['printed']}»", number=True),
        figure(None if row["value"] is None else plain(row["value"])),
        text(UNITS.get(row["unit"], row["unit"]) or "antal"),
        text(SCENARIOS.get(row["scenario"], row["scenario"])),
        text(_period(row)),
        text(STATUSES.get(row["status"], row["status"])),
        Cell(row["note"] or "ingen"),
    )


def _period(row: Mapping[str, Any]) -> str:
    start, end = row["period_start"], row["period_end"]
    return f"{start}–{end}" if start else str(end)


def _document_lines(found: Trace, line: int) -> str:
    marks = {line: ' class="har"'}
    shown = "".join(
        f'<li value="{at}"{marks.get(at, "")}>{escape(words) or " "}</li>'
        for at, words in found.source.items()
    )
    return f'<ol class="tryckt dokument" aria-label="Dokumentets rader">{shown}</ol>'


def _neighbours(version: Version, report_id: str, line: int) -> None:
    rows = version.ask("kallor", "omkring", rapport=report_id, fran_rad=line - AROUND,
                       till_rad=line + AROUND)  # fmt: skip
    st.html(
        paragraph(
            "Dokumentet självt finns inte i den här installationen. Siffrorna på raderna omkring:"
        )
    )
    cells = [
        (figure(str(row["line"])),
         Cell(f"«{row['printed']}»", Source(report_id, str(row["line"])), number=True),
         text(row["label"]), text(STATEMENTS.get(row["statement"])))
        for row in rows
    ]  # fmt: skip
    here = [at for at, row in enumerate(rows) if row["line"] == line]
    st.html(table("Siffror på raderna omkring", ("Rad", "Tryckt", "Post", "Del"), cells,
                  strong=here, show_caption=False))  # fmt: skip


def _uses(found: Trace, posts: Mapping[str, str]) -> None:
    cells = [
        (text(posts.get(row["vad"], row["vad"]), note=MARTS.get(row["tabell"], row["tabell"])),
         text(SCENARIOS.get(row["scenario"], row["scenario"])), text(_period(row)),
         figure(None if row["tal"] is None else plain(row["tal"])),
         text(UNITS.get(row["enhet"], row["enhet"]) or "antal"))
        for row in found.uses
    ]  # fmt: skip
    st.html(heading(3, "Siffror i lagret som bygger på raden"))
    if cells:
        st.html(table("Används i", ("Vad", "Scenario", "Period", "Värde", "Enhet"), cells,
                      show_caption=False, wordy=True))  # fmt: skip
    else:
        st.html(paragraph("Ingen: siffran finns bara som tryckt uppgift."))
    checks = [(text(unbroken(row["mening"])), text(row["utfall"])) for row in found.checks]
    st.html(heading(3, "Kontroller som nämner raden"))
    if checks:
        st.html(table("Kontroller", ("Vad kontrollen fann", "Utfall"), checks, show_caption=False,
                      wordy=True))  # fmt: skip
    else:
        st.html(paragraph("Ingen kontroll nämner raden."))


def _figures(version: Version, about: Row) -> None:
    report_id = about["report_id"]
    st.html(heading(2, "Alla tryckta siffror i rapporten"))
    sought = filters.write_text(
        "Sök post, insats eller tryckta tecken", "sok", "till exempel eget kapital"
    )
    rows: Sequence[Row] = version.ask(
        "kallor", "figurer", rapport=report_id, sok=sought, antal=AT_A_TIME,
        fran=filters.offset(AT_A_TIME),
    )  # fmt: skip
    if not rows:
        st.html(paragraph("Ingen tryckt siffra passar."))
        return
    cells = [
        (Cell(str(row["line"]), Source(report_id, str(row["line"])), number=True), *_fact(row)[:6])
        for row in rows
    ]
    st.html(table(f"{REPORT_TYPES[about['rapporttyp']].capitalize()}, rad för rad",
                  ("Rad", *FACT_COLUMNS[:6]), cells))  # fmt: skip
    filters.page(rows[0]["antal_rader"], AT_A_TIME)
