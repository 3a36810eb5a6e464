"""One refresh at a time.

Belongs here: the lock that every build holds, from the command line and from Dagster alike, and
who holds it. Does not belong here: what is done while it is held.

The lock is the operating system's: it is freed when its holder dies, however it dies. The note of
who holds it is for people; a note without a lock is what a killed refresh left behind.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from dagster_pipelines.files import replace_text
from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.settings import Settings


@dataclass(frozen=True)
class Holder:
    """A process that holds, or held, the right to build. `since` is ISO 8601 in UTC."""

    pid: int
    since: str

    def __str__(self) -> str:
        return f"process {self.pid}, since {self.since}"


@contextmanager
def exclusive_build(settings: Settings) -> Iterator[None]:
    """Hold the right to build; re-entrant within the process, freed by the system at its death.

    Raises:
        RefreshError: another process held it for longer than `lock_timeout_seconds`.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    lock = _lock(settings)
    try:
        lock.acquire(timeout=settings.lock_timeout_seconds)
    except Timeout as busy:
        holder = noted_holder(settings)
        raise RefreshError(
            f"Another refresh{f' ({holder})' if holder else ''} holds {lock.lock_file} and did "
            f"not finish within {settings.lock_timeout_seconds:g} s. Wait for it, or raise "
            "FINSAM_LOCK_TIMEOUT_SECONDS."
        ) from busy
    outermost = lock.lock_counter == 1
    try:
        if outermost:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            replace_text(_note(settings), json.dumps({"pid": os.getpid(), "since": now}))
        yield
    finally:
        if outermost:
            _note(settings).unlink(missing_ok=True)
        lock.release()


def is_held(settings: Settings) -> bool:
    """Whether any process, this one included, is known to hold the right to build now."""
    if not settings.build_dir.is_dir():
        return False
    lock = _lock(settings)
    if lock.is_locked:
        return True
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # who may not write there cannot tell, and is not to be stopped by it
        return False
    lock.release()
    return False


def noted_holder(settings: Settings) -> Holder | None:
    """Who said that it holds the lock; None when nobody did."""
    with suppress(OSError, ValueError, TypeError):
        return Holder(**json.loads(_note(settings).read_text(encoding="utf-8")))
    return None


def _lock(settings: Settings) -> FileLock:
    return FileLock(settings.build_dir / "refresh.lock", thread_local=False, is_singleton=True)


def _note(settings: Settings) -> Path:
    return settings.build_dir / "refresh.holder.json"
