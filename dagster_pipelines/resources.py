"""What the steps need from outside: settings, dbt, the guard, and the right to build.

Belongs here: resources, each replaceable in `build_defs`, and how a step tells Dagster what
broke. Does not belong here: the steps themselves.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from dagster_pipelines.dbt import dbt_for
from dagster_pipelines.inputs import Fingerprint, fingerprint
from dagster_pipelines.lock import exclusive_build
from dagster_pipelines.log import logger, to_file
from dagster_pipelines.outcome import Break, in_short
from dagster_pipelines.settings import Settings
from expectations.worker import GuardWorker

BREAKS = "brott"
"""Metadata key under which a failed step or check lists its breaks as JSON."""


@dataclass(frozen=True)
class RefreshOptions:
    """How this refresh is to run: `full` rebuilds from scratch, `progress` is told how it goes.

    `accept_loss` publishes although facts disappear without a reason. `progress` gets a step and
    what the step is at; from dbt's threads as well.
    """

    full: bool = False
    accept_loss: bool = False
    progress: Callable[[str, str], None] = lambda _step, _detail: None


@dataclass
class Build:
    """The right to build, held for one run. Steps reach the settings through it alone.

    `inputs` is what the inputs were when the run began, `postponed` the files that could not be
    read, by name, with the reason; both go into the manifest.
    """

    settings: Settings
    options: RefreshOptions
    inputs: Fingerprint
    postponed: dict[str, str] = field(default_factory=dict)

    def postpone(self, files: Mapping[str, str]) -> None:
        """Files were left unread: the next refresh must not take the warehouse for current."""
        self.postponed = {**self.postponed, **files}
        self.inputs = {**self.inputs, "files": "incomplete"}


@dg.resource(required_resource_keys={"settings", "options"})
def build(context: dg.InitResourceContext) -> Iterator[Build]:
    """Held from the first step of a run to its last; a second run waits here."""
    settings: Settings = context.resources.settings
    with exclusive_build(settings), to_file(settings):
        logger.info("run began", extra={"run_id": context.run.run_id if context.run else None})
        yield Build(settings, context.resources.options, fingerprint(settings))


@dg.resource
def guard(_: dg.InitResourceContext) -> Iterator[GuardWorker]:
    """Great Expectations in a worker of its own, warming up while the first steps run."""
    with GuardWorker() as worker:
        yield worker


def default_resources(settings: Settings) -> Mapping[str, Any]:
    """The resources of an ordinary installation."""
    return {
        "settings": settings,
        "build": build,
        "guard": guard,
        "dbt": dbt_for(settings),
        "options": RefreshOptions(),
    }


def failure(description: str, breaks: Sequence[Break]) -> dg.Failure:
    """A step failure that carries its breaks and is not tried again: data does not heal.

    It is logged here, so that a run started from the web UI leaves the same account.
    """
    logger.error(description, extra={"breaks": in_short(breaks)})
    return dg.Failure(
        description=f"{description}: {'; '.join(b.check for b in breaks)}",
        metadata={BREAKS: dg.MetadataValue.json([b.as_dict() for b in breaks])},
        allow_retries=False,
    )
