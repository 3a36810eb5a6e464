"""Documents on disk: PDF with a text layer, scanned PDF, plain text, Markdown.

Belongs here: opening files, which pages need OCR, OCR through tesseract, and refusing in a clear
sentence what cannot be read. Does not belong here: how a page becomes lines (`pages`), what the
text means (`extract`).
"""

import csv
import hashlib
import io
import json
import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dagster_pipelines.files import readable

from .extract import Extraction, extract_source, refused
from .pages import Piece, lay_out_words

MIN_CHARACTERS = 25  # a page with fewer and an image on it is taken for a scan
OCR_FIGURES = 40  # digits from which a page read by OCR makes the whole document worn
TEXT_SUFFIXES = {".txt", ".md", ".markdown", ".text"}
OCR_SPECK = 30  # confidence, of 100, below which a word of mere signs is a speck
OCR_DOUBT = 60  # confidence below which a figure is for a person to look at
TESSERACT = ("-l", "swe", "--psm", "6", "tsv")  # 6: one block, so that rows of tables hold together
OCR_HINT = (
    "Installera tesseract med svenska (Debian: apt install tesseract-ocr tesseract-ocr-swe) "
    "och kör igen, eller lämna rapporten som text."
)
PAGE_BREAK = "\n\f\n"  # a line of its own: what heads a page has an empty line before it
OCR_UNSURE = "tecknen är osäkert lästa av OCR"
_PAGES = Path(__file__).with_name("pages.py")


@dataclass(frozen=True)
class Limits:
    """How much one document may ask for; the settings of an installation decide (`DOCUMENT_*`).

    `seconds`: for the text of a whole PDF, for the image of one page, and for understanding the
    text. `scan_seconds`: for the characters of one page that is an image. `memory_mb`: of the
    process that opens a PDF.
    """

    mb: int = 256
    pages: int = 400
    scanned_pages: int = 120
    seconds: float = 60
    scan_seconds: float = 120
    memory_mb: int = 1500


DEFAULT_LIMITS = Limits()


