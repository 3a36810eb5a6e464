"""dbt in a process of its own, so that its import and parse run beside Dagster's import.

Belongs here: starting and ending that process, and the messages between the two sides. Does not
belong here: what dbt does (`dbt`) or how its results look in Dagster (`assets/transform`).

The process ends with the one that started it, however that ends: nobody is left to hold the build
database. No answer (it died, it was killed) is a RefreshError, never a build.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from dagster_pipelines.dbt import Dbt, Results, dbt_for
from dagster_pipelines.outcome import Break, RefreshError
from dagster_pipelines.settings import PROJECT_DIR, Settings

RESULT, ANSWER, ERROR = "result", "answer", "error"


class DbtWorker:
    """A `Dbt` that answers from another process; `with DbtWorker(settings) as dbt:`.

    Starting returns at once: the process imports dbt and parses the project while the caller
    goes on. Its answers raise RefreshError where those of `Dbt` do, and when the process is gone.
    """

    def __init__(self, settings: Settings, project_dir: Path = PROJECT_DIR) -> None:
        self._dbt = dbt_for(settings, project_dir)

    def __enter__(self) -> Self:
        settings = self._dbt.settings
        self._at_hand = self._dbt.manifest_at_hand()  # read before the process writes it anew
        self._errors = settings.build_dir / "logs" / "dbt.stderr"
        self._errors.parent.mkdir(parents=True, exist_ok=True)
        path = os.pathsep.join(filter(None, [str(PROJECT_DIR), os.environ.get("PYTHONPATH")]))
        with self._errors.open("wb") as errors:  # what libraries print is not for the screen
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dagster_pipelines.dbt_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is the caller's to act on
            )
        self._messages: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        with suppress(OSError):  # it has ended already; whoever asks is told
            _put(self._process.stdin, self._dbt)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # a pipe whose other end is gone
                    stream.close()

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest as JSON (see `Dbt.manifest`); waits for the parse of a new project."""
        if self._at_hand:
            return self._at_hand
        list(self._ask("parse"))
        return self._dbt.manifest

    def results(self, *, full: bool = False, selection: Sequence[str] = ()) -> Results:
        """Build and test (see `Dbt.results`); each result comes while dbt goes on."""
        yield from self._ask("run", full=full, selection=list(selection))

    def _ask(self, question: str, **given: Any) -> Iterator[Any]:
        """What the process tells on the way, then each part of its answer."""
        done = False
        try:
            _put(self._process.stdin, (question, given))
            while not done:
                kind, content = self._next()
                done = kind != RESULT
                if kind == ERROR:
                    raise content
                yield from content if done else [content]
        except (EOFError, OSError, pickle.UnpicklingError) as ended:
            raise RefreshError(
                f"dbt's process ended without an answer (exit code {self._process.wait()}); "
                f"its last words are in {self._errors}."
            ) from ended
        finally:
            if not done:  # what it would still tell must not be taken for another answer
                self._process.kill()

    def _next(self) -> tuple[str, Any]:
        message = self._messages.get()
        if message is None:
            self._messages.put(None)  # nor will there be another
            raise EOFError
        return message

    def _listen(self, stream: IO[bytes] | None) -> None:
        """Take messages as they come: dbt must never wait for us to act on the last."""
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._messages.put(_get(stream))
        self._messages.put(None)


def _put(stream: IO[bytes] | None, content: Any) -> None:
    assert stream is not None
    pickle.dump(content, stream)
    stream.flush()


def _get(stream: IO[bytes] | None) -> Any:
    """The next message; from our own process alone, so that it may be unpickled."""
    assert stream is not None
    return pickle.load(stream)  # noqa: S301


def serve() -> None:
    """The worker's side: parse, then one answer per question until the caller is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    dbt: Dbt = _get(sys.stdin.buffer)
    questions: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    talking = threading.Lock()  # dbt tells of its results from several threads

    def tell(kind: str, content: Any) -> None:
        with talking:
            _put(answers, (kind, content))

    def answer(question: str, given: dict[str, Any]) -> list[Break]:
        if question == "run":
            return dbt.run(**given, on_result=lambda result: tell(RESULT, result))
        _ = dbt.parsed
        return []

    with suppress(RefreshError):  # whoever asks is told
        _ = dbt.parsed
    while True:
        question, given = questions.get()
        try:
            tell(ANSWER, answer(question, given))
        except Exception as error:
            tell(ERROR, RefreshError(str(error)))


def _listen(questions: "queue.Queue[tuple[str, dict[str, Any]]]") -> None:
    """Hand over what is asked, and end with the caller: nobody may hold the build database."""
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            questions.put(_get(sys.stdin.buffer))
    os._exit(1)


if __name__ == "__main__":
    serve()
