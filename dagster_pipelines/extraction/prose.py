"""Figures in running text: results, budgets, participants, shares, goals.

Belongs here: sentences and lists outside tables, and what a figure in them is about. Does not
belong here: tables of figures (`tables`, `statements`).

A figure is taken only with a unit beside it (kr, procent, deltagare, månader ...) or as the last
thing of a list line; dates, years, section numbers and references are not figures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .dates import MONTH, MONTHS, find_spans, month_end
from .dates import make as make_date
from .identity import Identity
from .meanings import MONEY, Meaning, guess_scenario, guess_statement, meaning_of
from .participants import category, kon_of
from .sections import Document
from .source import Line, Source
from .statements import Draft
from .vocabulary import Insats, find_insats, fold, restore_words

_NUMBER = re.compile(
    r"(?<![\w.,:/§&-])(?P<sign>[-+](?:\s(?=\d))?)?(?P<num>\d{1,3}(?:[ .]\d{3})+(?![\d])|"
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
    ("manader", re.compile(r"\s?(?:m[ad]nader|m[ad]nad|man\.)(?![a-z])")),
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
_SHARES = {"halften": "50", "en fjardedel": "25", "fjardedel": "25", "en tredjedel": "33.3"}
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
    r"(?<![a-z])(?:(?P<share>halften|en fjardedel|fjardedel|en tredjedel)|(?P<part>halvtid)|"
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
IMPLAUSIBLE_TSEK = 100_000  # a hundred million: no förbund; kronor called tkr


def _rest_of_charts(drafts: list[Draft], source: Source) -> list[Draft]:
    """A chart of participants leaves lines such as `24 31 23`: no figure of them is dropped."""
    found: list[Draft] = []
    read = {(draft.line, draft.start) for draft in drafts}
    for draft in drafts:
        text = source.lines[draft.line - 1].text
        if draft.statement != "deltagare" or not _BARE_NUMBERS.fullmatch(text):
            continue
        for match in _NUMBERS.finditer(text, draft.start + len(draft.printed)):
            if (draft.line, match.start()) in read:
                continue
            read.add((draft.line, match.start()))
            value, note = Decimal(match.group()), "tal ur ett diagram; vad det räknar framgår inte"
            found.append(
                replace(
                    draft,
                    start=match.start(),
                    value=value,
                    printed=match.group(),
                    status="suspect",
                    note=note,
                )
            )
    return found


_BARE_NUMBERS = re.compile(r"\s*\d{1,2}(?: +\d{1,2})+\s*")
_NUMBERS = re.compile(r"\d+")


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
    topic = ""
    for entry in entries:
        line = entry[0]
        if line.number in taken or len(line.text) > MAX_PASSAGE:
            continue
        if held:
            between = _between(held[-1][0], line, source, taken)
            if between is None or not _continues(held, entry):
                yield _passage(held, topic)
                held = []
            else:
                held.extend((lost, *entry[1:]) for lost in between)
        if not held and len(line.text) < 70 and _LETTER.search(line.text):
            topic = topic if _DIGIT.search(line.text) else line.text.strip()
        held.append(entry)
    if held:
        yield _passage(held, topic)


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


_ENDS = (".", ":", "!", "?", ";")


def _continues(held: list[_Entry], entry: _Entry) -> bool:
    last, line = held[-1][0], entry[0]
    return (
        entry[1:] == held[-1][1:]
        and (len(last.text) > 40 or line.text.lstrip()[:1].islower())
        and not last.text.rstrip().endswith(":")
        and "\t" not in line.text
        and "\t" not in last.text
        and not _BULLET.match(line.text)
        and sum(len(e[0].text) + 1 for e in held) + len(line.text) <= MAX_PASSAGE
    )


def _passage(held: list[_Entry], topic: str) -> _Passage:
    lines = tuple(e[0] for e in held)
    text = " ".join(line.text for line in lines)
    folded = "\n".join(fold(line.text) for line in lines)
    return _Passage(lines, held[0][1], held[0][2], held[0][3], text, folded, topic)


def read_prose(
    document: Document, drafts: list[Draft], identity: Identity, source: Source
) -> list[Draft]:
    """Facts of the running text; lines on which a table stands are left alone."""
    taken = {d.line for d in drafts}
    found = _rest_of_charts(drafts, source)
    state: dict[str, str] = {}
    for passage in _passages(_entries(document, source, taken), source, taken):
        if _DIGIT.search(passage.folded) or _WORDED.search(passage.folded):
            found.extend(_Reader(passage, identity, source.worn, state).read())
    return found


class _Reader:
    """The figures of one passage."""

    def __init__(
        self, passage: _Passage, identity: Identity, worn: bool, state: dict[str, str]
    ) -> None:
        self.passage = passage
        self.identity = identity
        self.worn = worn
        self.state = state
        self.folded = passage.folded
        self.flat = passage.folded.replace("\n", " ")
        self.found: list[Draft] = []
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
        unit, tail = _unit_after(self.flat, match)
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
        for match in _GOAL.finditer(self.flat):
            rest = self.passage.text[match.start(3) : match.end(3)].strip()
            rest = re.sub(r"^skall\b", "ska", rest)
            who = {"personalen": "personal"}.get(match[2], "deltagare")
            self.state["goal"] = self._worded_label(f"Andel {who} som {rest}")
            meaning = Meaning(self.state["goal"], "mal", "mal", *year)
            self._put(*match.span(1), Decimal(match[1]), "procent", meaning)
        outcome = _OUTCOME.match(self.flat)
        if outcome is not None and self.state.get("goal"):
            meaning = Meaning(self.state["goal"], "utfall", "mal", self.identity.period_start, end)
            value = Decimal(outcome[1].replace(",", "."))
            self._put(*outcome.span(1), value, "procent", meaning)

    def _worded_label(self, label: str) -> str:
        label = re.sub(r"\s+", " ", label).strip(" -–:,.;|*()<>/•")[:110]
        label = label[:1].upper() + label[1:]
        return restore_words(label) if self.worn else label

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
        left, right, sentence = _sentence_at(self.flat, begin)
        lead = self.flat[left:begin].rstrip(" -") + " "
        after = self.flat[end:right]
        meaning = meaning_of(lead, after, sentence, unit) or self._unsure(begin, end, tail, unit)
        if suffix:
            label = "Målgruppens ålder" if "malgrupp" in sentence else "Ålder"
            label = label if unit == "ar" else meaning.label.removesuffix(suffix)
            meaning = replace(meaning, label=f"{label}, {suffix}")
            if "malgrupp" in sentence:
                meaning = replace(meaning, scenario="mal")
        first, last = self._period(meaning, sentence, lead)
        meaning = replace(meaning, start=None if meaning.instant else first, end=last)
        kon = kon_of(self.flat[end : end + 25])
        if kon and unit in ("antal", "procent"):
            meaning = replace(meaning, breakdown=f"kon={kon}")
        if unit == "TSEK" and abs(value) >= IMPLAUSIBLE_TSEK:
            meaning = replace(meaning, sure=False)
        self._put(begin, end, value, unit, meaning, note)

    def _unsure(self, begin: int, end: int, tail: int, unit: str) -> Meaning:
        """What the words around a figure suggest: for a person to confirm."""
        left, right, sentence = _sentence_at(self.flat, begin)
        label = self._label(begin, end, tail)
        scenario = guess_scenario(self.flat[left:begin], self.flat[end:right], sentence, unit)
        statement = guess_statement(sentence, unit, scenario, self._usual(unit))
        hit = category(label)
        if hit is not None and unit in ("antal", "procent"):
            topic = self.passage.topic
            label = restore_words(topic) if topic and hit[0] != "kon" else label
            return Meaning(label, scenario, "deltagare", breakdown=f"{hit[0]}={hit[1]}")
        return Meaning(label, scenario, statement, sure=False)

    def _usual(self, unit: str) -> str:
        """The statement of a figure whose sentence does not say: that of its section."""
        if self.passage.section in ("mal", "prognos"):
            return self.passage.section
        if unit in MONEY:
            return "insats_ekonomi" if self.passage.insats else "oversikt"
        return "ovrigt"

    def _label(self, begin: int, end: int, tail: int) -> str:
        """The words before a figure in its clause, or the noun after it."""
        left = max(
            self.flat.rfind(mark, 0, begin) for mark in (". ", ", ", "; ", ": ", "\t", "(", ") ")
        )
        lead = self.passage.text[max(left + 1, begin - 90) : begin]
        if left + 1 < begin - 90:
            lead = lead.partition(" ")[2]
        lead = re.sub(r"^[\W\d]+|\s+$", "", lead)
        follow = re.split(r"[.,;:()\t]", self.passage.text[end : max(tail, end) + 70])[0]
        label = lead if len(_WORD.findall(lead)) >= 2 else f"{lead} {follow.strip(' %')}"
        label = _LOOSE_END.sub("", re.sub(r"\s+", " ", label).strip(" -–:,.;|*()<>/•"))
        return self._worded_label(label or (self.passage.title or "Uppgift i löptext")[:60])

    def _period(
        self, meaning: Meaning, sentence: str, lead: str
    ) -> tuple[date | None, date | None]:
        """The period that the sentence names, else the one that the scenario goes by."""
        start, end = self.identity.period_start, self.identity.period_end
        if end is None or meaning.start is not None:
            return meaning.start, meaning.end
        if (named := _named_period(sentence, lead)) is not None:
            return named
        if (until := _last(_UNTIL, lead, end.year)) is not None:
            return start, until
        if (since := _last(_SINCE, lead, end.year)) is not None and since <= end:
            return since, end
        planned = meaning.scenario == "budget" and _WHOLE_BUDGET.search(lead)
        if meaning.whole or planned or meaning.scenario in ("mal", "prognos"):
            return date(end.year, 1, 1), date(end.year, 12, 31)
        return start, end

    def _put(  # noqa: PLR0917
        self,
        begin: int,
        end: int,
        value: Decimal,
        unit: str,
        meaning: Meaning,
        note: str = "",
    ) -> None:
        line, column = self.passage.at(begin)
        insats = self.passage.insats.name if self.passage.insats else ""
        if not insats and len(self.flat) < 400:
            insats = _named_insats(self.identity, line.text)
        if meaning.statement == "oversikt" or self.passage.section in ("oversikt", "prognos"):
            insats = ""
        if not meaning.sure:
            note = "; ".join(part for part in (note, "betydelsen är gissad ur meningen") if part)
        self.taken.append((begin, end))
        self.found.append(
            Draft(
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
        )


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


def _named_period(sentence: str, lead: str) -> tuple[date | None, date | None] | None:
    """A period that a sentence prints: two dates, `årsslutet 2020`, `under maj 2021`."""
    for span in find_spans(sentence):
        if span.first is not None and span.last is not None:
            return span.first, span.last
    if (closing := _CLOSING.search(lead)) is not None:
        return None, date(int(closing[1]), 12, 31)
    if (month := _IN_MONTH.search(sentence)) is not None:
        year = int(month[2])
        return date(year, MONTHS[month[1]], 1), month_end(year, MONTHS[month[1]])
    return None


def _last(pattern: re.Pattern[str], lead: str, year: int) -> date | None:
    """The last day and month that the pattern finds, in the given year."""
    found = list(pattern.finditer(lead))
    return make_date(year, MONTHS[found[-1][2]], int(found[-1][1])) if found else None


def _sentence_at(flat: str, place: int) -> tuple[int, int, str]:
    """Where the sentence around a place begins and ends, and its text."""
    left = 0
    for mark in _STOP.finditer(flat, 0, place):
        left = mark.end()
    after = _STOP.search(flat, place)
    right = after.start() if after else len(flat)
    left, right = max(left, place - 300), min(right, place + 300)
    return left, right, flat[left:right]


def _named_insats(identity: Identity, text: str) -> str:
    for part in re.split(r"[:,.–(]", text)[:3]:
        if 3 < len(part) < 60 and (found := find_insats(identity.forbund_id, part.strip())):
            return found.name
    return ""


_DIGIT = re.compile(r"\d")
_VERB = re.compile(
    r"\b(?:blev|blir|ar|var|har|hade|ska|skall|visar|uppg[ai]\w+|uppgick|utgor|motsvarar|kommer)\b"
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP = re.compile(r"(?<!\bca)(?<!\d)[.!?]\s+|(?<=\d)[.!?]\s+(?=[a-z])|[;\t]")
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
    r"\bantal(?:et)?\s[^.;\d]{0,40}deltagare[^.;\d]{0,30}\b(?:ar|dr)\s*$|"
    r"deltagare i (?:insatsen|verksamheten|projektet) (?:ar|dr)\s*$"
)
_UNTIL = re.compile(rf"(?:fram till|till och med|t\.?o\.?m\.?) (?:den )?(\d{{1,2}}) ({MONTH})\b")
_SINCE = re.compile(rf"fran(?: och med)? (?:den )?(\d{{1,2}}) ({MONTH})\b")
_LOOSE_END = re.compile(
    r"(?:\s(?:är|var|på|till|med|om|för|ca|cirka|av|och|i|mot|uppgår|uppgick|utgör|"
    r"per|ar|pa|for))+$"
)


_CLOSING = re.compile(r"arsslutet\s((?:19|20)\d\d)\b")
_IN_MONTH = re.compile(rf"(?:i|under|fran) ({MONTH}) (20\d\d)")
_WHOLE_BUDGET = re.compile(r"budget (?:for )?20\d\d|arsbudget|minusbudget|hel[ad]r")
_RANGE = re.compile(
    r"(?<![\w-])(\d{1,3})\s?-\s?(\d{1,3})\s?(?:(ar|dr|aringar)|(m[ad]nader|"
    r"m[ad]naders)|(?:besok|moten|veckor|dagar|personer|deltagare))(?![a-z])"
)
_GOAL = re.compile(
    r"(?:^|[.:]\s*|minst |hogst )(\d{1,3})\s?%\s+av\s+(?:de |alla )?(deltagarna|"
    r"deltagare|individerna|personalen)\s+(sk(?:a|all)\s[^.;]{5,90}|"
    r"upplever[^.;]{5,90}|uppger[^.;]{5,90})"
)
_OUTCOME = re.compile(r"^\W*(?:utfall|resultat)\s*:\s*(?:ca )?(\d{1,3}(?:,\d)?)\s?%")
