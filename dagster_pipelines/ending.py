"""Ending a process at once, when all that it had to do is done.

Belongs here: that alone. What a process holds open it closes before.
"""

import os
import sys
from typing import NoReturn


def end(code: int) -> NoReturn:
    """End with this exit code; what was imported is not taken apart first.

    After a refresh that would take a second, and DuckDB would tell of what its bindings leave.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more
        code = code or 1
    os._exit(code)
