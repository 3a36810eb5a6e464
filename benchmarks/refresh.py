"""What a whole refresh costs over `dbt build` alone, and dbt over the bare SQL of the same tables.

    python -m benchmarks.refresh [--runs N] [--json FILE]

Three things, each from an empty home with the shipped reports, in turn and N times over:

- `bare_sql`: the compiled SQL of every model, run by DuckDB alone on loaded facts and seeds;
- `dbt_build`: `dbt build --full-refresh` as a process of its own, all models and tests;
- `refresh`: `finsam refresh --full` as a process of its own, from files to published warehouse.

Printed are medians and the ratios of medians (`refresh_over_dbt_build`,
`dbt_build_over_bare_sql`); `unchanged` is a refresh with nothing to do. Absolute times are the
machine's; compare the ratios.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

BIN = Path(sys.executable).parent


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which dbt and finsam work on this home."""
    return {
        **os.environ,
        "FINSAM_HOME": str(settings.home),
        "FINSAM_BUILD_DB": str(settings.build_db),
        "DBT_TARGET_PATH": str(settings.dbt_target_dir),
        "DBT_LOG_PATH": str(settings.build_dir / "logs"),
    }


def timed(command: list[str], settings: Settings) -> tuple[float, float]:
    """Wall and CPU seconds of a process and its children; a failure stops the benchmark."""
    before = os.times()
    start = time.perf_counter()
    subprocess.run(
        command, cwd=PROJECT_DIR, env=environment(settings), check=True, capture_output=True
    )
    wall = time.perf_counter() - start
    after = os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return wall, cpu


def refresh(home: Path) -> tuple[float, float]:
    return timed([str(BIN / "finsam"), "refresh", "--full"], Settings(home=home))


def unchanged(home: Path) -> tuple[float, float]:
    return timed([str(BIN / "finsam"), "refresh"], Settings(home=home))


def dbt_build(home: Path) -> tuple[float, float]:
    settings = Settings(home=home)
    load_into(settings.build_db, settings)
    return timed([str(BIN / "dbt"), "build", "--full-refresh"], settings)


def bare_sql(home: Path) -> tuple[float, float]:
    """Run on the home in which `dbt_build` has left facts, seeds and compiled SQL."""
    settings = Settings(home=home)
    manifest = json.loads((settings.dbt_target_dir / "manifest.json").read_text("utf-8"))
    models = in_order(manifest)
    with duckdb.connect(settings.build_db) as con:
        con.execute(f"set threads = {settings.threads}")
        start, cpu = time.perf_counter(), time.process_time()
        for model in models:
            name = f'"{model["schema"]}"."{model["name"]}"'
            kind = "view" if model["config"]["materialized"] == "view" else "table"
            con.execute(f"create or replace {kind} {name} as {model['compiled_code']}")
        return time.perf_counter() - start, time.process_time() - cpu


def in_order(manifest: dict) -> list[dict]:
    """Models so that each comes after those it selects from."""
    models = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    done: dict[str, dict] = {}
    while len(done) < len(models):
        for key, node in models.items():
            needed = [d for d in node["depends_on"]["nodes"] if d in models]
            if key not in done and all(d in done for d in needed):
                done[key] = node
    return list(done.values())


def measure(runs: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds (wall, CPU) of each thing, in turn, so that a drifting machine drifts for all."""
    seconds: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            dbt_home, refresh_home = Path(folder) / f"dbt{run}", Path(folder) / f"refresh{run}"
            for home in (dbt_home, refresh_home):
                home.mkdir()
            for name, step, home in (
                ("refresh", refresh, refresh_home),
                ("dbt_build", dbt_build, dbt_home),
                ("bare_sql", bare_sql, dbt_home),
                ("unchanged", unchanged, refresh_home),
            ):
                seconds.setdefault(name, []).append(step(home))
    return seconds


def summary(seconds: dict[str, list[tuple[float, float]]]) -> dict[str, object]:
    wall = {name: statistics.median(w for w, _ in each) for name, each in seconds.items()}
    cpu = {name: statistics.median(c for _, c in each) for name, each in seconds.items()}
    return {
        "refresh_over_dbt_build": round(wall["refresh"] / wall["dbt_build"], 2),
        "dbt_build_over_bare_sql": round(wall["dbt_build"] / wall["bare_sql"], 1),
        "wall_seconds": {name: round(value, 2) for name, value in wall.items()},
        "cpu_seconds": {name: round(value, 2) for name, value in cpu.items()},
        "runs": len(seconds["refresh"]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {p: version(p) for p in ("dbt-core", "dbt-duckdb", "duckdb", "dagster")},
    }


def show(result: dict) -> None:
    table = Table("step", "wall s", "cpu s", title="Refresh of the shipped reports (medians)")
    for name, wall in result["wall_seconds"].items():
        table.add_row(name, f"{wall:.2f}", f"{result['cpu_seconds'][name]:.2f}")
    console = Console()
    console.print(table)
    for ratio in ("refresh_over_dbt_build", "dbt_build_over_bare_sql"):
        console.print(f"{ratio}: [bold]{result[ratio]}[/]")
    console.print(f"{result['runs']} runs on {result['machine']}", style="dim")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    result = summary(measure(arguments.runs))
    show(result)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
