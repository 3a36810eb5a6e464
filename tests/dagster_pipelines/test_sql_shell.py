"""`finsam sql`: piped in, at a prompt through prompt-toolkit's input, and at a real terminal."""

import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from typer.testing import CliRunner

from dagster_pipelines.cli.app import app
from dagster_pipelines.cli.prompt import Names, converse, history_in, is_whole, show
from dagster_pipelines.cli.screen import table
from dagster_pipelines.cli.shell import Shell
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.svenska import number


@pytest.fixture
def shell(refreshed_home: Settings) -> Iterator[Shell]:
    with Shell(refreshed_home, timeout=60) as opened:
        yield opened


def pipe(settings: Settings, typed: str, *options: str) -> object:
    run = CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"})
    return run.invoke(app, ["sql", "--home", str(settings.home), *options], input=typed)


# --- piped in ----------------------------------------------------------------------------------


def test_statements_are_answered_in_order(refreshed_home: Settings) -> None:
    asked = (
        "-- the first\nselect count(*) as antal from fct_rapportfakta;\n"
        "\nfrom rpt_balansrakning select summa_tillgangar\nwhere period_end = '2024-06-30'"
    )
    done = pipe(refreshed_home, asked, "-f", "csv")
    assert (done.exit_code, done.stdout) == (0, "antal\n932\nsumma_tillgangar\n2648294.00\n")


def test_swedish_numbers(refreshed_home: Settings) -> None:
    done = pipe(refreshed_home, "select -2648294.50 as a, 2024 as ar", "--svenska")
    assert done.exit_code == 0, done.output
    assert "-2 648 294,50".replace(" ", "\xa0") in done.stdout
    assert re.search(r"\b2024\b", done.stdout)


def test_a_slip_in_the_last_statement_runs_none(refreshed_home: Settings) -> None:
    done = pipe(refreshed_home, "select 1 as a; selekt 2", "-f", "csv")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "selekt" in done.stderr and "Traceback" not in done.stderr


def test_the_first_that_fails_ends_it(refreshed_home: Settings) -> None:
    done = pipe(refreshed_home, "select 1 as a; from finns_inte; select 3 as c", "-f", "csv")
    assert (done.exit_code, done.stdout) == (2, "a\n1\n")
    assert "finns_inte" in done.stderr
    assert done.stderr.endswith(".tables lists the tables.\n")


@pytest.mark.parametrize(
    "sql",
    [
        "create table x (a int)", "drop table marts.dim_post", "attach ':memory:' as m",
        "copy dim_post to '/dev/stdout'", "from '/etc/passwd'", "load httpfs", "set threads = 1",
        "begin; select 1", ".csv /tmp/x.csv",
    ],
)  # fmt: skip
def test_nothing_but_questions(refreshed_home: Settings, sql: str) -> None:
    before = refreshed_home.published_db.read_bytes()
    done = pipe(refreshed_home, sql)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.strip() and "Traceback" not in done.stderr
    assert refreshed_home.published_db.read_bytes() == before


def test_nothing_asked_is_nothing_answered(refreshed_home: Settings) -> None:
    done = pipe(refreshed_home, "  \n-- only a comment\n")
    assert (done.exit_code, done.stdout) == (0, "")


def test_without_a_warehouse_there_is_a_remedy(tmp_path: Path) -> None:
    done = pipe(Settings(home=tmp_path), "select 1")
    assert done.exit_code == 2
    assert "finsam refresh" in done.stderr


# --- the session -------------------------------------------------------------------------------


