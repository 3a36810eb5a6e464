"""How what is published is shown: the reports, what stands in quarantine, what was rejected.

Belongs here: the part of the screen that `refresh` and `status` have in common.
Does not belong here: deciding any of it; it is read from the manifest.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from dagster_pipelines.cli.screen import table
from dagster_pipelines.settings import Settings

Manifest = Mapping[str, Any]
Report = Mapping[str, Any]
MOST_REPORTS = 40
"""More than these nobody reads at the end of a refresh."""
READ, REPLACED = "läst", "Ersatt av "
OUTCOMES = ("håller", "avrundning", "känd avvikelse", "brott", "ej prövbar")


def show_published(
    console: Console, manifest: Manifest, settings: Settings, *, every_report: bool = False
) -> None:
    """Reports, quarantine, rejected rows, and where the file is.

    A country's reports are summed by status, and those that are not published are listed, unless
    `every_report` is wanted.
    """
    if every_report or len(manifest["reports"]) <= MOST_REPORTS:
        show_reports(console, "Reports", manifest["reports"])
    else:
        show_statuses(console, manifest["reports"])
    show_quarantine(console, manifest)
    show_rejected(console, manifest)
    show_postponed(console, manifest)
    show_replaced(console, manifest)
    show_documents(console, manifest)
    show_decisions(console, manifest)
    if manifest["suspects"]:
        console.print(f"{manifest['suspects']} facts are marked suspect.", style="yellow")
    console.print(f"Published {manifest['published_at']}: {settings.published_db}", soft_wrap=True)


def show_reports(console: Console, title: str, reports: Sequence[Report]) -> None:
    """A row per report with what its checks came to."""
    rows = [
        (r["report_id"], r["status"], r["publicerad_version"], r["antal_fakta"], *_outcomes([r]))
        for r in reports
    ]
    columns = ("report", "status", "version", "facts", *OUTCOMES)
    console.print(table(title, columns, rows))


def show_statuses(console: Console, reports: Sequence[Report]) -> None:
    """A row per status with what the checks of its reports came to, and the unpublished reports."""
    by_status: dict[str, list[Report]] = {}
    for report in reports:
        by_status.setdefault(report["status"], []).append(report)
    rows = [
        (status, len(those), sum(report["antal_fakta"] for report in those), *_outcomes(those))
        for status, those in sorted(by_status.items())
    ]
    columns = ("status", "reports", "facts", *OUTCOMES)
    console.print(table(f"Reports ({len(reports)})", columns, rows))
    unpublished = [report for report in reports if not report["publicerad_version"]]
    if unpublished:
        shown = unpublished[:MOST_REPORTS]
        more = len(unpublished) - len(shown)
        of = f" ({more} more are not shown)" if more else ""
        show_reports(console, f"Reports without a published version{of}", shown)
    console.print("finsam status --all lists every report.")


def _outcomes(reports: Iterable[Report]) -> Iterator[int]:
    """How often each outcome came of the checks of these reports, in the order of OUTCOMES."""
    counted: Counter[str] = Counter()
    for report in reports:
        counted.update(report["kontroller"])
    return (counted[outcome] for outcome in OUTCOMES)


def show_quarantine(console: Console, manifest: Manifest) -> None:
    """Each unexplained blocking break: rule, report, lines, both numbers, and what to do."""
    for found in manifest["quarantine"]:
        period = "–".join(part for part in (found["period_start"], found["period_end"]) if part)
        about = ", ".join(part for part in (found["scenario"], period, found["objekt"]) if part)
        console.print(
            Text.assemble(
                ("Quarantine ", "bold red"), (found["report_id"], "bold"),
                f"  rule {found['regel_id']} ({about})\n  {found['mening']}\n",
                f"  {_plain(found['summa'])} against {_plain(found['led'])} {found['enhet']}, "
                f"difference {_plain(found['differens'])}; {found['rader'] or 'no line'}",
            ),
            soft_wrap=True,
        )  # fmt: skip
    if manifest["quarantine"]:
        console.print(
            "The deliveries above are not published; earlier accepted versions still are. Correct "
            "the fact file and put it in landing/, or explain the exact difference in "
            "seeds/kand_avvikelse.csv; then run finsam refresh again.",
            style="yellow",
            soft_wrap=True,
        )


def show_quarantine_log(console: Console, manifest: Manifest) -> None:
    """When deliveries were stopped, by which rules, and what let them go and when."""
    events = manifest.get("quarantine_log", [])
    if events:
        columns = ("delivery", "rules", "stopped", "released", "released by")
        rows = [
            (e["leverans_id"], e["regler"], e["stoppad"], e["slappt"] or "stands", e["slappt_av"])
            for e in events
        ]
        console.print(table("Quarantine so far", columns, rows))


def show_conservation(console: Console, manifest: Manifest) -> None:
    """Where everything that was ever delivered went."""
    counted = manifest.get("conservation")
    if counted:
        console.print(
            "Rows ever delivered: {lasta} = {godkanda} accepted + {avvisade} rejected; "
            "{upprepade} of the accepted repeated a delivery. "
            "Facts in deliveries: {fakta} = {publicerade} published + {osakra} suspect + "
            "{i_karantan} in quarantine + {ersatta} superseded.".format(**counted),
            soft_wrap=True,
        )


def show_rejected(console: Console, manifest: Manifest) -> None:
    """Each file of which rows were rejected, or the whole where it lies there still."""
    refused = manifest.get("refused", ())
    for file in manifest["files"]:
        if file["utfall"] == "delvis avvisad" or file["fil"] in refused:
            console.print(
                f"{file['fil']}: {file['utfall']}, {file['avvisade']} of {file['lasta']} rows. "
                f"{file['meddelande']}",
                style="yellow",
                soft_wrap=True,
                markup=False,
            )


def show_postponed(console: Console, manifest: Manifest) -> None:
    """Each file that could not be read."""
    for fil, reason in manifest.get("postponed", {}).items():
        _notice(console, f"{fil}: uppskjuten. {reason}")


def show_replaced(console: Console, manifest: Manifest) -> None:
    """Each report that two files of one load gave differently, while both of them lie there."""
    for row in manifest.get("replaced", []):
        _notice(
            console,
            "{report_id}: {fil} ersätter {ersatt}, inläst samtidigt; det senare namnet gäller. Ta "
            "bort {ersatt}. Är det den som ska gälla: lägg in en kopia av den under ett nytt "
            "namn.".format(**row),
        )


def show_documents(console: Console, manifest: Manifest) -> None:
    """Each document that gave no facts, has doubtful figures or a newer reading that waits.

    One that another has replaced says so instead: nothing waits for its figures.
    """
    for document in manifest.get("documents", []):
        said = []
        if document["utfall"] != READ:
            said.append(f"{document['utfall']}, no facts. {document['meddelande']}")
        elif document["meddelande"].startswith(REPLACED):
            said.append(document["meddelande"])
        elif document["antal_osakra"]:
            said.append(
                f"{document['antal_osakra']} of {document['antal_fakta']} figures are doubtful; "
                f"see finsam review {document['report_id']}."
            )
        if document["vantande_utlasning"]:
            said.append(
                f"A newer reading waits, {document['antal_skillnader']} figures differ; "
                "see finsam review."
            )
        if said:
            _notice(console, f"{document['fil']}: {' '.join(said)}")


def show_decisions(console: Console, manifest: Manifest) -> None:
    """Each decision in granskning.csv that was not applied."""
    for decision in manifest.get("decisions", []):
        _notice(
            console,
            f"granskning.csv, {decision['report_id']} line {decision['line']}: "
            f"{decision['utfall']}. {decision['meddelande']}",
        )


def _notice(console: Console, text: str) -> None:
    console.print(Text(text, style="yellow"), soft_wrap=True)


def _plain(number: str | None) -> str:
    """A decimal without the zeros that only its type added."""
    if number is None or "." not in number:
        return number or "–"
    return number.rstrip("0").rstrip(".")
