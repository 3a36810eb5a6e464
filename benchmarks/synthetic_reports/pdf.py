"""A synthetic report as a PDF: with a text layer, or scanned to images of its pages.

Belongs here: setting text lines on pages, cells of tab-separated tables in columns. Does not
belong here: what the report says. Characters must be in WinAnsi: use `generate(...,
layout="tabs")`, which forces plain spaces and hyphens.
"""

import io

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

FONT, SIZE, LEADING = "Helvetica", 9, 13
LEFT, TOP, BOTTOM, RIGHT = 50, 790, 50, 550
SCAN_DPI = 200


def text_pdf(text: str) -> bytes:
    """A PDF whose text layer holds the lines of `text`; a form feed starts a new page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    height = _new_page(canvas)
    for line in text.split("\n"):
        if line.startswith("\f") or height < BOTTOM:
            canvas.showPage()
            height = _new_page(canvas)
        _draw(canvas, line.lstrip("\f"), height)
        height -= LEADING
    canvas.save()
    return buffer.getvalue()


def _new_page(canvas: Canvas) -> int:
    canvas.setFont(FONT, SIZE)
    return TOP


def _draw(canvas: Canvas, line: str, height: int) -> None:
    label, *cells = line.split("\t")
    canvas.drawString(LEFT, height, label)
    step = 72 if len(cells) < 5 else 62
    for place, cell in enumerate(cells):
        canvas.drawRightString(RIGHT - step * (len(cells) - 1 - place), height, cell)


def scanned_pdf(pdf: bytes, dpi: int = SCAN_DPI) -> bytes:
    """The pages of `pdf` as grey images without any text layer."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            image = page.render(scale=dpi / 72, grayscale=True).to_pil()
            canvas.drawImage(ImageReader(image), 0, 0, *A4)
            canvas.showPage()
    finally:
        document.close()
    canvas.save()
    return buffer.getvalue()
