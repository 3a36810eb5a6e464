"""The receipt of a publication: `warehouse/manifest.json`.

Belongs here: reading it and asking whether it still answers to the inputs, with the standard
library alone. Does not belong here: writing it (`publish`).
"""

import json
from typing import Any

from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.settings import Settings

Manifest = dict[str, Any]
PARTS = {
    "run_id", "published_at", "revision", "inputs", "files", "tables", "suspects", "checks",
    "reports", "quarantine", "versions", "seconds",
}  # fmt: skip


def read_manifest(settings: Settings) -> Manifest | None:
    """What is published; None when nothing is, or when its manifest is not whole."""
    try:
        content: Manifest = json.loads(settings.published_manifest.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    whole = content.keys() >= PARTS and settings.published_db.exists()
    return content if whole else None


def up_to_date(settings: Settings) -> Manifest | None:
    """The manifest if files, code and settings are those that it was published from."""
    published = read_manifest(settings)
    return published if published and published["inputs"] == fingerprint(settings) else None
