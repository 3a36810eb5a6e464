"""Which document of a report is the newest: the one whose content was first seen last.

Belongs here: the record of the order in which contents came, and what it says of the documents of
one report. Does not belong here: finding or reading documents (`readings`), delivering them.

A draft lies in landing/ beside the final report, and a decision or a new reading may concern both.
Only the newest is delivered anew, whatever the documents are called. Of those that came together
the last by name is the newest, as with fact files.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb

from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.documents.readings import Document
from dagster_pipelines.facts.order import by_name, published_file
from dagster_pipelines.files import replace_text
from dagster_pipelines.settings import Settings

RECORD = "i_tur.txt"
log = logging.getLogger("finsam.succession")


def mark(document: Document) -> str:
    """The content by which a document is known here, and in the name of what it delivers."""
    return document.sha256[:12]


def mark_of(fil: str) -> str | None:
    """That of the document behind a delivered file; None where a person handed the file in."""
    parts = fil.split(".")
    return parts[-3] if fil.startswith("dokument/") and fil.endswith(".fakta.csv") else None


def in_turn(settings: Settings, documents: Sequence[Document]) -> list[str]:
    """Every content that was ever seen, in the order in which they came; these documents too."""
    record = settings.documents_dir / RECORD
    noted = record.read_text(encoding="utf-8", errors="replace") if record.exists() else ""
    seen = noted.split() or _remembered(settings)
    named = sorted(documents, key=lambda document: by_name(Path(document.fil)))
    return list(dict.fromkeys([*seen, *map(mark, named)]))


def keep(settings: Settings, turn: Sequence[str]) -> None:
    """Write the order down for the next time."""
    replace_text(settings.documents_dir / RECORD, "".join(f"{each}\n" for each in turn))


def newest(
    settings: Settings, turn: Sequence[str], reports: Mapping[str, str]
) -> Mapping[str, str]:
    """The newest content of each report.

    Args:
        settings: where deliveries are: one whose document has been taken away counts as well, so
            that its predecessor does not come back.
        turn: contents in the order in which they came.
        reports: the report that each content is about now.
    """
    place = {each: at for at, each in enumerate(turn)}
    delivered = {each: report for report, each in _delivered(settings)}
    found: dict[str, str] = {}
    for each, report in sorted(
        {**delivered, **reports}.items(), key=lambda one: place.get(one[0], -1)
    ):
        found[report] = each
    return found


def _delivered(settings: Settings) -> Iterator[tuple[str, str]]:
    for path in (settings.documents_dir / "leverans").glob("*.fakta.csv"):
        report, content, *_ = path.name.split(".")
        yield report, content


def _remembered(settings: Settings) -> list[str]:
    """The order as the build database has it, or else the publication; empty without either."""
    published = published_file(settings)
    sources: list[tuple[Path, AbstractContextManager[duckdb.DuckDBPyConnection]]] = [
        (settings.build_db, open_build(settings)),
        (published, open_published(published)),
    ]
    for path, opened in sources:
        if not path.exists():
            continue
        try:
            with opened as con:
                seen = [str(content) for (content,) in con.execute(SEEN).fetchall()]
        except (OSError, duckdb.Error) as unreadable:
            log.warning("no order of documents", extra={"file": str(path), "why": str(unreadable)})
            continue
        if seen:
            return seen
    return []


# What was there and never delivered is older than all that was: it had been replaced, or could not
# be told to be of any report.
SEEN = """
    with levererade as (
        select split_part(fil, '.', -3) as innehall, min(inlasning_id) as forst
        from raw.inlasning where fil like 'dokument/%.fakta.csv'
        group by innehall
    )
    select innehall from (
        from levererade
        union
        select left(sha256, 12), '' from raw.dokument
        where left(sha256, 12) not in (select innehall from levererade)
    )
    order by forst, innehall
"""
