"""Table heads: which period and scenario each column of figures is about.

Belongs here: reading head lines into atoms (dates, years, words), stacking the lines of a head
upon each other, and resolving a column. Does not belong here: the figures themselves.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from .dates import MONTH, MONTHS, UNTIL, find_spans, mend_months, month_end
from .vocabulary import SHAPE, fold

_WORDS: list[tuple[str, str]] = [
    ("note", r"(?:not|noter|not nr|notnr|not\.)"),
    ("used", r"f[oe]rbrukat|f[oe]rbrukning(?!sgrad)"),
    (
        "avvikelse",
        r"(?:budget)?avvikelse\w*(?:\s+(?:mot|mellan|fran|jfr)\s+(?:(?:budget|utfall|"
        r"prognos|arsbudget|helarsbudget|och|&|/)\s?)+|\s+(?:budget|utfall|"
        r"prognos)\s?[-/]\s?(?:budget|utfall|prognos))?|diff(?:erens)?\w*|"
        r"over-?/underskott|avv\.?|budget-(?=\s|$|\|)|utfall\s?[-/]\s?budget|"
        r"budget\s?[-/]\s?utfall|forandring\w*",
    ),
    (
        "budget",
        r"(?:[ad4]rs|hel[ad4]rs|period|rev|reviderad |rev\. |delars|halvars|periodens |"
        r"periodiserad |ack\.? )?budget(?:en|erat)?(?!-(?:\s|$|\||utfall)|\s?/\s?utfall)"
        r"(?: helar(?:et)?(?![a-z])| arets| perioden(?![a-z]))?",
    ),
    ("prognos", r"(?:hel[ad4]rs|[ad4]rs)?pro[gq]nos\w*(?: helar(?:et)?(?![a-z]))?"),
    ("mal", r"mal(?:varde|tal)?(?!\w)"),
    ("bokslut", r"(?:ars)?bokslut\w*|helarsutfall"),
    (
        "utfall",
        r"(?:ack\.? |ackumulerat |periodens )?(?:utfall|resultat(?=\s+(?:q|t|jan|per|"
        r"20))|redovisat|kostnad(?= per))(?: (?:ack\w*|helar(?:et)?|perioden|"
        r"delar(?:et)?)(?![a-z]))?",
    ),
    (
        "previous",
        r"(?:samma period\s+)?(?:f[a-z]{1,2}re?g(?:[a-z]{2,5}d[ec])?\.?|fg\.?|forra|"
        r"fjol)\s?(?:[a&d4]r(?:et|s)?)(?![a-z])\.?(?:\s+(?:samma period|utfall))?|"
        r"samma period (?:foregaende|fg|forra) ar(?:et)?|fjolaret",
    ),
    ("whole", r"(?:hel[ad4]rs-(?=\s|$|\|)|hel[ad4]r\w*|hela aret|12 man\w*)"),
    (
        "part",
        r"(?:del[ad4]r(?:et)?|halv[ad4]r(?:et)?|periodens?|period|periodiserad|i ar|"
        r"innevarande ar|6 man\w*|8 man\w*|\d man|ack\.?(?:umulera[dt])?(?![a-z]))",
    ),
    ("income", r"int[a-z]{1,3}kt(?:er)?"),
    ("cost", r"kostnad(?:er)?"),
    ("net", r"netto\w*"),
    ("opening", r"(?:ib|ingaende(?: balans)?)"),
    ("closing", r"(?:ub|utgaende(?: balans)?)"),
    (
        "share",
        r"(?:andel(?:\s+av\s+\w*budget\w*)?|procent|i ?%|%|forbrukning i %|"
        r"forbrukningsgrad|forbr\.?)",
    ),
    ("total", r"(?:totalt?|samtliga|alla)(?!\w)"),
    ("women", r"(?:kvinnor|kvinna|kv\.?)(?!\w)"),
    ("men", r"(?:man|mannen)(?!\w)"),
    (
        "count",
        r"(?:antal(?: deltagare| personer| unika)?|deltagare|till-?\s?fallen|tillfallen|platser)",
    ),
]
_MISREAD = re.compile(r"([bB])[un]dg[ec]t")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _WORDS)
    + r")(?![a-z])"
)
_YEAR = re.compile(r"(?<![\d.,-])(20[0-4]\d|19[89]\d)(?![\d.,-]|\s\d{3}(?!\d))")
_SHORT_RANGE_END = re.compile(r"(?<![a-z\d])-\s?((?:19|20)\d\d-\d\d-\d\d)")
_LONE_DATE = re.compile(r"(?<![-\d])(\d{4}-\d\d-\d\d) ?$")
_MONTH_YEAR = re.compile(rf"(?<![a-z\d])({MONTH})\.?\s+((?:19|20)\d\d)(?!\d)")
_PER = re.compile(
    r"(?<![a-z])(?<!utfall )(?<!kostnad )(?<!belopp )per(?![a-z])(?!\s*\d)"
    r"(?!\s+(?:(?:insats|verksamhet|person|deltagare|manad|aktivitet)[a-z]*|(?:ar|den)(?![a-z])))"
)
_DANGLING = re.compile(r"(20\d\d-[01]\d)-?(?=\s|$)")
_FILLER = re.compile(
    r"(?<![a-z])(?:belopp|beloppen|i|per|anges|alla|tkr|tsek|ksek|kkr|msek|mkr|mnkr|kr|sek|kronor|"
    r"tusental|tusentals|miljoner|post|"
    r"poster|benamning|insats|insatser|verksamhet|verksamheter|konto|aktivitet|"
    r"kostnadsslag|kostnader|specifikation|ackumulerat|ack|"
    r"t|o|m|tom|till|och|med|for|ar|aret|medlem|part|parter|huvudman|leverantor|typ|"
    r"text|namn|kr/ar|arets|fran|av|"
    r"projekt|mot|samma|period|alder|utbildning|forsorjning|vad|anvandning|"
    r"resultatrakning|balansrakning|kassaflodesanalys|driftredovisning|forbundet|"
    r"fordelning|a)(?![a-z])"
)
_CLEAN = re.compile(r"[\s|\t*:;,.()\[\]/+<>#_'\"=-]+")


class Atom(NamedTuple):
    """One piece of meaning in a head: kind, place on its line, and dates when it has any."""

    kind: str
    start: int
    end: int
    text: str
    first: date | None = None
    last: date | None = None
    year: int | None = None
    months: tuple[int, int] | None = None


class Column(NamedTuple):
    """What a column holds. `known` False: its head is lost and its period is a guess."""

    text: str = ""
    scenario: str = "utfall"
    start: date | None = None
    end: date | None = None
    role: str = "value"  # value, note, share, count
    part: str = ""  # income, cost, net
    kon: str = ""
    known: bool = True
    whole_year: bool = False
    opening: bool = False
    guessed: bool = False  # its place in the head is a guess: another table must confirm it
    doubt: str = ""  # why its period or scenario cannot be trusted


@lru_cache(maxsize=2048)
def head_atoms(text: str) -> tuple[Atom, ...]:  # noqa: PLR0912
    """The atoms of a line in their order."""
    text, folded = _head_text(text)
    atoms: list[Atom] = []
    covered = bytearray(len(folded))

    def add(atom: Atom) -> None:
        atoms.append(atom)
        covered[atom.start : atom.end] = b"\1" * (atom.end - atom.start)

    has_digit = _DIGIT.search(folded) is not None
    if has_digit or "-" in folded or UNTIL.search(folded):
        for match in _SHORT_RANGE_END.finditer(folded) if "-" in folded else ():
            before = _LONE_DATE.search(folded[: match.start()])
            if before and before.group(1) < match.group(1):  # a range on one line
                continue
            spans = find_spans(match.group(1))
            if spans:
                add(
                    Atom(
                        "to",
                        match.start(),
                        match.end(),
                        text[match.start() : match.end()],
                        None,
                        spans[0].last,
                    )
                )
        for span in find_spans(text):
            if 1 in covered[span.start : span.end]:
                continue
            kind = "range" if span.first or span.months else "date"
            add(
                Atom(
                    kind,
                    span.start,
                    span.end,
                    text[span.start : span.end],
                    span.first,
                    span.last,
                    None,
                    span.months,
                )
            )
        dated = "20" in folded or "19" in folded
        for match in _MONTH_YEAR.finditer(folded) if dated else ():
            if 1 not in covered[match.start() : match.end()]:
                year = int(match[2])
                add(
                    Atom(
                        "range",
                        match.start(),
                        match.end(),
                        match.group(),
                        date(year, 1, 1),
                        month_end(year, MONTHS[match[1]]),
                    )
                )
        for match in _DANGLING.finditer(folded) if dated else ():
            if 1 not in covered[match.start() : match.end()]:
                add(Atom("partial", match.start(), match.end(), match.group()))
        for match in _YEAR.finditer(folded) if dated else ():
            if not covered[match.start()]:
                add(Atom("year", match.start(), match.end(), match.group(), year=int(match[1])))
    for match in _WORD.finditer(folded):
        if 1 not in covered[match.start() : match.end()]:
            add(
                Atom(
                    match.lastgroup or "",
                    match.start(),
                    match.end(),
                    text[match.start() : match.end()],
                )
            )
    for match in _PER.finditer(folded) if "per" in folded else ():
        if atoms and not covered[match.start()]:
            add(Atom("utfall", match.start(), match.end(), match.group()))
    _near_words(folded, covered, atoms)
    if len(atoms) > 1:
        atoms.sort(key=_start)
    return tuple(atoms)


def _start(atom: Atom) -> int:
    return atom.start


def _head_text(text: str) -> tuple[str, str]:
    """A line with OCR's `Bndget` and months put right, and the same folded."""
    if "dg" in text:
        text = _MISREAD.sub(lambda match: match[1] + "udget", text)
    return text, mend_months(fold(text))


