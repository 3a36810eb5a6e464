"""Documents on disk: PDF with a text layer, scanned PDF, plain text, Markdown.

Belongs here: opening files, turning pages into lines that keep their column gaps, OCR through
tesseract, and refusing in a clear sentence what cannot be read. Does not belong here: what the
text means (`extract`).
"""

import hashlib
import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from .extract import Extraction, extract_source, refused

MAX_BYTES = 256 * 1024 * 1024
MAX_PAGES = 400
MIN_CHARACTERS = 25  # a page with fewer is taken for an image
OCR_DPI = 300
OCR_SECONDS = 180
TEXT_SUFFIXES = {".txt", ".md", ".markdown", ".text"}
OCR_HINT = (
    "Installera tesseract med svenska (Debian: apt install tesseract-ocr tesseract-ocr-swe) "
    "och kör igen, eller lämna rapporten som text."
)


class _RefusedError(Exception):
    """A document that cannot be read: its outcome and the Swedish sentence why."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message


def extract_document(path: Path) -> Extraction:
    """Read a report document (.pdf, .txt, .md). Bad input gives an outcome, never an exception."""
    path = Path(path)
    digest = ""
    try:
        content = _bytes(path)
        digest = hashlib.sha256(content).hexdigest()
        if path.suffix.lower() == ".pdf" or content[:5] == b"%PDF-":
            text, scanned = _pdf_text(content)
        elif path.suffix.lower() in TEXT_SUFFIXES:
            text, scanned = decode(content), False
        else:
            raise _RefusedError(
                "ej rapport",
                f"Filtypen {path.suffix or '(ingen)'} läses inte; lämna .pdf, .txt eller .md.",
            )
    except _RefusedError as problem:
        return refused(problem.outcome, f"{path.name}: {problem.message}", path.name, digest)
    return extract_source(text, path.name, digest, scanned=scanned)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _RefusedError(
                "för stor",
                f"filen är {size // 1_048_576} MB; gränsen är {MAX_BYTES // 1_048_576} MB.",
            )
        if size == 0:
            raise _RefusedError("tom", "filen är tom.")
        return path.read_bytes()
    except OSError as problem:
        raise _RefusedError("trasig", f"filen kan inte öppnas ({problem.strerror}).") from problem


def decode(content: bytes) -> str:
    """Text of a file: UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _pdf_text(content: bytes) -> tuple[str, bool]:
    """Pages joined by form feeds, and whether OCR made the text."""
    try:
        pdf = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as problem:
        if "password" in str(problem).lower():
            raise _RefusedError(
                "krypterad", "filen är skyddad med lösenord; spara den utan skydd och försök igen."
            ) from problem
        raise _RefusedError(
            "trasig", "filen går inte att läsa som PDF; hämta den på nytt."
        ) from problem
    try:
        if len(pdf) > MAX_PAGES:
            raise _RefusedError(
                "för stor",
                f"dokumentet har {len(pdf)} sidor; gränsen är {MAX_PAGES}. Plocka ut rapporten.",
            )
        if len(pdf) == 0:
            raise _RefusedError("tom", "dokumentet har inga sidor.")
        pages = [_page_text(pdf, number) for number in range(len(pdf))]
        blank = [n for n, text in enumerate(pages) if len(text.strip()) < MIN_CHARACTERS]
        if len(blank) * 2 <= len(pages):
            return "\n\f".join(pages), False
        return "\n\f".join(_ocr_pages(pdf, pages, blank)), True
    finally:
        pdf.close()


def _page_text(pdf: Any, number: int) -> str:
    """One page as lines; gaps between columns become two or more spaces."""
    try:
        page = pdf[number]
        text_page = page.get_textpage()
    except pdfium.PdfiumError:
        return ""
    characters: list[tuple[float, float, float, float, str]] = []
    for i in range(text_page.count_chars()):
        char = chr(pdfium_c.FPDFText_GetUnicode(text_page, i) or 32)
        if char in "\r\n\x00" or char.isspace():
            continue
        left, bottom, right, top = text_page.get_charbox(i, loose=True)
        characters.append((left, bottom, right, top, char))
    return "\n".join(_lines(characters))


def _lines(characters: list[tuple[float, float, float, float, str]]) -> list[str]:
    """Characters with boxes as lines from top to bottom, words set apart by their gaps."""
    rows: list[tuple[float, list[tuple[float, float, float, float, str]]]] = []
    for char in sorted(characters, key=lambda c: (-(c[1] + c[3]) / 2, c[0])):
        middle, height = (char[1] + char[3]) / 2, max(char[3] - char[1], 1.0)
        if rows and abs(rows[-1][0] - middle) < 0.4 * height:
            rows[-1][1].append(char)
        else:
            rows.append((middle, [char]))
    return [_spaced(sorted(row, key=lambda c: c[0])) for _, row in rows]


def _spaced(row: list[tuple[float, float, float, float, str]]) -> str:
    widths = sorted(c[2] - c[0] for c in row if c[2] > c[0])
    width = widths[len(widths) // 2] if widths else 5.0
    out = [row[0][4]]
    for before, char in itertools.pairwise(row):
        gap = char[0] - before[2]
        if gap > 1.6 * width:
            out.append(" " * max(2, round(gap / width)))
        elif gap > 0.22 * width:
            out.append(" ")
        out.append(char[4])
    return "".join(out)


def _ocr_pages(pdf: Any, pages: list[str], blank: list[int]) -> list[str]:
    """The pages with the blank ones read by tesseract."""
    tesseract = shutil.which("tesseract")
    if tesseract is None:
        raise _RefusedError(
            "kräver ocr", f"{len(blank)} av {len(pages)} sidor är bilder utan text. {OCR_HINT}"
        )
    language = _language(tesseract)
    read = list(pages)
    with tempfile.TemporaryDirectory() as folder:
        for number in blank:
            image = Path(folder) / f"{number}.png"
            pdf[number].render(scale=OCR_DPI / 72).to_pil().save(image)
            read[number] = _tesseract(tesseract, image, language)
    return read


def _language(tesseract: str) -> str:
    listed = subprocess.run(  # noqa: S603
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False, timeout=30
    )
    if "swe" not in listed.stdout.split():
        raise _RefusedError("kräver ocr", f"tesseract saknar svenska. {OCR_HINT}")
    return "swe"


def _tesseract(tesseract: str, image: Path, language: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            [
                tesseract,
                str(image),
                "stdout",
                "-l",
                language,
                "--psm",
                "6",
                "-c",
                "preserve_interword_spaces=1",
            ],
            capture_output=True,
            check=False,
            timeout=OCR_SECONDS,
        )
    except subprocess.TimeoutExpired as problem:
        raise _RefusedError("trasig", "OCR av en sida tog för lång tid.") from problem
    return done.stdout.decode("utf-8", errors="replace").replace("\f", "")
