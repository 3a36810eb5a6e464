"""`finsam facts`: hold files to the fact contract, and decisions to theirs, without loading them.

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
    from dagster_pipelines.documents.delivery import DECISIONS  # noqa: PLC0415
    from dagster_pipelines.facts.loader import check_files  # noqa: PLC0415

    found = check_files(files, settings)
    checked = [file for file in found if Path(file.outcome.fil).name != DECISIONS]
    decided = [
        _decisions(Path(file.outcome.fil))
        for file in found
        if Path(file.outcome.fil).name == DECISIONS
    ]
    if not found:
        fail("There are no fact files there.", "Fact files end in .csv, .jsonl or .parquet.")
    console = out()
    console.print(
        table(
            "",
            ("file", "kind", "outcome", "rows", "accepted", "rejected", "message"),
            [
                (o.fil, o.slag, o.utfall, o.lasta, o.godkanda, o.avvisade, o.meddelande)
                for o in (file.outcome for file in checked)
            ]
            + [row for row, _ in decided],
        )
    )
    for file in checked:
        if file.rejected.height:
            rows = file.rejected.select("rad", "kolumn", "varde", "orsak", "atgard").head(SHOWN)
            shown = f", the first {SHOWN}" if file.rejected.height > SHOWN else ""
            title = f"Rejected in {file.outcome.fil} ({file.rejected.height}{shown})"
            console.print(table(title, ("line", "column", "value", "orsak", "åtgärd"), rows.rows()))
    for row, faults in decided:
        if faults:
            console.print(table(f"Faults in {row[0]}", ("line", "orsak"), faults))
    refused = [file for file in checked if file.outcome.utfall in ("avvisad", "delvis avvisad")]
    if refused or any(row[2] != "inläst" for row, _ in decided):
        raise typer.Exit(STRUCTURAL_BREAK)


Row = tuple[str, str, str, int, int, int, str]


def _decisions(path: Path) -> tuple[Row, list[tuple[int, str]]]:
    """A file of decisions held to its own form: its row of the table, and each fault by line."""
    from dagster_pipelines.documents.decisions import (  # noqa: PLC0415
        DecisionFileError,
        read_decisions,
    )

    try:
        decisions = read_decisions(path)
    except DecisionFileError as problem:
        return (str(path), "granskning", "avvisad", 0, 0, 0, str(problem)), []
    faults = [(d.rad, fault) for d in decisions if (fault := d.fault())]
    good = len(decisions) - len(faults)
    outcome = "delvis avvisad" if faults else "inläst"
    message = f"{good} beslut i rätt form; finsam review säger vilka som träffar sin figur."
    return (
        str(path),
        "granskning",
        outcome,
        len(decisions),
        good,
        len(faults),
        message,
    ), faults
