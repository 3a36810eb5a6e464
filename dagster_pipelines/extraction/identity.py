"""Which report a document is: förbund, org number, type, period, date of decision.

Belongs here: what the title page and the text say about the document as a whole. Does not
belong here: figures.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from .dates import MONTH, MONTHS, find_spans, month_end
from .source import Source
from .vocabulary import Forbund, fold, insatser, register, skeleton

_ORG = re.compile(r"(?<!\d)(2[12]\d{4})\s?[-–]\s?(\d{4})(?!\d)")
_YEAR_REPORT = re.compile(
    r"(arsredovisning\w*|arsberattelse\w*|arsrapport\w*|arsbokslut\w*|"
    r"verksamhetsberattelse\w*|helarsrapport\w*)"
    r"\D{0,40}?((?:19|20)\d\d)"
)
_INTERIM_TITLE = re.compile(
    r"delar(?!en\b)\w*|halvarsrapport|halvarsbokslut|tertial\w*|kvartals\w*|interimsrapport"
)
_DECIDED = re.compile(
    r"(faststalld|beslutad|godkand|antagen|beslut|datum|sammantrade|undertecknad|"
    r"behandlad|styrelsen den)"
)
SURE = 3.0  # points from which a name of the register is the report's
Scores = dict[str, float]  # förbund_id → points; missing keys count from nothing
Votes = dict[tuple[date, date], float]
_GENERIC = {
    "samordningsforbundet",
    "samordningsforbund",
    "samordningsforbunds",
    "finsam",
    "i",
    "for",
    "forbund",
    "forbundet",
    "och",
    "finsamforbund",
    "rehabilitering",
}


@dataclass(frozen=True)
class Identity:
    """What a document says that it is; `forbund` None when no name of the register is in it."""

    forbund: Forbund | None
    forbund_id: str
    name: str
    org_number: str
    report_type: str
    period_start: date | None
    period_end: date | None
    decided: date | None
    certain: bool

    @property
    def report_id(self) -> str:
        """The report's id: förbund, end of period, kind."""
        end = self.period_end.isoformat() if self.period_end else "okand-period"
        return f"{self.forbund_id}_{end}_{self.report_type}"


def identify(source: Source) -> Identity:
    """Find the identity of a document; parts that it does not state stay None or ''."""
    texts = [line.text for line in source.lines if line.text.strip()]
    folded = [fold(t) for t in texts]
    dated = [n for n, text in enumerate(folded) if _DATED.search(text)]
    forbund, name, org = _find_forbund(texts)
    start, end, kind = _find_period(texts, folded, dated)
    forbund_id = forbund.forbund_id if forbund else (_slug(name) or "okant-forbund")
    return Identity(
        forbund,
        forbund_id,
        forbund.name if forbund else name,
        org,
        kind,
        start,
        end,
        _find_decided(texts, folded, dated, end),
        forbund is not None and end is not None,
    )


def _slug(name: str) -> str:
    words = [w for w in skeleton(name).split() if w not in _GENERIC]
    return "-".join(words)[:60]


def _find_forbund(texts: list[str]) -> tuple[Forbund | None, str, str]:
    orgs = Counter("-".join(m.groups()) for m in _ORG.finditer("\n\n".join(texts)))
    by_org = {f.org_number: f for f in register() if f.org_number}
    org = orgs.most_common(1)[0][0] if orgs else ""
    for number, _ in orgs.most_common():
        if number in by_org:
            org = number
            break
    scores = _name_scores(texts)
    if org in by_org:
        scores[by_org[org].forbund_id] += 40.0
    if not scores or max(scores.values()) < 4:
        _add_indirect(scores, " ".join(skeleton(t) for t in texts))
    by_id = {f.forbund_id: f for f in register()}
    if scores:
        best, score = max(scores.items(), key=lambda item: (item[1], item[0]))
        if score >= SURE:
            return by_id[best], by_id[best].name, org
    return None, _own_name(texts), org


def _core(text: str) -> str:
    return " ".join(w for w in skeleton(text).split() if w not in _GENERIC)


_NAME_END = re.compile(r"s?(?: |$)")


