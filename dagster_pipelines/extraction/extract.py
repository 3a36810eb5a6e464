"""One document to facts: the whole way, in order.

Belongs here: the result type, the order of the steps and the outcome of a document. Does not
belong here: any step itself.
"""

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .counts import settle
from .identity import Identity, identify
from .numbers import forget_rows
from .prose import read_prose
from .scattered import find_scattered, scattered_facts
from .sections import Walker
from .source import Source, read_source
from .statements import Draft, group_by_line, read_tables, statistics

EXTRACTOR_VERSION = "1.2.0"
MAX_CHARACTERS = 5_000_000
FACT_COLUMNS = (
    "report_id",
    "line",
    "position",
    "page",
    "statement",
    "label",
    "post_code",
    "insats",
    "insatstyp",
    "breakdown",
    "scenario",
    "period_start",
    "period_end",
    "unit",
    "value",
    "printed",
    "status",
    "note",
)
REPORT_COLUMNS = (
    "report_id",
    "source_file",
    "forbund",
    "org_number",
    "report_type",
    "period_start",
    "period_end",
    "decided_date",
    "sha256",
    "extracted_by",
    "note",
)
FINDING_COLUMNS = (
    "report_id",
    "rule",
    "scenario",
    "period_start",
    "period_end",
    "difference",
    "severity",
    "message",
)


@dataclass(frozen=True)
class Extraction:
    """What a document gave: its row in reports.csv, its facts, what does not hold, the outcome.

    `outcome` is läst, tom, ej rapport, krypterad, trasig, kräver ocr or för stor; `message` says
    it in a Swedish sentence. Values are Decimal, dates datetime.date or None.
    """

    report: dict[str, object]
    facts: list[dict[str, object]]
    findings: list[dict[str, object]]
    outcome: str
    message: str
    text: str = ""
    """The text that was read, line by line as the facts' provenance counts."""


def extract_text(text: str, source_file: str = "") -> Extraction:
    """Read a report in plain text or Markdown; form feeds separate pages. Never raises."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return extract_source(text, source_file, digest, scanned=False)


def refused(outcome: str, message: str, source_file: str, digest: str = "") -> Extraction:
    """A document that gave no facts, and why."""
    report: dict[str, object] = dict.fromkeys(REPORT_COLUMNS, "")
    report |= {
        "source_file": source_file,
        "sha256": digest,
        "period_start": None,
        "period_end": None,
        "decided_date": None,
        "extracted_by": f"finsam extract {EXTRACTOR_VERSION}",
        "note": message,
    }
    return Extraction(report, [], [], outcome, message)


def extract_source(text: str, source_file: str, digest: str, *, scanned: bool) -> Extraction:
    """Read the text of a document whose bytes have the given hash."""
    if not text.strip():
        return refused("tom", "Dokumentet innehåller ingen text.", source_file, digest)
    if len(text) > MAX_CHARACTERS:
        return refused(
            "för stor",
            f"Dokumentet har {len(text)} tecken; gränsen är {MAX_CHARACTERS}. Dela upp det.",
            source_file,
            digest,
        )
    with _collecting_afterwards():
        return _extract(text, source_file, digest, scanned=scanned)


@contextmanager
def _collecting_afterwards() -> Iterator[None]:
    """One document makes 100 000s of small objects and next to no cycles.

    Looking through them again and again for cycles to collect took a sixth of the time; so did
    looking once through what was remembered of its rows, which no other document has.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        forget_rows()
        if collecting:
            gc.enable()


def _extract(text: str, source_file: str, digest: str, *, scanned: bool) -> Extraction:
    source = read_source(text, scanned=scanned)
    identity = identify(source)
    scattered = find_scattered(source)
    document = Walker(source, identity.forbund_id, scattered.lines).walk()
    drafts, findings = read_tables(source, document, identity)
    drafts += scattered_facts(scattered, document, identity, worn=source.worn)
    drafts += statistics(document, identity, source.worn)
    statements = {d.statement for d in drafts}
    if not _is_report(identity, statements, text):
        return refused(
            "ej rapport",
            "Dokumentet ser inte ut som en rapport från ett samordningsförbund: varken förbund "
            "eller räkningar hittades.",
            source_file,
            digest,
        )
    drafts += read_prose(document, drafts, identity, source)
    drafts = settle(drafts, worn=source.worn)
    facts = _facts(drafts, identity)
    report = _report(identity, source_file, digest, source)
    return Extraction(
        report,
        facts,
        findings,
        "läst",
        f"{len(facts)} uppgifter lästa, {sum(f['status'] == 'suspect' for f in facts)} osäkra, "
        f"{len(findings)} avvikelser.",
        text,
    )


def _is_report(identity: Identity, statements: set[str], text: str) -> bool:
    folded = text.lower()
    named = identity.forbund is not None or "samordningsf" in folded or "finsam" in folded
    accounts = statements & {"resultatrakning", "balansrakning", "kassaflode", "driftredovisning"}
    if identity.period_end is None:
        return bool(named and accounts)
    return named or len(accounts) >= 2


def _facts(drafts: list[Draft], identity: Identity) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    report_id = identity.report_id
    for _, on_line in sorted(group_by_line(drafts).items()):
        for position, draft in enumerate(sorted(on_line, key=lambda d: d.start), start=1):
            if not draft.printed.strip():
                continue
            facts.append(_fact(draft, position, report_id))
    return facts


def _fact(draft: Draft, position: int, report_id: str) -> dict[str, object]:
    value: Decimal = draft.value
    start: date | None = draft.period_start
    status, note = draft.status, draft.note
    if draft.period_end is None and status == "unchecked":
        status, note = "suspect", "perioden framgår inte"
    return {
        "report_id": report_id,
        "line": draft.line,
        "position": position,
        "page": draft.page,
        "statement": draft.statement,
        "label": draft.label,
        "post_code": draft.post_code,
        "insats": draft.insats,
        "insatstyp": draft.insatstyp,
        "breakdown": draft.breakdown,
        "scenario": draft.scenario,
        "period_start": start,
        "period_end": draft.period_end,
        "unit": draft.unit,
        "value": value,
        "printed": draft.printed,
        "status": status,
        "note": note,
    }


def _report(identity: Identity, source_file: str, digest: str, source: Source) -> dict[str, object]:
    notes = []
    if identity.forbund is None:
        notes.append("förbundet känns inte igen i registret")
    if identity.period_end is None:
        notes.append("perioden framgår inte")
    if source.worn:
        notes.append("texten är sliten av OCR")
    return {
        "report_id": identity.report_id,
        "source_file": source_file,
        "forbund": identity.name,
        "org_number": identity.org_number,
        "report_type": identity.report_type,
        "period_start": identity.period_start,
        "period_end": identity.period_end,
        "decided_date": identity.decided,
        "sha256": digest,
        "extracted_by": f"finsam extract {EXTRACTOR_VERSION}",
        "note": "; ".join(notes),
    }
