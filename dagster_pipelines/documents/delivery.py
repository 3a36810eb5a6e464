"""Readings that stand, with a person's decisions applied, as files for the loader.

Belongs here: the fact and report files per document, and the tables `raw.dokument`,
`raw.granskning` and `raw.utlasning_skillnad` that say how it went. Does not belong here: reading
or judging documents, loading facts.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from dagster_pipelines.documents import decisions, readings, succession
from dagster_pipelines.files import readable, replace_text
from dagster_pipelines.settings import Settings

REPORT_ID = re.compile(r"[a-z0-9-]+_\d{4}-\d{2}-\d{2}_(delar|ar)")
UNIDENTIFIED = "oidentifierad"
DECISIONS = "granskning.csv"
NOT_DELIVERED = (
    "Förbund eller period känns inte igen, så uppgifterna levereras inte. Lämna dem som faktafil i "
    "stället (finsam extract skriver en), med rätt report_id."
)

DOCUMENT = {
    "fil": pl.String, "sha256": pl.String, "utfall": pl.String, "meddelande": pl.String,
    "report_id": pl.String, "utlasning": pl.String, "antal_fakta": pl.Int64,
    "antal_osakra": pl.Int64, "antal_fynd": pl.Int64, "vantande_utlasning": pl.String,
    "antal_skillnader": pl.Int64,
}  # fmt: skip
DECISION = dict.fromkeys((*decisions.COLUMNS, "utfall", "meddelande"), pl.String)
DIFFERENCE = {
    "fil": pl.String, "report_id": pl.String, "line": pl.Int64, "position": pl.Int64,
    "slag": pl.String, "nuvarande": pl.String, "ny": pl.String, "utlasning": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One table's worth of rows for each of the three tables, as dictionaries."""

    documents: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    differences: list[dict[str, Any]]


def deliver(settings: Settings, documents: Sequence[readings.Document]) -> Outcome:
    """Write the files that the loader takes; returns what is to be seen of it.

    Of the documents of one report only the newest is written: the others, if they were delivered
    when they came, stay as they were.

    Raises:
        decisions.DecisionFileError: `granskning.csv` is no CSV file of decisions.
    """
    made = decisions.read_decisions(settings.data_dir / DECISIONS)
    by_hand = _reports_by_hand(settings)
    turn = succession.in_turn(settings, documents)
    succession.keep(settings, turn)
    newest = succession.newest(settings, turn, _reports(documents))
    outcome = Outcome([], _verdicts(made, documents, newest), [])
    for document in documents:
        stands = document.adopted
        if stands is None:
            continue
        if _is_newest(document, stands, newest):
            report_id = stands.report["report_id"]
            facts, _ = decisions.apply(_own(made, report_id), stands.facts)
            described = by_hand is None or report_id in by_hand
            _write(settings, document, stands, facts, with_report=not described)
        replaced = _replaced(document, stands, newest, documents)
        outcome.documents.append(_document_row(document, stands, replaced))
        outcome.differences.extend(_difference_rows(document, stands))
    return outcome


def verdicts(settings: Settings, documents: Sequence[readings.Document]) -> list[dict[str, Any]]:
    """What would become of each decision now; nothing is written.

    Raises:
        decisions.DecisionFileError: `granskning.csv` is no CSV file of decisions.
    """
    made = decisions.read_decisions(settings.data_dir / DECISIONS)
    turn = succession.in_turn(settings, documents)
    return _verdicts(made, documents, succession.newest(settings, turn, _reports(documents)))


