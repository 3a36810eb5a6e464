"""Files to the raw layer.

Belongs here: the raw tables as assets, and the call of the loader with its outcome as
metadata. Does not belong here: reading or validating files (`facts`).
"""

from collections.abc import Iterator

import dagster as dg
import duckdb

from dagster_pipelines.asset_checks.guards import begin_incoming
from dagster_pipelines.assets.documents import DOCUMENTS
from dagster_pipelines.database import open_build
from dagster_pipelines.facts.loader import UPPSKJUTEN, load_into
from dagster_pipelines.resources import Build
from expectations.worker import GuardWorker

RAW_TABLES = {
    "inlasning": "One row per file and refresh in which the file was new or changed.",
    "leverans": "One row per delivery: the accepted facts of one report in one file.",
    "fakta": "One row per accepted fact of one delivery; earlier versions stay.",
    "avvisade_fakta": "One row per rejected fact row, with reason and remedy.",
    "rapporter": "One row per report: its newest metadata.",
}


@dg.multi_asset(
    name="ladda",
    specs=[
        dg.AssetSpec(
            ["raw", table],
            deps=[DOCUMENTS],
            group_name="raw",
            kinds={"polars", "duckdb"},
            description=description,
        )
        for table, description in RAW_TABLES.items()
    ],
)
def raw_tables(
    context: dg.AssetExecutionContext,
    build: dg.ResourceParam[Build],
    guard: dg.ResourceParam[GuardWorker],
) -> Iterator[dg.MaterializeResult[None]]:
    """Read what is new in data/ and landing/; one transaction per file, so a retry is safe."""
    build.options.progress("loading files", "")
    try:
        outcomes = load_into(build.settings.build_db, build.settings)
        with open_build(build.settings) as con:
            counts = {
                table: con.execute(f"select count(*) from raw.{table}").fetchall()[0][0]
                for table in RAW_TABLES
            }
            begin_incoming(con, build, guard)
    except duckdb.IOException as error:  # held by another process, or the disk is full
        context.log.warning("the build database cannot be used now: %s", error)
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=2) from error
    postponed = {one.fil: one.meddelande for one in outcomes if one.utfall == UPPSKJUTEN}
    if postponed:
        build.postpone(postponed)
    files: dict[str, dg.MetadataValue] = {
        "filer": dg.MetadataValue.md(
            "\n".join(f"- {outcome.fil}: {outcome.utfall}" for outcome in outcomes) or "inget nytt"
        )
    }
    for table, rows in counts.items():
        yield dg.MaterializeResult(
            asset_key=["raw", table],
            metadata={"dagster/row_count": rows, **(files if table == "inlasning" else {})},
        )
