"""Every rule of `regel` and `kontrollregel` can go red.

Belongs here: for each rule a report of its own with a few facts that break it, all delivered and
built at once. The rules are read from the seeds: one without a fault here fails, so a check that
nothing can turn red does not get in. The guard's expectations have theirs in tests/expectations.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pytest

from dagster_pipelines.dbt import Dbt
from dagster_pipelines.facts.kontrakt import kontrakt
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

Fact = Mapping[str, str]
MODELS = (
    "--select", "+fct_kontroll", "--exclude", "resource_type:test", "resource_type:unit_test",
)  # fmt: skip
KNOWN = "lekeberg-orebro_2020-06-30_delar"
"""A report that has explained deviations; a delivery in which none of them is left breaks KAN."""


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


IDENTITIES = {row["regel_id"]: row for row in reversed(seed("regel"))}  # the first part of each
OTHERS = [row["regel_id"] for row in seed("kontrollregel")]
RULES = [*IDENTITIES, *OTHERS]


def printed(line: int, statement: str, label: str, value: object, **more: str) -> Fact:
    """A fact as a report prints it; its period is the report's unless given."""
    return {"line": str(line), "statement": statement, "label": label, "value": str(value), **more}


def post(line: int, statement: str, post_code: str, value: int) -> Fact:
    """A standard line item, or what a balance sheet says of its day."""
    day = {"period_start": ""} if statement == "balansrakning" else {}
    return printed(line, statement, post_code, value, post_code=post_code, **day)


def identity(regel_id: str) -> list[Fact]:
    """A total and one of its parts, far apart."""
    rule = IDENTITIES[regel_id]
    return [
        post(1, rule["summa_statement"], rule["summa_post"], 1000),
        post(2, rule["led_statement"], rule["led_post"], 1),
        # a column of each period, so that the balance sheet has one to stand in
        post(3, "resultatrakning", "extraordinara_poster", 0),
        post(4, "kassaflode", "kassaflode_finansieringsverksamhet", 0),
    ]


def kinds(statement: str = "driftredovisning", scenario: str = "utfall") -> list[Fact]:
    return [
        printed(10, statement, "Insatser", 100, insatstyp="individinriktad", scenario=scenario),
        printed(11, statement, "Kansli", 50, insatstyp="administration", scenario=scenario),
    ]


def members(*shares: int) -> list[Fact]:
    names = ("Försäkringskassan", "Region Örebro län", "Örebro kommun")
    return [
        printed(20 + n, "not", name, share, breakdown=f"medlem={name}")
        for n, (name, share) in enumerate(zip(names, shares, strict=True))
    ]


def people(line: int, label: str, count: int, **more: str) -> Fact:
    return printed(line, "deltagare", label, count, unit="antal", insats="Coachingteamet", **more)


