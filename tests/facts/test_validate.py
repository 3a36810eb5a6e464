"""Every way in which a row can break the contract is seen, named and explained."""

import json
import re
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from dagster_pipelines.facts.kontrakt import every_kontrakt, kontrakt
from dagster_pipelines.facts.validate import (
    REJECTED_SCHEMA,
    RULES,
    RegisterMissing,
    Validated,
    read_registers,
    validate,
)

from .helpers import REGISTER, REPORT, fact, facts, text_frame

LONG_VALUE = "1234567890123456789"


def judge(rows: list[dict[str, str]], slag: str = "fakta", decimal: str = ".") -> Validated:
    judged = validate(text_frame(rows, slag), kontrakt(slag), REGISTER, decimal=decimal)
    assert judged.accepted.height + judged.rejected.height == len(rows)
    assert judged.rejected.schema == REJECTED_SCHEMA
    return judged


def only_fault(rows: list[dict[str, str]], slag: str = "fakta") -> dict[str, Any]:
    judged = judge(rows, slag)
    assert judged.rejected.height == 1, judged.rejected
    return judged.rejected.row(0, named=True)


FACT_FAULTS = [
    ({"report_id": ""}, "report_id", "report_id saknas"),
    ({"report_id": "sofint-2024-06-30"}, "report_id", "inte har rätt form"),
    ({"report_id": "SOFINT_2024-06-30_delar"}, "report_id", "inte har rätt form"),
    ({"report_id": "sofint_2024-06-30_kvartal"}, "report_id", "inte har rätt form"),
    ({"report_id": "sofint_2024-06-31_delar"}, "report_id", "”2024-06-31”, som inte är ett datum"),
    ({"report_id": "okand_2024-06-30_delar"}, "report_id", "”okand”, som inte finns i seeds/forb"),
    ({"line": ""}, "line", "line saknas"),
    ({"line": "0"}, "line", "ska vara minst 1"),
    ({"line": "-4"}, "line", "ska vara minst 1"),
    ({"line": "1.5"}, "line", "inte är ett heltal"),
    ({"line": "12 3"}, "line", "inte är ett heltal"),
    ({"line": "99999999999"}, "line", "inte är ett heltal"),
    ({"position": "0"}, "position", "ska vara minst 1"),
    ({"position": "första"}, "position", "inte är ett heltal"),
    ({"page": "0"}, "page", "ska vara minst 1"),
    ({"page": "iv"}, "page", "inte är ett heltal"),
    ({"statement": "balans"}, "statement", "”balans”, som inte är något av"),
    ({"statement": ""}, "statement", "statement saknas"),
    ({"label": ""}, "label", "label saknas"),
    ({"label": " \u00a0 "}, "label", "label saknas"),
    ({"label": "F\ufffdrbundets kostnader"}, "label", "tecken som gått förlorade"),
    ({"label": "Resultat\x1f"}, "label", "styrtecken"),
    ({"post_code": "Periodens resultat"}, "post_code", "inte har rätt form"),
    ({"post_code": "finns_inte"}, "post_code", "”finns_inte”, som inte finns i seeds/post.csv"),
    ({"insatstyp": "individ"}, "insatstyp", "inte är något av kontraktets värden"),
    ({"breakdown": "kvinna"}, "breakdown", "nyckel=värde"),
    ({"breakdown": "ort=Nora"}, "breakdown", "nyckel=värde"),
    ({"breakdown": "kon=kvinna;"}, "breakdown", "nyckel=värde"),
    ({"breakdown": "kon=kvinna; alder=15-29"}, "breakdown", "nyckel=värde"),
    ({"breakdown": "alder="}, "breakdown", "nyckel=värde"),
    ({"breakdown": "kon=kvinnor"}, "breakdown", "kon är ”kvinnor”"),
    ({"breakdown": "kon=kvinna;kon=man"}, "breakdown", "nyckeln kon mer än en gång"),
    ({"breakdown": "bedomning=uppnått"}, "breakdown", "bedomning är ”uppnått”"),
    ({"scenario": "Utfall"}, "scenario", "”Utfall”, som inte är något av"),
    ({"period_start": "2024-02-30"}, "period_start", "inte är ett datum som finns"),
    ({"period_start": "1/1/2024"}, "period_start", "inte är ett datum som finns"),
    ({"period_start": "2024-07-01"}, "period_start", "efter period_end"),
    ({"period_start": "2014-06-29"}, "period_start", "längre än 10 år"),
    ({"period_end": ""}, "period_end", "period_end saknas"),
    ({"period_end": "20240630"}, "period_end", "inte är ett datum som finns"),
    ({"period_end": "1994-12-31", "period_start": ""}, "period_end", "minst 1995-01-01"),
    ({"period_end": "2101-01-01", "period_start": ""}, "period_end", "högst 2100-12-31"),
    (
        {"statement": "balansrakning", "label": "Kassa", "post_code": "kassa_och_bank"},
        "period_start",
        "en balansräkning gäller en enda dag",
    ),
    (
        {
            "statement": "resultatrakning",
            "label": "Periodens resultat",
            "post_code": "periodens_resultat",
            "period_start": "",
        },
        "period_start",
        "resultaträkningens poster gäller en period",
    ),
    ({"unit": "kr"}, "unit", "”kr”, som inte är något av"),
    ({"value": ""}, "value", "value saknas"),
    ({"value": "en miljon"}, "value", "inte är ett tal"),
    ({"value": "1 000"}, "value", "inte är ett tal"),
    ({"value": "1,5"}, "value", "inte är ett tal"),
    ({"value": "−5"}, "value", "inte är ett tal"),
    ({"value": "1e6"}, "value", "inte är ett tal"),
    ({"value": "NaN"}, "value", "inte är ett tal"),
    ({"value": "0.1234567"}, "value", "inte är ett tal"),
    ({"value": LONG_VALUE}, "value", "inte är ett tal"),
    ({"printed": ""}, "printed", "printed saknas"),
    ({"status": "ok"}, "status", "inte är något av kontraktets värden"),
    ({"note": "trasig\x00"}, "note", "styrtecken"),
]
LIMITS = [
    ("SEK", "-100000000000", "100000000000"),
    ("TSEK", "-100000000", "100000000"),
    ("procent", "-1000", "10000"),
    ("antal", "0", "10000000"),
    ("tjanst", "0", "1000"),
    ("manader", "0", "600"),
    ("ar", "0", "150"),
    ("index", "-1000", "1000"),
]


