"""From a line of a report to everything that rests on it, and back to the characters.

Belongs here: collecting the way of a line: facts, delivery, kept file, document, printed
characters, and the marts and checks that use it. Does not belong here: showing it (`cli.trace`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines import evidence
from dagster_pipelines.documents import succession
from dagster_pipelines.documents.readings import Document
from dagster_pipelines.settings import Settings

Row = Mapping[str, Any]
NUMBERS = re.compile(r"\d+")

REPORT = """
    select d.report_id, d.status, d.kallfil, d.dokument_sha256, l.leverans_id, l.fil, l.sha256,
        l.tidpunkt, l.antal_fakta, l.leverans_id = d.publicerad_leverans_id as publicerad
    from marts.dim_rapport as d
    join raw.leverans as l
        on l.leverans_id = coalesce(d.publicerad_leverans_id, d.senaste_leverans_id)
    where d.report_id = ?
"""
FACTS = """
    select line, position, page, rad, statement, label, post_code, insats, scenario, period_start,
        period_end, unit, value, printed, status, note
    from raw.fakta where leverans_id = ? and (? is null or line = ?) order by line, position
"""
# What names its lines, and how: numbers separated by commas, or "<table> rad <number>".
USES = {
    "fct_ekonomi": "statement || ', ' || post_code, scenario, period_start, period_end, "
    "belopp_sek as tal, 'kr' as enhet, rader as kalla",
    "fct_kostnad": "coalesce(insats, insatstyp, niva), scenario, period_start, period_end, "
    "belopp_sek, 'kr', array_to_string(regexp_extract_all(kallor, 'rad (\\d+)', 1), ', ')",
    "fct_deltagare": "concat_ws(', ', insats, insatstyp, matt, etikett, kon), scenario, "
    "period_start, period_end, antal, enhet, rader",
    "fct_mal": "mal, coalesce(utfall_scenario, 'mal'), period_start, period_end, malvarde, enhet, "
    "concat_ws(', ', mal_rad, utfall_rad)",
    "fct_nyckeltal": "nyckeltal, scenario, period_start, period_end, rapporterat_varde, enhet, "
    "rapporterat_rad::varchar",
}
# REJ names lines of the file, not of the report; what follows « is printed characters.
CHECKS = """
    select regel_id, utfall, mening, regexp_replace(rader, ': tryckt «.*$', '') as kalla
    from marts.fct_kontroll
    where leverans_id = ? and rader is not null and regel_id <> 'REJ'
    order by regel_id, mening
"""


@dataclass(frozen=True)
class Trace:
    """The way of one report, or of one of its lines; rows are dictionaries."""

    report: Row
    kept_file: Path | None
    """The delivered file as kept; None when there is no copy."""
    file_lines: Mapping[int, str]
    """The lines of the delivered file on which the facts stand; empty for Parquet."""
    facts: Sequence[Row]
    uses: Sequence[Row]
    checks: Sequence[Row]
    document: Path | None
    """The original document as kept; None when it was never delivered here."""
    source: Mapping[int, str]
    """The document's own lines around the line asked for."""


def trace(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    report_id: str,
    line: int | None = None,
    around: int = 2,
) -> Trace | None:
    """The way of a report's published delivery (or newest, when none is); None if unknown.

    `con` is the published database; the files beside it are looked up in `settings`.
    """
    found = _rows(con, REPORT, report_id)
    if not found:
        return None
    report = found[0]
    facts = _rows(con, FACTS, report["leverans_id"], line, line)
    kept = evidence.kept(report["sha256"], settings)
    document = _document(report, settings)
    return Trace(
        report=report,
        kept_file=kept,
        file_lines=_file_lines(kept, [fact["rad"] for fact in facts]) if line else {},
        facts=facts,
        uses=[use for use in _uses(con, report["leverans_id"]) if _names(use, line)],
        checks=[
            check for check in _rows(con, CHECKS, report["leverans_id"]) if _names(check, line)
        ],
        document=next(document.folder.glob("original.*"), None) if document else None,
        source=_source(document, line, around) if document and line else {},
    )


def _uses(con: duckdb.DuckDBPyConnection, leverans_id: str) -> list[Row]:
    columns = "vad, scenario, period_start, period_end, tal, enhet, kalla"
    parts = " union all ".join(
        f"select * from (select '{mart}', {what} from marts.{mart} where leverans_id = $leverans) "
        f"as rader(tabell, {columns})"
        for mart, what in USES.items()
    )
    cursor = con.execute(
        f"from ({parts}) where kalla <> '' order by tabell, vad, scenario, period_end",
        {"leverans": leverans_id},
    )
    return _dictionaries(cursor)


def _names(row: Row, line: int | None) -> bool:
    """Whether the row says that it rests on that line."""
    return line is None or str(line) in NUMBERS.findall(row["kalla"])


def _file_lines(kept: Path | None, lines: Sequence[int]) -> dict[int, str]:
    if kept is None or kept.suffix == ".parquet":
        return {}
    text = kept.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    every = text.split("\n")
    return {rad: every[rad - 1] for rad in sorted(set(lines)) if rad <= len(every)}


def _document(report: Row, settings: Settings) -> Document | None:
    """What the delivery was read out of; of a person's, what its report is said to stand in.

    A report's own document is the newest, whose figures need not be the published ones.
    """
    known = succession.mark_of(report["fil"]) or report["dokument_sha256"]
    if not known:
        return None
    folder = next((settings.documents_dir / known[:2]).glob(f"{known}*/"), None)
    return Document("", folder, folder.name, folder) if folder else None


def _source(document: Document, line: int, around: int) -> dict[int, str]:
    stands = document.adopted
    text = stands.text.split("\n") if stands else []
    numbers = range(max(1, line - around), min(len(text), line + around) + 1)
    return {number: text[number - 1] for number in numbers}


def _rows(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Row]:
    return _dictionaries(con.execute(sql, list(values)))


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
