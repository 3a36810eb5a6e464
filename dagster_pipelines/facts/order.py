"""Which of several files counts as the later, when they are read in one load.

Belongs here: the order of files by name, and that in which a publication knew them. Does not
belong here: which files there are (`reader`), or what a later delivery does to an earlier
(`loader`).
"""

import re
import unicodedata
from pathlib import Path

Natural = list[str | int]


def by_name(relative: Path) -> tuple[list[Natural], Natural, str]:
    """Folder by folder, then by the name without its suffix, numbers as numbers.

    `vm`, `vm (1)`, `vm (2)`, `vm (10)`, `vm-rattad`: the copies that a browser numbers and the
    corrections that a person names by what they correct come after it. With the suffix in it, a
    blank or a hyphen would come before the dot.
    """
    folders = [_natural(part) for part in relative.parent.parts]
    return folders, _natural(relative.stem), relative.as_posix()


def _natural(text: str) -> Natural:
    """Text and numbers by turns: the same for capitals, and for both ways to store an å."""
    parts = re.split(r"(\d+)", unicodedata.normalize("NFC", text).casefold())
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]
