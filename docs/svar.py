"""The answers that stand under the SQL of the pages, and writing them anew: `python -m docs.svar`.

Belongs here: what a block of a page is, whether the table under a question is its answer, writing
the table when it is not, and the index of the cookbook. Does not belong here: any question; it is
written in its page. A page whose answers are right is left byte for byte as it is.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, get_settings
from dagster_pipelines.svenska import number

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$(?:\n\n((?:\|[^\n]*\n)+))?", re.M | re.S)
FRAGOR = PROJECT_DIR / "docs" / "fragor"
INDEX = FRAGOR / "index.md"
IN_SWEDISH = ("docs/fragor/", "docs/hur-man/")
YES_NO = {True: "ja", False: "nej"}
LIST_BEGINS, LIST_ENDS = "<!-- python -m docs.svar -->\n", "<!-- slut -->"


@dataclass(frozen=True)
class Block:
    """A fenced block, where it stands, and the rows of the table that follows it, if any."""

    page: str
    line: int
    language: str
    text: str
    table: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """README and its neighbours, and every page of docs/."""
    found = [*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md")]
    return sorted(found, key=name_of)


def name_of(page: Path) -> str:
    """The page as the repository calls it."""
    return page.relative_to(PROJECT_DIR).as_posix()


def blocks(text: str, page: str) -> Iterator[Block]:
    """The fenced blocks of a page's text."""
    return (block_of(match, text, page) for match in FENCE.finditer(text))


def block_of(match: re.Match[str], text: str, page: str) -> Block:
    """One block out of what `FENCE` found."""
    rows = [_cells(line) for line in (match[3] or "").splitlines()]
    table = tuple(row for number, row in enumerate(rows) if number != 1)  # not the ruler
    return Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2], table)


def _cells(line: str) -> tuple[str, ...]:
    cells = re.split(r"(?<!\\)\|", line.strip())[1:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)


def same(printed: str, value: Any) -> bool:
    """Is the cell that value? Digits may be grouped by spaces; null is an empty cell."""
    if value is None:
        return printed == ""
    if isinstance(value, bool):
        return printed in (YES_NO[value], str(value).lower())
    if isinstance(value, int | Decimal):
        digits = printed.replace(" ", "").replace(",", ".")
        return bool(re.fullmatch(r"-?\d+(\.\d+)?", digits)) and Decimal(digits) == value
    return printed == str(value)


def differences(con: duckdb.DuckDBPyConnection, block: Block) -> list[str]:
    """What of the printed table is not the answer; empty when all of it is."""
    names, answer = _answer(con, block)
    if not block.table:
        return []
    header, *rows = block.table
    if header != names:
        return [f"columns {header}, the answer has {names}"]
    if len(rows) != len(answer):
        return [f"{len(rows)} rows, the answer has {len(answer)}"]
    return [
        f"row {number}, {name}: {cell!r}, the answer is {value!r}"
        for number, (row, values) in enumerate(zip(rows, answer, strict=True), 1)
        for name, cell, value in zip(names, row, values, strict=True)
        if not same(cell, value)
    ]


def _answer(con: duckdb.DuckDBPyConnection, block: Block) -> tuple[tuple[str, ...], list[Any]]:
    cursor = con.execute(block.text)
    return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()


def renewed(con: duckdb.DuckDBPyConnection, text: str, page: str) -> str:
    """The page with the tables that were not the answer written anew.

    Raises:
        duckdb.Error: a question does not run.
    """

    def write(match: re.Match[str]) -> str:
        block = block_of(match, text, page)
        if block.language != "sql" or not block.table or not differences(con, block):
            return match[0]
        made = answer_table(*_answer(con, block), swedish=page.startswith(IN_SWEDISH))
        return match[0].removesuffix(match[3]) + made

    return FENCE.sub(write, text)


def answer_table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, swedish: bool = True
) -> str:
    """An answer as a Markdown table, numbers to the right."""
    columns = [[row[at] for row in rows] for at in range(len(names))]
    ruler = ["---:" if any(map(_is_number, values)) else "---" for values in columns]
    written = [[_cell(value, _places(values), swedish) for value in values] for values in columns]
    cells = zip(*written, strict=True)
    return "".join(f"| {' | '.join(row)} |\n" for row in ([*names], ruler, *cells))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _places(values: Sequence[Any]) -> int:
    """The decimals that a column needs: as many as its longest value, zeros at the end not told."""
    fractions = [f"{value:f}".partition(".")[2] for value in values if isinstance(value, Decimal)]
    return max((len(fraction.rstrip("0")) for fraction in fractions), default=0)


def _cell(value: Any, places: int, swedish: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_NO[value] if swedish else str(value).lower()
    if not _is_number(value):
        return str(value).replace("|", "\\|")
    decimals = places if isinstance(value, Decimal) else 0
    told = number(value, decimals, space=" ")
    return told if swedish else told.replace(",", ".")


def questions() -> list[Path]:
    """The pages of the cookbook, one question each, in their order."""
    return sorted(FRAGOR.glob("[0-9][0-9]-*.md"))


def indexed(text: str) -> str:
    """The index with its list of questions written anew, out of the pages."""
    head, _, rest = text.partition(LIST_BEGINS)
    rows = [
        f"| [{title}]({page.name}) | {asked_by} |\n"
        for page in questions()
        for title, asked_by in [title_and_asker(page.read_text(encoding="utf-8"))]
    ]
    made = "".join(("| fråga | ställs av |\n", "| --- | --- |\n", *rows))
    return head + LIST_BEGINS + made + LIST_ENDS + rest.partition(LIST_ENDS)[2]


def title_and_asker(text: str) -> tuple[str, str]:
    """What a page of the cookbook is called, and who asks.

    Raises:
        ValueError: the page does not begin as the others do.
    """
    begins = re.match(r"# (\d+\. .+\?)\n\n\*Ställs av (.+?)\.\* ", text)
    if not begins:
        raise ValueError("a question begins '# 1. Question?' and then '*Ställs av …*'")
    return begins[1], begins[2]


def main() -> None:
    """Write anew what is no longer the answer of the published warehouse, and say what that was."""
    argparse.ArgumentParser("python -m docs.svar", description=main.__doc__).parse_args()
    with open_published(get_settings().published_db) as con:
        for page in pages():
            text = page.read_text(encoding="utf-8")
            made = renewed(con, text, name_of(page))
            made = indexed(made) if page == INDEX else made
            if made != text:
                page.write_text(made, encoding="utf-8")
                print(f"{name_of(page)}: written anew")


if __name__ == "__main__":
    main()
