"""dbt in a process of its own: the same answers, and nobody left behind who holds the database."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.dbt_worker import DbtWorker
from dagster_pipelines.outcome import Break, RefreshError
from dagster_pipelines.settings import PROJECT_DIR, Settings


def test_it_answers_as_dbt_does(empty_home: Settings, small_project: Path) -> None:
    with DbtWorker(empty_home, small_project) as dbt:
        assert "model.liten.summa" in dbt.manifest["nodes"]
        results = list(dbt.results())
    rows = {each["data"]["node_info"]["node_name"]: each["rows"] for each in results}
    assert rows == {"korning": 1, "summa": 2, "not_null_summa_tal": None, "unique_summa_tal": None}


def test_a_failed_test_comes_back_with_its_rows(empty_home: Settings, small_project: Path) -> None:
    (small_project / "models" / "summa.sql").write_text("select 7 as tal union all select 7")
    with DbtWorker(empty_home, small_project) as dbt:
        *_, found = dbt.results()
    assert isinstance(found, Break)
    assert found.check == "dbt: unique_summa_tal"
    assert found.rows == [{"unique_field": "7", "n_records": "2"}]


def test_a_project_that_does_not_parse_is_told_to_each_who_asks(
    empty_home: Settings, small_project: Path
) -> None:
    (small_project / "models" / "summa.sql").write_text("select {{ ref('finns_inte') }}")
    with DbtWorker(empty_home, small_project) as dbt:
        with pytest.raises(RefreshError, match="finns_inte"):
            _ = dbt.manifest
        with pytest.raises(RefreshError, match="finns_inte"):
            list(dbt.results())


def test_the_manifest_of_a_project_that_has_been_parsed_is_not_waited_for(
    empty_home: Settings, small_project: Path
) -> None:
    with DbtWorker(empty_home, small_project) as dbt:
        parsed = dbt.manifest
    with DbtWorker(empty_home, small_project) as dbt:
        dbt._process.kill()
        assert dbt.manifest["nodes"].keys() == parsed["nodes"].keys()
    (empty_home.dbt_target_dir / "manifest.json").write_text('{"nodes": {"model.li')
    with DbtWorker(empty_home, small_project) as dbt:  # a parse that was killed is done again
        assert dbt.manifest["nodes"].keys() == parsed["nodes"].keys()
    (small_project / "models" / "ny.sql").write_text("select 1 as ett")
    with DbtWorker(empty_home, small_project) as dbt:
        assert "model.liten.ny" in dbt.manifest["nodes"]


def test_a_process_that_is_killed_is_an_error_and_not_a_build(
    empty_home: Settings, small_project: Path
) -> None:
    with DbtWorker(empty_home, small_project) as dbt:
        _ = dbt.manifest
        dbt._process.kill()
        with pytest.raises(RefreshError, match=r"exit code -9.*dbt\.stderr"):
            list(dbt.results())


def test_results_that_nobody_takes_are_no_answer_to_the_next_question(
    empty_home: Settings, small_project: Path
) -> None:
    with DbtWorker(empty_home, small_project) as dbt:
        left = dbt.results()
        next(left)
        del left
        with pytest.raises(RefreshError, match="without an answer"):
            list(dbt.results())


def test_it_ends_with_the_one_that_started_it(empty_home: Settings, small_project: Path) -> None:
    """A refresh that is killed while dbt builds leaves the build database free."""
    (small_project / "models" / "summa.sql").write_text(  # minutes of work, were it left to finish
        "select count(*) as tal from range(10000000) a, range(1000000) b"
    )
    empty_home.export_to_environment()
    code = f"""
import sys
from pathlib import Path
from dagster_pipelines.dbt_worker import DbtWorker
from dagster_pipelines.settings import Settings
if __name__ == "__main__":
    with DbtWorker(Settings(home={str(empty_home.home)!r}, data_dir={str(empty_home.home)!r}),
                   Path({str(small_project)!r})) as dbt:
        _ = dbt.manifest
        print(dbt._process.pid, flush=True)
        list(dbt.results())
"""
    script = small_project / "start.py"
    script.write_text(code, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
    ) as starter:
        assert starter.stdout is not None
        worker = int(starter.stdout.readline())
        _wait(lambda: _holds(worker, empty_home.build_db), "dbt never opened the database")
        starter.send_signal(signal.SIGKILL)
    _wait(lambda: not _alive(worker), "dbt's process outlived its starter")
    duckdb.connect(empty_home.build_db).close()


def _holds(pid: int, database: Path) -> bool:
    """Whether the process has the database open; to try to open it would get in its way."""
    try:
        return any(file.readlink() == database for file in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it opens and closes files meanwhile
        return False


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def _wait(condition: object, otherwise: str) -> None:
    assert callable(condition)
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(otherwise)
