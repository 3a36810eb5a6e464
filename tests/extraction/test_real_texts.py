"""Real reports beside the checkout against facts that a person has checked."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_pipelines.extraction import extract_text

BESIDE = Path(__file__).resolve().parents[3] / "shared"
REPORTS = sorted((BESIDE / "reports").glob("*.txt")) if BESIDE.is_dir() else []
STRICT = {"resultatrakning", "balansrakning", "kassaflode", "driftredovisning", "not"}
pytestmark = pytest.mark.skipif(
    not REPORTS, reason=f"de verkliga rapporttexterna ligger inte i {BESIDE / 'reports'}"
)
if not REPORTS:
    REPORTS = [Path("saknas")]


def pairs(report):
    """(checked fact, extracted fact or None), paired on the line by value."""
    extraction = extract_text(report.read_text(encoding="utf-8"), report.name)
    on_line = defaultdict(list)
    for fact in extraction.facts:
        on_line[fact["line"]].append(fact)
    found = []
    with (BESIDE / "facts" / f"{report.stem}.csv").open(encoding="utf-8", newline="") as file:
        for checked in csv.DictReader(file):
            candidates = on_line[int(checked["line"])]
            match = next((f for f in candidates if f["value"] == Decimal(checked["value"])), None)
            if match is not None:
                candidates.remove(match)
            found.append((checked, match))
    return extraction, found, on_line


@pytest.mark.parametrize("report", REPORTS, ids=lambda p: p.stem)
def test_identity(report):
    extraction, _, _ = pairs(report)
    assert extraction.report["report_id"] == report.stem


@pytest.mark.parametrize("report", REPORTS, ids=lambda p: p.stem)
def test_statements_are_found_and_never_wrong_in_silence(report):
    _, found, left = pairs(report)
    strict = [(checked, fact) for checked, fact in found if checked["statement"] in STRICT]
    assert sum(fact is not None for _, fact in strict) >= 0.99 * len(strict)
    wrong = [f for facts in left.values() for f in facts if f["statement"] in STRICT]
    assert [f for f in wrong if f["status"] != "suspect"] == []


def test_nine_of_ten_checked_facts_are_found():
    found = [fact for report in REPORTS for _, fact in pairs(report)[1]]
    assert sum(f is not None for f in found) >= 0.9 * len(found)
