"""What a refresh came to: published or not, what broke, and the exit code that says so.

Belongs here: the small values that Dagster's steps hand to the command line. Does not belong
here: how they are found (`dbt`, `asset_checks`) or shown (`cli`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PUBLISHED, STRUCTURAL_BREAK, USER_MISTAKE, KEPT_OUT = 0, 1, 2, 3
KEPT_OUT_KINDS = ("quarantine", "refused", "postponed")
"""Under these the manifest lists what was delivered and is not in what it published."""
LOGGED_ROWS = 10


class RefreshError(Exception):
    """A refresh that could not be carried out, with a sentence for the person who ran it."""

    def __init__(self, message: str, exit_code: int = STRUCTURAL_BREAK) -> None:
        self.exit_code = exit_code
        super().__init__(message)


@dataclass(frozen=True)
class Break:
    """One structural break: which check, what it says, and the rows that broke it."""

    check: str
    message: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


def in_short(breaks: Sequence[Break]) -> list[dict[str, Any]]:
    """The breaks for the log: each with its first rows."""
    return [{**found.as_dict(), "rows": found.rows[:LOGGED_ROWS]} for found in breaks]


@dataclass(frozen=True)
class RefreshResult:
    """The outcome of one refresh.

    `manifest` describes what is published now; after a structural break that is the earlier
    publication, or None when there never was one. `ran` is False when nothing had changed, or
    when the same inputs were rolled back from (`rolled_back`).
    """

    run_id: str | None
    ran: bool
    manifest: Mapping[str, Any] | None
    breaks: list[Break] = field(default_factory=list)
    rolled_back: bool = False

    @property
    def published(self) -> bool:
        """Whether this very run published: with breaks, they came after it."""
        return bool(self.ran and self.manifest and self.manifest["run_id"] == self.run_id)

    @property
    def exit_code(self) -> int:
        """0 published, 1 structural break, 3 published but something delivered is kept out."""
        if self.breaks:
            return STRUCTURAL_BREAK
        kept_out = (self.manifest and self.manifest.get(kind) for kind in KEPT_OUT_KINDS)
        return KEPT_OUT if any(kept_out) else PUBLISHED
