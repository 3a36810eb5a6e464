"""Which insats a passage speaks of: by its sentence, its heading, or its whole section.

Belongs here: the names of insatser that one document uses and where running text mentions them.
Does not belong here: the insats of a table's row (`statements`) and what a figure counts
(`meanings`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from .identity import Identity
from .participants import mended
from .sections import Document
from .source import Source
from .vocabulary import Insats, find_insats, fold, insatser, register, skeleton

MENTIONS = 2  # of one insats and no other, before a section without its heading is about it
_TITLE = re.compile(
    r"^\W*(?:[\d.]+\s+)?(?:(?:individinriktad|individuell|strukturovergripande|strukturell)\w*\s+"
    r"insats\w*|insats(?:en)?|projekt(?:et)?|verksamhet(?:en)?|m[ad]l for|statistik for|"
    r"deltagare i|resultat for|uppfoljning av)\s*[-:–]?\s+"
)
_IN = re.compile(
    r"\b(?:deltagit i|deltog i|inskrivna i|inskriven i|deltagare i|borjat i|startat i|"
    r"skrivits in i|tagit del av|plats i|stod av|insatsen|projektet|verksamheten)\s+"
)
_NAME = re.compile(r"[A-ZÅÄÖ][\w&/-]*(?:\s+(?:[A-ZÅÄÖ][\w&/-]*|(?:för|i|till|och)\s+[A-ZÅÄÖ]\w*))*")
_LONG = 8  # letters of a name that is known in small letters too (coachingteamet)


_CLOSED = re.compile(
    r"((?:[\w&/-]+\s+){0,4}?[\w&/-]+)(?=[.,;:)]|\s+(?:har|hade|deltog|var|är|blev|finns|fanns|uppgick|uppgår|uppgar|kommer)\b|$)"
)
_WITHIN = re.compile(r"\b[Ii]\s+(?=[A-ZÅÄÖ])")


@cache
def _places() -> frozenset[str]:
    """Municipalities and regions of the register: no insatser, whatever happens in them."""
    names = {"sverige", "lan", "sus"}
    for forbund in register():
        names |= {skeleton(n) for n in (*forbund.municipalities, forbund.region, forbund.name)}
        names |= {skeleton(f"{n} kommun") for n in forbund.municipalities}
        names |= {skeleton(re.sub(r"^Region\s+|\s+län$", "", forbund.region))}
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Mention:
    """An insats that a text names at `start`."""

    start: int
    name: str


class Context:
    """The insatser of one document, findable in its headings and sentences."""

    def __init__(
        self,
        source: Source,
        identity: Identity,
        document: Document,
        read: Iterable[tuple[str, str]],
    ) -> None:
        """`read`: (insats, insatstyp) of the facts of tables and statistics."""
        self.forbund_id = identity.forbund_id
        self.kinds: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for insats in insatser(identity.forbund_id):
            self.kinds[insats.name] = insats.kind
            for alias in insats.aliases:
                self._names.setdefault(skeleton(alias), insats.name)
        for name, kind in read:
            if 3 <= len(name) <= 60 and self._names.setdefault(skeleton(name), name) == name:
                self.kinds.setdefault(name, kind)
        self._names.pop("", None)
        # a name none of whose words is printed is not looked for: patterns are dear to make
        printed = " ".join([skeleton(line.text) for line in source.lines])
        found = [key for key in self._names if all(word in printed for word in key.split())]
        keys = sorted(found, key=len, reverse=True)
        self._pattern = (
            re.compile(
                rf"(?<![a-z0-9])({'|'.join(map(_spelled, keys))})(?:et|en|n|t)?s?(?![a-z0-9])"
            )
            if keys
            else None
        )
        self._sections = self._only_mentioned(document)

    def kind(self, name: str) -> str:
        """individinriktad, strukturovergripande, administration or ''."""
        return self.kinds.get(name, "")

    def mentions(self, text: str) -> list[Mention]:
        """The insatser that a text names, in order; common words are no names."""
        if self._pattern is None:
            return []
        found = []
        for match in self._pattern.finditer(fold(text)):
            printed = text[match.start(1) : match.end(1)]
            name = self._names.get(skeleton(match[1]), "")
            known = len(printed) >= _LONG and self.kinds.get(name) == "individinriktad"
            if name and (printed[0].isupper() or " " in printed or known):
                found.append(Mention(match.start(), name))
        return found

    def named(self, text: str, place: int) -> str:
        """The insats that a sentence names for the figure at `place`, '' when none or several."""
        names = {m.name for m in self.mentions(text)}
        if len(names) == 1:
            return names.pop()
        if names:
            return ""
        for match in _IN.finditer(mended(text)):
            if match.start() > place - 160 and (name := self._resolved(text, match.end())):
                return name
        return ""

    def _resolved(self, text: str, start: int) -> str:
        """The name that begins at a place: one the document knows, else as it is printed."""
        printed = _NAME.match(text, start)
        if printed is None or skeleton(printed.group()) in _places():
            return ""
        words = [m.end() for m in re.finditer(r"[\w&/-]+", text[start : start + 60])][:5]
        for end in reversed(words):
            key = skeleton(text[start : start + end])
            hit = process.extractOne(key, list(self._names), scorer=fuzz.ratio, score_cutoff=88)
            if hit is not None:
                return self._names[hit[0]]
        closed = _CLOSED.match(text, start)
        name = closed.group(1) if closed is not None else printed.group()
        return name.strip() if len(name.strip()) >= 3 else ""

    def placed(self, text: str) -> str:
        """A name that nothing but `i Lotsen` tells to be an insats: no place of the register."""
        for match in _WITHIN.finditer(text):
            if name := self._resolved(text, match.end()):
                return name
        return ""

    def before(self, text: str, place: int) -> str:
        """The insats that a paragraph named last before a place."""
        names = [m.name for m in self.mentions(text[:place])]
        return names[-1] if names else ""

    def titled(self, text: str) -> str:
        """The insats that a short heading above a passage names (`Mål för Lotsen`)."""
        title = _TITLE.match(mended(text))
        if title is None:
            return ""
        names = {m.name for m in self.mentions(text)}
        if len(names) == 1:
            return names.pop()
        name = text[title.end() :].strip(" :.*")
        return name if name[:1].isupper() and len(name.split()) <= 5 else ""

    def heading(self, guess: Insats | None, section: str) -> str:
        """The insats of the heading above a passage; a guess counts when it is known to be one."""
        if guess is None:
            return ""
        if guess.kind or guess.aliases:
            return guess.name
        key = skeleton(guess.name)
        if key in self._names:
            return self._names[key]
        hit = process.extractOne(key, list(self._names), scorer=fuzz.ratio, score_cutoff=88)
        if hit is not None:
            return self._names[hit[0]]
        titled = _TITLE.match(fold(guess.name))
        if titled is not None:
            return guess.name[titled.end() :].strip()
        return guess.name if section == "deltagare" else ""

    def heading_of(self, line: str) -> str:
        """The insats that the first part of a list line names (`Spira: 25 deltagare`)."""
        for part in re.split(r"[:,.–(]", line)[:3]:
            if 3 < len(part) < 60 and (found := find_insats(self.forbund_id, part.strip())):
                return found.name
        return ""

    def inferred(self, section: str, title: str) -> str:
        """The only insats that a section without its heading speaks of, or ''."""
        return self._sections.get((section, title), "")

    def _only_mentioned(self, document: Document) -> dict[tuple[str, str], str]:
        counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for line, section, _, title in document.prose:
            if title:
                counted[section, title].update(m.name for m in self.mentions(line.text))
        return {
            key: names.most_common(1)[0][0]
            for key, names in counted.items()
            if len(names) == 1 and names.total() >= MENTIONS
        }


def _spelled(key: str) -> str:
    return re.escape(key).replace(r"\ ", r"[\W_]+")
