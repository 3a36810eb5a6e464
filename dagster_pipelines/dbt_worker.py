"""dbt in a process of its own, so that its import and parse run beside Dagster's import.

Belongs here: starting and ending that process, and the messages between the two sides. Does not
belong here: what dbt does (`dbt`) or how its results look in Dagster (`assets/transform`).

The process ends with the one that started it, however that ends: nobody is left to hold the build
database. No answer (it died, it was killed) is a RefreshError, never a build.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dagster_pipelines.dbt import Dbt
from dagster_pipelines.outcome import Break, RefreshError
from dagster_pipelines.settings import PROJECT_DIR, Settings

EVENT, ANSWER, ERROR = "event", "answer", "error"
OnEvent = Callable[[dict[str, Any]], None]


class DbtWorker:
    """A `Dbt` that answers from another process; `with DbtWorker(settings) as dbt:`.

    Starting returns at once: the process imports dbt and parses the project while the caller
    goes on. Its answers raise RefreshError where those of `Dbt` do, and when the process is gone.
    """

    def __init__(self, settings: Settings, project_dir: Path = PROJECT_DIR) -> None:
        self._dbt = Dbt(settings, project_dir)

    def __enter__(self) -> Self:
        spawn = get_context("spawn")
        self._connection, theirs = spawn.Pipe()
        self._asking = False
        self._errors = self._dbt.settings.build_dir / "logs" / "dbt.stderr"
        self._errors.parent.mkdir(parents=True, exist_ok=True)
        given = (theirs, self._dbt, self._errors)
        self._process = spawn.Process(target=serve, args=given, daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not be seen here
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        if self._asking:  # it would not see that nobody waits until it has built to the end
            self._process.kill()
        self._process.join()

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest as JSON (see `Dbt.manifest`); waits for the parse."""
        self._ask("parse")
        return self._dbt.manifest

    def run(
        self, *, full: bool = False, selection: Sequence[str] = (), on_event: OnEvent | None = None
    ) -> list[Break]:
        """Build and test (see `Dbt.run`)."""
        answer: list[Break] = self._ask("run", on_event, full=full, selection=list(selection))
        return answer

    def _ask(self, question: str, on_event: OnEvent | None = None, **given: Any) -> Any:
        self._asking = True
        try:
            self._connection.send((question, given))
            kind, content = self._connection.recv()
            while kind == EVENT:
                if on_event:
                    on_event(content)
                kind, content = self._connection.recv()
        except (EOFError, OSError) as ended:
            self._process.join()
            raise RefreshError(
                f"dbt's process ended without an answer (exit code {self._process.exitcode}); "
                f"its last words are in {self._errors}."
            ) from ended
        self._asking = False
        if kind == ERROR:
            raise content
        return content


def serve(caller: "connection.Connection[Any, Any]", dbt: Dbt, errors: Path) -> None:
    """The worker's side: parse, then one answer per question until the caller is gone."""
    with errors.open("wb") as file:  # what libraries print on their way out is not for the screen
        os.dup2(file.fileno(), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what Ctrl-C ends
    threading.Thread(target=_end_with_caller, daemon=True).start()
    talking = threading.Lock()  # dbt tells of its events from several threads

    def tell(kind: str, content: Any) -> None:
        with talking:
            caller.send((kind, content))

    def answer(question: str, given: dict[str, Any]) -> list[Break] | None:
        if question == "run":
            return dbt.run(**given, on_event=lambda event: tell(EVENT, event))
        _ = dbt.parsed
        return None

    with suppress(RefreshError):  # whoever asks is told
        _ = dbt.parsed
    while True:
        try:
            question, given = caller.recv()
        except EOFError:
            return
        try:
            tell(ANSWER, answer(question, given))
        except Exception as error:
            tell(ERROR, RefreshError(str(error)))


def _end_with_caller() -> None:
    """Nobody may be left who holds the build database."""
    parent = parent_process()
    assert parent is not None  # this function runs in a process that was started from another
    connection.wait([parent.sentinel])
    os._exit(1)
