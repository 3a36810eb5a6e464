"""A grammar for Swedish amounts: every way to cut a line of digit groups into figures.

Belongs here: figures, their signs, separators, decimals and visible damage, and the cuts of a
run of digit groups, each with a cost. Does not belong here: which cut is right (`solve`).

A figure's value is kept as an integer of hundredths of the printed unit: exact and fast.
"""

import itertools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

MINUS = "-−–—‑"
MAX_PIECES = 48
MAX_CUTS = 16
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


@dataclass(frozen=True, slots=True)
class Piece:
    """A digit group (or a blank marker) on a line: `text[start:end]`."""

    start: int
    end: int
    digits: str  # '' for a blank marker
    sign: int
    loose_sign: bool  # a minus with a space after it: perhaps a dash for "nothing"
    decimals: str
    percent: bool
    damaged: bool
    gap: int  # what stands between this and the piece before
    dotted: bool
    short: int = 0  # digits that the last dotted group lacks


@dataclass(frozen=True, slots=True)
class Figure:
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


@lru_cache(maxsize=8192)
def pieces_of(text: str, start: int = 0) -> tuple[Piece, ...] | None:  # noqa: PLR0912, PLR0915
    """The digit groups of `text[start:]`, or None when anything but figures stands there."""
    found: list[Piece] = []
    i = start
    gap = GLUED
    pending: tuple[int, int, bool] | None = None  # start, sign, spaced
    while i < len(text):
        match = _TOKEN.match(text, i)
        if match is None:
            return None
        kind = match.lastgroup
        if kind in ("pct", "unit"):
            kind = "num"
        if kind == "cell":
            if pending:
                found.append(_blank(pending[0], pending[0] + 1, gap))
                pending = None
            gap = CELL
        elif kind == "space":
            width = match.end() - match.start()
            if pending:
                if width > 1:
                    found.append(_blank(pending[0], pending[0] + 1, gap))
                    pending, gap = None, WIDE
                else:
                    pending = (pending[0], pending[1], True)
            else:
                gap = max(gap, WIDE if width > 1 else NARROW)
        elif kind == "sign":
            if pending:
                found.append(_blank(pending[0], pending[0] + 1, gap))
                gap = NARROW
            pending = (match.start(), 1 if "+" in match.group() else -1, False)
        elif kind == "blank":
            if pending:
                found.append(_blank(pending[0], pending[0] + 1, gap))
                pending, gap = None, NARROW
            found.append(_blank(match.start(), match.end(), gap))
            gap = GLUED
        elif kind == "junk":
            broken = any(c in "[]{}()" for c in match.group())
            gap = max(gap, (WIDE if broken else NARROW) if found else GLUED)
        else:
            if pending and match.group("num")[0] in MINUS + "+":
                found.append(_blank(pending[0], pending[0] + 1, gap))
                pending, gap = None, NARROW
            piece = _piece(match, gap, pending)
            if piece is None:
                return None
            if match.group("num")[0] in "([" and found:
                piece = replace(piece, gap=max(piece.gap, WIDE))
            found.append(piece)
            pending = None
            gap = WIDE if match.group().endswith(")") else GLUED
        i = match.end()
        if len(found) > MAX_PIECES:
            return None
    if pending:
        found.append(_blank(pending[0], pending[0] + 1, gap))
    return _parentheses(text, found)


def _parentheses(text: str, found: list[Piece]) -> tuple[Piece, ...]:
    """Make `(1 234)` negative: its pieces run from the bracket that opens to that which closes."""
    for i, piece in enumerate(found):
        if not (piece.start and text[piece.start - 1] == "(" and piece.digits) or piece.percent:
            continue
        for j in range(i, min(i + 4, len(found))):
            if j > i and found[j].gap != NARROW:
                break
            if text[found[j].end : found[j].end + 1] == ")" and not found[j].percent:
                if j > i:
                    found[i] = replace(piece, sign=-1, start=piece.start - 1)
                    found[j] = replace(found[j], end=found[j].end + 1)
                break
    return tuple(found)


def _blank(start: int, end: int, gap: int) -> Piece:
    return Piece(start, end, "", 1, False, "", False, False, gap, False)


