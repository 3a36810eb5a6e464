"""Tables as plain HTML, in which every figure is text and leads to the line it was printed on.

Belongs here: cells, tables and links, all of them escaped: labels and figures come from documents.
Does not belong here: what stands in them (`sidor`), or how a number is written (`format`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

MISSING = '<span class="saknas" aria-hidden="true">–</span><span class="dold">uppgift saknas</span>'
LINES = re.compile(r"\d+")
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@dataclass(frozen=True)
class Source:
    """Where a figure stands: a report and lines of it (`12, 40`, or `not rad 12`)."""

    report_id: str
    rader: str | None
    derived: bool = False

    @property
    def lines(self) -> list[int]:
        """The line numbers, in order."""
        return sorted({int(line) for line in LINES.findall(self.rader or "")})

    @property
    def url(self) -> str:
        """The page Källor, on these lines."""
        query = {"rapport": self.report_id}
        if self.lines:
            query["rad"] = ",".join(map(str, self.lines))
        return f"kallor?{urlencode(query)}"

    @property
    def text(self) -> str:
        """For the tooltip."""
        how = "Räknat ur" if self.derived else "Källa:"
        where = f", rad {', '.join(map(str, self.lines))}" if self.lines else ""
        return f"{how} {self.report_id}{where}"


@dataclass(frozen=True)
class Cell:
    """One cell: text, or nothing where the report does not say; perhaps with its source."""

    text: str | None
    source: Source | None = None
    number: bool = False
    mark: str | None = None
    """`bra` or `varning`: a coloured label; the text says the same."""
    href: str | None = None
    share: float | None = None
    """0-100: a bar behind the figure, for the eye alone."""
    note: str | None = None
    """Small print below: the figure's own day or period."""


def text(value: object, note: str | None = None) -> Cell:
    """A cell of words; None is shown as missing."""
    return Cell(None if value is None else str(value), note=note)


def figure(
    shown: str | None, source: Source | None = None, *, note: str | None = None,
    share: float | None = None,
) -> Cell:  # fmt: skip
    """A cell of one figure; None is shown as missing."""
    return Cell(shown, source, number=True, note=note, share=share)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    strong: Iterable[int] = (),
    show_caption: bool = True,
    wordy: bool = False,
) -> str:
    """A table with a heading per column and row; `strong` rows are sums, `wordy` ones sentences.

    It scrolls within itself where the window is narrow, and can be reached by the keyboard there.
    """
    listed = [tuple(row) for row in rows]
    numeric = [all(row[at].number for row in listed) for at in range(len(columns))]
    heads = "".join(
        f'<th scope="col" role="columnheader"{_class("tal" if numeric[at] else "")}>'
        f"{_words(name)}</th>"
        for at, name in enumerate(columns)
    )
    bold = set(strong)
    body = "".join(_row(row, columns, index in bold) for index, row in enumerate(listed))
    hidden = "" if show_caption else ' class="dold"'
    name = "tabell ord" if wordy else "tabell"
    return (
        f'<div class="{name}" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table role="table"><caption{hidden}><span>{escape(caption)}</span></caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(cells: Sequence[Cell], columns: Sequence[str], bold: bool) -> str:
    """The roles are those of the elements, and stay when a phone stacks the cells."""
    first, *rest = cells
    head = (
        f'<th scope="row" role="rowheader"{_class("tal" if first.number else "")}>'
        f"{_content(first)}</th>"
    )
    data = "".join(
        f'<td role="cell" data-kolumn="{escape(name)}"{_class("tal" if cell.number else "")}>'
        f"{_content(cell)}</td>"
        for name, cell in zip(columns[1:], rest, strict=True)
    )
    return f'<tr role="row"{_class("summa" if bold else "")}>{head}{data}</tr>'


def _content(cell: Cell) -> str:
    if cell.text is None:
        return (
            f'<span class="saknas" aria-hidden="true">–</span><span class="dold">{MISSING}</span>'
        )
    shown = _words(cell.text)
    if cell.source:
        shown = (
            f'<a class="kalla" href="{escape(cell.source.url)}" '
            f'title="{escape(cell.source.text)}">{shown}</a>'
        )
    elif cell.href:
        shown = f'<a href="{escape(cell.href)}">{shown}</a>'
    if cell.mark:
        shown = f'<span class="marke {cell.mark}">{shown}</span>'
    if cell.note:
        shown += f'<span class="not">{_words(cell.note)}</span>'
    if cell.share is not None:
        width = min(100.0, max(0.0, cell.share))
        shown += (
            f'<span class="stapel" aria-hidden="true"><b style="width:{width:.1f}%"></b></span>'
        )
    return shown


def _words(words: str) -> str:
    """Escaped, and with each day whole where a line ends: it may end between two days."""
    return DAY.sub(r'<span class="dag">\g<0></span>', escape(words))


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def definitions(pairs: Iterable[tuple[str, Cell]], *, name: str) -> str:
    """A few figures with their names, side by side."""
    items = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{_content(cell)}</dd></div>" for label, cell in pairs
    )
    return f'<dl class="{name}">{items}</dl>'


def heading(level: int, words: str) -> str:
    """A heading; 1 is the page's own."""
    return f"<h{level}>{escape(words)}</h{level}>"


def folded(words: str, content: str) -> str:
    """Something (HTML) that is there when one opens it."""
    return f"<details><summary>{escape(words)}</summary>{content}</details>"


def navigation(links: Iterable[tuple[str, str]], current: str) -> str:
    """The pages by address and name, for a phone: Streamlit hides its own behind an icon there."""
    shown = "".join(
        f'<a href="{escape(to)}"{" aria-current=page" if name == current else ""}>'
        f"{escape(name)}</a>"
        for to, name in links
    )
    return f'<nav class="sidor" aria-label="Sidor">{shown}</nav>'


def listing(items: Iterable[str]) -> str:
    """A list of words, in columns where there is room."""
    return f'<ul class="spalter">{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul>'


def paragraph(words: str, name: str = "") -> str:
    """One paragraph of plain words."""
    return f"<p{_class(name)}>{escape(words)}</p>"
