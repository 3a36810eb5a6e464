"""The next publication made from the last one: a copy of its database, and what has changed since.

Belongs here: which publication the build rests on, and bringing a copy of it up to date. Does not
belong here: a copy from scratch, Parquet, the manifest (`publish`), or what a build touches
(`int_leverans.andrad`, which is relative to that same publication).
"""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines import versions
from dagster_pipelines.files import replace_text
from dagster_pipelines.settings import Settings

NAME = "grund.json"
BUILT, PENDING = "built.code", "built.pending"
"""The code that the build database was built with, published and not yet published."""
MOST_STEPS = 20
"""A file that rows are dropped from and added to grows; now and then it is written from scratch."""
ADDED_TO = "raw.fakta"
"""The one large table without a förbund: deliveries are only ever added to it."""
CHANGED = "(select distinct forbund_id from bygge.intermediate.int_leverans where andrad)"


class StrayError(Exception):
    """Rows have changed that no delivery of this build touches; `tables` names where."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = tables
        super().__init__(", ".join(tables))


def note_base(settings: Settings, version: str, steps: int) -> None:
    """What was built is published as `version`, `steps` publications after a copy from scratch."""
    text = json.dumps({"version": version, "steps": steps})
    replace_text(settings.build_dir / NAME, text + "\n")


def note_published(settings: Settings) -> None:
    """What was built is guarded and published: the next build may rest on it.

    Without a whole successful build since the last publication nothing happens.
    """
    with suppress(FileNotFoundError):
        (settings.build_dir / PENDING).replace(settings.build_dir / BUILT)


def forget_base(settings: Settings) -> None:
    """The build starts afresh: what it touches is everything."""
    (settings.build_dir / NAME).unlink(missing_ok=True)


def base(settings: Settings) -> tuple[Path, int] | None:
    """The publication that the build database rests on, and how many steps lie behind it.

    None when there is none, when it is no longer kept or not as it was published, when nothing
    has been built since, and when it is time for a copy from scratch.
    """
    if not (settings.build_dir / PENDING).exists():
        return None
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads((settings.build_dir / NAME).read_text(encoding="utf-8"))
        version, steps = settings.versions_dir / str(noted["version"]), int(noted["steps"])
        if steps < MOST_STEPS and versions.intact(version):
            return version, steps
    return None


def copy_file(source: Path, target: Path) -> None:
    """Copy bytes inside the kernel: shared until changed, where the file system can do that."""
    left = source.stat().st_size
    try:
        with source.open("rb") as read, target.open("wb") as write:
            while left > 0:
                copied = os.copy_file_range(read.fileno(), write.fileno(), left)
                if not copied:
                    break
                left -= copied
    except (AttributeError, OSError):  # not Linux, or not within one file system
        left = 1
    if left:
        shutil.copyfile(source, target)


def bring_up_to_date(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str] | None] | None:
    """Make the tables of a copy those of `bygge`; the names (`schema.table`) of those that changed.

    With each the förbund whose rows may have changed; None where the table does not say whose.

    None when the copy cannot be carried on from: other tables or other columns. It is then of no
    use, and a copy from scratch tells the truth.

    Raises:
        StrayError: in the end there are other rows, though what says what changed says nothing of
            them. What they are worth, only a full build can tell.
    """
    ours, theirs = _definitions(con, "current_database()"), _definitions(con, "'bygge'")
    if ours != theirs:
        return None
    touched = frozenset(forbund for (forbund,) in con.execute(CHANGED).fetchall())
    changed = {
        f"{schema}.{table}": touched if _per_forbund(con, schema, table) else None
        for schema, table in sorted(ours)
        if _carry(con, schema, table)
    }
    strayed = [
        f"{schema}.{table}"
        for schema, table in sorted(ours)
        if _contents(con, f'"{schema}"."{table}"') != _contents(con, f'bygge."{schema}"."{table}"')
    ]
    if strayed:
        raise StrayError(strayed)
    return changed


def _definitions(con: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], Any]:
    """Columns, types and checks of each table; not its key, of which the build has no index."""
    rows = con.execute(DEFINITIONS.format(database=database)).fetchall()
    return {(schema, table): (columns, checks) for schema, table, columns, checks in rows}


DEFINITIONS = """
    with kolumner as (
        select
            schema_name, table_name,
            list((column_name, data_type, is_nullable) order by column_index) as kolumner
        from duckdb_columns() where database_name = {database} group by all
    ),
    villkor as (
        select schema_name, table_name, list(constraint_text order by all) as villkor
        from duckdb_constraints()
        where database_name = {database} and constraint_type = 'CHECK' group by all
    )
    select schema_name, table_name, kolumner, villkor
    from duckdb_tables()
    join kolumner using (schema_name, table_name)
    left join villkor using (schema_name, table_name)
    where database_name = {database} and schema_name in ('raw', 'marts')
"""


def _carry(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether anything in the table changed, after it has been changed."""
    name, built = f'"{schema}"."{table}"', f'bygge."{schema}"."{table}"'
    if f"{schema}.{table}" == ADDED_TO:
        new = f"from {built} where leverans_id not in (select distinct leverans_id from {name})"
        return bool(con.execute(f"insert into {name} {new}").fetchall()[0][0])
    where = f"where forbund_id in {CHANGED}" if _per_forbund(con, schema, table) else ""
    if not _differ(con, f"from {name} {where}", f"from {built} {where}"):
        return False
    con.execute(f"delete from {name} {where}")
    con.execute(f"insert into {name} from {built} {where} order by all")
    return True


def _per_forbund(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return bool(
        con.execute(
            "select 1 from duckdb_columns() where database_name = 'bygge' "
            "and schema_name = ? and table_name = ? and column_name = 'forbund_id'",
            [schema, table],
        ).fetchall()
    )


def _differ(con: duckdb.DuckDBPyConnection, left: str, right: str) -> bool:
    rows = con.execute(
        f"select 1 from (({left} except all {right}) union all ({right} except all {left})) limit 1"
    ).fetchall()
    return bool(rows)


def _contents(con: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """Number of rows and the sum of their hashes: the same for the same rows in any order."""
    # the alias must be no column's name: `hash(rad)` of raw.fakta was that of its column rad
    (found,) = con.execute(
        f'select count(*), sum(hash("en hel rad")) from {name} as "en hel rad"'
    ).fetchall()
    return found
