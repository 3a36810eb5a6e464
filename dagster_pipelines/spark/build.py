"""dbt's models on Spark, and their tables taken into the build database.

Belongs here: the order of the parts, and what of dbt differs on this engine. Does not belong here:
the session's settings (profiles.yml) or SQL (macros/engine.sql, macros/spark.sql).

Spark builds everything every time: plain Parquet has no delete, so there is nothing incremental.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb

from dagster_pipelines.carry import forget_base
from dagster_pipelines.dbt import BROKEN, Dbt
from dagster_pipelines.outcome import USER_MISTAKE, RefreshError
from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.raw import lay_out
from dagster_pipelines.spark.take_in import take_in

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt_common.events.base_types import EventMsg

OnEvent = Callable[["EventMsg"], None]
NO_TESTS = ("--exclude-resource-types", "test", "unit_test")
LAID_OUT = (
    ("build", "--select", "resource_type:seed", "staging", *NO_TESTS),
    ("run", "--select", "intermediate", "marts", "--empty", "--full-refresh"),
)
"""What dbt does on DuckDB: seeds and views as ever, every other table with columns but no rows."""


class SparkDbt(Dbt):
    """The dbt project with its models on Spark; for the rest the same as `Dbt`."""

    target: ClassVar[str] = "spark"

    def build(
        self,
        *,
        full: bool = False,  # noqa: ARG002 (it always is)
        selection: Sequence[str] = (),
        on_event: OnEvent = lambda _: None,
    ) -> "list[NodeResult]":
        """Build every model on Spark, take the tables in, and test what was taken in.

        Raises:
            RefreshError: a part was asked for, something is not installed, dbt stopped before any
                model ran, or what Spark built breaks a constraint.
        """
        if selection:
            raise RefreshError(
                "Spark builds the whole project: its catalog lives no longer than one build. "
                "Materialize every asset, or build a part with FINSAM_ENGINE=duckdb.",
                USER_MISTAKE,
            )
        self._built.unlink(missing_ok=True)  # the next build on DuckDB is a full one
        self._pending.unlink(missing_ok=True)
        forget_base(self.settings)
        results = self.build_tables(*NO_TESTS, on_event=on_event)
        if any(str(result.status) in BROKEN for result in results):
            return results
        duck = Dbt(self.settings, self.project_dir)
        duck.invoke(LAID_OUT)
        try:
            take_in(self.settings)
        except duckdb.Error as broken:
            raise RefreshError(f"What Spark built cannot be taken in: {broken}") from broken
        return results + duck.invoke([("test",)], on_event=on_event)

    def build_tables(self, *options: str, on_event: OnEvent = lambda _: None) -> "list[NodeResult]":
        """Build on Spark alone, and test there too unless the `options` say NO_TESTS.

        Raises:
            RefreshError: something is not installed, or dbt stopped before any model ran.
        """
        lay_out(self.settings)
        command = ("build", "--full-refresh", *options)
        return self.invoke([command], self.parsed, on_event)

    @property
    def target_dir(self) -> Path:
        """Apart from that of DuckDB, whose compiled SQL is another."""
        return self.settings.spark_dir / "target"

    @contextmanager
    def _released(self) -> Iterator[None]:
        """The session stays until the process ends: the catalog of what was built lives in it."""
        require_spark(self.settings)
        with super()._released():
            yield

    def _rows(self, result: Mapping[str, Any]) -> int | None:  # noqa: ARG002
        """Not counted: Spark would read the table for it."""
        return None


def require_spark(settings: Settings) -> None:
    """Raises RefreshError, with the remedy, unless Spark and a Java for it are installed."""
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise RefreshError(
            f"FINSAM_ENGINE={settings.engine} needs packages that are not installed. "
            "Run: uv sync --inexact --group spark",
            USER_MISTAKE,
        )
    if java() is None:
        raise RefreshError(
            "Spark needs Java 17 or later, and none was found. Install one "
            "(apt-get install openjdk-17-jre-headless) or set JAVA_HOME.",
            USER_MISTAKE,
        )


def java() -> str | None:
    """The Java that Spark would start, by JAVA_HOME or else by PATH."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
