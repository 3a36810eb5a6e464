"""What the guard reads from the warehouse, and how it names what offends."""

from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from dagster_pipelines.asset_checks import guards
from dagster_pipelines.asset_checks.guards import TOUCH_EVERYTHING
from dagster_pipelines.resources import Build, RefreshOptions
from dagster_pipelines.settings import Settings
from expectations import narrowing, runner
from expectations.frames import incoming_frames, marts_frames


def rr1(frames):
    rows = pl.from_arrow(frames["identiteter"])
    return rows.filter((pl.col("regel_id") == "RR1") & pl.col("summa").is_not_null()).row(
        0, named=True
    )


def test_known_deviation_of_the_exact_size_is_known(lager):
    row = rr1(marts_frames(lager))
    assert row["utfall"] == "känd avvikelse"
    assert row["differens"] == Decimal("-2000.00")
    assert row["orsak"] == "Finansiell kostnad"


@pytest.mark.parametrize(
    "wrong",
    [
        "differens = -2000.01",
        "differens = 2000",
        "regel_id = 'RR4'",
        "scenario = 'budget'",
        "period_start = '2021-01-01'",
        "period_end = '2021-06-30'",
        "report_id = 'alfa_2022-06-30_delar'",
        "objekt = 'Summa, rad 12'",
    ],
)
def test_known_deviation_that_does_not_match_leaves_the_break_red(lager, wrong):
    lager.execute(f"update seeds.kand_avvikelse set {wrong}")
    assert rr1(marts_frames(lager))["utfall"] == "brott"


def test_break_names_report_rule_lines_and_both_numbers(lager):
    lager.execute("update seeds.kand_avvikelse set differens = -2000.01")
    result = runner.validate("marts", marts_frames(lager))
    failure = next(one for one in result.failures if one["expectation"] == "identitet.RR1")
    assert not result.success
    assert failure["rader"] == "rad 12; delar på rad 10, 11"
    assert (failure["summa"], failure["led"]) == ("-410000.00", "-408000.00")
    plain = failure["sentence"].replace("\N{NO-BREAK SPACE}", " ")
    for said in ("beta_2022-06-30_delar", "RR1", "−410 000", "−408 000", "−2 000", "rad 12"):
        assert said in plain


@pytest.mark.parametrize(
    "without_a_row",
    [
        # a deviation is not an amount of the post; half a post is none at all
        "update raw.fakta set scenario = 'avvikelse'",
        "update raw.fakta set status = 'suspect'",
    ],
)
def test_a_delivery_that_states_no_amount_of_a_post_is_no_loss(lager, without_a_row):
    alfa = "leverans_id = 'alfa_2022-06-30_delar#2' and statement = 'balansrakning'"
    suspect = "suspect" in without_a_row
    lager.execute(f"{without_a_row} where {alfa}{' and line = 10' if suspect else ''}")
    lager.execute(f"delete from marts.fct_ekonomi where {alfa}")
    if suspect:
        lager.execute(f"delete from marts.fct_rapportfakta where {alfa} and line = 10")
    rows = pl.from_arrow(marts_frames(lager)["leveranser"])
    assert rows["ekonomi_finns"].to_list() == [True] * rows.height


def test_published_facts_are_only_those_of_the_build(lager):
    facts = pl.from_arrow(incoming_frames(lager)["fakta"])
    assert facts.height == 14
    checked = ["alfa_2022-06-30_delar#1", "beta_2022-06-30_delar#1"]
    rest = incoming_frames(lager, checked)
    assert set(pl.from_arrow(rest["fakta"])["leverans_id"]).isdisjoint(checked)
    assert rest["leveranser"].num_rows == 4


def test_nothing_new_to_check_is_green_but_says_how_much(lager):
    everything = lager.sql("select leverans_id from raw.leverans").fetchall()
    result = runner.validate(
        "inkommande_fakta", incoming_frames(lager, [row[0] for row in everything])
    )
    assert result.success
    rows = {one["expectation"]: one["antal_rader"] for one in result.outcomes}
    assert (rows["fakta.unik"], rows["leveranser.rader"]) == (0, 4)


