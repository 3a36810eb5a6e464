"""From the build database to what readers open: one fresh file, Parquet beside it, a manifest.

Belongs here: copying, replacing atomically, and recording what was published. Does not belong
here: deciding whether it may be published (`assets/publish.py` asks the guards).

Order: database, Parquet, manifest. The manifest is the receipt: a crash before it is written
leaves one that no longer matches the inputs, and the next refresh publishes again.
"""

import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines.files import replace_file, replace_text
from dagster_pipelines.inputs import Fingerprint
from dagster_pipelines.manifest import Manifest
from dagster_pipelines.settings import PROJECT_DIR, Settings

SCHEMAS = ("raw", "marts")
LIBRARIES = (
    "dbt-core", "dbt-duckdb", "duckdb", "dagster", "dagster-dbt",
    "great-expectations", "polars", "pyarrow", "finsam",
)  # fmt: skip


def publish(
    settings: Settings, *, run_id: str, inputs: Fingerprint, seconds: Mapping[str, float]
) -> Manifest:
    """Copy `raw` and `marts` out of the build database and put them in the published place.

    Args:
        settings: where the build database and the published files are.
        run_id: the Dagster run that built it; the manifest carries it as proof.
        inputs: the fingerprint taken before the run read anything.
        seconds: wall time per step so far.

    Returns:
        The manifest as written.
    """
    staging = settings.build_dir / "publicering"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    staged_db, staged_parquet = staging / settings.published_db.name, staging / "parquet"
    staged_parquet.mkdir()

    with duckdb.connect(staged_db, config={"threads": settings.threads}) as con:
        con.execute(f"attach '{_quoted(settings.build_db)}' as bygge (read_only)")
        _copy(con)
        con.execute("detach bygge")
        marts = _write_parquet(con, staged_parquet)
        manifest = {
            "run_id": run_id,
            "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": git_revision(),
            "inputs": {**inputs},
            **_contents(con),
            "versions": {"python": platform.python_version(), **_versions()},
            "seconds": {step: round(value, 3) for step, value in seconds.items()},
        }
        con.execute("checkpoint")

    replace_database(staged_db, settings.published_db)
    parquet = settings.warehouse_dir / "parquet"
    parquet.mkdir(exist_ok=True)
    for name in marts:
        replace_file(staged_parquet / name, parquet / name)
    for gone in set(parquet.glob("*.parquet")) - {parquet / name for name in marts}:
        gone.unlink()
    replace_text(
        settings.published_manifest, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    )
    shutil.rmtree(staging)
    return manifest


def replace_database(new: Path, published: Path) -> None:
    """Put the closed database `new` in the place of `published`.

    A write-ahead log left beside the published path would make the new file unopenable, so it
    goes first: it belongs to nobody, since no one may write to the published file.

    Raises:
        RuntimeError: `new` was not closed cleanly, its own log is still there.
    """
    if _wal(new).exists():
        raise RuntimeError(f"{new} was not checkpointed: {_wal(new).name} is still there")
    published.parent.mkdir(parents=True, exist_ok=True)
    _wal(published).unlink(missing_ok=True)
    replace_file(new, published)


def git_revision() -> str | None:
    """The commit of the code, with `+` when files differ from it; None outside git."""
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*"],  # noqa: S607
            cwd=PROJECT_DIR, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _copy(con: duckdb.DuckDBPyConnection) -> None:
    """SCHEMAS: tables (constraints, comments, rows in a fixed order), views, table macros."""
    for schema in SCHEMAS:
        con.execute(f'create schema "{schema}"')
    tables = _objects(con, "duckdb_tables()", "table_name", "table_name")
    for schema, name, ddl, comment in tables:
        con.execute(ddl)
        con.execute(f"insert into {_id(schema, name)} from bygge.{_id(schema, name)} order by all")
        _comment(con, "table", _id(schema, name), comment)
    for schema, name, ddl, comment in _objects(con, "duckdb_views()", "view_name", "view_oid"):
        con.execute(ddl)
        _comment(con, "view", _id(schema, name), comment)
    for schema, name, parameters, body in con.execute(
        "select schema_name, function_name, parameters, macro_definition from duckdb_functions() "
        "where database_name = 'bygge' and schema_name in ? and function_type = 'table_macro' "
        "order by all", [SCHEMAS],
    ).fetchall():  # fmt: skip
        con.execute(f"create macro {_id(schema, name)}({', '.join(parameters)}) as table {body}")
    columns = con.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'bygge' and schema_name in ? and comment is not null",
        [SCHEMAS],
    ).fetchall()
    for schema, table, column, comment in columns:
        _comment(con, "column", _id(schema, table, column), comment)


