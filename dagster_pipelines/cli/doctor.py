"""`finsam doctor`: is this installation well, and when did it last succeed?

Belongs here: showing the answers. Does not belong here: finding them (`dagster_pipelines.doctor`).
"""

import typer

from dagster_pipelines.cli.screen import HomeOption, out, settings_for
from dagster_pipelines.outcome import STRUCTURAL_BREAK


def command(home: HomeOption = None) -> None:
    """Examine versions, permissions, disk, lock, what is published and how old it is.

    Exit code 0: well. 1: something is broken or stale; the line says what to do.
    """
    settings = settings_for(home)
    from rich.text import Text  # noqa: PLC0415

    from dagster_pipelines.doctor import BROKEN, NOTE, examine  # noqa: PLC0415

    styles = {BROKEN: "bold red", NOTE: "yellow"}
    answers = examine(settings)
    console = out()
    for answer in answers:
        line = f"{answer.state:<4} {answer.name}: {answer.found}"
        console.print(Text(line, styles.get(answer.state, "")), soft_wrap=True)
        if answer.remedy:
            console.print(Text(f"     {answer.remedy}"), soft_wrap=True)
    if any(answer.state == BROKEN for answer in answers):
        raise typer.Exit(STRUCTURAL_BREAK)
