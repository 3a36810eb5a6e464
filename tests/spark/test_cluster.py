"""A real cluster of one master and two workers starts, takes a job and is gone afterwards."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("pyspark", reason="the optional group spark is not installed")

from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.build import java
from dagster_pipelines.spark.cluster import standalone_cluster

pytestmark = pytest.mark.skipif(java() is None, reason="Spark needs Java 17, and none was found")
JOB = """
import sys
from pyspark.sql import SparkSession
session = (
    SparkSession.builder.master(sys.argv[1]).config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1").config("spark.executor.memory", "512m")
    .config("spark.cores.max", "2").getOrCreate()
)
print("sum", session.range(0, 1000, 1, 4).selectExpr("sum(id)").collect()[0][0])
executors = session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
print("executors", len(executors) - 1)
"""


def test_a_cluster_takes_a_job_and_ends(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(home=tmp_path_factory.mktemp("cluster"), spark_memory_mb=1024)
    with standalone_cluster(settings) as url:
        assert url.startswith("spark://127.0.0.1:")
        ran = subprocess.run(
            [sys.executable, "-c", JOB, url],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        )
        assert "sum 499500" in ran.stdout, ran.stderr[-2000:]
        assert "executors 2" in ran.stdout
    port = url.rsplit(":", 1)[1]
    listening = subprocess.run(["ss", "-ltn"], capture_output=True, text=True, check=False).stdout
    assert f":{port} " not in listening
