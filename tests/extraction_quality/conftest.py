"""Makes `benchmarks` importable: the generator and the scorer live beside the product."""

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real texts and hand-checked facts beside the checkout; skips without it."""
    folder = PROJECT.parent / "shared"
    if not (folder / "reports").is_dir() or not (folder / "facts").is_dir():
        pytest.skip("real report texts are not kept in the repository: no ../shared/reports")
    return folder
