"""The suite files as data.

Belongs here: reading suites/*.json. Does not belong here: Great Expectations, which the pipeline's
own process must not import.
"""

import json
from pathlib import Path
from typing import Any

SUITES = Path(__file__).parent / "suites"


def load_suite(name: str) -> dict[str, Any]:
    """The suite file as data. Raises FileNotFoundError for a name without a file."""
    suite: dict[str, Any] = json.loads((SUITES / f"{name}.json").read_text(encoding="utf-8"))
    return suite