@pytest.mark.parametrize(("changed", "column", "reason"), FACT_FAULTS)
def test_a_broken_fact_is_rejected_with_reason_and_remedy(
    changed: dict[str, str], column: str, reason: str
) -> None:
    row = fact(**changed)
    fault = only_fault([row])
    assert fault["kolumn"] == column
    assert reason in fault["orsak"]
    assert fault["varde"] == row[column]
    assert fault["rad"] == 2
    assert fault["atgard"].endswith(".")
    assert json.loads(fault["innehall"]) == row


@pytest.mark.parametrize(("unit", "least", "most"), LIMITS)
def test_limits_per_unit(unit: str, least: str, most: str) -> None:
    just_inside = [fact(unit=unit, value=least), fact(unit=unit, value=most, position="2")]
    assert judge(just_inside).rejected.is_empty()
    for value in (str(Decimal(least) - Decimal("0.1")), str(Decimal(most) + Decimal("0.1"))):
        fault = only_fault([fact(unit=unit, value=value)])
        assert fault["kolumn"] == "value"
        assert f"utanför det rimliga för unit {unit} ({least} till {most})" in fault["orsak"]


def test_every_unit_has_limits_and_every_limit_is_tried_here() -> None:
    rule = next(rule for rule in kontrakt("fakta").rules if rule["rule"] == "limits")
    unit = next(column for column in kontrakt("fakta").columns if column.name == "unit")
    assert set(rule["limits"]) == set(unit.enum)
    written = [(name, str(least), str(most)) for name, (least, most) in rule["limits"].items()]
    assert written == LIMITS


