"""A build database that somebody or something has written to is not what readers get to see."""

import csv
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines import carry, versions
from dagster_pipelines.facts.loader import altered
from dagster_pipelines.publish import LossError, publish
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import Settings
from tests.homes import built

DIGIT = (
    "update raw.fakta set value = value + 100 where leverans_id = 'vasteras_2022-06-30_delar#1' "
    "and line = (select min(line) from raw.fakta where leverans_id = 'vasteras_2022-06-30_delar#1')"
)
AMOUNT = (
    "update marts.fct_ekonomi set belopp_sek = belopp_sek + 100 where ekonomi_key = "
    "(select min(ekonomi_key) from marts.fct_ekonomi where forbund_id = 'vasteras')"
)
SUM = "select sum(belopp_sek) from marts.fct_ekonomi"


@pytest.fixture
def home(refreshed_home: Settings, tmp_path: Path) -> Settings:
    """Published, and built once more without anything new."""
    settings = built(refreshed_home, tmp_path)
    publish(settings, run_id="hel", inputs={}, seconds={})
    write(settings, "update intermediate.int_leverans set andrad = false")
    return settings


def write(settings: Settings, sql: str) -> None:
    with duckdb.connect(settings.build_db) as con:
        con.execute(sql)
    (settings.build_dir / carry.PENDING).touch()


def published(settings: Settings, sql: str) -> list[tuple]:
    with duckdb.connect(settings.published_db.resolve(), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_what_was_delivered_is_what_is_there(refreshed_home: Settings) -> None:
    with duckdb.connect(refreshed_home.build_db, read_only=True) as con:
        assert altered(con) == []


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (DIGIT, "vasteras_2022-06-30_delar#1"),
        ("update raw.fakta set note = 'x' where report_id = 'sofint_2021-06-30_delar'", "sofint"),
        ("delete from raw.fakta where rad = 2 and report_id like 'sofint_2021%'", "accounted"),
    ],
)
def test_an_altered_fact_is_not_published_anew(home: Settings, fault: str, named: str) -> None:
    shown = versions.current(home)
    write(home, fault)
    carry.forget_base(home)
    with pytest.raises(LossError, match=named) as stopped:
        publish(home, run_id="fel", inputs={}, seconds={}, accept_loss=True)
    assert stopped.value.breaks[0].check in {"oförändrade leveranser", "bevarande"}
    assert versions.current(home) == shown


@pytest.mark.parametrize(("fault", "table"), [(DIGIT, "raw.fakta"), (AMOUNT, "marts.fct_ekonomi")])
def test_a_row_that_no_delivery_touches_is_not_carried_on(
    home: Settings, fault: str, table: str
) -> None:
    shown = versions.current(home)
    write(home, fault)
    with pytest.raises(LossError, match=table) as stopped:
        publish(home, run_id="fel", inputs={}, seconds={}, accept_loss=True)
    assert stopped.value.breaks[0].rows == [{"tabell": table}]
    assert versions.current(home) == shown


def test_an_altered_mart_stops_the_refresh_and_the_next_is_a_full_one(
    copied_home: Settings,
) -> None:
    """It stops, nothing it says is published, and the code it was built by is forgotten."""
    right = published(copied_home, SUM)
    with duckdb.connect(copied_home.build_db) as con:
        con.execute(AMOUNT)
    deliver_another_note(copied_home.data_dir / "fakta" / "sofint_2024-06-30_delar.csv")
    assert (copied_home.build_dir / carry.BUILT).exists()
    stopped = refresh(copied_home)
    assert stopped.exit_code == 1
    assert [found.check for found in stopped.breaks] == ["orörda rader"]
    assert published(copied_home, SUM) == right
    # so the next is a full one: test_what_was_built_but_never_published_is_built_afresh
    assert not (copied_home.build_dir / carry.BUILT).exists()


def deliver_another_note(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    rows[0]["note"] = "en annan anmärkning"
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