class _RefusedError(Exception):
    """A document that cannot be read: its outcome and the Swedish sentence why."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message


def extract_document(path: Path, limits: Limits = DEFAULT_LIMITS) -> Extraction:
    """Read a report document (.pdf, .txt, .md). Bad input gives an outcome, never an exception."""
    path, digest = Path(path), ""
    name = readable(path.name)
    try:
        content = _bytes(path, limits)
        digest = hashlib.sha256(content).hexdigest()
        if path.suffix.lower() == ".pdf" or content[:5] == b"%PDF-":
            read = _read_pdf(path, limits)
        elif path.suffix.lower() in TEXT_SUFFIXES:
            read = _Read(decode(content))
        else:
            raise _RefusedError(
                "ej rapport",
                f"Filtypen {path.suffix or '(ingen)'} läses inte; lämna .pdf, .txt eller .md.",
            )
        extraction = _understood(name, read, digest, limits)
    except _RefusedError as problem:
        return refused(problem.outcome, f"{name}: {problem.message}", name, digest)
    return _told(_doubted(extraction, read.doubts), read.unread)


def _understood(name: str, read: "_Read", digest: str, limits: Limits) -> Extraction:
    """The facts of the text; a text that our own reader fails on stops itself and no other."""
    try:
        with _deadline(limits.seconds):
            return extract_source(read.text, name, digest, scanned=read.scanned)
    except TimeoutError as slow:
        raise _too_slow(limits) from slow
    except Exception as ours:
        logging.getLogger("finsam.extraction").exception("the reader failed on %s", name)
        raise _RefusedError(
            "trasig",
            f"läsaren föll på texten ({type(ours).__name__}); lämna uppgifterna som faktafil.",
        ) from ours


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """TimeoutError in this thread after so long, where the system has timers for that."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "ITIMER_REAL"
    ):
        yield
        return

    def over(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _told(extraction: Extraction, unread: str) -> Extraction:
    """The extraction with what was not read added to its message and to the report's note."""
    if not unread:
        return extraction
    note = "; ".join(str(part) for part in (extraction.report["note"], unread) if part)
    return replace(
        extraction,
        report={**extraction.report, "note": note},
        message=f"{extraction.message} {unread}",
    )


@dataclass(frozen=True)
class _Read:
    """Text of a document, whether OCR made it, and in Swedish what was left unread.

    `doubts`: line number (from 1) → words with digits that OCR was not sure of.
    """

    text: str
    scanned: bool = False
    unread: str = ""
    doubts: dict[int, list[str]] = field(default_factory=dict)


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.mb * 1_000_000:
            raise _RefusedError(
                "för stor", f"filen är {size // 1_000_000} MB; gränsen är {limits.mb} MB."
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


def _too_slow(limits: Limits) -> _RefusedError:
    return _RefusedError(
        "för stor", f"filen tog mer än {limits.seconds:g} sekunder att läsa. Plocka ut rapporten."
    )


def _child(limits: Limits, *arguments: str) -> bytes:
    """What `pages` prints when run in a process of its own."""
    # -P: our numbers.py must not stand in for the standard library's
    memory = str(limits.memory_mb)
    command = [sys.executable, "-P", str(_PAGES), memory, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, arguments are paths
            command, capture_output=True, check=False, timeout=limits.seconds
        )
    except subprocess.TimeoutExpired as problem:
        raise _too_slow(limits) from problem
    if done.returncode != 0:
        raise _RefusedError(
            "trasig",
            "filen går inte att läsa som PDF, eller kräver mer minne än "
            f"{limits.memory_mb} MB; hämta den på nytt.",
        )
    return done.stdout


def _read_pdf(path: Path, limits: Limits) -> _Read:
    """Pages joined by page breaks; pages that are images are read by OCR where there is one."""
    answer = json.loads(_child(limits, "text", str(path.resolve()), str(limits.pages)))
    if "outcome" in answer:
        raise _RefusedError(answer["outcome"], answer["message"])
    pages = [page["text"] for page in answer["pages"]]
    bare = [n for n, text in enumerate(pages) if len(text.strip()) < MIN_CHARACTERS]
    images = [n for n in bare if answer["pages"][n]["image"]]
    broken = [n for n in bare if answer["pages"][n]["broken"]]
    unread = f"Sidorna {_numbers(broken)} är trasiga och lästes inte." if broken else ""
    scanned = False
    doubts: dict[int, list[str]] = {}
    if images and (problem := _no_ocr()):
        if len(bare) * 2 > len(pages):
            raise _RefusedError(
                "kräver ocr", f"{len(images)} av {len(pages)} sidor är bilder utan text. {problem}"
            )
        unread = f"{unread} Sidorna {_numbers(images)} är bilder och lästes inte. {problem}".strip()
    elif images:
        read = _ocr_pages(path, images, limits)
        pages = [read[n][0] if n in read else text for n, text in enumerate(pages)]
        scanned = any(sum(map(str.isdigit, text)) >= OCR_FIGURES for text, _ in read.values())
        doubts = _by_line(pages, read)
    return _Read(PAGE_BREAK.join(pages), scanned, unread, doubts)


_Page = tuple[str, list[tuple[int, str]]]  # text; (line from 0, word) of what OCR doubts


def _by_line(pages: list[str], read: dict[int, _Page]) -> dict[int, list[str]]:
    """What OCR doubts, by line of the whole text."""
    found: dict[int, list[str]] = {}
    first = 1
    for number, text in enumerate(pages):
        for line, word in read[number][1] if number in read else ():
            found.setdefault(first + line, []).append(word)
        first += text.count("\n") + PAGE_BREAK.count("\n")
    return found


def _doubted(extraction: Extraction, doubts: dict[int, list[str]]) -> Extraction:
    """The extraction with every figure that OCR was not sure of left to a person."""
    facts = [_unsure(f, doubts.get(int(str(f["line"])), [])) for f in extraction.facts]
    before, after = (sum(f["status"] == "suspect" for f in x) for x in (extraction.facts, facts))
    message = extraction.message.replace(f" {before} osäkra", f" {after} osäkra")
    return replace(extraction, facts=facts, message=message)


def _unsure(fact: dict[str, object], words: list[str]) -> dict[str, object]:
    if fact["status"] == "suspect" or not set(words) & set(str(fact["printed"]).split()):
        return fact
    note = "; ".join(str(part) for part in (fact["note"], OCR_UNSURE) if part)
    return {**fact, "status": "suspect", "note": note}


def _numbers(pages: list[int]) -> str:
    shown = ", ".join(str(n + 1) for n in pages[:10])
    return shown if len(pages) <= 10 else f"{shown} … ({len(pages)} sidor)"


def _no_ocr() -> str:
    """Why OCR cannot be used here, in Swedish with the remedy; '' when it can."""
    tesseract = shutil.which("tesseract")
    if tesseract is None:
        return OCR_HINT
    listed = subprocess.run(  # noqa: S603
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False, timeout=30
    )
    return "" if "swe" in listed.stdout.split() else f"tesseract saknar svenska. {OCR_HINT}"


def _ocr_pages(path: Path, numbers: list[int], limits: Limits) -> dict[int, _Page]:
    """Page number (from 0) → its text as tesseract reads it, and the words it doubts."""
    if len(numbers) > limits.scanned_pages:
        raise _RefusedError(
            "för stor",
            f"{len(numbers)} sidor är bilder; gränsen är {limits.scanned_pages}. "
            "Plocka ut rapporten.",
        )
    alone = multiprocessing.parent_process() is None  # else `many` already fills the cores
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) if alone else 1) as pool,
    ):
        read = list(pool.map(partial(_ocr_page, path, Path(folder), limits), numbers))
    return dict(zip(numbers, read, strict=True))


def _ocr_page(path: Path, folder: Path, limits: Limits, number: int) -> _Page:
    image = folder / f"{number}.png"
    _child(limits, "image", str(path.resolve()), str(number), str(image))
    try:
        done = subprocess.run(  # noqa: S603
            [shutil.which("tesseract") or "tesseract", str(image), "stdout", *TESSERACT],
            capture_output=True,
            check=False,
            timeout=limits.scan_seconds,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as problem:
        raise _RefusedError(
            "för stor",
            f"OCR av sidan {number + 1} tog mer än {limits.scan_seconds:g} sekunder.",
        ) from problem
    finally:
        image.unlink(missing_ok=True)
    return _laid_out(done.stdout.decode("utf-8", errors="replace"))


def _laid_out(table: str) -> _Page:
    """The words that tesseract gives with their boxes, as lines that keep their columns."""
    lines: dict[tuple[str, ...], list[Piece]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        word = (row["text"] or "").strip()
        if not word or (float(row["conf"]) < OCR_SPECK and not any(map(str.isalnum, word))):
            continue
        word = "-" if word == "=" else word  # a dash for nothing, seen double
        left, top = int(row["left"]), -int(row["top"])
        box = (left, left + int(row["width"]), top - int(row["height"]), top)
        key = (row["block_num"], row["par_num"], row["line_num"])
        doubted = any(map(str.isdigit, word)) and float(row["conf"]) < OCR_DOUBT
        lines.setdefault(key, []).append(Piece(*box, word, int(doubted)))
    return lay_out_words(list(lines.values())) if lines else ("", [])
