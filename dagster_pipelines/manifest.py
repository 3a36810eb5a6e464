"""The receipt of a publication: the `manifest.json` of the version that readers see.

Belongs here: reading it and asking whether it still answers to the inputs, or whether those were
rolled back from, with the standard library alone. Does not belong here: writing it (`publish`).
"""

import json
from typing import Any

from dagster_pipelines.inputs import Fingerprint, fingerprint
from dagster_pipelines.settings import Settings
from dagster_pipelines.versions import rejected_inputs

Manifest = dict[str, Any]
PARTS = {
    "run_id", "published_at", "revision", "inputs", "files", "tables", "suspects", "checks",
    "reports", "quarantine", "versions", "seconds",
}  # fmt: skip


def read_manifest(settings: Settings) -> Manifest | None:
    """What is published; None when nothing is, or when its manifest is not whole."""
    try:
        content: Manifest = json.loads(settings.published_manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(content, dict) and content.keys() >= PARTS
    return content if whole and settings.published_db.exists() else None


def up_to_date(settings: Settings, inputs: Fingerprint | None = None) -> Manifest | None:
    """The manifest if files, code and settings are those that it was published from.

    `inputs` is their fingerprint, where it has been taken already.
    """
    published = read_manifest(settings)
    if published and published["inputs"] == (inputs or fingerprint(settings)):
        return published
    return None


def rolled_back(settings: Settings, inputs: Fingerprint) -> bool:
    """Whether what these inputs give was published and rolled back from."""
    return any(dict(inputs) == dict(rejected) for rejected in rejected_inputs(settings))