def test_a_deviation_may_be_negative_in_any_unit_but_not_boundless() -> None:
    assert judge([fact(unit="antal", value="-10", scenario="avvikelse")]).rejected.is_empty()
    assert only_fault([fact(unit="antal", value="-10")])["kolumn"] == "value"
    only_fault([fact(unit="antal", value="-10000001", scenario="avvikelse")])


@pytest.mark.parametrize(
    "changed",
    [
        {"period_start": "2014-06-30"},
        {"period_start": "2024-06-30"},
        {"statement": "balansrakning"},
        {"statement": "balansrakning", "post_code": "", "label": "Årets resultat"},
        {"statement": "balansrakning", "post_code": "kassa_och_bank", "period_start": ""},
        {"breakdown": "kolumn=a=b, c (12 mån)"},
        {"breakdown": "kon=annat;alder=15-29;bedomning=ej uppfyllt"},
        {"breakdown": "bedomning=kan inte bedömas"},
        {"value": "0.123456"},
        {"value": "-0"},
        {"value": "007"},
        {"note": "två\nrader\tmed tabb"},
        {"printed": "©"},
        {"value": "5", "printed": "fem"},
        {"page": "3"},
        {"unit": " SEK "},
    ],
)
def test_what_the_contract_allows_is_accepted(changed: dict[str, str]) -> None:
    assert judge([fact(**changed)]).rejected.is_empty()


def test_leap_day_ten_years_back() -> None:
    day = {"period_end": "2024-02-29", "report_id": "sofint_2024-02-29_delar"}
    assert judge([fact(**day, period_start="2014-02-28")]).rejected.is_empty()
    only_fault([fact(**day, period_start="2014-02-27")])


def test_values_are_exact_decimals_and_empty_cells_null() -> None:
    row = judge([fact(unit="SEK", value="12345678901.123456", label=" Kassa ", printed=" 1 ")])
    accepted = row.accepted.row(0, named=True)
    assert accepted["value"] == Decimal("12345678901.123456")
    assert accepted["insats"] is None
    assert accepted["label"] == "Kassa"
    assert accepted["printed"] == " 1 "
    assert row.accepted.schema["value"] == pl.Decimal(24, 6)
    assert row.accepted.columns == ["rad", *kontrakt("fakta").names]


def test_several_faults_of_a_row_are_one_rejection() -> None:
    fault = only_fault([fact(line="x", unit="kr", value="?")])
    assert fault["kolumn"] == "line"
    assert fault["varde"] == "x"
    for column in ("line", "unit", "value"):
        assert f"{column} är" in fault["orsak"]
        assert f"Skriv {column}" in fault["atgard"]


def test_decimal_comma_is_one_meaning_per_file() -> None:
    rows = [fact(value="1,5"), fact(value="1.5", line="11"), fact(value="1.234,5", line="12")]
    judged = judge(rows, decimal=",")
    assert judged.accepted["value"].to_list() == [Decimal("1.5")]
    assert judged.rejected["kolumn"].to_list() == ["value", "value"]


def test_of_identical_copies_the_first_stays() -> None:
    rows = [fact(value="5"), fact(line="11"), fact(value="5.0"), fact(value="5", unit=" SEK")]
    judged = judge(rows)
    assert judged.accepted["rad"].to_list() == [2, 3]
    assert judged.rejected["rad"].to_list() == [4, 5]
    assert judged.rejected["orsak"].to_list() == ["Raden är en kopia av rad 2."] * 2


def test_conflicting_copies_are_all_rejected() -> None:
    judged = judge([fact(value="5"), fact(line="11"), fact(value="5"), fact(value="6")])
    assert judged.accepted["rad"].to_list() == [3]
    assert judged.rejected["rad"].to_list() == [2, 4, 5]
    reasons = judged.rejected["orsak"].to_list()
    assert "står också på rad 5, och raderna med nyckeln säger olika saker" in reasons[0]
    assert "står också på rad 2, och raderna med nyckeln säger olika saker" in reasons[2]


