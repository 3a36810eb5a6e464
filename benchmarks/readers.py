"""Many readers while publications replace what they read: latency, and whether any is refused.

    python -m benchmarks.readers [--home DIR] [--readers N] [--publications N] [--json FILE]

What is published in a home (by default this one) is built and published again and again in a copy
of it. Meanwhile each of the readers, parted over processes, opens the warehouse as `finsam query`
does, asks one question of the cookbook, closes it, thinks for PAUSE seconds and begins again: with
a connection of its own each time, so that every question meets whatever is published at that
moment. Afterwards the same readers ask with no publication going on.

Printed are how many questions were asked and refused, how many versions were met, and the
percentiles of opening and answering. Readers and publications share the cores: compare the
percentiles with and without publications.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.questions import percentiles, questions
from dagster_pipelines import publish as publishing
from dagster_pipelines.carry import copy_file
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings, get_settings

ASKED = ("01", "05", "07", "10", "16", "20", "21", "25")
"""Questions of every kind: ratios, wide tables, one figure's row, checks."""
PROCESSES = 5
PAUSE = 2.0
"""Seconds between a reader's answer and its next question: fifty ask twenty-five a second."""
PATIENCE = 600.0
"""Seconds that readers may take to get ready; they are started together."""
STARTED, DONE = "borja", "slut"


# --- readers ----------------------------------------------------------------------------------


def read(home: Path, threads: int) -> dict[str, Any]:
    """Ask with so many threads until the file DONE is there; one process of the readers."""
    settings = Settings(home=home)
    asked = [questions()[number] for number in ASKED]
    told: list[tuple[float, str]] = []
    refused: list[str] = []

    def ask(first: int) -> None:
        number = first
        time.sleep(PAUSE * first / threads)
        while not (home / DONE).exists():
            start = time.perf_counter()
            try:
                with open_published(settings.published_db, settings.query_memory_mb) as con:
                    con.execute(asked[number % len(asked)]).fetchall()
                version = settings.current_link.resolve().name
            except (OSError, duckdb.Error) as error:
                refused.append(str(error))
            else:
                told.append((time.perf_counter() - start, version))
            number += 1
            time.sleep(PAUSE)

    print("ready", flush=True)
    while not (home / STARTED).exists():
        time.sleep(0.05)
    at_work = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    for thread in at_work:
        thread.start()
    for thread in at_work:
        thread.join()
    return {
        "seconds": [seconds for seconds, _ in told],
        "versions": sorted({version for _, version in told}),
        "refused": refused,
    }


def with_readers(home: Path, readers: int, work: Callable[[], None]) -> dict[str, Any]:
    """Do `work` while so many readers ask; what they met."""
    for name in (STARTED, DONE):
        (home / name).unlink(missing_ok=True)
    shares = [readers // PROCESSES + (n < readers % PROCESSES) for n in range(PROCESSES)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.readers", "--read", str(home), str(share)],
            stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR,
        )
        for share in shares
        if share
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout
            process.stdout.readline()
        (home / STARTED).touch()
        start = time.perf_counter()
        work()
        took = time.perf_counter() - start
    finally:
        (home / DONE).touch()
        said = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    found = [json.loads(text) for text in said]
    seconds = [value for each in found for value in each["seconds"]]
    refused = [error for each in found for error in each["refused"]]
    return {
        "readers": readers,
        "seconds": round(took, 1),
        "asked": len(seconds) + len(refused),
        "refused": len(refused),
        "why": sorted(set(refused))[:5],
        "versions": len({version for each in found for version in each["versions"]}),
        "percentiles": percentiles(seconds),
    }


# --- publications -----------------------------------------------------------------------------


def measure(
    settings: Settings, readers: int, publications: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Both rounds, as JSON: `still` without publications, `published` with them."""
    with tempfile.TemporaryDirectory(dir=settings.home, prefix="lasare-") as folder:
        copy = Settings(home=Path(folder), data_dir=settings.data_dir)
        copy.build_dir.mkdir()
        copy.landing_dir.mkdir()
        copy_file(settings.build_db, copy.build_db)
        publishing.publish(copy, run_id="forsta", inputs={}, seconds={})
        took: list[float] = []

        def publish() -> None:
            for number in range(publications):
                start = time.perf_counter()
                publishing.publish(copy, run_id=f"nasta-{number}", inputs={}, seconds={})
                took.append(time.perf_counter() - start)

        say(f"readers: {readers} while {publications} publications come")
        published = with_readers(copy.home, readers, publish)
        say(f"readers: {readers} alone")
        alone = with_readers(copy.home, readers, lambda: time.sleep(min(20, max(10, sum(took)))))
        shutil.rmtree(copy.warehouse_dir)
    published["publications"] = publications
    return {"still": alone, "published": published}


def show(result: dict[str, Any], console: Console) -> None:
    """The table that a person reads."""
    cuts = ("p50", "p95", "p99", "max")
    table = Table(
        "readers", "publications", "asked", "refused", "versions", *(f"{c} ms" for c in cuts)
    )
    for each in result.values():
        counts = (each.get(what, 0) for what in ("publications", "asked", "refused", "versions"))
        times = (f"{each['percentiles'][cut]:.0f}" for cut in cuts)
        table.add_row(str(each["readers"]), *map(str, counts), *times)
    console.print(table)
    for why in result["published"]["why"]:
        console.print(why, style="red")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write JSON when asked to; a refused question ends with 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=get_settings().home)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--publications", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.read:
        print(json.dumps(read(Path(asked.read[0]), int(asked.read[1]))))
        return
    result = measure(
        Settings(home=asked.home), asked.readers, asked.publications,
        lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    show(result, Console())
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if result["published"]["refused"] or result["still"]["refused"] else 0)


if __name__ == "__main__":
    main()
