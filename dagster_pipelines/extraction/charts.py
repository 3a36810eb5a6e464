"""Charts of participants by sex and age whose data labels the text has scattered.

Belongs here: finding such a chart and deciding by its sums which number is whose. Does not belong
here: charts that kept their categories beside their numbers (`participants`).

A bar chart with kvinna, man and sum over age groups leaves its title, the ticks of its axis, its
data labels in any order, the age groups on one line and the legend. In every age group
kvinna + man = sum, and over the groups each series adds up to its own sum. The assignment that
explains most of the numbers is taken; where two explain as many, none is.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .participants import mended
from .source import Line, Source

SERIES = ("kvinna", "man", "")
LONGEST = 32  # lines from a chart's title to its legend
MOST = 40  # numbers of a chart
MAX_STEPS = 4_000
_AGES = re.compile(r"(?<![\d-])(\d{2})\s?-\s?(\d{2})(?![\d-])(?: ar)?")
_BARE = re.compile(r"^[\s|]*\d{1,3}(?:[\s|.,;:'\-]+\d{1,3})*[\s|.,;:'\-]*$")
_SPECKED = re.compile(r"^[\W\da-z]{1,30}$")
_NUMBER = re.compile(r"(?<![\w,.])\d{1,3}(?![\w.,]*\d)(?!\w)")
_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Label:
    """A data label: where it stands and, when it is known, what it counts."""

    line: Line
    start: int
    end: int
    value: int
    kon: str = ""
    age: str = ""
    sure: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, its data labels (axis ticks left out), the lines it takes."""

    title: str
    labels: tuple[Label, ...]
    lines: frozenset[int]


def find_charts(source: Source) -> list[Chart]:
    """The charts by sex and age of a document."""
    found = []
    lines = source.lines
    for at, line in enumerate(lines):
        if len(line.text) > 80 or not ("-" in line.text or "–" in line.text):
            continue
        ages = _age_groups(line)
        if len(ages) >= 2 and (chart := _chart(lines, at, ages)) is not None:
            found.append(chart)
    return found


def _age_groups(line: Line) -> list[str]:
    """The age groups of a line that holds nothing else but a word for their sum."""
    folded = mended(line.text)
    ages = [f"{m[1]}-{m[2]}" for m in _AGES.finditer(folded) if m[1] < m[2]]
    rest = _AGES.sub(" ", folded)
    words = re.sub(r"\b(?:slutsumma|totalt?|summa|ar|alder)\b", " ", rest)
    return ages if not re.search(r"[a-z]{3}|\d", words) else []


def _chart(lines: tuple[Line, ...], at: int, ages: list[str]) -> Chart | None:
    """The chart whose age groups stand on line `at`; None when no legend or title is near."""
    legend, series = _legend(lines, at)
    title = _title(lines, at)
    if legend is None or title is None:
        return None
    numbers: list[Label] = []
    for line in lines[title + 1 : at]:
        if _BARE.match(line.text) or (
            _SPECKED.match(mended(line.text)) and not _WORD.search(mended(line.text))
        ):
            numbers += [
                Label(line, m.start(), m.end(), int(m.group())) for m in _NUMBER.finditer(line.text)
            ]
    if not 4 <= len(numbers) <= MOST:
        return None
    summed = bool(re.search(r"slutsumma|total|summa", mended(lines[at].text)))
    labels = _assign(numbers, ages, summed, series)
    spread = frozenset(line.number for line in lines[title : max(at, legend) + 1])
    return Chart(lines[title].text.strip(" :*#"), tuple(labels), spread)


def _legend(lines: tuple[Line, ...], at: int) -> tuple[int | None, tuple[str, ...]]:
    """The line that names the series, and their order."""
    for n in range(max(0, at - 4), min(len(lines), at + 7)):
        folded = mended(lines[n].text)
        men = re.search(r"\bh?m[ae&]n\b", folded)
        if len(folded) < 60 and "kvinn" in folded and men is not None:
            first = folded.index("kvinn") < men.start()
            return n, SERIES if first else ("man", "kvinna", "")
    return None, SERIES


def _title(lines: tuple[Line, ...], at: int) -> int | None:
    for n in range(at - 1, max(-1, at - LONGEST), -1):
        folded = mended(lines[n].text)
        if _WORD.search(folded) and (len(folded) > 70 or folded.rstrip().endswith(".")):
            return None
        if re.search(r"de[il1]tag|inskriv|avslut", folded) and not re.fullmatch(
            r"\W*antal d[a-z]+\W*", folded
        ):
            return n
    return None


# -- whose number is it ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Triple:
    """An age group's numbers by place in the list; None: not printed."""

    places: tuple[int | None, int | None, int | None]
    values: tuple[int, int, int]


