"""Figures in running text: results, budgets, participants, shares, goals.

Belongs here: sentences and lists outside tables, and what a figure in them is about. Does not
belong here: tables of figures (`tables`, `statements`).

A figure is taken only with a unit beside it (kr, procent, deltagare, månader ...) or as the last
thing of a list line; dates, years, section numbers and references are not figures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .context import Context
from .dates import find_spans
from .identity import Identity
from .meanings import MONEY, Meaning, guess_scenario, guess_statement, meaning_of
from .participants import category, kon_of, mended
from .sections import Document
from .source import Line, Source
from .statements import Draft
from .vocabulary import KNOWN_WORDS, Insats, fold, restore_words
from .when import Period, Setting, day_of, named_span, period_of, whole_year, year_of
from .wording import label_of, tidy

_NUMBER = re.compile(
    r"(?<![\w.,:/§&-])(?P<sign>[-+](?:\s(?=\d))?)?(?P<num>\d{1,3}(?:[ .]\d{3})+(?![\d])|"
    r"(?!(?:19|20)\d\d )(?:\d{4,6}(?: \d{3})+|\d{1,3} \d{6})(?= ?(?:kr|tkr|kronor)\b)|"  # torn
    r"\d+)(?P<dec>,\d{1,2})?(?![\d:])"
)
_NOUN = (
    r"deltagare|deltagarna|personer|personen|individer|kvinnor|kvinna|man\b|mannen|"
    r"elever|ungdomar|unga|brukare|klienter|"
    r"arbetssokande|projektdeltagare|anmalningar|ansokningar|arenden|platser|besok|"
    r"samtal|moten|mote|styrelsemoten|"
    r"traffar|tillfallen|skolor|foretag|kartlaggningar|kontakter|registreringar|styrgruppsmoten|"
    r"informationstillfallen|avslut|utskrivningar|inskrivna|inskrivningar|avslutade|"
    r"nya|unika|tillfragade|anstallda|"
    r"medarbetare|handlaggare|coacher|coach|samordnare|kommuner|insatser|projekt|"
    r"enkater|svar|forbund|andra forbund|protokollforda|av dem|procentenheter"
)
_UNITS: list[tuple[str, re.Pattern[str]]] = [
    ("procent", re.compile(r"\s?(?:%|procent\b)")),
    ("MSEK", re.compile(r"\s?(?:mkr|mnkr|msek|miljoner kronor|miljoner kr)\b")),
    ("TSEK", re.compile(r"\s?(?:tkr|ksek|tusen kronor|tusen kr)\b")),
    ("SEK", re.compile(r"\s?(?:kr|kronor|sek|:-)(?![a-z])")),
    ("manader", re.compile(r"\s?(?:m[ad]nader|m[ad]nad)(?![a-z])")),
    ("ar", re.compile(r"\s?(?:ar|dr|aringar|aring)(?![a-z])")),
    (
        "tjanst",
        re.compile(
            r"\s?(?:tjanster|tjanst|arsarbetare|heltidstjanst|heltidstjanster|"
            r"coach(?:er)?\b(?=.*samordnare)|samordnare(?=[.,]))"
        ),
    ),
    ("antal", re.compile(rf"\s?(?:st\b|stycken\b|(?:[a-z]+\s)?(?:{_NOUN})|timmar|dagar|veckor)")),
]
_SHARES = {
    "halften": "50",
    "helften": "50",
    "en fjardedel": "25",
    "fjardedel": "25",
    "en tredjedel": "33.3",
}
_COUNT = dict(
    zip(
        [
            "en",
            "ett",
            "tva",
            "tre",
            "fyra",
            "fem",
            "sex",
            "sju",
            "atta",
            "nio",
            "tio",
            "elva",
            "tolv",
        ],
        (1, 1, *range(2, 13)),
        strict=True,
    )
)
_WORDED = re.compile(
    r"(?<![a-z])(?:(?P<share>h[ae]lften|en fjardedel|fjardedel|en tredjedel)|(?P<part>halvtid)|"
    rf"(?P<count>{'|'.join(_COUNT)})(?=\s+manad(?:er)?\b)|(?P<half>½|(?<=\s)h)(?=\s+dag))(?![a-z])"
)
_SHARED = re.compile(r"finansier|bidrag|medlen|tjanst|coach|vikariat|deltag|ansokning|andel")
_REFERENCE = re.compile(
    r"(?<![a-z])(?:sida|sid|kap|kapitel|punkt|fraga|kod|not|bilaga|steg|fas|dnr|nr|"
    r"diarienr|mal|malomrade|rkr r|r|§|kl|tel|telefon|version|halvar|kvartal|tertial|"
    r"q)\.?\s*$"
)


@dataclass(frozen=True, slots=True)
class _Passage:
    """Lines of one paragraph as one text, with the way back to its lines."""

    lines: tuple[Line, ...]
    section: str
    insats: Insats | None
    title: str
    text: str  # the lines joined by single spaces
    folded: str  # `text` folded, the lines joined by line feeds: no figure crosses one
    topic: str
    below: str = ""  # the line after it, folded
    celled: bool = False  # lines of a table of goals whose cells run together

    def at(self, begin: int) -> tuple[Line, int]:
        """The line that holds a place of the text, and the place on that line."""
        for line in self.lines:
            if begin <= len(line.text):
                return line, begin
            begin -= len(line.text) + 1
        return self.lines[-1], len(self.lines[-1].text)


_Entry = tuple[Line, str, Insats | None, str]
_BULLET = re.compile(r"\s*(?:[•*·▪o-]\s|\d{1,2}[.)]\s|[A-ZÅÄÖ][^.]{0,40}:\s)")
MAX_PASSAGE = 1900
AIMED = ("ar", "manader", "procent", "antal")  # what the goals of a paragraph of goals count
ONE_COLUMN = 45  # characters of a line that holds one column of a table of goals alone
FULL_WIDTH = 88  # characters of a line that no column beside it has shortened
IMPLAUSIBLE_TSEK = 100_000  # a hundred million: no förbund; kronor called tkr


def _entries(document: Document, source: Source, taken: set[int]) -> list[_Entry]:
    """The lines of running text, with sentences that the tables took for rows and let go of."""
    known = {entry[0].number: entry for entry in document.prose}
    context: tuple[str, Insats | None, str] = ("", None, "")
    found: list[_Entry] = []
    for line in source.lines:
        entry = known.get(line.number)
        if entry is not None:
            context = entry[1:]
            found.append(entry)
        elif not (line.number in taken or line.number in source.furniture) and _is_sentence(
            line.text
        ):
            following = known.get(line.number + 1)
            found.append((line, *(following[1:] if following else context)))
    return found


def _is_sentence(text: str) -> bool:
    return (
        30 < len(text) <= MAX_PASSAGE
        and "\t" not in text
        and "  " not in text.strip()
        and _DIGIT.search(text) is not None
        and len(_WORD.findall(text)) >= 4
        and _VERB.search(fold(text)) is not None
    )


def _passages(entries: list[_Entry], source: Source, taken: set[int]) -> Iterator[_Passage]:
    """The paragraphs of the running text."""
    held: list[_Entry] = []
    topic, celled, title = "", False, ""
    for entry in entries:
        line = entry[0]
        if line.number in taken or len(line.text) > MAX_PASSAGE:
            continue
        if entry[3] != title:
            if held:
                yield _passage(held, topic, celled, source)
                held = []
            topic, celled, title = "", False, entry[3]
        if held:
            between = _between(held[-1][0], line, source, taken)
            if between is None or not _continues(held, entry, celled):
                yield _passage(held, topic, celled, source)
                held = []
            else:
                held.extend((lost, *entry[1:]) for lost in between)
        if not held and len(line.text) < 70 and _LETTER.search(line.text):
            headed = _GOAL_HEAD.match(fold(line.text)) is not None
            folded = fold(line.text)  # `Mal f6r Lotsen` holds no figure
            figure = _DIGIT.search(folded) or _WORDED.search(folded)
            plain = "\t" not in line.text
            if plain and not headed and (not figure or named_span(line.text) is not None):
                topic = line.text.strip()
            celled = celled or (headed and plain)
        celled = celled and len(line.text) < FULL_WIDTH
        held.append(entry)
    if held:
        yield _passage(held, topic, celled, source)


def _between(last: Line, line: Line, source: Source, taken: set[int]) -> list[Line] | None:
    """Lines between two of a paragraph: one that the tables let go of; None when they part."""
    if line.number == last.number + 1:
        return []
    if line.number != last.number + 2 or last.number + 1 in taken:
        return None
    lost = source.lines[last.number]  # line numbers begin at 1
    if not lost.text.strip():
        going_on = line.text.lstrip()[:1].islower() and not last.text.rstrip().endswith(_ENDS)
        return [] if going_on else None
    return [lost] if len(lost.text) > 40 and "\t" not in lost.text else None


_GOAL_HEAD = re.compile(
    r"\W*(?:del)?m[a-z]l(?:omrade|sattning\w*|et)?\W+(?:[a-z/]+\W+){0,4}?"
    r"(?:aktivitet\w*|utfall|resultat|m[a-z]luppf\w*|uppfylle\w*|bedomning)\b"
)
_ENDS = (".", ":", "!", "?", ";")


def _continues(held: list[_Entry], entry: _Entry, celled: bool) -> bool:
    last, line = held[-1][0], entry[0]
    return (
        entry[1:] == held[-1][1:]
        and (celled or len(last.text) > 40 or line.text.lstrip()[:1].islower())
        and not last.text.rstrip().endswith(":")
        and "\t" not in line.text
        and "\t" not in last.text
        and not _BULLET.match(line.text)
        and sum(len(e[0].text) + 1 for e in held) + len(line.text) <= MAX_PASSAGE
    )


def _passage(held: list[_Entry], topic: str, celled: bool, source: Source) -> _Passage:
    lines = tuple(e[0] for e in held)
    text = " ".join(line.text for line in lines)
    folded = "\n".join(mended(line.text) for line in lines)
    if source.worn:
        folded = _SUSPECT_D.sub(_with_a, folded)
    celled = celled and "\t" not in text
    after = lines[-1].number
    below = fold(source.lines[after].text) if after < len(source.lines) else ""
    return _Passage(lines, *held[0][1:], text, folded, topic, below, celled)


def _with_a(match: re.Match[str]) -> str:
    """`dr`, `pd`, `uppgdr`: å and ä that OCR read as d, where that makes a known word."""
    return _word_with_a(match.group())


@lru_cache(maxsize=4096)
def _word_with_a(word: str) -> str:
    if word in KNOWN_WORDS:
        return word
    for i, letter in enumerate(word):
        if letter == "d" and (mended_word := f"{word[:i]}a{word[i + 1 :]}") in KNOWN_WORDS:
            return mended_word
    return word


_SUSPECT_D = re.compile(r"\b[a-z]*d[a-z]*\b")


def read_prose(
    document: Document, drafts: list[Draft], identity: Identity, source: Source
) -> list[Draft]:
    """Facts of the running text; lines on which a table stands are left alone."""
    taken = {d.line for d in drafts}
    found: list[Draft] = []
    state: dict[str, str] = {}
    read = ((d.insats, d.insatstyp) for d in drafts if d.insats)
    context = Context(source, identity, document, read)
    for passage in _passages(_entries(document, source, taken), source, taken):
        if _DIGIT.search(passage.folded) or _WORDED.search(passage.folded):
            found.extend(_Reader(passage, identity, source.worn, state, context).read())
    return found


class _Reader:
    """The figures of one passage."""

    def __init__(
        self,
        passage: _Passage,
        identity: Identity,
        worn: bool,
        state: dict[str, str],
        context: Context,
    ) -> None:
        self.passage = passage
        self.context = context
        self.aims = bool(_AIMS.match(passage.folded))
        self.identity = identity
        self.worn = worn
        self.state = state
        self.folded = passage.folded
        self.flat = passage.folded.replace("\n", " ")
        self.found: list[Draft] = []
        self.counted: tuple[Draft, int] | None = None  # the last count, and where it ends
        self.last: tuple[Draft, int] | None = None  # the last figure, and where its unit ends
        self.paragraph: Period | None = None
        self.taken: list[tuple[int, int]] = [
            (span.start, span.end) for span in find_spans(passage.text)
        ]

    def read(self) -> list[Draft]:
        """Every figure that says what it counts."""
        if _CONTENTS.search(self.flat):
            return []
        self.taken += [match.span() for match in _NO_FIGURE.finditer(self.flat)]
        self._goals()
        self._ranges()
        for match in _NUMBER.finditer(self.folded):
            self._number(match)
        self._worded()
        return self.found

    def _free(self, start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in self.taken)

    def _number(self, match: re.Match[str]) -> None:
        start, end = match.span("num")
        if not self._free(start, end) or _REFERENCE.search(self.flat, max(0, start - 14), start):
            return
        if _TIME.search(self.flat, max(0, start - 40), start):
            return
        if self.flat[start - 1 : start] == "(" and self.flat[match.end() : match.end() + 1] == ")":
            self._bracketed(match)
            return
        unit, tail = _unit_after(self.flat, match)
        unit = unit or self._unit_around(match)
        plain = re.sub(r"[ .]", "", match["num"])
        if not unit or (unit == "ar" and not 0 < int(plain) < 110):
            return
        value = Decimal(plain + (match["dec"] or "").replace(",", "."))
        begin, note = start, ""
        sign = match["sign"] or ""
        if sign.startswith("-") and "\n" in sign:
            value, note = -value, "minustecknet står sist på raden före"
        elif sign and not self.flat[: match.start()].endswith(tuple("0123456789")):
            begin = match.start()
            value = -value if sign.startswith("-") else value
        if unit == "MSEK":
            value, unit, note = value * 1_000_000, "SEK", "tryckt i miljoner kronor"
        self._add(begin, match.end(), value, unit, tail, note)
        if unit in MONEY and _TORN.search(self.flat, max(0, begin - 3), begin):
            doubted = f"{note}; siffror före beloppet kan höra till det".strip("; ")
            self.found[-1] = self.found[-1]._replace(status="suspect", note=doubted)

    def _bracketed(self, match: re.Match[str]) -> None:
        """`(725) tkr`: an amount below nought; other numbers in brackets say what they say."""
        rest = self.flat[match.end() + 1 : match.end() + 46]
        hits = ((unit, pattern.match(rest)) for unit, pattern in _UNITS if unit in MONEY)
        unit, hit = next(((u, h) for u, h in hits if h is not None), ("", None))
        if hit is None:
            return
        plain = re.sub(r"[ .]", "", match["num"]) + (match["dec"] or "").replace(",", ".")
        value, note = -Decimal(plain), ""
        if unit == "MSEK":
            value, unit, note = value * 1_000_000, "SEK", "tryckt i miljoner kronor"
        start, end = match.start("num") - 1, match.end() + 1
        self._add(start, end, value, unit, end + hit.end(), note)

    def _unit_around(self, match: re.Match[str]) -> str:
        """The unit of a number without one: of the count it is part of, of a mean, below it."""
        start, end = match.span("num")
        if self.counted is not None:
            since = self.flat[self.counted[1] : start]
            against = len(since) < 80 and _AGAINST.fullmatch(since) is not None
            if _OF_THEM.fullmatch(since) or (against and _SAME_PERIOD.match(self.flat, end)):
                return "antal"
        if (match["dec"] or "").startswith(",") or end - start == 1:
            left = _sentence_at(self.flat, start)[0]
            if _MEAN.search(self.flat, left, start):
                return "index"
        if match.end() >= len(self.flat.rstrip()) and _MSEK_BELOW.match(self.passage.below):
            return "MSEK"
        return ""

    def _ranges(self) -> None:
        """`16-64 år`: the lowest and the highest."""
        for match in _RANGE.finditer(self.folded):
            unit = "ar" if match[3] else "manader" if match[4] else "antal"
            for group, suffix in ((1, "lägst"), (2, "högst")):
                if self._free(*match.span(group)):
                    self._add(
                        *match.span(group), Decimal(match[group]), unit, match.end(), "", suffix
                    )

    def _worded(self) -> None:
        """Numbers in words: hälften, en fjärdedel, två månader, halvtid, ½ dag."""
        for match in _WORDED.finditer(self.flat):
            if not self._free(*match.span()):
                continue
            sentence = _sentence_at(self.flat, match.start())[2]
            if match["half"]:
                if self.passage.text[match.start()] != "½":
                    continue
                value, unit = Decimal("0.5"), "antal"
            elif match["count"]:
                value, unit = Decimal(_COUNT[match["count"]]), "manader"
            elif not _SHARED.search(sentence):
                continue
            elif match["part"]:
                value, unit = Decimal("0.5"), "tjanst"
            else:
                value, unit = Decimal(_SHARES[match["share"]]), "procent"
            self._add(*match.span(), value, unit, match.end(), "tal i ord")

    def _goals(self) -> None:
        """`Minst 75 % av deltagarna ska …` and the `Utfall: 87 %` after it."""
        end = self.identity.period_end
        if end is None:
            return
        year = (date(end.year, 1, 1), date(end.year, 12, 31))
        if self.aims:  # if this goal is not understood, the outcome below is not of the one before
            self.state["goal"] = ""
        for match in _GOAL.finditer(self.flat):
            rest = self.passage.text[match.start(3) : match.end(3)].strip()
            rest = re.sub(r"^skall\b", "ska", rest)
            who = {"personalen": "personal"}.get(match[2], "deltagare")
            self.state["goal"] = self._worded_label(f"Andel {who} som {rest}")
            meaning = Meaning(self.state["goal"], "mal", "mal", *year)
            insats = self._insats(meaning, match.start(), match.end(), match.start(1))[0]
            self._put(*match.span(1), Decimal(match[1]), "procent", meaning, insats=insats)
            cell = _NEXT_CELL.match(self.flat, match.end())
            if cell is not None:
                own = (self.identity.period_start, end)
                meaning = Meaning(self.state["goal"], "utfall", "mal", *own)
                value = Decimal(cell[1].replace(",", "."))
                self._put(*cell.span(1), value, "procent", meaning, insats=insats)
        outcome = _OUTCOME.match(self.flat)
        if outcome is not None and self.state.get("goal"):
            meaning = Meaning(self.state["goal"], "utfall", "mal", self.identity.period_start, end)
            value = Decimal(outcome[1].replace(",", "."))
            insats = self._insats(meaning, *outcome.span(), outcome.start(1))[0]
            self._put(*outcome.span(1), value, "procent", meaning, insats=insats)

    def _worded_label(self, label: str) -> str:
        label = tidy(label)
        return restore_words(label.replace("é", "ö")) if self.worn else label

    def _add(  # noqa: PLR0917
        self,
        begin: int,
        end: int,
        value: Decimal,
        unit: str,
        tail: int,
        note: str,
        suffix: str = "",
    ) -> None:
        """Say what a figure means and keep it."""
        left, right, sentence = self._sentence(begin)
        lead = self.flat[left:begin].rstrip(" -") + " "
        after = self.flat[end:right]
        if right == len(self.flat) and not self.flat.rstrip().endswith(_ENDS):
            after = f"{after} {self.passage.below}"  # a line that looked like another thing
        kon = kon_of(self.flat[end : end + 25]) if unit in ("antal", "procent") else ""
        part = self._part_of(left, begin, kon, unit)
        if part is not None:
            self._keep_part(part, begin, end, value, kon)
            return
        meaning = meaning_of(lead, after, sentence, unit) or self._unsure(begin, end, tail, unit)
        if self.last is not None and (against := self._against(begin, after, unit)) is not None:
            meaning = against
        if not meaning.label:
            meaning = meaning._replace(label=self._label(begin, end, tail, unit))
        if suffix:
            label = "Målgruppens ålder" if "malgrupp" in sentence else "Ålder"
            label = label if unit == "ar" else meaning.label.removesuffix(suffix)
            meaning = meaning._replace(label=f"{label}, {suffix}")
        if self.aims and unit in AIMED:
            meaning = meaning._replace(scenario="mal")
        if suffix and "malgrupp" in sentence:
            meaning = meaning._replace(scenario="mal")
        if self.passage.celled and unit == "procent" and not meaning.common:
            meaning = self._of_row(meaning, after)
        meaning = self._dated(meaning, lead, after, sentence)
        if kon:
            meaning = meaning._replace(breakdown=f"kon={kon}")
        if unit == "TSEK" and abs(value) >= IMPLAUSIBLE_TSEK:
            meaning = meaning._replace(sure=False)
        if meaning.deficit and value > 0:
            value, note = -value, "; ".join(x for x in (note, "tryckt som underskott") if x)
        insats, inferred = self._insats(meaning, left, right, begin)
        if inferred or (inferred is None and meaning.statement == "deltagare"):
            meaning = meaning._replace(sure=False)
        self._put(begin, end, value, unit, meaning, note, insats)
        self.last = (self.found[-1], max(tail, end))

    def _sentence(self, place: int) -> tuple[int, int, str]:
        """The sentence around a figure; in a table whose cells run together, its line."""
        left, right, sentence = _sentence_at(self.flat, place)
        if not self.passage.celled:
            return left, right, sentence
        starts = [0, *(i + 1 for i, c in enumerate(self.folded) if c == "\n")]
        begins = max(i for i in starts if i <= place)
        ends = min((i for i in starts if i > place), default=len(self.flat))
        if ends - begins < ONE_COLUMN:
            return left, right, sentence
        left, right = max(left, begins), min(right, ends)
        return left, right, self.flat[left:right]

    def _of_row(self, meaning: Meaning, after: str) -> Meaning:
        """In a row of goals whose cells run together the outcome comes after the goal."""
        frequency = "svarsfrekvens" in after[:20]
        goals = [d for d in self.found if d.unit == "procent" and d.scenario == "mal"]
        if goals and not frequency:
            label = goals[-1].label
            return meaning._replace(label=label, scenario="utfall", statement="mal", sure=False)
        return meaning if goals or frequency else meaning._replace(scenario="mal")

    def _against(self, begin: int, after: str, unit: str) -> Meaning | None:
        """The figure of last year that one is compared with means the same."""
        assert self.last is not None
        draft, ended = self.last
        same = draft.unit == unit or (unit in MONEY and draft.unit in MONEY)
        if not same or not _AGAINST.fullmatch(self.flat[ended:begin]):
            return None
        if not _SAME_PERIOD.match(after):
            return None
        return Meaning(
            draft.label,
            draft.scenario,
            draft.statement,
            breakdown=draft.breakdown,
            kind=draft.insatstyp,
            instant=draft.period_start is None,
            sure=draft.status != "suspect",
            common=not draft.insats,
        )

    def _part_of(self, left: int, begin: int, kon: str, unit: str) -> Draft | None:
        """The count that `varav 18 kvinnor` is a part of, said just before in the sentence."""
        if not kon or unit != "antal" or not self.counted:
            return None
        last, ended = self.counted
        if ended < left or not _PART.fullmatch(self.flat[ended:begin]):
            return None
        return last

    def _keep_part(self, whole: Draft, begin: int, end: int, value: Decimal, kon: str) -> None:
        line, column = self.passage.at(begin)
        self.taken.append((begin, end))
        others = [p for p in whole.breakdown.split(";") if p and not p.startswith("kon=")]
        draft = whole._replace(
            line=line.number,
            page=line.page,
            start=column,
            value=value,
            printed=line.printed(column, column + end - begin),
            breakdown=";".join([f"kon={kon}", *others]),
        )
        self.found.append(draft)
        self.counted = (draft, end)

    def _dated(self, meaning: Meaning, lead: str, after: str, sentence: str) -> Meaning:
        """The meaning with the period that the words, or else its scenario, give it."""
        own_end = self.identity.period_end
        if own_end is None or meaning.start is not None:
            return meaning
        own: Period = (self.identity.period_start, own_end)
        if meaning.standing and (day := day_of(lead, own_end)) is not None:
            return meaning._replace(start=None, end=day)
        heading = fold(self.passage.topic)
        people = meaning.statement == "deltagare"
        setting = Setting(lead, after, heading, self.paragraph, follows=people)
        named = period_of(setting, self.identity)
        if named is not None and named_span(sentence) == named:
            self.paragraph = named
        planned = meaning.scenario in ("budget", "mal", "prognos")
        if named is None:
            whole = meaning.whole or meaning.scenario in ("mal", "prognos")
            if not whole and (planned or meaning.scenario == "utfall"):
                whole = planned and whole_year(lead, after)
            named = year_of(own_end) if whole else own
        elif meaning.whole and named == own:
            named = year_of(own_end)
        if named[0] is not None and named[0] > own_end and meaning.scenario == "utfall":
            meaning = meaning._replace(scenario="prognos")
        start = None if meaning.instant or meaning.standing else named[0]
        return meaning._replace(start=start, end=named[1])

    def _unsure(self, begin: int, end: int, tail: int, unit: str) -> Meaning:
        """What the words around a figure suggest: for a person to confirm."""
        left, right, sentence = self._sentence(begin)
        label = self._label(begin, end, tail, unit)
        scenario = guess_scenario(self.flat[left:begin], self.flat[end:right], sentence, unit)
        if self.passage.celled and scenario == "utfall" and not _DONE.search(sentence):
            scenario = "mal"
        statement = guess_statement(sentence, unit, scenario, self._usual(unit))
        hit = category(label)
        if hit is not None and unit in ("antal", "procent"):
            topic = self.passage.topic
            label = restore_words(topic) if topic and hit[0] != "kon" else label
            return Meaning(label, scenario, "deltagare", breakdown=f"{hit[0]}={hit[1]}")
        listed = _LISTED.search(self.flat[left:begin]) and not _LETTER.search(
            self.flat[max(tail, end) : right]
        )
        sure = bool(listed) and unit != "ar" and not self.passage.celled
        return Meaning(label, scenario, statement, sure=sure)

    def _usual(self, unit: str) -> str:
        """The statement of a figure whose sentence does not say: that of its section."""
        if self.passage.section in ("mal", "prognos"):
            return self.passage.section
        if unit in MONEY:
            return "insats_ekonomi" if self.passage.insats else "oversikt"
        return "ovrigt"

    def _label(self, begin: int, end: int, tail: int, unit: str) -> str:
        """The report's words for a figure, its damaged letters mended."""
        after = end if unit == "antal" else max(tail, end)
        fallback = self.passage.title[:60]
        return self._worded_label(label_of(self.passage.text, begin, after, unit, fallback))

    def _insats(
        self, meaning: Meaning, left: int, right: int, begin: int
    ) -> tuple[str, bool | None]:
        """The insats a figure is about; whether it was inferred, None when several are named."""
        of_all = self.passage.section in ("oversikt", "prognos")
        if meaning.common or (of_all and meaning.statement not in ("deltagare", "mal")):
            return "", False
        sentence = self.passage.text[left:right]
        named = self.context.named(sentence, begin - left)
        if named:
            return named, False
        several = len({m.name for m in self.context.mentions(sentence)}) > 1
        opening = self.context.placed(sentence[:80]) if _OPENS.match(sentence) else ""
        heading = self.context.titled(self.passage.topic) or self.context.heading(
            self.passage.insats, self.passage.section
        )
        if opening or heading or several:
            return opening or heading, bool(opening) if opening or heading else None
        return self._unheaded(sentence, begin)

    def _unheaded(self, sentence: str, begin: int) -> tuple[str, bool]:
        """The insats of a figure in no section of an insats: what its surroundings suggest."""
        placed = self.context.placed(sentence)
        line, _ = self.passage.at(begin)
        if not placed and len(self.flat) < 400 and (told := self.context.heading_of(line.text)):
            return told, False
        inferred = (
            placed
            or self.context.before(self.passage.text, begin)
            or self.context.inferred(self.passage.section, self.passage.title)
        )
        return inferred, bool(inferred)

    def _put(  # noqa: PLR0917
        self,
        begin: int,
        end: int,
        value: Decimal,
        unit: str,
        meaning: Meaning,
        note: str = "",
        insats: str = "",
    ) -> None:
        line, column = self.passage.at(begin)
        if not meaning.sure:
            note = "; ".join(part for part in (note, "betydelsen är gissad ur meningen") if part)
        self.taken.append((begin, end))
        draft = Draft(
            line=line.number,
            start=column,
            page=line.page,
            statement=meaning.statement,
            label=meaning.label,
            post_code="",
            insats=insats,
            insatstyp=meaning.kind,
            breakdown=meaning.breakdown,
            scenario=meaning.scenario,
            period_start=meaning.start,
            period_end=meaning.end,
            unit=unit,
            value=value,
            printed=line.printed(column, column + end - begin),
            status="unchecked" if meaning.sure else "suspect",
            note=note,
        )
        self.found.append(draft)
        if unit == "antal":
            self.counted = (draft, end)


