"""The period of a figure in running text: from its sentence, its paragraph, its heading.

Belongs here: the ways in which sentences say when (`samma period föregående år`, `på helårsbasis`,
`fram till den 30 april`). Does not belong here: dates as such (`dates`) and heads of columns
(`columns`).

All texts are folded. A period is (start, end); start None is the state at a day.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .dates import MONTH, MONTHS, find_spans, month_end
from .dates import make as make_date
from .identity import Identity

Period = tuple[date | None, date | None]

_Y = r"(?:19|20)\d\d"
_BEFORE = (
    r"(?:(?:samma|motsvarande) (?:period|tid)\w*(?: under| for)? (?:foregaende ar|forra aret|"
    r"i fjol|fjolaret|aret innan)|"
    r"(?:foregaende ar|forra aret|i fjol|aret innan)(?!s? (?:budget|bokslut)))"
)
_BEFORE_LEAD = re.compile(rf"\b{_BEFORE}(?:s (?:utfall|resultat))?[^.;\d]{{0,40}}$")
_BEFORE_AFTER = re.compile(rf"[^.;,\d]{{0,25}}?\b{_BEFORE}\b")
_SAME_YEAR = re.compile(
    rf"[^.;,\d]{{0,25}}?\b(?:samma|motsvarande) period (?:ar )?(?P<year>{_Y})\b"
)
_WHOLE = re.compile(
    r"\bhel[ad]r(?:et|s)?\b|hel[ad]rs(?:basis|prognos|budget|resultat|utfall)|arsbasis|"
    r"under (?:hela )?aret\b|\bper ar\b|/ar\b|arsskiftet|\barsbudget"
)
_PER_YEAR = re.compile(r"\W{0,2}(?:kr|tkr|kronor)?\s?(?:/|per )(?:ar|dr)\b")
_CLOSING = re.compile(
    rf"(?:arsslutet|arsskiftet|bokslutet|utgangen av(?: ar(?:et)?)?)\s(?P<y>{_Y})\b"
)
_SINCE = re.compile(
    rf"\b(?:fran(?: och med)?|fr\.?\s?o\.?\s?m\.?|from|sedan) (?:den )?"
    rf"(?:(?P<day>\d{{1,2}}) )?(?P<month>{MONTH})(?: manad)?(?: (?P<year>{_Y}))?\b"
)
_SINCE_YEAR = re.compile(rf"\b(?:fran och med|fr\.?\s?o\.?\s?m\.?|from) (?:ar )?(?P<year>{_Y})\b")
_UNTIL = re.compile(
    rf"\b(?:fram till(?: och med)?|till och med|t\.?\s?o\.?\s?m\.?) (?:den )?"
    rf"(?:(?P<day>\d{{1,2}}) )?(?P<month>{MONTH})(?: manad)?(?: (?P<year>{_Y}))?\b"
)
_UNTIL_TURN = re.compile(rf"\btill arsskiftet (?P<year>{_Y})/{_Y}\b")
_MONTH = re.compile(rf"\b(?:i|under) (?P<month>{MONTH})(?: manad)?(?: (?P<year>{_Y}))?\b")
_HALF = re.compile(rf"\b(?P<nth>forsta|andra) halv[ad]ret(?: (?P<year>{_Y}))?\b")
_YEARS = re.compile(rf"(?<![\d-])(?P<year>{_Y})(?![\d-])")
_DAY = re.compile(
    rf"\b(?:per|vid|den) (?:den )?(?P<day>\d{{1,2}}) (?P<month>{MONTH})(?: (?P<year>{_Y}))?\b"
)
_ANAPHORA = re.compile(
    r"\b(?:under|for) (?:den(?:na)? |projekt)?perioden\b|\bav (?:dem|dessa|de)\b"
)
_NEXT_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a figure: its sentence up to it and from it, the heading, the paragraph."""

    lead: str
    after: str
    heading: str = ""
    paragraph: Period | None = None  # the last period that the paragraph before it named
    follows: bool = False  # a count goes on with the paragraph's period without saying so


def year_of(day: date) -> tuple[date, date]:
    """The first and last day of the year of a day."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def before(period: Period) -> Period:
    """The same period of the year before; months that end with their month keep doing so."""
    start, end = period
    return (_back(start) if start else None), (_back(end) if end else None)


def _back(day: date) -> date:
    last = day == month_end(day.year, day.month)
    return month_end(day.year - 1, day.month) if last else day.replace(year=day.year - 1)


def named_span(sentence: str) -> Period | None:
    """The first pair of dates that a sentence prints."""
    for span in find_spans(sentence):
        if span.first is not None and span.last is not None:
            return span.first, span.last
    return None


def compared(setting: Setting, own: Period, end: date) -> Period | None:
    """`64 % samma period föregående år`: a figure set beside the report's own."""
    after = setting.after
    nearest = _NEXT_FIGURE.search(after)
    until = after[: nearest.start()] if nearest else after
    if _BEFORE_LEAD.search(setting.lead) or _BEFORE_AFTER.match(until):
        return before(own)
    same = _SAME_YEAR.match(after)
    if same is not None and end.year - 8 <= int(same["year"]) < end.year:
        period = own
        for _ in range(end.year - int(same["year"])):
            period = before(period)
        return period
    return None


