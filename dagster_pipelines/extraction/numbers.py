"""A grammar for Swedish amounts: every way to cut a line of digit groups into figures.

Belongs here: figures, their signs, separators, decimals and visible damage, and the cuts of a
run of digit groups, each with a cost. Does not belong here: which cut is right (`solve`).

A figure's value is kept as an integer of hundredths of the printed unit: exact and fast.
"""

import itertools
import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

MINUS = "-−–—‑"
MAX_PIECES = 48
LONGEST = 15  # digits of a group
MAX_CUTS = 16
MAX_PLACES = 14
DEAR = 5.0  # a cut that costs so much more than the cheapest is not considered
GLUED, NARROW, WIDE, CELL = 0, 1, 2, 3

_TOKEN = re.compile(
    r"(?P<cell>[\t|]+)"
    r"|(?P<space>[ ]+)"
    r"|(?P<num>[(\[]?[+\-−–—‑]?(?:\d{1,3}(?:[.'’]\d{3})+(?![\d.])|"
    r"\d{1,3}[.'’]\d{3}[.'’]\d{1,2}(?![\d.])|[\dOoQlI|SsBZ]*\d[\dOoQlISsBZ]*|"
    r"[Oo]{1,3}(?![\w])|[lISB](?= \d{3}(?!\d)))"
    r"(?:,\d{1,2}(?!\d)|"
    r"\.\d{1,2}(?![\d.]))?(?:(?<=\d)-)?\)?)(?P<pct>\s?%\)?)?(?P<unit>\s?(?:tkr|kr|mkr|"
    r"SEK)\b\.?\)?)?"
    r"|(?P<sign>[+\-−–—‑]{1,2})"
    r"|(?P<blank>\*+|\.\.+|\bn/a\b|\bx\b)"
    r"|(?P<junk>[\]\[{}!¦°'’\"_,.;:~^()©®%<>»«]+|(?<=\s)[ij](?=\s|$))"
)
_CONFUSED = str.maketrans(
    {
        "O": "0",
        "o": "0",
        "Q": "0",
        "l": "1",
        "I": "1",
        "|": "1",
        "S": "5",
        "s": "5",
        "B": "8",
        "Z": "2",
    }
)


class Piece(NamedTuple):
    """A digit group (or a blank marker) on a line: `text[start:end]`."""

    start: int
    end: int
    digits: str = ""  # '' for a blank marker
    sign: int = 1
    loose_sign: bool = False  # a minus with a space after it: perhaps a dash for "nothing"
    decimals: str = ""
    percent: bool = False
    damaged: bool = False
    gap: int = GLUED  # what stands between this and the piece before
    dotted: bool = False
    short: int = 0  # digits that the last dotted group lacks


class Figure(NamedTuple):
    """One number as read: value in hundredths, half its last unit, where it stands."""

    value: int
    half: int
    start: int
    end: int
    percent: bool
    damaged: bool
    irregular: bool

    @property
    def decimal(self) -> Decimal:
        """The value as an exact Decimal."""
        return to_decimal(self.value)


