"""Lines of a document: numbered, paged, freed from markup, with a way back to the original.

Belongs here: what a line is, page breaks, HTML remains and entities, page furniture, and
the estimate of how worn by OCR a text is. Does not belong here: opening files (`document`)
or understanding what a line says.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import NamedTuple

from .vocabulary import KNOWN_WORDS, fold

MAX_LINES = 60_000
MAX_LINE_LENGTH = 2_000

_TAG = re.compile(r"<(/?)(\w{1,10})\b[^<>]{0,200}>")
_ENTITY = re.compile(r"&(?:#\d{1,6}|[a-zA-Z]{2,8});")
_BOLD = re.compile(r"(\*\*)(?=[^\s*])([^*]{1,120})(?<=[^\s*])(\*\*)")
_CELL_TAGS = {"td", "th"}
_SPACE_TAGS = {"br", "p", "div", "li"}
_SPACES = dict.fromkeys(
    map(
        ord,
        "\u00a0\u2007\u2009\u202f\u2008\u2006\u2005\u2004\u200a\r\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029\x00",
    ),
    " ",
)
_FURNITURE = re.compile(
    r"^\W*(?:(?:sida|sid|page)\s*:?\s*\d+(?:\s*(?:\(|av|/|of)\s*\d+\)?)?|"
    r"signering(?:\s+av\s+justerare.*|:)?|pa varje sida|docusign envelope id.*|"
    r"dnr\b.{0,40}|loggа?|justerarens? signatur.*|transaktion \d{6,}.*)\W*$"
)


class Line(NamedTuple):
    """One line: its number and page (1-based), the cleaned text, the raw text it came from."""

    number: int
    page: int | None
    text: str
    raw: str
    offsets: tuple[int, ...] | None = None  # index in raw of each char of text, None: identical

    def printed(self, start: int, end: int) -> str:
        """The exact characters of the source behind `text[start:end]`."""
        if self.offsets is None:
            return self.raw[start:end]
        last = self.offsets[end - 1]
        return self.raw[self.offsets[start] : last] + _raw_tail(self.raw, last)


def _raw_tail(raw: str, last: int) -> str:
    match = _ENTITY.match(raw, last)
    return match.group() if match else raw[last : last + 1]


def _unmark(raw: str) -> tuple[str, tuple[int, ...]]:
    """Replace tags by cell boundaries and entities by their character, keeping offsets.

    Markdown's marks of bold text are left out.
    """
    bold = {m.start(n) for m in _BOLD.finditer(raw) for n in (1, 3)}
    out: list[str] = []
    offsets: list[int] = []
    i = 0
    cells = 0
    while i < len(raw):
        if i in bold:
            i += 2
            continue
        if raw[i] == "<" and (tag := _TAG.match(raw, i)):
            name = tag.group(2).lower()
            if name in _CELL_TAGS and not tag.group(1):
                if cells:
                    out.append("\t")
                    offsets.append(i)
                cells += 1
            elif name in _SPACE_TAGS:
                out.append(" ")
                offsets.append(i)
            i = tag.end()
            continue
        if raw[i] == "&" and (entity := _ENTITY.match(raw, i)):
            char = unescape(entity.group())
            if len(char) == 1:
                out.append(char)
                offsets.append(i)
                i = entity.end()
                continue
        out.append(raw[i])
        offsets.append(i)
        i += 1
    return "".join(out), tuple(offsets)


def source_lines(text: str) -> list[str]:
    """The lines of a text as provenance counts them: separated by line feeds only."""
    return text.split("\n")


@dataclass(frozen=True)
class Source:
    """A document as lines; `scanned` when the text came from OCR made here."""

    lines: tuple[Line, ...]
    scanned: bool = False

    @cached_property
    def wear(self) -> int:
        """Pieces of evidence that OCR has worn the text (0: clean)."""
        damaged, intact = 0, 0
        words = Counter(_WORD.findall("\n".join([line.text for line in self.lines])))
        for word, count in words.items():
            proper = KNOWN_WORDS.get(fold(word))
            if proper is None:
                continue
            if word.lower() == proper:
                intact += count
            else:
                damaged += count
        return damaged if damaged * 12 > intact else 0

    @cached_property
    def worn(self) -> bool:
        """Whether OCR has been at the text, here or before."""
        return self.scanned or self.wear >= 3

    @cached_property
    def furniture(self) -> frozenset[int]:
        """Numbers of lines that are page furniture: page numbers, signing marks, running heads."""
        repeated = Counter(
            line.text.strip() for line in self.lines if 3 < len(line.text.strip()) < 70
        )
        found = set()
        for line in self.lines:
            stripped = line.text.strip()
            if not stripped or len(stripped) > 90:
                continue
            if (
                _FURNITURE.match(fold(stripped))
                or _page_of(stripped)
                or (
                    repeated[stripped] >= 3
                    and not any(map(str.isdigit, stripped[-4:]))
                    and _running_head(stripped)
                )
            ):
                found.add(line.number)
        return frozenset(found)


_WORD = re.compile(r"[^\W\d_][\w&]{2,}|\b6[a-zåäö]{3,}")
_HEAD = re.compile(r"samordningsf|finsam|delarsr|arsredov|sida|dnr|signering|delarsb")


_PAGE_OF = re.compile(r"\W{0,3}(\d{1,3}) ?\((\d{1,3})\)\W{0,3}")
MAX_PAGES = 150


def _page_of(stripped: str) -> bool:
    """`4 (13)`: a page and how many there are; `215 (118)` and `4712 (13)` are two amounts."""
    match = _PAGE_OF.fullmatch(stripped)
    return match is not None and int(match[1]) <= int(match[2]) <= MAX_PAGES


def _running_head(stripped: str) -> bool:
    return bool(_HEAD.search(fold(stripped)))


def read_source(text: str, *, scanned: bool = False) -> Source:
    """Split a text into lines; form feeds separate pages (no form feed: page unknown)."""
    paged = "\f" in text
    page = 1
    lines = []
    for number, raw_line in enumerate(source_lines(text)[:MAX_LINES], start=1):
        raw = raw_line[:MAX_LINE_LENGTH]
        lead = len(raw) - len(raw.lstrip())
        page += raw[:lead].count("\f")
        offsets: tuple[int, ...] | None = None
        text_line = raw
        if "<" in raw or "&" in raw or "**" in raw:
            text_line, offsets = _unmark(raw)
        if not text_line.isprintable():
            text_line = text_line.translate(_SPACES)
        lines.append(Line(number, page if paged else None, text_line, raw, offsets))
        page += raw[lead:].count("\f")
    return Source(tuple(lines), scanned)
