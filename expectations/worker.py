"""The guard in a process of its own, so that its slow import costs nobody any time.

Belongs here: starting and stopping the process, the messages between the two sides. Does not
belong here: judging (runner.py). The parent side never imports Great Expectations.

Messages are one line of JSON each way; frames travel as Arrow IPC files in a folder that both
sides can see. Every way of not answering (died, late, garbage) is a GuardError, never green.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import pyarrow as pa

from expectations.result import GuardError, GuardResult

SUITES: Final = ("inkommande_fakta", "marts")
NICENESS: Final = 10
"""The warm-up gives way to dbt on a machine with few cores; an idle core still runs it at once."""


class GuardWorker:
    """A guard process that warms up in the background and validates on request.

    `with GuardWorker() as guard: guard.validate("marts", frames)`. Starting returns at once.
    `timeout_seconds` limits each answer, the rest of the warm-up included. Raises GuardError.
    """

    def __init__(
        self, timeout_seconds: float = 300.0, command: tuple[str, ...] | None = None
    ) -> None:
        self._timeout = timeout_seconds
        self._command = command or (sys.executable, "-m", "expectations.worker")
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._number = 0
        self._begun: dict[str, int] = {}
        self._docs: int | None = None
        self._kept: dict[int, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="finsam-vakt-")
        self._errors = (Path(self._folder.name) / "stderr.txt").open("w+b")
        project = Path(__file__).resolve().parent.parent
        path = os.pathsep.join(filter(None, [str(project), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "false"},
        )
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                _close(stream)
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The process id of the guard."""
        return self._process.pid

    def validate(self, suite: str, frames: Mapping[str, pa.Table]) -> GuardResult:
        """Evaluate a suite on frames (see runner.validate). Raises GuardError without an answer."""
        self.begin(suite, frames)
        return self.verdict(suite)

    def begin(self, suite: str, frames: Mapping[str, pa.Table]) -> None:
        """Hand over the frames and go on; `verdict` waits for what the suite says of them."""
        paths = {name: str(self._write(name, table)) for name, table in frames.items()}
        self._begun[suite] = self._send({"kommando": "validate", "suite": suite, "frames": paths})

    def has_begun(self, suite: str) -> bool:
        """Whether frames have been handed over whose verdict nobody has come for."""
        return suite in self._begun

    def verdict(self, suite: str) -> GuardResult:
        """The answer to the last `begin` of this suite. Raises GuardError without one."""
        if not self.has_begun(suite):
            raise GuardError(f"Vakten har inte fått något att pröva {suite} på.")
        answer = self._receive(self._begun.pop(suite))
        if not isinstance(answer, dict) or answer.get("suite") != suite:
            raise GuardError(f"Vakten svarade på något annat än {suite}.")
        return GuardResult.from_dict(answer)

    def begin_data_docs(self, folder: Path) -> None:
        """Have Data Docs written of what has been handed over so far; `data_docs` waits for it."""
        self._docs = self._send({"kommando": "data_docs", "folder": str(folder)})

    def data_docs(self) -> Path:
        """The index of the Data Docs last begun, when they are written. Raises GuardError."""
        if self._docs is None:
            raise GuardError("Vakten har inte ombetts att skriva några sidor.")
        asked, self._docs = self._docs, None
        return Path(str(self._receive(asked)))

    def _write(self, name: str, table: pa.Table) -> Path:
        path = Path(self._folder.name) / f"{self._number}_{name}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return path

    def _send(self, message: dict[str, Any]) -> int:
        self._number += 1
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps({**message, "nummer": self._number}).encode() + b"\n")
            stdin.flush()
        except (OSError, ValueError) as error:
            raise GuardError(f"Vakten har slutat. {self._last_words()}") from error
        return self._number

    def _receive(self, number: int) -> Any:
        """The answer to question `number`; the others are kept for those who come for them."""
        while number not in self._kept:
            try:
                line = self._answers.get(timeout=self._timeout)
            except queue.Empty:
                raise GuardError(f"Vakten svarade inte inom {self._timeout:g} sekunder.") from None
            if line is None:
                self._answers.put(None)  # nor will there be a next answer
                raise GuardError(f"Vakten slutade utan att svara. {self._last_words()}")
            answer = self._read_answer(line)
            if answer["nummer"] > number:
                raise GuardError("Vakten svarade på en annan fråga.")
            self._kept[answer["nummer"]] = answer
        answer = self._kept.pop(number)
        if answer.get("fel") is not None:
            raise GuardError(f"Vakten kunde inte pröva: {answer['fel']}")
        return answer.get("svar")

    def _read_answer(self, line: str) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(line)
            int(answer["nummer"])
        except (ValueError, KeyError, TypeError):
            raise GuardError(f"Vaktens svar går inte att läsa: {line[:200]!r}") from None
        return answer

    def _listen(self, stdout: IO[bytes]) -> None:
        try:
            for line in stdout:
                self._answers.put(line.decode("utf-8", errors="replace"))
        except ValueError:  # closed while reading, on exit
            pass
        self._answers.put(None)

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def _close(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # a pipe whose other end is gone
        stream.close()


def serve() -> None:
    """The guard's side: warm up, then one answer per line of standard input until it closes."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from expectations import data_docs, runner  # noqa: PLC0415  the slow import

    for suite in SUITES:
        runner.warm(suite)
    runs: dict[str, runner.Run] = {}
    for line in sys.stdin:
        message = json.loads(line)
        answer: dict[str, Any] = {"nummer": message["nummer"]}
        try:
            if message["kommando"] == "validate":
                tables = {name: _read(path) for name, path in message["frames"].items()}
                runs[message["suite"]] = runner.run(message["suite"], tables)
                answer["svar"] = runs[message["suite"]].result.as_dict()
            else:
                folder = Path(message["folder"])
                answer["svar"] = str(data_docs.write(list(runs.values()), folder))
        except Exception as error:  # the parent decides; silence would be a hang
            answer["fel"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)


def _read(path: str) -> pa.Table:
    with pa.memory_map(path) as source:
        return pa.ipc.open_file(source).read_all()


if __name__ == "__main__":
    serve()
