"""Deliveries one at a time give the same tables as all at once.

The sequence adds reports, breaks one in a new delivery, corrects it and repeats nothing: what
incremental models keep, append and drop must equal a build from scratch, row for row.
"""

import hashlib
import shutil

import duckdb
import pytest

from dagster_pipelines.dbt import Dbt
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

MODELS_ONLY = ("--exclude", "resource_type:test", "resource_type:unit_test")
REPORT = "sofint_2021-06-30_delar.csv"


@pytest.fixture
def home(tmp_path) -> Settings:
    settings = Settings(home=tmp_path, data_dir=tmp_path / "data")
    settings.landing_dir.mkdir()
    (settings.data_dir / "fakta").mkdir(parents=True)
    return settings


def deliver(settings: Settings, name: str, change=lambda text: text) -> None:
    text = (PROJECT_DIR / "data" / "fakta" / name).read_text("utf-8")
    (settings.landing_dir / name).write_text(change(text), "utf-8")


def build(settings: Settings, *, full: bool = False) -> None:
    load_into(settings.build_db, settings)
    results = Dbt(settings).build(full=full, selection=MODELS_ONLY)
    assert {str(r.status) for r in results} <= {"success", "no-op"}
    # the code is the same: what was built stands as a basis for the next delivery
    (settings.build_dir / "built.code").write_text(Dbt(settings)._code_hash, "utf-8")


def tables(settings: Settings) -> dict[str, tuple[int, str]]:
    with duckdb.connect(settings.build_db, read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'intermediate')"
        ).fetchall()
        found = {}
        for (name,) in names:
            rows = sorted(str(row) for row in con.execute(f"from {name}").fetchall())
            found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def quarantine(settings: Settings) -> list[tuple[str, str]]:
    with duckdb.connect(settings.build_db, read_only=True) as con:
        return con.execute(
            "select leverans_id, status from intermediate.int_leverans where report_id like 'sofint_2021%' order by 1"
        ).fetchall()


def test_a_sequence_of_deliveries_equals_one_build(home: Settings) -> None:
    names = sorted(p.name for p in (PROJECT_DIR / "data" / "fakta").glob("*.csv"))
    deliver(home, REPORT)
    build(home)
    for name in names:
        deliver(home, name)
    build(home)
    broken = "Summa tillgångar,summa_tillgangar,,,,utfall,,2021-06-30,SEK,4379942,4379 942"
    whole = broken.replace("4379942,4379 942", "4369942,4369 942")
    deliver(home, REPORT, lambda text: text.replace(whole, broken))
    build(home)
    assert quarantine(home) == [
        ("sofint_2021-06-30_delar#1", "publicerad"),
        ("sofint_2021-06-30_delar#2", "i karantän"),
    ]
    deliver(home, REPORT, lambda text: text.replace(",antal,63,63,", ",antal,64,64,"))
    build(home)
    assert [status for _, status in quarantine(home)] == ["ersatt", "ersatt", "publicerad"]

    stepwise = tables(home)
    assert len(stepwise) > 30
    again = Settings(home=home.home / "again", data_dir=home.data_dir)
    shutil.copytree(home.build_dir, again.build_dir)
    shutil.copytree(home.landing_dir, again.landing_dir)
    build(again, full=True)
    assert tables(again) == stepwise
