"""What DuckDB keeps while a model is built: never every column of every fact."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from dagster_pipelines.settings import Settings


def kept(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """The parts of a query that are read more than once, and so kept whole until it ends."""
    [(_, plan)] = con.execute(f"explain (format json) {sql}").fetchall()
    return {
        node["extra_info"]["CTE Name"] for node in nodes(json.loads(plan)) if node["name"] == "CTE"
    }


def nodes(plan: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in plan:
        yield node
        yield from nodes(node["children"])


@pytest.mark.parametrize(
    ("model", "small"),
    [
        ("int_fakta", {"insatsnamn", "begrepp"}),
        ("int_kontroll", {"leverans", "rapport", "kand_avvikelse", "regel", "kand"}),
    ],
)
def test_the_largest_models_keep_small_tables_alone(
    refreshed_home: Settings, model: str, small: set[str]
) -> None:
    models = refreshed_home.build_dir / "target" / "compiled" / "finsam" / "models"
    compiled = (models / "intermediate" / f"{model}.sql").read_text("utf-8")
    with duckdb.connect(refreshed_home.build_db, read_only=True) as con:
        assert kept(con, compiled) <= small


def test_a_reading_that_two_parts_share_is_seen(refreshed_home: Settings) -> None:
    shared = "with fakta as (from raw.fakta) select * from fakta, (select max(line) from fakta)"
    with duckdb.connect(refreshed_home.build_db, read_only=True) as con:
        assert kept(con, shared) == {"fakta"}
