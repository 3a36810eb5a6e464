"""Dagster's own memory: runs, events, schedules and sensors, kept under .build/.

Belongs here: writing `dagster.yaml` and starting the web UI with its daemon. Does not belong
here: definitions. `finsam refresh` keeps its events in memory instead: SQLite takes a commit per
event, which would cost more than the build itself; its account is the manifest.
"""

import os
import sys
from pathlib import Path

from dagster_pipelines.files import replace_text
from dagster_pipelines.settings import PROJECT_DIR, Settings, get_settings

DAGSTER_YAML = """\
# Written by finsam; changes are overwritten.
telemetry:
  enabled: false
nux: # the dialogue that asks a first visitor to sign up for newsletters
  enabled: false
freshness:
  enabled: true
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def prepare(settings: Settings) -> Path:
    """Make DAGSTER_HOME ready to use; returns it."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists() or config.read_text(encoding="utf-8") != DAGSTER_YAML:
        replace_text(config, DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    return home


def main() -> None:
    """Start the web UI with its daemon: `python -m dagster_pipelines.dagster_home [options]`."""
    settings = get_settings()
    prepare(settings)
    settings.export_to_environment()
    os.chdir(PROJECT_DIR)
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = [dagster, "dev", "-m", "dagster_pipelines.definitions", *sys.argv[1:]]
    os.execv(dagster, arguments)  # noqa: S606


if __name__ == "__main__":
    main()
