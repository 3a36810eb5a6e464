"""`finsam query`: one SQL question to the published warehouse.

Belongs here: running it shut in (`database.open_published`) and writing the answer as a table,
CSV or JSON. Does not belong here: ready-made questions.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from threading import Timer
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_pipelines.cli.screen import (
    HomeOption,
    err,
    fail,
    out,
    published_manifest,
    settings_for,
    table,
)
from dagster_pipelines.spreadsheets import harmless

if TYPE_CHECKING:
    import duckdb

    from dagster_pipelines.settings import Settings

SHOWN = 1000
QUESTIONS = ("SELECT", "EXPLAIN")
LISTINGS = (
    'List the tables with: finsam query "select schema_name, table_name from duckdb_tables()"',
    'List the columns with: finsam query "describe TABLE"',
)
"""What to do about the name of a table that does not exist, and of a column."""
Rows = Sequence[tuple[Any, ...]]


class Format(StrEnum):
    """How the answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def command(
    sql: Annotated[str, typer.Argument(help="One statement; marts are found without a prefix.")],
    format: Annotated[
        Format, typer.Option("--format", "-f", help="table for eyes, csv or json for programs.")
    ] = Format.TABLE,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="CSV exactly as stored: only for programs, not spreadsheets."),
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds before the question is given up (FINSAM_QUERY_TIMEOUT_SECONDS)."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask the published warehouse: finsam query "select * from rpt_balansrakning".

    Read-only: no other file can be read or written and no extension loaded. JSON numbers are
    exact decimals, never rounded to floats. In CSV, a text that a spreadsheet would run as a
    formula (it begins with = + - @ or a tab) has a ' before it, unless --raw.
    """
    settings = settings_for(home)
    published_manifest(settings)
    names, rows = _ask(
        settings, sql, settings.query_timeout_seconds if timeout is None else timeout
    )
    if format is Format.CSV and not raw:
        names, rows = harmless_answer(names, rows)
    write = {Format.TABLE: write_table, Format.CSV: write_csv, Format.JSON: write_json}
    write[format](names, rows)


class UnansweredError(Exception):
    """A question that got no answer: the message says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


def _ask(settings: "Settings", sql: str, timeout: float) -> tuple[list[str], Rows]:
    """The answer; ends the program when it is no question, wrong, too large or too slow."""
    from dagster_pipelines.database import open_published  # noqa: PLC0415

    try:
        with open_published(settings.published_db, settings.query_memory_mb) as con:
            return ask(con, sql, timeout, settings.query_memory_mb)
    except UnansweredError as unanswered:
        fail(str(unanswered), unanswered.remedy)


def ask(
    con: "duckdb.DuckDBPyConnection",
    sql: str,
    timeout: float,
    memory_mb: int,
    listings: tuple[str, str] = LISTINGS,
) -> tuple[list[str], Rows]:
    """The columns and rows that answer one question to a connection that is shut in.

    `listings` are the remedies where a table or a column does not exist.

    Raises:
        UnansweredError: it is no question, wrong, too large or too slow.
        KeyboardInterrupt: it was stopped by Ctrl-C.
    """
    import duckdb  # noqa: PLC0415

    try:
        statements = con.extract_statements(sql)
        if len(statements) != 1:
            raise UnansweredError(
                "This takes exactly one statement.", "Ask one question at a time."
            )
        if not _is_question(statements[0]):
            raise UnansweredError(
                "This takes a question.", "Begin it with select, from or explain."
            )
        with _interrupted_after(timeout, con.interrupt):
            cursor = con.execute(sql)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
    except duckdb.InterruptException:
        raise UnansweredError(
            f"No answer within {timeout:g} s.", "Ask for less, or give it more with --timeout."
        ) from None
    except duckdb.OutOfMemoryException:
        raise UnansweredError(
            f"The question needs more than {memory_mb} MB.",
            "Ask for less, or raise FINSAM_QUERY_MEMORY_MB.",
        ) from None
    except duckdb.Error as error:
        raise UnansweredError(str(error), _remedy(error, listings)) from None
    except RuntimeError as stopped:  # what DuckDB makes of Ctrl-C while it works
        if str(stopped) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


def _remedy(error: "duckdb.Error", listings: tuple[str, str]) -> str:
    """By the words of the error: its class alone does not tell a table from a function, nor a
    column that does not exist from one that is not grouped."""
    import duckdb  # noqa: PLC0415

    tables, columns = listings
    said = str(error)
    if isinstance(error, duckdb.CatalogException) and "Table with name" in said:
        return tables
    if "Referenced column" in said or "does not have a column" in said:
        return columns
    if isinstance(error, duckdb.PermissionException):
        return "Ask of what is published: no files, settings or extensions."
    return "Correct the question and ask it again."


def _is_question(statement: "duckdb.Statement") -> bool:
    try:
        return statement.type.name in QUESTIONS
    except ValueError:  # a kind that the client has no name for
        return False


@contextmanager
def _interrupted_after(seconds: float, interrupt: Callable[[], None]) -> Iterator[None]:
    timer = Timer(seconds, interrupt)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def harmless_answer(names: Sequence[str], rows: Rows) -> tuple[list[str], Rows]:
    """The answer with no text that a spreadsheet would run as a formula."""
    cells = [tuple(harmless(v) if isinstance(v, str) else v for v in row) for row in rows]
    return [harmless(name) for name in names], cells


def write_table(names: Sequence[str], rows: Rows) -> None:
    """For eyes; says so when the answer is longer than what is shown."""
    out().print(table("", names, rows[:SHOWN]))
    if len(rows) > SHOWN:
        err().print(f"The first {SHOWN} of {len(rows)} rows; use --format csv for all of them.")


def write_csv(names: Sequence[str], rows: Rows) -> None:
    """RFC 4180 with a header; null is an empty field."""
    written = io.StringIO()
    writer = csv.writer(written)  # ends rows with \r\n, so that it quotes a cell that holds either
    for row in (names, *rows):
        writer.writerow(row)
        sys.stdout.write(written.getvalue().removesuffix("\r\n") + "\n")
        written.seek(0)
        written.truncate()


def write_json(names: Sequence[str], rows: Rows) -> None:
    """An array of objects, one per line."""
    objects = (
        "{" + ", ".join(f"{json.dumps(n, ensure_ascii=False)}: {_json(v)}" for n, v in pairs) + "}"
        for pairs in (zip(names, row, strict=True) for row in rows)
    )
    sys.stdout.write("[" + ",\n ".join(objects) + "]\n")


def _json(value: Any) -> str:
    """A decimal with every digit it has; what JSON has no type for as text."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    return json.dumps(value, ensure_ascii=False, default=str)
