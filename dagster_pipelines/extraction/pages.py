"""The pages of a PDF as lines of text, and as images for OCR: run as a program of its own.

Belongs here: characters with boxes to lines that keep their columns, the limits of what a page
may hold. Does not belong here: which documents are read and what is said of those that are not
(`document`).

A PDF is foreign code in all but name: `document` runs this file in a process with limits of its
own, so that no document can hang, exhaust or crash the reader. Hence nothing of the package is
imported here.

    python -P pages.py 1500 text rapport.pdf 400           JSON on standard output
    python -P pages.py 1500 image rapport.pdf 3 out.png

The first argument is the memory that it may use, in MB; the last of `text` is how many pages.
"""

import ctypes
import itertools
import json
import math
import sys
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

try:
    import resource
except ImportError:  # not a Unix: the time limit of the caller still holds
    resource = None  # type: ignore[assignment]

MAX_PAGES = 400
MAX_PAGE_CHARACTERS = 30_000  # a dense A4 page has 6 000
MAX_CHARACTERS = 2_000_000
DPI = 300  # what tesseract is trained for
MAX_PIXELS = 40_000_000  # A4 at 300 dpi has 8.7 million
MAX_COLUMNS = 400  # a line is never laid out wider than this


class Piece(NamedTuple):
    """A character or a word and its box, upwards and to the right; `source` tells what drew it."""

    left: float
    right: float
    bottom: float
    top: float
    text: str
    source: int = 0

    @property
    def middle(self) -> float:
        """Height of its middle above the foot of the page."""
        return (self.bottom + self.top) / 2


Row = list[Piece]


def characters(text_page: Any) -> list[Piece]:
    """The visible characters of a page in the order they were drawn, each place once."""
    found: list[Piece] = []
    seen: set[tuple[str, int, int]] = set()
    for i in range(text_page.count_chars()):
        char = chr(pdfium_c.FPDFText_GetUnicode(text_page, i) or 32)
        if char.isspace() or not char.isprintable() or 0xD800 <= ord(char) <= 0xDFFF:
            continue
        left, bottom, right, top = text_page.get_charbox(i, loose=True)
        place = (char, round(left * 10), round(bottom * 10))
        if place in seen:  # bold by printing twice
            continue
        seen.add(place)
        drawn = ctypes.cast(pdfium_c.FPDFText_GetTextObject(text_page, i), ctypes.c_void_p)
        found.append(Piece(left, right, bottom, top, char, drawn.value or 0))
    return found


def lay_out(found: list[Piece]) -> str:
    """The characters of a page as lines from top to bottom."""
    width = _median([c.right - c.left for c in found if c.right > c.left]) or 5.0
    return set_rows([_runs(row) for row in _rows(found)], width, spaced=0.22)


def lay_out_words(lines: list[Row]) -> tuple[str, list[tuple[int, str]]]:
    """Words that OCR has put into lines; parts of a line at one height are one line.

    Also the words that OCR doubts (`source` 1): the number of their line, from 0, and the word.
    """
    width = _median([(w.right - w.left) / len(w.text) for line in lines for w in line]) or 5.0
    rows: list[Row] = []
    for line in sorted(lines, key=lambda words: -words[0].middle):
        height = max(w.top - w.bottom for w in line)
        if rows and rows[-1][0].middle - line[0].middle < 0.4 * height:
            rows[-1].extend(line)
        else:
            rows.append(list(line))
    text = set_rows([[sorted(row)] for row in rows], width, spaced=-math.inf)
    filled = [number for number, line in enumerate(text.split("\n")) if line]
    doubts = [
        (number, word.text)
        for number, row in zip(filled, rows, strict=True)
        for word in row
        if word.source
    ]
    return text, doubts


def set_rows(rows: list[list[Row]], width: float, spaced: float) -> str:
    """Rows on a grid of characters `width` wide: what stands in one column keeps its place.

    A row is given as its runs from left to right. Pieces of a run further apart than `spaced`
    widths are words; a gap wider than the usual leading between rows gives an empty line.
    """
    if not rows:
        return ""
    margin = min(run[0].left for row in rows for run in row)
    heights = [above[0][0].middle - row[0][0].middle for above, row in itertools.pairwise(rows)]
    leading = _median([h for h in heights if h > 0]) or math.inf
    lines = []
    for row, height in zip(rows, [0.0, *heights], strict=True):
        if height > 1.5 * leading:
            lines.append("")
        cells = [cell for run in row for cell in _cells(run, width, spaced)]
        lines.append(_set_line(cells, margin, width))
    return "\n".join(lines)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _rows(found: list[Piece]) -> list[Row]:
    rows: list[Row] = []
    for char in sorted(found, key=lambda c: (-c.middle, c.left)):
        height = max(char.top - char.bottom, 1.0)
        if rows and abs(rows[-1][0].middle - char.middle) < 0.4 * height:
            rows[-1].append(char)
        else:
            rows.append([char])
    return rows


