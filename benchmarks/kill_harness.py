"""Kill -9, or fail, a publication, a load or a whole refresh, and see what readers are left with.

    python benchmarks/kill_harness.py --kills 200 --seed 1 [--refreshes 6] [--home DIR]

Belongs here: faults at every step and at random moments, and the verdict after each: what is
published opens, is the last good version byte for byte or the complete new one, and the next
attempt completes. Does not belong here: the small warehouse that it is done to, or timing.

Every attempt runs in a process forked from this one, which itself never opens DuckDB: a fork is
as fresh as a new process, without paying for the imports.
"""

import argparse
import csv
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rdflib  # noqa: F401 (here, so that no fork pays for it)
import xlsxwriter  # noqa: F401

from benchmarks import small_warehouse
from dagster_pipelines import publish as publishing
from dagster_pipelines.settings import PROJECT_DIR, Settings

FAILED_CLEANLY, SURVIVED = 3, 4
"""Exit status of an attempt that met an OSError and said so, and of one that managed anyway."""
fired: list[str] = []
NAMES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
Fault = Callable[[str], None]


class BrokenPromiseError(Exception):
    """A promise that was broken."""


def kill(_operation: str) -> None:
    """The process is gone before the operation."""
    os.kill(os.getpid(), signal.SIGKILL)


def disk_full(operation: str) -> None:
    """The operation fails as on a full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), operation)


def read_only(operation: str) -> None:
    """The operation fails as in a folder that may not be written."""
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), operation)


def arm(home: Path, at: int, fault: Fault) -> None:
    """Let `fault` happen in place of the operation number `at` on files below `home`."""
    counted = 0
    fsync = os.fsync

    def operation(name: str) -> None:
        nonlocal counted
        counted += 1
        if counted - 1 == at:
            fired.append(name)
            fault(name)

    def audit(event: str, args: tuple[Any, ...]) -> None:
        below = any(str(path).startswith(str(home)) for path in args[:2])
        if below and (event in NAMES or (event == "open" and args[2] & WRITING)):
            operation(f"{event} {args[0]}")

    def synced(handle: int) -> None:
        operation("fsync")
        fsync(handle)

    os.fsync = synced  # type: ignore[assignment]
    sys.addaudithook(audit)


def in_a_fork(attempt: Callable[[], None], kill_after: float | None = None) -> int:
    """Run `attempt` in a process of its own; its exit status, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            attempt()
            code = SURVIVED if fired else 0
        except OSError as error:
            code = FAILED_CLEANLY if error.errno else 1
            if code == 1:
                traceback.print_exc()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def snapshot(settings: Settings) -> dict[str, str]:
    """The hash of every file that readers see, by name within the version."""
    folder = settings.current_link.resolve()
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- publication ------------------------------------------------------------------------------


class Publications:
    """Publications of the small warehouse, each with a fault, and the verdict after each."""

    def __init__(self, home: Path) -> None:
        self.settings = small_warehouse.settings_of(home)
        publishing.git_revision = lambda: None  # type: ignore[assignment]
        if not home.exists():
            self._must(lambda: _create_and_publish(home))
        self.generation = self._last()

    def at_every_operation(self, fault: Fault) -> Iterator[tuple[int, str]]:
        """One attempt per operation on files, until an attempt gets by without meeting it."""
        at = 0
        while True:
            status, outcome = self.attempt(lambda at=at: arm(self.settings.home, at, fault))
            if status == 0:
                return
            yield at, outcome
            at += 1

    def at_a_random_moment(self, seconds: float) -> str:
        """One attempt, killed from outside after so long."""
        return self.attempt(lambda: None, kill_after=seconds)[1]

    def attempt(
        self, prepare: Callable[[], None], kill_after: float | None = None
    ) -> tuple[int, str]:
        """A publication that may die; then the verdict, and one that may not."""
        before, last = snapshot(self.settings), self.generation
        self.generation += 1
        generation = self.generation
        self._must(lambda: small_warehouse.build(self.settings, generation))

        def faulty() -> None:
            prepare()
            small_warehouse.publish(self.settings, generation)

        status = in_a_fork(faulty, kill_after)
        outcome = "new" if self._last() == generation else "kept"
        if outcome == "kept" and (self._last() != last or snapshot(self.settings) != before):
            raise BrokenPromiseError(f"generation {generation} failed, {last} is not as it was")
        self._must(lambda: self._verify_and_go_on(generation))
        return status, outcome

    def _verify_and_go_on(self, generation: int) -> None:
        small_warehouse.check_bytes(self.settings)
        small_warehouse.seen(self.settings)
        small_warehouse.publish(self.settings, generation)
        small_warehouse.check_bytes(self.settings)
        if small_warehouse.seen(self.settings) != generation:
            raise BrokenPromiseError(f"the publication after generation {generation} is not seen")
        left = [path.name for path in self.settings.versions_dir.glob(".*")]
        kept = [path for path in self.settings.versions_dir.iterdir() if path.is_dir()]
        if left or len(kept) > self.settings.keep_versions + 1:
            raise BrokenPromiseError(f"left behind: {left}, {len(kept)} versions")

    def _must(self, attempt: Callable[[], None]) -> None:
        if (status := in_a_fork(attempt)) != 0:
            raise BrokenPromiseError(f"the attempt after the fault ended with {status}")

    def _last(self) -> int:
        manifest = json.loads(self.settings.published_manifest.read_text(encoding="utf-8"))
        return int(manifest["run_id"].removeprefix("generation-"))


