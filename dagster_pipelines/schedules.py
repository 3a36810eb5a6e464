"""Schedules: what starts by the clock.

Belongs here: times. Does not belong here: what is run (`jobs`).
"""

import dagster as dg

from dagster_pipelines.assets.publish import PUBLISHED
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.jobs import refresh
from dagster_pipelines.manifest import rolled_back, up_to_date
from dagster_pipelines.settings import Settings
from dagster_pipelines.success import note_success


@dg.schedule(
    job=refresh,
    cron_schedule="0 5 * * *",
    execution_timezone="Europe/Stockholm",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily(
    context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.RunRequest | dg.SkipReason:
    """Every morning at five, unless what is published already answers to today's inputs.

    That it does is a success like any other: it is noted, and Dagster is told that the
    published asset is as fresh as it can be.
    """
    inputs = fingerprint(settings)
    if published := up_to_date(settings, inputs):
        note_success(settings, published["run_id"])
        context.instance.report_runless_asset_event(
            dg.AssetMaterialization(PUBLISHED, metadata={"oförändrad": True})
        )
        return dg.SkipReason("Nothing has changed since the last publication.")
    if rolled_back(settings, inputs):
        return dg.SkipReason("What these inputs give was rolled back from.")
    return dg.RunRequest()
