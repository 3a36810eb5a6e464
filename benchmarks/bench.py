"""One table of what this program costs, and how that has changed: `make bench`.

    python -m benchmarks.bench [--size small] [--folder DIR] [--no-history]

Every figure comes from the module that measures it, run here on one machine in one go:

- `benchmarks.refresh`: a whole refresh of the shipped reports, dbt alone and bare SQL;
- `benchmarks.nation`: the same of a synthetic size, and one new report there and on the five;
- `benchmarks.extraction`: pages of documents read per second;
- `benchmarks.questions`: the cookbook on that size, against plain tables and sorted Parquet;
- `benchmarks.readers`: fifty readers while publications come;
- `benchmarks.spark`: the models on Spark against DuckDB, where the group `spark` is installed.

Ratios within a run are what to compare. Each run adds its figures to `benchmarks/historik.csv` with
machine and versions; beside each stands the last one of the same machine and size, and the change.

Belongs here: what is asked of whom, the history, the table. Does not belong here: measuring.
"""

import argparse
import csv
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import extraction, nation, questions, readers, refresh
from benchmarks.synthetic_nation.delivery import SIZES
from benchmarks.synthetic_reports import KINDS
from dagster_pipelines.publish import git_revision
from dagster_pipelines.settings import Settings

HISTORY = Path(__file__).with_name("historik.csv")
COLUMNS = ("time", "revision", "machine", "python", "dbt", "duckdb", "size", "figure", "value")
WORSE = 1.15
"""A figure that is so many times worse than the last one is marked."""
SEEDS = range(1000, 1004)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """A measured number; `more` tells whether more of it is better, which for costs it is not."""

    name: str
    value: float
    unit: str = "×"
    more: bool = False


# --- figures ----------------------------------------------------------------------------------


def figures(folder: Path, size: str, say: Say) -> Iterator[Figure]:
    """Every figure, as it is measured; homes are made in `folder`."""
    yield from of_refresh(say)
    yield from of_nation(folder, size, say)
    yield from of_extraction(say)
    settings = Settings(home=folder / size / "home", data_dir=folder / size / "data")
    yield from of_questions(settings, say)
    yield from of_readers(settings, say)
    yield from of_spark(folder, say)


def of_refresh(say: Say) -> Iterator[Figure]:
    """The shipped reports: a whole refresh over dbt alone, by CPU, and dbt over bare SQL."""
    say("the five reports: refresh, dbt alone, bare SQL")
    cpu = {name: each[0][1] for name, each in refresh.measure(runs=1).items()}
    yield Figure("refresh / dbt build", cpu["refresh"] / cpu["dbt_build"])
    yield Figure("dbt build / bare SQL", cpu["dbt_build"] / cpu["bare_sql"])
    yield Figure("refresh", cpu["refresh"], "CPU s")
    yield Figure("nothing changed", cpu["unchanged"], "CPU s")


def of_nation(folder: Path, size: str, say: Say) -> Iterator[Figure]:
    """A synthetic size: everything and one new report."""
    result = nation.measure(folder, size, SIZES[size], say)
    ratios, large = result["ratios"], result["measures"][size]
    if "full_over_bare_sql" in ratios:
        yield Figure("(full − fixed) / bare SQL", ratios["full_over_bare_sql"])
        yield Figure("one new / full", large["one_new"]["cpu"] / large["full"]["cpu"])
        yield Figure("full", large["full"]["cpu"], "CPU s")
    yield Figure("one new / one new of five", ratios["one_new_over_five"])
    yield Figure("one new", large["one_new"]["cpu"], "CPU s")
    yield Figure("peak memory", max(each["peak_mb"] for each in large.values()), "MB")


def of_extraction(say: Say) -> Iterator[Figure]:
    """Pages of synthetic reports read per CPU second."""
    say("extraction")
    seconds, lines = 0.0, 0
    for kind in KINDS:
        _, spent, read = extraction.score_synthetic(kind, SEEDS)
        seconds, lines = seconds + spent, lines + read
    yield Figure("extraction", lines / extraction.LINES_PER_PAGE / seconds, "pages/s", more=True)