def _objects(
    con: duckdb.DuckDBPyConnection, catalog: str, name: str, order: str
) -> list[tuple[str, str, str, str | None]]:
    return con.execute(
        f"select schema_name, {name}, sql, comment from {catalog} "
        f"where database_name = 'bygge' and schema_name in ? order by schema_name, {order}",
        [SCHEMAS],
    ).fetchall()


def _comment(con: duckdb.DuckDBPyConnection, kind: str, name: str, comment: str | None) -> None:
    if comment:
        con.execute(f"comment on {kind} {name} is '{_quoted(comment)}'")


def _write_parquet(con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """One Parquet file per mart in `folder`; returns the file names."""
    names: list[str] = []
    for (mart,) in con.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    ).fetchall():
        names.append(f"{mart}.parquet")
        target = _quoted(folder / names[-1])
        con.execute(f"copy {_id('marts', mart)} to '{target}' (format parquet, compression zstd)")
    return names


def _contents(con: duckdb.DuckDBPyConnection) -> Manifest:
    """What the staged database holds, for people and for `finsam status`."""
    tables = con.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ? order by all", [SCHEMAS],
    ).fetchall()  # fmt: skip
    return {
        "files": _records(con, FILES),
        "tables": {
            f"{schema}.{name}": _one(con, f"select count(*) from {_id(schema, name)}")
            for schema, name in tables
        },
        "suspects": _one(con, "select count(*) from raw.fakta where status = 'suspect'"),
        "checks": {row["utfall"]: row["antal"] for row in _records(con, CHECKS)},
        "reports": _records(con, REPORTS),
        "quarantine": _records(con, QUARANTINE),
    }


FILES = """
    select fil, sha256, slag, utfall, lasta, godkanda, avvisade, meddelande from raw.inlasning
    qualify row_number() over (partition by fil order by tidpunkt desc, inlasning_id desc) = 1
    order by fil
"""
CHECKS = "select utfall, count(*) as antal from marts.fct_kontroll group by all order by all"
REPORTS = """
    select
        d.report_id, d.forbund_id, d.status, d.publicerad_version, d.antal_fakta,
        map_from_entries(list((k.utfall, k.antal) order by k.utfall)
            filter (where k.utfall is not null)) as kontroller
    from marts.dim_rapport as d
    left join (
        select report_id, utfall, count(*) as antal from marts.fct_kontroll group by all
    ) as k on d.report_id = k.report_id
    group by all
    order by d.report_id
"""
QUARANTINE = """
    select
        report_id, regel_id, scenario, cast(period_start as varchar) as period_start,
        cast(period_end as varchar) as period_end, objekt, enhet,
        cast(summa as varchar) as summa, cast(led as varchar) as led,
        cast(differens as varchar) as differens, mening, rader
    from marts.fct_kontroll
    where leverans_status = 'i karantän' and allvar = 'blockerande' and utfall = 'brott'
    order by all
"""


def _records(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def _wal(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _id(*parts: str) -> str:
    return ".".join('"{}"'.format(part.replace('"', '""')) for part in parts)


def _quoted(text: str | Path) -> str:
    return str(text).replace("'", "''")
