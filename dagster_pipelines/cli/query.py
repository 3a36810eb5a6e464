"""`finsam query`: one SQL question to the published warehouse.

Belongs here: running it shut in (`database.open_published`) and writing the answer as a table,
CSV or JSON. Does not belong here: ready-made questions.
"""

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

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

SHOWN = 1000
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
    home: HomeOption = None,
) -> None:
    """Ask the published warehouse: finsam query "select * from rpt_balansrakning".

    Read-only: no other file can be read or written and no extension loaded. JSON numbers are
    exact decimals, never rounded to floats.
    """
    settings = settings_for(home)
    published_manifest(settings)
    import duckdb  # noqa: PLC0415

    from dagster_pipelines.database import open_published  # noqa: PLC0415

    try:
        with open_published(settings.published_db) as con:
            if len(con.extract_statements(sql)) != 1:
                fail("finsam query takes exactly one statement.", "Ask one question at a time.")
            cursor = con.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
    except duckdb.Error as error:
        fail(str(error), 'Tables: finsam query "select table_name from duckdb_tables()"')
    write = {Format.TABLE: write_table, Format.CSV: write_csv, Format.JSON: write_json}
    write[format](names, rows)


def write_table(names: Sequence[str], rows: Rows) -> None:
    """For eyes; says so when the answer is longer than what is shown."""
    out().print(table("", names, rows[:SHOWN]))
    if len(rows) > SHOWN:
        err().print(f"The first {SHOWN} of {len(rows)} rows; use --format csv for all of them.")


def write_csv(names: Sequence[str], rows: Rows) -> None:
    """RFC 4180 with a header; null is an empty field."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


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
