"""A look at the pages in a real browser: what is asked for, chosen and seen.

Belongs here: driving one page. Does not belong here: what a page must show.
"""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request

from benchmarks.dashboards import SETTLED

WIDTHS = (1280, 390)


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