@lru_cache(maxsize=2048)
def beside_atoms(text: str) -> str:
    """What is left of a line when its atoms and filler words are taken away."""
    folded = _head_text(text)[1]
    left, at = "", 0
    for atom in head_atoms(text):
        left += folded[at : atom.start] + " "
        at = atom.end
    return _CLEAN.sub(" ", _FILLER.sub(" ", _CLEAN.sub(" ", left + folded[at:]))).strip()


_HEAD_WORDS = {
    "budget": "budget",
    "utfall": "utfall",
    "prognos": "prognos",
    "avvikelse": "avvikelse",
    "bokslut": "bokslut",
    "arsbudget": "budget",
    "helarsbudget": "budget",
    "helarsprognos": "prognos",
    "intakt": "income",
    "kostnad": "cost",
    "netto": "net",
    "forbrukat": "used",
    "differens": "avvikelse",
}


def _near_words(folded: str, covered: bytearray, atoms: list[Atom]) -> None:
    """Head words that OCR has damaged (`Budgct`), on lines that hold little else."""
    if len(folded) > 200 or len(folded.split()) > 9:
        return
    loose = list(_LONG_WORD.finditer(folded))
    if atoms:
        loose = [m for m in loose if 1 not in covered[m.start() : m.end()]]
    if len(loose) > 3:
        return
    for match in loose:
        known = _near_word(match.group())
        if known:
            atoms.append(Atom(_HEAD_WORDS[known], *match.span(), known.capitalize()))
            covered[match.start() : match.end()] = b"\1" * len(match.group())