def _piece(match: re.Match[str], gap: int, pending: tuple[int, int, bool] | None) -> Piece | None:
    raw = match.group("num")
    percent = bool(match.group("pct"))
    unit = match.group("unit")
    core = raw
    sign = 1
    start = match.start()
    parens = core.startswith(("(", "[")) and (core.endswith(")") or percent)
    if core.startswith(("(", "[")):
        core = core[1:]
        start += 1
    if core.endswith(")"):
        core = core[:-1]
    if core[0] in MINUS:
        sign, core = -1, core[1:]
    elif core[0] == "+":
        core = core[1:]
    if core.endswith("-"):
        sign, core = -1, core[:-1]
    if parens and not percent and not unit and raw.endswith(")"):
        sign, start = -1, match.start()
    decimals = ""
    number = re.match(r"(.*?)[,.](\d{1,2})$", core)
    if number and not re.fullmatch(r"\d{1,3}(?:[.'’]\d{3})+(?:[.'’]\d{1,2})?", core):
        core, decimals = number.group(1), number.group(2)
    dotted = bool(re.search(r"[.'’]", core))
    short = 3 - len(re.split(r"[.'’]", core)[-1]) if dotted else 0
    core = re.sub(r"[.'’]", "", core)
    digits = core.translate(_CONFUSED)
    if not digits.isdigit() or len(digits) > 15 or (decimals and not decimals.isdigit()):
        return None
    damaged = digits != core
    if (
        damaged
        and sum(c.isdigit() for c in core) * 2 < len(core)
        and len(core) > 1
        and core not in ("OOO", "OO")
    ):
        return None
    loose = False
    if pending:
        start, sign, loose = pending[0], pending[1] * sign if sign < 0 else pending[1], pending[2]
    end = match.start() + len(raw)
    if raw.endswith(")") and not (parens and sign < 0):
        end -= 1
    return Piece(start, end, digits, sign, loose, decimals, percent, damaged, gap, dotted, short)


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to read a run of pieces: a figure or None (blank cell) per place, and a cost."""

    figures: tuple[Figure | None, ...]
    cost: float


def _join_cost(pieces: tuple[Piece, ...]) -> float | None:  # noqa: PLR0911, PLR0912
    """Cost of reading these pieces as one number, None when it cannot be one."""
    first = pieces[0]
    if len(pieces) == 1:
        if not first.digits:
            return 0.0
        if first.short:
            return 3.0
        cost = 4.0 if len(first.digits) > 1 and first.digits[0] == "0" else 0.0
        if len(first.digits) > 9:
            cost += 3.0
        return cost + (0.1 if len(first.digits) > 3 and not first.dotted else 0.0)
    if not first.digits or len(pieces) > 5:
        return None
    cost = 0.0
    for before, piece in itertools.pairwise(pieces):
        if not piece.digits or piece.sign < 0 or piece.loose_sign or piece.gap > NARROW:
            return None
        size = len(piece.digits)
        if before.short and size == before.short:
            cost += 1.0
            continue
        if before.decimals or before.percent or piece.dotted or before.dotted:
            return None
        cost += 0.0 if size == 3 else 1.0 if size in (6, 9) else 2.5
    total = sum(len(p.digits) for p in pieces)
    if first.digits[0] == "0":
        cost += 6.0
    if len(first.digits) > 3:
        cost += 0.6 if len(first.digits) + 3 <= 9 else 2.0
    if total > 9:
        cost += 1.5 if total <= 10 else 4.0
    if pieces[-1].percent:
        cost += 1.0
    return cost


def _figure(pieces: tuple[Piece, ...], as_blank: bool = False) -> Figure | None:
    if as_blank or not pieces[0].digits:
        return None
    digits = "".join(p.digits for p in pieces)
    decimals = pieces[-1].decimals
    scaled = int(digits) * 100 + int((decimals + "00")[:2])
    half = 50 if not decimals else 5 if len(decimals) == 1 else 1
    irregular = len(pieces) > 1 and (
        len(pieces[0].digits) > 3 or any(len(p.digits) != 3 for p in pieces[1:])
    )
    return Figure(
        scaled * pieces[0].sign,
        half,
        pieces[0].start,
        pieces[-1].end,
        pieces[-1].percent,
        any(p.damaged for p in pieces),
        irregular,
    )


@lru_cache(maxsize=8192)
def cuts(pieces: tuple[Piece, ...], longest: int = 14) -> dict[int, tuple[Cut, ...]]:
    """All cuts worth considering by number of places, the cheapest first.

    Bounded: at most MAX_CUTS cuts are kept for each prefix and number of places.
    """
    best: list[dict[int, list[tuple[float, tuple[Figure | None, ...]]]]] = [
        {} for _ in range(len(pieces) + 1)
    ]
    best[0][0] = [(0.0, ())]
    for end in range(1, len(pieces) + 1):
        for start in range(max(0, end - 5), end):
            run = pieces[start:end]
            cost = _join_cost(run)
            if cost is None or cost > 6.0:
                continue
            options: list[tuple[float, tuple[Figure | None, ...]]] = [(cost, (_figure(run),))]
            if run[0].loose_sign:  # "- 740": a dash for nothing, then 740
                positive = _figure(run)
                if positive is not None:
                    bare = Figure(
                        abs(positive.value),
                        positive.half,
                        run[0].start + 2,
                        positive.end,
                        positive.percent,
                        positive.damaged,
                        positive.irregular,
                    )
                    options.append((cost + 0.2, (None, bare)))
            for places, entries in best[start].items():
                for extra, figures in options:
                    count = places + len(figures)
                    if count > longest:
                        continue
                    best[end].setdefault(count, []).extend(
                        (before + extra, done + figures) for before, done in entries
                    )
        for count, entries in best[end].items():
            entries.sort(key=lambda e: e[0])
            best[end][count] = entries[:MAX_CUTS]
    return {
        count: tuple(Cut(figures, round(cost, 3)) for cost, figures in entries)
        for count, entries in sorted(best[len(pieces)].items())
    }


_TAIL_START = re.compile(r"(?<![\w.,])(?=[(\[+\-−–—‑]?\s?[\dOoIlSB]|\*|[-−–—])")


@lru_cache(maxsize=8192)
def split_row(text: str) -> tuple[int, tuple[Piece, ...]] | None:
    """Where the figures of a row begin and its pieces; the label is `text[:start]`.

    The longest tail that holds nothing but figures, None when the line does not end in one.
    """
    if (len(text) > 400 or not any(c.isdigit() for c in text)) and not _BLANK_TAIL.search(text):
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
