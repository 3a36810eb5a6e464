"""The words of the trade: line items, headings, förbund and insatser, and how OCR spells them.

Belongs here: the seeds and the extraction vocabulary as look-ups that survive OCR (folding of
å ä ö, fuzzy matching). Does not belong here: where in a document a word stands.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_lowercase, digits

from rapidfuzz import fuzz, process

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
VOCABULARY = Path(__file__).resolve().parent / "vocabulary"

_TABLE = {
    ord(a): b
    for a, b in zip(
        "åäöéèüæøáàâêëïíóôúñç–—−‑’‘”“•·½", "aaoeeuaoaaaeeiioounc----''\"\"  h", strict=True
    )
}
_OCR = [
    (re.compile(r"(?<![\d.,])6(?=[a-z])"), "o"),
    (re.compile(r"(?<![\w.,])0(?=[a-z]{3})"), "o"),
    (re.compile(r"(?<=[a-z])[60](?=[a-z])"), "o"),
    (re.compile(r"(?<=[a-z])[1|](?=[a-z])"), "l"),
    (re.compile(r"&(?=[a-z])"), "a"),
]
_MAYBE_OCR = re.compile(r"[601&|](?=[a-z])")
_WORDS_ONLY = {n: " " for n in range(128) if chr(n) not in ascii_lowercase + digits}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _ascii(char: str) -> str:
    first = unicodedata.normalize("NFKD", char)[0]
    return first if first.isascii() else "?"


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Lower case without diacritics, OCR's 6, 0, 1 and & inside words read as letters.

    Character by character: positions in the result are positions in the text.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower()[0] for c in text)
    if not lowered.isascii():
        lowered = lowered.translate(_TABLE)
        if not lowered.isascii():
            lowered = "".join(map(_ascii, lowered))
    if _MAYBE_OCR.search(lowered):
        for pattern, letter in _OCR:
            lowered = pattern.sub(letter, lowered)
    return lowered


@lru_cache(maxsize=16384)
def skeleton(text: str) -> str:
    """`fold` with everything but letters and digits as single spaces: the key of matching."""
    return " ".join(fold(text).translate(_WORDS_ONLY).split())


def _known_words() -> dict[str, str]:
    words: dict[str, str] = {}
    texts = [row["ord"] for row in read_csv(VOCABULARY / "ord.csv")]
    texts += [row["label"] for row in read_csv(SEEDS / "synonym.csv")]
    texts += [row["label"] for row in read_csv(VOCABULARY / "etiketter.csv")]
    for row in read_csv(SEEDS / "forbund.csv"):
        texts += [row["kommuner"].replace(";", " "), row["region"], row["namn"]]
    texts += [row["insats"] for row in read_csv(SEEDS / "insats.csv")]
    for text in texts:
        for word in re.findall(r"[^\W\d_]{2,}", text.lower()):
            if not word.isascii():
                words.setdefault(fold(word), word)
    return words


KNOWN_WORDS: dict[str, str] = _known_words()


@dataclass(frozen=True, slots=True)
class Label:
    """A known wording of a line item."""

    statement: str
    label: str
    post_code: str


class LabelIndex:
    """Line items of one statement, findable by damaged wordings."""

    def __init__(self, labels: list[Label]) -> None:
        self.by_key: dict[str, Label] = {}
        for label in labels:
            self.by_key.setdefault(skeleton(label.label), label)
        self.keys = list(self.by_key)
        self.shapes = {key.translate(SHAPE): key for key in reversed(self.keys)}
        self._cache: dict[str, tuple[Label, float] | None] = {}

    def near(self, text: str) -> bool:
        """Whether `text` is one of these labels, at most a letter or two away."""
        hit = self.find(text)
        return hit is not None and hit[1] >= 93

    def find(self, text: str) -> tuple[Label, float] | None:
        """The item that `text` words, with a score up to 100, or None."""
        key = skeleton(text)
        if key not in self._cache:
            self._cache[key] = self._search(key)
        return self._cache[key]

    def _search(self, key: str) -> tuple[Label, float] | None:
        if key in self.by_key:
            return self.by_key[key], 100.0
        if len(key) < 5 or len(key) > 110:
            return None
        shape = key.translate(SHAPE)
        if shape in self.shapes:
            return self.by_key[self.shapes[shape]], 96.0
        return self._nearest(key, self.keys) or self._nearest(shape, list(self.shapes))

    def _nearest(self, key: str, choices: list[str]) -> tuple[Label, float] | None:
        """The label most like `key`, None when none is like it or two are equally so."""
        cutoff = 90.0 if len(key) < 9 else 86.0 if len(key) < 14 else 83.0
        hits = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=cutoff, limit=4)
        found = [
            (self.by_key[self.shapes.get(hit, hit)], score)
            for hit, score, _ in hits
            if not _opposed(key, hit)
        ]
        if not found:
            return None
        label, best = found[0]
        if any(other.post_code != label.post_code and best - score < 3 for other, score in found):
            return None
        return label, float(best)


SHAPE = str.maketrans("uc", "ne")  # letters that OCR takes for each other
_OPPOSITES = [
    ("intakt", "kostnad"),
    ("fordring", "skuld"),
    ("kort", "lang"),
    ("borjan", "slut"),
    ("ingaende", "utgaende"),
    ("tillgang", "skuld"),
    ("anlagg", "omsatt"),
    ("fore", "efter"),
    ("investering", "finansiering"),
    ("immateriell", "materiell"),
]


def _opposed(key: str, other: str) -> bool:
    """Whether two keys differ in a word that turns the meaning around."""
    summed = key.startswith(("summa", "s a ")) != other.startswith(("summa", "s a "))
    if summed and fuzz.ratio(key, other) < 97:
        return True
    return any(
        (a in key and b in other and b not in key) or (b in key and a in other and a not in key)
        for a, b in _OPPOSITES
    )


@cache
def labels_of(statement: str) -> LabelIndex:
    """The line items of a statement: the synonym seed first, then the extraction vocabulary."""
    rows = read_csv(SEEDS / "synonym.csv") + read_csv(VOCABULARY / "etiketter.csv")
    return LabelIndex([Label(**row) for row in rows if row["statement"] == statement])


@cache
def group_headings(statement: str) -> LabelIndex:
    """Labels that head a group of rows and often carry no figure of their own."""
    rows = read_csv(VOCABULARY / "grupprubriker.csv")
    return LabelIndex(
        [Label(r["statement"], r["label"], "") for r in rows if r["statement"] == statement]
    )


@cache
def headings() -> dict[str, str]:
    """Skeleton of a heading → the statement it opens ('' for a heading that only closes)."""
    return {skeleton(r["rubrik"]): r["statement"] for r in read_csv(VOCABULARY / "rubriker.csv")}


@lru_cache(maxsize=8192)
def _proper(folded: str) -> str | None:
    """The known word behind a folded one: exactly, or one or two OCR accidents away."""
    if folded in KNOWN_WORDS:
        return KNOWN_WORDS[folded]
    if len(folded) < 6:
        return None
    hit = process.extractOne(folded, _KNOWN_KEYS, scorer=fuzz.ratio, score_cutoff=86)
    if hit is None or abs(len(hit[0]) - len(folded)) > 1:
        return None
    return KNOWN_WORDS[hit[0]]


_LOST_AE = re.compile(r"&(?=[a-zåäö]{2})")
_LONE_D = re.compile(r"(?<![aeiouyåäö])d(?![aeiouyåäö])")


def _misread(printed: str) -> str | None:
    """The known short word in which OCR read å as d or ö as é: `frdn`, `Hoér`."""
    key = _LONE_D.sub("a", printed.lower()).replace("é", "o")
    return KNOWN_WORDS.get(fold(key)) if key != printed.lower() else None


_KNOWN_KEYS = [key for key in KNOWN_WORDS if len(key) >= 6]


@lru_cache(maxsize=8192)
def restore_words(text: str) -> str:
    """Give worn words their å ä ö back where the vocabulary knows the word."""

    def word(match: re.Match[str]) -> str:
        printed = match.group()
        if any(c in "åäöÅÄÖ" for c in printed):  # some letters survived: only a long word is sure
            proper = KNOWN_WORDS.get(fold(printed)) if len(printed) >= 8 else None
        else:
            proper = _proper(fold(printed)) or _misread(printed)
        if proper is None or printed.lower() == proper:
            return _LOST_AE.sub("ä", printed) if proper is None else printed
        if printed.isupper() and len(printed) > 1:
            return proper.upper()
        return proper.capitalize() if printed[0].isupper() or printed[0] in "6" else proper

    return re.sub(r"[\w&]{2,}", word, text)


@dataclass(frozen=True, slots=True)
class Rule:
    """One identity of `regel.csv`: the total equals the parts."""

    regel_id: str
    name: str
    severity: str
    total: tuple[str, str]
    parts: tuple[tuple[str, str], ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The identities of the seed, one object per rule."""
    grouped: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read_csv(SEEDS / "regel.csv"):
        grouped[row["regel_id"]].append(row)
    return tuple(
        Rule(
            key,
            rows[0]["benamning"],
            rows[0]["allvar"],
            (rows[0]["summa_statement"], rows[0]["summa_post"]),
            tuple((r["led_statement"], r["led_post"]) for r in rows),
        )
        for key, rows in grouped.items()
    )