def test_amounts_reach_the_guard_as_decimals(lager):
    frames = marts_frames(lager) | incoming_frames(lager)
    for frame, column in (
        ("identiteter", "summa"),
        ("kostnader", "lagsta_summa"),
        ("fakta", "value"),
    ):
        assert pa.types.is_decimal(frames[frame].schema.field(column).type)


def test_conservation_accounts_for_every_delivery(lager):
    rows = pl.from_arrow(marts_frames(lager)["leveranser"]).rows_by_key(
        "leverans_id", named=True, unique=True
    )
    gone = {
        key: (row["antal_publicerade"], row["antal_i_karantan"], row["antal_ersatta"])
        for key, row in rows.items()
    }
    assert gone == {
        "alfa_2022-06-30_delar#1": (0, 0, 1),
        "alfa_2022-06-30_delar#2": (9, 0, 0),
        "beta_2022-06-30_delar#1": (3, 0, 0),
        "gamma_2022-06-30_delar#1": (0, 1, 0),
    }


def test_suspect_fact_left_out_of_the_marts_is_accounted_for(lager):
    lager.execute("update raw.fakta set status = 'suspect' where line = 36")
    lager.execute("delete from marts.fct_rapportfakta where line = 36")
    assert runner.validate("marts", marts_frames(lager)).success


UNTOUCHED = "update intermediate.int_leverans set andrad = false"


def test_what_no_build_has_touched_is_counted_but_not_read_again(lager):
    lager.execute(UNTOUCHED)
    frames = marts_frames(lager)
    assert [frames[name].num_rows for name in ("identiteter", "tackning", "kostnader")] == [0, 0, 0]
    assert frames["leveranser"].num_rows == 4
    assert runner.validate("marts", frames).success


@pytest.mark.parametrize(
    "fault",
    [
        "delete from marts.fct_rapportfakta where line = 36",
        "insert into marts.fct_rapportfakta from marts.fct_rapportfakta where line = 36",
        "delete from marts.fct_ekonomi where statement = 'balansrakning'",
        "delete from raw.fakta where line = 36",
        "update marts.fct_rapportfakta set leverans_id = 'gamma#1' where line = 36",
        "update intermediate.int_leverans set status = 'publicerad'",
    ],
)
def test_a_loss_among_the_untouched_is_seen_in_the_counts(lager, fault):
    lager.execute(UNTOUCHED)
    lager.execute(fault)
    assert not runner.validate("marts", marts_frames(lager)).success


def test_to_a_guard_of_other_code_everything_is_new(lager):
    untouched = marts_frames(lager)["identiteter"].num_rows
    lager.execute(UNTOUCHED)
    lager.execute(TOUCH_EVERYTHING)
    assert marts_frames(lager)["identiteter"].num_rows == untouched > 0


@pytest.mark.parametrize(("published", "same"), [("a", True), ("b", False), (None, False)])
def test_the_guard_trusts_only_what_the_same_code_has_published(
    tmp_path, monkeypatch, published, same
):
    manifest = {"inputs": {"code": published}} if published else None
    monkeypatch.setattr(guards, "read_manifest", lambda _settings: manifest)
    settings = Settings(home=tmp_path, data_dir=tmp_path)
    assert guards._same_code(Build(settings, RefreshOptions(), {"code": "a"})) is same


def test_a_large_frame_is_narrowed_to_what_can_fail(lager, monkeypatch):
    monkeypatch.setattr(narrowing, "SAMPLE", 2)
    lager.execute("update raw.fakta set unit = 'MSEK' where line = 31")
    facts = pl.from_arrow(incoming_frames(lager, whole=5)["fakta"])
    assert facts.height == 3
    assert facts.filter(pl.col("unit") == "MSEK").height == 1


def test_an_expectation_that_the_engine_does_not_know_is_no_silence(lager, monkeypatch):
    monkeypatch.delitem(narrowing.CONDITIONS, "expect_conservation")
    with pytest.raises(ValueError, match="expect_conservation"):
        marts_frames(lager, whole=0)
