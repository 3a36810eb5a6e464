"""Publishing: a faithful copy, replaced as a whole, whatever lay there before."""

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

from dagster_pipelines import versions
from dagster_pipelines.assets.publish import build_publish
from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.documents.delivery import Outcome, record
from dagster_pipelines.facts.loader import load
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.manifest import read_manifest, up_to_date
from dagster_pipelines.publish import LossError, publish
from dagster_pipelines.refresh import outcome_of
from dagster_pipelines.resources import Build, RefreshOptions
from dagster_pipelines.settings import Settings

MARTS = """
create schema marts;
create table marts.dim_rapport (
    report_id varchar primary key, forbund_id varchar not null, status varchar,
    publicerad_version integer, antal_fakta bigint check (antal_fakta >= 0)
);
comment on table marts.dim_rapport is 'En rad per rapport: ''grain'' först.';
comment on column marts.dim_rapport.antal_fakta is 'Antal godkända fakta';
insert into marts.dim_rapport values
    ('b_2021-06-30_delar', 'b', 'i karantän', null, 0),
    ('a_2021-06-30_delar', 'a', 'publicerad', 1, 3);
create table marts.fct_kontroll (
    regel_id varchar, allvar varchar, report_id varchar, leverans_id varchar, scenario varchar,
    period_start date, period_end date, objekt varchar, enhet varchar, summa decimal(24, 6),
    led decimal(24, 6), differens decimal(24, 6), utfall varchar, mening varchar, rader varchar,
    leverans_status varchar
);
insert into marts.fct_kontroll values
    ('RR1', 'blockerande', 'b_2021-06-30_delar', 'b#1', 'utfall', '2021-01-01', '2021-06-30', '',
     'SEK', 100, 99, 1, 'brott', '100 är inte 99.', 'rad 7', 'i karantän'),
    ('BR1', 'blockerande', 'a_2021-06-30_delar', 'a#1', 'utfall', null, '2021-06-30', '',
     'SEK', 5, 5, 0, 'håller', '5 är 5.', 'rad 2', 'publicerad');
create view marts.rpt_vy as select report_id from marts.dim_rapport where status = 'publicerad';
comment on view marts.rpt_vy is 'Publicerade rapporter';
create table marts.fct_rapportfakta (
    report_id varchar, leverans_id varchar, line integer, position integer
);
insert into marts.fct_rapportfakta
    select 'a_2021-06-30_delar', 'a_2021-06-30_delar#1', rad, 1 from range(2, 5) as t(rad);
create schema hemligt; create table hemligt.x as select 1 as a;
"""


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    with open_build(settings) as con:
        load(con, [], settings)  # the raw tables, empty
        record(con, Outcome([], [], []))
        con.execute(MARTS)
    return settings


def published(settings: Settings, run_id: str = "körning-1") -> dict[str, object]:
    return publish(settings, run_id=run_id, inputs=fingerprint(settings), seconds={"ladda": 0.25})


def test_tables_views_constraints_and_comments_come_along(built: Settings) -> None:
    published(built)
    with open_published(built.published_db) as con:
        assert con.sql("from marts.dim_rapport").fetchall() == [
            ("a_2021-06-30_delar", "a", "publicerad", 1, 3),
            ("b_2021-06-30_delar", "b", "i karantän", None, 0),
        ]
        assert con.sql("from rpt_vy").fetchall() == [("a_2021-06-30_delar",)]
        comments = "select comment from {} where comment is not null"
        assert con.sql(comments.format("duckdb_tables()")).fetchall() == [
            ("En rad per rapport: 'grain' först.",)
        ]
        assert con.sql(comments.format("duckdb_columns()")).fetchall() == [
            ("Antal godkända fakta",)
        ]
        assert con.sql(comments.format("duckdb_views()")).fetchall() == [("Publicerade rapporter",)]
        schemas = con.sql("select distinct table_schema from information_schema.tables").fetchall()
        assert {row[0] for row in schemas} == {"raw", "marts"}
    constraints = (
        "select constraint_type from duckdb_constraints() where schema_name = 'marts' order by all"
    )
    with duckdb.connect(built.published_db) as copy, duckdb.connect(built.build_db) as original:
        expected = original.sql(constraints).fetchall()
        assert ("PRIMARY KEY",) in expected
        assert ("CHECK",) in expected
        assert copy.sql(constraints).fetchall() == expected
        with pytest.raises(duckdb.ConstraintException):
            copy.execute("insert into marts.dim_rapport values ('c', 'c', 'x', 1, -1)")


