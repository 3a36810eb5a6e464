"""Fixtures for every test: one warehouse, refreshed once, and copies of it to break.

The refresh takes seconds, so all tests (and all xdist workers) share one. A test that changes
anything takes `copied_home`.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from benchmarks.dashboards import CHROMIUM, FLAGS
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import PROJECT_DIR, Settings

# pyspark takes a main module without a file, as xdist's workers have, for a run of its own
# doctests, and ends the process that imports it: Great Expectations does, where it is installed
vars(sys.modules["__main__"]).setdefault("__file__", __file__)


LONGEST_FIRST = ("reliability", "dagster_pipelines", "spark", "docs", "models", "supply_chain")
"""Folders whose files take minutes: no worker is to be left alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots", action="store_true", help="Write snapshots anew instead of comparing."
    )


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


@pytest.fixture(scope="session")
def refreshed_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """The shipped facts, refreshed into a folder of their own. Read it; do not change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    settings = Settings(home=shared / "refreshed_home", data_dir=PROJECT_DIR / "data")
    complete = settings.home / "complete"
    with FileLock(shared / "refreshed_home.lock"):
        if not complete.exists():
            settings.landing_dir.mkdir(parents=True, exist_ok=True)
            result = refresh(settings)
            assert result.exit_code == 0, result
            complete.touch()
    return settings


@pytest.fixture
def copied_home(refreshed_home: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A copy of `refreshed_home` with its own copy of the data, to change at will."""
    home, data = tmp_path / "home", tmp_path / "data"
    shutil.copytree(refreshed_home.home, home, symlinks=True)
    shutil.copytree(refreshed_home.data_dir, data)
    yield Settings(home=home, data_dir=data)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all that looks at pages: two of Playwright in one thread do not go."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()