def _name_scores(texts: list[str]) -> Scores:
    """Points for each förbund named, more for the title, the longest name at a place wins."""
    scores: Scores = defaultdict(float)
    keys: list[tuple[str, str, str]] = []
    for f in register():
        core = _core(f.name)
        keys.append((core, f.forbund_id, "core"))
        if f.short_name and (short := skeleton(f.short_name)) and short != skeleton(f.name):
            keys.append((short, f.forbund_id, "short"))
    keys.sort(key=lambda k: -len(k[0]))
    joined = [skeleton(t) for t in texts]
    whole = "\n".join(joined).replace(" och ", " ")
    named_keys = [k for k in keys if k[0] in whole]
    for number, text in enumerate(joined):
        rest = text.replace(" och ", " ")
        if not any(key in rest for key, *_ in named_keys):
            continue
        context = "samordningsf" in text or "finsam" in text or "samordnings f" in text
        previous = joined[number - 1] if number else ""
        title = number < 25
        named = context or (title and ("samordningsf" in previous or "finsam" in previous))
        for key, forbund_id, kind in named_keys:
            if len(key) < 3 or key not in rest:
                continue
            padded = f" {rest} "
            at = padded.find(f" {key}")
            if at < 0 or not _NAME_END.match(padded, at + 1 + len(key)):
                continue
            if kind == "core" and not (named or (title and len(key) > 9)):
                continue
            weight = 6.0 if title else 1.0
            if (
                kind == "core"
                and named
                and not re.search(
                    r"(samordningsforbund\w*|finsam)(?: i| for| finsam)?\s+" + re.escape(key), rest
                )
                and not re.search(re.escape(key) + r"s? (samordningsforbund|finsam)", rest)
            ):
                weight *= 0.3
            if (
                kind == "short"
                and len(key) < 6
                and not re.search(rf"\b{re.escape(key.upper())}\b", fold(texts[number]).upper())
            ):
                continue
            scores[forbund_id] += weight
            rest = rest.replace(key, " # ", 1)
    if max(scores.values(), default=0.0) < SURE:
        _fuzzy_names(scores, joined, keys)
    return scores


def _fuzzy_names(scores: Scores, joined: list[str], keys: list[tuple[str, str, str]]) -> None:
    """Names damaged by OCR: the words after something like `samordningsförbundet`."""
    for number, text in enumerate(joined[:400]):
        words = text.split()
        for i, word in enumerate(words):
            if fuzz.ratio(word[:19], "samordningsforbundet") < 80 and word != "finsam":
                continue
            window = " ".join(w for w in words[i + 1 : i + 9] if w not in _GENERIC)
            before = " ".join(w for w in words[max(0, i - 4) : i] if w not in _GENERIC)
            best = (0.0, "")
            for key, forbund_id, _kind in keys:
                if len(key) < 4:
                    continue
                score = max(
                    fuzz.ratio(key, window[: len(key)]), fuzz.ratio(key, before[-len(key) :])
                )
                best = max(best, (score + len(key) / 20, forbund_id))
            if best[0] >= 80:
                scores[best[1]] += 4.0 if number < 25 else 1.0


def _add_indirect(scores: Scores, text: str) -> None:
    """Without a name: the insatser and municipalities that a report speaks of."""
    for f in register():
        names = [skeleton(m) for m in f.municipalities]
        if len(names) >= 2 and all(text.count(n) >= 2 for n in names):
            scores[f.forbund_id] += 1.0 + 0.2 * len(names)
        hits = sum(
            1
            for i in insatser(f.forbund_id)
            if any(len(skeleton(a)) >= 10 and skeleton(a) in text for a in i.aliases)
        )
        if hits >= 2:
            scores[f.forbund_id] += 1.2 * hits


_OWN = re.compile(
    r"((?:[A-ZÅÄÖ][\wåäö]+\s+)?[Ss]amordningsf[öo]rbund(?:et)?(?:\s+(?:i\s+)?(?:[A-ZÅÄÖ][\wåäö-]+|"
    r"och|norra|södra|västra|östra|län))*)"
)


def _own_name(texts: list[str]) -> str:
    names = Counter(
        m.group(1).strip() for t in texts[:60] for m in _OWN.finditer(t) if len(m.group(1)) > 24
    )
    return names.most_common(1)[0][0] if names else ""


_DATED = re.compile(r"(?:19|20)\d\d|\d{6}|\d\d-\d\d-\d\d")  # every date has one of these
_BESIDE_DATE = re.compile(r"delar|bokslut|per |redovisning|rapport|t\.?o\.?m")
_TITLE_WORD = re.compile(r"delar|bokslut|rapport")
_ENDS = {(3, 31), (4, 30), (6, 30), (8, 31), (9, 30), (12, 31)}