def test_a_sound_row_does_not_win_over_a_broken_one_with_its_key() -> None:
    judged = judge([fact(value="5"), fact(value="S")])
    assert judged.accepted.is_empty()


def test_same_line_of_two_reports_is_no_duplicate() -> None:
    rows = [fact(), fact(report_id="vasteras_2024-06-30_delar")]
    assert judge(rows).rejected.is_empty()


REPORT_FAULTS = [
    ({"org_number": "2220001818"}, "org_number", "inte har rätt form"),
    ({"report_type": "ar"}, "report_type", "men report_id säger ”delar”"),
    ({"period_end": "2024-08-31"}, "period_end", "men report_id säger ”2024-06-30”"),
    ({"period_start": "2022-06-29"}, "period_start", "längre än 2 år"),
    ({"sha256": "A" * 64}, "sha256", "inte har rätt form"),
    ({"decided_date": "i september"}, "decided_date", "inte är ett datum"),
    ({"source_file": ""}, "source_file", "source_file saknas"),
    ({"status": "klar"}, "status", "inte är något av"),
    ({"report_id": "okand_2024-06-30_delar"}, "report_id", "som inte finns i seeds/forbund.csv"),
]


@pytest.mark.parametrize(("changed", "column", "reason"), REPORT_FAULTS)
def test_a_broken_report_row_is_rejected(changed: dict[str, str], column: str, reason: str) -> None:
    fault = only_fault([REPORT | changed], "rapporter")
    assert fault["kolumn"] == column
    assert reason in fault["orsak"]


def test_a_sound_report_row_is_accepted_and_a_second_one_is_not() -> None:
    assert judge([REPORT], "rapporter").rejected.is_empty()
    assert judge([REPORT, REPORT | {"note": "x"}], "rapporter").accepted.is_empty()


def test_every_constraint_and_rule_of_the_schemas_is_enforced() -> None:
    """Each column's fault is provoked above, and each kind of rule has a function."""
    provoked = {column for _, column, _ in FACT_FAULTS} | {c for _, c, _ in REPORT_FAULTS}
    checked = {
        column.name
        for contract in every_kontrakt()
        for column in contract.columns
        if column.enum or column.pattern or column.minimum or column.maximum
    }
    assert checked <= provoked
    assert {rule["rule"] for c in every_kontrakt() for rule in c.rules} == set(RULES)


def test_patterns_have_a_form_that_a_person_can_follow() -> None:
    for contract in every_kontrakt():
        for column in contract.columns:
            assert bool(column.pattern) == bool(column.form), column.name


def test_the_example_in_the_form_of_report_id_is_right() -> None:
    column = kontrakt("fakta").columns[0]
    assert re.match(column.pattern or "", (column.form or "").split()[-1])


def test_a_missing_or_empty_register_stops_with_its_name(tmp_path: Any) -> None:
    with pytest.raises(RegisterMissing, match=r"forbund\.csv saknas"):
        read_registers(tmp_path)
    (tmp_path / "forbund.csv").write_text("id,namn\nsofint,SOFINT\n", encoding="utf-8")
    with pytest.raises(RegisterMissing, match="inga värden i kolumnen forbund_id"):
        read_registers(tmp_path)


def test_a_hundred_thousand_rows_without_row_loops() -> None:
    """The verdict on many rows is the verdict on each: every tenth is broken here."""
    frame = text_frame(facts(1)).drop("rad")
    many = pl.concat([frame] * 100_000).with_columns(
        line=pl.int_range(1, pl.len() + 1).cast(pl.String),
        unit=pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("kr")).otherwise("unit"),
    )
    many = many.select(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("rad"), pl.all())
    judged = validate(many, kontrakt("fakta"), REGISTER)
    assert (judged.accepted.height, judged.rejected.height) == (90_000, 10_000)
