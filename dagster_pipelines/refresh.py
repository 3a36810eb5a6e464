"""One refresh from the command line: nothing to do, or the Dagster job in this process.

Belongs here: the decision, the order (the guard warms while dbt is imported and builds), and
reading the outcome from the run's own events. Does not belong here: the steps (`assets`), or
showing anything (`cli`). Nothing heavy may be imported at the top: an unchanged warehouse is
recognised before Dagster, dbt or Great Expectations is loaded.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dagster_pipelines import versions
from dagster_pipelines.alert import alert
from dagster_pipelines.inputs import fingerprint
from dagster_pipelines.lock import exclusive_build
from dagster_pipelines.log import logger, to_file
from dagster_pipelines.manifest import read_manifest, rolled_back, up_to_date
from dagster_pipelines.outcome import USER_MISTAKE, Break, RefreshError, RefreshResult, in_short
from dagster_pipelines.settings import Settings
from dagster_pipelines.success import note_success
from dagster_pipelines.trouble import explained

if TYPE_CHECKING:
    from dagster import DagsterInstance, EventLogEntry

# The screen belongs to the command line.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
Progress = Callable[[str, str], None]


def refresh(
    settings: Settings,
    *,
    full: bool = False,
    accept_loss: bool = False,
    progress: Progress | None = None,
) -> RefreshResult:
    """Load, build, guard and publish what has changed since the last publication.

    Args:
        settings: the installation.
        full: rebuild everything, also when nothing has changed.
        accept_loss: publish although facts published before disappear without a reason.
        progress: called with the step and what it is at, possibly from other threads.

    Raises:
        RefreshError: the refresh could not be carried out (another one holds the lock, the
            folder cannot be written, the project does not parse). A structural break is not an
            error but a result with `breaks`.
    """
    progress = progress or (lambda _step, _detail: None)
    try:
        with exclusive_build(settings), to_file(settings):
            result = _told(lambda: _decide(settings, full, accept_loss, progress))
    except Exception as error:
        alert(settings, f"The refresh could not be carried out: {error}")
        if isinstance(error, OSError):
            where = error.filename or settings.home
            said = explained(f"{where}: {error.strerror or error}", settings)
            raise RefreshError(said, USER_MISTAKE) from error
        raise
    if result.breaks:
        said = "Published, but" if result.published else "Nothing was published."
        alert(settings, said, result.breaks)
    return result


def _decide(settings: Settings, full: bool, accept_loss: bool, progress: Progress) -> RefreshResult:
    if settings.landing_dir.is_dir():
        next(settings.landing_dir.iterdir(), None)  # one that may not be read is not an empty one
    inputs = fingerprint(settings)
    if not full and (manifest := up_to_date(settings, inputs)):
        note_success(settings, manifest["run_id"])
        return RefreshResult(manifest["run_id"], ran=False, manifest=manifest)
    if not full and rolled_back(settings, inputs):
        manifest = read_manifest(settings)
        run_id = manifest["run_id"] if manifest else None
        return RefreshResult(run_id, ran=False, manifest=manifest, rolled_back=True)
    versions.require_writable(settings)
    return _run(settings, full, accept_loss, _logged(progress))


def _told(run: Callable[[], RefreshResult]) -> RefreshResult:
    """The result of `run`, with a line in the log when it begins and one when it ends."""
    began = time.monotonic()
    logger.info("refresh began")
    try:
        result = run()
    except BaseException:
        logger.exception("refresh failed")
        raise
    logger.log(
        logging.ERROR if result.breaks else logging.INFO,
        "refresh ended",
        extra={
            "run_id": result.run_id, "ran": result.ran, "exit_code": result.exit_code,
            "rolled_back": result.rolled_back, "breaks": in_short(result.breaks),
            "seconds": round(time.monotonic() - began, 3),
        },
    )  # fmt: skip
    return result


def _logged(progress: Progress) -> Progress:
    """`progress`, with a line in the log for each step that begins."""
    steps: list[str] = []

    def told(step: str, detail: str) -> None:
        if step not in steps:
            steps.append(step)
            logger.info("step began", extra={"step": step})
        progress(step, detail)

    return told


def _run(settings: Settings, full: bool, accept_loss: bool, progress: Progress) -> RefreshResult:
    from dagster_pipelines.dbt_worker import DbtWorker  # noqa: PLC0415
    from expectations.worker import GuardWorker  # noqa: PLC0415

    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    # one of dbt's libraries gives a root logger that has no handler the screen
    logging.getLogger().addHandler(logging.NullHandler())
    # Slow imports beside each other: Dagster's and dbt's first, then the guard's while dbt parses.
    progress("loading Dagster, dbt and the guard", "")
    with DbtWorker(settings) as dbt:
        from dagster import DagsterInstance  # noqa: PLC0415

        from dagster_pipelines.definitions import build_defs  # noqa: PLC0415
        from dagster_pipelines.resources import RefreshOptions  # noqa: PLC0415

        with GuardWorker() as guard, DagsterInstance.ephemeral() as instance:
            job = build_defs(
                {
                    "settings": settings,
                    "guard": guard,
                    "dbt": dbt,
                    "options": RefreshOptions(full, accept_loss, progress),
                }
            ).resolve_job_def("refresh")
            run_id = str(uuid.uuid4())
            job.execute_in_process(
                run_config=QUIET, instance=instance, run_id=run_id, raise_on_error=False
            )
            return outcome_of(settings, instance, run_id)


def outcome_of(settings: Settings, instance: "DagsterInstance", run_id: str) -> RefreshResult:
    """What the run's events and the manifest say; a green job alone proves nothing.

    Dagster can skip what is downstream while the job succeeds, so publishing happened only if
    the manifest carries this run's id.
    """
    from dagster import DagsterEventType  # noqa: PLC0415

    entries = instance.all_logs(
        run_id,
        of_type={DagsterEventType.ASSET_CHECK_EVALUATION, DagsterEventType.STEP_FAILURE},
    )
    breaks = [found for entry in entries for found in _breaks(entry, settings)]
    manifest = read_manifest(settings)
    if not breaks and (manifest is None or manifest["run_id"] != run_id):
        breaks = [Break("publicering", "the run ended without publishing anything")]
    return RefreshResult(run_id, ran=True, manifest=manifest, breaks=breaks)


def _breaks(entry: "EventLogEntry", settings: Settings) -> list[Break]:
    """The breaks that one event carries: of a failed guard or a failed step."""
    event = entry.get_dagster_event()
    if event.is_step_failure:
        failure = event.step_failure_data
        listed = failure.user_failure_data.metadata if failure.user_failure_data else {}
        error = failure.error
        if "brott" not in listed and error and error.cls_name != "DagsterAssetCheckFailedError":
            return [Break(f"steg {event.step_key}", explained(_innermost(error), settings))]
    else:
        listed = event.asset_check_evaluation_data.metadata
    found: Any = listed["brott"].value if "brott" in listed else []
    return [Break(**each) for each in found]


def _innermost(error: Any) -> str:
    while error.cause:
        error = error.cause
    return str(error.message).strip()
