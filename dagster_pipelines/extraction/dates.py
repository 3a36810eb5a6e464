"""Dates and periods as reports print them.

Belongs here: dates, ranges, months and years in a text. Does not belong here: which of them
is the report's own period (`identity`) or a column's (`columns`).
"""

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from .vocabulary import fold

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "januari jan",
            "februari feb",
            "mars mar",
            "april apr",
            "maj",
            "juni jun",
            "juli jul",
            "augusti aug",
            "september sept sep",
            "oktober okt",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
MONTH = (
    r"(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|okt|nov|dec)"
)
_Y = r"(?:19|20)\d\d"
DATE = (
    rf"(?:{_Y}[-./]\s?[01]?\d\s?[-./][0-3]?\d(?!\d)|(?<!\d)\d\d-[01]\d-[0-3]\d(?!\d)"
    rf"|(?<!\d){_Y}[01]\d[0-3]\d(?!\d)"
    rf"|(?<!\d)[12]\d(?:(?:0[1-9]|1[0-2])01|0331|0430|0630|0831|0930|1231|0131|022[89]|"
    rf"0531|0731|1031|1130)(?!\d| \d{{3}}(?!\d))"
    rf"|(?<!\d)[0-3]?\d\s?[:]?[ae]?\s?{MONTH}\.?\s+{_Y}|(?<!\d)[0-3]?\d/1?\d[ -]{_Y})"
)
_RANGE = re.compile(
    rf"(?P<d1>{DATE})\s*(?:-{{1,2}}|till(?: och med)?|t\.?\s?o\.?\s?m\.?)\s*(?P<d2>{DATE})"
    rf"|(?<![\d-])(?P<dm>[0-3]?\d)[./ ]?\s?(?P<m1>{MONTH}|1?\d)\.?\s*(?:-{{1,2}}|"
    rf"till(?: och med)?|t\.?\s?o\.?\s?m\.?)\s*(?P<dd>[0-3]?\d)[/ ]?\s?(?P<m2>{MONTH}|"
    rf"1?\d)\.?,?\s+(?P<y>{_Y})"
    rf"|(?<![a-z])(?P<ma>{MONTH})\.?\s*(?:-{{1,2}}|till(?: och med)?|"
    rf"t\.?\s?o\.?\s?m\.?)\s*(?P<mb>{MONTH})(?![a-z])\.?(?:,?\s(?P<y2>{_Y}|"
    rf"\d\d(?!\d))(?!-))?"
    rf"|(?<![a-z])(?:till och med|t\.?\s?o\.?\s?m\.?)\s+(?P<mc>{MONTH})(?![a-z])\.?"
    rf"(?:\s(?P<y4>{_Y})(?!-))?"
    rf"|(?<!\d)(?P<ya>{_Y})(?P<mya>[01]\d)\s*-\s*(?P<yb>{_Y})(?P<myb>[01]\d)(?!\d)"
    rf"|(?<![a-z0-9])(?P<kind>q|kvartal\s?|kv\.?\s?|t|tertial\s?|"
    rf"halv[ad4]r\s?)(?:[1-3]\s*-\s*(?:q|t|kvartal|"
    rf"tertial)?\s?)?(?P<q>[1-4])(?![\d.,])(?:,?\s(?P<y3>{_Y})(?!-))?"
)
_DATE = re.compile(DATE)
UNTIL = re.compile(r"t\.?\s?o\.?\s?m|till och med")
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_SHORT = r"(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)"
_RANGED = re.compile(  # every range has one of these, whole dates being #
    rf"(?:[\d#]|{_SHORT}[a-z]*)\.?\s*(?:-{{1,2}}|till(?: och med)?|t\.?\s?o\.?\s?m\.?)\s*[\d#]"
    rf"|(?:-|till|och med|m\.?)\s*{_SHORT}"
    r"|(?<![a-z])[qt]\d|kvartal|kv\.?\s|tertial|halv[ad4]r"
)
_SIX_DIGITS = re.compile(r"\d\d-?\d\d-?\d\d")  # a date without a century has them
_LOOSE = re.compile(rf"{_SHORT}|[qt]\d|kvartal|kv\.?\s|tertial|halv")  # a period without a year
_DATED = re.compile(rf"\d{{6}}|\d-\d|\d/\d|\d[.]\d|\d\s?[:]?[ae]?\s?{MONTH}")


class Span(NamedTuple):
    """A date or a period found at `start:end` of a text; `first` is None for a single date.

    `year` is None when a period was printed without one ("januari-augusti").
    """

    start: int
    end: int
    first: date | None
    last: date | None
    months: tuple[int, int] | None = None


