"""How long the pages take to be usable, and what they weigh: `python -m benchmarks.dashboards`.

Belongs here: serving the pages of a home, opening each in Chromium with an empty and with a filled
cache, and printing seconds and bytes. Does not belong here: whether they are right (`tests`).

Usable means: the page's script has run to its end, its footer is drawn, and its first choice or
link takes focus. Charts may still be drawing.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from dagster_pipelines.settings import PROJECT_DIR, get_settings

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
STARTUP_SECONDS = 180
PATHS = ("", "forbund", "insatser", "jamfor", "kvalitet", "kallor")
SETTLED = ".stApp[data-test-script-state=notRunning] .sidfot"


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of the pages over `home`, for as long as the block lasts.

    Raises:
        RuntimeError: the server ended by itself; the message is what it said.
        TimeoutError: it does not answer.
    """
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboards", "--server.port", str(port)],
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


def visit(context: BrowserContext, address: str) -> tuple[float, int]:
    """Open one page; returns seconds until it is usable, and how many bytes came."""
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    weight = [0]
    network.on("Network.loadingFinished", lambda e: weight.append(int(e["encodedDataLength"])))
    network.on(
        "Network.webSocketFrameReceived", lambda e: weight.append(len(e["response"]["payloadData"]))
    )
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(SETTLED).wait_for()
    page.locator("main a, main input").first.focus()
    usable = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    page.close()
    return usable, sum(weight)


def measure(browser: Browser, address: str, rounds: int) -> Iterator[tuple[str, float, float, int]]:
    """Per page: name, seconds with an empty cache, seconds with a filled one, bytes at first."""
    for path in PATHS:
        empty, filled, weights = [], [], []
        for _ in range(rounds):
            with closing(browser.new_context()) as context:
                seconds, weight = visit(context, f"{address}/{path}")
                empty.append(seconds)
                weights.append(weight)
                filled.append(visit(context, f"{address}/{path}")[0])
        yield path or "oversikt", median(empty), median(filled), max(weights)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, default=get_settings().home)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with serving(asked.home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with closing(browser.new_context()) as context:  # the first visitor ever imports the pages
            first, _ = visit(context, address)
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(f"{os.cpu_count()} cores, load {load:.1f}; the server's first page: {first:.2f} s")
        print(f"{'page':<10} {'empty cache':>12} {'filled cache':>13} {'weight':>10}")
        for name, empty, filled, weight in measure(browser, address, asked.rounds):
            print(f"{name:<10} {empty:>10.2f} s {filled:>11.2f} s {weight / 1000:>7.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
