"""A person's decisions on figures that the extractor doubts: `data/granskning.csv`.

Belongs here: reading the decisions, applying them to facts, and telling which met nothing.
Does not belong here: finding what needs a decision (`finsam review`).

A decision names report, line and printed characters, and gives the right value, or `stryk` for
characters that are no figure at all. It holds only for a figure that is still
printed so: when the source or its reading changes, the decision is reported and not applied.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from dagster_pipelines.facts.kontrakt import kontrakt
from dagster_pipelines.facts.validate import read_registers, validate
from dagster_pipelines.settings import PROJECT_DIR

COLUMNS = ("report_id", "line", "position", "printed", "beslutat_varde", "vem", "nar", "varfor")
APPLIED, UNMATCHED, FAULTY = "tillämpad", "utan motsvarighet", "felaktig"
STRIKE = "stryk"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Decision:
    """One row of the file. `position` is empty where the characters stand once on the line."""

    rad: int
    report_id: str
    line: str
    position: str
    printed: str
    beslutat_varde: str
    vem: str
    nar: str
    varfor: str

    def fault(self) -> str:
        """What is wrong with the row itself, as a Swedish sentence; empty when nothing is."""
        for column in ("report_id", "line", "printed", "beslutat_varde", "vem", "nar", "varfor"):
            if not getattr(self, column).strip():
                return f"kolumnen {column} är tom; fyll i den."
        if not self.line.isdigit() or not (self.position.isdigit() or not self.position):
            return "line och position ska vara heltal."
        if self.beslutat_varde != STRIKE and not _is_number(self.beslutat_varde):
            return (
                f"beslutat_varde är {self.beslutat_varde!r}; skriv talet som i en faktafil, till "
                "exempel -1234.5: siffror och decimalpunkt (högst 18 före och 6 efter den), inget "
                f"plustecken och inga tusentalsavgränsare. Eller skriv {STRIKE}."
            )
        try:
            date.fromisoformat(self.nar)
        except ValueError:
            return f"nar är {self.nar!r}; skriv datumet som ÅÅÅÅ-MM-DD."
        return ""

    def meets(self, fact: Row) -> bool:
        """Is this the figure that the decision is about, still printed as it was?"""
        return (
            fact["report_id"] == self.report_id
            and fact["line"] == self.line
            and fact["printed"] == self.printed
            and self.position in ("", fact["position"])
        )


@dataclass(frozen=True)
class Verdict:
    """What became of a decision."""

    decision: Decision
    utfall: str
    meddelande: str


class DecisionFileError(Exception):
    """The file of decisions cannot be read as one; the message names file, line and remedy."""


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a CSV file; none when there is no file.

    Raises:
        DecisionFileError: wrong columns, wrong number of fields on a line, or not UTF-8.
    """
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise DecisionFileError(
                    f"{path.name}, rad 1: kolumnerna ska vara {','.join(COLUMNS)}."
                )
            return [_decision(path, reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise DecisionFileError(
            f"{path.name}: filen kan inte läsas som CSV i UTF-8 ({problem}); spara om den."
        ) from problem


def apply(
    decisions: Sequence[Decision], facts: Iterable[Row]
) -> tuple[list[dict[str, str]], list[Verdict]]:
    """Facts with the decided values, and what became of each decision.

    A decided fact is `verified`, keeps its printed characters and says in its note who decided;
    one that is struck out is left out. A decision that would make a fact that the contract refuses
    is faulty: else the row would be lost on its way in.
    """
    decided = [dict(fact) for fact in facts]
    refused = _refused(decisions, decided)
    verdicts = []
    for decision in decisions:
        met = [fact for fact in decided if decision.meets(fact)]
        if fault := decision.fault() or refused.get(decision.rad, ""):
            verdicts.append(Verdict(decision, FAULTY, f"Rad {decision.rad}: {fault}"))
        elif len(met) == 1:
            if decision.beslutat_varde == STRIKE:
                decided.remove(met[0])
            else:
                _decide(met[0], decision)
            verdicts.append(Verdict(decision, APPLIED, ""))
        else:
            verdicts.append(Verdict(decision, UNMATCHED, _unmatched(decision, len(met))))
    return decided, verdicts


def _decision(path: Path, rad: int, row: dict[str, str]) -> Decision:
    if None in row or None in row.values():
        raise DecisionFileError(f"{path.name}, rad {rad}: raden ska ha {len(COLUMNS)} fält.")
    return Decision(rad, **{column: row[column].strip() for column in COLUMNS})


def _is_number(text: str) -> bool:
    """Whether the fact contract takes it for a `value`."""
    value = next(column for column in kontrakt("fakta").columns if column.name == "value")
    return re.fullmatch(value.pattern or "", text) is not None


def _refused(decisions: Sequence[Decision], facts: Sequence[Row]) -> dict[int, str]:
    """What the contract says of the facts that decisions would make, by `rad`, if it refuses."""
    made: list[tuple[int, dict[str, str]]] = []
    for decision in decisions:
        if decision.beslutat_varde == STRIKE or decision.fault():
            continue
        for fact in filter(decision.meets, facts):
            made.append((decision.rad, dict(fact)))
            _decide(made[-1][1], decision)
    if not made:
        return {}
    contract = kontrakt("fakta")
    frame = pl.DataFrame(
        [fact for _, fact in made], schema=dict.fromkeys(contract.names, pl.String)
    )
    # each on a line of its own: two decisions about one figure are no two figures on one place
    numbered = frame.with_columns(line=pl.int_range(1, pl.len() + 1).cast(pl.String))
    judged = validate(
        numbered.with_row_index("rad").cast({"rad": pl.Int64}),
        contract,
        read_registers(PROJECT_DIR / "seeds"),
    )
    rejected = judged.rejected.select("rad", "orsak", "atgard").iter_rows()
    return {made[at][0]: f"{reason} {remedy}" for at, reason, remedy in rejected}


def _decide(fact: dict[str, str], decision: Decision) -> None:
    said = f"granskad av {decision.vem} {decision.nar}: {decision.varfor}"
    fact["value"] = decision.beslutat_varde
    fact["status"] = "verified"
    fact["note"] = "; ".join(part for part in (fact["note"], said) if part)


def _unmatched(decision: Decision, met: int) -> str:
    place = f"{decision.report_id} rad {decision.line}"
    if met:
        return f"«{decision.printed}» står {met} gånger på {place}; ange position."
    return f"«{decision.printed}» finns inte (längre) på {place}; beslutet tillämpas inte."
