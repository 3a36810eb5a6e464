"""The code location: everything that Dagster knows of.

Belongs here: putting the parts together. `build_defs` is the seam for tests, for the command
line and for other installations. Does not belong here: the parts.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_pipelines import jobs, schedules, sensors
from dagster_pipelines.asset_checks.guards import build_guard_of_incoming
from dagster_pipelines.assets.documents import dokument
from dagster_pipelines.assets.ingest import raw_tables
from dagster_pipelines.assets.pages import build_pages
from dagster_pipelines.assets.publish import build_publish, export_specs
from dagster_pipelines.assets.transform import build_dbt_assets
from dagster_pipelines.resources import default_resources
from dagster_pipelines.settings import get_settings


def build_defs(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions; `overrides` replaces resources by name (`settings`, `dbt`, `guard`, ...)."""
    overrides = overrides or {}
    settings = overrides.get("settings") or get_settings()
    resources = {**default_resources(settings), **overrides}
    transform = build_dbt_assets(resources["dbt"].manifest)
    marts = [key for key in transform.keys if key.path[0] == "marts"]
    return dg.Definitions(
        assets=[
            dokument,
            raw_tables,
            transform,
            build_publish(
                [*raw_tables.keys, *marts],
                settings.max_age_hours,
                export_specs(resources["dbt"].manifest),
            ),
            build_pages(resources["dbt"].manifest),
        ],
        asset_checks=[build_guard_of_incoming(marts)],
        jobs=[jobs.refresh],
        schedules=[schedules.daily],
        sensors=[sensors.landing, sensors.failed],
        resources=resources,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads; built when asked for, not when imported."""
    return build_defs()
