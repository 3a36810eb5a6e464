"""The one door to Great Expectations: imported here first, at the lowest cost.

Belongs here: how the library is imported and its context made. Does not belong here: our
expectations (custom.py) and running them (runner.py). Nothing outside the guard's process
imports this module: it takes seconds.

Three of the library's own imports serve expectations that we do not use and are more than half
of its cost: scipy.stats and altair (distribution tests and their charts) are loaded when first
touched, and SQLAlchemy, an optional extra of the library, is left out while it is imported.
"""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"


def _load_when_touched(name: str) -> None:
    """Let `import name` give an empty module that turns to the real one at the first attribute.

    Unlike importlib.LazyLoader, a plain `import name as alias` does not count as touching it.
    """
    if name in sys.modules:
        return
    stand_in = ModuleType(name)

    def touched(attribute: str) -> Any:
        if attribute.startswith("__") and attribute != "__path__":
            raise AttributeError(attribute)  # somebody looks through sys.modules
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    stand_in.__dict__["__getattr__"] = touched
    sys.modules[name] = stand_in
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(importlib.import_module(parent), child, stand_in)


@contextmanager
def _left_out(name: str) -> Iterator[None]:
    """Make `import name` fail for a while, as when it is not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


_load_when_touched("altair")
_load_when_touched("scipy.stats")
with _left_out("sqlalchemy"):
    import great_expectations
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.data_context.types.base import ProgressBarsConfig


def ephemeral_context() -> EphemeralDataContext:
    """A context that lives in memory, draws no progress bars and reports to nobody."""
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
