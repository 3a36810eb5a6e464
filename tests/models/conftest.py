"""Fixtures for tests of what the models say about the shipped reports."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_pipelines.settings import Settings


@pytest.fixture
def marts(refreshed_home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, read-only, with the marts on the search path."""
    with duckdb.connect(refreshed_home.published_db, read_only=True) as con:
        con.execute("set search_path = 'marts'")
        yield con
