"""One Parquet and one CSV file per mart, written by DuckDB.

Belongs here: order, compression and the one CSV dialect. Does not belong here: what the columns
mean (`datapackage`).

CSV is RFC 4180 for programs: comma, decimal point, ISO dates, true and false, UTF-8 without a mark,
null as an empty field. Who wants Excel opens finsam.xlsx. A text that a spreadsheet would run as a
formula has a ' before it (`spreadsheets`); numbers are as they are.
"""

from collections.abc import Container, Iterable
from pathlib import Path

import duckdb

from dagster_pipelines.exports import CSV, PARQUET, Export
from dagster_pipelines.exports.marts import Mart
from dagster_pipelines.spreadsheets import harmless_sql
from dagster_pipelines.versions import hard_link

AS_PARQUET = "format parquet, compression zstd"
AS_CSV = "format csv, header, delimiter ',', quote '\"', escape '\"', nullstr ''"


def write_tables(
    con: duckdb.DuckDBPyConnection,
    marts: Iterable[Mart],
    staged: Path,
    base: Path | None = None,
    changed: Container[str] = (),
) -> list[Export]:
    """Every mart as `parquet/<mart>.parquet` and `csv/<mart>.csv` in `staged`, rows in order.

    The files are those of the version `base` where the mart is not among the `changed` tables.
    """
    for kind in (PARQUET, CSV):
        (staged / kind).mkdir()
    return [
        export
        for mart in marts
        for export in (
            _same(mart, staged, base)
            if base and f"marts.{mart.name}" not in changed and _whole(mart, base)
            else _write(con, mart, staged)
        )
    ]


def _whole(mart: Mart, base: Path) -> bool:
    return all((base / _file(mart, kind)).is_file() for kind in (PARQUET, CSV))


def _same(mart: Mart, staged: Path, base: Path) -> Iterable[Export]:
    for kind in (PARQUET, CSV):
        hard_link(base / _file(mart, kind), staged / _file(mart, kind))
        yield Export(_file(mart, kind), kind, mart.name, mart.rows)


def _file(mart: Mart, kind: str) -> str:
    return f"{kind}/{mart.name}.{kind}"


def _write(con: duckdb.DuckDBPyConnection, mart: Mart, staged: Path) -> Iterable[Export]:
    """Sorted once: the CSV file is made from the Parquet file, in its order."""
    parquet, file = (_file(mart, kind) for kind in (PARQUET, CSV))
    ordered = f'from marts."{mart.name}" order by {mart.in_order}'
    con.execute(f"copy (select * {ordered}) to {_text(staged / parquet)} ({AS_PARQUET})")
    yield Export(parquet, PARQUET, mart.name, mart.rows)
    safe = ", ".join(
        f'{harmless_sql(_id(c.name))} as "{c.name}"' if c.is_text and not c.is_key else _id(c.name)
        for c in mart.columns
    )
    rows = f"select {safe} from {_text(staged / parquet)}"
    con.execute(f"copy ({rows}) to {_text(staged / file)} ({AS_CSV})")
    yield Export(file, CSV, mart.name, mart.rows)


def _id(name: str) -> str:
    return f'"{name}"'


def _text(path: Path) -> str:
    return "'{}'".format(str(path).replace("'", "''"))
