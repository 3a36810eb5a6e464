"""What scanning and OCR do to a report: letters lost, spaces moved, digits misread.

Belongs here: changes of printed characters. `wear` leaves every digit right, `damage` spoils
the digits or the sign of a few figures and says which. Does not belong here: wrong accounts
(`plant`).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from .figures import EN_DASH, MINUS, NARROW, NBSP, THIN, Figure
from .page import Line

LETTERS = {
    "å": "aaad",
    "ä": "aaa&",
    "ö": "ooo6é",
    "Å": "A",
    "Ä": "A",
    "Ö": "O0",
}
NEAR = {"l": "1i", "i": "l", "I": "l", "e": "c", "c": "e", "u": "n"}
SMUDGES = ("|", "~", ". .", "’", "°", "_", "e")
LOOKALIKE = {"0": "O", "1": "l", "5": "S", "8": "B"}
CONFUSED = {
    "0": "68",
    "1": "74",
    "2": "7",
    "3": "8",
    "4": "9",
    "5": "6",
    "6": "5",
    "7": "1",
    "8": "3",
    "9": "4",
}
DAMAGES = ("lookalike", "changed", "dropped", "added", "footnote", "minus")
STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode", "driftredovisning", "not")


@dataclass
class Damage:
    """A figure whose characters no longer say its value; `was` is what the report printed."""

    kind: str
    was: str
    figure: Figure


def wear(lines: list[Line], rng: Random) -> list[Line]:
    """The lines as an OCR engine would give them, every digit right. Figures change in place."""
    keep = rng.choice([0.0, 0.0, 0.3, 0.6])
    noise = rng.choice([0.0, 0.002, 0.006])
    lost_space = rng.choice([0.05, 0.2, 0.45])
    worn: list[Line] = []
    for line in lines:
        fresh: Line = []
        for part in line:
            if isinstance(part, Figure):
                part.printed = _worn_amount(part.printed, rng, lost_space)
                fresh.append(part)
            elif part == " " and rng.random() < 0.006:
                fresh.append(rng.choice([" | ", "] ", " . "]))
            else:
                fresh.append(_worn_text(part, rng, keep, noise))
        worn.append(fresh)
        if fresh in ([], [""]) and rng.random() < 0.02:
            worn.append([rng.choice(SMUDGES)])
    return worn


def _worn_text(text: str, rng: Random, keep: float, noise: float) -> str:
    letters = []
    for letter in text:
        if letter in LETTERS and rng.random() >= keep:
            letters.append(rng.choice(LETTERS[letter]))
        elif letter in NEAR and rng.random() < noise:
            letters.append(rng.choice(NEAR[letter]))
        else:
            letters.append(letter)
    return "".join(letters)


def _worn_amount(printed: str, rng: Random, lost_space: float) -> str:
    plain = re.sub(f"[{NBSP}{THIN}{NARROW}]", " ", printed)
    plain = plain.replace(MINUS, "-").replace(EN_DASH, rng.choice([EN_DASH, "-", "\u2014"]))
    plain = "".join(
        "" if letter == " " and rng.random() < lost_space else letter for letter in plain
    )
    digits = sum(letter.isdigit() for letter in plain)
    if digits > 4 and rng.random() < 0.01:
        place = len(plain) - rng.randint(1, 2)
        if plain[place].isdigit() and plain[place - 1].isdigit():
            plain = f"{plain[:place]} {plain[place:]}"
    if plain.startswith("-") and rng.random() < 0.06:
        plain = f"- {plain[1:]}"
    return plain


def damage(lines: list[Line], rng: Random) -> list[Damage]:
    """Spoil two to six figures of the statements in place, and say which and how."""
    figures = [
        part
        for line in lines
        for part in line
        if isinstance(part, Figure)
        and part.meta["statement"] in STATEMENTS
        and len(re.findall(r"\d", part.printed)) > 1
    ]
    chosen = rng.sample(figures, min(len(figures), rng.randint(2, 6)))
    return [done for figure in chosen if (done := _spoil(figure, rng))]


def _spoil(figure: Figure, rng: Random) -> Damage | None:
    was = figure.printed
    for kind in rng.sample(DAMAGES, len(DAMAGES)):
        spoilt = _spoilt(was, kind, figure.value, rng)
        if spoilt and spoilt != was:
            figure.printed = spoilt
            return Damage(kind, was, figure)
    return None


def _spoilt(printed: str, kind: str, value: Decimal, rng: Random) -> str:
    """The characters after one mishap, or empty where it cannot happen to them."""
    places = [match.start() for match in re.finditer(r"\d", printed)]
    if kind == "minus":
        bare = printed.strip("()").lstrip(f"-{MINUS}{EN_DASH}\u2014 ")
        return bare if value < 0 else ""
    if kind == "footnote":
        return _with(printed, places[-1] + 1, rng.choice("123"), 0)
    if kind == "lookalike":
        places = [place for place in places if printed[place] in LOOKALIKE]
        at = rng.choice(places) if places else -1
        return _with(printed, at, LOOKALIKE[printed[at]], 1) if places else ""
    at = rng.choice(places)
    if kind == "added":
        return _with(printed, at, printed[at], 0)
    digit = rng.choice(CONFUSED[printed[at]]) if kind == "changed" else ""
    spoilt = _with(printed, at, digit, 1)
    if kind == "changed":
        return "" if at == places[0] and digit == "0" else spoilt
    return spoilt if len(places) > 3 and re.search(r"[1-9]", spoilt) else ""


def _with(printed: str, at: int, letters: str, instead_of: int) -> str:
    return printed[:at] + letters + printed[at + instead_of :]
