"""What the counts of participants say of each other: sums that hold, figures that quarrel.

Belongs here: kvinnor + män = totalt, totalt − avslutade = pågående, categories and shares that add
up, two figures for one thing; the status they give. Does not belong here: reading the counts
(`participants`, `tables`, `prose`), repairing them (a broken sum may be the report's own).
"""

import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from .participants import category, is_measure, mended
from .statements import Draft
from .tables import UNSURE_HEADS
from .vocabulary import skeleton

COUNTED = ("deltagare", "mal")
_WHOLE = {"totalt", "slutsumma", "summa", "total", "samtliga", ""}
_MEASURES = [
    (
        "total",
        re.compile(r"^(?:totalt? )?(?:antal )?(?:unika )?deltagare(?: totalt)?$|^totalt antal"),
    ),
    ("new", re.compile(r"^(?:antal )?(?:nya|paborjade|nyinskrivna|nytillkomna)\b")),
    ("ended", re.compile(r"^(?:antal )?avslutade(?: deltagare| personer)?$")),
    ("standing", re.compile(r"^(?:antal )?(?:pagaende|kvarvarande|aktuella)\b")),
    ("opening", re.compile(r"^(?:antal )?ingaende\b")),
]
_QUARREL = "två olika tal för samma sak i rapporten"
_MIXED = "flera insatsers tal har blandats under en rubrik"
_LOST = "rapporten räknar per insats, men vilken det här gäller framgår inte"
_COMMON = re.compile(r"forbund|samtliga insatser|alla insatser|insatserna|insatser totalt|andel")
IMPLAUSIBLE = 100_000  # participants of one förbund
_TOO_MANY = "orimligt många; flera tal kan ha lästs som ett"
_SUM = "summan av delarna är en annan; texten är sliten"

Key = tuple[object, ...]


def settle(drafts: list[Draft], *, worn: bool) -> list[Draft]:
    """The drafts with the status that their sums and repetitions give the counts among them."""
    found = _headed([_named(d, worn) for d in drafts])
    doubts: dict[int, str] = _quarrels(found)
    held: set[int] = set()
    _sexes(found, held, doubts, worn)
    _flows(found, held)
    _categories(found, held)
    _shares(found, held)
    held -= {i for i, doubt in doubts.items() if doubt == _MIXED}  # a sum says not whose it is
    _placeless(found, held, doubts)
    return [_settled(d, i in held, doubts.get(i, "")) for i, d in enumerate(found)]


def _settled(draft: Draft, held: bool, doubt: str) -> Draft:
    if draft.status in ("suspect", "repaired"):
        return draft
    if draft.statement in COUNTED and draft.unit == "antal" and draft.value >= IMPLAUSIBLE:
        return draft._replace(status="suspect", note=_joined(draft.note, _TOO_MANY))
    if doubt and not held:
        return draft._replace(status="suspect", note=_joined(draft.note, doubt))
    return draft._replace(status="reconciled") if held else draft


def _joined(note: str, more: str) -> str:
    return "; ".join(part for part in (note, more) if part)


def _named(draft: Draft, worn: bool) -> Draft:
    """A row of a table of participants that names nothing countable is left to a person."""
    if draft.statement != "deltagare" or draft.status != "unchecked" or draft.unit != "antal":
        return draft
    parts = {skeleton(value) for key, value in _parts(draft).items() if key != "kolumn"}
    itself = skeleton(draft.label) in parts or any(
        category(draft.label) == (key, value) for key, value in _parts(draft).items()
    )
    if not itself and (draft.insats or draft.breakdown or is_measure(draft.label)):
        named = is_measure(draft.label) or skeleton(draft.label) == skeleton(draft.insats)
        if named or ((draft.breakdown or not worn) and "kolumn=" not in draft.breakdown):
            return draft
    return draft._replace(
        status="suspect", note=_joined(draft.note, "vad raden räknar framgår inte")
    )


