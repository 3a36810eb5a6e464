"""Participants: kön, age, education, income source and exit reason as breakdowns.

Belongs here: the categories that statistics of participants use, and lines that hold a measure
or a category with its number. Does not belong here: tables of them (`tables`), sentences (`prose`).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from .source import Line
from .vocabulary import VOCABULARY, fold, read_csv, skeleton

_AGE = re.compile(r"^(?:alder\s*)?(\d{2})\s*-\s*(\d{2})(?:\s*[ad]r)?$")


@cache
def _categories() -> dict[str, tuple[str, str]]:
    rows = read_csv(VOCABULARY / "kategorier.csv")
    return {skeleton(r["label"]): (r["nyckel"], r["label"]) for r in rows}


@lru_cache(maxsize=4096)
def category(label: str) -> tuple[str, str] | None:
    """(breakdown key, category) that a label names, or None."""
    label = label.replace("é", "ö")
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
    """kvinna or man when the folded text after a number counts one of them, else ''."""
    match = _KON.match(text)
    if match is None:
        return ""
    return "kvinna" if match[1].startswith("kv") else "man"


_KON = re.compile(
    r"[\s%(]*(?:procent )?(?:st )?(?:av dem |varav |ar )?"
    r"(kvinn(?:or|a|lig\w*)|m[ae]n(?:nen)?|manlig\w*)\b"
)


def mended(text: str) -> str:
    """`fold` for labels, in which OCR's é is an ö."""
    return fold(text.replace("é", "ö").replace("É", "Ö"))


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


def is_measure(label: str) -> bool:
    """Whether a label names what is counted of participants (`Nya deltagare`) or a category."""
    return bool(_MEASURE.search(mended(label))) or category(label) is not None


_COUNTS = re.compile(
    r"^\W*(?P<label>[a-z][^\d:|]{2,89}?[^\s\d:|])\s*(?:[:|]\s*)?(?P<num>\d{1,3}(?: \d{3})+|"
    r"\d{1,5})(?:\s*(?:st|personer|deltagare))?"
    r"\s*(?:[(\[]\s*(?:varav\s+)?(?P<a>\d+)\s*(?P<ka>kvinn|m[ae]n)\w*(?:\s*(?:och|samt|"
    r",|/)\s*(?P<b>\d+)\s*(?P<kb>kvinn|m[ae]n)\w*)?\s*[)\]])?\W*$"
)
_LAST_NUMBER = re.compile(r"(?<=\s)(\d{1,4})[^\w]*$")
_TOKEN = re.compile(r"\S+")
_SPECK = re.compile(r"\W+|[a-z|]{1,2}")  # what OCR makes of a chart's lines and dots
_FOREIGN = re.compile(  # what stands among categories without being one
    r"redovisning|rapport|samordningsf|\bsida\b|\bdnr\b|resultat|kostnad|intakt|budget|\bkr\b|lag "
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


@lru_cache(maxsize=4096)
def topic_of(text: str) -> str:
    """The breakdown that a heading of statistics announces, or ''."""
    folded = mended(text).strip(" :*#|")
    if len(folded) > 60:
        return ""
    found = next((key for key, pattern in TOPICS if pattern.search(folded)), "")
    if found or not 8 <= len(folded) <= 40 or not _NEAR_TOPIC.search(folded):
        return found
    hit = process.extractOne(folded, list(_TOPIC_HEADINGS), scorer=fuzz.ratio, score_cutoff=86)
    return _TOPIC_HEADINGS[hit[0]] if hit is not None else ""


_NEAR_TOPIC = re.compile(r"niv|k.ll|ors|f.rd|start")
_TOPIC_HEADINGS = {
    "utbildningsniva": "utbildning",
    "utbildningsniva vid start": "utbildning",
    "utbildningsniva vid start av insats": "utbildning",
    "forsorjningskalla": "forsorjning",
    "forsorjningskalla vid start": "forsorjning",
    "forsorjningskalla vid start av insats": "forsorjning",
    "avslutsorsak": "avslutsorsak",
    "avslutsorsaker": "avslutsorsak",
    "aldersfordelning": "alder",
}


_EXIT = re.compile(r"avslutade (?:deltagare |personer )?(?=(?:ater )?till )")


def _exit(label: str) -> tuple[str, str]:
    """`Avslutade deltagare till studier` → (avslutsorsak, Studier); ('', '') for other labels."""
    match = _EXIT.match(fold(label))
    if match is None:
        return "", ""
    where = re.sub(r"^till\s+", "", label[match.end() :])
    return "avslutsorsak", where[:1].upper() + where[1:]


def _category_line(folded: str) -> tuple[int, int, re.Match[str]] | None:
    """Where the label of `Grundskola  12` begins and ends, and its number at the end."""
    number = _LAST_NUMBER.search(folded)
    if number is None:
        return None
    words = list(_TOKEN.finditer(folded, 0, number.start()))
    while len(words) > 1 and _SPECK.fullmatch(words[-1].group()):
        words.pop()
    while len(words) > 1 and not any(map(str.isalnum, words[0].group())):
        words.pop(0)
    if not words:
        return None
    start, end = words[0].start(), words[-1].end()
    return (start, end, number) if 2 <= end - start <= 61 else None


def _foreign(label: str, number: str) -> bool:
    """What stands among categories without being one: a sentence, a foot, a year."""
    year = len(number) == 4 and number[:2] in ("19", "20")
    return year or len(label.split()) > 5 or _FOREIGN.search(mended(label)) is not None


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
        for group, sex in (("a", "ka"), ("b", "kb")):
            if match[group]:
                counts.append(
                    Count(
                        *match.span(group),
                        int(match[group]),
                        "kvinna" if match[sex].startswith("k") else "man",
                    )
                )
        label = line.text[match.start("label") : match.end("label")].strip(" -•*")
        hit = category(label)
        if hit is None or hit[0] == "kon":
            key, name = _exit(label)
            return Statistic(line, label, tuple(counts), key, name, insats, kind, goal)
    return _category_of(line, topic, topic_text, insats, kind, goal) if topic else None


def _category_of(  # noqa: PLR0917
    line: Line, topic: str, topic_text: str, insats: str, kind: str, goal: bool
) -> Statistic | None:
    """A line of a category under the heading of its breakdown: `Grundskola 12`."""
    split = _category_line(fold(line.text))
    if split is None:
        return None
    start, end, number = split
    label = line.text[start:end].strip(" -•*|:")
    label = re.sub(r"[\s|]+[^\w\s]?\w?$", "", label) if len(label) > 8 else label
    hit = category(label)
    if hit is None and (not any(map(str.isalpha, label)) or _foreign(label, number[1])):
        return None
    name = hit[1] if hit is not None and hit[0] == topic else label
    count = Count(*number.span(1), int(number[1]), "")
    return Statistic(line, topic_text, (count,), topic, name, insats, kind, goal)
