"""What the same models cost on Spark and on DuckDB, and whether they say the same.

    python -m benchmarks.spark [--size five] [--folder DIR] [--json FILE]

On the raw layer of one home, each engine in a process of its own and without tests: dbt builds
every model afresh (`duckdb`, `spark`); then every mart is compared, row by row. Printed are wall
and CPU seconds of each (Spark's with its Java machine), their ratio, and the marts that differ. A
home made in `--folder` is used again by the next run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.nation import FINSAM, Place, five, synthetic
from benchmarks.synthetic_nation.delivery import SIZES, Size
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.spark.build import NO_TESTS, SparkDbt
from dagster_pipelines.spark.parity import build_on_spark, compare

SAMPLE = Size(forbund=10, years=10)
ENGINES = ("duckdb", "spark")


def place_of(name: str, folder: Path) -> Place:
    """The home of a size, built and published on DuckDB unless it is already."""
    sizes = {**SIZES, "sample": SAMPLE}
    place = five(folder) if name == "five" else synthetic(folder, name, sizes[name])
    if not place.settings.published_manifest.exists():
        place.run([*FINSAM, "refresh"])
    return place


def one(engine: str) -> dict[str, float]:
    """Build every model on one engine in this process; seconds, parsing not counted."""
    settings = Settings()
    dbt = (SparkDbt if engine == "spark" else Dbt)(settings)
    _ = dbt.parsed
    wall, cpu = time.perf_counter(), time.process_time()
    if engine == "spark":
        build_on_spark(settings, tested=False)
    else:
        dbt.invoke([("build", "--full-refresh", *NO_TESTS)], dbt.parsed)
    spent = time.process_time() - cpu + _java_seconds()
    return {"wall": time.perf_counter() - wall, "cpu": spent}


def _java_seconds() -> float:
    """CPU seconds of the Java machine that this process has started, if any."""
    spent = 0.0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            about = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")
            if "java" in about[0]:
                fields = about[2].split()
                spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def in_own_process(place: Place, *arguments: str) -> Any:
    """What this module says of that question in a process that sees the place's project."""
    environment = place.environment()
    environment["PYTHONPATH"] = os.pathsep.join([str(place.project), str(PROJECT_DIR)])
    command = [sys.executable, "-m", "benchmarks.spark", *arguments]
    ran = subprocess.run(
        command, cwd=place.project, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {ran.returncode}:\n{ran.stderr[-4000:]}")
    return json.loads(ran.stdout.splitlines()[-1])


def measure(place: Place) -> dict[str, Any]:
    """Both engines and the comparison, as JSON."""
    found = {engine: in_own_process(place, "--one", engine) for engine in ENGINES}
    marts = in_own_process(place, "--compare")
    return {
        "measures": found,
        "spark_over_duckdb": round(found["spark"]["cpu"] / found["duckdb"]["cpu"], 2),
        "marts": len(marts),
        "rows": sum(mart["rows"] for mart in marts),
        "differing": {m["mart"]: m["differing"] for m in marts if m["differing"] or m["types"]},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {p: version(p) for p in ("pyspark", "dbt-spark", "dbt-duckdb", "duckdb")},
    }


def main() -> int:
    """Measure and print; 1 when a mart differs."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--size", choices=["five", "sample", *sorted(SIZES)], default="five")
    parser.add_argument("--folder", type=Path, help="keep homes here, to use again")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--one", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--compare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one)))
        return 0
    if given.compare:
        settings = Settings()
        found = [vars(mart) for mart in compare(settings, settings)]
        print(json.dumps(found))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = measure(place_of(given.size, folder))
    console = Console()
    for engine, spent in result["measures"].items():
        console.print(f"{engine}: {spent['cpu']:.1f} s of CPU, {spent['wall']:.1f} s")
    console.print(f"spark_over_duckdb: [bold]{result['spark_over_duckdb']}[/]")
    console.print(
        f"{result['marts']} marts, {result['rows']} rows; differing: {result['differing'] or 0}"
    )
    console.print(f"{result['machine']} {result['versions']}", style="dim")
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 1 if result["differing"] else 0


if __name__ == "__main__":
    sys.exit(main())
