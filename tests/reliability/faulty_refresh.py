"""Whole refreshes in a home where writing stops working as a step begins. Run as a program.

    python faulty_refresh.py ROOM HOME

ROOM is an empty folder, on a file system of its own when `FINSAM_TEST_SMALL_DISK` is set: then it
is filled to the last byte. Else every write of this process fails by its limit on the size of
files, which takes no right to mount anything. HOME is copied into it. Prints one JSON object.
"""

import csv
import json
import os
import resource
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.kill_harness import snapshot
from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import PROJECT_DIR, Settings

FILE = "sofint_2021-06-30_delar.csv"
STEPS = ("", "loading files", "building with dbt", "publishing")
"""Where the disk becomes full; the first is before anything was done."""


class Disk:
    """The disk that fills."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.ballast = room / "ballast"
        self.small = "FINSAM_TEST_SMALL_DISK" in os.environ
        self.full = False

    def fill(self) -> None:
        self.full = True
        if not self.small:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        with self.ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    def heal(self) -> None:
        self.full = False
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.ballast.unlink(missing_ok=True)


def main(room: Path, source: Path) -> None:
    shutil.copytree(source, room / "home", symlinks=True)
    shutil.copytree(PROJECT_DIR / "data", room / "data")
    settings = Settings(home=room / "home", data_dir=room / "data")
    settings.landing_dir.mkdir(exist_ok=True)
    disk, before = Disk(room), snapshot(settings)
    told: dict[str, object] = {}
    for number, step in enumerate(STEPS):
        deliver(settings, number)
        told[step] = attempt(settings, disk, step)
        disk.heal()
        if snapshot(settings) != before:
            raise SystemExit(f"what is published changed with the disk full before {step!r}")
    result = refresh(settings)
    told["healed"] = [result.exit_code, [found.message for found in result.breaks]]
    told["published"] = next(
        report["publicerad_version"] for report in result.manifest["reports"]
        if FILE.startswith(report["report_id"])
    )  # fmt: skip
    print(json.dumps(told))


def deliver(settings: Settings, number: int) -> None:
    """The shipped facts with a note that is new: a new delivery, so all steps have work to do."""
    with (settings.data_dir / "fakta" / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["note"] = f"leverans {number}"
    with (settings.landing_dir / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def attempt(settings: Settings, disk: Disk, step: str) -> list[object]:
    """One refresh in which the disk becomes full as `step` begins; exit code and what it says."""

    def progress(now: str, _detail: str) -> None:
        if now == step and not disk.full:
            disk.fill()

    if not step:
        disk.fill()
    try:
        result = refresh(settings, progress=progress)
    except RefreshError as error:
        return [error.exit_code, [str(error)]]
    return [result.exit_code, [found.message for found in result.breaks]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
