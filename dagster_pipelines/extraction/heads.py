"""Heads on lines without cells: which words belong to which column, and how sure that is.

Belongs here: laying the atoms of head lines upon columns when neither tabs nor alignment do,
by what a column's head may say. Does not belong here: reading the atoms or resolving a column
(`columns`), the rows (`tables`).

A reading gives every column a run of consecutive atoms from every line, in order. Each stack
has a cost (a scenario without a period is dearer than one with it, two periods are impossible);
the cheapest readings are kept, and a reading is sure when no other comes near it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, prod
from typing import NamedTuple

from .columns import Atom
from .vocabulary import fold

KEPT = 6  # readings kept per state
MAX_STATES = 500
MAX_ROWS = 3  # lines of a head that stand upon each other
SURE = 0.9  # how much dearer the next reading must be
IMPOSSIBLE = 5.0
BELOW = 1.0  # a head that begins below the first line

Stack = tuple[Atom, ...]
_Key = tuple[str, str, bool, bool]  # of an atom: what tells how odd it is
_Used = tuple[int, ...]  # how many units of each line the columns so far have taken
_Keys = tuple[tuple[tuple[_Key, ...], ...], ...]  # of every line, its units
_States = dict[_Used, list[tuple[float, tuple[_Used, ...]]]]
_TIMES = {"date", "range", "to", "year"}

_SCENARIOS = {"utfall", "budget", "prognos", "bokslut", "mal"}
_SUPPORTED = _SCENARIOS | {
    "avvikelse",
    "used",
    "share",
    "previous",
    "whole",
    "part",
    "date",
    "range",
    "to",
    "year",
}
_TWO_WORDS = re.compile(
    r"^(?P<a>periodens|periodiserad|period|delars|halvars|ack\.?|ackumulerat)\s+"
    r"(?P<b>budget\w*|utfall\w*)$"
    r"|^(?P<c>budget\w*|prognos\w*|utfall\w*|redovisat)\s+(?P<d>helar\w*|perioden|delar\w*)$"
)


class HeadReading(NamedTuple):
    """The stacks of every column from left to right, and what the reading costs."""

    stacks: tuple[Stack, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The atoms of a line in units that no column boundary may split."""

    units: tuple[Stack, ...]


def head_line(atoms: Sequence[Atom]) -> HeadLine:
    """A line without cells: every word is a unit, compounds of two words are taken apart."""
    return HeadLine(tuple((part,) for atom in atoms for part in _parts(atom)))


def _parts(atom: Atom) -> list[Atom]:
    match = _TWO_WORDS.match(fold(atom.text))
    if match is None or atom.kind not in _SCENARIOS:
        return [atom]
    cut = atom.text.find(" ")
    first = atom._replace(text=atom.text[:cut], end=atom.start + cut)
    last = atom._replace(text=atom.text[cut:].strip(), start=atom.start + cut + 1)
    if match["a"]:
        if match["a"].startswith("ack"):
            return [atom]
        return [first._replace(kind="part"), last]
    whole = (match["d"] or "").startswith("hel")
    return [first, last._replace(kind="whole" if whole else "part")]


def lay(lines: Sequence[HeadLine], width: int) -> list[HeadReading]:
    """The cheapest readings of head lines as `width` columns, cheapest first; [] when none."""
    return list(_lay(tuple(line for line in lines if line.units), width))


def least_cost(lines: Sequence[HeadLine], width: int) -> float | None:
    """What the cheapest of `lay` costs, None when there is none."""
    options = [_splits(_keys(laid), width) for laid in _laid(tuple(lines))]
    return min((splits[0][0] for splits in options if splits), default=None)


def _laid(lines: tuple[HeadLine, ...]) -> list[list[tuple[Stack, ...]]]:
    """The lines upon each other; or perhaps the lines are the cells, column after column."""
    if not lines or not supported(lines):
        return []
    laid = [[line.units for line in lines]] if len(lines) <= MAX_ROWS else []
    if len(lines) > 1:
        laid.append([tuple([tuple([a for unit in line.units for a in unit]) for line in lines])])
    return laid


@lru_cache(maxsize=256)
def _lay(lines: tuple[HeadLine, ...], width: int) -> list[HeadReading]:
    if width < 1:
        return []
    found = [reading for laid in _laid(lines) for reading in _search(laid, width)]
    best: dict[tuple[tuple[str, ...], ...], HeadReading] = {}
    for reading in found:
        key = tuple(tuple(a.kind + a.text for a in stack) for stack in reading.stacks)
        if key not in best or best[key].cost > reading.cost:
            best[key] = reading
    return sorted(best.values(), key=lambda r: r.cost)[:KEPT]


