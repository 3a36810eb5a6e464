"""What a refresh depends on, as hashes: did anything change since the last publication?

Belongs here: hashing of input files, code and settings with the standard library alone, so
that "nothing to do" is decided before anything heavy is imported. Does not belong here: the
loader's own bookkeeping of files (`raw.inlasning`), which says what was read and how it went.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from dagster_pipelines.files import readable
from dagster_pipelines.settings import PROJECT_DIR, Settings

DBT_CODE = ("models", "macros", "seeds", "dbt_project.yml", "profiles.yml")
DBT_PROJECT = (*DBT_CODE, "tests/dbt")
CODE = (*DBT_PROJECT, "dagster_pipelines", "expectations", "uv.lock")
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")
# Where things are, how long to wait or keep them, how much a question may use and whom to tell do
# not change what is published.
PLACES = {
    "home", "data_dir", "threads", "memory_mb", "lock_timeout_seconds", "keep_versions",
    "max_age_hours", "min_free_mb", "alert_url", "query_timeout_seconds", "query_memory_mb",
    "spark_master", "spark_driver_host", "spark_memory_mb", "spark_partitions",
    "spark_java_options",
}  # fmt: skip

Fingerprint = Mapping[str, str]


def fingerprint(settings: Settings, project_dir: Path = PROJECT_DIR) -> Fingerprint:
    """Hashes of everything that decides the published tables: `files`, `code`, `settings`.

    Taken before the loader reads, so that a file that changes during a refresh differs from
    what was recorded and is read by the next one.
    """
    return {
        "files": _digest(
            [
                *_named("data", settings.data_dir),
                *_named("landing", settings.landing_dir),
                *([("antagna", settings.adoptions)] if settings.adoptions.exists() else []),
            ],
            limit=settings.max_file_mb * 1_000_000,
        ),
        "code": _digest(_code_files(project_dir, CODE)),
        "settings": _sha256(
            json.dumps(settings.model_dump(mode="json", exclude=PLACES), sort_keys=True).encode()
        ),
    }


def dbt_code_hash(project_dir: Path = PROJECT_DIR) -> str:
    """Hash of what decides how dbt builds and tests: when it changes, everything is done afresh."""
    engines = json.dumps({name: version(name) for name in ENGINES}).encode()
    return _sha256(engines + _digest(_code_files(project_dir, DBT_PROJECT)).encode())


def dbt_project_hash(project_dir: Path = PROJECT_DIR) -> str:
    """Hash of everything that dbt parses, its tests included: when it changes, parse anew."""
    return _digest(_code_files(project_dir, DBT_PROJECT))


def landing_snapshot(settings: Settings) -> str:
    """Digest of names, sizes and modification times in landing/: cheap enough for a sensor."""
    listing = []
    for name, path in _named("landing", settings.landing_dir):
        with suppress(FileNotFoundError):  # moved away since it was listed
            about = path.stat()
            listing.append((name, about.st_size, about.st_mtime_ns))
    return _sha256(json.dumps(listing).encode()) if listing else ""


def delivered(settings: Settings) -> set[str]:
    """The files that lie in data/ and landing/ now, by the names that `raw.inlasning` has them."""
    return {
        readable(name)
        for prefix, folder in (("data", settings.data_dir), ("landing", settings.landing_dir))
        for name, _ in _named(prefix, folder)
    }


def _named(prefix: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder; a link that leads out of it is nobody's, and may never end."""
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(inside)):
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path


def _code_files(project_dir: Path, names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for name in names:
        path = project_dir / name
        if path.is_file():
            yield name, path
        else:
            for child_name, child in _named(name, path):
                if "__pycache__" not in child_name:
                    yield child_name, child


def _digest(files: Iterable[tuple[str, Path]], limit: int | None = None) -> str:
    total = hashlib.sha256()
    for name, path in files:
        total.update(f"{name}\0{_content(path, limit)}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _content(path: Path, limit: int | None) -> str:
    """A file's sha256; one that is too large or cannot be read now is the loader's to report."""
    try:
        about = path.stat()
        if limit is not None and about.st_size > limit:
            return f"too large: {about.st_size} {about.st_mtime_ns}"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
