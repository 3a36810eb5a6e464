"""The refresh as a whole: publishing happens, or nothing changes at all."""

import contextlib
import csv
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_pipelines import versions
from dagster_pipelines.assets.publish import PUBLISHED, build_publish
from dagster_pipelines.dagster_home import prepare
from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.definitions import build_defs
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.lock import is_held, noted_holder
from dagster_pipelines.manifest import read_manifest, up_to_date
from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.publish import publish
from dagster_pipelines.refresh import QUIET, outcome_of, refresh
from dagster_pipelines.resources import Build, RefreshOptions
from dagster_pipelines.settings import PROJECT_DIR, Settings
from tests.guards import MuteGuard, RedGuard, StandInGuard

FACTS = 932


def published_bytes(settings: Settings) -> dict[str, bytes]:
    return {
        str(path.relative_to(settings.warehouse_dir)): path.read_bytes()
        for path in settings.warehouse_dir.rglob("*")
        if path.is_file()
    }


def run_job(settings: Settings, instance: dg.DagsterInstance, **overrides: Any) -> Any:
    """The refresh job in this process with resources of its own; returns what it came to."""
    job = build_defs({"settings": settings, **overrides}).resolve_job_def("refresh")
    result = job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
    return outcome_of(settings, instance, result.run_id)


def publish_only(settings: Settings, instance: dg.DagsterInstance, **overrides: Any) -> Any:
    """Both guards and the publication of what is built already; returns what it came to."""
    defs = build_defs({"settings": settings, **overrides})
    graph = defs.resolve_asset_graph()
    published = {key for key in graph.materializable_asset_keys if key.path[0] == "warehouse"}
    job = defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=published,
        asset_check_selection={
            key
            for key in graph.asset_check_keys
            if key.name == "vakt_inkommande" or key.asset_key in published
        },
    )
    result = job.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
    return outcome_of(settings, instance, result.run_id)


def test_every_fact_is_published_with_its_provenance(refreshed_home: Settings) -> None:
    manifest = read_manifest(refreshed_home)
    assert manifest is not None
    assert manifest["tables"]["raw.fakta"] == FACTS
    assert manifest["tables"]["marts.fct_rapportfakta"] == FACTS
    facts = [file for file in manifest["files"] if file["slag"] == "fakta"]
    assert (sum(f["godkanda"] for f in facts), sum(f["avvisade"] for f in facts)) == (FACTS, 0)
    assert manifest["quarantine"] == []
    shipped = {row["report_id"] for row in shipped_reports()}
    assert {report["report_id"] for report in manifest["reports"]} == shipped
    assert {report["status"] for report in manifest["reports"]} == {"publicerad"}
    with open_published(refreshed_home.published_db) as con:
        anonymous = "select count(*) from fct_rapportfakta where line is null or printed is null"
        assert con.sql(anonymous).fetchall() == [(0,)]


