"""Documents in landing/ to fact files that the loader takes.

Belongs here: the documents as an asset, with what became of each. Does not belong here: the
cache, the decisions and the delivery (`documents`), or the reading (`extraction`).
"""

import dagster as dg

from dagster_pipelines.database import open_build
from dagster_pipelines.documents import delivery, readings
from dagster_pipelines.documents.decisions import APPLIED, DecisionFileError
from dagster_pipelines.outcome import Break
from dagster_pipelines.resources import Build, failure

DOCUMENTS = dg.AssetKey(["raw", "dokument"])


@dg.asset(
    key=DOCUMENTS,
    group_name="dokument",
    kinds={"python", "duckdb"},
    description="One row per report document in landing/: what became of it, the reading that "
    "stands, and how many of its figures are doubtful.",
)
def dokument(
    context: dg.AssetExecutionContext, build: dg.ResourceParam[Build]
) -> dg.MaterializeResult[None]:
    """Read what has not been read by this version of the extractor; deliver what stands."""
    settings, progress = build.settings, build.options.progress
    progress("reading documents", "")
    found = readings.find(settings)
    read = readings.read_new(
        found,
        settings,
        lambda done, total, fil: progress("reading documents", f"{done}/{total} {fil}"),
    )
    try:
        outcome = delivery.deliver(settings, found)
    except DecisionFileError as problem:
        raise failure(
            "the decisions cannot be read", [Break("granskning.csv", str(problem))]
        ) from problem
    with open_build(settings) as con:
        delivery.record(con, outcome)
    for row in outcome.documents:
        context.log.info("%s: %s, %s", row["fil"], row["utfall"], row["meddelande"])
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(outcome.documents),
            "lästa nu": read,
            "osäkra uppgifter": sum(row["antal_osakra"] for row in outcome.documents),
            "väntande läsningar": sum(
                row["vantande_utlasning"] is not None for row in outcome.documents
            ),
            "beslut utan motsvarighet": sum(row["utfall"] != APPLIED for row in outcome.decisions),
        }
    )