def period_of(setting: Setting, identity: Identity) -> Period | None:  # noqa: PLR0911
    """The period that the words around a figure name, None when they name none."""
    end = identity.period_end
    if end is None:
        return None
    own: Period = (identity.period_start, end)
    lead, after = setting.lead, setting.after
    if (against := compared(setting, own, end)) is not None:
        return against
    sentence = lead + after
    if (span := named_span(sentence)) is not None:
        return span
    if (closing := _CLOSING.search(lead)) is not None:
        return None, date(int(closing["y"]), 12, 31)
    if (named := _bounded(lead, after, end)) is not None:
        return named
    if _PER_YEAR.match(after):
        return year_of(end)
    if setting.paragraph is not None and (setting.follows or _ANAPHORA.search(lead)):
        return setting.paragraph
    if (year := _year(lead, after, end)) is not None:
        return year
    return _of_heading(setting.heading, end)


def _bounded(lead: str, after: str, end: date) -> Period | None:
    """`från och med mars`, `fram till den 30 april`, `i maj`, `första halvåret`."""
    found: list[tuple[int, Period]] = []
    until = _last(_UNTIL_TURN, lead) or _UNTIL_TURN.search(after)
    turn = date(int(until["year"]), 12, 31) if until else None
    for match in _SINCE.finditer(lead):
        if (first := _day(match, end, 1)) is not None:
            last = turn or (end if first <= end else year_of(first)[1])
            found.append((match.start(), (first, last)))
    for match in _SINCE_YEAR.finditer(lead):
        year = date(int(match["year"]), 1, 1)
        found.append((match.start(), (year, max(end, year_of(year)[1]))))
    for match in _UNTIL.finditer(lead):
        if (until_day := _day(match, end, 0)) is not None:
            found.append((match.start(), (date(until_day.year, 1, 1), until_day)))
    for match in _MONTH.finditer(lead):
        if not any(start <= match.start() for start, _ in found):
            year_number = _year_for(match, end)
            first = date(year_number, MONTHS[match["month"]], 1)
            last = turn or month_end(first.year, first.month)
            found.append((match.start(), (first, last)))
    for match in _HALF.finditer(lead):
        year_number = int(match["year"]) if match["year"] else end.year
        halves = {"forsta": (1, 6), "andra": (7, 12)}[match["nth"]]
        period = (date(year_number, halves[0], 1), month_end(year_number, halves[1]))
        if match["nth"] == "forsta" or period[0] > end:
            found.append((match.start(), period))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return found[-1] if found else None


def _year_for(match: re.Match[str], end: date) -> int:
    return int(match["year"]) if match["year"] else end.year


def _day(match: re.Match[str], end: date, default: int) -> date | None:
    """The day that a match prints; without a day the first (default 1) or last of its month."""
    year, month = _year_for(match, end), MONTHS[match["month"]]
    if match["day"]:
        return make_date(year, month, int(match["day"]))
    return date(year, month, 1) if default else month_end(year, month)


def day_of(lead: str, end: date) -> date | None:
    """The last single day that the words before a figure name: `per den 30 juni`, `20220701`."""
    day = _last(_DAY, lead)
    if day is not None:
        return _day(day, end, 1)
    dates = [span.last for span in find_spans(lead) if span.first is None and span.last]
    return dates[-1] if dates else None


def _year(lead: str, after: str, end: date) -> Period | None:
    """`Under 2023 var det …`, `uppgår till … för 2024`: another year than the report's is whole."""
    years = [int(m["year"]) for m in _YEARS.finditer(lead)]
    if years and years[-1] != end.year and 2000 <= years[-1] <= end.year + 1:
        return year_of(date(years[-1], 1, 1))
    following = re.match(
        rf"\W{{0,2}}(?:kr|tkr|kronor|st)?\s?(?:for|under|avseende) (?:ar )?({_Y})\b", after
    )
    if following is not None and int(following[1]) != end.year:
        return year_of(date(int(following[1]), 1, 1))
    return None


def _of_heading(heading: str, end: date) -> Period | None:
    """The period that the heading above names: two dates, or a month alone (`Februari`)."""
    if (span := named_span(heading)) is not None:
        return span
    bare = heading.strip(" :*#.")
    if bare in MONTHS and len(bare) > 3:
        return date(end.year, MONTHS[bare], 1), month_end(end.year, MONTHS[bare])
    return None


def whole_year(lead: str, after: str) -> bool:
    """Whether the words nearest a figure speak of the whole year."""
    near = after[:40]
    if (digit := _NEXT_FIGURE.search(near)) is not None:
        near = near[: digit.start()]
    return bool(_WHOLE.search(lead[-110:]) or _WHOLE.search(near))


def turn_of_year(end: date) -> date:
    """The last day of the year before."""
    return date(end.year, 1, 1) - timedelta(days=1)
