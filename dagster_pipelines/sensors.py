"""Sensors: what starts by something happening.

Belongs here: watching landing/, and watching for failure. Does not belong here: what is run
(`jobs`).
"""

import json

import dagster as dg

from dagster_pipelines.alert import alert
from dagster_pipelines.inputs import landing_snapshot
from dagster_pipelines.jobs import refresh
from dagster_pipelines.log import to_file
from dagster_pipelines.outcome import Break
from dagster_pipelines.settings import Settings


@dg.sensor(job=refresh, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def landing(
    context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.RunRequest | dg.SkipReason:
    """A refresh when files in landing/ have changed and then stood still for one interval.

    The cursor holds two digests of names, sizes and times: what was seen last, and what the
    last requested refresh was for. A file still being copied differs from tick to tick.
    """
    cursor = json.loads(context.cursor or '{"seen": "", "refreshed": ""}')
    now = landing_snapshot(settings)
    if now == cursor["refreshed"]:
        return dg.SkipReason("Nothing new in landing/.")
    if now != cursor["seen"]:
        context.update_cursor(json.dumps({**cursor, "seen": now}))
        return dg.SkipReason("landing/ is changing; waiting until it stands still.")
    context.update_cursor(json.dumps({"seen": now, "refreshed": now}))
    return dg.RunRequest()


@dg.run_failure_sensor(monitored_jobs=[refresh], default_status=dg.DefaultSensorStatus.RUNNING)
def failed(context: dg.RunFailureSensorContext, settings: dg.ResourceParam[Settings]) -> None:
    """Tells whoever `FINSAM_ALERT_URL` names that a run started by Dagster failed."""
    with to_file(settings):
        steps = [
            Break(event.step_key or "refresh", event.message or "")
            for event in context.get_step_failure_events()
        ]
        alert(settings, f"Run {context.dagster_run.run_id} failed; nothing was published.", steps)