def _find_period(  # noqa: PLR0912
    texts: list[str], folded: list[str], dated: list[int]
) -> tuple[date | None, date | None, str]:
    """The period that most speaks for itself: title first, then ranges, then statement dates."""
    votes: Votes = defaultdict(float)
    interim = any(_INTERIM_TITLE.search(t) for t in folded[:25])
    yearly = False
    for number in dated:
        text = folded[number]
        title = number < 25
        boost = 4.0 if title else 1.0
        if title and (match := _YEAR_REPORT.search(text)):
            year = int(match[2])
            votes[date(year, 1, 1), date(year, 12, 31)] += 3.0 if interim else 14.0
            yearly = yearly or not interim
        if len(text) > 1500:
            continue
        for span in find_spans(texts[number]):  # as printed: so is it asked for again
            if span.last is None:
                continue
            last = span.last
            if span.first is not None:
                if (span.first.month, span.first.day) == (1, 1) and span.first.year == last.year:
                    votes[span.first, last] += 3.0 * boost
                continue
            if (last.month, last.day) not in _ENDS:
                continue
            weight = 0.6 * boost
            if _BESIDE_DATE.search(text, 0, span.start):
                weight = 1.2 * boost
            if title and _TITLE_WORD.search(text):
                weight += 3
            votes[date(last.year, 1, 1), last] += weight
        if title:
            _title_words(text, votes)
    if not votes:
        return None, None, "ar" if yearly else "delar"
    latest = max(votes.items(), key=lambda v: v[1])[0]
    best = max(
        votes,
        key=lambda p: (votes[p] + (0.9 if p[1].year >= latest[1].year else 0), p[1]),
    )
    if interim and not yearly and best[1].month == 12:
        shorter = [p for p in votes if p[1].month != 12 and votes[p] * 4 >= votes[best]]
        if shorter:
            best = max(shorter, key=lambda p: (votes[p], p[1]))
    kind = "ar" if (best[1].month, best[1].day) == (12, 31) else "delar"
    return best[0], best[1], kind


_TITLE_MONTH = re.compile(rf"(?<![a-z\d])({MONTH})\.?\s+((?:19|20)\d\d)")
_TITLE_TERTIAL = re.compile(r"tertial(?:rapport)?\s*([123])\D{0,12}((?:19|20)\d\d)")
_TITLE_HALF = re.compile(r"halvars\w*\D{0,12}((?:19|20)\d\d)")
_TITLE_QUARTER = re.compile(r"kvartal(?:srapport)?\s*([1-4])\D{0,12}((?:19|20)\d\d)")


def _title_words(text: str, votes: Votes) -> None:
    for match in _TITLE_MONTH.finditer(text):
        last = month_end(int(match[2]), MONTHS[match[1]])
        if (last.month, last.day) in _ENDS:
            votes[date(last.year, 1, 1), last] += 3.0
    if (found := _TITLE_TERTIAL.search(text)) is not None:
        last = month_end(int(found[2]), 4 * int(found[1]))
        votes[date(last.year, 1, 1), last] += 6.0
    if (found := _TITLE_QUARTER.search(text)) is not None:
        last = month_end(int(found[2]), 3 * int(found[1]))
        votes[date(last.year, 1, 1), last] += 6.0
    if (found := _TITLE_HALF.search(text)) is not None:
        votes[date(int(found[1]), 1, 1), date(int(found[1]), 6, 30)] += 6.0


def _find_decided(
    texts: list[str], folded: list[str], dated: list[int], end: date | None
) -> date | None:
    best: tuple[float, date] | None = None
    for number in dated:
        text = folded[number]
        if len(text) > 200 or not _DECIDED.search(text):
            continue
        for span in find_spans(texts[number]):
            day = span.last
            if span.first is not None or day is None or (end and not 0 < (day - end).days < 400):
                continue
            word = _DECIDED.search(text)
            weight = (
                2.0 if word and word[1] in ("faststalld", "beslutad", "godkand", "antagen") else 1.0
            )
            weight -= number / 10_000
            if best is None or weight > best[0]:
                best = (weight, day)
    return best[1] if best else None
