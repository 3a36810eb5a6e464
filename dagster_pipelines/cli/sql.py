"""`finsam sql`: questions to the published warehouse, typed one after another or piped in.

Belongs here: the options, and which of the two it is. Does not belong here: the session
(`shell`) and its keys (`prompt`).
"""

import sys
from typing import Annotated

import typer

from dagster_pipelines.cli.query import Format
from dagster_pipelines.cli.screen import HomeOption, fail, published_manifest, settings_for


def command(
    format: Annotated[
        Format, typer.Option("--format", "-f", help="table for eyes, csv or json for programs.")
    ] = Format.TABLE,
    svenska: Annotated[
        bool, typer.Option("--svenska", help="Numbers in tables as 1 234 567,89.")
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds before a question is given up (FINSAM_QUERY_TIMEOUT_SECONDS)."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask the published warehouse again and again: finsam sql, or finsam sql < questions.sql.

    At a terminal: a prompt with completion, several lines and history (.help). Otherwise the
    statements that come in are run in order until one fails. Read-only, as finsam query.
    """
    settings = settings_for(home)
    published_manifest(settings)
    from dagster_pipelines.cli.shell import Shell  # noqa: PLC0415

    seconds = settings.query_timeout_seconds if timeout is None else timeout
    if not sys.stdin.isatty():
        with Shell(settings, seconds, format, svenska) as shell:
            if not shell.run(_piped()):
                raise typer.Exit(2)
        return
    from dagster_pipelines.cli.prompt import converse, show  # noqa: PLC0415

    with Shell(settings, seconds, format, svenska, show) as shell:
        converse(shell)


def _piped() -> str:
    try:
        return sys.stdin.read().removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        fail(f"What was piped in is not UTF-8: {wrong}.", "Save the questions as UTF-8.")
