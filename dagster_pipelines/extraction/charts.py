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
MAX_STEPS = 12_000
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
        if len(line.text) > 80 or "-" not in line.text and "–" not in line.text:
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
        if _WORD.search(folded) and len(folded) > 70:
            return None
        if re.search(r"deltag|inskriv|avslut", folded) and not re.fullmatch(
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
    if best is None:
        return [numbers[i] for i in data]
    whole, groups = best
    placed: dict[int, Label] = {}
    for series, place in zip(("", *names[:2]), whole, strict=True):
        placed[place] = _known(numbers[place], series, "", True)
    for age, triple in zip(ages, groups, strict=True):
        sure = None not in triple.places
        for series, at in zip(names, triple.places, strict=True):
            if at is not None:
                placed[at] = _known(numbers[at], series, age, sure)
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


def _best(numbers: list[Label], data: list[int], groups: int) -> _Way | None:
    """The only way to explain the data labels, None when there are several or none.

    First with every group printed in full; else with one group that lacks a label or all three;
    else with one of each.
    """
    for lacking in range(3):
        ways = _ways(numbers, data, groups, lacking)
        if ways is None:
            return None
        ranked = sorted(ways.values(), key=lambda item: -item[0])
        if ranked:
            alone = len(ranked) == 1 or ranked[0][0] > ranked[1][0]
            return ranked[0][1] if alone else None
    return None


def _ways(
    numbers: list[Label], data: list[int], groups: int, lacking: int
) -> dict[tuple[tuple[int, int, int], ...], tuple[int, _Way]] | None:
    """Values of the groups → how many labels they explain and how; None: too many to try."""
    found: dict[tuple[tuple[int, int, int], ...], tuple[int, _Way]] = {}
    budget = [MAX_STEPS]
    for sums, triples in _solutions(numbers, data, groups, lacking, budget):
        explained = 3 + sum(p is not None for t in triples for p in t.places)
        key = tuple(t.values for t in triples)
        if key not in found or found[key][0] < explained:
            found[key] = (explained, (sums, triples))
    return found if budget[0] > 0 else None


def _solutions(  # noqa: PLR0917
    numbers: list[Label], data: list[int], groups: int, lacking: int, budget: list[int]
) -> Iterator[_Way]:
    """Every assignment that the sums allow."""
    largest = max((numbers[i].value for i in data), default=0)
    tried: set[tuple[int, int]] = set()
    for t in (i for i in data if numbers[i].value == largest):
        for k, m in itertools.combinations(data, 2):
            pair = (numbers[k].value, numbers[m].value)
            if t in (k, m) or sum(pair) != largest or pair in tried:
                continue
            tried.add(pair)
            rest = [i for i in data if i not in (t, k, m)]
            limits = (*pair, largest)
            triples = _triples(numbers, rest, limits, lacking)
            for chosen in _fill(numbers, triples, groups, limits, (), lacking, budget):
                yield (t, k, m), chosen


def _triples(
    numbers: list[Label], rest: list[int], limits: tuple[int, ...], lacking: int
) -> list[_Triple]:
    """Groups of three numbers, or else two, in which kvinna + man = sum."""
    found: list[_Triple] = []
    for k, m in itertools.permutations(rest, 2):
        kv, mv = numbers[k].value, numbers[m].value
        if kv <= limits[0] and mv <= limits[1]:
            for t in rest:
                if t not in (k, m) and numbers[t].value == kv + mv:
                    found.append(_Triple((k, m, t), (kv, mv, kv + mv)))
    if not lacking:
        return found
    for a, b in itertools.permutations(rest, 2):
        av, bv = numbers[a].value, numbers[b].value
        if av <= bv:  # a of one sex, b the sum
            found.append(_Triple((a, None, b), (av, bv - av, bv)))
            found.append(_Triple((None, a, b), (bv - av, av, bv)))
    return found


def _fill(  # noqa: PLR0917
    numbers: list[Label],
    triples: list[_Triple],
    groups: int,
    left: tuple[int, ...],
    chosen: tuple[_Triple, ...],
    lacking: int,
    budget: list[int],
) -> Iterator[tuple[_Triple, ...]]:
    """Choices of one triple per group, in order, whose series add up to `left`."""
    used = {p for t in chosen for p in t.places if p is not None}
    for triple in triples:
        budget[0] -= 1
        if budget[0] <= 0:
            return
        rest = (
            left[0] - triple.values[0],
            left[1] - triple.values[1],
            left[2] - triple.values[2],
        )
        if min(rest) < 0 or (groups == 1 and any(rest)) or used & set(_printed(triple)):
            continue
        if None in triple.places and any(None in t.places for t in chosen):
            continue  # one group may lack a label, not two
        more = (*chosen, triple)
        if not _in_order(numbers, more):
            continue
        if groups == 1:
            yield more
        else:
            yield from _fill(numbers, triples, groups - 1, rest, more, lacking, budget)
    torn = sum(None in t.places for t in chosen)
    if groups == 1 and torn < lacking:
        yield (*chosen, _Triple((None, None, None), (left[0], left[1], left[2])))


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
