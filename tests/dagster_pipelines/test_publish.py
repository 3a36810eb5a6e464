"""Publishing: a faithful copy, replaced as a whole, whatever lay there before."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from dagster_pipelines import versions
from dagster_pipelines.assets.publish import build_publish
from dagster_pipelines.cli.app import app
from dagster_pipelines.cli.reports import show_replaced
from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.documents.delivery import Outcome, record
from dagster_pipelines.facts.loader import load
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.manifest import read_manifest, up_to_date
from dagster_pipelines.outcome import RefreshResult
from dagster_pipelines.publish import LossError, publish
from dagster_pipelines.refresh import outcome_of
from dagster_pipelines.resources import Build, RefreshOptions
from dagster_pipelines.settings import Settings
from tests.guards import RedGuard, StandInGuard

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
insert into raw.leverans (leverans_id, report_id, version, antal_fakta) values
    ('a_2021-06-30_delar#1', 'a_2021-06-30_delar', 1, 3),
    ('b_2021-06-30_delar#1', 'b_2021-06-30_delar', 1, 1);
insert into raw.fakta by name
    select 'a_2021-06-30_delar#1' as leverans_id, rad as line, 1 as position, 'verified' as status
    from range(2, 5) as t(rad)
    union all select 'b_2021-06-30_delar#1', 7, 1, 'suspect';
create schema intermediate;
create table intermediate.int_leverans as from (values
    ('a_2021-06-30_delar#1', 'publicerad'), ('b_2021-06-30_delar#1', 'i karantän')
) as t(leverans_id, status);
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


def test_clients_older_than_ours_can_open_it(built: Settings) -> None:
    published(built)
    with open_published(built.published_db) as con:
        ((tags,),) = con.sql("select tags from duckdb_databases() where not internal").fetchall()
    assert tags["storage_version"].startswith("v1.2.0")
    header = built.published_db.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") <= 68, "more than DuckDB 1.5 can read"


def test_the_manifest_says_what_is_there(built: Settings) -> None:
    manifest = published(built)
    assert read_manifest(built) == manifest
    assert manifest["run_id"] == "körning-1"
    assert manifest["tables"]["marts.dim_rapport"] == 2
    assert manifest["tables"]["raw.fakta"] == 4
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


def test_of_two_files_for_a_report_in_one_load_is_told_while_both_lie_there(
    built: Settings,
) -> None:
    report, earlier, later = "a_2021-06-30_delar", "landing/vm.csv", "landing/vm (1).csv"
    for fil in (earlier, later):
        (built.home / fil).parent.mkdir(exist_ok=True)
        (built.home / fil).write_text(fil, encoding="utf-8")
    said = f"Ny leverans: {report}#1. {report}#1 ersätter {earlier}, inläst samtidigt."
    with open_build(built) as con:
        con.execute(
            "insert into raw.leverans (leverans_id, report_id, version, inlasning_id, fil, "
            "antal_fakta) values ('x#0', ?, 0, '1', ?, 0)",
            [report, earlier],
        )
        con.execute(
            "update raw.leverans set inlasning_id = '2', fil = ? where report_id = ? "
            "and version = 1",
            [later, report],
        )
        con.execute(
            "insert into raw.inlasning (inlasning_id, fil, lasta, godkanda, avvisade, meddelande) "
            "values ('2', ?, 0, 0, 0, ?)",
            [later, said],
        )
    manifest = published(built)
    assert manifest["replaced"] == [{"report_id": report, "fil": later, "ersatt": earlier}]
    told = Console(record=True, width=300)
    show_replaced(told, manifest)
    assert f"{later} ersätter {earlier}, inläst samtidigt" in told.export_text()
    (built.home / earlier).unlink()
    assert published(built, "körning-2")["replaced"] == []


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


def lose(where: str) -> str:
    """A loss that adds up: raw has lost the same facts, so conservation holds."""
    return (
        f"delete from marts.fct_rapportfakta where {where};"
        f"delete from raw.fakta where leverans_id = 'a_2021-06-30_delar#1' and {where};"
        "update raw.leverans set antal_fakta = (select count(*) from raw.fakta as f "
        "where f.leverans_id = leverans.leverans_id)"
    )


GONE = lose("line = 3")


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


def test_a_fact_that_another_has_taken_the_place_of_is_a_loss(built: Settings) -> None:
    """As many facts as before: only which they are tells that one is gone."""
    published(built)
    change(
        built,
        "update marts.fct_rapportfakta set line = 99 where line = 3;"
        "update raw.fakta set line = 99 where leverans_id = 'a_2021-06-30_delar#1' and line = 3",
    )
    with pytest.raises(LossError, match="1 facts of a_2021-06-30_delar") as stopped:
        published(built, "körning-2")
    [found] = stopped.value.breaks
    assert [row["forsta_rad"] for row in found.rows] == [3]


def test_a_loss_that_is_accepted_is_published_and_recorded(built: Settings) -> None:
    published(built)
    change(built, GONE)
    accepted = publish(built, run_id="2", inputs={}, seconds={}, accept_loss=True)
    assert [row["antal"] for row in accepted["accepted_loss"]] == [1]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (GONE, "update marts.dim_rapport set publicerad_version = 2 where forbund_id = 'a'"),
        (lose("true"),
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
    [lose("true") + "; delete from marts.dim_rapport", lose("true")],
)
def test_a_report_that_is_gone_is_a_loss(built: Settings, fault: str) -> None:
    published(built)
    change(built, fault)
    with pytest.raises(LossError, match="3 facts of a_2021-06-30_delar"):
        published(built, "körning-2")


def test_a_reader_of_this_process_does_not_keep_the_loss_from_being_seen(built: Settings) -> None:
    """DuckDB would not attach a file that the same process has open with other settings."""
    published(built)
    change(built, GONE)
    with (
        open_published(built.published_db, memory_mb=100),
        pytest.raises(LossError, match="1 facts of a_2021-06-30_delar"),
    ):
        published(built, "körning-2")


def facts_file(settings: Settings) -> Path:
    return settings.current_link.resolve() / "parquet" / "fct_rapportfakta.parquet"


def without_line_three(settings: Settings) -> None:
    path = facts_file(settings)
    pl.read_parquet(path).filter(pl.col("line") != 3).write_parquet(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: facts_file(s).write_bytes(b"inte parquet"),
        lambda s: facts_file(s).unlink(),
        without_line_three,  # whole, and says that the fact was never there
    ],
)
def test_what_cannot_be_compared_with_is_not_replaced_unasked(
    built: Settings, damage: Callable[[Settings], object]
) -> None:
    published(built)
    damage(built)
    change(built, GONE)
    with pytest.raises(LossError, match="--accept-loss"):
        published(built, "körning-2")
    assert read_manifest(built)["run_id"] == "körning-1"
    publish(built, run_id="2", inputs={}, seconds={}, accept_loss=True)
    assert read_manifest(built)["run_id"] == "2"


def test_without_the_link_the_newest_kept_version_is_compared_with(built: Settings) -> None:
    published(built)
    built.current_link.unlink()
    change(built, GONE)
    with pytest.raises(LossError, match="1 facts of a_2021-06-30_delar"):
        published(built, "körning-2")


UNACCOUNTED = {
    "delete from raw.fakta where line = 3": "fakta",
    "delete from marts.fct_rapportfakta where line = 3": "fakta = publicerade",
    "insert into marts.fct_rapportfakta from marts.fct_rapportfakta limit 1": "fakta = publicerade",
    "delete from raw.leverans where version = 1": "varje levererat faktum",
    "update intermediate.int_leverans set status = 'ersatt' where status = 'publicerad'": "fakta =",
    "delete from intermediate.int_leverans where status = 'i karantän'": "fakta = publicerade",
    "insert into raw.inlasning (inlasning_id, lasta, godkanda, avvisade) values ('1', 2, 0, 2)":
        "varje avvisad rad",
    "insert into raw.inlasning (inlasning_id, slag, lasta, godkanda, avvisade, upprepade) "
    "values ('1', 'fakta', 2, 2, 0, 1)": "godkända fakta",
}  # fmt: skip


@pytest.mark.parametrize("fault", UNACCOUNTED)
def test_what_was_delivered_is_all_accounted_for_or_nothing_is_published(
    built: Settings, fault: str
) -> None:
    before = published(built)
    assert before["conservation"] == {
        "oredovisade": 0, "lasta": 0, "godkanda": 0, "avvisade": 0, "upprepade": 0,
        "bevarade_avvisade": 0, "levererade_fakta": 4,
        "fakta": 4, "osakra": 0, "i_karantan": 1, "ersatta": 0, "publicerade": 3,
    }  # fmt: skip
    change(built, fault)
    with pytest.raises(LossError, match="not all accounted for") as stopped:
        publish(built, run_id="2", inputs={}, seconds={}, accept_loss=True)
    said = [row["ekvation"] for row in stopped.value.breaks[0].rows]
    assert any(each.startswith(UNACCOUNTED[fault]) for each in said), said
    assert read_manifest(built) == before


def released(built: Settings, guard: StandInGuard) -> RefreshResult:
    """What a run of the publishing step comes to, the incoming facts being green."""
    from dagster_pipelines.assets import publish as asset  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setattr(asset, "_require_green", lambda *_: None)
        patch.setattr(asset, "begin_marts", lambda *_: None)
        result = dg.materialize(
            [build_publish([])],
            resources={"build": Build(built, RefreshOptions(), {}), "guard": guard},
            raise_on_error=False,
            instance=instance,
        )
        return outcome_of(built, instance, result.run_id)


def test_the_loss_stops_the_step_with_its_rows(built: Settings) -> None:
    published(built)
    change(built, GONE)
    found = released(built, StandInGuard())
    assert found.exit_code == 1
    assert [b.check for b in found.breaks] == ["förlust"]
    assert found.breaks[0].rows[0]["report_id"] == "a_2021-06-30_delar"


def test_what_the_guard_objects_to_is_told_also_when_nothing_can_be_written(
    built: Settings,
) -> None:
    published(built)
    change(built, GONE)
    found = released(built, RedGuard("marts"))
    assert {b.check for b in found.breaks} == {"marts: balans", "förlust"}


def test_nothing_is_published_without_the_guards_of_the_same_run(built: Settings) -> None:
    published(built)
    before = built.published_db.read_bytes()
    result = dg.materialize(
        [build_publish([])],
        resources={"build": Build(built, RefreshOptions(), {}), "guard": StandInGuard()},
        raise_on_error=False,
    )
    assert not result.success
    failure = result.failure_data_for_node("warehouse__finsam")
    assert failure and "green guards" in failure.error.message
    assert built.published_db.read_bytes() == before
    assert read_manifest(built)["run_id"] == "körning-1"


STOPPED = """
create table raw.karantan (leverans_id varchar, report_id varchar, handelse varchar,
    regler varchar, orsak varchar, tidpunkt timestamptz);
