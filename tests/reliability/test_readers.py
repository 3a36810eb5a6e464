"""Readers during publications: none fails, each sees one version, new ones see the new."""

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from benchmarks import small_warehouse
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR

PUBLICATIONS = 100
READER = """
import sys, time
from pathlib import Path
from benchmarks import small_warehouse
from dagster_pipelines.database import open_published

settings = small_warehouse.settings_of(Path(sys.argv[1]))
number = "select nummer, (select min(value) from marts.fct_rapportfakta) from marts.generation"
seen, reads = [], 0
while not (settings.home / "slut").exists():
    generation = small_warehouse.seen(settings)
    with open_published(settings.published_db) as held:
        first = held.execute(number).fetchall()
        time.sleep(0.1)
        assert held.execute(number).fetchall() == first, "a held reader saw a change"
    assert first[0][0] == first[0][1], first
    assert not seen or generation >= seen[-1], "a new reader saw an older version"
    seen.append(generation)
    reads += 1
print(reads, len(set(seen)), seen[-1])
"""
TOOL = """
import sys, time
from pathlib import Path
import duckdb

home, reads = Path(sys.argv[1]), 0
with duckdb.connect(home / "warehouse/finsam.duckdb", read_only=True) as tool:
    print("open", flush=True)
    while not (home / "slut").exists():
        assert tool.execute("select nummer from marts.generation").fetchall() == [(0,)]
        reads += 1
        time.sleep(0.2)
with duckdb.connect(home / "warehouse/finsam.duckdb", read_only=True) as tool:
    print(reads, tool.execute("select nummer from marts.generation").fetchall()[0][0])
"""


def test_readers_of_one_process_have_the_warehouse_open_at_once(tmp_path: Path) -> None:
    """DuckDB shares settings between them; each is as shut in as the first."""
    settings = small_warehouse.create(tmp_path / "home")
    small_warehouse.publish(settings, 0)
    all_open = threading.Barrier(8, timeout=60)
    answers: list[object] = []

    def read() -> None:
        with open_published(settings.published_db, 256) as con:
            all_open.wait()
            answers.append(con.execute("select nummer from generation").fetchall())
            for freed in ("enable_external_access = true", "memory_limit = '1GB'"):
                with pytest.raises(duckdb.InvalidInputException, match="locked"):
                    con.execute(f"set {freed}")
            answers.append("shut in")

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count([(0,)]) == answers.count("shut in") == 8


def test_readers_in_other_processes_and_threads_through_100_publications(tmp_path: Path) -> None:
    settings = small_warehouse.create(tmp_path / "home")
    small_warehouse.publish(settings, 0)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(settings.home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT_DIR,
        )
        for code in (READER, READER)
    ]  # fmt: skip
    # as a BI tool opens the file: through the links, knowing nothing of them
    tool = subprocess.Popen(
        [sys.executable, "-c", TOOL, str(settings.home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT_DIR,
    )  # fmt: skip
    assert tool.stdout
    assert tool.stdout.readline() == "open\n"
    faults: list[BaseException] = []
    held = threading.Event()

    def hold() -> None:
        """One reader of this process, from before the first publication to after the last."""
        try:
            with open_published(settings.published_db) as con:
                held.set()
                done.wait()
                assert con.execute("select nummer from generation").fetchall() == [(0,)]
        except BaseException as fault:
            faults.append(fault)
            held.set()

    done = threading.Event()
    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    held.wait()
    try:
        for generation in range(1, PUBLICATIONS + 1):
            small_warehouse.build(settings, generation)
            small_warehouse.publish(settings, generation)
    finally:
        done.set()
        (settings.home / "slut").touch()
    holder.join()
    for reader in readers:
        said, failed = reader.communicate()
        assert reader.returncode == 0, failed
        reads, versions, _ = (int(number) for number in said.split())
        assert reads >= versions > 1  # it did read, and saw publications come
    said, failed = tool.communicate()
    assert tool.returncode == 0, failed
    assert said.split()[1] == str(PUBLICATIONS)
    assert faults == []
    assert small_warehouse.seen(settings) == PUBLICATIONS
    assert len([p for p in settings.versions_dir.iterdir() if p.is_dir()]) == (
        settings.keep_versions + 1
    )
