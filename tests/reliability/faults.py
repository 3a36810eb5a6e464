"""How the faults of these tests are made, with whatever rights there are.

Belongs here: a disk that is full, folders that may not be written or read, and processes that obey
them although root starts them. Does not belong here: what is to be seen after a fault.
"""

import ctypes
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DROP = 24  # PR_CAPBSET_DROP
OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def on_a_small_disk(folder: Path, size: str) -> list[str]:
    """The prefix that runs a program with a tmpfs on `folder`; empty where none may be mounted."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    mount = f"mount -t tmpfs -o size={size} tmpfs {folder} && exec "
    tried = subprocess.run(
        [unshare, "-rm", "sh", "-c", f"{mount} true"], check=False, capture_output=True
    )
    return [unshare, "-rm", "sh", "-c", f'{mount} "$@"', "sh"] if not tried.returncode else []


def obey_permissions() -> None:
    """For `preexec_fn`: what is started may not do what only root may do with files."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for capability in OVERRIDES:
            if prctl(DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "a right of root cannot be given up")


@contextmanager
def permitted(folder: Path, mode: int) -> Iterator[None]:
    """Every folder below `folder` with these permissions, every file with them less execution."""
    every = [folder, *folder.rglob("*")]
    before = {path: stat.S_IMODE(path.lstat().st_mode) for path in every if not path.is_symlink()}
    for path in reversed(before):
        path.chmod(mode if path.is_dir() else mode & 0o666)
    try:
        yield
    finally:
        for path, earlier in before.items():
            path.chmod(earlier)