def test_the_manifest_says_what_is_there(built: Settings) -> None:
    manifest = published(built)
    assert read_manifest(built) == manifest
    assert manifest["run_id"] == "körning-1"
    assert manifest["tables"]["marts.dim_rapport"] == 2
    assert manifest["tables"]["raw.fakta"] == 0
    assert manifest["checks"] == {"brott": 1, "håller": 1}
    assert [(r["report_id"], r["status"], r["kontroller"]) for r in manifest["reports"]] == [
        ("a_2021-06-30_delar", "publicerad", {"håller": 1}),
        ("b_2021-06-30_delar", "i karantän", {"brott": 1}),
    ]
    [stopped] = manifest["quarantine"]
    assert (stopped["regel_id"], stopped["rader"]) == ("RR1", "rad 7")
    assert (stopped["summa"], stopped["led"]) == ("100.000000", "99.000000")
    assert manifest["seconds"] == {"ladda": 0.25}
    assert (manifest["documents"], manifest["decisions"]) == ([], [])
    assert manifest["version"] == built.published_db.resolve().parent.name
    marts = ("dim_rapport", "fct_kontroll", "fct_rapportfakta")
    assert set(manifest["hashes"]) == {
        "finsam.duckdb", "datapackage.json", "dcat.ttl", "dcat.rdf",
        *(f"{kind}/{mart}.{kind}" for kind in ("parquet", "csv") for mart in (*marts, "rpt_vy")),
    }  # fmt: skip
    assert {"python", "dbt-core", "duckdb", "dagster", "great-expectations"} <= set(
        manifest["versions"]
    )


def test_parquet_has_each_mart_and_nothing_that_is_gone(built: Settings) -> None:
    folder = built.warehouse_dir / "parquet"
    published(built)
    assert {p.name for p in folder.iterdir()} == {
        "dim_rapport.parquet", "fct_kontroll.parquet", "fct_rapportfakta.parquet",
        "rpt_vy.parquet",
    }  # fmt: skip
    assert pl.read_parquet(folder / "fct_kontroll.parquet")["summa"].dtype == pl.Decimal(24, 6)
    with open_build(built) as con:
        con.execute("drop view marts.rpt_vy")
    published(built)
    assert "rpt_vy.parquet" not in {path.name for path in folder.iterdir()}


def test_what_a_rude_writer_left_behind_does_not_reach_the_next_version(
    built: Settings,
) -> None:
    published(built)
    crashed = (
        "import duckdb, os\n"
        f"con = duckdb.connect({str(built.published_db)!r})\n"
        "con.execute('create table marts.spill as select 1 as a')\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", crashed], check=False)
    assert list(built.warehouse_dir.rglob("*.wal"))
    published(built, "körning-2")
    assert not built.published_db.resolve().with_name("finsam.duckdb.wal").exists()
    with open_published(built.published_db) as con:
        assert con.sql("select count(*) from marts.dim_rapport").fetchall() == [(2,)]
        assert not con.sql("select 1 from duckdb_tables() where table_name = 'spill'").fetchall()


def test_a_database_that_was_not_closed_is_never_published(built: Settings) -> None:
    published(built)
    before = built.published_db.read_bytes()
    unclosed = versions.stage(built, "oavslutad")
    (unclosed / "finsam.duckdb").write_bytes(before)
    (unclosed / "finsam.duckdb.wal").write_bytes(b"x")
    with pytest.raises(RuntimeError, match="not checkpointed"):
        versions.put_in_place(built, unclosed, {})
    assert read_manifest(built)["run_id"] == "körning-1"


def test_an_open_reader_keeps_its_version_and_a_new_one_sees_the_new(built: Settings) -> None:
    published(built)
    count = "select count(*) from marts.dim_rapport"
    with open_published(built.published_db) as reader:
        with open_build(built) as con:
            con.execute("insert into marts.dim_rapport values ('c', 'c', 'publicerad', 1, 1)")
        published(built, "körning-2")
        assert reader.sql(count).fetchall() == [(2,)]
    with open_published(built.published_db) as reader:
        assert reader.sql(count).fetchall() == [(3,)]


