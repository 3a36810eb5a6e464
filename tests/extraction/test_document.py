"""Documents on disk: every bad one gives an outcome, a PDF the facts of its text."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from dagster_pipelines.extraction import extract_document, extract_text
from dagster_pipelines.extraction.export import write_facts, write_findings, write_reports
from dagster_pipelines.extraction.extract import FACT_COLUMNS
from dagster_pipelines.extraction.many import extract_many

FIXTURES = Path(__file__).parent / "fixtures"
TEXT = (FIXTURES / "flikar_prognos_procent.txt").read_text(encoding="utf-8")


def pdf_of(text, encrypt=None):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=encrypt)
    for page in text.split("\f"):
        canvas.setFont("Helvetica", 7)
        height = 800
        for line in page.split("\n"):
            label, *cells = line.replace("<u>", "").replace("</u>", "").split("\t")
            canvas.drawString(40, height, label)
            for place, cell in enumerate(cells):
                canvas.drawRightString(330 + 100 * place, height, cell[:30])
            height -= 14
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def statements(extraction):
    return sorted(
        (f["post_code"], str(f["period_end"]), str(f["value"]))
        for f in extraction.facts
        if f["statement"] == "resultatrakning"
    )


def test_a_pdf_gives_the_statement_of_its_text_with_pages(tmp_path):
    path = tmp_path / "rapport.pdf"
    path.write_bytes(pdf_of("Rapport\f" + TEXT))
    extraction = extract_document(path)
    assert extraction.outcome == "läst"
    assert statements(extraction) == statements(extract_text(TEXT))
    assert {f["page"] for f in extraction.facts if f["statement"] == "resultatrakning"} == {2}


@pytest.mark.parametrize(
    ("name", "content", "outcome"),
    [
        ("tom.txt", b"", "tom"),
        ("blank.md", b" \n\n", "tom"),
        ("trasig.pdf", b"%PDF-1.4 avbruten", "trasig"),
        ("recept.txt", b"Koka potatis i 20 minuter.\n", "ej rapport"),
        ("bild.png", b"\x89PNG", "ej rapport"),
        ("krypterad.pdf", pdf_of(TEXT, encrypt="hemligt"), "krypterad"),
        ("lang.pdf", pdf_of("\f".join(["sida"] * 401)), "för stor"),
    ],
)
def test_what_cannot_be_read_gets_an_outcome_and_no_facts(tmp_path, name, content, outcome):
    path = tmp_path / name
    path.write_bytes(content)
    extraction = extract_document(path)
    assert (extraction.outcome, extraction.facts) == (outcome, [])
    assert extraction.message


def test_images_without_tesseract_ask_for_ocr(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    path = tmp_path / "skannad.pdf"
    path.write_bytes(pdf_of("\f"))
    extraction = extract_document(path)
    assert extraction.outcome == "kräver ocr"
    assert "tesseract" in extraction.message


def test_a_missing_file_is_an_outcome(tmp_path):
    assert extract_document(tmp_path / "finns-inte.txt").outcome == "trasig"


def test_many_documents_come_in_order_and_are_written(tmp_path):
    paths = [FIXTURES / "flikar_prognos_procent.txt", FIXTURES / "ocr_resultat_fem_kolumner.txt"]
    told = []
    found = extract_many(
        paths, workers=2, progress=lambda done, total, _: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]
    assert [e.report["source_file"] for e in found] == [p.name for p in paths]
    count = write_facts(tmp_path / "facts.csv", found)
    with (tmp_path / "facts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count == sum(len(e.facts) for e in found)
    assert tuple(rows[0]) == FACT_COLUMNS
    assert write_reports(tmp_path / "reports.csv", found) == 2
    assert write_findings(tmp_path / "findings.csv", found) == sum(len(e.findings) for e in found)


def lawful(text):
    """No exception, and every fact printed where it says."""
    extraction = extract_text(text)
    lines = text.split("\n")
    keys = set()
    for fact in extraction.facts:
        assert fact["line"] >= 1
        assert fact["position"] >= 1
        assert fact["printed"].strip()
        assert fact["printed"] in lines[fact["line"] - 1]
        assert isinstance(fact["value"], Decimal)
        keys.add((fact["line"], fact["position"]))
    assert len(keys) == len(extraction.facts)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_reports_never_break_the_law_of_provenance(data):
    lines = TEXT.split("\n")
    order = data.draw(st.permutations(range(len(lines))))
    cut = data.draw(st.integers(0, len(lines)))
    noise = data.draw(st.text(max_size=40))
    place = data.draw(st.integers(0, len(TEXT)))
    lawful("\n".join(lines[i] for i in order[:cut]))
    lawful(TEXT[:place] + noise + TEXT[place:])


def test_extraction_is_deterministic():
    assert extract_text(TEXT) == extract_text(TEXT)
