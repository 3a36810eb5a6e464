"""Categories of participants apart from their numbers: in turn, in blocks or in cells.

Belongs here: finding, under a heading such as `Utbildningsnivå vid start`, labels and numbers
that do not share a line of plain text. Does not belong here: `Grundskola 12` (`participants`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .participants import category, mended, topic_of
from .source import Line, Source

REACH = 40  # lines from the heading to the last number
_NUMBER = re.compile(r"^[\s|]*(\d{1,4})[\s|]*$")
_CELLED = re.compile(
    r"^\s*(?:\|\s*([^|\t]*[^\W\d_][^|\t]*?)\s*\|\s*(\d{1,4})\s*\||"
    r"([^|\t]*[^\W\d_][^|\t]*?)[ ]*\t\s*(\d{1,4}))\s*$"
)
_PAIR = re.compile(r"[^\W\d_]{3}.*\s\d{1,4}\W*$")
_SUM = re.compile(r"^(?:slutsumma|summa|totalt?)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A category and its number; `paired` when they share a line or follow each other."""

    line: Line
    start: int
    end: int
    value: int
    key: str
    name: str
    paired: bool


@dataclass(frozen=True, slots=True)
class Categories:
    """The categories under one heading and the lines they take."""

    title: str
    parts: tuple[Part, ...]
    lines: frozenset[int]


def find_categories(source: Source) -> list[Categories]:
    """The categories of a document that stand apart from their numbers."""
    found = []
    for at, line in enumerate(source.lines):
        text = line.text
        if not 5 <= len(text.strip()) <= 60 or "\t" in text or _has_digit(text):
            continue
        topic = topic_of(text)
        if topic and (under := _under(source, at, topic)) is not None:
            found.append(under)
    return found


def _has_digit(text: str) -> bool:
    """Whether a line holds a digit that OCR has not made of a letter."""
    return any(map(str.isdigit, text)) and any(map(str.isdigit, mended(text)))


def _under(source: Source, at: int, topic: str) -> Categories | None:
    items = list(_items(source, at, topic))
    if any(not name and number is None for _, name, number, _ in items):
        return None
    labels = [item for item in items if item[1]]
    numbers = [item for item in items if item[2] is not None]
    both = [item for item in items if item[1] and item[2] is not None]
    if len(both) >= 2 and len(both) == len(items):
        pairs = [(item, item) for item in both]
    elif len(labels) >= 2 and len(labels) == len(numbers) and not both:
        pairs = list(zip(labels, numbers, strict=True))
    else:
        return None
    lines = {line.number for item in items for line in [item[0]]}
    parts = tuple(
        Part(
            number[0],
            *number[2].span(number[3]),
            int(number[2][number[3]]),
            topic,
            label[1],
            number[0].number - label[0].number <= 1,
        )
        for label, number in pairs
        if number[2] is not None
    )
    span = frozenset(range(source.lines[at].number, max(lines) + 1))
    return Categories(source.lines[at].text.strip(" :*#|"), parts, span)


_Item = tuple[Line, str, re.Match[str] | None, int]


def _items(source: Source, at: int, topic: str) -> Iterator[_Item]:
    """Labels, numbers and pairs after a heading, until a line is something else."""
    blanks = known = 0
    for line in source.lines[at + 1 : at + 1 + REACH]:
        text = line.text
        if not text.strip():
            blanks += 1
            continue
        if line.number in source.furniture:
            continue
        number, cells = _NUMBER.match(text), _CELLED.match(text)
        if number is not None:
            yield line, "", number, 1
        elif cells is not None and (name := _category(cells[1] or cells[3], topic, known >= 2)):
            yield line, name, cells, 2 if cells[1] else 4
            known += 1
        elif not _has_digit(text) and (name := _category(text, topic)):
            if blanks > 1:
                return
            yield line, name, None, 0
        else:
            if (
                not blanks and _PAIR.search(text) and len(text) < 60
            ):  # pairs that share a line: not for here
                yield line, "", None, 0
            return
        blanks = 0


def _category(label: str, topic: str, among: bool = False) -> str:
    """The category of the topic that a label names, its sum included; '' for other labels.

    `among`: in a run of categories any short label is one.
    """
    label = label.strip(" |*•\t:")
    if _SUM.match(mended(label).strip()):
        return "Slutsumma"
    hit = category(label)
    if hit is not None and hit[0] == topic:
        return hit[1]
    other = mended(label).startswith(
        ("ovrig", "annan", "annat", "okan", "saknas", "uppgift saknas")
    )
    return label if (other or (among and len(label.split()) <= 4)) and len(label) < 40 else ""