def test_the_commands(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.run(".tables") and shell.run(".schema marts.rpt_insats")
    told = capsys.readouterr().out
    assert "rpt_balansrakning" in told and "En rad per förbund × balansdag" in told
    assert "kostnad_per_deltagare" in told and "decimal(18,2)" in told
    assert shell.run(".hjälp;") and ".schema TABLE" in capsys.readouterr().out
    assert shell.run(".format csv") and shell.run("select 1.50 as a")
    assert capsys.readouterr().out == "a\n1.50\n"
    assert not shell.run(".format xml") and not shell.run(".schema finns_inte")
    assert not shell.run(".shell rm -rf /")
    assert shell.run(".svenska") and shell.swedish
    assert shell.run(".quit") and shell.ended


def test_ctrl_c_stops_a_question_that_never_ends(shell: Shell) -> None:
    stop = threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT))
    stop.start()
    with pytest.raises(KeyboardInterrupt):
        shell.run(
            "select count(*) from range(1000000000) a, range(1000000000) b "
            "where (a.range + b.range) % 7 = 3"
        )
    stop.join()
    assert shell.run("select 1 as a")


def test_a_newer_publication_is_read_between_statements(
    copied_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with Shell(copied_home, timeout=60) as shell:
        first = shell.version
        shell.run("select 1 as a")
        assert "Another version" not in capsys.readouterr().err
        folder = copied_home.versions_dir / first
        shutil.copytree(folder, folder.with_name(f"{first}-senare"))
        replacement = copied_home.warehouse_dir / ".ny"
        replacement.symlink_to(Path("versioner") / f"{first}-senare")
        replacement.replace(copied_home.current_link)
        assert shell.run("select count(*) as antal from rpt_balansrakning")
        written = capsys.readouterr()
        assert f"now from {first}-senare" in written.err
        assert "antal" in written.out
        shell.run("select 1 as a")
        assert "Another version" not in capsys.readouterr().err

        copied_home.current_link.unlink()
        assert shell.run("select count(*) as antal from rpt_balansrakning")
        assert "answers are still from" in capsys.readouterr().err


def test_swedish_number() -> None:
    assert number(Decimal("-1234567.80"), space=" ") == "-1 234 567,80"
    assert number(Decimal("0.5")) == "0,5"
    assert number(2024) == "2024"
    assert number(12024, space=" ") == "12 024"
    assert number(Decimal("NaN")) == "NaN"
    assert number(1234.5, space=" ") == "1 234,5"


# --- the prompt --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("select 1", False),
        ("select 1;", True),
        ("select 1;  -- done", True),
        ("select ';", False),
        ("select ';'", False),
        ("select 1 -- not yet;", False),
        ("select 'å' as ö;", True),
        (".tables", True),
        ("", True),
        ("  \n", True),
    ],
)
def test_enter_runs_only_what_has_its_semicolon(typed: str, whole: bool) -> None:
    assert is_whole(typed) is whole


def completions(shell: Shell, typed: str) -> list[str]:
    document, event = Document(typed, len(typed)), CompleteEvent(completion_requested=True)
    return [found.text for found in Names(shell).get_completions(document, event)]


def test_completion_knows_tables_columns_and_aliases(shell: Shell) -> None:
    assert completions(shell, "select * from rpt_b") == ["rpt_balansrakning"]
    assert completions(shell, "select * from marts.RPT_B") == ["rpt_balansrakning"]
    assert "ekonomi_per(" in completions(shell, "from ek")
    assert "kostnad_per_deltagare" in completions(shell, "select kostn")
    assert "fct_kostnad" not in completions(shell, "from rpt_insats as i where i.")
    offered = completions(shell, "from rpt_insats as i where i.kost")
    assert offered == ["kostnad_per_deltagare"]
    assert completions(shell, ".sch") == [".schema"]
    assert completions(shell, ".schema dim_pe") == ["dim_period"]
    assert "select" in completions(shell, "sel")


