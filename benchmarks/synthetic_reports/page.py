"""A page as lines of text and figures, and the ways in which a table is set on it.

Belongs here: `Table` and its layouts, page furniture. Does not belong here: what the table
says (`compose`), or how a scanner spoils it (`wear`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from random import Random

from .figures import Figure

Part = str | Figure
Line = list[Part]

LAYOUTS = (
    "tabs",
    "aligned",
    "single",
    "pipes",
    "html_rows",
    "html_cells",
    "blocks",
    "alternating",
)
CELL_COUNT_SAFE = ("tabs", "aligned", "pipes", "html_rows", "html_cells")
WRAP_FROM = 30


@dataclass(frozen=True)
class Habits:
    """What one report does to its tables beyond their layout."""

    open_pipes: bool = False  # Markdown rows without the last pipe
    bold_sums: bool = False  # Markdown: `**Summa**`
    bare_cells: bool = False  # HTML: cells with attributes, rows not closed
    side_by_side: bool = False  # blocks: the columns beside each other, below the labels
    leaders: bool = False  # aligned: dots from the label to the amounts
    titled_corner: bool = False  # the title stands in the corner of the table, not above it
    repeated_head: bool = False  # after a page break within a table
    footnotes: bool = False  # `1)` after a label
    note_words: bool = False  # `Not 2` in the column of notes, or two numbers


PLAIN = Habits()
TITLED_LAYOUTS = ("tabs", "aligned", "pipes")


def pick_habits(rng: Random) -> Habits:
    """Most reports have none or one of them."""
    return Habits(*(rng.random() < 0.15 for _ in fields(Habits)))


@dataclass
class Row:
    """One line item: a heading has no cells; a cell is a figure, or what stands for nothing."""

    label: str
    cells: list[Part] = field(default_factory=list)
    note: str = ""


@dataclass
class Table:
    """`heads` has one entry per column: the lines of its header, top first."""

    corner: str
    heads: list[list[str]]
    rows: list[Row]
    has_note: bool = False


def line_text(line: Line) -> str:
    return "".join(part if isinstance(part, str) else part.printed for part in line)


def _width(part: Part) -> int:
    return len(part if isinstance(part, str) else part.printed)


def _head_rows(table: Table) -> list[tuple[str, list[str]]]:
    """Header lines as (corner, one string per column), shorter heads aligned to the top."""
    depth = max((len(head) for head in table.heads), default=1)
    lines = []
    for level in range(depth):
        cells = [head[level] if level < len(head) else "" for head in table.heads]
        lines.append((table.corner if level == 0 else "", cells))
    return lines


def _joined(parts: Iterable[Part], separator: str) -> Line:
    line: Line = []
    for part in parts:
        if line:
            line.append(separator)
        line.append(part)
    return line


def _all_cells(row: Row, table: Table) -> list[Part]:
    """The cells after the label, blank ones for a heading."""
    note: list[Part] = [row.note] if table.has_note else []
    return note + (row.cells or [""] * len(table.heads))


def _tabs(table: Table) -> list[Line]:
    note = ["Not"] if table.has_note else []
    lines: list[Line] = []
    for level, (corner, cells) in enumerate(_head_rows(table)):
        lines.append(_joined([corner, *(note if level == 0 else [""] * len(note)), *cells], "\t"))
    for row in table.rows:
        if not row.cells:
            lines.append([row.label])
            continue
        notes = [row.note] if table.has_note else []
        lines.append(_joined([row.label, *notes, *row.cells], "\t"))
    return lines


def _wrap(label: str, rng: Random, chance: float) -> tuple[str, str]:
    """The label on one line, or cut at a space into two."""
    if len(label) < WRAP_FROM or rng.random() > chance:
        return label, ""
    cut = label.rfind(" ", 8, len(label) - 6)
    return (label[:cut], label[cut + 1 :]) if cut > 0 else (label, "")


def _aligned(table: Table, habits: Habits) -> list[Line]:
    label_width = max([len(row.label) for row in table.rows] + [len(table.corner)]) + 2
    widths = []
    for place, head in enumerate(table.heads):
        cells = [_width(row.cells[place]) for row in table.rows if row.cells]
        widths.append(max([*cells, *(len(text) for text in head)]) + 3)
    lines: list[Line] = []
    for level, (corner, cells) in enumerate(_head_rows(table)):
        note = ("Not" if level == 0 else "").rjust(5) if table.has_note else ""
        heads = "".join(text.rjust(width) for text, width in zip(cells, widths, strict=True))
        lines.append([corner.ljust(label_width) + note + heads])
    for row in table.rows:
        line: Line = [row.label.ljust(label_width) if row.cells else row.label]
        if habits.leaders and row.cells and not table.has_note:
            line = [f"{row.label} ".ljust(label_width, ".")]
        if row.cells and table.has_note:
            line.append(row.note.rjust(5))
        for cell, width in zip(row.cells, widths, strict=False):
            line += [" " * (width - _width(cell)), cell]
        lines.append(line)
    return lines


def _single(table: Table, rng: Random) -> list[Line]:
    lines: list[Line] = []
    for level, (corner, cells) in enumerate(_head_rows(table)):
        note = "Not" if table.has_note and level == 0 else ""
        lines.append([" ".join(text for text in (corner, note, *cells) if text)])
    values_last = rng.random() < 0.3
    for row in table.rows:
        cells = [cell for cell in row.cells if cell != ""]
        first, second = _wrap(row.label, rng, 0.25) if cells else (row.label, "")
        head = [row.note, *cells] if row.note and table.has_note else cells
        if second and values_last:
            lines += [[first], _joined([second, *head], " ")]
        else:
            lines.append(_joined([first, *head], " "))
            if second:
                lines.append([second])
    return lines


def _is_sum(row: Row) -> bool:
    return row.label.upper().startswith(("SUMMA", "S:A", "TOTALT"))


def _pipes(table: Table, habits: Habits) -> list[Line]:
    note = ["Not"] if table.has_note else []
    heads = [" ".join(head) for head in table.heads]
    columns = 1 + len(note) + len(heads)

    def piped(parts: list[Part], *, bold: bool = False) -> Line:
        mark = "**" if bold else ""
        last = "" if habits.open_pipes else " |"
        return [f"| {mark}", *_joined(parts, f"{mark} | {mark}"), f"{mark}{last}"]

    lines = [piped([table.corner, *note, *heads]), ["|" + " --- |" * columns]]
    for row in table.rows:
        parts = [row.label, *_all_cells(row, table)]
        full = "" not in parts and all(part == "-" or part for part in parts)
        lines.append(piped(parts, bold=habits.bold_sums and full and _is_sum(row)))
    return lines


def _html(table: Table, habits: Habits, *, cell_per_line: bool) -> list[Line]:
    def row_lines(tag: str, parts: list[Part]) -> list[Line]:
        if habits.bare_cells and not cell_per_line:
            bare: Line = []
            for part in parts:
                bare += [f'<{tag} align="right">', part, f"</{tag}>"]
            return [bare]
        if cell_per_line:
            cells: list[Line] = [[f"<{tag}>", part, f"</{tag}>"] for part in parts]
            return [["<tr>"], *cells, ["</tr>"]]
        line: Line = ["<tr>"]
        for part in parts:
            line += [f"<{tag}>", part, f"</{tag}>"]
        return [[*line, "</tr>"]]

    note = ["Not"] if table.has_note else []
    lines: list[Line] = [["<table>"]]
    lines += row_lines("th", [table.corner, *note, *["<br>".join(head) for head in table.heads]])
    for row in table.rows:
        lines += row_lines("td", [row.label, *_all_cells(row, table)])
    return [*lines, ["</table>"]]


def _blocks(table: Table, rng: Random, habits: Habits) -> list[Line]:
    """All labels first, then one block of values per column, as OCR of a wide table gives."""
    gaps = rng.random() < 0.6
    lines: list[Line] = [[table.corner]] if table.corner else []
    lines += [[row.label] for row in table.rows]
    if habits.side_by_side:
        lines += [[""], *(_joined([t for t in texts if t], "  ") for _, texts in _head_rows(table))]
        return [*lines, *(_joined(row.cells, "  ") for row in table.rows if row.cells)]
    for place, head in enumerate(table.heads):
        lines += [[""], *([text] for text in head if text)]
        for row in table.rows:
            if row.cells:
                lines.append([row.cells[place]])
            elif gaps and lines[-1] != [""]:
                lines.append([""])
    return lines


def _alternating(table: Table, rng: Random) -> list[Line]:
    separator = rng.choice(["  ", "\t", " "])
    one_per_line = rng.random() < 0.3
    lines: list[Line] = []
    for level, (corner, cells) in enumerate(_head_rows(table)):
        texts: list[Part] = [text for text in (corner if level == 0 else "", *cells) if text]
        lines.append(_joined(texts, "\t" if separator == "\t" else "  "))
    for row in table.rows:
        lines.append([row.label])
        cells = [cell for cell in row.cells if cell != ""]
        if one_per_line:
            lines += [[cell] for cell in cells]
        elif cells:
            lines.append(_joined(cells, separator))
    return lines


_RENDERERS: dict[str, Callable[[Table, Random, Habits], list[Line]]] = {
    "tabs": lambda table, *_: _tabs(table),
    "aligned": lambda table, _, habits: _aligned(table, habits),
    "single": lambda table, rng, _: _single(table, rng),
    "pipes": lambda table, _, habits: _pipes(table, habits),
    "html_rows": lambda table, _, habits: _html(table, habits, cell_per_line=False),
    "html_cells": lambda table, _, habits: _html(table, habits, cell_per_line=True),
    "blocks": _blocks,
    "alternating": lambda table, rng, _: _alternating(table, rng),
}


def render(table: Table, layout: str, rng: Random, habits: Habits = PLAIN) -> list[Line]:
    """The lines of a table in one of `LAYOUTS`."""
    return _RENDERERS[layout](table, rng, habits)


def text_line(template: str, **figures: Figure) -> Line:
    """A sentence with figures in it: `text_line("Utfall {utfall} kr.", utfall=figure)`."""
    line: Line = []
    rest = template
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, _, rest = after.partition("}")
        line += [before, figures[name]] if before else [figures[name]]
    return [*line, rest] if rest else line
