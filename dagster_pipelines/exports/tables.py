"""Each mart as Parquet and as CSV, written by DuckDB: one file, or a folder of one per förbund.

Of very many förbund, some share a file (`marts.divided`).

A mart that is too large for CSV (`Mart.kinds`) has Parquet alone.

Belongs here: order, compression and the one CSV dialect. Does not belong here: what the columns
mean (`datapackage`).

CSV is RFC 4180 for programs: comma, decimal point, ISO dates, true and false, UTF-8 without a mark,
null as an empty field. Who wants Excel opens finsam.xlsx. A text that a spreadsheet would run as a
formula has a ' before it (`spreadsheets`); numbers are as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType

import duckdb

from dagster_pipelines.exports import CSV, PARQUET, Export
from dagster_pipelines.exports.marts import DIVIDED_BY, Mart
from dagster_pipelines.spreadsheets import harmless_sql
from dagster_pipelines.versions import hard_link

AS_PARQUET = "format parquet, compression zstd"
AS_CSV = "format csv, header, delimiter ',', quote '\"', escape '\"', nullstr ''"


Changed = Mapping[str, frozenset[str] | None]
"""Tables (`schema.table`) that changed since a version, and for which förbund: None for any."""


def write_tables(
    con: duckdb.DuckDBPyConnection,
    marts: Iterable[Mart],
    staged: Path,
    base: Path | None = None,
    changed: Changed = MappingProxyType({}),
) -> list[Export]:
    """Every mart as Parquet and CSV in `staged`, rows in order: one file, or one per part.

    A file is that of the version `base` where what it holds has not `changed` since. Several are
    written at a time: one is too small to occupy more than a core.
    """
    for kind in (PARQUET, CSV):
        (staged / kind).mkdir()
    ((threads,),) = con.execute("select current_setting('threads')::integer").fetchall()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [job for mart in marts for job in _write_mart(con, mart, staged, base, changed)]
        written = [pool.submit(job) for job in jobs]
        try:
            return [export for each in written for export in each.result()]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def parquet_of(version: Path, mart: str) -> list[Path]:
    """The Parquet files of a mart in a version, whole or divided; none where it has none."""
    whole = version / PARQUET / f"{mart}.{PARQUET}"
    return [whole] if whole.exists() else sorted((version / PARQUET / mart).glob(f"*.{PARQUET}"))


def _write_mart(
    con: duckdb.DuckDBPyConnection, mart: Mart, staged: Path, base: Path | None, changed: Changed
) -> Iterator[Callable[[], list[Export]]]:
    """What is to be done for each of its files, Parquet and CSV together."""
    if mart.parts:
        for kind in mart.kinds:
            (staged / kind / mart.name).mkdir()
    touched = changed.get(f"marts.{mart.name}", frozenset())
    lies = _where_parts_lie(con, mart)
    for part, *files in zip(mart.parts or ("",), *map(mart.files, mart.kinds), strict=True):
        count, where = lies[part]
        exports = [
            Export(file, kind, mart.name, count)
            for kind, file in zip(mart.kinds, files, strict=True)
        ]
        same = touched is not None and not touched.intersection(mart.parts.get(part, touched))
        if base and same and all((base / file).is_file() for file in files):
            yield partial(_link, base, staged, exports)
        else:
            # a database written from scratch has the rows of a förbund in order already
            first = f"{DIVIDED_BY}, " if part else ""
            order = "" if part and base is None else f"order by {first}{mart.in_order}"
            rows = f'select * from marts."{mart.name}" {where} {order}'
            yield partial(_write, con, mart, rows, staged, exports)


def _link(base: Path, staged: Path, exports: list[Export]) -> list[Export]:
    for export in exports:
        hard_link(base / export.path, staged / export.path)
    return exports


def _where_parts_lie(con: duckdb.DuckDBPyConnection, mart: Mart) -> dict[str, tuple[int, str]]:
    """The number of rows of each part, and SQL that finds them.

    A part whose rows lie together is found by their place, which reads nothing else: by its name a
    hundred times as many förbund would cost ten thousand times as much, since DuckDB tells blocks
    apart by the first eight characters of a text.
    """
    if not mart.parts:
        return {"": (mart.rows, "")}
    found = {
        forbund: place
        for forbund, *place in con.execute(
            f"select {DIVIDED_BY}, count(*), min(rowid), max(rowid) "
            f'from marts."{mart.name}" group by all'
        ).fetchall()
    }
    lies = {}
    for part, of in mart.parts.items():
        counts, firsts, lasts = zip(*(found[forbund] for forbund in of), strict=True)
        rows, first, last = sum(counts), min(firsts), max(lasts)
        lies[part] = (
            rows,
            f"where rowid between {first} and {last}"
            if last - first + 1 == rows
            else f"where {DIVIDED_BY} in ({', '.join(map(_text, of))})",
        )
    return lies


def _write(
    con: duckdb.DuckDBPyConnection, mart: Mart, rows: str, staged: Path, exports: list[Export]
) -> list[Export]:
    """Ordered once: the CSV file, if any, is made from the Parquet file, in its order."""
    parquet, *csv = (_text(staged / export.path) for export in exports)
    safe = ", ".join(
        f'{harmless_sql(_id(c.name))} as "{c.name}"' if c.is_text and not c.is_key else _id(c.name)
        for c in mart.columns
    )
    with con.cursor() as own:  # a connection is one thread's at a time
        own.execute(f"copy ({rows}) to {parquet} ({AS_PARQUET})")
        for file in csv:
            own.execute(f"copy (select {safe} from {parquet}) to {file} ({AS_CSV})")
    return exports


def _id(name: str) -> str:
    return f'"{name}"'


def _text(value: str | Path) -> str:
    return "'{}'".format(str(value).replace("'", "''"))
