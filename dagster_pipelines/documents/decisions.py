"""A person's decisions on figures that the extractor doubts: `data/granskning.csv`.

Belongs here: reading the decisions, applying them to facts, and telling which met nothing.
Does not belong here: finding what needs a decision (`finsam review`).

A decision names report, line and printed characters, and gives the right value, or `stryk` for
characters that are no figure at all. It holds only for a figure that is still
printed so: when the source or its reading changes, the decision is reported and not applied.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

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
        try:
            if self.beslutat_varde != STRIKE and not Decimal(self.beslutat_varde).is_finite():
                raise InvalidOperation
        except InvalidOperation:
            return (
                f"beslutat_varde är {self.beslutat_varde!r}; skriv ett tal med decimalpunkt, "
                f"eller {STRIKE}."
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
    one that is struck out is left out.
    """
    decided = [dict(fact) for fact in facts]
    verdicts = []
    for decision in decisions:
        met = [fact for fact in decided if decision.meets(fact)]
        if fault := decision.fault():
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
