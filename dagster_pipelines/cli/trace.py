"""`finsam trace`: from a line of a report to what rests on it, and back to the characters.

Belongs here: showing the way. Does not belong here: finding it (`dagster_pipelines.trace`).
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagster_pipelines.cli.screen import (
    HomeOption,
    fail,
    out,
    published_manifest,
    settings_for,
    table,
)

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_pipelines.trace import Row, Trace


def command(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="The report's id.")],
    line: Annotated[
        int | None, typer.Argument(min=1, help="A line of the report; all its lines if left out.")
    ] = None,
    lines: Annotated[int, typer.Option(min=0, max=40, help="Source lines around it.")] = 2,
    home: HomeOption = None,
) -> None:
    """Show where a line's figures come from and what uses them.

    Printed characters, the fact as delivered, the kept file with its sha256, the document; and
    the marts' rows and the checks that name the line.
    """
    settings = settings_for(home)
    published_manifest(settings)
    from dagster_pipelines.database import open_published  # noqa: PLC0415
    from dagster_pipelines.trace import trace  # noqa: PLC0415

    with open_published(settings.published_db) as con:
        found = trace(con, settings, report, line, lines)
    if found is None:
        fail(f"There is no report {report}.", "finsam status lists the reports.")
    if not found.facts:
        fail(f"No fact of {report} stands on line {line}.", f"finsam trace {report} lists them.")
    console = out()
    _show_origin(console, found)
    if line is None:
        _show_lines(console, found)
        return
    _show_source(console, found, line)
    _show_facts(console, found)
    _show_uses(console, found)


def _show_origin(console: "Console", found: "Trace") -> None:
    report = found.report
    published = "published" if report["publicerad"] else "not published"
    told = [
        f"report    {report['report_id']} ({report['status']})",
        f"delivery  {report['leverans_id']}, {published}, {report['antal_fakta']} facts, "
        f"{report['tidpunkt']:%Y-%m-%d %H:%M}",
        f"file      {report['fil']}  sha256 {report['sha256']}",
        f"kept at   {found.kept_file or 'no copy is kept'}",
        f"document  {report['kallfil'] or 'name unknown'}  sha256 {_sha256(found) or '?'}",
        f"kept at   {found.document or 'the document was not delivered here'}",
    ]
    for each in told:
        console.print(each, soft_wrap=True, markup=False)


def _sha256(found: "Trace") -> str | None:
    """Of the document; one that is kept here lies in a folder of that name."""
    return found.document.parent.name if found.document else found.report["dokument_sha256"]


def _show_lines(console: "Console", found: "Trace") -> None:
    used: dict[int, int] = {}
    from dagster_pipelines.trace import NUMBERS  # noqa: PLC0415

    for row in (*found.uses, *found.checks):
        for number in set(NUMBERS.findall(row["kalla"])):
            used[int(number)] = used.get(int(number), 0) + 1
    rows = [
        (f["line"], f["position"], f["statement"], f["label"], f["printed"], _number(f["value"]),
         f["unit"], used.get(f["line"], 0))
        for f in found.facts
    ]  # fmt: skip
    header = ("line", "position", "statement", "label", "printed", "value", "unit", "used by")
    console.print(table("", header, rows))


def _show_source(console: "Console", found: "Trace", line: int) -> None:
    from rich.text import Text  # noqa: PLC0415

    for number, text in found.source.items():
        style = "reverse" if number == line else "dim"
        console.print(Text(f"  {number:>5} │ {text}", style), soft_wrap=True)
    for rad, text in found.file_lines.items():
        console.print(Text(f"  line {rad} of the file: {text}", "dim"), soft_wrap=True)


def _show_facts(console: "Console", found: "Trace") -> None:
    header = ("position", "printed", "value", "unit", "statement", "label", "post", "insats",
              "scenario", "period", "status", "note")  # fmt: skip
    rows = [
        (f["position"], f"«{f['printed']}»", _number(f["value"]), f["unit"], f["statement"],
         f["label"], f["post_code"], f["insats"], f["scenario"], _period(f), f["status"], f["note"])
        for f in found.facts
    ]  # fmt: skip
    console.print(table("Facts", header, rows))


def _show_uses(console: "Console", found: "Trace") -> None:
    header = ("mart", "row", "scenario", "period", "figure", "unit", "rests on lines")
    rows = [
        (u["tabell"], u["vad"], u["scenario"], _period(u), _number(u["tal"]), u["enhet"],
         u["kalla"])
        for u in found.uses
    ]  # fmt: skip
    console.print(table(f"Used by {len(rows)} rows", header, rows))
    checks = [(c["regel_id"], c["utfall"], c["mening"], c["kalla"]) for c in found.checks]
    columns = ("rule", "outcome", "check", "lines")
    console.print(table(f"Tried by {len(checks)} checks", columns, checks))


def _period(row: "Row") -> str:
    return "–".join(str(day) for day in (row["period_start"], row["period_end"]) if day)


def _number(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
