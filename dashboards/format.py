"""How figures, days and names are written for a Swedish reader.

Belongs here: turning one value into text. Does not belong here: HTML (`markup`), or any arithmetic
but rounding to what is shown. Digits are grouped by no-break spaces, so that a figure never breaks
over two lines; the minus is U+2212, which screen readers say aloud.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from dagster_pipelines import svenska

SPACE = "\u00a0"
MINUS = "\u2212"
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
)  # fmt: skip
INSIDE_FIGURE = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|t?kr\b|%)")
UNITS = {
    "kr": "kr", "SEK": "kr", "TSEK": "tkr", "procent": "%", "antal": "", "tjanst": "tjänst",
    "manader": "månader", "ar": "år", "index": "",
}  # fmt: skip
SCENARIOS = {
    "utfall": "Utfall", "budget": "Budget", "prognos": "Prognos", "mal": "Mål",
    "avvikelse": "Avvikelse",
}  # fmt: skip
REPORT_TYPES = {"delar": "delårsrapport", "ar": "årsredovisning"}
SEVERAL = "rapporten anger flera tal"
"""Beside a figure that one place of its report prints otherwise."""
KINDS = {
    "individinriktad": "Individinriktad",
    "strukturovergripande": "Strukturövergripande",
    "administration": "Administration",
}
STATEMENTS = {
    "oversikt": "översikt", "resultatrakning": "resultaträkning", "balansrakning": "balansräkning",
    "kassaflode": "kassaflödesanalys", "driftredovisning": "driftredovisning", "not": "not",
    "prognos": "prognos", "insats_ekonomi": "insatsens ekonomi", "deltagare": "deltagare",
    "mal": "mål", "nyckeltal": "nyckeltal", "kostnadsfordelning": "kostnadsfördelning",
    "utbildning": "utbildning", "personal": "personal", "medlemsbidrag": "medlemsbidrag",
    "ovrigt": "övrigt",
}  # fmt: skip
STATUSES = {
    "verified": "granskad av en person", "reconciled": "stäms av en summa som håller",
    "unchecked": "ej granskad", "repaired": "rättad av en summa; det tryckta är kvar",
    "suspect": "osäker",
}  # fmt: skip


def number(value: Decimal | int, decimals: int = 0) -> str:
    """`1 234 567`; halves are rounded away from zero."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    return sign + f"{abs(rounded):,}".replace(",", SPACE).replace(".", ",")


def plain(value: Decimal) -> str:
    """As many decimals as the value has."""
    trimmed = value.normalize()
    return number(trimmed, max(0, -int(trimmed.as_tuple().exponent)))


def with_unit(value: Decimal | int, unit: str) -> str:
    """`1 234 kr`, `12,5 %`, `103`: one decimal in per cent, whole numbers else."""
    shown = number(value, 1 if unit == "procent" else 0)
    name = UNITS[unit]
    return f"{shown}{SPACE}{name}" if name else shown


def as_printed(value: Decimal, unit: str) -> str:
    """A figure of the report's own, with no more decimals than it has."""
    name = UNITS[unit]
    return f"{plain(value)}{SPACE}{name}" if name else plain(value)


def unbroken(sentence: str) -> str:
    """A sentence whose figures stay whole where a line ends."""
    return INSIDE_FIGURE.sub(SPACE, sentence)


def day(value: date) -> str:
    """`30 juni 2024`."""
    return f"{value.day}{SPACE}{MONTHS[value.month - 1]}{SPACE}{value.year}"


def moment(iso: str) -> str:
    """`2026-11-22 09:09`, in Swedish time."""
    return svenska.moment(datetime.fromisoformat(iso))


def report(forbund: str, kind: str, period_end: date) -> str:
    """`Samordningsförbundet X, delårsrapport 2024-06-30`."""
    return f"{forbund}, {REPORT_TYPES[kind]} {period_end.isoformat()}"
