"""Column heads: how reports word a period and a scenario above a column of amounts.

Belongs here: the wording of one head as one or more lines. Does not belong here: which
columns a table has (`tables`).
"""

from collections.abc import Callable
from datetime import date
from random import Random

from .books import Books
from .vocabulary import MONTHS, SHORT

Head = list[str]
DateStyle = Callable[[date, date], Head]


def _iso(_start: date, end: date) -> Head:
    return [end.isoformat()]


def _span_two_lines(start: date, end: date) -> Head:
    return [start.isoformat(), f"-{end.isoformat()}"]


def _span_one_line(start: date, end: date) -> Head:
    return [f"{start.isoformat()} - {end.isoformat()}"]


def _outcome(_start: date, end: date) -> Head:
    return ["Utfall", end.isoformat()]


def _outcome_one_line(_start: date, end: date) -> Head:
    return [f"Utfall {end:%Y-%m-%d}"]


def _compact(_start: date, end: date) -> Head:
    return [f"{end:%y%m%d}"]


def _dashed(_start: date, end: date) -> Head:
    return [f"{end:%y-%m-%d}"]


def _months(_start: date, end: date) -> Head:
    return [f"Jan-{SHORT[end.month - 1]} {end.year}"]


def _months_two_lines(_start: date, end: date) -> Head:
    return ["Utfall", f"jan-{MONTHS[end.month - 1]} {end.year}"]


def _day_in_words(_start: date, end: date) -> Head:
    return [f"{end.day} {MONTHS[end.month - 1]} {end.year}"]


def _interim(_start: date, end: date) -> Head:
    if end.month == 12:
        return [f"Bokslut {end.year}"]
    name = {3: "Kvartal 1", 4: "Tertial 1", 6: "Halvår 1", 8: "Tertial 2", 9: "Kvartal 1-3"}
    return [f"{name[end.month]} {end.year}"] if end.month != 8 else [f"Delår {end.year}"]


def _year(_start: date, end: date) -> Head:
    return [str(end.year)] if end.month == 12 else [f"Delår {end.year}"]


def _quarters(start: date, end: date) -> Head:
    if end.month == 12:
        return _span_one_line(start, end)
    names = {3: "Q1", 4: "T1", 6: "Q1-Q2", 8: "T1-T2", 9: "Q1-Q3"}
    return [f"{names[end.month]} {end.year}"]


def _ledger_periods(start: date, end: date) -> Head:
    return ["Utfall", f"{start:%Y%m}-{end:%Y%m}"]


def _cumulated(_start: date, end: date) -> Head:
    return ["Ack. utfall", f"{SHORT[end.month - 1]} {end.year}"]


def _up_to(_start: date, end: date) -> Head:
    return [f"Utfall t.o.m. {end.day} {SHORT[end.month - 1]} {end.year}"]


def _months_in_words(_start: date, end: date) -> Head:
    return [f"Januari–{MONTHS[end.month - 1]}", str(end.year)]


def _per_day(_start: date, end: date) -> Head:
    return ["Per", end.isoformat()]


def _three_lines(_start: date, end: date) -> Head:
    return ["Utfall", f"jan-{SHORT[end.month - 1]}", str(end.year)]


def _compact_span(start: date, end: date) -> Head:
    return [f"{start:%y%m%d}-{end:%y%m%d}"]


def _day_and_month(_start: date, end: date) -> Head:
    return [f"{end.day}/{end.month} {end.year}"]


def _outcome_per(_start: date, end: date) -> Head:
    return [f"Utfall per {end.isoformat()}"]


def _accounted(_start: date, end: date) -> Head:
    return ["Redovisat", end.isoformat()]


def _spaced_months(_start: date, end: date) -> Head:
    return [f"Jan – {SHORT[end.month - 1]} {end.year}"]


def _capital_months(_start: date, end: date) -> Head:
    return [f"JAN-{SHORT[end.month - 1].upper()}", str(end.year)]


FLOW_STYLES: tuple[DateStyle, ...] = (
    _iso,
    _span_two_lines,
    _span_one_line,
    _outcome,
    _outcome_one_line,
    _compact,
    _dashed,
    _months,
    _months_two_lines,
    _day_in_words,
    _interim,
    _year,
    _quarters,
    _ledger_periods,
    _cumulated,
    _up_to,
    _months_in_words,
    _per_day,
    _three_lines,
    _compact_span,
    _day_and_month,
    _outcome_per,
    _accounted,
    _spaced_months,
    _capital_months,
)
INSTANT_STYLES: tuple[DateStyle, ...] = (
    _iso,
    _iso,
    _iso,
    _dashed,
    _compact,
    _day_in_words,
    _day_and_month,
)


