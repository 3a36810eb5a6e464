"""Atomic files, and fingerprints that notice what matters and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_pipelines.files import replace_file, replace_text
from dagster_pipelines.inputs import dbt_code_hash, dbt_project_hash, fingerprint, landing_snapshot
from dagster_pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", data_dir=tmp_path / "data")
    (settings.data_dir / "fakta").mkdir(parents=True)
    settings.landing_dir.mkdir(parents=True)
    (settings.data_dir / "rapporter.csv").write_text("report_id\n")
    return settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    for name in ("models", "macros", "seeds", "tests/dbt", "dagster_pipelines", "expectations"):
        (project / name).mkdir(parents=True)
        (project / name / "a.txt").write_text(name)
    (project / "dbt_project.yml").write_text("name: x")
    return project


def test_replace_text_leaves_nothing_beside(tmp_path: Path) -> None:
    replace_text(tmp_path / "folder" / "a", "ett")
    replace_text(tmp_path / "folder" / "a", "två")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["a"]
    assert (tmp_path / "folder" / "a").read_text(encoding="utf-8") == "två"


def test_a_reader_keeps_the_file_it_opened(tmp_path: Path) -> None:
    replace_text(tmp_path / "a", "gammal")
    with (tmp_path / "a").open() as reader:
        (tmp_path / "b").write_text("ny")
        replace_file(tmp_path / "b", tmp_path / "a")
        assert reader.read() == "gammal"
    assert (tmp_path / "a").read_text() == "ny"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("data/fakta/ny.csv", "files"),
        ("data/rapporter.csv", "files"),
        ("home/landing/djupt/ny.csv", "files"),
        ("project/models/a.txt", "code"),
        ("project/tests/dbt/a.txt", "code"),
        ("project/expectations/a.txt", "code"),
        ("project/dbt_project.yml", "code"),
    ],
)
def test_each_input_changes_its_own_part(
    settings: Settings, project: Path, tmp_path: Path, change: str, part: str
) -> None:
    before = fingerprint(settings, project)
    (tmp_path / change).parent.mkdir(exist_ok=True)
    (tmp_path / change).write_text("changed")
    after = fingerprint(settings, project)
    assert {name for name in before if before[name] != after[name]} == {part}


def test_a_renamed_file_is_a_change(settings: Settings, project: Path) -> None:
    (settings.landing_dir / "a.csv").write_text("x")
    before = fingerprint(settings, project)
    (settings.landing_dir / "a.csv").rename(settings.landing_dir / "b.csv")
    assert fingerprint(settings, project)["files"] != before["files"]


def test_a_limit_counts_but_a_place_or_thread_does_not(settings: Settings, project: Path) -> None:
    def with_setting(**change: object) -> object:
        changed = Settings(**{**settings.model_dump(), **change})
        return fingerprint(changed, project)["settings"]

    assert with_setting(max_file_mb=3) != with_setting()
    assert with_setting(threads=7, lock_timeout_seconds=1) == with_setting()


def test_touching_a_file_without_changing_it_is_no_change(
    settings: Settings, project: Path
) -> None:
    before = fingerprint(settings, project)
    os.utime(settings.data_dir / "rapporter.csv", (1, 1))
    assert fingerprint(settings, project) == before


def test_dbt_starts_afresh_for_what_it_builds_and_tests_but_not_for_other_code(
    project: Path,
) -> None:
    before = dbt_code_hash(project)
    (project / "dagster_pipelines" / "a.txt").write_text("changed")
    assert dbt_code_hash(project) == before
    parsed = dbt_project_hash(project)
    for name in ("tests/dbt/a.txt", "seeds/a.txt"):
        (project / name).write_text("changed")
        assert dbt_code_hash(project) != before
        assert dbt_project_hash(project) != parsed
        before, parsed = dbt_code_hash(project), dbt_project_hash(project)


def test_landing_snapshot_sees_names_sizes_and_times(settings: Settings) -> None:
    assert landing_snapshot(settings) == ""
    file = settings.landing_dir / "a.csv"
    file.write_text("x")
    first = landing_snapshot(settings)
    os.utime(file, (1, 1))
    second = landing_snapshot(settings)
    file.rename(settings.landing_dir / "b.csv")
    assert len({"", first, second, landing_snapshot(settings)}) == 4


def test_deciding_that_nothing_changed_imports_nothing_heavy() -> None:
    code = (
        "import sys, dagster_pipelines.refresh, dagster_pipelines.cli.app;"
        "print({'dagster', 'dbt', 'great_expectations', 'duckdb', 'polars', 'pandas', 'pyarrow'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