_LONG_WORD = re.compile(r"[a-z][a-z01]{4,}")


@lru_cache(maxsize=4096)
def _near_word(word: str) -> str:
    """The head word that OCR may have made this one of, or ''."""
    if _FILLER.fullmatch(word):
        return ""
    shape = word.translate(SHAPE)
    for known in _HEAD_WORDS:
        if abs(len(known) - len(word)) > 1:
            continue
        if fuzz.ratio(word, known) >= 83 or shape == known.translate(SHAPE):
            return known
    return ""


_TIME = ("date", "range", "to", "year")
AMOUNT = re.compile(r"(?<![\d.,-])\d{1,3} \d{3}(?![\d-])")
_STRANGER = re.compile(  # words that begin like no word of a head
    r"(?<![a-z0-9])(?!f|q|ac|ak|al|an|ap|ar|au|av|ba|be|bo|bu|de|di|dr|fe|fg|fj|fo|fr|ha|he|hu|ib|in|ja|ju|"
    r"ka|kk|ko|kr|ks|kv|le|ma|me|mi|mk|mn|mo|ms|na|no|oc|ok|om|ov|pa|pe|pl|po|pr|re|rs|"
    r"sa|se|sk|sp|st|te|ti|tk|to|ts|tu|ty|ub|un|ut|va|ve)[a-z]{2,}"
)


