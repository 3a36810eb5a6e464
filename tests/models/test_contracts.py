"""Keys of the marts: promised by contract, proven by the build, made by the publication."""

from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_pipelines import carry, versions
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.publish import publish
from dagster_pipelines.settings import PROJECT_DIR, Settings
from tests.homes import built

MARTS = sorted((PROJECT_DIR / "models" / "marts").glob("[dfr]*_*.yml"))
INDEXES = (
    "select table_name, constraint_column_names from duckdb_constraints() "
    "where schema_name = 'marts' and constraint_type = 'PRIMARY KEY' order by all"
)


def keys(model: Path) -> list[str]:
    (described,) = yaml.safe_load(model.read_text("utf-8"))["models"]
    return [
        c["name"]
        for c in described["columns"]
        if {"type": "primary_key"} in c.get("constraints", [])
    ]


@pytest.mark.parametrize("model", MARTS, ids=lambda path: path.stem)
def test_a_key_that_is_promised_is_tested(model: Path) -> None:
    (described,) = yaml.safe_load(model.read_text("utf-8"))["models"]
    tested = [c["name"] for c in described["columns"] if "unique" in c.get("data_tests", [])]
    assert len(keys(model)) == 1
    assert set(keys(model)) <= set(tested)


def test_the_build_has_no_index_and_the_publication_has_every_one(
    refreshed_home: Settings,
) -> None:
    with duckdb.connect(refreshed_home.build_db, read_only=True) as con:
        assert con.execute(INDEXES).fetchall() == []
    with duckdb.connect(refreshed_home.published_db.resolve(), read_only=True) as con:
        assert con.execute(INDEXES).fetchall() == [(m.stem, keys(m)) for m in MARTS]


def test_a_key_that_occurs_twice_is_seen_by_the_build(
    refreshed_home: Settings, tmp_path: Path
) -> None:
    home = built(refreshed_home, tmp_path)
    with duckdb.connect(home.build_db) as con:
        con.execute("insert into marts.fct_kostnad from marts.fct_kostnad limit 1")
    asked = "unique_fct_kostnad_kostnad_key unique_fct_mal_mal_key"
    results = Dbt(home).invoke([("test", "--select", asked, "--vars", "prova_allt: true")])
    seen = {result.node.name: str(result.status) for result in results}
    assert seen["unique_fct_kostnad_kostnad_key"] == "fail"
    assert seen["unique_fct_mal_mal_key"] == "pass"


@pytest.mark.parametrize("anew", [True, False], ids=["anew", "carried on"])
def test_a_key_that_occurs_twice_is_not_published(
    refreshed_home: Settings, tmp_path: Path, anew: bool
) -> None:
    """Whatever dbt's own test has said of it."""
    home = built(refreshed_home, tmp_path)
    publish(home, run_id="hel", inputs={}, seconds={})
    shown = versions.current(home)
    with duckdb.connect(home.build_db) as con:
        con.execute("update intermediate.int_leverans set andrad = true")
        con.execute("insert into marts.fct_mal from marts.fct_mal limit 1")
    if anew:
        carry.forget_base(home)
    else:
        (home.build_dir / carry.PENDING).touch()
    with pytest.raises(duckdb.Error, match=r"[Dd]uplicate key"):
        publish(home, run_id="dubbel", inputs={}, seconds={})
    assert versions.current(home) == shown