def make(year: int, month: int, day: int) -> date | None:
    """A date, or None when there is no such day (OCR)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


_PARTED = re.compile(r"((?:19|20)\d\d)[-./]\s?(\d{1,2})\s?[-./](\d{1,2})")
_EIGHT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_SIX = re.compile(r"(\d\d)-?(\d\d)-?(\d\d)")
_NAMED = re.compile(rf"(\d{{1,2}})\D{{0,3}}?({MONTH})\.?\s+(\d{{4}})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})[ -](\d{4})")


def parse_date(text: str) -> date | None:
    """One date in any of the printed forms, folded text."""
    text = text.strip()
    if match := _PARTED.fullmatch(text):
        return make(int(match[1]), int(match[2]), int(match[3]))
    if match := _EIGHT.fullmatch(text):
        return make(int(match[1]), int(match[2]), int(match[3]))
    if match := _SIX.fullmatch(text):
        return make(2000 + int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED.fullmatch(text):
        return make(int(match[3]), MONTHS[match[2]], int(match[1]))
    if match := _SLASHED.fullmatch(text):
        return make(int(match[3]), int(match[2]), int(match[1]))
    return None


def _month(text: str) -> int:
    return MONTHS[text] if text in MONTHS else min(12, max(1, int(text)))


PARTS = ("tertial", "kvartal", "halvar")


def _worn_months() -> dict[str, str]:
    """Months and parts of a year with one letter misread (`jnn`, `scptember`)."""
    near = {"u": "n", "e": "c", "c": "e", "i": "l1", "l": "i1", "n": "u", "o": "0"}
    found: dict[str, str] = {}
    for name in (*MONTHS, *PARTS):
        for i, letter in enumerate(name):
            for other in near.get(letter, ""):
                found.setdefault(name[:i] + other + name[i + 1 :], name)
    return {worn: name for worn, name in found.items() if worn not in MONTHS}


_WORN_MONTHS = _worn_months()
_WORN_MONTH = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(sorted(_WORN_MONTHS, key=len, reverse=True)) + r")(?![a-z0-9])"
)


@lru_cache(maxsize=4096)
def mend_months(folded: str) -> str:
    """Folded text with the months that OCR misread by one letter put right, in place."""
    if len(folded) > 200 or not _WORN_MONTH.search(folded):
        return folded
    return _WORN_MONTH.sub(lambda match: _WORN_MONTHS[match.group()], folded)


@lru_cache(maxsize=8192)
def find_spans(text: str) -> tuple[Span, ...]:
    """Every date and period in a text, in order, without overlaps."""
    folded = mend_months(fold(text))
    if "-" not in folded and not _DIGIT.search(folded) and not UNTIL.search(folded):
        return ()
    dated = "20" in folded or "19" in folded or _SIX_DIGITS.search(folded) is not None
    if not dated and not _LOOSE.search(folded):
        return ()
    found: list[Span] = []
    taken = 0
    for match in _RANGE.finditer(folded) if _RANGED.search(_ISO.sub("#", folded)) else ():
        if match.start() < taken:
            continue
        span = _range(match)
        if span:
            found.append(span)
            taken = match.end()
    for match in _DATE.finditer(folded) if dated and _DATED.search(folded) else ():
        if any(s.start < match.end() and match.start() < s.end for s in found):
            continue
        day = parse_date(match.group())
        if day and 1995 <= day.year <= 2045:
            found.append(Span(match.start(), match.end(), None, day))
    return tuple(sorted(found, key=lambda s: s.start))


def _range(match: re.Match[str]) -> Span | None:  # noqa: PLR0911
    start, end = match.span()
    if match["d1"]:
        first, last = parse_date(match["d1"]), parse_date(match["d2"])
        return Span(start, end, first, last) if first and last and first < last else None
    if match["y"]:
        year = int(match["y"])
        first = make(year, _month(match["m1"]), int(match["dm"]))
        last = make(year, _month(match["m2"]), int(match["dd"]))
        return Span(start, end, first, last) if first and last and first < last else None
    if match["ma"]:
        a, b = MONTHS[match["ma"]], MONTHS[match["mb"]]
        if a > b:
            return None
        if not match["y2"]:
            return Span(start, end, None, None, (a, b))
        year = int(match["y2"]) + (2000 if len(match["y2"]) == 2 else 0)
        return Span(start, end, date(year, a, 1), month_end(year, b))
    if match["mc"]:
        months = (1, MONTHS[match["mc"]])
        if not match["y4"]:
            return Span(start, end, None, None, months)
        year = int(match["y4"])
        return Span(start, end, date(year, 1, 1), month_end(year, months[1]))
    if match["ya"]:
        first = make(int(match["ya"]), int(match["mya"]), 1)
        if first is None or not 1 <= int(match["myb"]) <= 12:
            return None
        last = month_end(int(match["yb"]), int(match["myb"]))
        return Span(start, end, first, last) if first <= last else None
    length = {"q": 3, "k": 3, "t": 4, "h": 6}[match["kind"][0]]
    if length * int(match["q"]) > 12:
        return None
    months = (1, length * int(match["q"]))
    if not match["y3"]:
        return Span(start, end, None, None, months)
    year = int(match["y3"])
    return Span(start, end, date(year, 1, 1), month_end(year, months[1]))
