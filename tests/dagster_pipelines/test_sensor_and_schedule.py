"""What starts by itself: the landing sensor and the daily schedule."""

import json
from pathlib import Path

import dagster as dg
import pytest

from dagster_pipelines import schedules, sensors
from dagster_pipelines.assets.publish import PUBLISHED
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.manifest import PARTS
from dagster_pipelines.settings import Settings
from dagster_pipelines.success import last_success


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", data_dir=tmp_path / "data")
    settings.landing_dir.mkdir(parents=True)
    settings.data_dir.mkdir()
    return settings


class Sensor:
    """The landing sensor with the cursor that the daemon would keep between its ticks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cursor: str | None = None

    def tick(self) -> bool:
        """Whether this tick asks for a refresh."""
        context = dg.build_sensor_context(cursor=self.cursor, resources={"settings": self.settings})
        answer = sensors.landing(context)
        self.cursor = context.cursor
        return isinstance(answer, dg.RunRequest)


def test_an_empty_landing_starts_nothing(settings: Settings) -> None:
    sensor = Sensor(settings)
    assert [sensor.tick() for _ in range(3)] == [False, False, False]


def test_a_new_file_starts_one_refresh_once_it_stands_still(settings: Settings) -> None:
    sensor = Sensor(settings)
    file = settings.landing_dir / "ny.csv"
    file.write_text("halva")
    assert sensor.tick() is False
    file.write_text("halva och hela")
    assert sensor.tick() is False
    assert sensor.tick() is True
    assert [sensor.tick() for _ in range(3)] == [False, False, False]


def test_a_replaced_or_removed_file_starts_another(settings: Settings) -> None:
    sensor = Sensor(settings)
    file = settings.landing_dir / "ny.csv"
    file.write_text("ett")
    assert [sensor.tick() for _ in range(3)] == [False, True, False]
    file.write_text("annat innehåll")
    assert [sensor.tick() for _ in range(3)] == [False, True, False]
    file.unlink()
    assert [sensor.tick() for _ in range(3)] == [False, True, False]


def test_the_schedule_is_five_in_the_morning_in_stockholm() -> None:
    assert schedules.daily.cron_schedule == "0 5 * * *"
    assert schedules.daily.execution_timezone == "Europe/Stockholm"


def test_the_schedule_skips_when_nothing_has_changed(settings: Settings) -> None:
    """And tells so: the warehouse is as fresh as a refresh would have made it."""
    with dg.DagsterInstance.local_temp(str(settings.home)) as instance:

        def asks() -> bool:
            context = dg.build_schedule_context(instance=instance, resources={"settings": settings})
            return isinstance(schedules.daily(context), dg.RunRequest)

        assert asks() is True
        assert last_success(settings) is None
        settings.warehouse_dir.mkdir()
        settings.published_db.touch()
        manifest = {**dict.fromkeys(PARTS), "inputs": fingerprint(settings), "run_id": "x"}
        settings.published_manifest.write_text(json.dumps(manifest))
        assert instance.get_latest_materialization_event(PUBLISHED) is None
        assert asks() is False
        assert last_success(settings) is not None
        assert instance.get_latest_materialization_event(PUBLISHED) is not None
        (settings.landing_dir / "ny.csv").write_text("x")
        assert asks() is True
