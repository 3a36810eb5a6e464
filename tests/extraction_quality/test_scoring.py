"""The scorer sees what it must: silent errors, suspects, repairs, reported breaks."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from benchmarks.scoring import Truth, combine, same_name, score
from benchmarks.synthetic_reports import KINDS, generate


@dataclass
class Said:
    facts: list
    findings: list = field(default_factory=list)
    report: dict = field(default_factory=dict)


@dataclass
class Break:
    rule: str
    scenario: str
    period_end: str
    difference: Decimal


def fact(**changes: str) -> dict[str, str]:
    base = {
        "line": "10",
        "position": "1",
        "statement": "resultatrakning",
        "label": "Resultat",
        "post_code": "periodens_resultat",
        "insats": "",
        "insatstyp": "",
        "breakdown": "",
        "scenario": "utfall",
        "period_start": "2022-01-01",
        "period_end": "2022-06-30",
        "unit": "TSEK",
        "value": "-1765",
        "printed": "-1 765",
        "status": "unchecked",
    }
    return base | changes


def one(said: dict[str, str], truth: dict[str, str] | None = None):
    return score(Said([said]), Truth([truth or fact()]))


def test_the_right_fact_is_found_trusted_and_no_error():
    found = one(fact()).total()
    assert (found.truth, found.found, found.trusted, found.silent) == (1, 1, 1, 0)
    assert found.correct == found.claimed == 1


def test_kronor_and_thousands_are_the_same_money():
    assert one(fact(unit="SEK", value="-1765000")).total().found == 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"value": "1765"}, "amount"),
        ({"value": "-17651", "printed": "-1 7651"}, "amount"),
        ({"unit": "SEK"}, "amount"),
        ({"scenario": "budget"}, "scenario"),
        ({"period_start": "2021-01-01", "period_end": "2021-06-30"}, "period"),
        ({"period_start": "2021-07-01"}, "period"),
        ({"post_code": "verksamhetens_resultat"}, "item"),
        ({"statement": "balansrakning"}, "statement"),
        ({"breakdown": "kon=man"}, "breakdown"),
        ({"breakdown": "kolumn=Utfall intäkt"}, "column"),
    ],
)
def test_each_wrong_claim_about_a_printed_figure_is_a_silent_error(change, what):
    result = one(fact(**change))
    assert result.total().silent == 1
    assert result.total().found == 0
    assert [error.what for error in result.errors] == [what]


@pytest.mark.parametrize("change", [{"value": "1765"}, {"scenario": "budget"}])
def test_a_suspect_fact_is_never_a_silent_error(change):
    result = one(fact(status="suspect", **change))
    assert result.total().silent == 0
    assert result.total().found == 0


def test_a_right_but_suspect_fact_is_found_and_not_trusted():
    found = one(fact(status="suspect")).total()
    assert (found.found, found.trusted, found.claimed) == (1, 0, 0)


def test_a_note_number_read_as_a_figure_is_invented():
    result = score(
        Said([fact(), fact(position="2", value="2", printed="2")]),
        Truth([fact(value="-3765", printed="-3 765"), fact()]),
    )
    assert result.total().silent == 1
    result = score(Said([fact(line="90", value="4", printed="4")]), Truth([fact()]))
    assert [error.what for error in result.errors] == ["invented"]


def test_an_extra_figure_of_the_prose_only_costs_precision():
    said = fact(line="90", statement="ovrigt", post_code="", value="7", printed="7", unit="antal")
    result = score(Said([fact(), said]), Truth([fact()]))
    assert result.total().silent == 0
    assert result.total().correct < result.total().claimed


def test_nothing_printed_and_duplicates_are_harmless():
    nothing = fact(line="11", value="0", printed="-", post_code="extraordinara_poster")
    twice = fact(line="50")
    finer = fact(line="51", unit="SEK", value="-1764938", printed="-1764 938")
    result = score(Said([fact(), nothing, twice, finer]), Truth([fact()]))
    assert result.total().silent == 0
    assert result.total().claimed == 1


def test_a_coarser_figure_outside_the_rounding_is_no_duplicate():
    finer = fact(line="10", position="2", unit="SEK", value="-1763938", printed="-1763 938")
    truth = [
        fact(),
        fact(
            line="10",
            position="2",
            scenario="budget",
            unit="SEK",
            value="-1763938",
            printed="-1763 938",
        ),
    ]
    assert score(Said([fact(), finer]), Truth(truth)).total().silent == 1


def test_opening_posts_may_be_dated_at_either_end():
    truth = fact(
        statement="balansrakning",
        post_code="ingaende_eget_kapital",
        period_start="",
        period_end="2022-06-30",
    )
    assert one(truth | {"period_end": "2021-12-31"}, truth).total().found == 1
    assert one(truth | {"period_end": "2020-12-31"}, truth).total().found == 0
    other = truth | {"post_code": "summa_eget_kapital"}
    assert one(other | {"period_end": "2021-12-31"}, other).total().found == 0


def test_labels_tell_rows_apart_where_no_post_does():
    truth = fact(statement="driftredovisning", post_code="", label="Växtkraft", insats="Växtkraft")
    assert one(truth | {"label": "Vaxtkraft 2.1", "insats": ""}, truth).total().found == 1
    wrong = one(truth | {"label": "Kompassen", "insats": "Kompassen"}, truth)
    assert [error.what for error in wrong.errors] == ["item"]
    catch_all = fact(post_code="ovriga_verksamhetskostnader", label="Resekostnader")
    assert one(catch_all | {"label": "Revision"}, catch_all).total().silent == 1


def test_participants_need_their_insats():
    truth = fact(
        statement="deltagare",
        post_code="",
        label="Nya deltagare",
        insats="Steget",
        unit="antal",
        value="12",
        printed="12",
    )
    assert one(truth, truth).total().found == 1
    assert one(truth | {"insats": ""}, truth).total().found == 0


def test_another_name_for_a_table_is_accepted_only_outside_the_primary_statements():
    truth = fact(statement="not", post_code="", label="Växtkraft")
    found = one(truth | {"statement": "driftredovisning"}, truth).total()
    assert (found.found, found.renamed) == (1, 1)
    assert one(fact(statement="prognos")).total().found == 0


def test_damage_is_repaired_suspect_silent_or_missing():
    truth = fact(printed="-1 76S")
    cases = {
        "repaired": fact(printed="-1 76S", status="repaired"),
        "suspect": fact(printed="-1 76S", value="-176", status="suspect"),
        "silent": fact(printed="-1 76S", value="-176"),
    }
    for name, said in cases.items():
        result = score(Said([said]), Truth([truth], damaged=[0]))
        counts = {key: getattr(result, f"damaged_{key}") for key in cases}
        assert counts == {key: int(key == name) for key in cases}
    missing = score(Said([]), Truth([truth], damaged=[0]))
    assert (missing.damaged, missing.damaged_repaired + missing.damaged_suspect) == (1, 0)


def test_a_planted_break_is_reported_by_rule_period_and_size():
    broken = Break("RR1", "utfall", "2022-06-30", Decimal(25000))
    finding = {
        "rule": "RR1",
        "scenario": "utfall",
        "period_end": "2022-06-30",
        "difference": "-25000",
    }
    truth = Truth([fact()], planted=[(0, [broken])])
    assert score(Said([fact()], [finding]), truth).planted_reported == 1
    for change in (
        {"rule": "RR5"},
        {"period_end": "2021-06-30"},
        {"scenario": "budget"},
        {"difference": "90000"},
        {"difference": "?"},
    ):
        assert score(Said([fact()], [finding | change]), truth).planted_reported == 0


def test_a_planted_break_repaired_away_is_told():
    broken = Break("RR1", "utfall", "2022-06-30", Decimal(25000))
    truth = Truth([fact()], planted=[(0, [broken])])
    assert score(Said([fact()]), truth).planted_repaired_away == 0
    repaired = fact(value="-1740", status="repaired")
    assert score(Said([repaired]), truth).planted_repaired_away == 1


def test_findings_are_counted_and_false_in_a_sound_report():
    result = combine(
        [
            score(Said([fact()], [{"rule": "RR1"}]), Truth([fact()])),
            score(Said([fact()]), Truth([fact()])),
        ]
    )
    assert (result.findings, result.reports_with_findings, result.reports) == (1, 1, 2)


def test_identity_counts_only_what_the_document_prints():
    truth = Truth([], {"report_id": "umea_2022-06-30_delar", "org_number": ""})
    right = score(Said([], report={"report_id": "umea_2022-06-30_delar"}), truth)
    assert right.identity == {"report_id": (1, 1)}
    wrong = score(Said([], report={"report_id": "umea_2022-12-31_ar"}), truth)
    assert wrong.identity == {"report_id": (0, 1)}


def test_names_are_compared_without_accents_and_noise():
    assert same_name("vaxtkraft", "v xtkraft")
    assert same_name("summa", "summa kostnader")
    assert not same_name("kompassen", "vaxtkraft")
    assert not same_name("", "vaxtkraft")


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_scores_itself_perfect_and_spoilt_truth_does_not(kind):
    reports = [generate(seed, kind) for seed in range(8)]
    whole = combine(
        score(Said(r.truth_facts, report=r.truth_report), Truth(r.truth_facts, r.truth_report))
        for r in reports
    )
    total = whole.total()
    assert total.found == total.trusted == total.truth > 300
    assert total.silent == 0
    assert whole.identity["report_id"] == (8, 8)
    first = [dict(row) for row in reports[0].truth_facts]
    first[0]["value"] = str(Decimal(first[0]["value"]) + 1)
    assert score(Said(first), Truth(reports[0].truth_facts)).total().silent == 1
