"""Schedules: what starts by the clock.

Belongs here: times. Does not belong here: what is run (`jobs`).
"""

import dagster as dg

from dagster_pipelines.jobs import refresh
from dagster_pipelines.manifest import up_to_date
from dagster_pipelines.settings import Settings


@dg.schedule(
    job=refresh,
    cron_schedule="0 5 * * *",
    execution_timezone="Europe/Stockholm",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily(settings: dg.ResourceParam[Settings]) -> dg.RunRequest | dg.SkipReason:
    """Every morning at five, unless what is published already answers to today's inputs."""
    if up_to_date(settings):
        return dg.SkipReason("Nothing has changed since the last publication.")
    return dg.RunRequest()
