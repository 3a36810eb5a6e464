"""The published warehouse as an asset.

Belongs here: asking whether this run's guards were green, then calling `publish`. Does not
belong here: copying and replacing files (`dagster_pipelines.publish`).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import dagster as dg

from dagster_pipelines import publish as publishing
from dagster_pipelines.asset_checks.guards import INCOMING, MARTS
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.manifest import rolled_back
from dagster_pipelines.outcome import Break
from dagster_pipelines.resources import Build, failure
from dagster_pipelines.success import note_success

PUBLISHED = dg.AssetKey(["warehouse", "finsam"])


def build_publish(
    upstream: Sequence[dg.AssetKey], max_age_hours: float = 48
) -> dg.AssetsDefinition:
    """The asset that readers open; downstream of `upstream`, every raw table and mart.

    Dagster calls it stale when no run has published or confirmed it for `max_age_hours`.
    """

    @dg.asset(
        key=PUBLISHED,
        deps=list(upstream),
        group_name="publicering",
        kinds={"duckdb", "parquet"},
        description="warehouse/finsam.duckdb, Parquet per mart and manifest.json, replaced as one "
        "when both guards of the same run are green.",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=max_age_hours)),
    )
    def finsam(
        context: dg.AssetExecutionContext,
        build: dg.ResourceParam[Build],
        dbt: dg.ResourceParam[Dbt],
    ) -> dg.MaterializeResult[None]:
        build.options.progress("publishing", "")
        _require_green(context, (INCOMING, MARTS))
        _refuse_rolled_back(build)
        try:
            manifest = publishing.publish(
                build.settings,
                run_id=context.run.run_id,
                inputs=build.inputs,
                seconds=_seconds_per_step(context),
                accept_loss=build.options.accept_loss,
            )
        except publishing.LossError as loss:
            raise failure("facts published before would disappear", loss.breaks) from loss
        except OSError as error:
            context.log.warning("could not write the published files: %s", error)
            raise dg.RetryRequested(max_retries=1, seconds_to_wait=2) from error
        dbt.note_published()
        note_success(build.settings, manifest["run_id"])
        return dg.MaterializeResult(
            metadata={
                "version": manifest["version"],
                "dagster/row_count": sum(manifest["tables"].values()),
                "fil": dg.MetadataValue.path(str(build.settings.published_db)),
                "tabeller": dg.MetadataValue.json(manifest["tables"]),
                "kontroller": dg.MetadataValue.json(manifest["checks"]),
                "karantän": len(manifest["quarantine"]),
            }
        )

    return finsam


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


def _require_green(context: dg.AssetExecutionContext, guards: Iterable[str]) -> None:
    """Refuse unless each guard was evaluated, and passed, in this very run."""
    evaluations = context.instance.all_logs(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    verdicts = {
        evaluation.check_name: evaluation.passed
        for entry in evaluations
        if entry.dagster_event
        for evaluation in [entry.dagster_event.asset_check_evaluation_data]
    }
    if missing := [name for name in guards if not verdicts.get(name)]:
        raise failure(
            "nothing is published without green guards",
            [Break(name, "the guard was not green in this run") for name in missing],
        )


def _seconds_per_step(context: dg.AssetExecutionContext) -> dict[str, float]:
    stats = context.instance.get_run_step_stats(context.run.run_id)
    return {
        step.step_key: step.end_time - step.start_time
        for step in stats
        if step.start_time and step.end_time
    }