@cache
def rule_severity() -> dict[str, str]:
    """Severity of every rule, of the seed and of the rules beyond it."""
    found = {rule.regel_id: rule.severity for rule in rules()}
    path = SEEDS / "kontrollregel.csv"
    if path.is_file():
        found.update({r["regel_id"]: r["allvar"] for r in read_csv(path)})
    return found


@cache
def posts() -> dict[tuple[str, str], dict[str, str]]:
    """(statement, post_code) → its row in the post seed."""
    return {(r["statement"], r["post_code"]): r for r in read_csv(SEEDS / "post.csv")}


@dataclass(frozen=True, slots=True)
class Forbund:
    """A förbund of the register, with the words that name it."""

    forbund_id: str
    name: str
    short_name: str
    org_number: str
    region: str
    municipalities: tuple[str, ...]


@cache
def register() -> tuple[Forbund, ...]:
    """Every förbund of the register, in its order; of several versions the last."""
    found: dict[str, Forbund] = {}
    for row in read_csv(SEEDS / "forbund.csv"):
        found[row["forbund_id"]] = Forbund(
            row["forbund_id"],
            row["namn"],
            row.get("kortnamn", ""),
            row.get("organisationsnummer", ""),
            row.get("region", ""),
            tuple(m for m in row.get("kommuner", "").split(";") if m),
        )
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Insats:
    """An activity of a förbund, with its kind and all its names."""

    name: str
    kind: str
    aliases: tuple[str, ...]


