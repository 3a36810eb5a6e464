"""Participants: kön, age, education, income source and exit reason as breakdowns.

Belongs here: the categories that statistics of participants use, and lines that hold a measure
or a category with its number. Does not belong here: tables of them (`tables`), sentences (`prose`).
"""

import re
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from .source import Line
from .vocabulary import VOCABULARY, fold, read_csv, skeleton

_AGE = re.compile(r"^(?:alder\s*)?(\d{2})\s*-\s*(\d{2})(?:\s*ar)?$")


@cache
def _categories() -> dict[str, tuple[str, str]]:
    rows = read_csv(VOCABULARY / "kategorier.csv")
    return {skeleton(r["label"]): (r["nyckel"], r["label"]) for r in rows}


def category(label: str) -> tuple[str, str] | None:
    """(breakdown key, category) that a label names, or None."""
    folded = fold(label).strip()
    if match := _AGE.match(folded):
        return "alder", f"{match[1]}-{match[2]}"
    key = skeleton(label)
    if key in ("kvinnor", "kvinna"):
        return "kon", "kvinna"
    if key in ("man", "mannen") and len(key) <= 6:
        return "kon", "man"
    known = _categories()
    if key in known:
        return known[key]
    trimmed = re.sub(r"\s+\S{1,3}$", "", key)
    if trimmed in known and len(trimmed) > 5:
        return known[trimmed]
    best = max(((fuzz.ratio(key, k), k) for k in known), default=(0.0, ""))
    return known[best[1]] if best[0] >= 88 and len(key) >= 8 else None


def kon_of(text: str) -> str:
    """kvinna or man when a folded text speaks of one of them, else ''."""
    if re.match(r"\W*(?:av dem |varav )?kvinn", text):
        return "kvinna"
    return "man" if re.match(r"\W*(?:av dem |varav )?m[ae]n(?:nen)?\b", text) else ""


TOPICS = [
    (
        "avslutsorsak",
        re.compile(r"avslut\w*ors|avslutsanled|utskrivningsors|anledning till avslut|^utskrivning"),
    ),
    ("forsorjning", re.compile(r"forsorjningsk|forsorjning (?:vid|fore|efter)|^forsorjning$")),
    ("alder", re.compile(r"^alder|aldersfordel|aldersinter|aldersgrupp")),
    ("utbildning", re.compile(r"utbildningsni|utbildningsbak|^utbildning$")),
]
_MEASURE = re.compile(
    r"deltag|inskriv|avslut|\bnya\b|pagaende|unika|paborj|remit|aktuella|kontakter|nyinskr"
)
_COUNTS = re.compile(
    r"^\W*(?P<label>[a-z][^\d:|]{3,90}?)\s*[:|]?\s*(?P<num>\d{1,3}(?: \d{3})+|"
    r"\d{1,5})(?:\s*(?:st|personer|deltagare))?"
    r"\s*(?:[(\[]\s*(?:varav\s+)?(?P<a>\d+)\s*(?P<ka>kvinn|m[ae]n)\w*(?:\s*(?:och|samt|"
    r",|/)\s*(?P<b>\d+)\s*(?P<kb>kvinn|m[ae]n)\w*)?\s*[)\]])?\W*$"
)
_CATEGORY_LINE = re.compile(
    r"^\W*(?P<label>\S.{1,60}?)\s+(?:\W+\s|[a-z|]{1,2}\s+)*(?P<num>\d{1,4})\W*$"
)
_NOT_LABEL = re.compile(r"\b(?:under|per|till|den|sida|av|om|i|har|med|for|mal|att|som)$")


@dataclass(frozen=True, slots=True)
class Count:
    """One figure of a line of statistics: where it stands, what it counts."""

    start: int
    end: int
    value: int
    kon: str


@dataclass(frozen=True, slots=True)
class Statistic:
    """A line such as `Nya deltagare: 38 (18 kvinnor och 20 män)` or `Grundskola 12`."""

    line: Line
    label: str
    counts: tuple[Count, ...]
    key: str  # breakdown key of a category line, '' for a measure
    category: str
    insats: str
    kind: str
    goal: bool


def topic_of(text: str) -> str:
    """The breakdown that a heading of statistics announces, or ''."""
    folded = fold(text).strip(" :*#")
    if len(folded) > 60:
        return ""
    return next((key for key, pattern in TOPICS if pattern.search(folded)), "")


def read_line(  # noqa: PLR0917
    line: Line, topic: str, topic_text: str, insats: str, kind: str, goal: bool
) -> Statistic | None:
    """The statistics of one line, None when it is none."""
    if len(line.text) > 130 or "\t" in line.text.strip():
        return None
    folded = fold(line.text)
    match = _COUNTS.match(folded)
    if (
        match
        and _MEASURE.search(match["label"])
        and not _NOT_LABEL.search(match["label"].strip())
        and len(match["label"].split()) <= 14
        and not (match["num"][:2] in ("19", "20") and len(match["num"]) == 4 and not match["a"])
    ):
        counts = [Count(*match.span("num"), int(match["num"].replace(" ", "")), "")]
        for number, sex in (("a", "ka"), ("b", "kb")):
            if match[number]:
                counts.append(
                    Count(
                        *match.span(number),
                        int(match[number]),
                        "kvinna" if match[sex].startswith("k") else "man",
                    )
                )
        label = line.text[match.start("label") : match.end("label")].strip(" -•*")
        hit = category(label)
        if hit is None or hit[0] == "kon":
            return Statistic(line, label, tuple(counts), "", "", insats, kind, goal)
    if not topic:
        return None
    match = _CATEGORY_LINE.match(folded)
    if match is None:
        return None
    label = line.text[match.start("label") : match.end("label")].strip(" -•*|:")
    label = re.sub(r"[\s|]+[^\w\s]?\w?$", "", label) if len(label) > 8 else label
    hit = category(label)
    if not any(c.isalpha() for c in label) and hit is None:
        return None
    name = hit[1] if hit is not None and hit[0] == topic else label
    count = Count(*match.span("num"), int(match["num"]), "")
    return Statistic(line, topic_text, (count,), topic, name, insats, kind, goal)
