"""A publication carried on from the last one is the one that a copy from scratch would be."""

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines import carry, publish, quarantine, versions
from dagster_pipelines.database import build_config
from dagster_pipelines.exports.marts import read_marts
from dagster_pipelines.exports.tables import write_tables
from dagster_pipelines.settings import Settings

BUILD = """
create schema raw; create schema intermediate; create schema marts;
create table raw.fakta (leverans_id varchar, rad integer, line integer);
create table raw.rapporter (report_id varchar primary key, forbund varchar);
create table intermediate.int_leverans (leverans_id varchar, forbund_id varchar, andrad boolean);
create table marts.dim_post (post_key varchar primary key, post_code varchar, post varchar);
create table marts.fct_ekonomi (
    ekonomi_key varchar primary key, forbund_id varchar, belopp_sek decimal(18, 2));
comment on table marts.fct_ekonomi is 'Belopp';
insert into raw.fakta values ('a#1', 1, 1), ('b#1', 1, 1);
insert into raw.rapporter values ('a', 'Alfa');
insert into intermediate.int_leverans values ('a#1', 'a', true), ('b#1', 'b', true);
insert into marts.dim_post values ('p', 'kassa', 'Kassa');
insert into marts.fct_ekonomi values ('a1', 'a', 1), ('a2', 'a', 2), ('b1', 'b', 3);
"""
NEXT = """
insert into raw.fakta values ('a#2', 1, 1), ('a#2', 2, 2);
insert or replace into raw.rapporter values ('a', 'Alfa nya'), ('c', 'Gamma');
update intermediate.int_leverans set andrad = forbund_id = 'a';
insert into intermediate.int_leverans values ('a#2', 'a', true);
delete from marts.fct_ekonomi where ekonomi_key = 'a1';
update marts.fct_ekonomi set belopp_sek = 20 where ekonomi_key = 'a2';
insert into marts.fct_ekonomi values ('a3', 'a', 4);
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A build database, its publication, and the next build on top of it."""
    made = Settings(home=tmp_path, data_dir=tmp_path / "data")
    made.build_dir.mkdir()
    version = made.versions_dir / "20260101T000000.000000Z-forsta"
    (version / "parquet").mkdir(parents=True)
    with duckdb.connect(made.build_db) as con:
        con.execute(BUILD)
        con.execute(quarantine.TABLE)
    publish._stage_database(made, version / "finsam.duckdb")
    hashes = publish._hashes(version)
    (version / "manifest.json").write_text(json.dumps({"hashes": hashes}), "utf-8")
    carry.note_base(made, version.name, 0)
    (made.build_dir / carry.PENDING).touch()
    with duckdb.connect(made.build_db) as con:
        con.execute(NEXT)
    return made


def rows(path: Path) -> dict[str, Counter[tuple]]:
    with duckdb.connect(path, read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('raw', 'marts')"
        ).fetchall()
        return {name: Counter(con.execute(f"from {name}").fetchall()) for (name,) in names}