def _unit_after(flat: str, match: re.Match[str]) -> tuple[str, int]:
    """The unit printed after a number and where it ends; '' when the number counts nothing."""
    rest = flat[match.end() : match.end() + 45]
    for unit, pattern in _UNITS:
        hit = pattern.match(rest)
        if hit:
            if unit == "antal" and _YEAR.fullmatch(match["num"]):
                return "", 0
            return unit, match.end() + hit.end()
    if _COUNT_LEAD.search(flat, max(0, match.start() - 90), match.start()):
        return "antal", match.end()
    if " " in match["num"] and _MONEY_LEAD.search(flat, max(0, match.start() - 40), match.start()):
        return "SEK", match.end()
    return "", 0


def _sentence_at(flat: str, place: int) -> tuple[int, int, str]:
    """Where the sentence around a place begins and ends, and its text."""
    left = 0
    for mark in _STOP.finditer(flat, 0, place + 1):  # a stop may look at the figure after it
        left = mark.end() if mark.end() <= place else left
    after = _STOP.search(flat, place)
    right = after.start() if after else len(flat)
    left, right = max(left, place - 300), min(right, place + 300)
    return left, right, flat[left:right]


_DIGIT = re.compile(r"\d")
_AIMS = re.compile(r"\W*(?:m[a-z]l(?:et|en|sattning\w*)?|syfte(?:t)?)\s?:")
_PART = re.compile(
    r"(?:\s?(?:st|personer|deltagare|individer|elever|kvinnor|man|kvinna)?)"
    r"(?:[^.;\d]{0,60}(?:\b(?:varav|av dem(?: ar| var)?|av dessa(?: ar| var)?|darav|samt|och|"
    r"fordelat pa|fordelade pa)|[,(/])\s*)"
)
_AGAINST = re.compile(
    r"[^.;\d]*\b(?:jamfort med|att jamfora med|jamfora med|mot|fran)\s(?:ca )?[(-]?"
)
_SAME_PERIOD = re.compile(
    r"[^.;,\d]{0,25}?\b(?:(?:samma|motsvarande) (?:period|tid)|(?:foregaende|forra) ar)"
)
_OF_THEM = re.compile(r"[a-z ]{0,30}\bvarav (?:ca )?")
_TIME = re.compile(r"\b(?:forsta|senaste|kommande|sista|narmaste) $")
_MEAN = re.compile(
    r"\b(?:skattning\w*|snitt\w*|genomsnitt\w*|medelvarde\w*|index)\b[^.;\d]{0,130}"
    r" (?:till|ar|var|pa|blev|over|under) $"
)
_MSEK_BELOW = re.compile(r"\W*(?:msek|mkr|mnkr|miljoner kronor)\b")
_LISTED = re.compile(r"[a-z)][:;]\s+(?:ca\.? |cirka )?$")
_DONE = re.compile(r"\b(?:skrevs|har|hade|utgor|uppgick|inregistrerades|avslutades|utfall)\b")
_VERB = re.compile(
    r"\b(?:blev|blir|ar|var|har|hade|ska|skall|visar|uppg[ai]\w+|uppgick|utgor|motsvarar|kommer)\b"
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP = re.compile(r"(?<!\bca)(?<!\d)[.!?]\s+|(?<=\d)[.!?]\s+(?=[a-z])|;(?!\s*(?:ca\.? )?\d)|\t")
_NO_FIGURE = re.compile(  # org numbers, telephone and register numbers
    r"\b\d{6}\s?-\s?\d{4}\b|\b0\d{1,3}\s?-\s?\d[\d ]{4,}|"
    r"\b(?:dnr|diarienr|diarienummer|tel|telefon|mobil)\b[.:]?\s*[\w/ .-]{0,20}\d[\d/ -]*"
)
_CONTENTS = re.compile(r"^\s*(?:\d+[.\s]+)*\d*\s*\.{3,}|\.{4,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONEY_LEAD = re.compile(
    r"(?:utfall|resultat|budget\w*|kostnad\w*|intakt\w*|overskott|underskott|pa|mot)\s*$"
)
_COUNT_LEAD = re.compile(
    r"\bantal(?:et)?\s[^.;\d]{0,40}deltagare[^.;\d]{0,50}\b(?:ar|dr|var|blev|uppgick till|"
    r"uppgar till)\s*$|"
    r"deltagare i (?:insatsen|verksamheten|projektet) (?:ar|dr)\s*$"
)


_RANGE = re.compile(
    r"(?<![\w-])(\d{1,3})\s?-\s?(\d{1,3})\s?(?:(ar|dr|aringar)|(m[ad]nader|"
    r"m[ad]naders)|(?:besok|moten|veckor|dagar|personer|deltagare))(?![a-z])"
)
_GOAL = re.compile(
    r"(?:^|[.:]\s*|minst |hogst )(\d{1,3})\s?%\s+av\s+(?:de |alla )?(d[a-z]ltagarna|"
    r"d[a-z]ltagare|individerna|personalen)\s+(sk(?:a|all)\s[^.;]{5,90}|"
    r"upplever[^.;]{5,90}|uppger[^.;]{5,90})"
)
_NEXT_CELL = re.compile(
    r"[^\t]{0,40}\t\s*(?:ca )?(\d{1,3}(?:,\d)?)\s?(?:%|procent)"
    r"(?! svarsfrekvens)(?!\s+av \w+ sk(?:a|all)\b)"
)
_TORN = re.compile(r"\d $")
_OPENS = re.compile(r"\s*[Ii]\s+[A-ZÅÄÖ]")
_OUTCOME = re.compile(r"^\W*(?:utf[a-z]{2,3}|resultat)\s*:\s*(?:ca )?(\d{1,3}(?:,\d)?)\s?%")
