"""Homes to try things in, made from the shared warehouse.

Belongs here: what several folders of tests make a home by. Does not belong here: the shared
warehouse itself and the copy of all of it (`conftest`).
"""

import shutil
from pathlib import Path

from dagster_pipelines.settings import Settings


def built(refreshed_home: Settings, home: Path) -> Settings:
    """A home in which everything is built and nothing published."""
    settings = Settings(home=home, data_dir=refreshed_home.data_dir)
    settings.build_dir.mkdir()
    shutil.copyfile(refreshed_home.build_db, settings.build_db)
    return settings
