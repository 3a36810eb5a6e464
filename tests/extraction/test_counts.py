"""What the counts of participants say of each other, broken one by one."""

from datetime import date
from decimal import Decimal

from dagster_pipelines.extraction.counts import settle
from dagster_pipelines.extraction.statements import Draft

START, END = date(2023, 1, 1), date(2023, 6, 30)
DRAFT = Draft(
    line=10, start=0, page=None, statement="deltagare", label="Totalt antal deltagare",
    post_code="", insats="Lotsen", insatstyp="individinriktad", breakdown="", scenario="utfall",
    period_start=START, period_end=END, unit="antal", value=Decimal(30), printed="30",
    status="unchecked", note="",
)  # fmt: skip


def of(value, breakdown="", **other):
    return DRAFT._replace(value=Decimal(value), breakdown=breakdown, **other)


def sexes(whole, women, men):
    return [of(whole), of(women, "kon=kvinna"), of(men, "kon=man")]


def statuses(drafts, worn=False):
    return [d.status for d in settle(drafts, worn=worn)]


def test_women_and_men_that_make_the_total_vouch_for_it():
    assert statuses(sexes(30, 18, 12)) == ["reconciled"] * 3


def test_a_total_that_they_do_not_make_stands_in_clean_text_and_is_doubted_in_a_scan():
    assert statuses(sexes(31, 18, 12)) == ["unchecked"] * 3
    assert statuses(sexes(31, 18, 12), worn=True) == ["suspect"] * 3


def test_total_less_ended_is_standing():
    flow = [of(30), of(12, label="Avslutade deltagare"), of(18, label="Pågående deltagare")]
    assert statuses(flow) == ["reconciled"] * 3
    flow[2] = flow[2]._replace(value=Decimal(17))
    assert statuses(flow) == ["unchecked"] * 3


def test_two_values_for_one_thing_are_both_doubted():
    assert statuses([of(30), of(41, line=20)]) == ["suspect"] * 2
    assert statuses([of(30), of(41, line=20, insats="Bron")]) == ["unchecked"] * 2


def test_categories_that_make_the_total_vouch_for_each_other():
    parts = [
        of(20, "utbildning=Grundskola", label="Utbildning"),
        of(10, "utbildning=Gymnasium", label="Utbildning"),
    ]
    assert statuses([of(30), *parts]) == ["unchecked", "reconciled", "reconciled"]
    assert statuses([of(31), *parts]) == ["unchecked"] * 3


def test_a_count_of_no_insats_among_counts_of_insatser_is_doubted_unless_it_is_their_sum():
    counts = [of(30), of(12, insats="Bron"), of(42, insats="", insatstyp="")]
    assert statuses(counts) == ["unchecked"] * 3
    counts[2] = counts[2]._replace(value=Decimal(43))
    assert statuses(counts) == ["unchecked", "unchecked", "suspect"]


def test_shares_that_make_a_hundred_vouch_for_each_other():
    share = DRAFT._replace(statement="kostnadsfordelning", unit="procent", insats="")
    assert statuses([share._replace(value=Decimal(v)) for v in (25, 55, 20)]) == ["reconciled"] * 3
    assert statuses([share._replace(value=Decimal(v)) for v in (25, 55, 27)]) == ["unchecked"] * 3