def _assign(
    numbers: list[Label], ages: list[str], summed: bool, names: tuple[str, ...]
) -> list[Label]:
    """The data labels with what they count, ticks left out; unknown where it stays open."""
    ticks = _ticks(numbers)
    data = [i for i in range(len(numbers)) if i not in ticks]
    best = _best(numbers, _falling(numbers, data), len(ages)) if summed else None
    every = _falling(numbers, list(range(len(numbers))))
    if best is not None and ticks and _ways(numbers, every, len(ages), 0) != {}:
        best = None  # what looks like an axis may be labels
    if best is None:
        return [numbers[i] for i in data]
    whole, groups = best.way
    placed: dict[int, Label] = {}
    sums = {series: sum(t.values[n] for t in groups) for n, series in enumerate(names[:2])}
    for place in whole[1:]:
        series = next(k for k, v in sums.items() if v == numbers[place].value)
        placed[place] = _known(numbers[place], series, "", best.sexes)
        sums.pop(series)
    placed[whole[0]] = _known(numbers[whole[0]], "", "", True)
    for age, triple in zip(ages, groups, strict=True):
        full = best.ages and None not in triple.places
        for series, at in zip(names, triple.places, strict=True):
            if at is not None:
                placed[at] = _known(numbers[at], series, age, full and (best.sexes or not series))
    return [placed.get(i, numbers[i]) for i in sorted({*data, *placed})]


def _known(label: Label, kon: str, age: str, sure: bool) -> Label:
    return Label(label.line, label.start, label.end, label.value, kon, age, sure, True)


def _ticks(numbers: list[Label]) -> set[int]:
    """The axis: the longest run of equal steps down (or up), one to a line."""
    alone = Counter(n.line.number for n in numbers)
    best: list[int] = []
    for first, second in itertools.combinations(range(len(numbers)), 2):
        step = numbers[second].value - numbers[first].value
        if step == 0 or abs(step) not in (1, 2, 5, 10, 20, 25, 50, 100):
            continue
        if numbers[first].value % abs(step):
            continue
        run, wanted = [first], numbers[second].value
        for i in range(first + 1, len(numbers)):
            if numbers[i].value == wanted and (
                numbers[i].start <= 2 or alone[numbers[i].line.number] == 1
            ):
                run.append(i)
                wanted += step
        if len(run) > len(best):
            best = run
    return set(best) if len(best) >= 3 else set()


def _falling(numbers: list[Label], data: list[int]) -> list[int]:
    """Labels that stand no lower than smaller ones right above them: the others are misread."""
    kept: list[int] = []
    above: dict[int, int] = {}
    for i in data:
        line = numbers[i].line.number
        ceiling = above.get(line - 1)
        if ceiling is None or numbers[i].value <= ceiling:
            kept.append(i)
            above[line] = max(above.get(line, 0), numbers[i].value)
    return kept


_Way = tuple[tuple[int, int, int], tuple[_Triple, ...]]
_Values = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Best:
    """The way taken; whether it tells the sexes apart, and which age group is which."""

    way: _Way
    sexes: bool
    ages: bool


def _best(numbers: list[Label], data: list[int], groups: int) -> _Best | None:
    """The only way to explain every data label, or None.

    First with every group printed in full; else with one that lacks a label and one that lacks all
    three. A way and its mirror image (kvinna for man) may both fit. A group that
    lacks all its labels may stand anywhere: it is put last. Only a chart in full is sure.
    """
    for lacking in range(2):
        ways = _ways(numbers, data, groups, lacking)
        if ways is None:
            return None
        apart = len({_mirrored(key) for key in ways})
        last = {key: way for key, way in ways.items() if way[0][1][-1].places == _LOST}
        chosen = last if apart > 1 and last else ways
        if len({_mirrored(key) for key in chosen}) > 1:
            return None
        if chosen:
            sure = lacking == 0 and apart == 1 and all(len(way) == 1 for way in chosen.values())
            return _Best(next(iter(chosen.values()))[0], sure and len(chosen) == 1, sure)
    return None


_LOST = (None, None, None)


def _mirrored(groups: _Values) -> frozenset[_Values]:
    """Groups with their mirror image: what both ways of naming the sexes have in common."""
    return frozenset({groups, tuple((m, k, t) for k, m, t in groups)})


