"""The Parquet files that Spark wrote, as they are: `partitionerad/<mart>/[forbund_id=…/]*.parquet`.

Belongs here: putting them into the publication. Does not belong here: which mart is partitioned by
what (`meta.delas_per` of the models). Built on DuckDB, a publication has none of them.
"""

from collections.abc import Iterable
from pathlib import Path

from dagster_pipelines.exports.marts import Mart
from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.tables import folder_of
from dagster_pipelines.versions import hard_link

FOLDER = "partitionerad"


def write_partitioned(marts: Iterable[Mart], staged: Path, settings: Settings) -> None:
    """Link every file of every mart into the staged publication; nothing is written again.

    Raises:
        FileNotFoundError: Spark left no file of a mart.
    """
    for mart in marts:
        built = folder_of(settings, "marts", mart.name)
        files = sorted(built.rglob("*.parquet"))
        if not files:
            raise FileNotFoundError(f"Spark left no Parquet of {mart.name} in {built}")
        for file in files:
            target = staged / FOLDER / mart.name / file.relative_to(built)
            target.parent.mkdir(parents=True, exist_ok=True)
            hard_link(file, target)
