"""Publications that die or cannot write: what readers see is whole, and the next one completes.

The harness judges after every fault (`benchmarks/kill_harness.py`); it runs in a process of its
own because it forks. Whole refreshes are killed there too, outside of these tests.
"""

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from reliability.faults import on_a_small_disk

from dagster_pipelines.settings import PROJECT_DIR

HARNESS = PROJECT_DIR / "benchmarks" / "kill_harness.py"
LEAST_OPERATIONS = 30


def outcomes(home: Path, fault: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(HARNESS), "--home", str(home), "--fault", fault],
        check=False, capture_output=True, text=True, cwd=PROJECT_DIR,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("fault", ["kill", "disk_full"])
def test_a_fault_at_any_operation_leaves_one_whole_version(tmp_path: Path, fault: str) -> None:
    found = outcomes(tmp_path, fault)
    kept, new = (found[f"{fault} at an operation, {which}"] for which in ("kept", "new"))
    assert kept > 0 < new  # faults fell both before and after the one moment of publication
    assert kept + new >= LEAST_OPERATIONS


def test_the_harness_finds_a_publication_that_is_not_one_step(tmp_path: Path) -> None:
    """The harness itself can go red: replace in place, as if there were no versions."""
    broken = textwrap.dedent(
        """
        import shutil, sys
        sys.argv = ["kill_harness", "--home", sys.argv[1], "--fault", "kill"]
        from benchmarks import kill_harness
        from dagster_pipelines import versions

        def in_place(settings, staged, about):
            now = versions.current(settings)
            if now is None:
                return whole(settings, staged, about)
            for name in versions.ENTRIES:
                if (now / name).is_dir():
                    shutil.rmtree(now / name)
                (staged / name).rename(now / name)
            return now

        whole, versions.put_in_place = versions.put_in_place, in_place
        kill_harness.main()
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", broken, str(tmp_path)],
        check=False, capture_output=True, text=True, cwd=PROJECT_DIR,
    )  # fmt: skip
    assert done.returncode == 1
    assert "BrokenPromiseError" in done.stderr


FULL_DISK = """
import os, resource, shutil, sys
from pathlib import Path
import duckdb
from benchmarks import small_warehouse

room, mounted = Path(sys.argv[1]), sys.argv[2] == "mounted"
settings = small_warehouse.create(room / "home")
small_warehouse.publish(settings, 0)
small_warehouse.build(settings, 1)
ballast = room / "ballast"
free = shutil.disk_usage(room).free

def leave(room_left):
    if mounted:
        ballast.write_bytes(b"x" * max(0, free - room_left - 200_000))
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_left, resource.RLIM_INFINITY))

def heal():
    ballast.unlink(missing_ok=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

stopped = 0
for left in (0, 40_000, 300_000, 700_000, 900_000):
    leave(left)
    try:
        small_warehouse.publish(settings, 1)
        break
    except (OSError, duckdb.Error) as full:
        said = str(full) + str(getattr(full, "strerror", ""))
        assert ("space" if mounted else "too large") in said, full
        stopped += 1
    finally:
        heal()
    small_warehouse.check_bytes(settings)
    assert small_warehouse.seen(settings) == 0
assert stopped, "the disk was never full"
small_warehouse.publish(settings, 1)
small_warehouse.check_bytes(settings)
assert small_warehouse.seen(settings) == 1
print("stopped", stopped)
"""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """DuckDB's own writes fail too, after so many bytes: on a tmpfs of 12 MB where one may be
    mounted, else by the limit on what this process may write."""
    prefix = on_a_small_disk(tmp_path, "12m")
    done = subprocess.run(
        [*prefix, sys.executable, "-c", FULL_DISK, str(tmp_path),
         "mounted" if prefix else "limited"],
        check=False, capture_output=True, text=True, cwd=PROJECT_DIR,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("stopped")


UNTIL_KILLED = """
import sys
from pathlib import Path
import duckdb
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import Settings
home = Path(sys.argv[1])
settings = Settings(home=home, data_dir=home / "data")
if sys.argv[2] == "kill":
    import os, signal
    from dagster_pipelines.facts import loader
    written = loader._write
    def killed(con, checked, load, *, again):
        outcome = written(con, checked, load, again=again)
        if checked.outcome.slag == "fakta":
            os.kill(os.getpid(), signal.SIGKILL)  # all rows written, nothing committed
        return outcome
    loader._write = killed
load_into(settings.build_db, settings)
with duckdb.connect(settings.build_db) as con:
    print(con.sql(
        "select (select sum(godkanda) from raw.inlasning where slag = 'fakta'),"
        " (select count(*) from raw.fakta), (select sum(antal_fakta) from raw.leverans)"
    ).fetchall()[0])
"""


def test_a_load_killed_before_its_commit_is_as_if_it_never_began(tmp_path: Path) -> None:
    (tmp_path / "data" / "fakta").mkdir(parents=True)
    shutil.copy(PROJECT_DIR / "data" / "rapporter.csv", tmp_path / "data")
    shutil.copy(
        PROJECT_DIR / "data" / "fakta" / "sofint_2021-06-30_delar.csv", tmp_path / "data" / "fakta"
    )

    def load(how: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", UNTIL_KILLED, str(tmp_path), how],
            check=False, capture_output=True, text=True, cwd=PROJECT_DIR,
        )  # fmt: skip

    assert load("kill").returncode == -9
    done = load("whole")
    assert done.stdout.strip() == "(86, 86, 86)", done.stderr
