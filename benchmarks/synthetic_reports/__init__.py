"""Synthetic reports of samordningsförbund with known truth, for measuring an extractor.

    report = generate(seed=7, kind="ocr")
    report.text            the document
    report.truth_facts     every figure it prints, in the columns of the fact contract
    report.truth_report    its identity: förbund, org number, type, period, decision
    report.damaged         figures whose characters were spoilt (kind "damaged")
    report.planted         identities that the report itself breaks (kind "planted")

Seeded and deterministic. The prose is invented; the accounts hold to the krona before
rounding. Written from real reports and the rules, never from an extractor's code.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Literal, get_args

from .compose import compose
from .figures import Figure
from .page import LAYOUTS, Line, line_text
from .plant import Planted, plant
from .wear import Damage, damage, wear

Kind = Literal["clean", "ocr", "damaged", "planted"]
KINDS: tuple[Kind, ...] = get_args(Kind)
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


@dataclass(frozen=True)
class SyntheticReport:
    """A document and all that is true of it.

    `truth_facts` are rows of the fact contract with text values; `value` is what the report
    means, `printed` what stands on that line. `layouts` gives (statement, layout) of each table
    in reading order. `damaged` and `planted` refer to rows of
    `truth_facts` by index, as the first of each pair.
    """

    text: str
    truth_facts: list[dict[str, str]]
    truth_report: dict[str, str]
    layouts: list[tuple[str, str]]
    damaged: list[tuple[int, Damage]] = field(default_factory=list)
    planted: list[tuple[int, Planted]] = field(default_factory=list)


def generate(seed: int, kind: Kind, layout: str | None = None) -> SyntheticReport:
    """The report of a seed. `layout` forces every table into one of `LAYOUTS`.

    Raises:
        ValueError: an unknown kind or layout.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind {kind!r}: one of {', '.join(KINDS)}")
    rng = Random(f"{kind}:{seed}")
    worn = kind in ("ocr", "damaged")
    draft = compose(rng, worn=worn, layout=layout)
    lines, damages, plants = draft.lines, [], []
    if kind == "planted":
        plants = plant(lines, rng, draft.style)
    if worn:
        lines = wear(lines, rng)
    if kind == "damaged":
        damages = damage(lines, rng)
    facts, index = _facts(lines, draft.report["report_id"])
    return SyntheticReport(
        text="\n".join(line_text(line) for line in lines) + "\n",
        truth_facts=facts,
        truth_report=draft.report,
        layouts=draft.layouts,
        damaged=[(index[id(done.figure)], done) for done in damages],
        planted=[(index[id(done.figure)], done) for done in plants],
    )


def _facts(lines: list[Line], report_id: str) -> tuple[list[dict[str, str]], dict[int, int]]:
    """Rows of the fact contract in reading order, and where each figure went."""
    facts: list[dict[str, str]] = []
    index: dict[int, int] = {}
    for number, line in enumerate(lines, start=1):
        figures = [part for part in line if isinstance(part, Figure)]
        for position, figure in enumerate(figures, start=1):
            index[id(figure)] = len(facts)
            row = dict.fromkeys(FACT_COLUMNS, "")
            row |= figure.meta | {
                "report_id": report_id,
                "line": str(number),
                "position": str(position),
                "value": str(figure.value),
                "printed": figure.printed,
                "status": "verified",
            }
            facts.append(row)
    return facts, index


__all__ = [
    "FACT_COLUMNS",
    "KINDS",
    "LAYOUTS",
    "Damage",
    "Kind",
    "Planted",
    "SyntheticReport",
    "generate",
]