# Heads without a date: the report's own period, and the whole year for what is planned. Not
# where last year comes first: run together on one line, nobody could tell the two apart.
BARE_WORDS: dict[str, Head] = {
    "utfall": ["Utfall"],
    "budget": ["Budget"],
    "prognos": ["Prognos"],
    "fjol": ["Utfall", "föregående år"],
}
COLUMN_WORDS: dict[str, tuple[Head, ...]] = {
    "andel": (["Förbrukat %"], ["Förbrukat", "%"], ["Andel av budget", "%"]),
    "avvikelse": (
        ["Avvikelse"],
        ["Budget-", "avvikelse"],
        ["Avvikelse", "mot budget"],
        ["Diff"],
        ["Differens"],
        ["Avvikelse kr"],
        ["Budget-", "diff"],
        ["Avvikelse", "budget/utfall"],
        ["Avv."],
        ["Budget-", "avvikelse", "perioden"],
    ),
}


def flow_heads(kinds: list[str], books: Books, rng: Random) -> list[Head]:
    """Heads of a resultaträkning, kassaflöde or driftredovisning, one style for the table."""
    style = rng.choice(FLOW_STYLES)
    if "kostnad" in kinds:
        part = f"{books.end:%Y-%m-%d}"
        return [
            ["Utfall", part, "Intäkt"],
            ["", "", "Kostnad"],
            ["", "", "Netto"],
            ["Budget", part, "Netto"],
            ["Avvikelse", "", "Utfall-budget"],
        ]
    if set(kinds) <= BARE_WORDS.keys() and kinds[0] != "fjol" and rng.random() < 0.25:
        return [list(BARE_WORDS[kind]) for kind in kinds]
    return [_head(kind, books, rng, style) for kind in kinds]


def instant_heads(kinds: list[str], books: Books, rng: Random) -> list[Head]:
    """Heads of a balansräkning."""
    style = rng.choice(INSTANT_STYLES)
    in_words = rng.random() < 0.3
    heads = []
    for kind in kinds:
        end = books.span(kind)[1]
        heads.append([f"Bokslut {end.year}"] if in_words and end.month == 12 else style(end, end))
    return heads


def _head(kind: str, books: Books, rng: Random, style: DateStyle) -> Head:
    if kind in COLUMN_WORDS:
        return rng.choice(COLUMN_WORDS[kind])
    start, end = books.span(kind if kind in books.flows else "utfall")
    if kind in ("utfall", "fjol"):
        return style(start, end)
    year = books.end.year
    if kind == "bokslut":
        same = style(start, end)
        return rng.choice(
            [
                [f"Bokslut {end.year}"],
                [f"Helår {end.year}"],
                ["Bokslut", str(end.year)],
                [f"Årsbokslut {end.year}"],
                same,
            ]
        )
    if kind == "prognos":
        return rng.choice(
            [
                [f"Prognos {year}"],
                ["Prognos", str(year)],
                ["Prognos", "helår"],
                [f"Årsprognos {year}"],
                [f"Helårsprognos {year}"],
                ["Prognos", f"{year}-12-31"],
                [f"Prognos helår {year}"],
                ["Prognos", "helår", str(year)],
            ]
        )
    return rng.choice(_budget_words(books, whole_year=kind == "budget" or books.annual))


def _budget_words(books: Books, *, whole_year: bool) -> list[Head]:
    year, end = books.end.year, books.end.isoformat()
    part = f"jan-{SHORT[books.end.month - 1]}"
    if whole_year:
        return [
            [f"Budget {year}"],
            ["Budget", str(year)],
            [f"Helårsbudget {year}"],
            [f"Årsbudget {year}"],
            ["Budget", "helår"],
            [f"Budget helår {year}"],
            ["Budget", f"helår {year}"],
            ["Helårs-", "budget", str(year)],
        ]
    return [
        ["Periodiserad", "budget"],
        ["Budget", f"{part} {year}"],
        [f"Budget {part} {year}"],
        ["Periodens", "budget"],
        ["Budget", end],
        ["Budget", "perioden"],
        [f"Budget {end}"],
        ["Budget", part, str(year)],
        [f"Budget t.o.m. {SHORT[books.end.month - 1]}"],
        ["Budget", "ack."],
    ]
