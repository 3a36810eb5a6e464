"""`finsam rollback`: let readers see an earlier publication again.

Belongs here: the command. Does not belong here: the replacement (`dagster_pipelines.versions`).
"""

from typing import Annotated

import typer

from dagster_pipelines.cli.screen import HomeOption, fail, out, settings_for
from dagster_pipelines.outcome import RefreshError


def command(
    version: Annotated[
        str | None,
        typer.Argument(metavar="[VERSION]", help="As finsam history names it, or its beginning."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Go back to the previous publication, or to VERSION.

    What is rolled back from is kept and can be rolled forward to. The next refresh does not
    publish it again by itself: that takes changed files or code, or finsam refresh --full.
    """
    settings = settings_for(home)
    from dagster_pipelines.lock import exclusive_build  # noqa: PLC0415
    from dagster_pipelines.log import logger, to_file  # noqa: PLC0415
    from dagster_pipelines.versions import VersionError, current, roll_back  # noqa: PLC0415

    try:
        with exclusive_build(settings), to_file(settings):
            was = current(settings)
            now = roll_back(settings, version)
            logger.warning("rolled back", extra={"version": now.name, "from": was and was.name})
    except VersionError as error:
        fail(str(error), "See finsam history.")
    except RefreshError as error:
        fail(str(error), code=error.exit_code)
    except OSError as error:
        fail(f"{error.filename or settings.home}: {error.strerror or error}", "See finsam doctor.")
    console = out()
    console.print(f"Readers see {now.name} again.", soft_wrap=True)
    console.print(
        "The next refresh publishes only when files, code or settings have changed, or with --full."
    )