@cache
def insatser(forbund_id: str) -> tuple[Insats, ...]:
    """The known insatser of a förbund."""
    return tuple(
        Insats(
            r["insats"],
            r["insatstyp"],
            (r["insats"], *(a for a in r["alias"].split(";") if a)),
        )
        for r in read_csv(SEEDS / "insats.csv")
        if r["forbund_id"] == forbund_id
    )


_JOINING = {"i", "om", "for", "av", "pa", "till", "med", "inom"}


def _names(key: str, name: str) -> bool:
    """Whether a text begins or ends with a name; `Utbildning i …` is no insats `Utbildning`."""
    if key.endswith(" " + name):
        return True
    rest = key[len(name) :].split() if key.startswith(name + " ") else []
    return bool(rest) and (" " in name or rest[0] not in _JOINING)


@lru_cache(maxsize=4096)
def find_insats(forbund_id: str, text: str) -> Insats | None:
    """The insats that a text names: exactly, fuzzily, or as the start of the text."""
    key = skeleton(text)
    if len(key) < 2:
        return None
    best: tuple[float, Insats] | None = None
    for insats in insatser(forbund_id):
        for alias in insats.aliases:
            other = skeleton(alias)
            score = 100.0 if key == other else fuzz.ratio(key, other)
            if len(other) >= 4 and _names(key, other):
                score = max(score, 92.0 + min(len(other), 40) / 10)
            if score >= 86 and (best is None or score > best[0]):
                best = (score, insats)
    return best[1] if best else None