_STRONG = {
    *_TIME,
    "partial",
    "note",
    "budget",
    "prognos",
    "bokslut",
    "utfall",
    "avvikelse",
    "previous",
    "net",
    "women",
    "count",
    "used",
    "total",
}


def is_head(text: str) -> bool:
    """Whether a line can be part of a table's head: nothing but atoms and filler words."""
    if len(text) > 260 or AMOUNT.search(text):
        return False
    words = len(text.split())
    if words > 30 or (words > 9 and len(_STRANGER.findall(fold(text))) > 2):
        return False
    atoms = head_atoms(text)
    if not atoms:
        return False
    strong = [a for a in atoms if a.kind in _STRONG]
    if all(a.kind == "total" for a in strong):
        return False
    left = beside_atoms(text)
    if _DIGIT.search(left):
        return False
    unread = sum(len(word) > 1 for word in left.split())
    return unread <= (0 if len(strong) < 2 else 2)


_APART = re.compile(r"\s{2,}|[\t|]")


def _distance(text: str, before: Atom, atom: Atom) -> int:
    """Characters between two atoms of a line; filler words between do not count, wide gaps do."""
    between = text[before.end : atom.start]
    if _APART.search(between):
        return 99
    return len(_CLEAN.sub("", _FILLER.sub("", _CLEAN.sub(" ", fold(between))))) + (
        1 if between else 0
    )


def merge_cell(atoms: Sequence[Atom], text: str) -> list[list[Atom]]:
    """Group the atoms of one line into columns: a scenario word takes the time after it."""
    groups: list[list[Atom]] = []
    for atom in atoms:
        if atom.kind == "partial":
            continue
        last = groups[-1] if groups else None
        if last is not None:
            kinds = {a.kind for a in last}
            timed = kinds & {"date", "range", "year", "to"}
            gap = _distance(text, last[-1], atom)
            if (
                atom.kind in ("date", "range", "year", "part", "whole", "opening", "closing")
                and not timed
                and gap <= 3
                and not (atom.kind in ("part", "whole") and last[0].text.lower() == "per")
                and not (
                    kinds
                    & {
                        "note",
                        "income",
                        "cost",
                        "net",
                        "women",
                        "men",
                        "count",
                        "share",
                        "avvikelse",
                        "used",
                    }
                )
            ):
                last.append(atom)
                continue
            if atom.kind == "avvikelse" and gap <= 2 and kinds == {"avvikelse"}:
                last.append(atom)
                continue
            if (
                atom.kind == "share"
                and gap <= 3
                and kinds & {"avvikelse", "used", "share", "budget"}
                and "share" not in kinds
            ):
                last.append(atom)
                continue
            if (
                atom.kind == "year"
                and gap <= 2
                and last[-1].kind == "range"
                and last[-1].months
                and not last[-1].last
            ):
                last.append(atom)
                continue
            if (
                atom.kind in ("income", "cost", "net")
                and gap <= 2
                and kinds & {"utfall", "budget", "prognos"}
                and len(last) == 1
                and kinds & {"budget"}
            ):
                last.append(atom)
                continue
            if atom.kind == "to" and last[-1].kind == "date" and gap <= 4:
                last.append(atom)
                continue
            if gap <= 1 and kinds == {"previous"} and atom.kind in ("utfall", "bokslut"):
                last.append(atom)
                continue
        groups.append([atom])
    return groups


def _worded(atom: Atom) -> str:
    """The printed words, or the word itself where OCR has damaged it."""
    word = {"income": "Intäkt", "cost": "Kostnad", "net": "Netto"}.get(atom.kind, "")
    return word if word and not atom.text.startswith(word) else atom.text.strip()


