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
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke",
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
    "labelColor": INK, "titleColor": GREY, "gridColor": "#e3e8ec", "domainColor": "#8895a1",
    "tickColor": "#8895a1", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
    "labelLimit": 190,
}  # fmt: skip
TWO_LINES = alt.Axis(labelLimit=170, ticks=False, labelExpr="split(datum.label, '|')")
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
    value = alt.Y("varde:Q", title=unit, axis=alt.Axis(format=",.0f", tickCount=5))
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


def bars(points: Sequence[Point], unit: str, alt_text: str) -> None:
    """Lying bars, one row per point: namn (of two lines, by `|`), varde, text, kalla."""
    names = [point["namn"] for point in points]
    base = alt.Chart(_data(points)).encode(
        y=alt.Y("namn:N", sort=names, title=None, axis=TWO_LINES),
        x=alt.X("varde:Q", title=unit, axis=alt.Axis(format=",.0f", tickCount=3)),
        tooltip=_tooltip(),
    )  # fmt: skip
    labels = base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(text="text:N")
    _show(base.mark_bar(color=BLUE, size=18) + labels, 40 + 36 * len(points), alt_text, right=44)


def lines(points: Sequence[Point], unit: str, alt_text: str, decimals: int) -> None:
    """One line per serie over years: serie, tid (ISO), varde, text, kalla."""
    series = list(dict.fromkeys(point["serie"] for point in points))
    scale = alt.Scale(domain=series, range=list(PALETTE[: len(series)]))
    shapes = alt.Scale(domain=series, range=list(SHAPES[: len(series)]))
    legend = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=320, labelFontSize=13)
    base = alt.Chart(_data(points)).encode(
        x=alt.X("tid:T", title=None, axis=alt.Axis(format="%Y", tickCount="year"),
                scale=alt.Scale(padding=30)),
        y=alt.Y("varde:Q", title=unit, axis=alt.Axis(format=f",.{decimals}f", tickCount=5)),
        color=alt.Color("serie:N", scale=scale, legend=legend),
        tooltip=_tooltip(),
    )  # fmt: skip
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        shape=alt.Shape("serie:N", scale=shapes, legend=legend)
    )
    layers: list[Any] = [base.mark_line(strokeWidth=2), dots]
    if len(points) <= 24:  # more would cover each other
        layers.append(base.mark_text(dy=-12, fontSize=12).encode(text="text:N"))
    _show(alt.layer(*layers), 320 + 20 * len(series), alt_text)


def _data(points: Sequence[Point]) -> Any:
    return alt.InlineData(values=list(points))


def _tooltip() -> list[Any]:
    return [
        alt.Tooltip("namn:N", title="Vad"),
        alt.Tooltip("text:N", title="Värde"),
        alt.Tooltip("kalla:N", title="Källa"),
    ]


def _show(
    chart: Any, height: int, alt_text: str, *, width: int | Literal["stretch"] = "stretch",
    right: int = 8,
) -> None:  # fmt: skip
    styled = (
        chart.properties(height=height, background="white", padding={"left": 2, "right": right})
        .configure(locale=LOCALE, font=FONT)
        .configure_axis(**AXIS)
        .configure_view(stroke=None)
    )
    st.altair_chart(styled, theme=None, alt=alt_text, width=width)