def _headed(drafts: list[Draft]) -> list[Draft]:
    """Columns whose heads were in doubt, where kvinnor + män = totalt in every row says whose."""
    doubted = [
        i
        for i, d in enumerate(drafts)
        if d.statement == "deltagare" and d.status == "suspect" and d.note == UNSURE_HEADS
    ]
    rows = _groups(drafts, doubted, lambda d: (d.insats, d.line))
    tables: dict[Key, list[list[int]]] = defaultdict(list)
    for (insats, _), row in rows.items():
        tables[insats,].append(row)
    cleared: set[int] = set()
    for table in tables.values():
        if len(table) >= 2 and all(_adds_up([drafts[i] for i in row]) for row in table):
            cleared.update(i for row in table for i in row)
    return [
        d._replace(status="unchecked", note="") if i in cleared else d for i, d in enumerate(drafts)
    ]


def _adds_up(row: list[Draft]) -> bool:
    sexes = {_parts(d).get("kon", ""): d.value for d in row}
    whole = sexes.get("", Decimal(-1))
    return len(row) == len(sexes) == 3 and whole == sum(v for k, v in sexes.items() if k)


def _placeless(drafts: list[Draft], held: set[int], doubts: dict[int, str]) -> None:
    """Counts without an insats in a report that counts by insats: a heading may have been lost.

    Those of the whole förbund say so or are the sum over the insatser.
    """
    chosen = [i for i in _counts(drafts) if drafts[i].statement == "deltagare"]
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for i in chosen:
        if drafts[i].insats:
            sums[_same_count(drafts[i])] += drafts[i].value
    if not sums:
        return
    for i in chosen:
        draft = drafts[i]
        if draft.insats or draft.insatstyp or _COMMON.search(mended(draft.label)):
            continue
        if sums.get(_same_count(draft)) != draft.value:
            held.discard(i)
            doubts[i] = _LOST


def _same_count(draft: Draft) -> Key:
    return (_measure(draft) or skeleton(draft.label), *_about(draft, "kolumn")[1:])


def _parts(draft: Draft) -> dict[str, str]:
    return _parted(draft.breakdown) if draft.breakdown else {}


@lru_cache(maxsize=4096)
def _parted(breakdown: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in breakdown.split(";") if "=" in part)
    return {key: value for key, _, value in pairs}


def _about(draft: Draft, *left_out: str) -> Key:
    """What a count is about, but for its label and the breakdowns left out."""
    parts = tuple(sorted((k, v) for k, v in _parts(draft).items() if k not in left_out))
    return draft.insats, draft.scenario, draft.period_end, parts


def _counts(drafts: list[Draft]) -> list[int]:
    return [
        i
        for i, d in enumerate(drafts)
        if d.statement in COUNTED and d.unit == "antal" and d.status != "suspect"
    ]


def _groups(
    drafts: list[Draft], chosen: list[int], key: Callable[[Draft], Key]
) -> dict[Key, list[int]]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for i in chosen:
        groups[key(drafts[i])].append(i)
    return groups


def _quarrels(drafts: list[Draft]) -> dict[int, str]:
    """Rows and lines that give one thing two values: a heading between them went unseen."""
    chosen = [i for i in _counts(drafts) if drafts[i].statement == "deltagare"]
    doubts: dict[int, str] = {}
    for group in _groups(
        drafts, chosen, lambda d: (skeleton(d.label), d.period_start, *_about(d))
    ).values():
        if len({drafts[i].value for i in group}) > 1:
            doubts.update(dict.fromkeys(group, _QUARREL))
    labels: dict[str, set[str]] = defaultdict(set)
    for i in doubts:
        labels[drafts[i].insats].add(drafts[i].label)
    mixed = {insats for insats, names in labels.items() if insats and len(names) > 1}
    return {i: _MIXED for i in chosen if drafts[i].insats in mixed} | doubts


