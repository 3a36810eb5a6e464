"""`finsam extract`: report documents to files of facts, without a warehouse.

Belongs here: the options, the progress bar and a closing line per document. Does not belong here:
reading documents (`extraction`).
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_pipelines.cli.screen import err, fail, settings_for
from dagster_pipelines.outcome import STRUCTURAL_BREAK

if TYPE_CHECKING:
    from dagster_pipelines.extraction import Extraction

SUFFIXES = (".pdf", ".txt", ".md")


def command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Reports (.pdf, .txt, .md), or folders of them."),
    ],
    facts: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Where the facts go; without it, to standard output."),
    ] = None,
    reports: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Where the row of each document goes.")
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Where identities that do not hold in a report go."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one per core unless given.")
    ] = None,
) -> None:
    """Read report documents into facts of the fact contract; nothing is loaded.

    Every fact has its line, its printed characters and an honest status: reconciled, unchecked,
    repaired or suspect. Exit code 0: every document was read. 1: some gave no facts (its line
    says why). 2: there is no such file.
    """
    paths = _documents(files)
    from dagster_pipelines.extraction.export import (  # noqa: PLC0415
        write_facts,
        write_findings,
        write_reports,
    )

    extractions = _extract(paths, workers)
    for path, write in ((facts, write_facts), (reports, write_reports), (findings, write_findings)):
        if path is not None:
            try:
                write(path, extractions)
            except OSError as problem:
                fail(f"{path} cannot be written: {problem.strerror}.", "Name another file.")
    if facts is None and not sys.stdout.isatty():  # a screen has no use for thousands of cells
        write_facts(sys.stdout, extractions)
    for path, extraction in zip(paths, extractions, strict=True):
        err().print(_line(path, extraction), soft_wrap=True, markup=False)
    if any(extraction.outcome != "läst" for extraction in extractions):
        raise typer.Exit(STRUCTURAL_BREAK)


def _documents(files: list[Path]) -> list[Path]:
    paths: list[Path] = []
    for path in files:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            paths.extend(sorted(inside))
        elif path.exists():
            paths.append(path)
        else:
            fail(f"{path} does not exist.", "Name a report (.pdf, .txt, .md) or a folder.")
    if not paths:
        fail("There are no reports there.", f"Reports end in {', '.join(SUFFIXES)}.")
    return paths


def _extract(paths: list[Path], workers: int | None) -> "list[Extraction]":
    from rich.progress import Progress  # noqa: PLC0415

    from dagster_pipelines.documents.readings import limits_of  # noqa: PLC0415
    from dagster_pipelines.extraction.many import extract_many  # noqa: PLC0415

    with ExitStack() as stack:
        bar = stack.enter_context(Progress(console=err(), transient=True))
        task = bar.add_task("reading", total=len(paths))
        return extract_many(
            paths,
            workers=workers,
            limits=limits_of(settings_for()),
            progress=lambda done, _total, _e: bar.update(task, completed=done),
        )


def _line(path: Path, extraction: "Extraction") -> str:
    """What became of a document, in one line that survives a narrow screen."""
    if extraction.outcome != "läst":
        return f"{path.name}: {extraction.outcome}. {extraction.message}"
    by_status = ", ".join(
        f"{_count(extraction, status)} {status}"
        for status in ("reconciled", "unchecked", "repaired", "suspect")
    )
    report = extraction.report.get("report_id") or "report not identified"
    return (
        f"{path.name}: {report}, {len(extraction.facts)} facts ({by_status}), "
        f"{len(extraction.findings)} findings"
    )


def _count(extraction: "Extraction", status: str) -> int:
    return sum(fact["status"] == status for fact in extraction.facts)
