"""When the warehouse was last known to be right: published, or found unchanged.

Belongs here: noting and reading that moment. Does not belong here: judging its age (`doctor`).
"""

import json
from contextlib import suppress
from datetime import UTC, datetime

from dagster_pipelines.files import replace_text
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.settings import Settings

NAME = "senast_lyckad.json"


def note_success(settings: Settings, run_id: str) -> None:
    """A refresh has just ended well; `run_id` is that of what is published."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps({"at": at, "run_id": run_id}) + "\n"
    replace_text(settings.build_dir / NAME, text)


def last_success(settings: Settings) -> datetime | None:
    """The last noted success, else the publication itself; None when there never was one."""
    with suppress(OSError, ValueError, KeyError):
        noted = json.loads((settings.build_dir / NAME).read_text(encoding="utf-8"))
        return datetime.fromisoformat(noted["at"])
    published = read_manifest(settings)
    return datetime.fromisoformat(published["published_at"]) if published else None