def of_questions(settings: Settings, say: Say) -> Iterator[Figure]:
    """The cookbook on what is published, and against two other layouts."""
    result = questions.measure(settings, 3, say)
    together = result["cpu_together"]
    for other in ("plain", "parquet"):
        yield Figure(f"questions: published / {other}", together["published"] / together[other])
    for cut in ("p50", "p95", "max"):
        yield Figure(f"questions {cut}", result["percentiles"]["published"][cut], "ms")


def of_readers(settings: Settings, say: Say) -> Iterator[Figure]:
    """Fifty readers, with publications over without."""
    result = readers.measure(settings, 50, 3, say)
    during, still = (result[name]["percentiles"] for name in ("published", "still"))
    for cut in ("p50", "p99"):
        yield Figure(f"readers {cut}: publishing / still", during[cut] / still[cut])
    yield Figure("readers p95", during["p95"], "ms")
    yield Figure("readers refused", float(result["published"]["refused"]), "")


def of_spark(folder: Path, say: Say) -> Iterator[Figure]:
    """The models of the five reports on Spark over DuckDB, where the group is installed."""
    if not (importlib.util.find_spec("benchmarks.spark") and importlib.util.find_spec("pyspark")):
        say("spark: not installed")
        return
    say("spark")
    from benchmarks import spark  # noqa: PLC0415 (an optional group)

    result = spark.measure(spark.place_of("five", folder))
    yield Figure("Spark / DuckDB", result["spark_over_duckdb"])
    yield Figure("marts that differ on Spark", float(len(result["differing"])), "")


# --- history ----------------------------------------------------------------------------------


def about() -> dict[str, str]:
    """When, of what, and where a run is."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": git_revision() or "",
        "machine": nation.machine(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "dbt": version("dbt-core"),
        "duckdb": version("duckdb"),
    }


def last(history: Path, machine: str, size: str) -> dict[str, float]:
    """The last value of each figure on that machine and size."""
    if not history.exists():
        return {}
    with history.open(encoding="utf-8", newline="") as file:
        return {
            row["figure"]: float(row["value"])
            for row in csv.DictReader(file)
            if (row["machine"], row["size"]) == (machine, size)
        }


def add(history: Path, run: dict[str, str], size: str, found: list[Figure]) -> None:
    """One line per figure below what is there."""
    new = not history.exists()
    with history.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        for figure in found:
            value = f"{figure.value:.4g}"
            writer.writerow({**run, "size": size, "figure": figure.name, "value": value})


def change(figure: Figure, before: float | None) -> tuple[str, bool]:
    """How a figure stands to the one before, in percent, and whether that is worse."""
    if before is None:
        return "", False
    if not before:
        return ("" if not figure.value else "new"), bool(figure.value) and not figure.more
    ratio = figure.value / before
    worse = (1 / ratio if figure.more else ratio) > WORSE if ratio else figure.more
    return f"{(ratio - 1) * 100:+.0f} %", worse


def show(found: list[Figure], before: dict[str, float], title: str, console: Console) -> None:
    """The table that a person reads; what has become worse is red."""
    table = Table("figure", "value", "", "last", "change", title=title)
    for figure in found:
        earlier = before.get(figure.name)
        said, worse = change(figure, earlier)
        table.add_row(
            figure.name, f"{figure.value:.4g}", figure.unit,
            "" if earlier is None else f"{earlier:.4g}",
            f"[red]{said} worse[/]" if worse else said,
        )  # fmt: skip
    console.print(table)


def main() -> None:
    """Measure, print, and add to the history."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--folder", type=Path, help="keep homes here, to use again")
    parser.add_argument("--no-history", action="store_true", help="do not add to historik.csv")
    arguments = parser.parse_args()
    run = about()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = list(
            figures(folder, arguments.size, lambda line: print(line, file=sys.stderr, flush=True))
        )
    show(
        found, last(HISTORY, run["machine"], arguments.size),
        f"{arguments.size}: {run['machine']}, Python {run['python']}, dbt {run['dbt']}, "
        f"DuckDB {run['duckdb']}", Console(),
    )  # fmt: skip
    if not arguments.no_history:
        add(HISTORY, run, arguments.size, found)


if __name__ == "__main__":
    main()