def test_up_to_date_only_with_the_same_inputs_and_the_file_in_place(built: Settings) -> None:
    assert up_to_date(built) is None
    published(built)
    assert up_to_date(built) is not None
    (built.data_dir / "ny.csv").write_text("x")
    assert up_to_date(built) is None
    published(built)
    built.published_db.unlink()
    assert up_to_date(built) is None


def test_a_torn_manifest_counts_as_nothing_published(built: Settings) -> None:
    published(built)
    text = built.published_manifest.read_text(encoding="utf-8")
    built.published_manifest.write_text(text[: len(text) // 2], encoding="utf-8")
    assert read_manifest(built) is None


@pytest.mark.parametrize("missing", ["run_id", "inputs", "quarantine"])
def test_a_manifest_without_its_parts_counts_as_nothing_published(
    built: Settings, missing: str
) -> None:
    published(built)
    content = json.loads(built.published_manifest.read_text(encoding="utf-8"))
    del content[missing]
    built.published_manifest.write_text(json.dumps(content), encoding="utf-8")
    assert read_manifest(built) is None


def change(settings: Settings, sql: str) -> None:
    with open_build(settings) as con:
        con.execute(sql)


GONE = "delete from marts.fct_rapportfakta where line = 3"


def test_facts_do_not_disappear_without_a_reason(built: Settings) -> None:
    published(built)
    before = built.published_db.read_bytes()
    change(built, GONE)
    with pytest.raises(LossError, match="a_2021-06-30_delar") as stopped:
        published(built, "körning-2")
    [found] = stopped.value.breaks
    assert [(row["report_id"], row["antal"], row["forsta_rad"]) for row in found.rows] == [
        ("a_2021-06-30_delar", 1, 3)
    ]
    assert "--accept-loss" in found.message
    assert built.published_db.read_bytes() == before
    assert read_manifest(built)["run_id"] == "körning-1"


def test_a_loss_that_is_accepted_is_published_and_recorded(built: Settings) -> None:
    published(built)
    change(built, GONE)
    accepted = publish(built, run_id="2", inputs={}, seconds={}, accept_loss=True)
    assert [row["antal"] for row in accepted["accepted_loss"]] == [1]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (GONE, "update marts.dim_rapport set publicerad_version = 2 where forbund_id = 'a'"),
        ("delete from marts.fct_rapportfakta",
         "update marts.dim_rapport set status = 'i karantän', publicerad_version = null "
         "where forbund_id = 'a'"),
    ],
)  # fmt: skip
def test_a_newer_delivery_or_quarantine_is_a_reason(
    built: Settings, what: str, reason: str
) -> None:
    published(built)
    change(built, f"{what}; {reason}")
    assert published(built, "körning-2")["accepted_loss"] == []


@pytest.mark.parametrize(
    "fault",
    [
        "delete from marts.fct_rapportfakta; delete from marts.dim_rapport",
        "delete from marts.fct_rapportfakta",
    ],
)
def test_a_report_that_is_gone_is_a_loss(built: Settings, fault: str) -> None:
    published(built)
    change(built, fault)
    with pytest.raises(LossError, match="3 facts of a_2021-06-30_delar"):
        published(built, "körning-2")


def test_the_loss_stops_the_step_with_its_rows(built: Settings) -> None:
    from dagster_pipelines.assets import publish as asset  # noqa: PLC0415

    published(built)
    change(built, GONE)
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setattr(asset, "_require_green", lambda *_: None)
        result = dg.materialize(
            [build_publish([])],
            resources={"build": Build(built, RefreshOptions(), {})},
            raise_on_error=False,
            instance=instance,
        )
        found = outcome_of(built, instance, result.run_id)
    assert found.exit_code == 1
    assert [b.check for b in found.breaks] == ["förlust"]
    assert found.breaks[0].rows[0]["report_id"] == "a_2021-06-30_delar"


def test_nothing_is_published_without_the_guards_of_the_same_run(built: Settings) -> None:
    published(built)
    before = built.published_db.read_bytes()
    result = dg.materialize(
        [build_publish([])],
        resources={"build": Build(built, RefreshOptions(), {})},
        raise_on_error=False,
    )
    assert not result.success
    failure = result.failure_data_for_node("warehouse__finsam")
    assert failure and "green guards" in failure.error.message
    assert built.published_db.read_bytes() == before
    assert read_manifest(built)["run_id"] == "körning-1"