def supported(lines: Sequence[HeadLine]) -> bool:
    """Whether only scenarios, periods and measures are named: no Intäkt, Kostnad, Kvinnor."""
    return all(a.kind in _SUPPORTED for line in lines for unit in line.units for a in unit)


def _key(atom: Atom) -> _Key:
    """What of an atom tells how odd it is: kind, words, months without a year, 1 January."""
    january = atom.last is not None and (atom.last.month, atom.last.day) == (1, 1)
    text = "" if atom.kind in _TIMES else fold(atom.text).strip()
    return atom.kind, text, bool(atom.months and not atom.last), january


def _keys(lines: Sequence[tuple[Stack, ...]]) -> _Keys:
    return tuple([tuple([tuple([_key(a) for a in unit]) for unit in units]) for units in lines])


def _search(lines: list[tuple[Stack, ...]], width: int) -> list[HeadReading]:
    """The cheapest ways to give every column a run of the units of every line."""
    found = []
    for cost, stops in _splits(_keys(lines), width):
        used = (0,) * len(lines)
        stacks = []
        for after in stops:
            runs = (u[a:b] for u, a, b in zip(lines, used, after, strict=True))
            stacks.append(tuple(a for run in runs for unit in run for a in unit))
            used = after
        found.append(HeadReading(tuple(stacks), cost))
    return found


def _splits(lines: _Keys, width: int) -> list[tuple[float, tuple[_Used, ...]]]:
    """Column by column: the cost of each split and where it ends every column."""
    total = tuple([len(units) for units in lines])
    if prod(count + 1 for count in total) > MAX_STATES or width > sum(total):
        return []
    before = _columns(lines, width - 1)
    return _taken(lines, before, total, last=True).get(total, [])


@lru_cache(maxsize=512)
def _columns(lines: _Keys, count: int) -> _States:
    """What `count` columns, with others to come, may have taken and at what cost."""
    if count == 0:
        return {(0,) * len(lines): [(0.0, ())]}
    total = tuple([len(units) for units in lines])
    return _taken(lines, _columns(lines, count - 1), total, last=False)


def _taken(lines: _Keys, states: _States, total: _Used, *, last: bool) -> _States:
    """The states after one more column."""
    following: _States = {}
    for used, kept in states.items():
        for after, stack in _runs(lines, used, total, last=last):
            cost = _cost(stack)
            if cost >= IMPOSSIBLE:
                continue
            cost += BELOW if after[0] == used[0] else 0.0
            made = [(before + cost, (*done, after)) for before, done in kept]
            if after in following:
                following[after] += made
            else:
                following[after] = made
    for entries in following.values():
        entries.sort(key=_price)
        del entries[4 * KEPT :]
    return following


def _price(entry: tuple[float, tuple[_Used, ...]]) -> float:
    return entry[0]


def _runs(
    lines: _Keys, used: _Used, total: _Used, *, last: bool
) -> list[tuple[_Used, tuple[_Key, ...]]]:
    """What the next column may take: a run of each line, everything that is left for the last."""
    options: list[tuple[_Used, tuple[_Key, ...]]] = [((), ())]
    for units, at, end in zip(lines, used, total, strict=True):
        runs: list[tuple[int, tuple[_Key, ...]]] = []
        for stop in [end] if last else range(at, min(end, at + 4) + 1):
            runs.append((stop, tuple([a for unit in units[at:stop] for a in unit])))
        options = [((*after, stop), stack + run) for after, stack in options for stop, run in runs]
    return options


def stack_cost(stack: Stack) -> float:
    """How odd it is that one column's head says all this; IMPOSSIBLE or more: it cannot."""
    return _cost(tuple(_key(a) for a in stack))


