"""The published warehouse and its exports as assets, made in one step.

Belongs here: writing the next version while the guard judges the marts, releasing it only if both
guards of this run were green, and saying what each export was made of. Does not belong here:
copying, writing and replacing files (`dagster_pipelines.publish`, `dagster_pipelines.exports`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import dagster as dg

from dagster_pipelines import carry, exports
from dagster_pipelines import publish as publishing
from dagster_pipelines.asset_checks.guards import (
    INCOMING,
    MARTS,
    begin_marts,
    guard_of_marts,
    marts_verdict,
)  # fmt: skip
from dagster_pipelines.manifest import Manifest, rolled_back
from dagster_pipelines.outcome import Break
from dagster_pipelines.resources import Build, failure
from dagster_pipelines.success import note_success
from expectations.worker import GuardWorker

PUBLISHED = dg.AssetKey(["warehouse", "finsam"])
QUARANTINE = "karantan"
GROUP = "publicering"
EXPORTS = {
    "export_parquet": exports.PARQUET,
    "export_csv": exports.CSV,
    "export_excel": exports.EXCEL,
    "export_datapackage": exports.DATAPACKAGE,
    "export_dcat": exports.CATALOGUE,
}
"""The exposure of each kind of export."""


def export_specs(dbt_manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """One asset per export, downstream of the marts that its dbt exposure names.

    Raises:
        KeyError: an export has no exposure.
    """
    exposures = {e["name"]: e for e in dbt_manifest["exposures"].values()}
    return [
        dg.AssetSpec(
            _key(name),
            deps=[
                dg.AssetKey(["marts", node.rsplit(".", 1)[-1]])
                for node in exposures[name]["depends_on"]["nodes"]
            ],
            group_name=GROUP,
            kinds={kind if kind in {exports.PARQUET, exports.CSV} else "file"},
            description=exposures[name]["description"],
        )
        for name, kind in EXPORTS.items()
    ]


def build_publish(
    upstream: Sequence[dg.AssetKey],
    max_age_hours: float = 48,
    export_assets: Sequence[dg.AssetSpec] = (),
) -> dg.AssetsDefinition:
    """The assets that readers open; the database is downstream of `upstream`, raw tables and marts.

    All of them are one step, since they are one publication. Dagster calls the database stale when
    no run has published or confirmed it for `max_age_hours`.
    """
    database = dg.AssetSpec(
        PUBLISHED,
        deps=list(upstream),
        group_name=GROUP,
        kinds={"duckdb"},
        description="warehouse/finsam.duckdb and manifest.json, replaced with every export as one "
        "when both guards of the same run are green.",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=max_age_hours)),
    )

    @dg.multi_asset(
        name="warehouse__finsam",
        specs=[database, *export_assets],
        check_specs=[
            dg.AssetCheckSpec(
                QUARANTINE,
                asset=PUBLISHED,
                description="Does any delivery stand in quarantine? The others are published.",
            ),
            guard_of_marts(PUBLISHED),
        ],
    )
    def finsam(
        context: dg.AssetExecutionContext,
        build: dg.ResourceParam[Build],
        guard: dg.ResourceParam[GuardWorker],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        _require_green(context, INCOMING)
        _refuse_rolled_back(build)
        build.options.progress("guarding the marts", "beside writing the next version")
        begin_marts(build, guard)
        written = publishing.staging(
            build.settings, run_id=context.run.run_id, accept_loss=build.options.accept_loss
        )
        with _told(context), ExitStack() as held:
            try:
                staged = held.enter_context(written)
            finally:  # where it cannot be written, the guard's sentences may say why
                yield marts_verdict(guard)
            _require_green(context, MARTS)
            build.options.progress("publishing", "")
            manifest = publishing.release(
                build.settings,
                staged,
                inputs=build.inputs,
                postponed=build.postponed,
                seconds=_seconds_per_step(context),
            )
        carry.note_published(build.settings)
        note_success(build.settings, manifest["run_id"])
        yield dg.MaterializeResult(
            asset_key=PUBLISHED,
            metadata={
                "version": manifest["version"],
                "dagster/row_count": sum(manifest["tables"].values()),
                "fil": dg.MetadataValue.path(str(build.settings.published_db)),
                "tabeller": dg.MetadataValue.json(manifest["tables"]),
                "kontroller": dg.MetadataValue.json(manifest["checks"]),
                "karantän": len(manifest["quarantine"]),
                "bevarande": dg.MetadataValue.json(manifest["conservation"]),
            },
            check_results=[_quarantine_check(manifest)],
        )
        for name, kind in EXPORTS.items():
            if any(spec.key == _key(name) for spec in export_assets):
                yield _export_result(name, kind, manifest)

    return finsam


@contextmanager
def _told(context: dg.AssetExecutionContext) -> Iterator[None]:
    """What stops a publication, as Dagster is told of it; what a disk refuses is tried again."""
    try:
        yield
    except publishing.LossError as loss:
        raise failure("what was delivered or published would not be kept", loss.breaks) from loss
    except OSError as error:
        context.log.warning("could not write the published files: %s", error)
        raise dg.RetryRequested(max_retries=1, seconds_to_wait=2) from error


def _quarantine_check(manifest: Manifest) -> dg.AssetCheckResult:
    """Each unexplained blocking break with rule, lines and both numbers; and what was let go."""
    stopped = manifest["quarantine"]
    columns = ("report_id", "regel_id", "mening", "summa", "led", "differens", "enhet", "rader")
    return dg.AssetCheckResult(
        check_name=QUARANTINE,
        passed=not stopped,
        severity=dg.AssetCheckSeverity.WARN,  # it stops that delivery, not the run
        metadata={
            "stoppade": dg.MetadataValue.table(
                [dg.TableRecord({name: row[name] or "" for name in columns}) for row in stopped],
                dg.TableSchema([dg.TableColumn(name) for name in columns]),
            ),
            "händelser": dg.MetadataValue.json(manifest["quarantine_log"]),
        },
    )


def _key(exposure: str) -> dg.AssetKey:
    return dg.AssetKey([*PUBLISHED.path[:-1], exposure])


def _export_result(name: str, kind: str, manifest: Manifest) -> dg.MaterializeResult[None]:
    files = [export for export in manifest["exports"] if export["kind"] == kind]
    return dg.MaterializeResult(
        asset_key=_key(name),
        metadata={
            "version": manifest["version"],
            "dagster/row_count": sum(export["rows"] or 0 for export in files),
            "byte": sum(export["bytes"] for export in files),
            "filer": dg.MetadataValue.json(files),
        },
    )


def _refuse_rolled_back(build: Build) -> None:
    """A run from the web UI must not bring back unasked what somebody rolled back from."""
    if not build.options.full and rolled_back(build.settings, build.inputs):
        raise failure(
            "what these inputs give was rolled back from",
            [
                Break(
                    "återställd",
                    "The same files, code and settings were published and rolled back from. "
                    "Change them, or run finsam refresh --full to publish them again.",
                )
            ],
        )


def _require_green(context: dg.AssetExecutionContext, guard: str) -> None:
    """Refuse unless the guard was evaluated, and passed, in this very run."""
    evaluations = context.instance.all_logs(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    verdicts = {
        evaluation.check_name: evaluation.passed
        for entry in evaluations
        if entry.dagster_event
        for evaluation in [entry.dagster_event.asset_check_evaluation_data]
    }
    if not verdicts.get(guard):
        # a guard that was evaluated has told its own breaks
        silent = [] if guard in verdicts else [guard]
        raise failure(
            "nothing is published without green guards",
            [Break(name, "the guard was not evaluated in this run") for name in silent],
        )


def _seconds_per_step(context: dg.AssetExecutionContext) -> dict[str, float]:
    stats = context.instance.get_run_step_stats(context.run.run_id)
    return {
        step.step_key: step.end_time - step.start_time
        for step in stats
        if step.start_time and step.end_time
    }
