"""Writing files so that a reader, or a crash, never meets half of one.

Belongs here: write beside, flush to disk, rename over. Does not belong here: what is written.
"""

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.ny")
    beside.write_text(text, encoding="utf-8")
    replace_file(beside, path)


def replace_file(new: Path, path: Path) -> None:
    """Put the finished file `new` in the place of `path`; on disk when this returns.

    Both must be on the same file system. Readers who have the old file open keep it.
    """
    flush(new)
    os.replace(new, path)  # noqa: PTH105 (the name of the promise)
    flush(path.parent)


def readable(name: str) -> str:
    """A file's name as text: it may hold bytes that are not UTF-8; databases and JSON may not."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def flush(path: Path) -> None:
    """Force a file's content, or a folder's names, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