def test_what_changed_is_carried_into_a_copy(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "finsam.duckdb"
    base, steps, changed = publish._stage_database(settings, target)
    assert (base, steps) == (settings.versions_dir / "20260101T000000.000000Z-forsta", 1)
    assert changed == {"raw.fakta": None, "raw.rapporter": None, "marts.fct_ekonomi": {"a"}}
    carry.forget_base(settings)
    anew = tmp_path / "anew" / "finsam.duckdb"
    anew.parent.mkdir()
    assert publish._stage_database(settings, anew) == (None, 0, {})
    assert rows(target) == rows(anew)


def test_a_mart_that_has_not_changed_keeps_its_files(settings: Settings, tmp_path: Path) -> None:
    base = next(settings.versions_dir.iterdir())
    (base / "parquet").rmdir()
    new = tmp_path / "ny"
    new.mkdir()
    with duckdb.connect(base / "finsam.duckdb") as con:
        marts = read_marts(con)
        first = write_tables(con, marts, base)
        second = write_tables(con, marts, new, base, {"marts.fct_ekonomi": frozenset("a")})
    assert first == second
    shared = {e.path for e in second if (new / e.path).samefile(base / e.path)}
    assert shared == {"parquet/dim_post.parquet", "csv/dim_post.csv"}
    assert all((new / export.path).is_file() for export in second)


def test_a_large_mart_writes_anew_the_files_of_the_touched_forbund_alone(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_pipelines.exports.marts.WHOLE_ROWS", 2)
    base = next(settings.versions_dir.iterdir())
    (base / "parquet").rmdir()
    with duckdb.connect(base / "finsam.duckdb") as con:
        write_tables(con, read_marts(con), base)
    new = tmp_path / "ny"
    new.mkdir()
    found, _, changed = publish._stage_database(settings, new / "finsam.duckdb")
    with duckdb.connect(new / "finsam.duckdb") as con:
        written = write_tables(con, read_marts(con), new, found, changed)
        told = con.execute("from marts.fct_ekonomi order by all").fetchall()
        there = con.execute(f"from '{new}/parquet/fct_ekonomi/*.parquet' order by all").fetchall()
        in_csv = con.execute(f"from '{new}/csv/fct_ekonomi/*.csv' order by all").fetchall()
    assert there == told
    assert len(in_csv) == len(told)
    assert {e.path: e.rows for e in written if e.mart == "fct_ekonomi"} == {
        "parquet/fct_ekonomi/a.parquet": 2, "csv/fct_ekonomi/a.csv": 2,
        "parquet/fct_ekonomi/b.parquet": 1, "csv/fct_ekonomi/b.csv": 1,
    }  # fmt: skip
    shared = {e.path for e in written if (new / e.path).samefile(base / e.path)} if found else set()
    assert shared == {
        "parquet/dim_post.parquet", "csv/dim_post.csv",
        "parquet/fct_ekonomi/b.parquet", "csv/fct_ekonomi/b.csv",
    }  # fmt: skip
    assert set(publish._linked(new, base)) <= shared


@pytest.mark.parametrize(
    "change",
    [
        "create table marts.ny as select 1 as ett",
        "alter table marts.fct_ekonomi add column mer integer",
    ],
)
def test_what_cannot_be_carried_is_copied_from_scratch(
    settings: Settings, tmp_path: Path, change: str
) -> None:
    with duckdb.connect(settings.build_db) as con:
        con.execute(change)
    target = tmp_path / "finsam.duckdb"
    assert publish._stage_database(settings, target)[0] is None
    with duckdb.connect(settings.build_db, read_only=True) as con:
        built = {
            name: Counter(con.execute(f"from {name}").fetchall())
            for name in rows(target)
        }  # fmt: skip
    assert rows(target) == built


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("insert into marts.fct_ekonomi values ('b2', 'b', 5)", "marts.fct_ekonomi"),
        ("update marts.fct_ekonomi set belopp_sek = 30 where ekonomi_key = 'b1'",
         "marts.fct_ekonomi"),
        ("delete from raw.fakta where leverans_id = 'b#1'", "raw.fakta"),
        ("update raw.fakta set line = 7 where leverans_id = 'b#1'", "raw.fakta"),
    ],
)  # fmt: skip
def test_what_nothing_says_has_changed_must_not_have(
    settings: Settings, tmp_path: Path, change: str, table: str
) -> None:
    with duckdb.connect(settings.build_db) as con:
        con.execute(change)
    with pytest.raises(publish.LossError, match=table):
        publish._stage_database(settings, tmp_path / "finsam.duckdb")


@pytest.mark.parametrize("fault", ["gone", "damaged", "old", "unbuilt", "afresh", "garbage"])
def test_a_base_that_is_not_to_be_trusted_is_none(settings: Settings, fault: str) -> None:
    version = next(settings.versions_dir.iterdir())
    assert carry.base(settings) == (version, 0)
    {
        "gone": lambda: version.rename(version.with_name("borta")),
        "damaged": lambda: (version / "finsam.duckdb").write_bytes(b"x"),
        "old": lambda: carry.note_base(settings, version.name, carry.MOST_STEPS),
        "unbuilt": (settings.build_dir / carry.PENDING).unlink,
        "afresh": lambda: carry.forget_base(settings),
        "garbage": lambda: (settings.build_dir / carry.NAME).write_text("{"),
    }[fault]()
    assert carry.base(settings) is None


def test_spilling_has_a_limit_and_a_place(settings: Settings) -> None:
    with duckdb.connect(config=build_config(settings)) as con:
        [(memory, folder)] = con.execute(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()
    assert memory == "3.8 GiB"
    assert folder == str(settings.temp_dir)


def test_bytes_are_copied_whole(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(bytes(range(256)) * 1000)
    carry.copy_file(source, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == source.read_bytes()
    assert versions.intact(tmp_path) is False
