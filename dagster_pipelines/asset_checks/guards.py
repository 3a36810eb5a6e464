"""Great Expectations between the steps: incoming facts, and finished marts before publishing.

Belongs here: calling the guard worker and turning its verdict into an asset check. Does not
belong here: expectations, or importing them (`expectations` does, in a process of its own).
"""

import logging
from collections.abc import Sequence
from typing import Any

import dagster as dg
import duckdb

from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.log import logger
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.outcome import Break, in_short
from dagster_pipelines.resources import BREAKS, Build
from expectations.frames import incoming_frames, marts_frames
from expectations.result import GuardResult
from expectations.worker import GuardWorker

ABOUT = {"expectation", "sentence", "severity", "frame", "antal"}
"""What a failure says of its expectation; the rest of it is the offending row."""
INCOMING, MARTS = "vakt_inkommande", "vakt_marts"
INCOMING_SUITE, MARTS_SUITE = "inkommande_fakta", "marts"
TOUCH_EVERYTHING = "update intermediate.int_leverans set andrad = true"
"""To other expectations, what no build has touched is as new as the rest."""


def build_guard_of_incoming(marts: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """The guard of the incoming facts. It waits for every mart and stands before publishing.

    The facts are handed to it when they are loaded (`begin_incoming`) and judged while dbt builds;
    nobody reads the build database, so nothing is lost by not waiting.
    """

    @dg.asset_check(
        name=INCOMING,
        asset=dg.AssetKey(["raw", "fakta"]),
        additional_deps=list(marts),
        description="Great Expectations on the accepted facts: sets, types, uniqueness, sanity. "
        "Publishing requires it green.",
    )
    def incoming(
        build: dg.ResourceParam[Build],
        guard: dg.ResourceParam[GuardWorker],
    ) -> dg.AssetCheckResult:
        if not guard.has_begun(INCOMING_SUITE):  # a run without the loading step
            with open_build(build.settings) as con:
                begin_incoming(con, build, guard)
        return _check_result(guard.verdict(INCOMING_SUITE), INCOMING)

    return incoming


def guard_of_marts(published: dg.AssetKey) -> dg.AssetCheckSpec:
    """The guard of the marts, evaluated by the step that publishes (see `begin_marts`)."""
    return dg.AssetCheckSpec(
        MARTS,
        asset=published,
        blocking=True,
        description="Great Expectations on the marts: totals, orphan keys, conservation of rows. "
        "Publishing requires it green.",
    )


def begin_marts(build: Build, guard: GuardWorker) -> None:
    """Hand the guard the finished marts; it judges them while the next version is written.

    Its Data Docs follow: a red verdict is what someone opens the pages for.
    """
    with open_build(build.settings) as con:
        if not _same_code(build):
            con.execute(TOUCH_EVERYTHING)
        guard.begin(MARTS_SUITE, marts_frames(con))
    guard.begin_data_docs(build.settings.build_dir / "data_docs")


def marts_verdict(guard: GuardWorker) -> dg.AssetCheckResult:
    """What the guard says of the marts that it was handed; waits for it, and for its pages."""
    verdict = _check_result(guard.verdict(MARTS_SUITE), MARTS)
    guard.data_docs()
    return verdict


def begin_incoming(con: duckdb.DuckDBPyConnection, build: Build, guard: GuardWorker) -> None:
    """Hand the guard the facts that no earlier run of the same code has guarded."""
    guard.begin(INCOMING_SUITE, incoming_frames(con, _checked_before(con, build)))


def incoming_breaks(guard: GuardWorker) -> list[Break]:
    """What the guard has against the incoming facts that it was handed."""
    return _breaks(guard.verdict(INCOMING_SUITE)) if guard.has_begun(INCOMING_SUITE) else []


def _check_result(verdict: GuardResult, name: str) -> dg.AssetCheckResult:
    """The guard's verdict as metadata: how much was evaluated, and the breaks with their rows."""
    breaks = _breaks(verdict)
    logger.log(
        logging.INFO if verdict.success else logging.ERROR,
        "guard",
        extra={
            "suite": verdict.suite, "passed": verdict.success, "evaluated": verdict.evaluated,
            "breaks": in_short(breaks),
        },
    )  # fmt: skip
    return dg.AssetCheckResult(
        check_name=name,
        passed=verdict.success,
        metadata={
            "utvärderade": verdict.evaluated,
            "utfall": dg.MetadataValue.json(verdict.outcomes),
            **({BREAKS: dg.MetadataValue.json([b.as_dict() for b in breaks])} if breaks else {}),
        },
    )


def _breaks(verdict: GuardResult) -> list[Break]:
    """One break per failed expectation, with its offending rows, and one per exception."""
    by_expectation: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for failure in verdict.failures:
        row = {name: value for name, value in failure.items() if name not in ABOUT}
        about = (failure["expectation"], f"{failure['sentence']} ({failure['antal']})")
        by_expectation.setdefault(about, []).append(row)
    found = [
        Break(f"{verdict.suite}: {name}", sentence, rows)
        for (name, sentence), rows in by_expectation.items()
    ]
    found += [Break(verdict.suite, message) for message in verdict.exceptions]
    if not found and not verdict.success:
        found = [Break(verdict.suite, "the guard was red without saying why")]
    return found


def _same_code(build: Build) -> bool:
    """Whether what is published was guarded by this very code."""
    published = read_manifest(build.settings)
    return published is not None and published["inputs"]["code"] == build.inputs["code"]


def _checked_before(con: duckdb.DuckDBPyConnection, build: Build) -> list[str]:
    """The deliveries that an earlier run of the same code has guarded and published."""
    if build.options.full or not _same_code(build):
        return []
    deliveries = "select leverans_id, innehall_sha256 from raw.leverans"
    with open_published(build.settings.published_db) as earlier:
        known = earlier.sql(deliveries).to_arrow_table()
    con.register("publicerade", known)
    rows = con.execute(f"{deliveries} intersect from publicerade").fetchall()
    con.unregister("publicerade")
    return [leverans_id for leverans_id, _ in rows]