def _sexes(drafts: list[Draft], held: set[int], doubts: dict[int, str], worn: bool) -> None:
    """kvinnor + män = totalt on one line, in one row or beside each other."""
    for group in _groups(
        drafts, _counts(drafts), lambda d: (skeleton(d.label), *_about(d, "kon", "kolumn"))
    ).values():
        by_sex: dict[str, list[int]] = defaultdict(list)
        for i in group:
            by_sex[_parts(drafts[i]).get("kon", "")].append(i)
        sexes = {k for k in by_sex if k}
        if not {"kvinna", "man"} <= sexes or "" not in by_sex:
            continue
        values = [{drafts[i].value for i in by_sex[k]} for k in ("", *sorted(sexes))]
        if any(len(v) > 1 for v in values):
            continue
        whole, *rest = (v.pop() for v in values)
        if whole == sum(rest):
            held.update(group)
        elif worn:
            doubts.update(dict.fromkeys(group, _SUM))


def _measure(draft: Draft) -> str:
    return _measure_named(draft.label)


@lru_cache(maxsize=4096)
def _measure_named(label: str) -> str:
    words = re.sub(r"[^a-z ]", "", mended(label)).strip()
    return next((name for name, pattern in _MEASURES if pattern.search(words)), "")


def _flows(drafts: list[Draft], held: set[int]) -> None:
    """totalt − avslutade = pågående; ingående + nya = totalt."""
    chosen = [i for i in _counts(drafts) if drafts[i].scenario == "utfall"]
    for group in _groups(drafts, chosen, lambda d: _about(d, "kolumn")).values():
        by: dict[str, set[Decimal]] = defaultdict(set)
        for i in group:
            by[_measure(drafts[i])].add(drafts[i].value)
        one = {name: next(iter(values)) for name, values in by.items() if len(values) == 1}
        for total, plus, minus in (("standing", "total", "ended"), ("opening", "total", "new")):
            if {total, plus, minus} <= one.keys() and one[total] == one[plus] - one[minus]:
                held.update(i for i in group if _measure(drafts[i]) in (total, plus, minus))


def _categories(drafts: list[Draft], held: set[int]) -> None:
    """The categories of one breakdown add up to its printed sum, or to the participants."""
    totals: dict[Key, set[Decimal]] = defaultdict(set)
    for i in _counts(drafts):
        draft = drafts[i]
        if _measure(draft) == "total" or (not draft.breakdown and _measure(draft)):
            totals[draft.insats, draft.scenario].add(draft.value)
    for key in ("alder", "utbildning", "forsorjning", "avslutsorsak"):
        chosen = [i for i in _counts(drafts) if key in _parts(drafts[i])]
        groups: dict[Key, list[int]] = defaultdict(list)
        for i in chosen:
            groups[(skeleton(drafts[i].label), *_about(drafts[i], key))].append(i)
        for group in groups.values():
            sums = [i for i in group if skeleton(_parts(drafts[i])[key]) in _WHOLE]
            rest = [i for i in group if i not in sums]
            if len(rest) < 2:
                continue
            added = sum(drafts[i].value for i in rest)
            known = {drafts[i].value for i in sums} or totals[
                drafts[group[0]].insats, drafts[group[0]].scenario
            ]
            if added in known and added > 0:
                held.update(group)


def _shares(drafts: list[Draft], held: set[int]) -> None:
    """Shares of the costs on neighbouring lines add up to 100 to within their rounding."""
    chosen = [
        i
        for i, d in enumerate(drafts)
        if d.statement == "kostnadsfordelning" and d.unit == "procent" and d.status != "suspect"
    ]
    for group in _groups(drafts, chosen, lambda d: (d.scenario, d.period_end)).values():
        lines = [drafts[i].line for i in group]
        near = max(lines) - min(lines) <= 2 * len(group)
        added = sum((drafts[i].value for i in group), Decimal(0))
        if len(group) >= 2 and near and abs(added - 100) * 2 <= len(group):
            held.update(group)
