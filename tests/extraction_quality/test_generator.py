"""The synthetic reports are what they claim: true, consistent, varied, damaged where told."""

import re
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from benchmarks.synthetic_reports import FACT_COLUMNS, KINDS, LAYOUTS, Kind, generate
from benchmarks.synthetic_reports.books import make_books
from benchmarks.synthetic_reports.compose import compose
from benchmarks.synthetic_reports.figures import MINUS, NARROW, NBSP, THIN, Figure
from benchmarks.synthetic_reports.identities import broken, rules
from benchmarks.synthetic_reports.register import all_forbund, made_up_org_number
from benchmarks.synthetic_reports.wear import DAMAGES

SEEDS = range(60)


@pytest.fixture(scope="module")
def reports():
    return {kind: [generate(seed, kind) for seed in SEEDS] for kind in KINDS}


def test_a_seed_gives_the_same_report_again_and_another_seed_another():
    for kind in KINDS:
        assert generate(5, kind).text == generate(5, kind).text
        assert generate(5, kind).truth_facts == generate(5, kind).truth_facts
        assert generate(5, kind).text != generate(6, kind).text


def test_unknown_kind_and_layout_are_refused():
    with pytest.raises(ValueError, match="no kind"):
        generate(1, "torn")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no layout"):
        generate(1, "clean", layout="spiral")


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_stands_where_the_truth_says(reports, kind):
    for report in reports[kind]:
        lines = report.text.split("\n")
        for fact in report.truth_facts:
            assert set(fact) == set(FACT_COLUMNS)
            assert fact["printed"]
            assert fact["printed"] in lines[int(fact["line"]) - 1]
        keys = [(fact["line"], fact["position"]) for fact in report.truth_facts]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("kind", ["clean", "ocr", "damaged"])
def test_identities_hold_in_the_truth(reports, kind):
    for report in reports[kind]:
        assert broken(report.truth_facts) == []


def test_the_evaluator_sees_a_break_beyond_rounding_and_none_within():
    facts = [
        _fact("summa_tillgangar", "1000", "TSEK"),
        _fact("kassa_och_bank", "400", "TSEK"),
        _fact("summa_omsattningstillgangar", "1000", "TSEK"),
        _fact("fordringar", "601", "TSEK"),
    ]
    assert broken(facts) == []
    facts[3]["value"] = "603"
    assert [(found.rule, found.difference) for found in broken(facts)] == [("BR3", -3000)]


def _fact(post: str, value: str, unit: str) -> dict[str, str]:
    return {
        "statement": "balansrakning",
        "post_code": post,
        "value": value,
        "unit": unit,
        "scenario": "utfall",
        "period_end": "2022-06-30",
    }


@pytest.mark.parametrize("kind", ["clean", "planted"])
def test_printed_characters_say_the_value_in_clean_kinds(reports, kind):
    for report in reports[kind]:
        for fact in _plain(report.truth_facts):
            assert _read(fact["printed"]) == Decimal(fact["value"])


def test_ocr_keeps_every_digit(reports):
    for report in reports["ocr"]:
        for fact in _plain(report.truth_facts):
            printed = re.sub(r"[^\d,]", "", fact["printed"]).replace(",", ".")
            assert Decimal(printed) == abs(Decimal(fact["value"]))


def test_ocr_loses_letters_and_spaces(reports):
    text = "".join(report.text for report in reports["ocr"])
    clean = "".join(report.text for report in reports["clean"])
    assert text.count("ä") < clean.count("ä") / 2
    assert re.search(r"[a-z]6[a-z]", text)
    assert re.search(r"\d{4} \d{3}\b", text)


def _plain(facts):
    """The facts whose print says their value; the others say in their note why it does not."""
    return [fact for fact in facts if not fact["note"]]


def _read(printed: str) -> Decimal:
    """A plain reader of undamaged print, for this test only."""
    negative = printed.startswith(("-", "(", MINUS, "–"))
    digits = re.sub(rf"[-().–{MINUS}{NBSP}{THIN}{NARROW} ]", "", printed).replace(",", ".")
    return -Decimal(digits) if negative else Decimal(digits)


def test_damaged_figures_are_listed_and_only_they_are_spoilt(reports):
    kinds = set()
    for report in reports["damaged"]:
        listed = {index for index, _ in report.damaged}
        assert 1 <= len(listed) <= 6
        for index, done in report.damaged:
            kinds.add(done.kind)
            fact = report.truth_facts[index]
            assert fact["printed"] == done.figure.printed != done.was
        for index, fact in enumerate(report.truth_facts):
            if index not in listed and not fact["note"]:
                printed = re.sub(r"[^\d,]", "", fact["printed"]).replace(",", ".")
                assert Decimal(printed) == abs(Decimal(fact["value"]))
    assert kinds == set(DAMAGES)


