"""Every expectation of the suite files holds on a healthy warehouse and goes red on its fault."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from expectations import loading, narrowing, runner
from expectations.frames import incoming_frames, marts_frames
from expectations.narrowing import WHOLE

SEEDS = Path(__file__).parents[2] / "seeds"
CONTRACT = Path(__file__).parents[2] / "dagster_pipelines/facts/kontrakt/fakta.schema.json"
FRAMES = {"inkommande_fakta": incoming_frames, "marts": marts_frames}
Frames = dict[str, pa.Table]
Fault = str | Callable[[Frames], None]

NAMES = [
    (suite, expectation["meta"]["namn"])
    for suite in FRAMES
    for expectation in runner.load_suite(suite)["expectations"]
]
SEED = (SEEDS / "regel.csv").read_text(encoding="utf-8").splitlines()
RULES = {row["regel_id"]: row for row in csv.DictReader(SEED)}

RAW = "update raw.fakta set"
ALFA = "leverans_id = 'alfa_2022-06-30_delar#2'"


def fact(change: str, where: str = "line = 31") -> str:
    return f"{RAW} {change} where {ALFA} and {where}"


def cast(column: str, kind: pa.DataType) -> Callable[[Frames], None]:
    def change(frames: Frames) -> None:
        table = frames["fakta"]
        place = table.column_names.index(column)
        frames["fakta"] = table.set_column(place, column, pc.cast(table[column], kind))

    return change


def break_rule(regel_id: str) -> str:
    """A total and a part of the rule, far apart, in a report of their own."""
    rule = RULES[regel_id]
    start = "'2022-01-01'::date"
    rows = (
        (rule["summa_statement"], rule["summa_post"], 1000),
        (rule["led_statement"], rule["led_post"], 1),
        # durations, so that every statement has a column
        ("resultatrakning", "ett_eget_konto", 0),
        ("kassaflode", "ett_eget_konto", 0),
    )
    return ";".join(
        "insert into marts.fct_ekonomi by name select 'ny_2022-06-30_delar' as report_id, "
        f"'ny#1' as leverans_id, 'ny' as forbund_id, '{statement}' as statement, "
        f"'{post}' as post_code, 'utfall' as scenario, "
        f"{'null' if statement == 'balansrakning' else start} as period_start, "
        f"'2022-06-30'::date as period_end, {amount} as belopp_sek, 0.5 as halv_enhet_sek, "
        "false as harledd"
        for statement, post, amount in rows
    )


FAULTS: dict[tuple[str, str], Fault] = {
    ("inkommande_fakta", name): fault
    for name, fault in {
        "fakta.kolumner": lambda frames: frames.update(fakta=frames["fakta"].drop(["note"])),
        "fakta.typ.value": cast("value", pa.float64()),
        "fakta.typ.line": cast("line", pa.string()),
        "fakta.typ.position": cast("position", pa.string()),
        "fakta.typ.period_start": cast("period_start", pa.string()),
        "fakta.typ.period_end": cast("period_end", pa.string()),
        **{
            f"fakta.ifylld.{column}": fact(f"{column} = null")
            for column in (
                *("leverans_id", "report_id", "rad", "line", "position", "statement", "label"),
                *("scenario", "period_end", "unit", "value", "printed", "status"),
            )
        },
        "fakta.unik": fact("line = 32"),
        "fakta.mangd.statement": fact("statement = 'bilaga'"),
        "fakta.mangd.scenario": fact("scenario = 'gissning'"),
        "fakta.mangd.unit": fact("unit = 'MSEK'"),
        "fakta.mangd.status": fact("status = 'ok'"),
        "fakta.mangd.insatstyp": fact("insatstyp = 'grupp'"),
        "fakta.report_id": fact("report_id = 'Alfa 2022'"),
        "fakta.printed": fact("printed = '  '"),
        "fakta.label": fact("label = ' '"),
        "fakta.breakdown": fact("breakdown = 'farg=röd'"),
        "fakta.ettbaserad.line": fact("line = 0"),
        "fakta.ettbaserad.position": fact("position = 0"),
        "fakta.ettbaserad.page": fact("page = 0"),
        "fakta.period.ordning": fact("period_start = '2022-07-01'"),
        "fakta.period.slut": fact("period_end = '0222-06-30'"),
        "fakta.period.borjan": fact("period_start = '1022-01-01'"),
        "fakta.period.balansdag": fact("period_start = '2022-01-01'", "line = 10"),
        "fakta.rimlig.SEK": fact("value = 4369942000000", "line = 10"),
        "fakta.rimlig.TSEK": f"{RAW} value = 4005000000 where unit = 'TSEK'",
        "fakta.rimlig.procent": fact("value = 26700", "line = 32"),
        "fakta.rimlig.tjanst": fact("value = -0.5", "line = 33"),
        "fakta.rimlig.manader": fact("value = 2022", "line = 34"),
        "fakta.rimlig.ar": fact("value = 1665", "line = 35"),
        "fakta.rimlig.index": fact("value = 7700", "line = 36"),
        "fakta.rimlig.antal": fact("value = -42"),
        "fakta.rimlig.avvikelse": fact("value = -420000000000, scenario = 'avvikelse'"),
        "leveranser.finns": "delete from raw.leverans",
        "leveranser.rader": "delete from raw.fakta where line = 36",
        "leveranser.unik": "insert into raw.leverans from raw.leverans limit 1",
        "inlasningar.rader": "update raw.inlasning set lasta = 17",
        "inlasningar.avvisade": "delete from raw.avvisade_fakta where rad = 7",
    }.items()
} | {
    ("marts", name): fault
    for name, fault in {
        **{f"identitet.{regel_id}": break_rule(regel_id) for regel_id in RULES},
        "identitet.regler": "update seeds.regel set regel_id = 'RR99' where regel_id = 'RR1'",
        "identitet.samma_utslag": (
            "update marts.fct_kontroll set utfall = 'håller' where regel_id = 'RR1'"
        ),
        "identitet.provad": "delete from marts.fct_ekonomi where post_code = 'summa_tillgangar'",
        "nycklar.foraldralosa": "update marts.fct_ekonomi set post_key = 'okänd'",
        "nycklar.provade": "alter table marts.fct_ekonomi rename column post_key to nyckel",
        "leveranser.finns": "delete from raw.fakta; delete from marts.fct_rapportfakta",
        "leveranser.bevarade": "delete from marts.fct_rapportfakta where line = 36",
        "leveranser.status": "update intermediate.int_leverans set status = 'ny'",
        "leveranser.status_finns": "delete from intermediate.int_leverans where status = 'ersatt'",
        "leveranser.en_per_rapport": "update intermediate.int_leverans set status = 'publicerad'",
        "leveranser.okanda": "delete from raw.fakta where line = 36",
        "leveranser.oforandrade": "update marts.fct_rapportfakta set value = value + 0.000001",
        "leveranser.ekonomi": "delete from marts.fct_ekonomi where statement = 'balansrakning'",
        "korn.unika": "insert into marts.fct_ekonomi from marts.fct_ekonomi limit 1",
        "korn.provade": lambda frames: frames.update(
            korn=frames["korn"].filter(pc.field("tabell") != "fct_ekonomi")
        ),
        "kostnader.positiva": "update marts.fct_kostnad set belopp_sek = -0.01",
        "kostnader.ifyllda": "update marts.fct_kostnad set belopp_sek = null",
    }.items()
}


OF_TABLE = {
    name for name in (pair[1] for pair in FAULTS)
    if name.startswith(("fakta.typ", "fakta.kolumner"))
}  # fmt: skip
"""Expectations about a column's type, which any row can tell."""


