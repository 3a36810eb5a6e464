"""A home to drop a small report of our own into."""

import pytest

from dagster_pipelines.settings import Settings
from tests.documents.small_report import REPORT


@pytest.fixture
def home(tmp_path) -> Settings:
    settings = Settings(home=tmp_path / "home", data_dir=tmp_path / "data")
    settings.landing_dir.mkdir(parents=True)
    settings.data_dir.mkdir()
    return settings


@pytest.fixture
def report(home):
    path = home.landing_dir / "rapport.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path
