"""The raw layer as Parquet, one file per table, for Spark to read (the macro `raw`).

Belongs here: the copy. Does not belong here: what is in the raw layer (`facts`, `documents`).
"""

import shutil

from dagster_pipelines.database import open_build
from dagster_pipelines.settings import Settings

TABLES = "select table_name from duckdb_tables() where schema_name = 'raw' order by all"


def lay_out(settings: Settings) -> list[str]:
    """Write `<spark_dir>/raw/<table>.parquet` of every table in `raw`, types as they are.

    Returns the names of the tables. A copy that is interrupted leaves the one before it.
    """
    raw = settings.spark_dir / "raw"
    new = settings.spark_dir / ".raw"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    with open_build(settings) as con:
        names = [name for (name,) in con.execute(TABLES).fetchall()]
        for name in names:
            file = str(new / f"{name}.parquet").replace("'", "''")
            con.execute(f"copy raw.\"{name}\" to '{file}' (format parquet, compression zstd)")
    shutil.rmtree(raw, ignore_errors=True)
    new.rename(raw)
    return names
