"""`finsam history`: the publications, and what changed between two of them.

Belongs here: showing the journal and the differences. Does not belong here: finding them
(`dagster_pipelines.versions`, `dagster_pipelines.history`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_pipelines.cli.screen import HomeOption, fail, out, settings_for, table

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_pipelines.settings import Settings

LISTED = 30


def command(
    older: Annotated[
        str | None, typer.Argument(metavar="[A]", help="A version, by name or its beginning.")
    ] = None,
    newer: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another; what readers see unless given.")
    ] = None,
    lines: Annotated[int, typer.Option(min=1, help="Rows shown of each difference.")] = 40,
    home: HomeOption = None,
) -> None:
    """List the publications; with A, or A and B, show what changed from A to B."""
    settings = settings_for(home)
    from dagster_pipelines.versions import VersionError, current, find  # noqa: PLC0415

    console = out()
    if older is None:
        _list(console, settings)
        return
    try:
        first = find(settings, older)
        second = find(settings, newer) if newer else current(settings)
    except VersionError as error:
        fail(str(error), "See finsam history.")
    assert second is not None  # a version was found, so one is current
    _show(console, first, second, lines)


def _list(console: "Console", settings: "Settings") -> None:
    from dagster_pipelines import versions  # noqa: PLC0415

    now = versions.current(settings)
    there = {folder.name for folder in versions.kept(settings)}
    entries = versions.journal(settings)[-LISTED:]
    if not entries:
        fail(f"No version is kept in {settings.warehouse_dir}.", "Run finsam refresh first.")
    rows = [
        (
            entry["at"], entry["event"], entry["version"], entry.get("reports"),
            entry.get("facts"), _state(entry["version"], now, there),
        )
        for entry in entries
    ]  # fmt: skip
    columns = ("time", "event", "version", "reports", "facts", "")
    console.print(table("Publications", columns, rows))


def _state(name: str, now: Path | None, there: set[str]) -> str:
    if now and name == now.name:
        return "what readers see"
    return "kept" if name in there else "no longer kept"


def _show(console: "Console", older: Path, newer: Path, lines: int) -> None:
    import duckdb  # noqa: PLC0415

    from dagster_pipelines.history import changes  # noqa: PLC0415

    try:
        found = changes(older, newer)
    except duckdb.Error as error:
        fail(f"The versions cannot be compared: {error}", "See finsam doctor.")
    console.print(f"From {older.name}\nto   {newer.name}", soft_wrap=True)
    if not found:
        console.print("No report, fact, amount or check differs.")
    parts: list[tuple[str, list[dict[str, Any]]]] = [
        ("Reports", found.reports),
        ("Facts per report", found.facts),
        *((f"Amounts of {mart}", rows) for mart, rows in found.amounts.items()),
        ("Checks", found.checks),
    ]
    for title, rows in parts:
        if rows:
            columns = list(rows[0])
            about = f"{title} ({len(rows)}{f', the first {lines}' if len(rows) > lines else ''})"
            shown = [[row[name] for name in columns] for row in rows[:lines]]
            console.print(table(about, columns, shown))