@lru_cache(maxsize=8192)
def _cost(stack: tuple[_Key, ...]) -> float:
    if not stack:
        return IMPOSSIBLE
    kinds = [kind for kind, *_ in stack]
    if {"avvikelse", "share", "used"} & set(kinds):
        return _measure_cost(stack, kinds)
    scenarios = [k for k in kinds if k in _SCENARIOS]
    if len(set(scenarios)) > 1 or len(scenarios) > 1:
        return inf
    time = _time_cost(stack)
    if time == inf or {"part", "whole"} <= set(kinds) or kinds.count("previous") > 1:
        return inf
    cost = time + _place_cost(kinds) + _extent_cost(stack, kinds)
    timed = any(k in ("date", "range", "year", "to") for k in kinds)
    if "previous" in kinds:
        cost += 2.0 if timed else 1.0 if set(scenarios) & {"budget", "prognos"} else 0.3
    elif scenarios and not timed and not {"part", "whole"} & set(kinds):
        per = any(text == "per" for _, text, *_ in stack)
        cost += 3.5 if per else 1.0 if scenarios == ["bokslut"] else 0.6
    elif kinds == ["year"]:
        cost += 0.5
    elif kinds == ["whole", "year"]:
        cost += 0.4
    elif kinds == ["utfall", "year"]:
        cost += 0.3
    elif "prognos" in kinds and "range" in kinds:  # a forecast is of the whole year
        cost += 0.4
    return cost


def _measure_cost(stack: tuple[_Key, ...], kinds: list[str]) -> float:
    """Avvikelse and percent: words of what they measure, hardly ever a period."""
    cost = 0.0
    cost += 3.0 * sum(k in ("date", "range", "year", "to", "whole") for k in kinds)
    cost += 0.25 * kinds.count("part")
    cost += 3.0 * sum(k in ("prognos", "bokslut", "previous", "mal") for k in kinds)
    if "avvikelse" in kinds:
        if kinds == ["avvikelse"] and stack[0][1].endswith("-"):
            cost += 2.5
        against = re.compile(r"mot |budget\s?[-/]|utfall\s?[-/]")
        if kinds.count("avvikelse") > 1 and not (
            stack[0][1].endswith("-") or against.match(stack[-1][1])
        ):
            cost += 3.0
        if against.match(stack[0][1]) and not stack[0][1].endswith("-"):
            cost += 1.5
        if "used" in kinds or "utfall" in kinds:
            cost += 2.0
        return cost + (0.3 if kinds[0] == "budget" else 0.0)
    if kinds == ["share"] and stack[0][1] == "%":  # hardly ever all that a head says
        cost += 0.5
    if kinds.count("share") > 1 and "used" in kinds:
        cost += 2.0
    return cost + (0.8 if kinds == ["used"] else 0.0) + (2.5 if "utfall" in kinds else 0.0)


def _time_cost(stack: tuple[_Key, ...]) -> float:
    """One period at most: a day, a range, a year, months and their year, a range on two lines."""
    times = [
        (kind, months, january)
        for kind, _, months, january in stack
        if kind in ("date", "range", "year", "to")
    ]
    kinds = [kind for kind, *_ in times]
    if len(times) <= 1:
        return 4.0 if kinds == ["to"] else 1.5 if times and times[0][1] else 0.0
    if len(times) > 2:
        return inf
    if kinds == ["range", "year"] and times[0][1]:
        return 0.0
    if kinds == ["date", "to"]:
        return 0.0 if times[0][2] else 2.0
    if kinds == ["date", "date"] and times[0][2]:
        return 1.0
    return inf


def _place_cost(kinds: list[str]) -> float:
    """The scenario comes before its period."""
    times = [i for i, k in enumerate(kinds) if k in ("date", "range", "year", "to")]
    words = [i for i, k in enumerate(kinds) if k in _SCENARIOS]
    return 1.5 if times and words and times[0] < words[0] else 0.0


def _extent_cost(stack: tuple[_Key, ...], kinds: list[str]) -> float:
    """`Periodens`, `Delår`, `Helår`: with what they may stand."""
    extents = [(kind, text) for kind, text, *_ in stack if kind in ("part", "whole")]
    if not extents:
        return 0.0
    if len(extents) > 1:
        return inf
    kind, text = extents[0]
    plan = {"budget", "prognos"} & set(kinds)
    timed = {"date", "range", "to"} & set(kinds)
    if text.endswith("-") and not plan:  # `Helårs-` wants its `budget`
        return 2.5
    if kind == "whole":
        return 0.0 if not timed and (plan or "year" in kinds) else 3.0 if timed else 1.5
    if text.startswith(("period", "ack")):
        return 0.0 if plan and not timed else 0.4 if "utfall" in kinds and not timed else 3.5
    return 0.0 if "year" in kinds or plan else 1.0
