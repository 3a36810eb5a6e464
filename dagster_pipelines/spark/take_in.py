"""What Spark built, into the build database, where guards and publication find it.

Belongs here: filling the tables that dbt has laid out empty, with their constraints and comments.
Does not belong here: how they were built (`build`). A value that is missing where one is promised
stops here: Parquet keeps no constraint, DuckDB does. That keys are unique dbt tests afterwards.
"""

from dagster_pipelines.database import open_build
from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.tables import folder_of, scan

EMPTY = """
    select schema_name, table_name from duckdb_tables()
    where schema_name in ('intermediate', 'marts') order by all
"""


def take_in(settings: Settings) -> dict[str, int]:
    """Fill every table of `intermediate` and `marts`; returns the rows of each, `schema.table`.

    All or nothing: the tables are as they were when one cannot be filled.

    Raises:
        duckdb.Error: a table is missing, or has other columns, or breaks a constraint.
    """
    rows = {}
    with open_build(settings) as con:
        con.execute("begin")
        for schema, table in con.execute(EMPTY).fetchall():
            source = scan(folder_of(settings, schema, table))
            con.execute(f'insert into "{schema}"."{table}" by name select * from {source}')
            counted = con.execute(f'select count(*) from "{schema}"."{table}"').fetchall()
            rows[f"{schema}.{table}"] = int(counted[0][0])
        con.execute("commit")
    return rows
