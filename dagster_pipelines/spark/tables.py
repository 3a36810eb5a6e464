"""The Parquet tables that Spark left, as DuckDB reads them.

Belongs here: where a table's files are and how they are read. Does not belong here: what is done
with them (`take_in`, `parity`, `exports.partitioned`).
"""

from pathlib import Path

from dagster_pipelines.settings import Settings


def folder_of(settings: Settings, schema: str, table: str) -> Path:
    """The folder of one table's files; those of a partitioned one lie a level further down."""
    return settings.spark_tables / f"{schema}.db" / table


def scan(folder: Path) -> str:
    """DuckDB's expression for the table of that folder; a partition's value is text, as it was."""
    files = str(folder / "**" / "*.parquet").replace("'", "''")
    return f"read_parquet('{files}', hive_partitioning = true, hive_types_autocast = false)"
