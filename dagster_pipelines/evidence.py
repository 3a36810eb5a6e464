"""The files behind the figures, kept by their content.

Belongs here: keeping a copy of each loaded fact file, and finding it again. Does not belong here:
the documents' originals (`documents.readings` keeps them), or walking to a figure (`trace`).
"""

import hashlib
import shutil
from pathlib import Path

from dagster_pipelines.files import replace_file
from dagster_pipelines.settings import Settings


def keep(path: Path, sha256: str, settings: Settings) -> bool:
    """Keep a copy of the file `path` whose content is `sha256`; False when it no longer is.

    Raises:
        OSError: the file cannot be read, or the copy cannot be written.
    """
    if kept(sha256, settings):
        return True
    target = _folder(sha256, settings) / f"{sha256}{path.suffix.lower()}"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.ny")
    shutil.copyfile(path, beside)
    with beside.open("rb") as copy:
        whole = hashlib.file_digest(copy, "sha256").hexdigest() == sha256
    if whole:
        replace_file(beside, target)
    else:
        beside.unlink()
    return whole


def kept(sha256: str, settings: Settings) -> Path | None:
    """The kept copy of that content, if there is one."""
    return next(_folder(sha256, settings).glob(f"{sha256}*"), None)


def _folder(sha256: str, settings: Settings) -> Path:
    return settings.evidence_dir / sha256[:2]
