"""Documents on disk: every bad one gives an outcome, a PDF the facts of its text."""

import csv
import dataclasses
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from benchmarks.synthetic_reports.pdf import scanned_pdf
from dagster_pipelines.extraction import extract_document, extract_text
from dagster_pipelines.extraction.document import Limits, _by_line, _doubted, _laid_out, _no_ocr
from dagster_pipelines.extraction.export import write_facts, write_findings, write_reports
from dagster_pipelines.extraction.extract import FACT_COLUMNS
from dagster_pipelines.extraction.many import extract_many
from dagster_pipelines.extraction.pages import MAX_PAGE_CHARACTERS, MAX_PIXELS, read_pages, render

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


def images(pages):
    """A PDF of pages that hold a drawing and no text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for _ in range(pages):
        canvas.rect(50, 50, 400, 600, fill=1)
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
    path.write_bytes(images(2))
    extraction = extract_document(path)
    assert extraction.outcome == "kräver ocr"
    assert "tesseract" in extraction.message


@pytest.mark.skipif(_no_ocr() != "", reason="tesseract med svenska finns inte på den här maskinen")
def test_a_scan_gives_the_statement_of_its_text_and_keeps_pages(tmp_path):
    scan = tmp_path / "skannad.pdf"
    scan.write_bytes(scanned_pdf(pdf_of("Samordningsförbundet\f" + TEXT)))
    extraction = extract_document(scan)
    assert extraction.outcome == "läst"
    sure = [f for f in extraction.facts if f["status"] != "suspect"]
    right = statements(extract_text(TEXT))
    found = statements(dataclasses.replace(extraction, facts=sure))
    assert len(found) >= 0.9 * len(right)
    assert not set(found) - set(right)
    assert {f["page"] for f in sure if f["statement"] == "resultatrakning"} == {2}


def test_words_of_ocr_keep_their_columns():
    head = "block_num\tpar_num\tline_num\tleft\ttop\twidth\theight\tconf\ttext"
    words = [
        (1, 100, 100, 60, "Not"),
        (1, 1400, 100, 80, "2023"),
        (2, 100, 160, 140, "Intäkter"),
        (2, 1300, 160, 20, "1"),
        (2, 1340, 160, 60, "234"),
        (2, 1420, 160, 60, "567"),
        (3, 100, 220, 20, "="),
        (4, 100, 400, 100, "Sidfot"),
    ]
    rows = [f"1\t1\t{n}\t{x}\t{y}\t{w}\t30\t95\t{t}" for n, x, y, w, t in words]
    rows[5] = rows[5].replace("\t95\t", "\t40\t")
    text, doubts = _laid_out("\n".join([head, *rows]))
    lines = text.split("\n")
    assert doubts == [(1, "567")]
    assert [line.split() for line in lines] == [
        ["Not", "2023"],
        ["Intäkter", "1", "234", "567"],
        ["-"],
        [],
        ["Sidfot"],
    ]
    assert len(lines[0]) == len(lines[1])  # right edges meet
    assert "1 234 567" in lines[1]


def test_a_figure_that_ocr_doubts_is_left_to_a_person():
    extraction = extract_text("Rapport\n" + TEXT)
    fact = next(f for f in extraction.facts if f["status"] == "reconciled" and " " in f["printed"])
    word = fact["printed"].split()[0]
    doubted = _doubted(extraction, {fact["line"]: [word]})
    changed = [f for f in doubted.facts if f not in extraction.facts]
    assert {f["line"] for f in changed} == {fact["line"]}
    assert all(f["status"] == "suspect" and "OCR" in f["note"] for f in changed)
    assert _by_line(["a\nb", "c"], {1: ("c", [(0, "7")])}) == {4: ["7"]}


def test_cells_that_overlap_are_kept_apart(tmp_path):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.drawString(40, 700, "Belopp")
    canvas.drawRightString(400, 700, "Januari-december")
    canvas.drawRightString(470, 700, "Januari-december")
    canvas.drawRightString(400, 686, "1 000")
    canvas.drawRightString(470, 686, "2 000")
    canvas.drawString(40, 672, "Summa")
    canvas.drawString(40, 600, "Stycke")
    canvas.save()
    path = tmp_path / "trang.pdf"
    path.write_bytes(buffer.getvalue())
    (page,) = read_pages(str(path))["pages"]
    lines = page["text"].split("\n")
    assert lines[0].split() == ["Belopp", "Januari-december", "Januari-december"]
    assert lines[1].split("  ")[-2:] != ["1 000 2 000"]
    assert lines[2:] == ["Summa", "", "Stycke"]


def drawn(draw, pagesize=A4):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=pagesize)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def stacked(canvas):
    for nth in range(MAX_PAGE_CHARACTERS // 80 + 1):
        canvas.drawString(10, 400 + nth % 7, f"{nth:080d}")


def test_a_page_of_stacked_characters_is_refused(tmp_path):
    path = tmp_path / "stapel.pdf"
    path.write_bytes(drawn(stacked))
    extraction = extract_document(path)
    assert (extraction.outcome, extraction.facts) == ("för stor", [])
    assert "sidan 1" in extraction.message


def test_a_huge_page_is_rendered_within_the_limit(tmp_path):
    path = tmp_path / "vepa.pdf"
    path.write_bytes(drawn(lambda c: c.rect(10, 10, 9000, 9000, fill=1), (14_000, 14_000)))
    render(str(path), 0, str(tmp_path / "sida.png"))
    with Image.open(tmp_path / "sida.png") as image:
        assert image.width * image.height <= MAX_PIXELS * 1.01


def test_a_truncated_pdf_never_raises(tmp_path):
    whole = pdf_of(TEXT)
    for part in (0.2, 0.5, 0.8, 0.97):
        path = tmp_path / "avklippt.pdf"
        path.write_bytes(whole[: int(len(whole) * part)])
        assert extract_document(path).outcome in ("trasig", "tom", "ej rapport", "läst")


def test_a_reader_that_hangs_or_dies_is_an_outcome(tmp_path, monkeypatch):
    path = tmp_path / "bomb.pdf"
    path.write_bytes(pdf_of(TEXT))
    program = tmp_path / "pages.py"
    monkeypatch.setattr("dagster_pipelines.extraction.document._PAGES", program)
    program.write_text("import os; os.abort()", encoding="utf-8")
    assert extract_document(path).outcome == "trasig"
    program.write_text("import time; time.sleep(60)", encoding="utf-8")
    assert extract_document(path, Limits(seconds=0.2)).outcome == "för stor"


def test_images_among_pages_of_text_are_told_when_there_is_no_ocr(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    path = tmp_path / "blandad.pdf"
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for line, height in zip(TEXT.split("\n")[:40], range(800, 0, -14), strict=False):
        canvas.drawString(40, height, line.replace("\t", "    "))
    canvas.showPage()
    canvas.rect(50, 50, 400, 600, fill=1)
    canvas.save()
    path.write_bytes(buffer.getvalue())
    extraction = extract_document(path)
    assert extraction.outcome == "läst"
    assert "Sidorna 2 är bilder" in extraction.message
    assert "Sidorna 2 är bilder" in extraction.report["note"]


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
