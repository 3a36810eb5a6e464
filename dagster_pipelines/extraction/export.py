"""Extractions as the CSV files of the fact contract.

Belongs here: the columns and the text form of values. Does not belong here: reading documents.
"""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from .extract import FACT_COLUMNS, FINDING_COLUMNS, REPORT_COLUMNS, Extraction


def as_text(value: object) -> str:
    """A value as the contract writes it: ISO dates, plain decimals, '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def write_facts(path: Path, extractions: Iterable[Extraction]) -> int:
    """Write facts.csv; returns the number of rows."""
    return _write(path, FACT_COLUMNS, (fact for e in extractions for fact in e.facts))


def write_reports(path: Path, extractions: Iterable[Extraction]) -> int:
    """Write reports.csv, one row per document, also those that gave no facts."""
    return _write(path, REPORT_COLUMNS, (e.report for e in extractions))


def write_findings(path: Path, extractions: Iterable[Extraction]) -> int:
    """Write findings.csv: identities that do not hold; returns the number of rows."""
    return _write(path, FINDING_COLUMNS, (row for e in extractions for row in e.findings))


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, object]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([as_text(row[c]) for c in columns])
            count += 1
    return count
