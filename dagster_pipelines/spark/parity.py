"""Spark's marts against DuckDB's: every row, every column, every type.

    python -m dagster_pipelines.spark.parity [--home DIR] [--data DIR] [--tested]

Builds the warehouse of `--home` (a folder for the occasion unless given) on DuckDB, then every
model on Spark from the same raw layer, and compares. `--tested` runs dbt's tests on Spark as well.
Exit code 1 when anything differs.

Belongs here: the comparison and its table. Does not belong here: how either side is built.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from dagster_pipelines.cli.refresh import show_breaks
from dagster_pipelines.database import open_build
from dagster_pipelines.dbt import BROKEN
from dagster_pipelines.ending import end
from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.spark.build import NO_TESTS, SparkDbt
from dagster_pipelines.spark.tables import folder_of, scan

SMALL = " ".join(
    [
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=240m",
        "-Dspark.sql.codegen.wholeStage=false", "-Dspark.sql.codegen.factoryMode=NO_CODEGEN",
        "-Dspark.sql.adaptive.enabled=false",
    ]
)  # fmt: skip
"""For a few thousand rows: compiling each query costs more than running it (a third less CPU)."""
MARTS = """
    select table_name, list((column_name, data_type) order by column_index) from duckdb_columns()
    where schema_name = 'marts' and not internal group by all order by all
"""


ABSENT = "not there"


@dataclass(frozen=True)
class Parity:
    """One mart: its rows on DuckDB, how many rows of either side the other lacks, and its types.

    `types` lists each column that is not the same: missing, another type, or one too many.
    """

    mart: str
    rows: int
    differing: int
    types: Sequence[str] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differing and not self.types


def compare(duck: Settings, spark: Settings) -> list[Parity]:
    """Every mart in the build database of `duck` against the table that Spark left in `spark`.

    Rows are compared as a bag: a row that one side has twice and the other once differs. The order
    of rows is nobody's promise, and that of columns is not Spark's where a table is partitioned.
    """
    with open_build(duck) as con:
        marts = con.execute(MARTS).fetchall()
        return [
            _compare(con, folder_of(spark, "marts", name), name, dict(columns))
            for name, columns in marts
        ]


def _compare(
    con: duckdb.DuckDBPyConnection, folder: Path, mart: str, columns: dict[str, str]
) -> Parity:
    ((rows,),) = con.execute(f'select count(*) from marts."{mart}"').fetchall()
    if not any(folder.rglob("*.parquet")):
        return Parity(mart, rows, rows, ["the table is not there"])
    source = scan(folder)
    found = {row[0]: row[1] for row in con.execute(f"describe from {source}").fetchall()}
    types = [
        f"{name}: {columns.get(name, ABSENT)} on DuckDB, {found.get(name, ABSENT)} on Spark"
        for name in [*columns, *(found.keys() - columns.keys())]
        if columns.get(name) != found.get(name)
    ]
    names = ", ".join(f'"{name}"' for name in columns if name in found)
    ours, theirs = f'select {names} from marts."{mart}"', f"select {names} from {source}"
    ((differing,),) = con.execute(
        f"select (select count(*) from ({ours} except all {theirs})) "
        f"+ (select count(*) from ({theirs} except all {ours}))"
    ).fetchall()
    return Parity(mart, rows, differing, types)


def build_on_spark(settings: Settings, *, tested: bool) -> None:
    """Every model on Spark; dbt's tests too when `tested`.

    Raises:
        RefreshError: a model did not build, or a test failed.
    """
    dbt = SparkDbt(settings)
    results = dbt.build_tables(*(() if tested else NO_TESTS))
    broken = [f"{r.node.name}: {r.message}" for r in results if str(r.status) in BROKEN]
    if broken:
        raise RefreshError("\n".join(broken))


def table_of(found: Sequence[Parity]) -> Table:
    """The account for people: one line per mart."""
    table = Table("mart", "rows", "differing rows", "differing columns")
    for column in table.columns[1:3]:
        column.justify = "right"
    for mart in found:
        differs = "; ".join(mart.types)
        style = None if mart.same else "red"
        table.add_row(mart.mart, str(mart.rows), str(mart.differing), differs, style=style)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Build on both, compare, print; 1 when anything differs or could not be built."""
    from dagster_pipelines.refresh import refresh  # noqa: PLC0415 (heavy)

    parser = argparse.ArgumentParser(description=str(__doc__), prog="spark-parity")
    parser.add_argument("--home", type=Path, help="a folder; kept, and used again when built")
    parser.add_argument("--data", type=Path, default=PROJECT_DIR / "data")
    parser.add_argument("--tested", action="store_true", help="run dbt's tests on Spark too")
    given = parser.parse_args(arguments)
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        duck = Settings(home=home, data_dir=given.data, engine="duckdb")
        try:
            result = refresh(duck)
            if result.breaks:
                show_breaks(console, result.breaks)
                return 1
            options = duck.spark_java_options or SMALL
            settings = Settings(
                home=home, data_dir=given.data, engine="spark", spark_java_options=options
            )
            build_on_spark(settings, tested=given.tested)
            found = compare(duck, settings)
        except RefreshError as error:
            console.print(str(error), style="red", soft_wrap=True)
            return 1
    console.print(table_of(found))
    different = [mart for mart in found if not mart.same]
    console.print(
        f"{len(found)} marts, {sum(mart.rows for mart in found)} rows: "
        + (f"{len(different)} marts differ." if different else "0 rows differ.")
    )
    return 1 if different or not found else 0


if __name__ == "__main__":
    end(main())
