"""Guards that stand in for Great Expectations where something else is tried.

Belongs here: what answers as `expectations.worker.GuardWorker` does. Does not belong here: judging.
"""

from pathlib import Path

from expectations.result import GuardResult

BROKEN = {
    "expectation": "balans", "sentence": "Tillgångar = skulder.", "severity": "critical",
    "frame": "identiteter", "antal": 1, "report_id": "x", "summa": "1", "led": "2",
}  # fmt: skip


class StandInGuard:
    """A guard that finds fault with nothing."""

    def begin(self, suite: str, frames: object) -> None: ...

    def has_begun(self, suite: str) -> bool:
        return True

    def verdict(self, suite: str) -> GuardResult:
        return GuardResult(suite, True, 1, [], [], [])

    def begin_data_docs(self, folder: Path) -> None: ...

    def data_docs(self) -> None: ...


class RedGuard(StandInGuard):
    """A guard that finds fault with one suite and nothing else."""

    def __init__(self, suite: str) -> None:
        self.suite = suite

    def verdict(self, suite: str) -> GuardResult:
        if suite != self.suite:
            return super().verdict(suite)
        return GuardResult(suite, False, 1, [BROKEN], [], [])


class MuteGuard(RedGuard):
    """A guard that dies when it is to answer about its suite."""

    def verdict(self, suite: str) -> GuardResult:
        if suite == self.suite:
            raise RuntimeError("Vakten slutade utan att svara.")
        return super().verdict(suite)
