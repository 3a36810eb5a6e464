"""The pages served once, and one window to look at them in."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext
from visits import WIDTHS, Visit

from benchmarks.dashboards import serving
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings, get_settings

SCREENSHOTS = PROJECT_DIR / "artifacts" / "skarmbilder"


@pytest.fixture(scope="session")
def server(refreshed_home: Settings) -> Iterator[str]:
    """The address of the pages, over the shipped reports."""
    with serving(refreshed_home.home) as address:
        yield address


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests, so that Streamlit's own code is fetched once."""
    with closing(browser.new_context(viewport={"width": WIDTHS[0], "height": 900})) as opened:
        opened.set_default_timeout(60_000)
        yield opened


@pytest.fixture(scope="session")
def seen(window: BrowserContext, server: str) -> Iterator[Callable[[str], Visit]]:
    """The page of an address, opened once and left open. Read it, or give it another size; a test
    that clicks or writes takes `visit`."""
    opened: dict[str, Visit] = {}

    def page(path: str) -> Visit:
        if path not in opened:
            opened[path] = Visit(window, server)
            opened[path].go(path)
        return opened[path]

    yield page
    for each in opened.values():
        each.close()


@pytest.fixture
def visit(window: BrowserContext, server: str) -> Iterator[Visit]:
    with closing(Visit(window, server)) as opened:
        yield opened


@pytest.fixture
def marts(refreshed_home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(refreshed_home.published_db) as con:
        yield con


@pytest.fixture
def pages_home(copied_home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A copy of the warehouse that pages in this process read, to change at will."""
    monkeypatch.setenv("FINSAM_HOME", str(copied_home.home))
    get_settings.cache_clear()
    yield copied_home
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
