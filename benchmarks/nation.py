"""How a refresh grows with the country: synthetic sizes against bare SQL and the five reports.

    python -m benchmarks.nation [--size nation] [--folder DIR] [--json FILE]

For the five shipped reports and for a synthetic size, each in a home of its own:

- `full`: `finsam refresh --full` from files that have never been read to a published warehouse;
- `bare_sql`: the compiled SQL of every model in one DuckDB process on the same raw tables;
- `one_new`: `finsam refresh` when one more report has been dropped in landing/;
- `unchanged`: `finsam refresh` when nothing has.

Printed are wall and CPU seconds, the highest memory of the whole process tree, what each step of
the refresh took, and the ratios that must not grow. Absolute times are the machine's. A home made
in `--folder` is used again by the next run, which then measures only `one_new` and `unchanged`.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.refresh import in_order
from benchmarks.synthetic_nation.delivery import SIZES, Size, deliver, deliver_next
from dagster_pipelines.database import build_config
from dagster_pipelines.outcome import KEPT_OUT, PUBLISHED
from dagster_pipelines.settings import PROJECT_DIR, Settings

PROJECT_PARTS = (
    "dagster_pipelines", "expectations", "macros", "models", "seeds", "tests/dbt",
    "dbt_project.yml", "profiles.yml", "uv.lock", "pyproject.toml",
)  # fmt: skip
FINSAM = (sys.executable, "-c", "from dagster_pipelines.cli.app import main; main()")
DBT = (str(Path(sys.executable).parent / "dbt"),)
GIVEN = "ny-"
"""How the one new report's file name begins."""
AGAIN = ("unchanged", "one_new")
"""What is measured of a home that is there already."""
COPIES = 2.5
"""How many times the build database must fit on the disk for bare SQL to be given a copy."""


@dataclass
class Measure:
    """One run: seconds and bytes of the whole process tree, and the refresh's own steps."""

    wall: float
    cpu: float
    peak_mb: int
    steps: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A home and the project that builds it; a synthetic one has a longer register."""

    name: str
    settings: Settings
    project: Path

    def run(self, command: Sequence[str]) -> Measure:
        """Run a process on this home; any exit code but green or quarantine stops us."""
        return measured(command, self.environment(), self.project)

    def environment(self) -> dict[str, str]:
        """What dbt and finsam read; the copy of the project comes before the installed one."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.project),
            "FINSAM_HOME": str(self.settings.home),
            "FINSAM_DATA_DIR": str(self.settings.data_dir),
            "FINSAM_BUILD_DB": str(self.settings.build_db),
            "DBT_TARGET_PATH": str(self.settings.build_dir / "bare_target"),
            "DBT_LOG_PATH": str(self.settings.build_dir / "logs"),
        }


# --- measuring --------------------------------------------------------------------------------


def measured(command: Sequence[str], environment: dict[str, str], folder: Path) -> Measure:
    """Wall, CPU and peak memory of a process with all its children."""
    before = os.times()
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        peak = _Peak(process.pid)
        said = process.communicate()[0]
        peak.stop()
    wall = time.perf_counter() - start
    if process.returncode not in (PUBLISHED, KEPT_OUT):
        sys.exit(
            f"{' '.join(command[:4])} ended with {process.returncode}:\n{said.decode()[-4000:]}"
        )
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return Measure(wall, cpu, peak.megabytes)