def _create_and_publish(home: Path) -> None:
    small_warehouse.publish(small_warehouse.create(home), 0)


# --- the whole refresh ------------------------------------------------------------------------

REFRESH = """
import os, signal, sys
from pathlib import Path
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import Settings
home, stop = Path(sys.argv[1]), sys.argv[2]
def progress(step, detail):
    print(step, flush=True)
    if step == stop:
        os.kill(os.getpid(), signal.SIGKILL)
result = refresh(Settings(home=home, data_dir=home / "data"), progress=progress)
sys.exit(result.exit_code)
"""
STEPS = (
    "loading Dagster, dbt and the guard", "reading documents", "loading files",
    "building with dbt", "guarding the marts", "publishing",
)  # fmt: skip
SHIPPED = "sofint_2021-06-30_delar.csv"


class Refreshes:
    """Whole refreshes of one report of which a new delivery lands before each."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, data_dir=home / "data")
        self.delivery = 0
        self.seconds = 0.0
        if not home.exists():
            (home / "data" / "fakta").mkdir(parents=True)
            self.settings.landing_dir.mkdir()
            shutil.copy(PROJECT_DIR / "data" / "rapporter.csv", home / "data")
            shutil.copy(PROJECT_DIR / "data" / "fakta" / SHIPPED, home / "data" / "fakta")
            self._complete()

    def kill(self, step: str = "", after: float | None = None) -> str:
        """One refresh killed as it comes to `step`, or so many seconds after it began."""
        before = snapshot(self.settings)
        self._deliver()
        process = self._start(step)
        if after is not None:
            time.sleep(after)
            process.kill()
        said, _ = process.communicate()
        if step and process.returncode != -signal.SIGKILL:
            raise BrokenPromiseError(f"it never came to {step}: {said}")
        small_warehouse.check_bytes(self.settings)
        outcome = "kept" if snapshot(self.settings) == before else "new"
        self._complete()
        return outcome

    def _complete(self) -> None:
        began = time.monotonic()
        process = self._start("")
        said, _ = process.communicate()
        if process.returncode != 0:
            raise BrokenPromiseError(f"the next refresh ended with {process.returncode}: {said}")
        self.seconds = time.monotonic() - began
        small_warehouse.check_bytes(self.settings)
        if self._published_delivery() != self.delivery + 1:
            raise BrokenPromiseError(f"delivery {self.delivery + 1} is not what is published")

    def _start(self, step: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", REFRESH, str(self.settings.home), step],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=PROJECT_DIR,
        )  # fmt: skip

    def _deliver(self) -> None:
        """The shipped facts with a note that is new, so that the loader takes a new version."""
        self.delivery += 1
        with (PROJECT_DIR / "data" / "fakta" / SHIPPED).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows[0]["note"] = f"leverans {self.delivery}"
        with (self.settings.landing_dir / SHIPPED).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def _published_delivery(self) -> int:
        manifest = json.loads(self.settings.published_manifest.read_text(encoding="utf-8"))
        [report] = [r for r in manifest["reports"] if f"{r['report_id']}.csv" == SHIPPED]
        return int(report["publicerad_version"])


# --- the program ------------------------------------------------------------------------------


def main() -> None:
    """Run the harness; the exit code is 1 at the first broken promise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--refreshes", type=int, help="so many of them kill a whole refresh")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="an empty or new folder; a temporary one else")
    parser.add_argument(
        "--fault", choices=("kill", "disk_full", "read_only"),
        help="only this fault, at every operation of a publication",
    )  # fmt: skip
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="finsam-kill-"))
    home.mkdir(parents=True, exist_ok=True)
    publications = Publications(home / "liten")
    outcomes: dict[str, int] = {}

    def count(kind: str, outcome: str) -> None:
        outcomes[f"{kind}, {outcome}"] = outcomes.get(f"{kind}, {outcome}", 0) + 1

    if options.fault:
        for _, outcome in publications.at_every_operation(globals()[options.fault]):
            count(f"{options.fault} at an operation", outcome)
        print(json.dumps(outcomes))
        return
    chance = random.Random(options.seed)
    refreshes = options.kills // 10 if options.refreshes is None else options.refreshes
    _kill_refreshes(home / "hel", refreshes, chance, count)
    left = options.kills - refreshes
    for _, outcome in publications.at_every_operation(kill):
        count("publication killed at an operation", outcome)
        left -= 1
    for _ in range(max(0, left)):
        moment = chance.uniform(0, 0.3)
        count("publication killed at a random moment", publications.at_a_random_moment(moment))
    for kind, number in sorted(outcomes.items()):
        print(f"{number:5}  {kind}")
    print(f"{sum(outcomes.values()):5}  in all; every promise held")


def _kill_refreshes(
    home: Path, number: int, chance: random.Random, count: Callable[[str, str], None]
) -> None:
    """Every step boundary in turn, from the first; then random moments of the whole."""
    if not number:
        return
    refreshes = Refreshes(home)
    for step in STEPS[:number]:
        count(f"refresh killed before {step}", refreshes.kill(step=step))
    for _ in range(number - len(STEPS)):
        after = chance.uniform(0, refreshes.seconds)
        count("refresh killed at a random moment", refreshes.kill(after=after))


if __name__ == "__main__":
    main()