def test_history_is_private_and_kept_in_memory_where_it_cannot_be(tmp_path: Path) -> None:
    history_in(tmp_path).append_string("select 1;")
    path = tmp_path / "sql_historik"
    assert "select 1;" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert list(history_in(tmp_path).load_history_strings()) == ["select 1;"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert isinstance(history_in(tmp_path / "saknas"), InMemoryHistory)


def test_a_question_may_take_several_lines(
    copied_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = (
        "select count(*) as antal\nfrom fct_rapportfakta\n;\n.format csv\nselect 2 as b;\n.quit\n"
    )
    with (
        create_pipe_input() as keys,
        Shell(copied_home, timeout=60) as shell,
    ):
        keys.send_text(typed.replace("\n", "\r"))
        converse(shell, keys, DummyOutput())
        assert shell.ended
    told = capsys.readouterr().out
    assert "932" in told and told.endswith("b\n2\n")
    kept = (copied_home.build_dir / "sql_historik").read_text(encoding="utf-8")
    assert "+from fct_rapportfakta" in kept


def test_ctrl_c_drops_the_line_and_ctrl_d_leaves(
    copied_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with create_pipe_input() as keys, Shell(copied_home, timeout=60, show=print) as shell:
        keys.send_text("select oj\x03.format csv\rselect 7 as kvar;\r\x04")
        converse(shell, keys, DummyOutput())
    assert capsys.readouterr().out.endswith("kvar\n7\n")


def test_what_is_larger_than_the_screen_is_paged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paged: list[str] = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    show(table("", ["a"], [(n,) for n in range(10)]))
    assert not paged
    show(table("", ["a"], [(n,) for n in range(30)]))
    show(table("", ["a", "b"], [("x" * 60, "y" * 60)]))
    tall, wide = paged
    assert tall.count("\n") > 30 and "x" * 60 + "   " + "y" * 60 in wide
    assert os.environ["LESSSECURE"] == "1"


# --- a real terminal ---------------------------------------------------------------------------


class Terminal:
    """The program at a pseudo-terminal: what it has written, and keys to send."""

    def __init__(self, settings: Settings) -> None:
        self.screen = ""
        self._fd, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dagster_pipelines.cli.app", "sql", "--home",
             str(settings.home)],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=PROJECT_DIR, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
        )  # fmt: skip
        os.close(theirs)

    def send(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def wait_for(self, text: str, seconds: float = 120) -> str:
        """Read on until `text` is written after what was waited for before."""
        ends, start = time.monotonic() + seconds, len(self.screen)
        while text not in self.screen[start:]:
            left = ends - time.monotonic()
            assert left > 0, f"{text!r} did not come: {self.screen[start:]!r}"
            if select.select([self._fd], [], [], left)[0]:
                self._read()
        return self.screen[start:]

    def _read(self) -> None:
        written = os.read(self._fd, 65536).decode(errors="replace")
        self.screen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)
        if "\x1b[6n" in written:
            self.send("\x1b[1;1R")  # where a terminal says that its cursor is

    def interrupt_the_question(self) -> None:
        """What Ctrl-C does once the prompt has given the terminal back, which is waited for."""
        while not termios.tcgetattr(self._fd)[3] & termios.ICANON:
            time.sleep(0.01)
        os.killpg(self._process.pid, signal.SIGINT)

    def leave(self) -> int:
        self.send("\x04")
        return self._process.wait(60)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)


@pytest.fixture
def terminal(copied_home: Settings) -> Iterator[Terminal]:
    opened = Terminal(copied_home)
    yield opened
    opened.close()


def test_at_a_real_terminal(terminal: Terminal) -> None:
    terminal.wait_for("finsam>")
    terminal.send("select count(*) as antal from fct_rapportf\t")
    terminal.wait_for("akta")
    terminal.send(";\r")
    terminal.wait_for("932")
    terminal.wait_for("finsam>")
    terminal.send("from finns_inte;\r")
    terminal.wait_for("finns_inte does not exist")
    terminal.wait_for("finsam>")
    terminal.send(
        "select count(*) from range(1000000000) a, range(1000000000) b "
        "where (a.range + b.range) % 7 = 3;\r"
    )
    terminal.interrupt_the_question()
    terminal.wait_for("finsam>")
    terminal.send("select 41 + 1 as svar;\r")
    terminal.wait_for("42")
    terminal.wait_for("finsam>")
    assert terminal.leave() == 0