def shipped_reports() -> list[dict[str, str]]:
    with (PROJECT_DIR / "data" / "rapporter.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_nothing_is_left_beside_what_is_published(refreshed_home: Settings) -> None:
    assert {path.name for path in refreshed_home.warehouse_dir.iterdir()} == {
        *versions.ENTRIES, "aktuell", "versioner",
    }  # fmt: skip
    assert {path.name for path in refreshed_home.versions_dir.iterdir()} == {
        "journal.jsonl", read_manifest(refreshed_home)["version"],
    }  # fmt: skip
    marts = {
        name.removeprefix("marts.") + ".parquet"
        for name in read_manifest(refreshed_home)["tables"]
        if name.startswith("marts.")
    }
    assert {path.name for path in (refreshed_home.warehouse_dir / "parquet").iterdir()} == marts


def test_an_unchanged_warehouse_is_recognised_without_loading_anything(
    copied_home: Settings,
) -> None:
    before = published_bytes(copied_home)
    code = (
        "import sys\n"
        "from dagster_pipelines.cli.app import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'dagster', 'dbt', 'great_expectations', 'duckdb', 'polars', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    places = ["--home", str(copied_home.home), "--data", str(copied_home.data_dir)]
    done = subprocess.run(
        [sys.executable, "-c", code, "refresh", *places],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed" in done.stdout
    assert published_bytes(copied_home) == before


def test_the_home_of_the_web_ui_keeps_its_runs_and_sends_nothing(tmp_path: Path) -> None:
    home = prepare(Settings(home=tmp_path))
    assert home == tmp_path / ".build" / "dagster_home"
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.is_persistent
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
    assert (home / "history").is_dir()


def test_the_job_publishes_with_the_resources_of_the_web_ui(copied_home: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        found = run_job(copied_home, instance)
        assert found.breaks == []
        assert read_manifest(copied_home)["run_id"] == found.run_id
        events = instance.all_logs(found.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        materialized = {
            entry.asset_materialization.asset_key: entry.asset_materialization for entry in events
        }
        checks = instance.all_logs(found.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    graph = build_defs({"settings": copied_home}).resolve_asset_graph()
    assert set(materialized) == graph.materializable_asset_keys
    assert {
        (entry.dagster_event.asset_check_evaluation_data.asset_key,
         entry.dagster_event.asset_check_evaluation_data.check_name)
        for entry in checks
    } == {(key.asset_key, key.name) for key in graph.asset_check_keys}  # fmt: skip
    uncounted = {
        key.to_user_string()
        for key, event in materialized.items()
        if "dagster/row_count" not in event.metadata and key.path[0] not in ("staging",)
    }
    assert uncounted == set()
    rows = materialized[dg.AssetKey(["marts", "fct_rapportfakta"])].metadata["dagster/row_count"]
    assert rows.value == FACTS
    assert materialized[PUBLISHED].metadata["karantän"].value == 0


@pytest.fixture(scope="module")
def broken_home(
    refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """One copy for the structural breaks: they publish nothing, so they leave it as it was."""
    home = tmp_path_factory.mktemp("broken") / "home"
    shutil.copytree(refreshed_home.home, home, symlinks=True)
    yield Settings(home=home, data_dir=refreshed_home.data_dir)
    shutil.rmtree(home)


def test_a_failed_dbt_test_publishes_nothing(broken_home: Settings, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("models", "macros", "seeds", "dbt_project.yml", "profiles.yml"):
        (project / name).symlink_to(PROJECT_DIR / name)
    shutil.copytree(PROJECT_DIR / "tests" / "dbt", project / "tests" / "dbt")
    (project / "tests" / "dbt" / "faller.sql").write_text(
        "select report_id, antal_fakta from {{ ref('dim_rapport') }} where forbund_id = 'vasteras'"
    )
    before = published_bytes(broken_home)
    with dg.DagsterInstance.ephemeral() as instance:
        found = run_job(broken_home, instance, dbt=Dbt(broken_home, project))
    assert found.exit_code == 1
    [broken] = found.breaks
    assert broken.check == "dbt: faller"
    assert broken.rows == [{"report_id": "vasteras_2022-06-30_delar", "antal_fakta": "436"}]
    assert published_bytes(broken_home) == before
    logged = broken_home.log_file.read_text(encoding="utf-8").splitlines()
    last = [json.loads(line) for line in logged if '"dbt build broke' in line][-1]
    assert last["breaks"][0]["rows"] == broken.rows


@contextlib.contextmanager
def tampered(settings: Settings, fault: str, remedy: str) -> Iterator[None]:
    """The build database with a fault in it, for as long as the test needs it."""
    with open_build(settings) as con:
        con.execute(fault)
    yield
    with open_build(settings) as con:
        con.execute(remedy)


def test_a_lost_fact_turns_the_incoming_guard_red_and_publishes_nothing(
    broken_home: Settings,
) -> None:
    before = published_bytes(broken_home)
    lost = "sofint_2021-06-30_delar"
    with tampered(
        broken_home,
        f"update raw.leverans set antal_fakta = antal_fakta + 1 where report_id = '{lost}'",
        f"update raw.leverans set antal_fakta = antal_fakta - 1 where report_id = '{lost}'",
    ):
        found = refresh(broken_home, full=True)
    assert found.exit_code == 1
    assert any(lost in str(row) for broken in found.breaks for row in broken.rows), found.breaks
    assert published_bytes(broken_home) == before


SUITES = pytest.mark.parametrize("suite", ["inkommande_fakta", "marts"])


@SUITES
def test_a_red_guard_publishes_nothing(broken_home: Settings, suite: str) -> None:
    before = published_bytes(broken_home)
    with dg.DagsterInstance.ephemeral() as instance:
        found = publish_only(broken_home, instance, guard=RedGuard(suite))
    assert found.exit_code == 1
    [broken] = found.breaks
    assert broken.check == f"{suite}: balans"
    assert broken.rows == [{"report_id": "x", "summa": "1", "led": "2"}]
    assert published_bytes(broken_home) == before
    # the log tells of a build that was stopped as of any other, whoever started it
    text = broken_home.log_file.read_text(encoding="utf-8").splitlines()
    logged = [json.loads(line) for line in text]
    began = max(n for n, line in enumerate(logged) if line["event"] == "run began")
    assert logged[began]["run_id"] == found.run_id
    guards = {line["suite"]: line for line in logged[began:] if line["event"] == "guard"}
    assert [name for name, line in guards.items() if not line["passed"]] == [suite]
    assert guards[suite]["breaks"][0]["rows"] == broken.rows


@SUITES
def test_a_guard_that_does_not_answer_publishes_nothing(broken_home: Settings, suite: str) -> None:
    before = published_bytes(broken_home)
    with dg.DagsterInstance.ephemeral() as instance:
        found = publish_only(broken_home, instance, guard=MuteGuard(suite))
    assert found.exit_code == 1
    assert any("slutade utan att svara" in broken.message for broken in found.breaks)
    assert published_bytes(broken_home) == before


def test_a_postponed_file_is_not_taken_for_read(broken_home: Settings) -> None:
    from dagster_pipelines.assets import ingest  # noqa: PLC0415
    from dagster_pipelines.facts.loader import UPPSKJUTEN, FileOutcome  # noqa: PLC0415

    postponed = FileOutcome("landing/a.csv", "", "okänt", UPPSKJUTEN, 0, 0, 0, "låst")
    build = Build(broken_home, RefreshOptions(), {"files": "abc", "code": "c"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "load_into", lambda *_: [postponed])
        resources = {"build": build, "guard": StandInGuard()}
        dg.materialize([ingest.raw_tables], resources=resources)
    assert build.inputs == {"files": "incomplete", "code": "c"}
    assert build.postponed == {"landing/a.csv": "låst"}


HOLD = """
import sys, time
from pathlib import Path
from dagster_pipelines.lock import exclusive_build
from dagster_pipelines.settings import Settings
with exclusive_build(Settings(home=Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_refresh(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the right to build."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    try:
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def test_a_second_refresh_fails_clearly_when_the_first_does_not_end(
    copied_home: Settings,
) -> None:
    impatient = copied_home.model_copy(update={"lock_timeout_seconds": 0.2})
    with another_refresh(copied_home), pytest.raises(RefreshError, match="Another refresh"):
        refresh(impatient)


def test_a_second_refresh_waits_for_the_first(copied_home: Settings) -> None:
    with another_refresh(copied_home) as holder:
        waiter = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(copied_home.home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        heard, _, _ = select.select([waiter.stdout], [], [], 2)
        assert not heard  # long enough to have got it, were it not held
        holder.communicate()  # closes its input: it ends and lets go
        assert waiter.stdout.readline() == "held\n"
        waiter.communicate()
        assert waiter.returncode == 0


def test_who_holds_the_lock_is_known_and_a_note_without_a_lock_is_stale(
    copied_home: Settings,
) -> None:
    with another_refresh(copied_home) as holder:
        assert is_held(copied_home)
        assert noted_holder(copied_home).pid == holder.pid
        impatient = copied_home.model_copy(update={"lock_timeout_seconds": 0.1})
        with pytest.raises(RefreshError, match=f"process {holder.pid}, since 20"):
            refresh(impatient)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert not is_held(copied_home)
        assert noted_holder(copied_home).pid == holder.pid
    refresh(copied_home)
    assert noted_holder(copied_home) is None


def test_what_was_rolled_back_from_is_not_published_again_unasked(copied_home: Settings) -> None:
    publish(copied_home, run_id="dålig", inputs=fingerprint(copied_home), seconds={})
    bad = versions.current(copied_home)
    good = versions.roll_back(copied_home)
    result = refresh(copied_home)
    assert (result.ran, result.rolled_back) == (False, False)  # the good one has these inputs too
    versions.roll_back(copied_home, bad.name)
    (copied_home.landing_dir / "ny.txt").write_text("inget dokument")
    publish(copied_home, run_id="sämre", inputs=fingerprint(copied_home), seconds={})
    assert versions.roll_back(copied_home, good.name) == good
    before = published_bytes(copied_home)
    result = refresh(copied_home)
    assert (result.ran, result.rolled_back) == (False, True)
    assert published_bytes(copied_home) == before
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(
            [build_publish([])],
            resources={
                "build": Build(copied_home, RefreshOptions(), fingerprint(copied_home)),
                "guard": StandInGuard(),
            },
            raise_on_error=False, instance=instance,
        )  # fmt: skip
        found = outcome_of(copied_home, instance, done.run_id)
    assert found.exit_code == 1
    assert published_bytes(copied_home) == before


def test_the_lock_of_a_killed_refresh_heals(copied_home: Settings) -> None:
    with another_refresh(copied_home) as holder:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert refresh(copied_home).ran is False


def test_up_to_date_is_forgotten_when_a_file_lands(copied_home: Settings) -> None:
    assert up_to_date(copied_home)
    (copied_home.landing_dir / "ny.csv").write_text("x")
    assert up_to_date(copied_home) is None
