"""What the operating system refused, with a remedy: a full disk, a folder that may not be written.

Belongs here: recognising such an error in its own words, whichever library passed it on, and what
a person does about it. Does not belong here: catching errors (`refresh`) or showing them (`cli`).
"""

import errno
import os

from dagster_pipelines.settings import Settings

FULL = "Free some room on the disk that holds {home} (finsam doctor says how much is wanted)"
FORBIDDEN = (
    "Give the account that runs finsam the right to write in {home} (finsam doctor names it)"
)
READ_ONLY = "Mount the disk that holds {home} for writing, or name another folder with --home"
REMEDIES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EROFS: READ_ONLY,
}


def explained(message: str, settings: Settings) -> str:
    """The message, and after it the remedy where it tells of a disk or a folder."""
    for number, remedy in REMEDIES.items():
        if os.strerror(number) in message:
            what = remedy.format(home=settings.home)
            return f"{message.rstrip('. ')}. {what}; then run finsam refresh again."
    return message