def test_a_planted_break_really_breaks_and_no_other_rule_does(reports):
    seen = set()
    for report in reports["planted"]:
        assert report.planted
        told = {
            (found.rule, found.scenario, found.period_end)
            for _, done in report.planted
            for found in done.breaks
        }
        real = {
            (found.rule, found.scenario, found.period_end) for found in broken(report.truth_facts)
        }
        assert real == told
        for index, done in report.planted:
            seen.add(done.rule)
            assert done.difference > 0
            assert report.truth_facts[index]["scenario"] == done.scenario
    assert "SUMMA" in seen
    assert len(seen & set(rules())) >= 8


def test_a_planted_figure_is_the_only_one_that_differs_from_the_sound_report(reports):
    for seed, report in zip(SEEDS, reports["planted"], strict=True):
        draft = compose(Random(f"planted:{seed}"), worn=False)
        sound = [part for line in draft.lines for part in line if isinstance(part, Figure)]
        shifts = {}
        for index, (figure, fact) in enumerate(zip(sound, report.truth_facts, strict=True)):
            if figure.value != Decimal(fact["value"]):
                size = 1000 if fact["unit"] == "TSEK" else 1
                shifts[index] = abs(figure.value - Decimal(fact["value"])) * size
        assert set(shifts) == {index for index, _ in report.planted}
        for index, done in report.planted:
            if done.rule == "SUMMA":
                assert shifts[index] == done.difference


def test_items_add_up_to_their_sum_in_the_books():
    books = make_books(
        Random(4), date(2022, 8, 31), ["Staten", "Region", "A", "B"], ["Steget", "Bron"], ["X", "Y"]
    )
    for flow in books.flows.values():
        assert sum(flow.natur.values()) == sum(flow.slag.values()) + sum(flow.insatser.values())
        state, region, *local = flow.medlemmar.values()
        assert state == 2 * region == 2 * sum(local)
    for kind in ("utfall", "fjol", "bokslut"):
        cash = books.cash(kind)
        assert (
            cash["likvida_medel_vid_periodens_borjan"] + cash["periodens_kassaflode"]
            == cash["likvida_medel_vid_periodens_slut"]
        )
        assert books.balances[kind].resultat == books.flows[kind].resultat


def test_every_layout_period_end_and_statement_appears(reports):
    layouts, ends, types, statements, units = set(), set(), set(), set(), set()
    for kind in KINDS:
        for report in reports[kind]:
            layouts |= {layout for _, layout in report.layouts}
            ends.add(report.truth_report["period_end"][5:])
            types.add(report.truth_report["report_type"])
            for fact in report.truth_facts:
                statements.add(fact["statement"])
                units.add((fact["statement"], fact["unit"]))
    assert layouts == set(LAYOUTS)
    assert ends == {"03-31", "04-30", "06-30", "08-31", "09-30", "12-31"}
    assert types == {"delar", "ar"}
    assert statements == {
        "resultatrakning",
        "balansrakning",
        "kassaflode",
        "driftredovisning",
        "not",
        "oversikt",
        "nyckeltal",
        "deltagare",
        "mal",
        "kostnadsfordelning",
        "utbildning",
        "personal",
        "medlemsbidrag",
    }
    for statement in ("resultatrakning", "balansrakning", "kassaflode", "driftredovisning", "not"):
        assert {(statement, "SEK"), (statement, "TSEK")} <= units


def test_number_styles_appear(reports):
    printed = [fact["printed"] for report in reports["clean"] for fact in report.truth_facts]
    for pattern in (
        r"\d \d{3}",
        r"\d\.\d{3}",
        rf"\d{NBSP}\d",
        rf"\d{THIN}\d",
        rf"\d{NARROW}\d",
        r"^\d{7,}$",
        r"^-\d",
        rf"^{MINUS}\d",
        r"^–\d",
        r"^\(\d",
    ):
        assert any(re.search(pattern, text) for text in printed), pattern


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_forced_layout_is_the_only_one(layout):
    report = generate(4, "clean", layout=layout)
    assert {used for _, used in report.layouts} == {layout}
    assert broken(report.truth_facts) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_says_its_identity(reports, kind: Kind):
    for report in reports[kind]:
        truth = report.truth_report
        assert truth["report_id"] == (
            f"{truth['forbund_id']}_{truth['period_end']}_{truth['report_type']}"
        )
        assert truth["period_end"][:4] in report.text
        if truth["org_number"]:
            assert truth["org_number"] in report.text
        if kind in ("clean", "planted"):
            assert truth["forbund"] in report.text


def test_made_up_org_numbers_have_a_check_digit_that_fits():
    for seed in range(20):
        digits = [int(c) for c in made_up_org_number(Random(seed)).replace("-", "")]
        doubled = [d * (2 if place % 2 == 0 else 1) for place, d in enumerate(digits)]
        assert sum(d // 10 + d % 10 for d in doubled) % 10 == 0
    assert len(all_forbund()) >= 3