def to_decimal(hundredths: int) -> Decimal:
    """Hundredths as an exact Decimal without needless zeros."""
    whole, rest = divmod(abs(hundredths), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
    return Decimal(text) * (-1 if hundredths < 0 else 1)


class _Sign(NamedTuple):
    """A sign that waits for its number."""

    start: int
    value: int
    spaced: bool


class _Scanner:
    """The digit groups of a text, token by token."""

    def __init__(self) -> None:
        self.found: list[Piece] = []
        self.gap = GLUED
        self.sign: _Sign | None = None

    def feed(self, match: re.Match[str]) -> bool:
        """Take one token; False when it cannot be part of a row of figures."""
        kind = match.lastgroup
        if kind == "cell":
            self._settle()
            self.gap = CELL
        elif kind == "space":
            self._space(match.end() - match.start())
        elif kind == "sign":
            self._settle(NARROW)
            self.sign = _Sign(match.start(), 1 if "+" in match.group() else -1, False)
        elif kind == "blank":
            self._settle(NARROW)
            self.found.append(Piece(match.start(), match.end(), gap=self.gap))
            self.gap = GLUED
        elif kind == "junk":
            broken = any(c in "[]{}()" for c in match.group())
            self.gap = max(self.gap, (WIDE if broken else NARROW) if self.found else GLUED)
        else:
            return self._number(match)
        return True

    def end(self) -> list[Piece]:
        """The pieces, a sign without a number as a blank marker."""
        self._settle()
        return self.found

    def _settle(self, gap: int | None = None) -> None:
        """A sign that no number followed stands for nothing."""
        if self.sign is not None:
            self.found.append(Piece(self.sign.start, self.sign.start + 1, gap=self.gap))
            self.sign = None
            self.gap = self.gap if gap is None else gap

    def _space(self, width: int) -> None:
        if self.sign is None:
            self.gap = max(self.gap, WIDE if width > 1 else NARROW)
        elif width > 1:
            self._settle(WIDE)
        else:
            self.sign = self.sign._replace(spaced=True)

    def _number(self, match: re.Match[str]) -> bool:
        first = match["num"][0]
        if first in MINUS or first in "+([":
            self._settle(NARROW)
        piece = _piece(match, self.gap, self.sign)
        if piece is None:
            return False
        if first in "([" and self.found and piece.gap < WIDE:
            piece = piece._replace(gap=WIDE)
        self.found.append(piece)
        self.sign = None
        self.gap = WIDE if match.group().endswith(")") else GLUED
        return True


def pieces_of(text: str, start: int = 0) -> tuple[Piece, ...] | None:
    """The digit groups of `text[start:]`, or None when anything but figures stands there."""
    if _PLAIN.match(text, start):
        return _plain(text, start)
    scanner = _Scanner()
    i = start
    while i < len(text):
        match = _TOKEN.match(text, i)
        if match is None or not scanner.feed(match) or len(scanner.found) > MAX_PIECES:
            return None
        i = match.end()
    return _parentheses(text, scanner.end())


_PLAIN = re.compile(r"[0-9][0-9 ]*\Z")
_DIGITS = re.compile(r"[0-9]+")


def _plain(text: str, start: int) -> tuple[Piece, ...] | None:
    """The digit groups of a tail that holds nothing but digits and spaces."""
    found: list[Piece] = []
    last = start
    for match in _DIGITS.finditer(text, start):
        first, end = match.span()
        if end - first > LONGEST:
            return None
        gap = GLUED if first == last else NARROW if first - last == 1 else WIDE
        found.append(Piece(first, end, match.group(), gap=gap))
        last = end
    return tuple(found) if len(found) <= MAX_PIECES else None


def _parentheses(text: str, found: list[Piece]) -> tuple[Piece, ...]:
    """Make `(1 234)` negative: its pieces run from the bracket that opens to that which closes."""
    if "(" not in text:
        return tuple(found)
    for i, piece in enumerate(found):
        if not (piece.start and text[piece.start - 1] == "(" and piece.digits) or piece.percent:
            continue
        for j in range(i, min(i + 4, len(found))):
            if j > i and found[j].gap != NARROW:
                break
            if text[found[j].end : found[j].end + 1] == ")" and not found[j].percent:
                if j > i:
                    found[i] = piece._replace(sign=-1, start=piece.start - 1)
                    found[j] = found[j]._replace(end=found[j].end + 1)
                break
    return tuple(found)


_DECIMALS = re.compile(r"(.*?)[,.](\d{1,2})$")
_GROUPED = re.compile(r"\d{1,3}(?:[.'’]\d{3})+(?:[.'’]\d{1,2})?")
_POINT = re.compile(r"[.'’]")


def _bare(raw: str) -> tuple[str, int, int]:
    """A printed number without brackets and signs, its sign, how far in it begins."""
    core, sign, begin = raw, 1, 0
    if core[0] in "([":
        core, begin = core[1:], 1
    core = core.removesuffix(")")
    if core[0] in MINUS:
        sign, core = -1, core[1:]
    elif core[0] == "+":
        core = core[1:]
    if core.endswith("-"):
        sign, core = -1, core[:-1]
    return core, sign, begin


def _digits(core: str) -> tuple[str, bool] | None:
    """The digits meant by these characters and whether some were damaged, None when too few."""
    digits = core.translate(_CONFUSED)
    if not digits.isdigit() or len(digits) > LONGEST:
        return None
    damaged = digits != core
    sound = sum(map(str.isdigit, core)) * 2 >= len(core)
    if damaged and not sound and len(core) > 1 and core not in ("OOO", "OO"):
        return None
    return digits, damaged


def _piece(match: re.Match[str], gap: int, pending: _Sign | None) -> Piece | None:
    raw = match["num"]
    if raw.isdecimal() and pending is None and not match["pct"] and len(raw) <= LONGEST:
        return Piece(match.start(), match.start() + len(raw), raw, gap=gap)
    start, percent = match.start(), bool(match["pct"])
    end = start + len(raw)
    core, sign, begin = _bare(raw)
    start += begin
    bracketed = raw[0] in "([" and (raw[-1] == ")" or percent)
    if bracketed and not percent and not match["unit"] and raw[-1] == ")":
        sign, start = -1, match.start()
    decimals, dotted, short, torn = "", False, 0, False
    if not core.isalnum():
        if (number := _DECIMALS.match(core)) and not _GROUPED.fullmatch(core):
            core, decimals = number.group(1), number.group(2)
        groups = _POINT.split(core)
        dotted = len(groups) > 1
        short = max(0, 3 - len(groups[-1])) if dotted else 0
        torn = any(len(group) > 3 for group in groups[1:])
        core = "".join(groups)
    read = _digits(core)
    if read is None or (decimals and not decimals.isdigit()):
        return None
    loose = False
    if pending is not None:
        start, loose = pending.start, pending.spaced
        sign = pending.value * sign if sign < 0 else pending.value
    if raw[-1] == ")" and not (bracketed and sign < 0):
        end -= 1
    return Piece(
        start, end, read[0], sign, loose, decimals, percent, read[1] or torn, gap, dotted, short
    )


class Cut(NamedTuple):
    """One way to read a run of pieces: its cost, and a figure or None (blank cell) per place."""

    cost: float
    figures: tuple[Figure | None, ...]


def _alone_cost(piece: Piece) -> float:
    """Cost of reading a piece as a number of its own."""
    if not piece.digits:
        return 0.0
    if piece.short:
        return 3.0
    size = len(piece.digits)
    cost = 4.0 if size > 1 and piece.digits[0] == "0" else 0.0
    if size > 9:
        cost += 3.0
    return cost + (0.1 if size > 3 and not piece.dotted else 0.0)


def _glue_cost(before: Piece, piece: Piece) -> float | None:
    """Cost of reading a piece as going on with the number before it, None when it cannot."""
    if not piece.digits or piece.sign < 0 or piece.loose_sign or piece.gap > NARROW:
        return None
    size = len(piece.digits)
    if before.short and size == before.short:
        return 1.0
    if before.decimals or before.percent or piece.dotted or before.dotted:
        return None
    return 0.0 if size == 3 else 1.0 if size in (6, 9) else 2.5


def _shape_cost(run: tuple[Piece, ...]) -> float:
    """Cost of the shape of a number made of several pieces: too long, or with a leading zero."""
    first = run[0].digits
    total = sum(len(p.digits) for p in run)
    cost = 6.0 if first[0] == "0" else 0.0
    if len(first) > 3:
        cost += 0.6 if len(first) <= 6 else 2.0
    if total > 8:  # hundreds of millions
        cost += 0.5 if total == 9 else 1.5 if total == 10 else 4.0
    return cost + (1.0 if run[-1].percent else 0.0)


def _figure(run: tuple[Piece, ...]) -> Figure | None:
    """The number that pieces print together, None for a blank marker."""
    first, last = run[0], run[-1]
    if not first.digits:
        return None
    digits = first.digits if len(run) == 1 else "".join([p.digits for p in run])
    decimals = last.decimals
    scaled = int(digits) * 100 + (int((decimals + "0")[:2]) if decimals else 0)
    irregular = len(run) > 1 and (len(first.digits) > 3 or any(len(p.digits) != 3 for p in run[1:]))
    return Figure(
        scaled * first.sign,
        50 if not decimals else 5 if len(decimals) == 1 else 1,
        first.start,
        last.end,
        last.percent,
        any(p.damaged for p in run),
        irregular,
    )


_Figures = tuple[Figure | None, ...]
_Options = list[tuple[float, _Figures]]
_Numbers = list[tuple[int, _Options]]
MAX_RUN = 5
MAX_COST = 6.0


def _numbers_from(pieces: tuple[Piece, ...], glue: list[float | None], start: int) -> _Numbers:
    """The numbers that can begin at piece `start`: where each ends, how it reads, its cost."""
    found: _Numbers = []
    for end in range(start + 1, min(len(pieces), start + MAX_RUN) + 1):
        run = pieces[start:end]
        if len(run) == 1:
            cost = _alone_cost(run[0])
        else:
            joins = _join_cost(run, glue[start : end - 1])
            if joins is None:
                break
            cost = joins + _shape_cost(run)
        if cost > MAX_COST:
            continue
        figure = _figure(run)
        options: _Options = [(cost, (figure,))]
        if run[0].loose_sign and figure is not None:  # "- 740": a dash for nothing, then 740
            bare = figure._replace(value=abs(figure.value), start=run[0].start + 2)
            options.append((cost + 0.2, (None, bare)))
        found.append((end, options))
    return found


def _join_cost(run: tuple[Piece, ...], glue: list[float | None]) -> float | None:
    """Cost of the gaps within a number; only one of its groups may be torn."""
    cost, uneven = 0.0, False
    for i in range(len(glue) - 1, -1, -1):
        more = glue[i]
        if more is None:
            return None
        # a group of three torn in two pieces is still one
        in_two = i + 2 < len(run) and len(run[i + 1].digits) + len(run[i + 2].digits) == 3
        cost += more + (MAX_COST if more > 1 and uneven and not in_two else 0.0)
        uneven = uneven or more > 1
    return cost


_Bare = tuple[float, _Figures]  # a Cut that nobody asks for yet


def _cost(cut: _Bare) -> float:
    return cut[0]


@lru_cache(maxsize=8192)
def cuts(pieces: tuple[Piece, ...], first: int = 0) -> dict[int, list[Cut]]:
    """The cuts of `pieces[first:]` worth considering by number of places, the cheapest first.

    Bounded: at most MAX_CUTS cuts are kept for each tail of the pieces and number of places.
    """
    return {
        places: [Cut(cost, figures) for cost, figures in entries]
        for places, entries in _cuts(pieces)[first].items()
    }


@lru_cache(maxsize=8192)
def _cuts(pieces: tuple[Piece, ...]) -> list[dict[int, list[_Bare]]]:
    """`cuts` of every tail of the pieces."""
    glue = [
        _glue_cost(before, piece) if before.digits else None
        for before, piece in itertools.pairwise(pieces)
    ]
    best: list[dict[int, list[_Bare]]] = [{0: [(0.0, ())]}]  # of the tails, the shortest first
    for start in range(len(pieces) - 1, -1, -1):
        reached: dict[int, list[_Bare]] = {}
        for end, options in _numbers_from(pieces, glue, start):
            for places, entries in best[len(pieces) - end].items():
                for extra, figures in options:
                    count = places + len(figures)
                    if count > MAX_PLACES:
                        continue
                    made = [(after + extra, figures + done) for after, done in entries]
                    if count in reached:
                        reached[count] += made
                    else:
                        reached[count] = made
        for entries in reached.values():
            if len(entries) > 1:
                entries.sort(key=_cost)
                del entries[MAX_CUTS:]
                limit = entries[0][0] + DEAR
                while entries[-1][0] > limit:
                    entries.pop()
        best.append(dict(sorted(reached.items())))
    return best[::-1]


_TAIL_START = re.compile(r"(?<![\w.,])(?=[(\[+\-−–—‑]?\s?[\dOoIlSB]|\*|[-−–—])")


@lru_cache(maxsize=8192)
def split_row(text: str) -> tuple[int, tuple[Piece, ...]] | None:
    """Where the figures of a row begin and its pieces; the label is `text[:start]`.

    The longest tail that holds nothing but figures, None when the line does not end in one.
    """
    if (len(text) > 400 or not any(map(str.isdigit, text))) and not _BLANK_TAIL.search(text):
        return None
    for match in _TAIL_START.finditer(text):
        if len(text) - match.start() > 300:
            continue
        pieces = pieces_of(text, match.start())
        if pieces:
            if all(not p.digits for p in pieces):
                return None
            return match.start(), pieces
    return None


_BLANK_TAIL = re.compile(r"[\dOo]\s*$")


def whole(pieces: tuple[Piece, ...]) -> Cut | None:
    """The cut of all pieces into one number, None when they cannot be one."""
    glue = [
        _glue_cost(before, piece) if before.digits else None
        for before, piece in itertools.pairwise(pieces)
    ]
    return next(
        (Cut(*options[0]) for end, options in _numbers_from(pieces, glue, 0) if end == len(pieces)),
        None,
    )


def forget_rows() -> None:
    """Let go of what is remembered of the rows of a document: of no use in another."""
    cuts.cache_clear()
    _cuts.cache_clear()
    split_row.cache_clear()
