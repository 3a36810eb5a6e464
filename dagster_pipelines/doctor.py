"""Is this installation well? Every question with its answer and, where it is not, the remedy.

Belongs here: looking, without changing anything but a probe that is removed at once. Does not
belong here: showing the answers (`cli.doctor`) or mending.
"""

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dagster_pipelines import versions
from dagster_pipelines.lock import is_held, noted_holder
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.settings import Settings
from dagster_pipelines.success import last_success

OK, NOTE, BROKEN = "ok", "obs", "fel"
LIBRARIES = ("finsam", "dbt-core", "dbt-duckdb", "duckdb", "dagster", "great-expectations")
PYTHON = ((3, 11), (3, 13))
CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True)
class Answer:
    """One question: its name, `ok`, `obs` or `fel`, what was found, and what to do about it."""

    name: str
    state: str
    found: str
    remedy: str = ""


def examine(settings: Settings, now: datetime | None = None) -> list[Answer]:
    """Every answer; the installation is broken when any of them is `fel`.

    Args:
        settings: the installation.
        now: the time to judge age by; the clock's unless given.
    """
    now = now or datetime.now(UTC)
    return [
        _python(),
        *_packages(),
        *(_folder(path) for path in
          (settings.landing_dir, settings.build_dir, settings.warehouse_dir)),
        _links(settings),
        _disk(settings),
        _lock(settings),
        *_published(settings),
        _age(settings, now),
        _build_database(settings),
    ]  # fmt: skip


def _python() -> Answer:
    found = f"{platform.python_version()} ({sys.executable})"
    low, high = PYTHON
    if low <= sys.version_info[:2] <= high:
        return Answer("python", OK, found)
    return Answer("python", BROKEN, found, "Python 3.11, 3.12 or 3.13 is needed.")


def _packages() -> Iterator[Answer]:
    for name in LIBRARIES:
        try:
            yield Answer(name, OK, version(name))
        except PackageNotFoundError:
            yield Answer(name, BROKEN, "not installed", "Run make run, which installs it.")


def _folder(path: Path) -> Answer:
    """May files be made in it? One that is not there yet is asked of its parent."""
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    name = f"{path.name}/"
    if not there.is_dir():
        return Answer(name, BROKEN, f"{there} is a file", "Move it away: a folder belongs there.")
    error = _probe(there, lambda probe: probe.write_bytes(b"finsam"))
    if error:
        return Answer(name, BROKEN, f"{there}: {error.strerror}", f"Allow writing in {there}.")
    return Answer(name, OK, str(path) if path.exists() else f"{path} (made when needed)")


def _links(settings: Settings) -> Answer:
    folder = settings.warehouse_dir if settings.warehouse_dir.is_dir() else settings.home
    error = _probe(folder, lambda probe: probe.symlink_to("finsam.duckdb"))
    if error:
        remedy = "Put FINSAM_HOME on a file system that has them (not FAT, exFAT or a plain share)."
        return Answer("symbolic links", BROKEN, f"{folder}: {error.strerror}", remedy)
    return Answer("symbolic links", OK, "supported")


def _probe(folder: Path, make: Callable[[Path], object]) -> OSError | None:
    """What went wrong when something was made in the folder; it is removed again."""
    try:
        with tempfile.TemporaryDirectory(prefix=".finsam-doctor-", dir=folder) as probe:
            make(Path(probe) / "probe")
    except OSError as error:
        return error
    return None


def _disk(settings: Settings) -> Answer:
    free = shutil.disk_usage(settings.home).free // 1_000_000
    found = f"{free} MB free, {settings.min_free_mb} MB wanted"
    if free >= settings.min_free_mb:
        return Answer("disk", OK, found)
    return Answer("disk", BROKEN, found, "Free some, or lower FINSAM_KEEP_VERSIONS.")


def _lock(settings: Settings) -> Answer:
    holder = noted_holder(settings)
    if is_held(settings):
        return Answer("lock", NOTE, f"a refresh is running: {holder or 'its process is unknown'}")
    if holder:
        found = f"free; {holder} was killed while it held it"
        return Answer("lock", NOTE, found, "Nothing: the next refresh takes it over.")
    return Answer("lock", OK, "free")


def _published(settings: Settings) -> Iterator[Answer]:
    manifest = read_manifest(settings)
    if manifest is None:
        yield Answer(
            "published", BROKEN, f"nothing whole in {settings.warehouse_dir}", "Run finsam refresh."
        )
        return
    version_folder = versions.current(settings)
    if version_folder is None:
        found = "from before there were versions"
        yield Answer("published", NOTE, found, "The next publication makes a version of it.")
        version_folder = settings.warehouse_dir
    else:
        yield Answer("published", OK, f"{version_folder.name}, run {manifest['run_id']}")
    yield _opens(
        "published database", version_folder / settings.published_db.name, missing=BROKEN,
        remedy="Run finsam rollback, or finsam refresh --full.",
    )  # fmt: skip
    whole = versions.intact(version_folder)
    if whole is None:
        yield Answer("published bytes", NOTE, "no hash was noted", "The next publication does.")
    elif whole:
        yield Answer("published bytes", OK, "as published (sha256)")
    else:
        yield Answer(
            "published bytes", BROKEN, "somebody has changed the published file",
            "Run finsam rollback, or finsam refresh --full; open the file read-only.",
        )  # fmt: skip
    if versions.rejected_inputs(settings):
        yield Answer(
            "rolled back", NOTE, "an earlier version is shown than the last one published",
            "Correct what was wrong; see finsam history.",
        )  # fmt: skip


def _opens(name: str, path: Path, missing: str, remedy: str) -> Answer:
    import duckdb  # noqa: PLC0415

    if not path.exists():
        return Answer(name, missing, f"{path} is not there", "Run finsam refresh.")
    try:
        with duckdb.connect(path.resolve(), read_only=True) as con:
            tables = con.execute("select count(*) from duckdb_tables()").fetchall()[0][0]
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        return Answer(name, BROKEN, first, remedy)
    return Answer(name, OK, f"opens, {tables} tables")


def _age(settings: Settings, now: datetime) -> Answer:
    last = last_success(settings)
    if last is None:
        return Answer("last success", BROKEN, "never", "Run finsam refresh.")
    age = now - last
    found = f"{last.isoformat(timespec='seconds')}, {age.total_seconds() / 3600:.1f} h ago"
    if age > timedelta(hours=settings.max_age_hours):
        limit = f"older than FINSAM_MAX_AGE_HOURS={settings.max_age_hours:g}"
        return Answer("last success", BROKEN, f"{found}: {limit}", f"See {settings.log_file}.")
    if age < -CLOCK_SLACK:
        return Answer("last success", NOTE, f"{found}: the clock has been turned back",
                      "Set the clock; versions keep their order all the same.")  # fmt: skip
    return Answer("last success", OK, found)


def _build_database(settings: Settings) -> Answer:
    if is_held(settings):
        return Answer("build database", NOTE, "in use by the refresh that is running")
    remedy = f"Close what holds it, or move {settings.build_db} away and run finsam refresh."
    return _opens("build database", settings.build_db, missing=NOTE, remedy=remedy)
