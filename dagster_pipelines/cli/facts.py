"""`finsam facts`: hold files to the fact contract without loading them.

Belongs here: showing the verdict on each file and each rejected row.
Does not belong here: the verdict (`dagster_pipelines.facts`).
"""

from pathlib import Path
from typing import Annotated

import typer

from dagster_pipelines.cli.screen import fail, out, settings_for, table
from dagster_pipelines.outcome import STRUCTURAL_BREAK, USER_MISTAKE

SHOWN = 50


def command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Fact files, or folders of them.")
    ],
) -> None:
    """Check fact files (CSV, JSONL, Parquet) against the contract; nothing is loaded.

    Exit code 0: every row is accepted. 1: something is rejected. 2: there is no such file.
    """
    settings = settings_for()
    for path in files:
        if not path.exists():
            fail(f"{path} does not exist.", "Name a fact file or a folder.", code=USER_MISTAKE)
    from dagster_pipelines.facts.loader import check_files  # noqa: PLC0415

    checked = check_files(files, settings)
    if not checked:
        fail("There are no fact files there.", "Fact files end in .csv, .jsonl or .parquet.")
    console = out()
    console.print(
        table(
            "",
            ("file", "kind", "outcome", "rows", "accepted", "rejected", "message"),
            [
                (o.fil, o.slag, o.utfall, o.lasta, o.godkanda, o.avvisade, o.meddelande)
                for o in (file.outcome for file in checked)
            ],
        )
    )
    for file in checked:
        if file.rejected.height:
            rows = file.rejected.select("rad", "kolumn", "varde", "orsak", "atgard").head(SHOWN)
            shown = f", the first {SHOWN}" if file.rejected.height > SHOWN else ""
            title = f"Rejected in {file.outcome.fil} ({file.rejected.height}{shown})"
            console.print(table(title, ("line", "column", "value", "orsak", "åtgärd"), rows.rows()))
    if any(file.outcome.utfall in ("avvisad", "delvis avvisad") for file in checked):
        raise typer.Exit(STRUCTURAL_BREAK)