def _ways(
    numbers: list[Label], data: list[int], groups: int, lacking: int
) -> dict[_Values, list[_Way]] | None:
    """Values of the groups and how the labels give them; None: too many to try.

    Where labels of one value could change places, there are several ways to the same values.
    """
    found: dict[_Values, list[_Way]] = {}
    if len(data) > 3 * (groups + 1):  # more labels than bars
        return found
    steps = 0
    for whole, sets in _sets(numbers, data, groups, lacking):
        for named in _oriented(numbers, whole, sets):
            for triples in itertools.permutations(named):
                steps += 1
                if steps > MAX_STEPS:
                    return None
                key = tuple(t.values for t in triples)
                sums = _summed(numbers, whole, triples)
                if _in_order(numbers, (*triples, sums)):
                    ways = found.setdefault(key, [])
                    if (way := (whole, triples)) not in ways:
                        ways.append(way)
    return found


def _summed(
    numbers: list[Label], whole: tuple[int, int, int], triples: tuple[_Triple, ...]
) -> _Triple:
    """The sums of the chart as a group: it stands after the age groups, in their order."""
    top, first, second = whole
    women = sum(t.values[0] for t in triples)
    if numbers[first].value == numbers[second].value:
        first, second = sorted((first, second))
    elif numbers[first].value != women:
        first, second = second, first
    total = numbers[top].value
    return _Triple((first, second, top), (women, total - women, total))


_Set = tuple[int, int | None, int | None]  # places of a sum and its two parts; or a lost group


def _sets(
    numbers: list[Label], data: list[int], groups: int, lacking: int
) -> Iterator[tuple[tuple[int, int, int], tuple[_Set | None, ...]]]:
    """Sums of the chart with its labels in groups: the largest one left is always a sum."""
    ranked = sorted(data, key=lambda i: -numbers[i].value)
    top = ranked[0]
    for k, m in itertools.combinations(ranked[1:], 2):
        if numbers[k].value + numbers[m].value != numbers[top].value:
            continue
        rest = tuple(i for i in ranked[1:] if i not in (k, m))
        for sets in _split(numbers, rest, groups, lacking):
            left = numbers[top].value - sum(numbers[s[0]].value for s in sets)
            if (len(sets) == groups and left == 0) or (
                len(sets) == groups - 1 and lacking and left > 0
            ):
                yield (top, k, m), (*sets, *[None] * (groups - len(sets)))


def _split(
    numbers: list[Label], rest: tuple[int, ...], groups: int, lacking: int
) -> Iterator[tuple[_Set, ...]]:
    """The labels left in groups of a sum and its parts, `lacking` of which may miss a part."""
    if not rest:
        yield ()
        return
    if groups == 0:
        return
    largest, others = rest[0], rest[1:]
    for a, b in itertools.combinations(others, 2):
        if numbers[a].value + numbers[b].value == numbers[largest].value:
            left = tuple(i for i in others if i not in (a, b))
            for more in _split(numbers, left, groups - 1, lacking):
                yield ((largest, a, b), *more)
    if lacking:
        for a in others:
            left = tuple(i for i in others if i != a)
            for more in _split(numbers, left, groups - 1, lacking - 1):
                yield ((largest, a, None), *more)


def _oriented(
    numbers: list[Label], whole: tuple[int, int, int], sets: tuple[_Set | None, ...]
) -> Iterator[tuple[_Triple, ...]]:
    """The groups with their parts named kvinna and man in every way that the sums allow."""
    total, *sexes = (numbers[i].value for i in whole)
    full = [s for s in sets if s is not None]
    named = [[_triple(numbers, s, turned) for turned in (False, True)] for s in full]
    ways = list(itertools.product(*named))
    for women, men in (sexes, sexes[::-1]):
        for triples in ways:
            lost = (
                women - sum(t.values[0] for t in triples),
                men - sum(t.values[1] for t in triples),
                total - sum(t.values[2] for t in triples),
            )
            if len(full) == len(sets) and not any(lost):
                yield triples
            elif len(full) < len(sets) and min(lost) >= 0:
                yield (*triples, _Triple((None, None, None), lost))


def _triple(numbers: list[Label], places: _Set, turned: bool) -> _Triple:
    whole, a, b = places
    if turned:
        a, b = b, a
    total = numbers[whole].value
    one = numbers[a].value if a is not None else None
    other = numbers[b].value if b is not None else None
    women = one if one is not None else total - (other or 0)
    return _Triple((a, b, whole), (women, total - women, total))


def _printed(triple: _Triple) -> list[int]:
    return [p for p in triple.places if p is not None]


def _in_order(numbers: list[Label], groups: tuple[_Triple, ...]) -> bool:
    """Labels of one line follow the groups from left to right, in a group kvinna, man, sum."""
    on_line: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for nth, triple in enumerate(groups):
        for series, place in enumerate(triple.places):
            if place is not None:
                label = numbers[place]
                on_line.setdefault(label.line.number, []).append((label.start, (nth, series)))
    return all(
        a[1] < b[1] for entries in on_line.values() for a, b in itertools.pairwise(sorted(entries))
    )
