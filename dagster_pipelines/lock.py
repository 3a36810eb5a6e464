"""One refresh at a time.

Belongs here: the lock that every build holds, from the command line and from Dagster alike.
Does not belong here: what is done while it is held.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.settings import Settings


@contextmanager
def exclusive_build(settings: Settings) -> Iterator[None]:
    """Hold the right to build; re-entrant within the process, freed by the system at its death.

    Raises:
        RefreshError: another process held it for longer than `lock_timeout_seconds`.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.build_dir / "refresh.lock", thread_local=False, is_singleton=True)
    try:
        lock.acquire(timeout=settings.lock_timeout_seconds)
    except Timeout as busy:
        raise RefreshError(
            f"Another refresh holds {lock.lock_file} and did not finish within "
            f"{settings.lock_timeout_seconds:g} s. Wait for it, or raise "
            "FINSAM_LOCK_TIMEOUT_SECONDS."
        ) from busy
    try:
        yield
    finally:
        lock.release()
