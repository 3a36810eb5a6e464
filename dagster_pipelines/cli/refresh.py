"""`finsam refresh`: bring the warehouse up to date.

Belongs here: progress while it runs and the account of what came of it.
Does not belong here: the refresh itself (`dagster_pipelines.refresh`).
"""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_pipelines.cli.screen import DataOption, HomeOption, err, fail, out, settings_for, table
from dagster_pipelines.outcome import STRUCTURAL_BREAK, Break, RefreshError

if TYPE_CHECKING:
    from rich.console import Console

ROLLED_BACK = (
    "Nothing was published: what these files, this code and these settings give was rolled back "
    "from. Correct what was wrong and refresh again, or use --full to publish it all the same."
)


def command(
    full: Annotated[
        bool, typer.Option("--full", help="Rebuild everything, also when nothing has changed.")
    ] = False,
    accept_loss: Annotated[
        bool,
        typer.Option(
            "--accept-loss",
            help="Publish although facts published before disappear without a reason.",
        ),
    ] = False,
    home: HomeOption = None,
    data: DataOption = None,
) -> None:
    """Load what is new, rebuild, guard, and publish.

    Exit code 0: published. 1: a structural break, nothing published. 2: a mistake in how it was
    called. 3: published, but something delivered is kept out: it stands in quarantine, or its file
    was refused or could not be read.
    """
    settings = settings_for(home, data)
    from dagster_pipelines.cli.reports import show_published  # noqa: PLC0415
    from dagster_pipelines.refresh import refresh  # noqa: PLC0415

    try:
        with Steps() as steps:
            result = refresh(settings, full=full, accept_loss=accept_loss, progress=steps)
    except RefreshError as error:
        fail(str(error), code=error.exit_code)
    console = out()
    if result.breaks:
        show_breaks(console, result.breaks)
        if result.published:
            remedy = "The figures are published; the pages and this code do not fit each other."
            fail("Published, but pages do not find what they show.", remedy, STRUCTURAL_BREAK)
        kept = "What was published before is untouched." if result.manifest else ""
        log = settings.build_dir / "logs" / "dbt.log"
        fail(f"Nothing was published. {kept}", f"dbt's log: {log}", code=STRUCTURAL_BREAK)
    assert result.manifest is not None
    if result.rolled_back:
        console.print(ROLLED_BACK, style="yellow", soft_wrap=True)
    elif not result.ran:
        console.print("Nothing has changed since the last publication.")
    show_published(console, result.manifest, settings)
    raise typer.Exit(result.exit_code)


def show_breaks(console: "Console", breaks: list[Break]) -> None:
    """Each structural break with the rows that broke it."""
    from rich.text import Text  # noqa: PLC0415

    for found in breaks:
        console.print(
            Text.assemble((f"{found.check}: ", "bold red"), found.message), soft_wrap=True
        )
        if found.rows:
            columns = list(found.rows[0])
            console.print(
                table("", columns, [[row.get(name) for name in columns] for row in found.rows])
            )


class Steps:
    """Progress on the error stream: a line per finished step, what goes on now below it."""

    def __init__(self) -> None:
        self.console = err()
        self.status = self.console.status("")
        self.step = ""
        self.began = time.monotonic()

    def __enter__(self) -> "Steps":
        self.status.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._finish()
        self.status.stop()

    def __call__(self, step: str, detail: str) -> None:
        """Called by the refresh, also from dbt's threads."""
        if step != self.step:
            self._finish()
            self.step, self.began = step, time.monotonic()
        self.status.update(f"{step} {detail}")

    def _finish(self) -> None:
        if self.step:
            self.console.print(f"{time.monotonic() - self.began:6.1f} s  {self.step}")