def resolve(atoms: list[Atom], start: date | None, end: date | None, instant: bool) -> Column:
    """The column that these atoms, from top to bottom, describe in a report of this period."""
    guessed = any(a.kind == "previous_guess" for a in atoms)
    kinds = ["previous" if a.kind == "previous_guess" else a.kind for a in atoms]
    text = " ".join(dict.fromkeys(_worded(a) for a in atoms))
    column = Column(text=text)
    if "note" in kinds:
        return column._replace(role="note")
    scenario = next((k for k in kinds if k in ("avvikelse", "prognos", "budget", "mal")), "utfall")
    if scenario == "avvikelse" and "previous" in kinds:
        scenario = "avvikelse"
    part = next((k for k in kinds if k in ("income", "cost", "net")), "")
    role = (
        "share"
        if "share" in kinds
        else "used"
        if "used" in kinds
        else "count"
        if "count" in kinds
        else "value"
    )
    kon = "kvinna" if "women" in kinds else "man" if "men" in kinds else ""
    first, last, known = _period(atoms, kinds, scenario, start, end)
    if instant and last is not None:
        first = None
        if "opening" in kinds and end is not None:
            last = date(last.year - 1, 12, 31) if last == end else last
    whole = any(k in ("whole", "bokslut") for k in kinds) or any(
        "ars" in fold(a.text)[:6] for a in atoms if a.kind in ("budget", "prognos")
    )
    return Column(
        text, scenario, first, last, role, part, kon, known, whole, "opening" in kinds, guessed
    )


_YEARLY_PLAN = re.compile(r"(?:hel[ad4]rs|(?<![a-z])[ad4]rs)(?:budget|prognos)")
_PART_PLAN = re.compile(r"period|delars|halvars|ack")


def _period(  # noqa: PLR0911, PLR0912
    atoms: list[Atom], kinds: list[str], scenario: str, start: date | None, end: date | None
) -> tuple[date | None, date | None, bool]:
    ranges = [a for a in atoms if a.kind == "range" and a.last]
    if ranges:
        return ranges[0].first, ranges[0].last, True
    dates = [a for a in atoms if a.kind == "date"]
    tos = [a for a in atoms if a.kind == "to"]
    if tos and tos[0].last:
        first = dates[0].last if dates else None
        if first is None or first > tos[0].last:
            first = date(tos[0].last.year, 1, 1)
        return first, tos[0].last, True
    if (
        len(dates) >= 2
        and dates[0].last
        and dates[1].last
        and dates[0].last < dates[1].last
        and (dates[0].last.month, dates[0].last.day) == (1, 1)
    ):
        return dates[0].last, dates[1].last, True
    years = [a.year for a in atoms if a.kind == "year" and a.year]
    if dates and dates[0].last:
        last = dates[0].last
        if "whole" in kinds and scenario in ("budget", "prognos"):
            return date(last.year, 1, 1), date(last.year, 12, 31), True
        return date(last.year, 1, 1), last, True
    monthly = [a for a in atoms if a.kind == "range" and a.months]
    if monthly and monthly[0].months:
        year = years[0] if years else (end.year if end else None)
        if year is None:
            return None, None, False
        if "previous" in kinds and not years:
            year -= 1
        a, b = monthly[0].months
        return date(year, a, 1), month_end(year, b), True
    if end is None:
        if years:
            return date(years[0], 1, 1), date(years[0], 12, 31), False
        return None, None, False
    year = years[0] if years else end.year - (1 if "previous" in kinds else 0)
    full = (date(year, 1, 1), date(year, 12, 31), True)
    texts = fold(" ".join(a.text for a in atoms))
    period = _same_period(year, start, end)
    if "bokslut" in kinds and "part" not in kinds and "delarsbokslut" not in texts:
        if not years:
            year = end.year - 1 if end.month < 12 else end.year - (1 if "previous" in kinds else 0)
            full = (date(year, 1, 1), date(year, 12, 31), True)
        return full
    if "whole" in kinds or _YEARLY_PLAN.search(texts):
        return full
    if "part" in kinds:
        return (*period, True)
    if scenario == "prognos":
        return full
    if scenario in ("budget", "mal") and years:
        return full
    if scenario == "budget":
        return (*period, True) if _PART_PLAN.search(texts) else full
    if scenario == "avvikelse":
        return (*period, False)
    return (*period, True)


def _same_period(year: int, start: date | None, end: date) -> tuple[date, date]:
    first = date(year, start.month, start.day) if start else date(year, 1, 1)
    return first, month_end(year, end.month)