class _Peak(threading.Thread):
    """The highest resident memory of a process tree, looked at five times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._done, self._bytes = pid, threading.Event(), 0
        self.start()

    def run(self) -> None:
        while not self._done.wait(0.2):
            self._bytes = max(self._bytes, sum(map(_resident, _tree(self._pid))))

    def stop(self) -> None:
        self._done.set()
        self.join()

    @property
    def megabytes(self) -> int:
        return self._bytes // 1_000_000


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            found += [
                int(child) for task in tasks for child in (task / "children").read_text().split()
            ]
        except OSError:  # it has ended
            continue
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


# --- places -----------------------------------------------------------------------------------


def five(folder: Path) -> Place:
    """The shipped reports in a home of their own."""
    home = folder / "five" / "home"
    (home / "landing").mkdir(parents=True, exist_ok=True)
    project = copied_project(folder / "five" / "projekt")
    return Place("five", Settings(home=home, data_dir=PROJECT_DIR / "data"), project)


def synthetic(folder: Path, name: str, size: Size) -> Place:
    """A generated size in a home of its own, with a copy of the project that knows its förbund."""
    made, project = folder / name / "leverans", folder / name / "projekt"
    home, data = folder / name / "home", folder / name / "data"
    if not made.exists():
        deliver(size, made)
    copied_project(project)
    shutil.copyfile(made / "forbund.csv", project / "seeds" / "forbund.csv")
    (data / "fakta").mkdir(parents=True, exist_ok=True)
    home.mkdir(exist_ok=True)
    if not (home / "landing").exists():
        (home / "landing").symlink_to(made / "landing", target_is_directory=True)
    return Place(name, Settings(home=home, data_dir=data), project)


def copied_project(project: Path) -> Path:
    """The project as it is now: editing it while a run goes on does not change what runs."""
    if project.exists():
        shutil.rmtree(project)
    for part in PROJECT_PARTS:
        source, target = PROJECT_DIR / part, project / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    return project


# --- what is measured -------------------------------------------------------------------------


def full(place: Place) -> Measure:
    """From files to published; what was there before is removed first."""
    for left in (place.settings.build_dir, place.settings.warehouse_dir):
        shutil.rmtree(left, ignore_errors=True)
    for given in place.settings.landing_dir.glob(f"{GIVEN}*"):
        given.unlink()
    return _with_steps(place, place.run([*FINSAM, "refresh", "--full"]))


def unchanged(place: Place) -> Measure:
    """Nothing to do."""
    return place.run([*FINSAM, "refresh"])


def one_new(place: Place, report: Path) -> Measure:
    """One more report in landing/; it stays there."""
    shutil.copyfile(report, place.settings.landing_dir / f"{GIVEN}{report.name}")
    return _with_steps(place, place.run([*FINSAM, "refresh"]))


def _given(*places: Place) -> int:
    """How many new reports these homes have had: the next one is of the next förbund."""
    return max(len(list(place.settings.landing_dir.glob(f"{GIVEN}*"))) for place in places)


def _with_steps(place: Place, measure: Measure) -> Measure:
    manifest = json.loads(place.settings.published_manifest.read_text(encoding="utf-8"))
    measure.steps = manifest["seconds"]
    return measure


def bare_sql(place: Place) -> Measure:
    """The compiled SQL of the models on the raw tables and seeds of this home.

    In a copy of the build database, or where the disk has no room for one in that database itself:
    the home is then spent, and removed.
    """
    place.run([*DBT, "compile", "--full-refresh", "--no-introspect", "--quiet"])
    build, own = place.settings.build_db, place.settings.build_dir / "bara_sql"
    own.mkdir(exist_ok=True)
    # DuckDB names the catalog after the file, and the SQL speaks of that catalog
    database = own / build.name
    room = shutil.disk_usage(own).free > COPIES * build.stat().st_size
    if room:
        shutil.copyfile(build, database)
    else:
        shutil.rmtree(place.settings.warehouse_dir)
        build.rename(database)
    manifest = place.settings.build_dir / "bare_target" / "manifest.json"
    command = [sys.executable, "-m", "benchmarks.nation", "--bare", str(database), str(manifest)]
    try:
        return measured(command, place.environment(), PROJECT_DIR)
    finally:
        shutil.rmtree(own if room else place.settings.build_dir)


def run_bare(database: Path, manifest: Path) -> None:
    """Build every model of `manifest` in `database` with DuckDB and nothing else.

    In the same bounded memory as a refresh has, with the rest on disk.
    """
    models = in_order(json.loads(manifest.read_text("utf-8")))
    settings = Settings()
    with duckdb.connect(database, config=build_config(settings)) as con:
        for model in models:
            name = f'"{model["schema"]}"."{model["name"]}"'
            kind = "view" if model["config"]["materialized"] == "view" else "table"
            con.execute(f"create or replace {kind} {name} as {model['compiled_code']}")


# --- summary ----------------------------------------------------------------------------------


def measure(folder: Path, name: str, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, as JSON: measures per place, ratios, machine."""
    small, large = five(folder), synthetic(folder, name, size)
    report = deliver_next(size, folder / name / "nasta", forbund=_given(small, large))
    found: dict[str, dict[str, Measure]] = {}
    counts: dict[str, dict[str, int]] = {}
    for place in (small, large):
        here = found.setdefault(place.name, {})
        new = not place.settings.published_manifest.exists()
        steps: dict[str, Callable[[], Measure]] = {
            "full": partial(full, place),
            "unchanged": partial(unchanged, place),
            "one_new": partial(one_new, place, report),
            "bare_sql": partial(bare_sql, place),
        }
        for step, run in steps.items():
            if new or step in AGAIN:
                say(f"{place.name}: {step}")
                here[step] = done = run()
                say(f"    {done.wall:.0f} s, {done.cpu:.0f} s of CPU, {done.peak_mb} MB")
            if step == "one_new":
                counts[place.name] = _counts(place)
    return {
        "size": {"name": name, "forbund": size.forbund, "years": size.years, **counts[name]},
        "ratios": ratios(found[small.name], found[large.name]),
        "measures": {
            where: {what: vars(value) for what, value in each.items()}
            for where, each in found.items()
        },
        "machine": machine(),
        "python": platform.python_version(),
        "versions": {p: version(p) for p in ("dbt-core", "dbt-duckdb", "duckdb", "polars")},
    }


