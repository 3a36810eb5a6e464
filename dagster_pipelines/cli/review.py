"""`finsam review`: what needs a person's eye before it can be published.

Belongs here: showing doubtful figures with their source, decisions that met nothing, and newer
readings that wait. Does not belong here: deciding, which is a row in `data/granskning.csv`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_pipelines.cli.screen import DataOption, HomeOption, fail, out, settings_for, table

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_pipelines.documents.readings import Document, Reading
    from dagster_pipelines.settings import Settings

WIDEST = 220  # characters shown of a line
READINGS = 4  # ways to cut a row that are shown


def command(
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="Only this report or document.")
    ] = None,
    lines: Annotated[
        int, typer.Option(min=0, max=40, help="Lines of the source around each figure.")
    ] = 2,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Let newer readings that wait replace those that stand."),
    ] = False,
    home: HomeOption = None,
    data: DataOption = None,
) -> None:
    """List the figures that the extractor doubts, with the lines they stand on.

    A suspect figure is loaded and listed but reaches no mart. Decide on it with a row in
    data/granskning.csv (the row to copy is printed); the next refresh applies it.
    """
    settings = settings_for(home, data)
    from dagster_pipelines.documents import readings  # noqa: PLC0415

    documents = [d for d in readings.find(settings) if report is None or _is(d, report)]
    if report is not None and not documents:
        fail(f"No document in {settings.landing_dir} is, or gave, {report}.", "See finsam review.")
    console = out()
    if adopt:
        _adopt(console, settings, documents)
        return
    unread = [d.fil for d in documents if d.adopted is None]
    doubtful = [(d, stands) for d in documents if (stands := d.adopted) and stands.suspects]
    for document, stands in doubtful:
        _show_suspects(console, document, stands, lines)
    _show_waiting(console, documents)
    _show_decisions(console, settings, documents)
    total = sum(len(stands.suspects) for _, stands in doubtful)
    console.print(f"{total} suspect figures in {len(doubtful)} of {len(documents)} documents.")
    if unread:
        console.print(f"Not read yet: {', '.join(unread)}. Run finsam refresh.")


def _is(document: "Document", report: str) -> bool:
    stands = document.adopted
    return report in (document.fil, document.path.name) or bool(
        stands and stands.report.get("report_id") == report
    )


def _adopt(console: "Console", settings: "Settings", documents: "Sequence[Document]") -> None:
    from dagster_pipelines.documents.readings import adopt_waiting  # noqa: PLC0415

    adopted = adopt_waiting(settings, documents)
    for document in adopted:
        console.print(f"{document.fil}: the newer reading stands from the next refresh on.")
    if not adopted:
        console.print("No newer reading waits.")


def _show_suspects(
    console: "Console", document: "Document", stands: "Reading", around: int
) -> None:
    from rich.text import Text  # noqa: PLC0415

    source = stands.text.split("\n")
    console.rule(f"{document.fil} ({stands.report.get('report_id', '')})", align="left")
    for fact in stands.suspects:
        at = int(fact["line"])
        console.print(
            Text(
                f"\nrad {at}: «{fact['printed']}» läst som {fact['value'] or '?'} {fact['unit']}",
                "bold",
            )
        )
        console.print(Text(f"  {_read_as(fact)}"))
        if fact["note"]:
            console.print(Text(f"  varför: {fact['note']}"))
        for number in range(max(1, at - around), min(len(source), at + around) + 1):
            style = "reverse" if number == at else "dim"
            shown = _near(source[number - 1], fact["printed"] if number == at else "")
            console.print(Text(f"  {number:>5} │ {shown}", style), soft_wrap=True)
        for other in _other_readings(source[at - 1] if at <= len(source) else ""):
            console.print(Text(f"  raden kan läsas: {other}", "dim"), soft_wrap=True)
        printed = fact["printed"].replace('"', '""')
        row = (
            f'{fact["report_id"]},{at},{fact["position"]},"{printed}",'
            f'{fact["value"] or "VÄRDE"},VEM,{date.today()},"VARFÖR"'
        )
        console.print(Text(f"  beslut: {row}", "dim"), soft_wrap=True)


def _read_as(fact: Mapping[str, str]) -> str:
    """What the figure was taken for: statement, label, insats, breakdown, scenario and period."""
    period = "–".join(part for part in (fact["period_start"], fact["period_end"]) if part)
    about = [fact[name] for name in ("statement", "label", "insats", "breakdown") if fact[name]]
    return ", ".join([*about, f"{fact['scenario']} {period}"])


def _near(line: str, printed: str) -> str:
    """A line, or of a long one what stands around the figure."""
    if len(line) <= WIDEST:
        return line
    at = max(line.find(printed), 0) if printed else 0
    start = max(0, at - WIDEST // 2)
    shown = line[start : start + WIDEST]
    return ("…" if start else "") + shown + ("…" if start + WIDEST < len(line) else "")


def _other_readings(line: str) -> list[str]:
    """The ways in which the digit groups of a row of figures can be cut, when there are several."""
    from dagster_pipelines.extraction.numbers import cuts, to_decimal  # noqa: PLC0415
    from dagster_pipelines.extraction.source import read_source  # noqa: PLC0415
    from dagster_pipelines.extraction.tables import parse_row  # noqa: PLC0415

    row = parse_row(read_source(line).lines[0])
    if row is None or row.tabbed is not None:
        return []
    ranked = sorted((cut for ways in cuts(row.pieces).values() for cut in ways), key=lambda c: c[0])
    shown = [
        " | ".join("–" if f is None else str(to_decimal(f.value)) for f in cut.figures)
        for cut in ranked
    ]
    readings = list(dict.fromkeys(shown))
    return readings[:READINGS] if len(readings) > 1 else []


def _show_waiting(console: "Console", documents: "Sequence[Document]") -> None:
    from dagster_pipelines.documents.delivery import shown  # noqa: PLC0415
    from dagster_pipelines.documents.readings import differences  # noqa: PLC0415

    for document in documents:
        stands, waiting = document.adopted, document.waiting
        if stands and waiting:
            console.print(
                table(
                    f"{document.fil}: reading {waiting.version} differs from {stands.version} "
                    "(finsam review --adopt lets it stand)",
                    ("rad", "figur", "slag", "nuvarande", "ny"),
                    [
                        (d.line, d.position, d.kind, shown(d.old), shown(d.new))
                        for d in differences(stands, waiting)
                    ],
                )
            )


def _show_decisions(
    console: "Console", settings: "Settings", documents: "Sequence[Document]"
) -> None:
    from dagster_pipelines.documents import decisions, delivery  # noqa: PLC0415

    try:
        verdicts = delivery.verdicts(settings, documents)
    except decisions.DecisionFileError as problem:
        fail(str(problem), "Correct the file; nothing was changed.")
    missed = [row for row in verdicts if row["utfall"] != decisions.APPLIED]
    if missed:
        console.print(
            table(
                "Decisions that are not applied",
                ("report", "line", "printed", "utfall", "meddelande"),
                [
                    (r["report_id"], r["line"], r["printed"], r["utfall"], r["meddelande"])
                    for r in missed
                ],
            )
        )
