"""`finsam status`: what is published, and what is not and why.

Belongs here: showing the manifest and the rejected rows. Does not belong here: changing anything.
"""

from typing import Annotated

import typer

from dagster_pipelines.cli.screen import HomeOption, out, published_manifest, settings_for, table

SHOWN = 20
REJECTED = f"""
    select a.fil, a.rad, a.kolumn, a.varde, a.orsak, a.atgard
    from raw.avvisade_fakta as a
    where a.inlasning_id in (
        select inlasning_id from raw.inlasning
        qualify row_number() over (partition by fil order by inlasning_id desc) = 1
    )
    order by a.fil, a.rad
    limit {SHOWN}
"""


def command(
    every_report: Annotated[
        bool, typer.Option("--all", help="List every report, however many there are.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Show what is published: reports, quarantine, rejected rows, suspect facts."""
    settings = settings_for(home)
    manifest = published_manifest(settings)
    from dagster_pipelines.cli import reports  # noqa: PLC0415

    console = out()
    reports.show_published(console, manifest, settings, every_report=every_report)
    reports.show_quarantine_log(console, manifest)
    reports.show_conservation(console, manifest)
    rejected = sum(file["avvisade"] for file in manifest["files"])
    if rejected:
        from dagster_pipelines.database import open_published  # noqa: PLC0415

        with open_published(settings.published_db) as con:
            rows = con.execute(REJECTED).fetchall()
        shown = f", the first {SHOWN}" if rejected > SHOWN else ""
        console.print(
            table(
                f"Rejected rows ({rejected}{shown})",
                ("file", "line", "column", "value", "orsak", "åtgärd"),
                rows,
            )
        )
    console.print(f"Run {manifest['run_id']}, code {manifest['revision'] or 'outside git'}")