def record(con: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Replace the three tables with what holds now."""
    con.execute("create schema if not exists raw")
    for table, rows, schema in (
        ("dokument", outcome.documents, DOCUMENT),
        ("granskning", outcome.decisions, DECISION),
        ("utlasning_skillnad", outcome.differences, DIFFERENCE),
    ):
        frame = pl.DataFrame(rows, schema=schema)
        con.register("nya", frame.to_arrow())
        con.execute(f"create or replace table raw.{table} as select * from nya")
        con.unregister("nya")


def _write(
    settings: Settings,
    document: readings.Document,
    stands: readings.Reading,
    facts: Sequence[dict[str, str]],
    *,
    with_report: bool,
) -> None:
    folder = settings.documents_dir / "leverans"
    name = f"{stands.report['report_id']}.{succession.mark(document)}"
    _write_csv(folder / f"{name}.fakta.csv", facts)
    if with_report:
        report = {
            **stands.report,
            "source_file": readable(document.path.name),
            "status": "unchecked",
        }
        _write_csv(folder / f"{name}.rapport.csv", [report])


def _write_csv(path: Any, rows: Sequence[dict[str, str]]) -> None:
    """Only when it says something new: an unchanged file is an unchanged delivery."""
    if not rows:
        return
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    text = written.getvalue()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace_text(path, text)


def _reports_by_hand(settings: Settings) -> set[str] | None:
    """Reports whose metadata a person has given: the extractor's does not replace it.

    None when the file cannot be read, which may then name any report; the loader refuses it.
    """
    given = settings.data_dir / "rapporter.csv"
    if not given.exists():
        return set()
    try:
        with given.open(encoding="utf-8-sig", newline="") as file:
            return {row.get("report_id", "") for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _document_row(
    document: readings.Document, stands: readings.Reading, replaced: str
) -> dict[str, Any]:
    waiting = document.waiting
    unidentified = stands.outcome == "läst" and not _deliverable(stands)
    return {
        "fil": document.fil,
        "sha256": document.sha256,
        "utfall": UNIDENTIFIED if unidentified else stands.outcome,
        "meddelande": NOT_DELIVERED if unidentified else f"{replaced}{stands.message}",
        "report_id": stands.report.get("report_id") or None,
        "utlasning": stands.version,
        "antal_fakta": len(stands.facts),
        "antal_osakra": len(stands.suspects),
        "antal_fynd": len(stands.findings),
        "vantande_utlasning": waiting.version if waiting else None,
        "antal_skillnader": len(readings.differences(stands, waiting)) if waiting else 0,
    }


def _difference_rows(document: readings.Document, stands: readings.Reading) -> list[dict[str, Any]]:
    waiting = document.waiting
    if waiting is None:
        return []
    return [
        {
            "fil": document.fil,
            "report_id": stands.report.get("report_id") or None,
            "line": found.line,
            "position": found.position,
            "slag": found.kind,
            "nuvarande": shown(found.old),
            "ny": shown(found.new),
            "utlasning": waiting.version,
        }
        for found in readings.differences(stands, waiting)
    ]


def _deliverable(reading: readings.Reading) -> bool:
    """Only a report whose förbund, period and type were recognised can be delivered."""
    report_id = reading.report.get("report_id", "")
    return reading.outcome == "läst" and REPORT_ID.fullmatch(report_id) is not None


def _own(made: Sequence[decisions.Decision], report_id: str) -> list[decisions.Decision]:
    return [decision for decision in made if decision.report_id == report_id]


def _reports(documents: Sequence[readings.Document]) -> dict[str, str]:
    """The report of each content that can be delivered."""
    return {
        succession.mark(document): stands.report["report_id"]
        for document in documents
        if (stands := document.adopted) and _deliverable(stands)
    }


def _is_newest(
    document: readings.Document, stands: readings.Reading, newest: Mapping[str, str]
) -> bool:
    """Whether this is what its report is to be read from."""
    mark = succession.mark(document)
    return _deliverable(stands) and newest.get(stands.report["report_id"]) == mark


def _replaced(
    document: readings.Document,
    stands: readings.Reading,
    newest: Mapping[str, str],
    documents: Sequence[readings.Document],
) -> str:
    """A sentence on what has come instead of a document; empty while it is the newest."""
    if not _deliverable(stands) or _is_newest(document, stands, newest):
        return ""
    mark = newest[stands.report["report_id"]]
    named = (each.fil for each in documents if succession.mark(each) == mark)
    successor = next(named, "ett dokument som inte ligger kvar")
    return f"Ersatt av {successor}, som gäller samma rapport och kom in senare. "


def _verdicts(
    made: Sequence[decisions.Decision],
    documents: Sequence[readings.Document],
    newest: Mapping[str, str],
) -> list[dict[str, Any]]:
    met: dict[int, decisions.Verdict] = {}
    for document in documents:
        stands = document.adopted
        if stands is not None and _is_newest(document, stands, newest):
            _, found = decisions.apply(_own(made, stands.report["report_id"]), stands.facts)
            met |= {verdict.decision.rad: verdict for verdict in found}
    return [_decision_row(decision, met.get(decision.rad)) for decision in made]


def _decision_row(
    decision: decisions.Decision, verdict: decisions.Verdict | None
) -> dict[str, Any]:
    nowhere = f"Inget läst dokument gäller {decision.report_id}; beslutet tillämpas inte."
    return {
        **{column: getattr(decision, column) for column in decisions.COLUMNS},
        "utfall": verdict.utfall if verdict else decisions.UNMATCHED,
        "meddelande": verdict.meddelande if verdict else nowhere,
    }


def shown(fact: readings.Row | None) -> str | None:
    """A fact in a line, for a person who compares two readings."""
    if fact is None:
        return None
    what = fact["post_code"] or fact["insats"] or ""
    period = f"{fact['period_start']}–{fact['period_end']}".strip("–")
    parts = (fact["label"], what, fact["scenario"], period, fact["value"], fact["unit"])
    return ", ".join(part for part in (*parts, fact["status"]) if part)