insert into raw.karantan values
    ('a_2021-06-30_delar#0', 'a', 'i karantän', 'BR1', 'Ett brott.', '2026-01-01 10:00:00+00'),
    ('a_2021-06-30_delar#0', 'a', 'släppt', 'BR1', 'Ersatt av a#1.', '2026-01-02 10:00:00+00'),
    ('b_2021-06-30_delar#1', 'b', 'i karantän', 'RR1', 'Ett brott.', '2026-01-03 10:00:00+00');
"""


def test_what_is_and_was_in_quarantine_is_seen_by_everybody(built: Settings) -> None:
    """In the manifest, in `finsam status` and as a check of Dagster's, with rule and numbers."""
    from dagster_pipelines.assets.publish import _quarantine_check  # noqa: PLC0415

    change(built, STOPPED)
    manifest = published(built)
    assert [(e["leverans_id"], e["regler"], e["stoppad"], e["slappt"], e["slappt_av"])
            for e in manifest["quarantine_log"]] == [
        ("a_2021-06-30_delar#0", "BR1", "2026-01-01T10:00:00+00:00", "2026-01-02T10:00:00+00:00",
         "Ersatt av a#1."),
        ("b_2021-06-30_delar#1", "RR1", "2026-01-03T10:00:00+00:00", None, None),
    ]  # fmt: skip
    check = _quarantine_check(manifest)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    [row] = check.metadata["stoppade"].records
    assert (row.data["regel_id"], row.data["rader"], row.data["summa"], row.data["led"]) == (
        "RR1", "rad 7", "100.000000", "99.000000"
    )  # fmt: skip
    assert _quarantine_check({**manifest, "quarantine": []}).passed
    shown = CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"}).invoke(
        app, ["status", "--home", str(built.home)]
    )
    assert shown.exit_code == 0, shown.output
    for said in ("rule RR1", "100 against 99", "Quarantine so far", "Ersatt av a#1.", "stands",
                 "4 = 3 published + 0 suspect + 1 in quarantine + 0 superseded"):  # fmt: skip
        assert said in shown.stdout, shown.stdout


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"[]", b"{}", b"null", b"{", b"1"])
def test_a_damaged_manifest_or_journal_locks_nobody_out(built: Settings, damage: bytes) -> None:
    published(built)
    built.published_manifest.write_bytes(damage)
    assert read_manifest(built) is None
    with built.versions_journal.open("ab") as file:
        file.write(damage + b'\n{"version": "x"}\n{"event": "rolled back", "version": "x"}\n')
        file.write(b'{"event": 1, "version": 2}\n')
    assert [entry["event"] for entry in versions.journal(built)] == ["published"]
    publish(built, run_id="2", inputs={}, seconds={}, accept_loss=True)
    assert read_manifest(built)["run_id"] == "2"
