"""Jobs: what can be started as one run.

Belongs here: selections of assets with a name. Does not belong here: when they start
(`schedules`, `sensors`).
"""

import dagster as dg

REFRESH = "refresh"

refresh = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,  # one process: one owner of the build database
    description="Load what is new, rebuild, guard, publish.",
)
