"""The pages served once, and one Chromium to look at them with."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from benchmarks.dashboards import CHROMIUM, FLAGS, SETTLED, serving
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings, get_settings

WIDTHS = (1280, 390)
SCREENSHOTS = PROJECT_DIR / "artifacts" / "skarmbilder"


@pytest.fixture(scope="session")
def server(refreshed_home: Settings) -> Iterator[str]:
    """The address of the pages, over the shipped reports."""
    with serving(refreshed_home.home) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


class Visit:
    """A window on the pages that notes every request, console error and exception."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.server, self.page = server, context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: message.type == "error" and self.errors.append(message.text),
        )

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path: str) -> Page:
        """Open a page and wait until all of it is drawn."""
        self.page.goto(self.server + path)
        self.settled()
        return self.page

    def settled(self) -> None:
        """Until the script has run to its end; every page ends with its footer."""
        self.page.locator(SETTLED).wait_for()

    def choose(self, label: str, option: str) -> None:
        """With the keyboard alone: open the list, type, take the first that fits."""
        self.page.get_by_role("combobox", name=label).focus()
        self.page.keyboard.type(option)
        self.page.get_by_role("option", name=option, exact=True).wait_for()
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(50)
        self.settled()

    def table(self, caption: str) -> dict[str, list[str]]:
        """The figures of a table by the name of its row, without small print."""
        region = self.page.get_by_role("region", name=caption, exact=True)
        rows: list[list[str]] = region.evaluate(
            """region => [...region.querySelectorAll('tbody tr')].map(row =>
                [...row.children].map(cell => {
                    const copy = cell.cloneNode(true)
                    copy.querySelectorAll('.not, .stapel, [aria-hidden]').forEach(e => e.remove())
                    return copy.textContent.trim()
                }))"""
        )
        return {row[0]: row[1:] for row in rows}

    def close(self) -> None:
        self.page.close()

    @property
    def query(self) -> str:
        return urlsplit(self.page.url).query


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
