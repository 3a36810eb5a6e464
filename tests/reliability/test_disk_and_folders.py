"""A full disk and folders that may not be written, in whole refreshes.

What is published stays, the message names the place and the remedy, and the next refresh completes
once there is room, or the right, again.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from reliability.faults import obey_permissions, on_a_small_disk, permitted

from benchmarks.kill_harness import snapshot
from dagster_pipelines.settings import PROJECT_DIR, Settings

REFRESH = Path(__file__).with_name("faulty_refresh.py")
COMPLETED = 3
"""The version of the report: one as shipped, one of the build and one of the publication that met
the full disk (their loads had been committed). What the others were to load was replaced."""


def test_a_full_disk_at_any_step_changes_nothing_that_is_published(
    refreshed_home: Settings, tmp_path: Path
) -> None:
    room = tmp_path / "rum"
    room.mkdir()
    prefix = on_a_small_disk(room, "400m")
    environment = os.environ | ({"FINSAM_TEST_SMALL_DISK": "1"} if prefix else {})
    done = subprocess.run(
        [*prefix, sys.executable, str(REFRESH), str(room), str(refreshed_home.home)],
        check=False, capture_output=True, text=True, cwd=PROJECT_DIR, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.pop("healed") == [0, []]
    assert told.pop("published") == COMPLETED
    assert list(told) == ["", "loading files", "building with dbt", "publishing"]
    full = os.strerror(28 if prefix else 27)
    for step, (code, messages) in told.items():
        assert code in (1, 2), step
        assert any(full in said and "Free some room" in said for said in messages), (step, messages)
        assert any(str(room / "home") in said for said in messages), (step, messages)


def finsam(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line as a user without root's rights has it."""
    places = ["--home", str(settings.home)]
    data = ["--data", str(settings.data_dir)] if arguments[0] == "refresh" else []
    return subprocess.run(
        [sys.executable, "-c", "from dagster_pipelines.cli.app import app; app()",
         arguments[0], *places, *data, *arguments[1:]],
        check=False, capture_output=True, text=True, cwd=PROJECT_DIR, preexec_fn=obey_permissions,
    )  # fmt: skip


def deliver(settings: Settings) -> None:
    shipped = settings.data_dir / "fakta" / "sofint_2021-06-30_delar.csv"
    text = shipped.read_text(encoding="utf-8")
    (settings.landing_dir / "ny.csv").write_text(text.replace("verified", "unchecked", 1))


@pytest.mark.parametrize("folder", ["warehouse", ".build"])
def test_a_folder_that_may_not_be_written_is_named_with_its_remedy(
    copied_home: Settings, folder: str
) -> None:
    before = snapshot(copied_home)
    deliver(copied_home)
    with permitted(copied_home.home / folder, 0o555):
        stopped = finsam(copied_home, "refresh")
        assert stopped.returncode in (1, 2), stopped.stdout
        assert "Traceback" not in stopped.stderr
        said = " ".join((stopped.stdout + stopped.stderr).split())
        assert str(copied_home.home / folder) in said
        assert "Permission denied" in said
        assert "Give the account that runs finsam the right to write" in said
        assert snapshot(copied_home) == before
        doctor = finsam(copied_home, "doctor")
        assert doctor.returncode == 1
        assert f"{folder}/" in doctor.stdout
        for question in (("status",), ("query", "select count(*) from fct_rapportfakta"),
                         ("trace", "sofint_2021-06-30_delar"), ("history",)):  # fmt: skip
            asked = finsam(copied_home, *question)
            assert asked.returncode == 0, asked.stderr
        back = finsam(copied_home, "rollback")
        assert back.returncode == 2
        assert "Traceback" not in back.stderr
    with permitted(copied_home.landing_dir, 0o555):  # which is only read
        healed = finsam(copied_home, "refresh")
    assert healed.returncode == 0, healed.stdout + healed.stderr
    assert snapshot(copied_home) != before


def test_a_landing_folder_that_may_not_be_read_does_not_pass_for_an_empty_one(
    copied_home: Settings,
) -> None:
    before = snapshot(copied_home)
    deliver(copied_home)
    with permitted(copied_home.landing_dir, 0o000):
        stopped = finsam(copied_home, "refresh")
    assert stopped.returncode == 2
    said = " ".join(stopped.stderr.split())
    assert str(copied_home.landing_dir) in said
    assert "Permission denied" in said
    assert snapshot(copied_home) == before


def test_what_is_refused_or_may_not_be_read_is_named_until_it_is_taken_away(
    copied_home: Settings,
) -> None:
    refused, closed = (copied_home.landing_dir / name for name in ("trasig.csv", "stangd.csv"))
    document = copied_home.landing_dir / "tom.pdf"
    refused.write_text("fel,kolumner\n1,2\n", encoding="utf-8")
    closed.write_text("report_id\n", encoding="utf-8")
    document.write_bytes(b"")
    with permitted(closed, 0o000):
        told = finsam(copied_home, "refresh")
        asked = finsam(copied_home, "status")
    assert told.returncode == 3, told.stdout + told.stderr
    for said in (told.stdout, asked.stdout):
        assert "landing/trasig.csv: avvisad" in said
        assert "landing/stangd.csv: uppskjuten. Filen går inte att läsa" in said
        assert "landing/tom.pdf: " in said and "no facts" in said
    for file in (refused, closed, document):
        file.unlink()
    healed = finsam(copied_home, "refresh")
    assert healed.returncode == 0, healed.stdout + healed.stderr
    for name in ("trasig", "stangd", "tom.pdf"):
        assert name not in healed.stdout


UNTIL = """
import os, signal, sys
from pathlib import Path
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import Settings

def progress(step, _detail):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

refresh(Settings(home=Path(sys.argv[1]), data_dir=Path(sys.argv[2])), progress=progress)
"""


def test_killed_at_every_step_boundary_the_next_refresh_completes(copied_home: Settings) -> None:
    """The deterministic part of what `benchmarks/kill_harness.py` does two hundred times."""
    from benchmarks.kill_harness import STEPS  # noqa: PLC0415

    before = snapshot(copied_home)
    deliver(copied_home)
    for step in STEPS:
        if step == "guarding the marts":  # as "publishing", which comes when the guard is green
            continue
        killed = subprocess.run(
            [sys.executable, "-c", UNTIL, str(copied_home.home), str(copied_home.data_dir), step],
            check=False, capture_output=True, text=True, cwd=PROJECT_DIR,
        )  # fmt: skip
        assert killed.returncode == -9, (step, killed.stdout, killed.stderr)
        assert snapshot(copied_home) == before, step
    done = finsam(copied_home, "refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert snapshot(copied_home) != before
