"""Publications side by side, and the one link that says which of them readers see.

    warehouse/versioner/<time>-<run id>/   finsam.duckdb, exports, manifest.json: one publication
    warehouse/versioner/journal.jsonl      what was published or rolled back, and when
    warehouse/aktuell                      link to one version; replacing it is the publication
    warehouse/finsam.duckdb, parquet, csv, ...         links through `aktuell`, never changed

Belongs here: names, links, journal, rollback and pruning, with the standard library alone. Does
not belong here: what a version holds (`publish`) or what differs between two (`history`).

Whoever changes anything here holds the lock. Readers hold nothing: a version's files never
change, so one who resolves `aktuell` once sees database, exports and manifest of one moment.
"""

import errno
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_pipelines.files import flush
from dagster_pipelines.settings import Settings

PUBLISHED, ROLLED_BACK = "published", "rolled back"
ENTRIES = (
    "finsam.duckdb", "parquet", "csv", "finsam.xlsx", "datapackage.json", "dcat.ttl", "dcat.rdf",
    "manifest.json",
)  # fmt: skip
"""What a version holds, and what `warehouse/` has a link to where the version has it."""
ON_SPARK = ("partitionerad",)
"""What else a version holds that was built on Spark."""
TIME = "%Y%m%dT%H%M%S.%fZ"
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
Entry = Mapping[str, Any]
log = logging.getLogger("finsam.versions")


class VersionError(Exception):
    """The version that was asked for is not there or not usable; the message says what is."""


def current(settings: Settings) -> Path | None:
    """The folder of the version that readers see now; None when nothing is published as one."""
    with suppress(OSError):
        folder = settings.versions_dir / settings.current_link.readlink().name
        if folder.is_dir():
            return folder
    return None


def last_shown(settings: Settings) -> Path | None:
    """What readers see, or the newest kept when the link that says so is gone; None without any."""
    return current(settings) or next(reversed(kept(settings)), None)


def kept(settings: Settings) -> list[Path]:
    """The folders of the publications that are still there, oldest first."""
    known = {entry["version"] for entry in journal(settings)}
    now = current(settings)
    return [folder for folder in _folders(settings) if folder.name in known or folder == now]


def journal(settings: Settings) -> list[Entry]:
    """Every publication and rollback, oldest first; a torn or foreign line is passed over."""
    try:
        lines = settings.versions_journal.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        with suppress(json.JSONDecodeError):
            entries.append(json.loads(line))
    return [entry for entry in entries if _whole(entry)]


def _whole(entry: Any) -> bool:
    needed = {"event", "version", *(["from"] if _is_rollback(entry) else [])}
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in needed)


