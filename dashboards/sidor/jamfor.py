"""Jämför: one ratio, several förbund, periods of equal length only.

Belongs here: this page. Does not belong here: ratios of single insatser (`insatser`).
"""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from dashboards import charts, filters
from dashboards.definitions import definitions_of
from dashboards.format import MONTHS, UNITS, as_printed, with_unit
from dashboards.markup import Cell, Source, figure, heading, paragraph, table, text
from dashboards.published import Row, Version

AT_MOST = 8
AT_FIRST = 4
PERIODS = ("halvår", "helår", "jan–aug", "jan–sep", "tertial", "kvartal")
FIRST = "soliditet"


def show(version: Version) -> None:
    """Draw the page."""
    st.html(heading(1, "Jämför förbund med varandra"))
    choices = version.ask("jamfor", "val")
    if not choices:
        st.info("Det finns inga nyckeltal att jämföra ännu.")
        return
    names = {row["nyckeltal_id"]: row["nyckeltal"] for row in choices}
    one, two = st.columns(2)
    with one:
        ratio = filters.choose("Nyckeltal", "nyckeltal", list(names),
                               FIRST if FIRST in names else next(iter(names)),
                               names.get)  # fmt: skip
    of_ratio = [row for row in choices if row["nyckeltal_id"] == ratio]
    spans = _spans(of_ratio)
    with two:
        span = filters.choose("Lika långa perioder", "period", list(spans), next(iter(spans)),
                              spans.get, depends=True)  # fmt: skip
    there = {row["forbund_id"]: row["forbund"] for row in of_ratio if _span(row) == span}
    chosen = filters.choose_some(
        f"Förbund, högst {AT_MOST}", "forbund", list(there), list(there)[:AT_FIRST],
        shown=there.get, at_most=AT_MOST,
    )  # fmt: skip
    balance_day = span if span not in PERIODS else None
    rows = version.ask(
        "jamfor", "varden", nyckeltal=ratio, forbund=chosen, balansdag=balance_day,
        periodslag="instant" if balance_day else span,
    )  # fmt: skip
    st.html(heading(2, f"{names[ratio]}, {spans[span]}"))
    definition = version.ask("jamfor", "definitioner", nyckeltal=[ratio])
    st.html(paragraph(f"{definition[0]['definition']}."))
    _compared(rows)
    st.html(definitions_of(definition))


def _span(row: Row) -> str:
    """A kind of period, or for balance sheets the day of the year."""
    return str(row["balansdag"] or row["periodslag"])


def _spans(rows: Sequence[Row]) -> dict[str, str]:
    """What can be compared, the most common first, by what it is called."""
    found = [_span(row) for row in rows]
    order = sorted(set(found), key=lambda span: (-found.count(span), span))
    return {span: span if span in PERIODS else _day(span) for span in order}


def _day(month_and_day: str) -> str:
    month, day = month_and_day.split("-")
    return f"balansdagen {int(day)} {MONTHS[int(month) - 1]}"


def _compared(rows: Sequence[Row]) -> None:
    if not rows:
        st.html(paragraph("Inget förbund är valt, eller så saknas uppgift för de valda."))
        return
    unit = rows[0]["enhet"]
    latest = sorted(rows, key=lambda row: row["period_end"], reverse=True)
    periods = {row["period"]: row["period_end"] for row in latest}
    called, times = _times(list(periods.values()))
    charts.lines(
        [
            {
                "serie": row["forbund"],
                "namn": f"{row['forbund']}, {row['period']}",
                "tid": called(row["period_end"]),
                "varde": charts.drawn(row["varde"]),
                "text": with_unit(row["varde"], unit),
                "kalla": Source(row["report_id"], row["rader"], derived=True).text,
            }
            for row in rows
        ],
        times,
        UNITS[unit],
        f"Linjer över åren för {len({row['forbund_id'] for row in rows})} förbund; siffrorna står "
        "i tabellen.",
    )
    found = {(row["forbund"], row["period"]): row for row in rows}
    names = list(dict.fromkeys(row["forbund"] for row in rows))
    st.html(
        table(
            "Nyckeltalet per period och förbund, beräknat lika för alla; rapportens egen siffra "
            "står under där den finns",
            ("Period", *names),
            [(text(each), *(_cell(found.get((name, each))) for name in names)) for each in periods],
        )
    )


def _times(days: Sequence[date]) -> tuple[Callable[[date], str], list[str]]:
    """What to call a day in the chart, and all that there is room for, the oldest first: years,
    also those that nobody has reported, or the days themselves where years repeat."""
    years = [day.year for day in days]
    if len(set(years)) < len(years):
        return date.isoformat, sorted(map(date.isoformat, days))
    return lambda day: str(day.year), [str(year) for year in range(min(years), max(years) + 1)]


def _cell(row: Row | None) -> Cell:
    if row is None:
        return figure(None)
    printed = row["rapporterat_varde"]
    return figure(
        with_unit(row["varde"], row["enhet"]),
        Source(row["report_id"], row["rader"], derived=True),
        note=None if printed is None else f"rapporten: {as_printed(printed, row['enhet'])}",
    )