def _runs(row: Row) -> list[Row]:
    """Parts of a row that nothing overlaps: cells too wide for their column cover each other."""
    drawn: dict[int, Row] = {}
    for char in row:
        drawn.setdefault(char.source, []).append(char)
    parts = [sorted(part, key=lambda c: c.left) for part in drawn.values()]
    runs: list[Row] = []
    for part in sorted(parts, key=lambda p: p[0].left):
        gap = part[0].left - runs[-1][-1].right if runs else 0.0
        if not runs or gap < -0.3 * (part[0].right - part[0].left):
            runs.append(part)
        else:
            runs[-1].extend(part)
    return runs


Cell = tuple[float, float, str]  # left edge, right edge, text


def _cells(run: Row, width: float, spaced: float) -> list[Cell]:
    """The cells of a run: pieces with less than a column's gap between them."""
    cells: list[Cell] = []
    left, text = run[0].left, run[0].text
    for before, piece in itertools.pairwise(run):
        gap = piece.left - before.right
        if gap > 1.6 * width:
            cells.append((left, before.right, text))
            left, text = piece.left, piece.text
        else:
            text += (" " if gap > spaced * width else "") + piece.text
    return [*cells, (left, run[-1].right, text)]


def _set_line(cells: list[Cell], margin: float, width: float) -> str:
    """Cells on the grid: the first by its left edge, others by their right."""
    left, _, line = cells[0]
    line = " " * min(MAX_COLUMNS, round((left - margin) / width)) + line
    for _, right, text in cells[1:]:
        place = min(MAX_COLUMNS, round((right - margin) / width) - len(text))
        line += " " * max(2, place - len(line)) + text
    return line


def _page(pdf: Any, number: int) -> dict[str, object]:
    """The text of a page and whether it holds drawings; a page that cannot be read is empty."""
    try:
        page = pdf[number]
        text_page = page.get_textpage()
    except pdfium.PdfiumError:
        return {"text": "", "image": False, "broken": True}
    if text_page.count_chars() > MAX_PAGE_CHARACTERS:
        raise RefusedError(
            "för stor",
            f"sidan {number + 1} har fler än {MAX_PAGE_CHARACTERS} tecken; den är ingen rapport.",
        )
    text = lay_out(characters(text_page))
    return {"text": text, "image": _has_drawings(page), "broken": False}


def _has_drawings(page: Any) -> bool:
    """Whether anything but text stands on a page: an image, or letters drawn as curves."""
    kinds = {pdfium_c.FPDF_PAGEOBJ_TEXT, pdfium_c.FPDF_PAGEOBJ_UNKNOWN}
    return any(item.type not in kinds for item in page.get_objects(max_depth=1))


class RefusedError(Exception):
    """A document that is not read: its outcome and, as the message, the Swedish sentence why."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


def read_pages(path: str, max_pages: int = MAX_PAGES) -> dict[str, object]:
    """All pages of a PDF, or the outcome (`krypterad`, `trasig`, `tom`, `för stor`) and why."""
    try:
        pdf = _open(path, max_pages)
        pages = []
        total = 0
        for number in range(len(pdf)):
            pages.append(_page(pdf, number))
            total += len(str(pages[-1]["text"]))
            if total > MAX_CHARACTERS:
                raise RefusedError(
                    "för stor",
                    f"dokumentet har mer text än {MAX_CHARACTERS} tecken. Dela upp det.",
                )
    except RefusedError as problem:
        return {"outcome": problem.outcome, "message": str(problem)}
    return {"pages": pages}


def _open(path: str, max_pages: int) -> Any:
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as problem:
        if "password" in str(problem).lower():
            raise RefusedError(
                "krypterad", "filen är skyddad med lösenord; spara den utan skydd och försök igen."
            ) from problem
        raise RefusedError(
            "trasig", "filen går inte att läsa som PDF; hämta den på nytt."
        ) from problem
    if len(pdf) > max_pages:
        raise RefusedError(
            "för stor",
            f"dokumentet har {len(pdf)} sidor; gränsen är {max_pages}. Plocka ut rapporten.",
        )
    if len(pdf) == 0:
        raise RefusedError("tom", "dokumentet har inga sidor.")
    return pdf


def render(path: str, number: int, target: str) -> None:
    """One page as a grey image for OCR, never larger than MAX_PIXELS."""
    page = pdfium.PdfDocument(path)[number]
    width, height = page.get_size()
    scale = min(DPI / 72, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
    image = page.render(scale=scale, grayscale=True).to_pil()
    image.save(target, dpi=(scale * 72, scale * 72))


def _limit_memory(megabytes: int) -> None:
    if resource is not None:
        allowed = megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def main(arguments: list[str]) -> int:
    """Run one of the two commands of the module docstring."""
    memory, command, path, *rest = arguments
    _limit_memory(int(memory))
    if command == "text":
        json.dump(read_pages(path, int(rest[0])), sys.stdout)
    else:
        render(path, int(rest[0]), rest[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
