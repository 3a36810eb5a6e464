"""Charts: few marks, figures written beside them, Swedish on the axes.

Belongs here: how a chart looks and which figure stands where. Does not belong here: any reckoning;
the rows come ready from `queries`. Figures become floats here, for a pixel's sake alone: every
chart has a table below it with the exact figures and their sources.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import altair as alt
import streamlit as st

from dashboards.format import MINUS, SPACE

BLUE, ORANGE, GREY, INK = "#0b5c8a", "#b3500f", "#52606d", "#1b2733"
# Told apart without colour too: each has its own shape.
PALETTE = ("#0b5c8a", "#b3500f", "#3b7a2a", "#7b3fa0", "#8a6d00", "#b0226b", "#00707a", "#52606d")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left",
          "triangle-right")  # fmt: skip
LOCALE = {
    "number": {"decimal": ",", "thousands": SPACE, "grouping": [3], "currency": ["", f"{SPACE}kr"],
               "minus": MINUS, "percent": f"{SPACE}%"},
    "time": {
        "dateTime": "%Y-%m-%d %H:%M", "date": "%Y-%m-%d", "time": "%H:%M", "periods": ["fm", "em"],
        "days": ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"],
        "shortDays": ["sön", "mån", "tis", "ons", "tor", "fre", "lör"],
        "months": ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti",
                   "september", "oktober", "november", "december"],
        "shortMonths": ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt",
                        "nov", "dec"],
    },
}  # fmt: skip
AXIS = {
    "aria": False,  # Vega would describe it in English
    "labelColor": INK, "titleColor": GREY, "gridColor": "#e3e8ec", "domainColor": "#8895a1",
    "tickColor": "#8895a1", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
    "labelLimit": 190,
}  # fmt: skip
MOST_LABELS = 24
"""More figures in a chart of lines would cover each other."""
ROOM = 0.15
"""Share of the highest bar that is kept free for the figure beyond it."""
FONT = '"Source Sans", "Source Sans Pro", sans-serif'
Point = dict[str, Any]


def drawn(value: Decimal | int | None) -> float | None:
    """A figure as a length."""
    return None if value is None else float(value)


def columns(points: Sequence[Point], unit: str, alt_text: str, limit: bool = False) -> None:
    """Upright bars in the order given; each point has namn, varde, text, kalla (and grans)."""
    names = [point["namn"] for point in points]
    base = alt.Chart(_data(points)).encode(
        x=alt.X("namn:N", sort=names, title=None, axis=alt.Axis(labelAngle=0, labelLimit=120)),
        tooltip=_tooltip(),
    )
    lowest, highest = _reach(points)
    value = alt.Y("varde:Q", title=None, axis=_scale(unit, 5),
                  scale=alt.Scale(domain=[lowest, highest], nice=False))  # fmt: skip
    bars = base.mark_bar(size=34).encode(
        y=value,
        color=alt.condition("datum.varde < 0", alt.value(ORANGE), alt.value(BLUE)),
    )
    above = base.transform_filter("datum.varde >= 0").mark_text(dy=-8, fontSize=12, color=INK)
    below = base.transform_filter("datum.varde < 0").mark_text(dy=12, fontSize=12, color=INK)
    layers: list[Any] = [bars, *(each.encode(y=value, text="text:N") for each in (above, below))]
    if limit:
        marks = base.transform_filter("isValid(datum.grans)").mark_tick(
            color=INK, thickness=3, size=56
        )
        layers.append(marks.encode(y="grans:Q"))
    _show(alt.layer(*layers), 260, alt_text, width=120 + 130 * len(points))


def _reach(points: Sequence[Point]) -> tuple[float, float]:
    """From where to where the axis goes: from zero, and past the figures at the ends of bars."""
    ends = [point[each] for point in points for each in ("varde", "grans") if point.get(each)]
    lowest, highest = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    room = ROOM * max(highest - lowest, 1.0)
    return lowest - room * (lowest < 0), highest + room * (highest > 0 or lowest == 0)


def bars(points: Sequence[Point], unit: str, alt_text: str) -> None:
    """Lying bars, one row per point, its name above it: namn, varde, text, kalla."""
    order = [f"{at:03}" for at in range(len(points))]
    listed = [point | {"plats": at} for at, point in zip(order, points, strict=True)]
    base = alt.Chart(_data(listed)).encode(
        y=alt.Y("plats:N", sort=order, axis=None, title=None), tooltip=_tooltip()
    )
    reach = alt.X("varde:Q", title=None, axis=_scale(unit, 3),
                  scale=alt.Scale(domain=_reach(points), nice=False))  # fmt: skip
    drawn_bars = base.mark_bar(color=BLUE, size=14, yOffset=9).encode(x=reach)
    figures = base.mark_text(align="left", dx=5, dy=9, fontSize=12, color=INK).encode(
        x=reach, text="text:N"
    )
    names = base.mark_text(align="left", dy=-8, fontSize=12, color=INK).encode(
        x=alt.value(0), text="namn:N"
    )
    _show(alt.layer(drawn_bars, figures, names), 40 + 40 * len(points), alt_text)


def lines(points: Sequence[Point], times: Sequence[str], unit: str, alt_text: str) -> None:
    """One line per serie over `times`, in their order: serie, tid, varde, text, kalla.

    A line stops where a value is missing; it never bridges a year that nobody has reported.
    """
    series = list(dict.fromkeys(point["serie"] for point in points))
    there = {(point["serie"], point["tid"]) for point in points}
    gaps = [
        {"serie": serie, "tid": time, "varde": None}
        for serie in series for time in times if (serie, time) not in there
    ]  # fmt: skip
    ordered = sorted([*points, *gaps], key=lambda point: list(times).index(point["tid"]))
    scale = alt.Scale(domain=series, range=list(PALETTE[: len(series)]))
    shapes = alt.Scale(domain=series, range=list(SHAPES[: len(series)]))
    legend = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=320, labelFontSize=13)
    base = alt.Chart(_data(ordered)).encode(
        x=alt.X("tid:O", title=None, sort=list(times),
                axis=alt.Axis(labelAngle=0, labelOverlap="parity")),
        y=alt.Y("varde:Q", title=None, axis=_scale(unit, 5)),
        color=alt.Color("serie:N", scale=scale, legend=legend),
        tooltip=_tooltip(),
    )  # fmt: skip
    known = base.transform_filter("isValid(datum.varde)")
    dots = known.mark_point(filled=True, size=90, opacity=1).encode(
        shape=alt.Shape("serie:N", scale=shapes, legend=legend)
    )
    layers: list[Any] = [base.mark_line(strokeWidth=2, invalid="break-paths-show-domains"), dots]
    if len(points) <= MOST_LABELS:
        layers.append(known.mark_text(dy=-12, fontSize=12).encode(text="text:N"))
    _show(alt.layer(*layers), 320 + 20 * len(series), alt_text)


def _scale(unit: str, ticks: int) -> alt.Axis:
    """Round figures with their unit: `500 000 kr`."""
    return alt.Axis(format=",~f", tickCount=ticks, labelExpr=f"datum.label + '{SPACE}{unit}'")


def _data(points: Sequence[Point]) -> Any:
    return alt.InlineData(values=list(points))


def _tooltip() -> list[Any]:
    return [
        alt.Tooltip("namn:N", title="Vad"),
        alt.Tooltip("text:N", title="Värde"),
        alt.Tooltip("kalla:N", title="Källa"),
    ]


def _show(
    chart: Any, height: int, alt_text: str, *, width: int | Literal["stretch"] = "stretch"
) -> None:
    styled = (
        chart.properties(height=height, background="white", padding={"left": 2, "right": 8})
        .configure(locale=LOCALE, font=FONT)
        .configure_axis(**AXIS)
        .configure_view(stroke=None)
    )
    st.altair_chart(styled, theme=None, alt=alt_text, width=width)