FAULTS: dict[str, Sequence[Fact]] = {
    "REJ": [printed(1, "oversikt", "Resultat", 5), printed(2, "oversikt", "Resultat", "fem")],
    "PER": [printed(1, "oversikt", "Resultat", 5, period_end="2021-06-30")],
    "TAB": [
        printed(1, "driftredovisning", "Kansli", 100),
        printed(2, "driftredovisning", "Summa", 500),
    ],
    "KST": [*kinds(), post(1, "resultatrakning", "verksamhetens_kostnader", -1000)],
    "KSB": [
        printed(1, "oversikt", "Verksamhetens kostnader", 1000, scenario="budget"),
        *kinds(scenario="budget"),
    ],
    "NOT": [
        post(1, "resultatrakning", "medlemsbidrag", 5000),
        *members(50, 25, 25),
        printed(30, "not", "Summa", 100),
    ],
    "AVV": [
        printed(1, "driftredovisning", "Kansli", 100),
        printed(1, "driftredovisning", "Kansli", 200, position="2", scenario="budget"),
        printed(1, "driftredovisning", "Kansli", 55, position="3", scenario="avvikelse"),
    ],
    "AVP": [
        printed(1, "driftredovisning", "Kansli", 100),
        printed(1, "driftredovisning", "Kansli", 200, position="2", scenario="budget"),
        printed(1, "driftredovisning", "Kansli", 100, position="3", scenario="avvikelse"),
        printed(
            1, "driftredovisning", "Kansli", 5, position="4", scenario="avvikelse", unit="procent"
        ),
    ],
    "SAM": [
        printed(1, "resultatrakning", "Lokaler", 100),
        printed(2, "driftredovisning", "Lokaler", 300),
    ],
    "SAT": [
        post(1, "resultatrakning", "periodens_resultat", -100),
        printed(2, "oversikt", "Resultat", -300),
    ],
    "TRY": [printed(1, "resultatrakning", "Lokaler", 100, printed="200")],
    "TRF": [printed(1, "resultatrakning", "Lokaler", 100, printed="200", note="rättat")],
    "KON": [
        people(1, "Antal deltagare", 10),
        people(1, "Antal deltagare", 3, position="2", breakdown="kon=kvinna"),
        people(1, "Antal deltagare", 4, position="3", breakdown="kon=man"),
    ],
    "FLO": [
        people(1, "Ingående deltagare", 3),
        people(2, "Påbörjade deltagare", 4),
        people(3, "Antal deltagare", 10),
    ],
    "PAG": [
        people(1, "Antal deltagare", 10),
        people(2, "Avslutade deltagare", 4),
        people(3, "Pågående deltagare", 5),
    ],
    "DSU": [
        printed(1, "deltagare", "Antal deltagare", 10, unit="antal"),
        people(2, "Antal deltagare", 12),
    ],
    "SAD": [people(1, "Antal deltagare", 10), people(9, "Antal deltagare", 12)],
    "KAT": [
        people(1, "Antal deltagare", 10),
        people(2, "Antal deltagare", 8, breakdown="alder=under 30 år"),
        people(3, "Antal deltagare", 8, breakdown="alder=över 30 år"),
    ],
    "AND": [
        printed(1, "kostnadsfordelning", "Administration", 90, unit="procent"),
        *kinds(),
    ],
    "FIN": members(80, 10, 10),
    "MAL": [
        printed(
            1, "mal", "Kostnader, högst", 10, unit="procent", scenario="mal",
            breakdown="bedomning=uppfyllt",
        ),
        printed(2, "mal", "Kostnader", 20, unit="procent"),
    ],
    "KAN": [printed(1, "oversikt", "Resultat", 5)],
}  # fmt: skip


def report_of(rule: str) -> str:
    """A report of its own per rule: one förbund, one June after another."""
    return KNOWN if rule == "KAN" else f"sofint_{1996 + RULES.index(rule)}-06-30_delar"


def written(rule: str, facts: Sequence[Fact]) -> Iterator[dict[str, str]]:
    report_id = report_of(rule)
    end = report_id.split("_")[1]
    for fact in facts:
        row = {
            "report_id": report_id, "position": "1", "scenario": "utfall", "unit": "SEK",
            "period_start": f"{end[:4]}-01-01", "period_end": end, "status": "verified",
            "printed": fact["value"], **fact,
        }  # fmt: skip
        yield {name: row.get(name, "") for name in kontrakt("fakta").names}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], set[str]]:
    """(report, rule) → outcomes, after one build of every faulty report."""
    home = tmp_path_factory.mktemp("rules")
    settings = Settings(home=home, data_dir=home / "data")
    settings.landing_dir.mkdir()
    for rule in RULES:
        facts = FAULTS.get(rule) or identity(rule)
        with (settings.landing_dir / f"{rule}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, kontrakt("fakta").names)
            writer.writeheader()
            writer.writerows(written(rule, facts))
    load_into(settings.build_db, settings)
    results = Dbt(settings).build(full=True, selection=MODELS)
    assert {str(r.status) for r in results} <= {"success", "no-op"}
    with duckdb.connect(settings.build_db, read_only=True) as con:
        rows = con.execute(
            "select report_id, regel_id, list(distinct utfall) from marts.fct_kontroll group by all"
        ).fetchall()
    return {(report, rule): set(found) for report, rule, found in rows}


def test_every_rule_has_a_fault_and_no_fault_is_left_over() -> None:
    assert set(FAULTS) == set(OTHERS)
    assert len(set(RULES)) == len(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_fault_turns_its_rule_red(outcomes: dict[tuple[str, str], set[str]], rule: str) -> None:
    assert "brott" in outcomes[report_of(rule), rule]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("TRY", "TRF", "KAN")])
def test_a_rule_is_not_always_red(outcomes: dict[tuple[str, str], set[str]], rule: str) -> None:
    """Elsewhere, on facts that are another rule's fault, it holds or can't be tried."""
    elsewhere = [found for (_, other), found in outcomes.items() if other == rule]
    assert any("brott" not in found for found in elsewhere)
