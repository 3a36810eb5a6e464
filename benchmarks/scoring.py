"""How well an extraction says what a document says: found, trusted, silently wrong.

Belongs here: comparing extracted facts with known truth, synthetic or hand-checked. Does not
belong here: making reports (`synthetic_reports`), running and printing (`extraction`).

**When two facts agree.** A truth and an extracted fact agree when all of these do:

- amount: equal in kronor (SEK and TSEK are converted, exactly, no tolerance); for other
  units, equal value in the same unit;
- line item: same `post_code` where the truth has one (and, for the catch-all
  `ovriga_verksamhetskostnader`, the same label); else the same name: one of label, insats or
  the medlem/leverantor of the breakdown, compared without case, accents, punctuation and
  amount of spaces, equal by at least 80 of 100 or one containing the other;
- scenario; period end, and period start where both give one. An opening post (ingående eget
  kapital, likvida medel vid periodens början) may be dated at the day it opens or at the end
  of its column;
- breakdown: the keys kon, alder, utbildning, forsorjning, avslutsorsak, values compared as
  names. Of `kolumn` only intäkt, kostnad and procent count, so that the columns of a
  driftredovisning are told apart; its wording does not;
- insats, where both give one; for `deltagare` also where only the truth does;
- statement: the same. Outside resultaträkning, balansräkning and kassaflöde another name for
  the table is accepted at the same line and counted as `renamed`.

Facts are paired one to one: first on the same line, then anywhere in the same statement.

**What becomes of an extracted fact without a partner**, unless its status is `suspect`:

- a zero whose printed characters hold no digit ("-", "inga") says nothing: ignored;
- it agrees with a truth that another fact already took, or differs from it by no more than
  the rounding of both units: `duplicate`, harmless;
- it stands on a truth's line and its printed characters overlap that truth's: the figure was
  seen and something said of it is wrong: `silent` error, with what differs first;
- else, in one of the five `STRICT` statements, or anywhere where the truth is `complete`: an
  amount nobody printed there: `silent` error (invented); elsewhere it only lowers precision, as
  hand-checked truth lists the figures that matter and not every number of the prose.

**Measures.** recall = truths with a partner; trusted = those whose partner is not suspect;
located = truths for which some fact on their line has their amount, whatever it calls it;
precision = partners among non-suspect facts, ignored and duplicates left out. A damaged
figure is `handled` when its partner has the right value (repaired or confirmed) or a fact on
its line and characters is suspect. A planted break is `reported` when a finding names the
scenario and period, its difference meets the break's to within 5 units of print (or 5 tkr),
and its rule is one that broke; a table against its Summa may be named in any way. It is
`repaired_away` when the printed figure is given another value. Findings are counted as they
are: in a report whose accounts hold, each is a false alarm.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

from rapidfuzz import fuzz

STRICT = ("resultatrakning", "balansrakning", "kassaflode", "driftredovisning", "not")
PRIMARY = STRICT[:3]
OPENING = ("ingaende_eget_kapital", "likvida_medel_vid_periodens_borjan")
BREAKDOWN_KEYS = ("kon", "alder", "utbildning", "forsorjning", "avslutsorsak")
SAME_NAME = 80
DIFFERENCE_SLACK = Decimal(5000)

Fact = Mapping[str, object]


class Extracted(Protocol):
    """What the scorer reads of an extraction."""

    @property
    def report(self) -> Mapping[str, object]: ...
    @property
    def facts(self) -> Sequence[Fact]: ...
    @property
    def findings(self) -> Sequence[Fact]: ...


class PlantedBreak(Protocol):
    """One break of `synthetic_reports.Planted`."""

    @property
    def rule(self) -> str: ...
    @property
    def scenario(self) -> str: ...
    @property
    def period_end(self) -> str: ...
    @property
    def difference(self) -> Decimal: ...


@dataclass
class Truth:
    """Facts that are right, the identity that is right, and which facts were tampered with."""

    facts: Sequence[Fact]
    report: Mapping[str, str] = field(default_factory=dict)
    damaged: Sequence[int] = ()
    planted: Sequence[tuple[int, Sequence[PlantedBreak]]] = ()
    complete: bool = False
    """Whether every figure of the document is among the facts (synthetic reports)."""


@dataclass
class StatementScore:
    """Counts for one statement; add them up over reports with `+`."""

    truth: int = 0
    found: int = 0
    trusted: int = 0
    located: int = 0
    claimed: int = 0
    correct: int = 0
    silent: int = 0
    renamed: int = 0

    def __add__(self, other: "StatementScore") -> "StatementScore":
        names = self.__dataclass_fields__
        return StatementScore(**{n: getattr(self, n) + getattr(other, n) for n in names})


@dataclass
class SilentError:
    """A wrong fact that is not marked suspect: what differs, what was said, what is true."""

    what: str
    statement: str
    said: Fact
    truth: Fact | None

    def __str__(self) -> str:
        said = _describe(self.said)
        return f"{self.what}: {said}" + (f" | rätt: {_describe(self.truth)}" if self.truth else "")


@dataclass
class Score:
    """The result for one report or, added up, for many."""

    statements: dict[str, StatementScore] = field(default_factory=dict)
    reports: int = 0
    identity: dict[str, tuple[int, int]] = field(default_factory=dict)
    damaged: int = 0
    damaged_repaired: int = 0
    damaged_suspect: int = 0
    damaged_silent: int = 0
    planted: int = 0
    planted_reported: int = 0
    planted_repaired_away: int = 0
    findings: int = 0
    reports_with_findings: int = 0
    errors: list[SilentError] = field(default_factory=list)
    missed: list[Fact] = field(default_factory=list)

    def total(self, names: Iterable[str] | None = None) -> StatementScore:
        """The sum over the named statements, or over all."""
        chosen = self.statements if names is None else names
        empty = StatementScore()
        return sum((self.statements.get(name, empty) for name in chosen), StatementScore())


def combine(scores: Iterable[Score]) -> Score:
    """One score over many reports."""
    whole = Score()
    for score in scores:
        for name, part in score.statements.items():
            whole.statements[name] = whole.statements.get(name, StatementScore()) + part
        for key, (right, of) in score.identity.items():
            before = whole.identity.get(key, (0, 0))
            whole.identity[key] = (before[0] + right, before[1] + of)
        for name in (
            "reports",
            "damaged",
            "damaged_repaired",
            "damaged_suspect",
            "damaged_silent",
            "planted",
            "planted_reported",
            "planted_repaired_away",
            "findings",
            "reports_with_findings",
        ):
            setattr(whole, name, getattr(whole, name) + getattr(score, name))
        whole.errors += score.errors
        whole.missed += score.missed
    return whole


# -- facts as claims ---------------------------------------------------------------------------


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Letters and digits only, lower case, without accents; OCR's stand-ins are left alone."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(
        r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))
    ).strip()


@lru_cache(maxsize=200_000)
def same_name(one: str, other: str) -> bool:
    """Whether two folded names are the same but for spelling, or one contains the other."""
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 3 and shorter in longer:
        return True
    return fuzz.ratio(one, other) >= SAME_NAME


@dataclass(eq=False)
class _Claim:
    fact: Fact
    statement: str
    post: str
    names: tuple[str, ...]
    insats: str
    scenario: str
    start: str
    end: str
    amount: tuple[str, Decimal]
    half_unit: Decimal
    breakdown: dict[str, str]
    measure: str
    line: int
    digits: str
    suspect: bool


def _claim(fact: Fact) -> _Claim:
    def text(name: str) -> str:
        value = fact.get(name)
        return "" if value is None else str(value)

    pairs = [pair.partition("=") for pair in text("breakdown").split(";") if "=" in pair]
    breakdown = {key.strip(): fold(value) for key, _, value in pairs}
    names = [fold(text("label")), fold(text("insats"))]
    names += [breakdown[key] for key in ("medlem", "leverantor") if key in breakdown]
    unit = text("unit")
    try:
        value = Decimal(text("value") or "NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    size = {"SEK": 1, "TSEK": 1000}.get(unit)
    line = text("line")
    return _Claim(
        fact=fact,
        statement=text("statement"),
        post=text("post_code"),
        names=tuple(name for name in names if name),
        insats=fold(text("insats")),
        scenario=text("scenario"),
        start=text("period_start"),
        end=text("period_end"),
        amount=("SEK", value * size) if size else (unit, value),
        half_unit=Decimal(size or 0) / 2,
        breakdown={key: breakdown[key] for key in BREAKDOWN_KEYS if key in breakdown},
        measure=_measure(breakdown.get("kolumn", ""), unit),
        line=int(line) if line.isdigit() else 0,
        digits=_digits(text("printed")),
        suspect=text("status") == "suspect",
    )


def _digits(printed: str) -> str:
    """The printed characters as a comparable core: digits, or the letters of a word."""
    digits = re.sub(r"\D", "", printed)
    return digits or fold(printed).replace(" ", "")


def _measure(column: str, unit: str) -> str:
    if unit == "procent":
        return "procent"
    for word in ("intakt", "kostnad"):
        if word in column.split():
            return word
    return ""


def _dated_alike(truth: _Claim, said: _Claim) -> bool:
    if truth.end == said.end:
        return not (truth.start and said.start) or truth.start == said.start
    if truth.post not in OPENING:
        return False
    return truth.end == _year_before(said.end) or said.end == _year_before(truth.end)


def _year_before(day: str) -> str:
    return f"{int(day[:4]) - 1}-12-31" if day[:4].isdigit() else ""


def _item_alike(truth: _Claim, said: _Claim) -> bool:
    if truth.post and truth.post != said.post:
        return False
    if truth.post and truth.post != "ovriga_verksamhetskostnader":
        return True
    return any(same_name(one, other) for one in truth.names for other in said.names)


def _difference(truth: _Claim, said: _Claim) -> str:
    """What differs first between two claims, empty if nothing; the statement is not compared."""
    insats_wrong = bool(truth.insats and said.insats) and not same_name(truth.insats, said.insats)
    insats_lost = truth.statement == "deltagare" and bool(truth.insats) and not said.insats
    checks = (
        ("amount", truth.amount != said.amount),
        ("scenario", truth.scenario != said.scenario),
        ("period", not _dated_alike(truth, said)),
        ("item", not _item_alike(truth, said)),
        ("insats", insats_wrong or insats_lost),
        ("breakdown", not _broken_down_alike(truth, said)),
        ("column", truth.measure != said.measure),
    )
    return next((name for name, differs in checks if differs), "")


def _broken_down_alike(truth: _Claim, said: _Claim) -> bool:
    if truth.breakdown.keys() != said.breakdown.keys():
        return False
    return all(same_name(value, said.breakdown[key]) for key, value in truth.breakdown.items())


def _renamable(truth: _Claim, said: _Claim) -> bool:
    return truth.statement not in PRIMARY and said.statement not in PRIMARY


# -- pairing -----------------------------------------------------------------------------------


def _pair(truths: list[_Claim], said: list[_Claim]) -> dict[int, _Claim]:
    """Index of each truth that has a partner, to that partner."""
    by_amount: dict[tuple[str, Decimal], list[_Claim]] = defaultdict(list)
    for claim in said:
        by_amount[claim.amount].append(claim)
    partners: dict[int, _Claim] = {}
    taken: set[int] = set()

    def try_pair(*, same_line: bool, same_statement: bool) -> None:
        for index, truth in enumerate(truths):
            if index in partners:
                continue
            for claim in by_amount.get(truth.amount, ()):
                if id(claim) in taken or (same_line and claim.line != truth.line):
                    continue
                if same_statement != (claim.statement == truth.statement):
                    continue
                if not same_statement and not _renamable(truth, claim):
                    continue
                if not _difference(truth, claim):
                    partners[index] = claim
                    taken.add(id(claim))
                    break

    try_pair(same_line=True, same_statement=True)
    try_pair(same_line=True, same_statement=False)
    try_pair(same_line=False, same_statement=True)
    return partners


def _overlaps(truth: _Claim, said: _Claim) -> bool:
    if truth.line != said.line or not truth.digits or not said.digits:
        return False
    return truth.digits in said.digits or said.digits in truth.digits


def _duplicates(truth: _Claim, said: _Claim, *, exactly: bool) -> bool:
    """Whether `said` repeats a truth of its statement, to within the rounding of both units.

    A figure whose own print says another amount must repeat it `exactly`.
    """
    if truth.statement != said.statement and not _renamable(truth, said):
        return False
    what = _difference(truth, said)
    if what == "amount" and not exactly and truth.amount[0] == said.amount[0] == "SEK":
        near = abs(truth.amount[1] - said.amount[1]) <= truth.half_unit + said.half_unit
        same_unit = truth.half_unit == said.half_unit
        alike = truth.scenario == said.scenario and _dated_alike(truth, said)
        return near and not same_unit and alike and _item_alike(truth, said)
    return not what


def _says_nothing(claim: _Claim) -> bool:
    printed = str(claim.fact.get("printed") or "")
    return claim.amount[1] == 0 and not re.search(r"\d", printed)


# -- the score ---------------------------------------------------------------------------------


def score(extraction: Extracted, truth: Truth) -> Score:
    """Compare one extraction with what is true of its document (see the module docstring)."""
    truths = [_claim(fact) for fact in truth.facts]
    said = [_claim(fact) for fact in extraction.facts]
    partners = _pair(truths, said)
    alarms = len(extraction.findings)
    result = Score(reports=1, findings=alarms, reports_with_findings=int(alarms > 0))
    counts: dict[str, StatementScore] = defaultdict(StatementScore)
    by_line: dict[int, list[_Claim]] = defaultdict(list)
    for claim in said:
        by_line[claim.line].append(claim)
    for index, claim in enumerate(truths):
        count = counts[claim.statement]
        partner = partners.get(index)
        count.truth += 1
        count.located += any(other.amount == claim.amount for other in by_line[claim.line])
        if partner is None:
            result.missed.append(claim.fact)
            continue
        count.found += 1
        count.trusted += not partner.suspect
        count.renamed += partner.statement != claim.statement
        count.claimed += not partner.suspect
        count.correct += not partner.suspect
    _count_wrong(truths, said, partners, counts, result, complete=truth.complete)
    result.statements = dict(counts)
    _score_damage(truth, truths, partners, by_line, result)
    _score_planted(truth, truths, by_line, extraction.findings, result)
    result.identity = _score_identity(extraction.report, truth.report)
    return result


def _count_wrong(
    truths: list[_Claim],
    said: list[_Claim],
    partners: dict[int, _Claim],
    counts: dict[str, StatementScore],
    result: Score,
    *,
    complete: bool,
) -> None:
    paired = {id(claim) for claim in partners.values()}
    lines: dict[int, list[_Claim]] = defaultdict(list)
    for truth in truths:
        lines[truth.line].append(truth)
    for claim in said:
        if id(claim) in paired or claim.suspect or _says_nothing(claim):
            continue
        seen = [truth for truth in lines[claim.line] if _overlaps(truth, claim)]
        nearest = max(seen, key=lambda truth: _likeness(truth, claim), default=None)
        misread = nearest is not None and _difference(nearest, claim) == "amount"
        if any(_duplicates(truth, claim, exactly=misread) for truth in truths):
            continue
        statement = nearest.statement if nearest else claim.statement
        counts[statement].claimed += 1
        if nearest is None and claim.statement not in STRICT and not complete:
            continue
        what = _difference(nearest, claim) or "statement" if nearest else "invented"
        counts[statement].silent += 1
        result.errors.append(
            SilentError(what, statement, claim.fact, nearest.fact if nearest else None)
        )


def _likeness(truth: _Claim, said: _Claim) -> tuple[bool, bool, int]:
    return (
        truth.digits == said.digits,
        str(truth.fact.get("position")) == str(said.fact.get("position")),
        min(len(truth.digits), len(said.digits)),
    )


def _score_damage(
    truth: Truth,
    truths: list[_Claim],
    partners: dict[int, _Claim],
    by_line: dict[int, list[_Claim]],
    result: Score,
) -> None:
    for index in truth.damaged:
        result.damaged += 1
        seen = [claim for claim in by_line[truths[index].line] if _overlaps(truths[index], claim)]
        if index in partners:
            result.damaged_repaired += 1
        elif any(claim.suspect for claim in seen):
            result.damaged_suspect += 1
        elif seen:
            result.damaged_silent += 1


def _score_planted(
    truth: Truth,
    truths: list[_Claim],
    by_line: dict[int, list[_Claim]],
    findings: Sequence[Fact],
    result: Score,
) -> None:
    for index, breaks in truth.planted:
        claim = truths[index]
        result.planted += 1
        result.planted_reported += any(
            _reports(finding, broken, claim) for finding in findings for broken in breaks
        )
        result.planted_repaired_away += any(
            other.amount != claim.amount and not other.suspect and other.digits == claim.digits
            for other in by_line[claim.line]
        )


def _reports(finding: Fact, broken: PlantedBreak, claim: _Claim) -> bool:
    if broken.rule != "SUMMA" and str(finding.get("rule")) != broken.rule:
        return False
    if str(finding.get("period_end")) != broken.period_end:
        return False
    if str(finding.get("scenario")) != broken.scenario:
        return False
    try:
        size = abs(Decimal(str(finding.get("difference"))))
    except InvalidOperation:
        return False
    slack = DIFFERENCE_SLACK if claim.half_unit > 1 else Decimal(5)
    return abs(size - abs(broken.difference)) <= slack


def _score_identity(
    said: Mapping[str, object], truth: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Per field (right, asked); a field that the document does not print is not asked for."""
    found = {}
    for key in ("report_id", "report_type", "period_end", "org_number", "decided_date"):
        if truth.get(key):
            value = said.get(key)
            found[key] = (int(("" if value is None else str(value)) == truth[key]), 1)
    return found


def _describe(fact: Fact) -> str:
    names = (
        "line",
        "statement",
        "post_code",
        "label",
        "scenario",
        "period_end",
        "unit",
        "value",
        "printed",
        "status",
    )
    return " ".join(f"[{fact.get(name)}]" for name in names)
