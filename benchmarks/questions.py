"""How fast the cookbook's questions are answered, by what is published and by two other layouts.

    python -m benchmarks.questions [--home DIR] [--runs N] [--json FILE]

The SQL of each page of `docs/fragor` is run on the warehouse of a home (by default this one), in:

- `published`: the database as it is published;
- `plain`: the same tables without keys, their rows in no order;
- `parquet`: one compressed Parquet file per table, sorted for reading (förbund, report, period),
  with views over them.

Every question must have the same answer in each. Printed are CPU milliseconds per question (the
least of the runs), which are the ones to compare on a machine that others use too, and over all
questions the median, the 95th percentile and the slowest, by CPU and by the clock.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from dagster_pipelines.settings import Settings, get_settings
from docs.svar import FRAGOR, blocks

SCHEMAS = ("raw", "marts")
CLUSTERED = ("forbund_id", "report_id", "period_end", "statement", "scenario")
"""What a person who tunes by hand would sort by, as far as a table has it."""
Answers = dict[str, list[tuple[Any, ...]]]


def questions() -> dict[str, str]:
    """The SQL of each page, by the number of the page."""
    return {
        page.stem.split("-")[0]: block.text
        for page in sorted(FRAGOR.glob("[0-9]*.md"))
        for block in blocks(page.read_text(encoding="utf-8"), page.name)
        if block.language == "sql"
    }


# --- layouts ----------------------------------------------------------------------------------


@contextmanager
def published(settings: Settings, _: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database as it is."""
    with _opened(settings.published_db.resolve(), settings) as con:
        yield con


@contextmanager
def plain(settings: Settings, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables without keys, rows shuffled by a hash of their place."""
    target = folder / "vanliga.duckdb"
    with _beside(target, settings) as (con, tables):
        for schema, name, _ in tables:
            con.execute(
                f"create table {schema}.{name} as from finsam.{schema}.{name} order by hash(rowid)"
            )
    with _opened(target, settings) as con:
        yield con


@contextmanager
def parquet(settings: Settings, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Sorted Parquet files, and views of the tables' names."""
    target = folder / "filer.duckdb"
    with _beside(target, settings) as (con, tables):
        for schema, name, columns in tables:
            keys = [column for column in CLUSTERED if column in columns]
            order = f"order by {', '.join(keys)}" if keys else ""
            file = folder / f"{schema}.{name}.parquet"
            con.execute(
                f"copy (from finsam.{schema}.{name} {order}) to '{file}' "
                "(format parquet, compression zstd, row_group_size 61440)"
            )
            con.execute(f"create view {schema}.{name} as from '{file}'")
    with _opened(target, settings) as con:
        yield con


LAYOUTS = {"published": published, "plain": plain, "parquet": parquet}


@contextmanager
def _beside(
    target: Path, settings: Settings
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[tuple[str, str, list[str]]]]]:
    """A new database with the schemas and table macros of the published one, which is `finsam`."""
    with duckdb.connect(target, config={"threads": settings.threads}) as con:
        con.execute(f"attach '{settings.published_db.resolve()}' as finsam (read_only)")
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        yield (
            con,
            con.execute(
                "select schema_name, table_name, list(column_name order by column_index) "
                "from duckdb_columns() where database_name = 'finsam' and schema_name in ? "
                "group by all order by all",
                [SCHEMAS],
            ).fetchall(),
        )
        for schema, name, parameters, body in con.execute(
            "select schema_name, function_name, parameters, macro_definition "
            "from duckdb_functions() where database_name = 'finsam' and schema_name in ? "
            "and function_type = 'table_macro'",
            [SCHEMAS],
        ).fetchall():
            con.execute(f"create macro {schema}.{name}({', '.join(parameters)}) as table {body}")


@contextmanager
def _opened(path: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    config = {"threads": settings.threads, "memory_limit": f"{settings.query_memory_mb}MB"}
    with duckdb.connect(path, read_only=True, config=config) as con:
        yield con


# --- measuring --------------------------------------------------------------------------------


def ask(
    con: duckdb.DuckDBPyConnection, runs: int
) -> tuple[dict[str, float], dict[str, float], Answers]:
    """Least wall and CPU seconds of each question, and its answer.

    Each is asked once more, first, so that every layout has what it reads in the page cache.
    """
    wall: dict[str, float] = {}
    cpu: dict[str, float] = {}
    answers: Answers = {}
    for number, sql in questions().items():
        answers[number] = con.execute(sql).fetchall()
        took = []
        for _ in range(runs):
            start, before = time.perf_counter(), time.process_time()
            con.execute(sql).fetchall()
            took.append((time.perf_counter() - start, time.process_time() - before))
        wall[number] = min(seconds for seconds, _ in took)
        cpu[number] = min(seconds for _, seconds in took)
    return wall, cpu, answers


def measure(
    settings: Settings,
    runs: int,
    say: Callable[[str], None] = lambda _: None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Every layout, as JSON; the others are made in `folder`, by default on the disk of the home.

    Raises:
        SystemExit: a question is answered otherwise in one layout than in what is published.
    """
    wall: dict[str, dict[str, float]] = {}
    cpu: dict[str, dict[str, float]] = {}
    expected: Answers = {}
    with tempfile.TemporaryDirectory(dir=folder or settings.home) as made:
        for name, layout in LAYOUTS.items():
            say(f"questions: {name}")
            with layout(settings, Path(made)) as con:
                wall[name], cpu[name], answers = ask(con, runs)
            expected = expected or answers
            for number, rows in answers.items():
                if sorted(map(repr, rows)) != sorted(map(repr, expected[number])):
                    raise SystemExit(f"question {number} is answered otherwise by {name}")
    return {
        "wall": wall,
        "cpu": cpu,
        "rows": {number: len(rows) for number, rows in expected.items()},
        "percentiles": _of_each(wall),
        "cpu_percentiles": _of_each(cpu),
        "cpu_together": {name: round(sum(each.values()), 3) for name, each in cpu.items()},
    }


def _of_each(seconds: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: percentiles(list(each.values())) for name, each in seconds.items()}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds that half, 95 and 99 of a hundred stay within, and the slowest."""
    if len(seconds) < 2:
        raise ValueError("no percentiles of fewer than two")
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    found = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in found.items()}


def show(result: dict[str, Any], console: Console) -> None:
    """The table that a person reads."""
    table = Table("question", "rows", *(f"{name}, CPU ms" for name in result["cpu"]))
    for number, rows in result["rows"].items():
        times = (f"{each[number] * 1000:.1f}" for each in result["cpu"].values())
        table.add_row(number, str(rows), *times)
    for title, kind in (("CPU", "cpu_percentiles"), ("clock", "percentiles")):
        table.add_section()
        for cut in ("p50", "p95", "max"):
            each = (f"{cuts[cut]:.1f}" for cuts in result[kind].values())
            table.add_row(f"{cut}, {title}", "", *each)
    table.add_section()
    table.add_row("CPU s", "", *(f"{each:.2f}" for each in result["cpu_together"].values()))
    console.print(table)


def main() -> None:
    """Measure, print, and write JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=get_settings().home)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    result = measure(Settings(home=arguments.home), arguments.runs)
    show(result, Console())
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
