"""A publication of the shipped reports with texts in it that no report would print."""

import shutil
from collections.abc import Iterator

import pytest

from dagster_pipelines.database import open_build
from dagster_pipelines.publish import publish
from dagster_pipelines.settings import Settings
from tests.homes import built

from .texts import HARMLESS, HOSTILE


@pytest.fixture(scope="session")
def hostile_home(
    refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    settings = built(refreshed_home, tmp_path_factory.mktemp("fientlig"))
    with open_build(settings) as con:
        for number, text in enumerate((*HOSTILE, *HARMLESS)):
            con.execute(
                "insert into marts.rpt_insats by name select * replace ("
                "? as insatsrad_key, ? as insats, -1234.5 as belopp_sek) "
                "from marts.rpt_insats order by all limit 1",
                [f"fientlig-{number}", text],
            )
    publish(settings, run_id="fientlig", inputs={}, seconds={})
    yield settings
    shutil.rmtree(settings.home)