def ratios(small: dict[str, Measure], large: dict[str, Measure]) -> dict[str, float]:
    """What must not grow, by CPU time: a machine that others use too stretches only the wall."""
    found = {"one_new_over_five": large["one_new"].cpu / small["one_new"].cpu}
    if "full" in large and "full" in small:
        fixed = small["full"].cpu - small["bare_sql"].cpu
        found["full_over_bare_sql"] = (large["full"].cpu - fixed) / large["bare_sql"].cpu
    return {name: round(value, 2) for name, value in found.items()}


def _counts(place: Place) -> dict[str, int]:
    manifest = json.loads(place.settings.published_manifest.read_text(encoding="utf-8"))
    return {"reports": len(manifest["reports"]), "facts": manifest["tables"]["raw.fakta"]}


def machine() -> str:
    """What the figures are of, as far as it can be told from here."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{platform.machine()}, {os.cpu_count()} cores, {memory} GiB"


def show(result: dict[str, Any]) -> None:
    """The tables that a person reads."""
    size = result["size"]
    table = Table(
        "home", "what", "wall s", "CPU s", "peak MB",
        title=f"{size['name']}: {size['reports']} reports, {size['facts']} facts",
    )  # fmt: skip
    for where, each in result["measures"].items():
        for what, value in each.items():
            table.add_row(
                where, what, f"{value['wall']:.1f}", f"{value['cpu']:.1f}", str(value["peak_mb"])
            )
    console = Console()
    console.print(table)
    for where, each in result["measures"].items():
        for what, value in each.items():
            if value["steps"]:
                steps = ", ".join(f"{step} {s:.1f}" for step, s in value["steps"].items())
                console.print(f"{where} {what}: {steps}", style="dim")
    for name, value in result["ratios"].items():
        console.print(f"{name}: [bold]{value}[/]")
    console.print(result["machine"], style="dim")


def main() -> None:
    """Measure, print, and write JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="nation")
    parser.add_argument("--folder", type=Path, help="keep homes here, to use again")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--bare", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        run_bare(*arguments.bare)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = measure(
            folder, arguments.size, SIZES[arguments.size],
            lambda line: print(line, file=sys.stderr, flush=True),
        )  # fmt: skip
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
