"""A home for Spark beside the shared warehouse: the same raw layer, built by the other engine."""

import shutil

import pytest

from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.parity import SMALL


@pytest.fixture(scope="module")
def spark_home(refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the shared home whose settings name Spark; nothing is built in it yet."""
    home = tmp_path_factory.mktemp("spark") / "home"
    shutil.copytree(refreshed_home.home, home, symlinks=True)
    return Settings(
        home=home,
        data_dir=refreshed_home.data_dir,
        engine="spark",
        spark_partitions=1,
        spark_java_options=SMALL,
    )
