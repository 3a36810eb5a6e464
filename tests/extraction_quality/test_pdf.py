"""A PDF made from a clean report, and a scan of it, give the statement facts of its text."""

import shutil
import subprocess

import pypdfium2
import pytest

from benchmarks.scoring import OPENING, STRICT, Truth, score
from benchmarks.synthetic_reports import generate
from benchmarks.synthetic_reports.pdf import scanned_pdf, text_pdf
from dagster_pipelines.extraction import extract_document, extract_text

SEEDS = (3, 8, 21)


def clean(seed: int):
    return generate(seed, "clean", layout="tabs")


def claims(facts) -> set[tuple[object, ...]]:
    """Statement facts without where they stand: lines differ between a PDF and its text."""
    names = (
        "statement",
        "post_code",
        "label",
        "scenario",
        "period_start",
        "period_end",
        "unit",
        "value",
    )
    return {
        tuple(str(fact[name] or "") for name in names)
        for fact in facts
        if fact["statement"] in STRICT and fact["status"] != "suspect"
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pdf_holds_the_text(seed):
    report = clean(seed)
    document = pypdfium2.PdfDocument(text_pdf(report.text))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "å" in text or "ä" in text
    for fact in report.truth_facts:
        assert fact["printed"] in text


def test_the_scan_has_pages_and_no_text():
    pdf = text_pdf(clean(3).text)
    scan = pypdfium2.PdfDocument(scanned_pdf(pdf, dpi=60))
    assert len(scan) == len(pypdfium2.PdfDocument(pdf))
    assert all(page.get_textpage().get_text_range().strip() == "" for page in scan)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_text_pdf_gives_the_facts_of_its_text(seed, tmp_path):
    report = clean(seed)
    path = tmp_path / "rapport.pdf"
    path.write_bytes(text_pdf(report.text))
    from_pdf, from_text = extract_document(path), extract_text(report.text)
    assert claims(from_pdf.facts) == claims(from_text.facts)
    assert claims(from_text.facts)
    assert all(fact["page"] for fact in from_pdf.facts)


def ocr_missing() -> str:
    """Why OCR cannot be tried on this machine; empty if it can."""
    if shutil.which("tesseract") is None:
        return "tesseract is not installed (apt-get install tesseract-ocr tesseract-ocr-swe)"
    languages = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=False
    )
    return "" if "swe" in languages.stdout else "tesseract lacks Swedish (tesseract-ocr-swe)"


def test_a_scan_gives_the_facts_of_its_text_or_marks_them(tmp_path):
    if reason := ocr_missing():
        pytest.skip(reason)
    report = clean(3)
    path = tmp_path / "skannad.pdf"
    path.write_bytes(scanned_pdf(text_pdf(report.text)))
    found = extract_document(path)
    truth = [fact for fact in report.truth_facts if fact["statement"] in STRICT]
    scored = score(found, Truth([{**fact, "line": "0"} for fact in truth])).total(STRICT)
    assert scored.found >= 0.9 * scored.truth, found.message
    right = claims(report.truth_facts)
    amounts = {(claim[0], claim[1], *claim[3:]) for claim in right}
    wrong = [
        claim
        for claim in claims(found.facts)
        # an opening post may be dated the day it opens or the day it closes
        if claim[1] and claim[1] not in OPENING
        if (claim[0], claim[1], *claim[3:]) not in amounts
    ]
    assert wrong == []