def _is_rollback(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("event") == ROLLED_BACK


def first_issued(settings: Settings, name: str) -> datetime:
    """When the journal begins, UTC; the time of the version `name` where that is the first."""
    for entry in journal(settings):
        with suppress(ValueError):
            return time_of(entry["version"])
    return time_of(name)


def stage(settings: Settings, run_id: str) -> Path:
    """An empty folder in which to write the next version; what an earlier crash left is removed.

    Its name sorts after that of every earlier version, also when the clock has been turned back.
    """
    settings.versions_dir.mkdir(parents=True, exist_ok=True)
    for left in settings.versions_dir.glob(".*"):
        shutil.rmtree(left)
    _adopt_plain_files(settings)
    _note_missed(settings)
    staged = settings.versions_dir / f".{_next_time(settings)}-{_safe(run_id)}"
    staged.mkdir()
    return staged


def require_writable(settings: Settings) -> None:
    """Whether there will be a place to publish to, before minutes are spent on what to publish.

    Raises:
        OSError: a folder of the publication may not be written, or the disk is full.
    """
    for folder in (settings.warehouse_dir, settings.versions_dir):
        if folder.exists():
            with tempfile.TemporaryFile(dir=folder):
                pass


def put_in_place(settings: Settings, staged: Path, about: Mapping[str, Any]) -> Path:
    """Make the finished folder `staged` the version that readers see; returns where it went.

    The one moment of publication is the replacement of `aktuell`. `about` goes into the journal.

    Raises:
        RuntimeError: the staged database was not closed cleanly.
        OSError: the disk is full, a folder may not be written, or links are not supported.
    """
    _refuse_open_database(staged)
    _flush_tree(staged)
    version = staged.with_name(staged.name.removeprefix("."))
    replaced = current(settings)
    staged.rename(version)
    flush(settings.versions_dir)
    _point_at(settings, version)
    try:
        _note(settings, {"event": PUBLISHED, "version": version.name,
                         "replaced": replaced.name if replaced else None, **about})  # fmt: skip
        _prune(settings)
    except OSError as error:  # it is published; the next publication notes and tidies
        log.warning("published, but not tidied up after", extra={"why": str(error)})
    return version


def roll_back(settings: Settings, wanted: str | None = None) -> Path:
    """Let readers see an earlier version again: `wanted`, or the one before the present.

    The journal keeps what was rejected, so that the same inputs are not published again unasked.

    Raises:
        VersionError: there is no such version.
    """
    _note_missed(settings)
    now = current(settings)
    if now is None:
        raise VersionError("No version is published, so there is nothing to roll back.")
    version = find(settings, wanted) if wanted else _before(settings, now)
    if version == now:
        raise VersionError(f"{version.name} is already what readers see.")
    if intact(version) is False:
        raise VersionError(f"{version.name} is damaged: it is not what was published.")
    _wal(version).unlink(missing_ok=True)  # a reader that opened it for writing left it
    _note(settings, {"event": ROLLED_BACK, "version": version.name, "from": now.name,
                     "inputs": _inputs(now)})  # fmt: skip
    _point_at(settings, version)
    return version


def find(settings: Settings, wanted: str) -> Path:
    """The kept version whose name is, begins with or ends with `wanted`.

    Raises:
        VersionError: none or several are.
    """
    folders = kept(settings)
    found = [f for f in folders if f.name == wanted] or [
        f for f in folders if f.name.startswith(wanted) or f.name.endswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(folder.name for folder in folders) or "none"
    what = "Several versions match" if found else "There is no version"
    raise VersionError(f"{what} {wanted}. Versions kept: {there}.")


def time_of(name: str) -> datetime:
    """When the version of this name was made; UTC.

    Raises:
        ValueError: it is no name of a version.
    """
    return datetime.strptime(name.split("-", maxsplit=1)[0], TIME).replace(tzinfo=UTC)


def rejected_inputs(settings: Settings) -> list[Mapping[str, str]]:
    """The fingerprints of what was rolled back from, while an earlier version is shown for it."""
    entries = journal(settings)
    now = current(settings)
    if not entries or now is None or entries[-1]["version"] != now.name:
        return []
    rejected = []
    for entry in reversed(entries):
        if entry["event"] != ROLLED_BACK:
            break
        rejected.append(entry.get("inputs") or {})
    return [inputs for inputs in rejected if inputs and inputs != _inputs(now)]


def intact(version: Path, name: str | None = None) -> bool | None:
    """Whether the version, or a part of it, has the bytes that were published.

    `name` is a file's with or without its suffix, or a folder's. None when nobody noted what they
    were.
    """
    try:
        of_interest = {file: found for file, found in noted(version).items() if _is_of(file, name)}
        same = all(_sha256(version / file) == found for file, found in of_interest.items())
    except (OSError, ValueError):
        return False
    known = of_interest if name else "finsam.duckdb" in of_interest
    return same if known else None


def _is_of(file: str, name: str | None) -> bool:
    return name is None or file == name or file.startswith((f"{name}.", f"{name}/"))


def noted(version: Path) -> Mapping[str, str]:
    """The sha256 of each file of the version when it was published, by name; none from before."""
    return dict(_about(version).get("hashes", {}))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _before(settings: Settings, now: Path) -> Path:
    """What readers saw before `now` was published; never what was itself rolled back from."""
    there = {folder.name: folder for folder in kept(settings)}
    entries = journal(settings)
    rejected = {entry["from"] for entry in entries if entry["event"] == ROLLED_BACK}
    earlier = [name for name in there if name < now.name and name not in rejected]
    if not earlier:
        raise VersionError(f"No version before {now.name} is kept.")
    return there[earlier[-1]]


def _folders(settings: Settings) -> list[Path]:
    if not settings.versions_dir.is_dir():
        return []
    return sorted(
        path for path in settings.versions_dir.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    )  # fmt: skip


def _next_time(settings: Settings) -> str:
    """Now, or the moment after the newest version's when the clock stands before that."""
    now = datetime.now(UTC)
    names = [path.name for path in _folders(settings)]
    for name in [*names, *(entry["version"] for entry in journal(settings))]:
        with suppress(ValueError):
            now = max(now, time_of(name) + timedelta(microseconds=1))
    return now.strftime(TIME)


def _safe(run_id: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "_", run_id)


def _inputs(version: Path) -> Mapping[str, str] | None:
    try:
        inputs: Mapping[str, str] | None = _about(version).get("inputs")
    except (OSError, ValueError):
        return None
    return inputs


def _about(version: Path) -> Entry:
    """The manifest of a version; raises OSError, or ValueError when it is none."""
    content = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"the manifest of {version.name} is no object")
    return content


def _refuse_open_database(staged: Path) -> None:
    if _wal(staged).exists():
        raise RuntimeError(f"{staged} was not checkpointed: {_wal(staged).name} is still there")


def _wal(version: Path) -> Path:
    return version / "finsam.duckdb.wal"


# --- links ------------------------------------------------------------------------------------


def _point_at(settings: Settings, version: Path) -> None:
    """Replace `aktuell`, then see to it that the three names lead through it."""
    _link(settings.current_link, f"{settings.versions_dir.name}/{version.name}")
    for name in (*ENTRIES, *ON_SPARK):
        through = f"{settings.current_link.name}/{name}"
        link = settings.warehouse_dir / name
        if not (version / name).exists():  # from before there was such an export
            link.unlink(missing_ok=True)
        elif not (link.is_symlink() and str(link.readlink()) == through):
            _link(link, through)


def _link(link: Path, target: str) -> None:
    """A link at `link`, replaced in one step; a folder that stands in the way goes first."""
    new = link.with_name(f".{link.name}.ny")
    new.unlink(missing_ok=True)
    try:
        new.symlink_to(target)
    except OSError as error:
        if error.errno in NO_LINKS:
            raise OSError(
                error.errno, "this file system has no symbolic links; see finsam doctor", str(link)
            ) from error
        raise
    aside = link.with_name(f".{link.name}.gammal")
    if aside.is_dir():
        shutil.rmtree(aside)
    if link.is_dir() and not link.is_symlink():
        link.rename(aside)
    os.replace(new, link)  # noqa: PTH105 (the name of the promise)
    flush(link.parent)
    if aside.is_dir():
        shutil.rmtree(aside)


def _adopt_plain_files(settings: Settings) -> None:
    """A warehouse from before there were versions, or copied without links, becomes one.

    The files are linked, not moved, so readers find them where they were until links replace
    them; whatever moment this is interrupted at, it is done again from the start.
    """
    plain = settings.warehouse_dir / "finsam.duckdb"
    if settings.current_link.is_symlink() or plain.is_symlink() or not plain.is_file():
        return
    try:
        about = json.loads((settings.warehouse_dir / "manifest.json").read_text(encoding="utf-8"))
        at = datetime.fromisoformat(about["published_at"]).astimezone(UTC)
        name = about.get("version") or f"{at.strftime(TIME)}-{_safe(about['run_id'])}"
        time_of(name)
        if Path(name).name != name:  # a copied manifest must not lead out of the folder
            return
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return  # no receipt: not a whole publication, and replaced by the next one
    version = settings.versions_dir / name
    if not version.is_dir():
        staged = settings.versions_dir / f".{name}"
        staged.mkdir()
        for entry in (*ENTRIES, *ON_SPARK):
            source = settings.warehouse_dir / entry
            if source.is_dir():
                shutil.copytree(source, staged / entry, copy_function=hard_link)
            elif source.exists():
                hard_link(source, staged / entry)
        _flush_tree(staged)
        staged.rename(version)
        flush(settings.versions_dir)
    _point_at(settings, version)


def hard_link(source: str | Path, target: str | Path) -> None:
    """The same file under another name; what is published is never written to again."""
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _flush_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        flush(path)
    flush(folder)


# --- journal and pruning ----------------------------------------------------------------------


def _note_missed(settings: Settings) -> None:
    """A crash between the replacement of `aktuell` and its line in the journal: write the line."""
    now = current(settings)
    if now and now.name not in {entry["version"] for entry in journal(settings)}:
        at = time_of(now.name).isoformat(timespec="seconds")
        _note(settings, {"at": at, "event": PUBLISHED, "version": now.name})


def _note(settings: Settings, entry: Entry) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": at, **entry}, ensure_ascii=False)
    with settings.versions_journal.open("a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else f"\n{line}"
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    flush(settings.versions_dir)


def _prune(settings: Settings) -> None:
    """Keep the newest `keep_versions` before the present one; what was never shown goes too."""
    now = current(settings)
    others = [folder for folder in kept(settings) if folder != now]
    keep = set(others[max(0, len(others) - settings.keep_versions) :])
    for folder in _folders(settings):
        if folder != now and folder not in keep:
            shutil.rmtree(_hidden(folder))
    flush(settings.versions_dir)


def _hidden(folder: Path) -> Path:
    """Renamed first, so that half a version is never listed."""
    return folder.rename(folder.with_name(f".{folder.name}"))
