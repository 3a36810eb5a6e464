"""Opening the two databases: the private build database and the published one.

Belongs here: how a connection is opened and what it may do. Only one process at a time may
have the build database open, and readers of the published file can read that file alone.
Does not belong here: SQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines.settings import Settings

ATTEMPTS = 3


def build_config(settings: Settings) -> dict[str, Any]:
    """How the pipeline opens a database: bounded memory, and a place to spill what exceeds it."""
    return {
        "threads": settings.threads,
        "memory_limit": f"{settings.memory_mb}MB",
        "temp_directory": str(settings.temp_dir),
    }


@contextmanager
def open_build(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database for writing; closed on the way out so that dbt can open it.

    Raises:
        duckdb.IOException: another process has it open.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(settings.build_db, config=build_config(settings)) as con:
        yield con


@contextmanager
def open_published(path: Path, memory_mb: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file, read-only, `marts` first on the search path, and shut in.

    No other file can be read or written, no extension loaded, and no setting changed back;
    nothing is spilled to disk, so `memory_mb` bounds what a question may use. The connection
    keeps the version that was published when it was opened.

    Raises:
        FileNotFoundError: nothing has been published at `path`.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": "",
    }
    if memory_mb is not None:
        config["memory_limit"] = f"{memory_mb}MB"
    with _connect_resolved(path, config) as con:
        con.execute("set search_path = 'marts,raw'")
        _lock(con)
        yield con


def _lock(con: duckdb.DuckDBPyConnection) -> None:
    """No setting can be changed from here on.

    Connections of one process to one file share their settings, and the first of them to come may
    have locked them already; locking twice is an error to DuckDB.
    """
    try:
        con.execute("set lock_configuration = true")
    except duckdb.InvalidInputException:
        if con.execute("select current_setting('lock_configuration')").fetchall() != [(True,)]:
            raise


def _connect_resolved(path: Path, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Through the links to the version's own file: DuckDB knows databases by their path.

    A version that was pruned between resolving and opening is not there; its successor is.
    """
    for _ in range(ATTEMPTS):
        with suppress(duckdb.IOException, FileNotFoundError):
            return duckdb.connect(path.resolve(strict=True), read_only=True, config=config)
    return duckdb.connect(path.resolve(strict=True), read_only=True, config=config)
