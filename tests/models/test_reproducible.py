"""The same inputs give the same tables, in any order of arrival and with any number of threads.

Only what tells when and in which order something arrived may differ: CLOCK.
"""

import shutil

import duckdb
import pytest

from dagster_pipelines.dbt import Dbt
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

MODELS_ONLY = ("--exclude", "resource_type:test", "resource_type:unit_test")
CLOCK = {"tidpunkt", "inlast_tid", "inlasning_id", "kand_fran", "kand_till"}
FILES = (
    "rapporter.csv",
    "fakta/sofint_2021-06-30_delar.csv",
    "fakta/sofint_2024-06-30_delar.csv",
    "fakta/lekeberg-orebro_2020-06-30_delar.csv",
)


def arrived(home: Settings, orders: list[tuple[str, ...]]) -> Settings:
    """The files delivered in groups, one load per group, then one build from scratch."""
    (home.data_dir / "fakta").mkdir(parents=True)
    for group in orders:
        for name in group:
            shutil.copyfile(PROJECT_DIR / "data" / name, home.data_dir / name)
        load_into(home.build_db, home)
    results = Dbt(home).build(full=True, selection=MODELS_ONLY)
    assert {str(r.status) for r in results} <= {"success", "no-op"}
    return home


def tables(home: Settings) -> dict[str, list[str]]:
    """Every row of what is published, as text, without the clock, in an order of its own."""
    with duckdb.connect(home.build_db, read_only=True) as con:
        found = con.execute(
            "select schema_name, table_name, list(column_name order by column_index) "
            "from duckdb_columns() where schema_name in ('raw', 'marts') group by all"
        ).fetchall()
        return {
            f"{schema}.{table}": [
                str(row)
                for row in con.execute(
                    f"select {', '.join(c for c in columns if c not in CLOCK)} "
                    f"from {schema}.{table} order by all"
                ).fetchall()
            ]
            for schema, table, columns in found
        }


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    once, singly = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("singly")
    return (
        arrived(Settings(home=once, data_dir=once / "data", threads=1), [FILES]),
        arrived(
            Settings(home=singly, data_dir=singly / "data", threads=4),
            [(name,) for name in reversed(FILES)],
        ),
    )


def test_order_and_threads_do_not_matter(homes: tuple[Settings, Settings]) -> None:
    first, second = (tables(home) for home in homes)
    assert len(first["marts.fct_rapportfakta"]) > 300
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set()


def test_the_order_of_arrival_did_differ(homes: tuple[Settings, Settings]) -> None:
    def order(home: Settings) -> list[str]:
        with duckdb.connect(home.build_db, read_only=True) as con:
            rows = con.execute("select fil from raw.inlasning order by inlasning_id").fetchall()
        return [fil for (fil,) in rows]

    first, second = (order(home) for home in homes)
    assert sorted(first) == sorted(second)
    assert first != second
