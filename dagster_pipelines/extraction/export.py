"""Extractions as the CSV files of the fact contract.

Belongs here: the columns and the text form of values. Does not belong here: reading documents.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

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


def write_facts(to: Path | TextIO, extractions: Iterable[Extraction]) -> int:
    """Write facts.csv, or to a file that is open; returns the number of rows."""
    return _write(to, FACT_COLUMNS, (fact for e in extractions for fact in e.facts))


def write_reports(path: Path, extractions: Iterable[Extraction]) -> int:
    """Write reports.csv, one row per document, also those that gave no facts.

    The contract asks what a report's figures are worth as a whole: no person has looked at them.
    """
    rows = ({**e.report, "status": "unchecked"} for e in extractions)
    return _write(path, (*REPORT_COLUMNS, "status"), rows)


def write_findings(path: Path, extractions: Iterable[Extraction]) -> int:
    """Write findings.csv: identities that do not hold; returns the number of rows."""
    return _write(path, FINDING_COLUMNS, (row for e in extractions for row in e.findings))


def _write(to: Path | TextIO, columns: tuple[str, ...], rows: Iterable[dict[str, object]]) -> int:
    count = 0
    with _opened(to) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([as_text(row[c]) for c in columns])
            count += 1
    return count


@contextmanager
def _opened(to: Path | TextIO) -> Iterator[TextIO]:
    if not isinstance(to, Path):
        yield to
        return
    with to.open("w", encoding="utf-8", newline="") as file:
        yield file
