"""How long the pages take to be usable, and what they weigh: `python -m benchmarks.dashboards`.

Belongs here: serving the pages of a home, opening each in Chromium, and printing seconds, bytes and
how that compares with a page of Streamlit's that says nothing. Does not belong here: whether the
pages are right (`tests`).

Usable means: the page's script has run to its end, its footer is drawn, and its first choice or
link takes focus. Charts may still be drawing. *First visit* has an empty cache; *again* is a
browser that has been there, with what it keeps of compiled scripts. The empty page is Streamlit's
own server with a page of one link: the ratio to it holds on a busy machine too, where seconds do
not. *Work* is the processor time of the page's own thread until then, on the first visit.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from dagster_pipelines.settings import PROJECT_DIR, get_settings

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
STARTUP_SECONDS = 180
PATHS = ("", "forbund", "insatser", "jamfor", "kvalitet", "kallor")
SETTLED = ".stApp[data-test-script-state=notRunning] .sidfot"
EMPTY = """import streamlit as st
st.html('<p class="sidfot"><a href="#x">tom</a></p>')
"""
UNTIL_COMPILED = 2
"""Visits after which Chromium keeps the compiled scripts."""


@dataclass(frozen=True)
class Visit:
    """One opening of a page: seconds until usable, seconds of work, bytes that came."""

    seconds: float
    work: float
    weight: int


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of the pages over `home`, for as long as the block lasts.

    Raises:
        RuntimeError: the server ended by itself; the message is what it said.
        TimeoutError: it does not answer.
    """
    with _served([sys.executable, "-m", "dashboards"], home) as address:
        yield address


@contextmanager
def serving_nothing() -> Iterator[str]:
    """The address of Streamlit with a page of one link."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "tom.py"
        script.write_text(EMPTY, encoding="utf-8")
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        with _served(command, Path(folder)) as address:
            yield address


@contextmanager
def _served(command: list[str], home: Path) -> Iterator[str]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=PROJECT_DIR, env=os.environ | {"FINSAM_HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _wait_for(address: str, process: "subprocess.Popen[str]") -> None:
    last = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < last:
        if process.poll() is not None:
            raise RuntimeError(process.communicate()[0])
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise TimeoutError(address)


def visit(context: BrowserContext, address: str) -> Visit:
    """Open one page and close it again."""
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Performance.enable", {"timeDomain": "threadTicks"})
    weight = [0]
    network.on("Network.loadingFinished", lambda e: weight.append(int(e["encodedDataLength"])))
    network.on(
        "Network.webSocketFrameReceived", lambda e: weight.append(len(e["response"]["payloadData"]))
    )
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(SETTLED).wait_for()
    page.locator("main a, main input, .sidfot a").first.focus()
    usable = time.perf_counter() - began
    told = network.send("Performance.getMetrics")["metrics"]
    work = next(each["value"] for each in told if each["name"] == "TaskDuration")
    page.wait_for_load_state("networkidle")
    page.close()
    return Visit(usable, work, sum(weight))


def measure(
    playwright: Playwright, addresses: dict[str, str], rounds: int
) -> dict[str, tuple[list[Visit], list[Visit]]]:
    """By name: first visits, and visits again. Each round opens every page, so that all of them
    meet the same neighbours on the machine."""
    found: dict[str, tuple[list[Visit], list[Visit]]] = {name: ([], []) for name in addresses}
    with tempfile.TemporaryDirectory() as profile:
        kept = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS
        )
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with closing(kept), closing(browser):
            for address in addresses.values():
                for _ in range(UNTIL_COMPILED):
                    visit(kept, address)
            for _ in range(rounds):
                for name, address in addresses.items():
                    found[name][0].append(_first(browser, address))
                for name, address in addresses.items():
                    found[name][1].append(visit(kept, address))
    return found


def _first(browser: Browser, address: str) -> Visit:
    with closing(browser.new_context()) as context:
        return visit(context, address)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, default=get_settings().home)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", nargs="*", default=PATHS, choices=PATHS)
    asked = parser.parse_args()
    with (
        serving(asked.home) as pages, serving_nothing() as nothing, sync_playwright() as playwright
    ):  # fmt: skip
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with closing(browser):
            earliest = _first(browser, pages)
            _first(browser, nothing)
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(f"{os.cpu_count()} cores, load {load:.1f}; the server's very first page: "
              f"{earliest.seconds:.2f} s")  # fmt: skip
        addresses = {"empty": nothing}
        addresses |= {path or "oversikt": f"{pages}/{path}" for path in asked.pages}
        found = measure(playwright, addresses, asked.rounds)
    _show(found)


def _show(found: dict[str, tuple[list[Visit], list[Visit]]]) -> None:
    def middle(visits: list[Visit], what: str) -> float:
        return median(getattr(each, what) for each in visits)

    print(f"{'page':<9} {'first visit':>16} {'fastest':>8} {'again':>16} {'fastest':>8} "
          f"{'work':>15} {'weight':>9}")  # fmt: skip
    bare_first, bare_again = found["empty"]
    for name, (first, again) in found.items():
        cells = [
            f"{middle(visits, what):.2f} s = {middle(visits, what) / middle(bare, what):4.2f}×"
            for visits, bare, what in (
                (first, bare_first, "seconds"), (again, bare_again, "seconds"),
                (first, bare_first, "work"),
            )
        ]  # fmt: skip
        fastest = [f"{min(each.seconds for each in visits):.2f} s" for visits in (first, again)]
        weight = max(each.weight for each in first)
        print(f"{name:<9} {cells[0]:>16} {fastest[0]:>8} {cells[1]:>16} {fastest[1]:>8} "
              f"{cells[2]:>15} {weight / 1000:>6.0f} kB")  # fmt: skip


if __name__ == "__main__":
    main()