def evaluate(
    suite: str, name: str, frames: Frames, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> runner.GuardResult:
    """One expectation of the suite file, by the same runner."""
    whole = runner.load_suite(suite)
    only = [one for one in whole["expectations"] if one["meta"]["namn"] == name]
    (tmp_path / "en.json").write_text(json.dumps({**whole, "expectations": only}), encoding="utf-8")
    monkeypatch.setattr(loading, "SUITES", tmp_path)
    runner.warm.cache_clear()
    frame = only[0]["meta"]["frame"]
    return runner.validate("en", {frame: frames[frame]})


@pytest.mark.parametrize("whole", [WHOLE, 0], ids=["whole", "narrowed"])
@pytest.mark.parametrize("suite", FRAMES)
def test_healthy_warehouse_is_green(suite, whole, lager):
    result = runner.validate(suite, FRAMES[suite](lager, whole=whole))
    assert (result.failures, result.exceptions) == ([], [])
    assert result.success
    assert result.evaluated == len(runner.load_suite(suite)["expectations"])


def test_every_expectation_has_a_fault_and_no_fault_is_left_over():
    assert set(FAULTS) == set(NAMES)


@pytest.mark.parametrize("whole", [WHOLE, 0], ids=["whole", "narrowed"])
@pytest.mark.parametrize(("suite", "name"), NAMES, ids=lambda part: part)
def test_fault_turns_expectation_red(suite, name, whole, lager, monkeypatch, tmp_path):
    """Also when the frame is so large that the engine chooses the rows: none goes unasked."""
    monkeypatch.setattr(narrowing, "SAMPLE", 0 if whole == 0 and name not in OF_TABLE else 1)
    fault = FAULTS[suite, name]
    if isinstance(fault, str):
        lager.execute(fault)
    frames = FRAMES[suite](lager, whole=whole)
    if callable(fault):
        fault(frames)
    result = evaluate(suite, name, frames, monkeypatch, tmp_path)
    assert not result.success
    assert result.exceptions == []
    assert {failure["expectation"] for failure in result.failures} == {name}
    assert all("{" not in failure["sentence"] for failure in result.failures)


def test_guard_asks_no_more_of_a_fact_than_the_contract_does():
    """The loader rejects a bad row alone; a guard that was stricter would stop every report."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in contract["fields"]}
    rules = {rule["rule"]: rule for rule in contract["rules"]}
    kwargs = {
        one["meta"]["namn"]: one["kwargs"]
        for one in runner.load_suite("inkommande_fakta")["expectations"]
    }
    assert set(kwargs["fakta.kolumner"]["column_set"]) == {*fields, "leverans_id", "rad"}
    required = {name for name, field in fields.items() if field["constraints"]["required"]}
    filled = {name.split(".")[-1] for name in kwargs if name.startswith("fakta.ifylld.")}
    assert filled == required | {"leverans_id", "rad"}
    for name in ("statement", "scenario", "unit", "status", "insatstyp"):
        assert kwargs[f"fakta.mangd.{name}"]["value_set"] == fields[name]["constraints"]["enum"]
    for unit, bounds in rules["limits"]["limits"].items():
        limits = kwargs[f"fakta.rimlig.{unit}"]
        assert [limits["min_value"], limits["max_value"]] == bounds
    end = fields["period_end"]["constraints"]
    period = kwargs["fakta.period.slut"]
    assert (period["min_value"], period["max_value"]) == (end["minimum"], end["maximum"])
    first_year = int(end["minimum"][:4]) - rules["period"]["max_years"]
    assert kwargs["fakta.period.borjan"]["min_value"] == f"{first_year}-01-01"
    keys = re.findall(r"\(\?:([a-z|]+)\)=", kwargs["fakta.breakdown"]["regex"])
    assert all(set(found.split("|")) == set(rules["key_values"]["keys"]) for found in keys)


def test_suite_has_one_identity_expectation_per_rule_of_the_seed():
    names = {name.removeprefix("identitet.") for suite, name in NAMES if suite == "marts"}
    assert set(RULES) <= names


@pytest.mark.parametrize("suite", FRAMES)
def test_suite_file_is_readable_by_itself(suite):
    expectations = runner.load_suite(suite)["expectations"]
    names = [expectation["meta"]["namn"] for expectation in expectations]
    assert len(names) == len(set(names))
    for expectation in expectations:
        assert set(expectation) == {"type", "kwargs", "meta", "severity"}
        assert expectation["meta"]["notes"].endswith(".")
        assert expectation["severity"] == "critical"
