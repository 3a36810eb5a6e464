"""What a guard answers: results and errors, free of Great Expectations.

Belongs here: the types that cross from the guard's process to whoever asked. Does not belong
here: evaluating anything.
"""

from dataclasses import asdict, dataclass
from typing import Any


class GuardError(RuntimeError):
    """The guard could not give an answer. Never to be read as green."""


@dataclass(frozen=True)
class GuardResult:
    """The outcome of one suite.

    `success` holds only when every expectation of the suite file was evaluated, none raised and
    all held. `failures` has one entry per offending row (at most `MAX_ROWS` per expectation):
    expectation, sentence, severity, frame, antal (offending rows in all) and the row's own
    columns, amounts as decimal strings. `exceptions` says what could not be evaluated.
    `outcomes` has one entry per expectation, for the quality pages: namn, sentence, severity,
    frame, type, success, antal_rader (null for an expectation on the whole frame), antal_fel,
    observed.
    """

    suite: str
    success: bool
    evaluated: int
    failures: list[dict[str, Any]]
    exceptions: list[str]
    outcomes: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "GuardResult":
        """Read what `as_dict` wrote. Raises GuardError when the answer is not a whole result."""
        try:
            result = cls(**data)
        except TypeError as error:
            raise GuardError(f"Vaktens svar är ofullständigt: {error}") from error
        if result.success and (result.failures or result.exceptions or result.evaluated < 1):
            raise GuardError(f"Vaktens svar om {result.suite} motsäger sig självt.")
        return result
