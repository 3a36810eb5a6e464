"""A whole refresh, from nothing to published, without any network and without trying to use one.

In a network namespace without routes where the system allows it; everywhere with a `socket` that
notes each attempt to look up a name or to connect to anything but this machine's own pipes.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dagster_pipelines.settings import PROJECT_DIR

WATCH = """
import os, socket

def watched(real, told):
    def call(*arguments, **options):
        if told != "connect" or arguments[0].family != socket.AF_UNIX:
            with open(os.environ["FINSAM_TEST_ATTEMPTS"], "a") as attempts:
                print(told, arguments[-1:], file=attempts)
            raise OSError("no network here")
        return real(*arguments, **options)
    return call

class Socket(socket.socket):
    connect = watched(socket.socket.connect, "connect")
    connect_ex = watched(socket.socket.connect_ex, "connect")

socket.socket = Socket
socket.getaddrinfo = watched(socket.getaddrinfo, "lookup")
socket.create_connection = watched(socket.create_connection, "open")
"""


def isolated() -> list[str]:
    """The prefix that runs a program without a network; empty where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    prefix = [unshare, "--map-root-user", "--net"]
    tried = subprocess.run([*prefix, "true"], check=False, capture_output=True)
    return prefix if tried.returncode == 0 else []


def run(tmp_path: Path, *command: str) -> tuple[subprocess.CompletedProcess[str], str]:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    attempts = tmp_path / "attempts"
    attempts.touch()
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path), "FINSAM_TEST_ATTEMPTS": str(attempts),
    }  # fmt: skip
    done = subprocess.run(
        [*isolated(), sys.executable, *command],
        check=False, capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    return done, attempts.read_text()


def test_a_refresh_needs_no_network(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    done, attempts = run(
        tmp_path, "-m", "dagster_pipelines.cli.app", "refresh",
        "--home", str(home), "--data", str(PROJECT_DIR / "data"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "warehouse" / "finsam.duckdb").exists()
    assert attempts == ""


def test_an_attempt_would_be_noticed(tmp_path: Path) -> None:
    ask = "import urllib.request as r\ntry: r.urlopen('http://192.0.2.1/', timeout=1)\n"
    _, attempts = run(tmp_path, "-c", f"{ask}except OSError: pass")
    assert attempts != ""
