"""Which period, insats and amount a sentence gives its figure. Sentences are made up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_prose import HEAD, figures, one

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.prose import IMPLAUSIBLE_TSEK
from dagster_pipelines.extraction.wording import label_of, tidy

SPLIT = (
    "Driftredovisning per insats\nBelopp i kr\tUtfall\nLotsen\t61\nGröna spåret\t39\nSumma\t100\n\n"
)


@pytest.mark.parametrize(
    ("prose", "printed", "start", "end"),
    [
        ("Av deltagarna har 41 % gått vidare till arbete mot 38 % samma period föregående år.",
         "38", "2022-01-01", "2022-06-30"),
        ("Från och med den 1 mars har teamet haft 12 nya deltagare.", "12", "2023-03-01",
         "2023-06-30"),
        ("Fram till den 30 april hade 9 nya deltagare börjat.", "9", "2023-01-01", "2023-04-30"),
        ("Under 2021 kom 44 nya deltagare.", "44", "2021-01-01", "2021-12-31"),
        ("Projektet har under perioden 20210901-20230630 tagit emot 75 nya deltagare.", "75",
         "2021-09-01", "2023-06-30"),
        ("I maj 2023 kom 7 nya deltagare.", "7", "2023-05-01", "2023-05-31"),
        ("Prognosen för helåret är ett resultat på 120 tkr.", "120", "2023-01-01", "2023-12-31"),
    ],
)  # fmt: skip
def test_the_period_is_that_of_the_words(prose, printed, start, end):
    fact = one(prose, printed)
    assert fact["period_start"] == date.fromisoformat(start)
    assert fact["period_end"] == date.fromisoformat(end)


def test_those_there_at_a_day_have_no_start():
    fact = one("Den 1 juni 2023 var 33 personer inskrivna i verksamheten.", "33")
    assert (fact["period_start"], fact["period_end"]) == (None, date(2023, 6, 1))


@pytest.mark.parametrize(
    ("prose", "printed", "label", "value", "unit"),
    [
        ("Förbundet redovisar ett underskott om 84 tkr för perioden.", "84", "Resultat", -84,
         "TSEK"),
        ("Periodens resultat uppgår till 1,2 mkr.", "1,2", "Resultat", 1_200_000, "SEK"),
        ("Resultatet för perioden blev (84) tkr.", "(84)", "Resultat", -84, "TSEK"),
        ("Förbundet har förbrukat 31 tkr mindre än budgeterat.", "31",
         "Förbrukat mindre än budgeterat", 31, "TSEK"),
    ],
)  # fmt: skip
def test_amounts_in_many_wordings(prose, printed, label, value, unit):
    fact = one(prose, printed)
    assert (fact["label"], fact["value"], fact["unit"]) == (label, Decimal(value), unit)
    assert fact["status"] == "unchecked"


def test_a_loss_in_words_says_so_in_its_note():
    assert "underskott" in one("Förbundet redovisar ett underskott om 84 tkr.", "84")["note"]


def test_last_years_figure_means_what_this_years_does():
    prose = "Resultatet blev 40 tkr, att jämföra med 55 tkr samma period föregående år."
    now, then = one(prose, "40"), one(prose, "55")
    assert (now["label"], then["label"]) == ("Resultat", "Resultat")
    assert then["period_end"] == date(2022, 6, 30)


def placed(prose, printed):
    text = HEAD.replace("1. Förvalt", SPLIT + "1. Förvalt") + prose + "\n"
    (found,) = [f for f in extract_text(text).facts if f["printed"] == printed]
    return found


@pytest.mark.parametrize(
    "prose",
    [
        "Under perioden har 31 personer deltagit i Gröna spåret.",
        "I Gröna spåret har 31 personer deltagit under perioden.",
        "Antalet deltagare i Gröna spåret uppgick till 31 under perioden.",
    ],
)
def test_a_sentence_names_its_insats(prose):
    assert placed(prose, "31")["insats"] == "Gröna spåret"


def test_women_and_men_share_the_meaning_of_their_sum():
    prose = "I Lotsen har 31 personer deltagit, varav 19 kvinnor och 12 män."
    found = [placed(prose, printed) for printed in ("31", "19", "12")]
    assert [f["breakdown"] for f in found] == ["", "kon=kvinna", "kon=man"]
    assert {(f["label"], f["insats"], f["status"]) for f in found} == {
        ("Antal deltagare", "Lotsen", "reconciled")
    }


def test_a_sentence_of_two_insatser_is_left_to_a_person():
    fact = placed("Lotsen och Gröna spåret har haft 31 nya deltagare.", "31")
    assert fact["status"] == "suspect"


def test_a_goal_and_its_outcome_in_cells_share_their_label():
    goal, outcome = (
        "40 % av deltagarna ska ha börjat studera.",
        "33 % av deltagarna har gjort det.",
    )
    prose = f"Mål för Lotsen\n\nMål\tUtfall\tBedömning\n{goal}\t{outcome}\tMålet är inte uppfyllt."
    wanted, reached = placed(prose, "40"), placed(prose, "33")
    assert (wanted["scenario"], reached["scenario"]) == ("mal", "utfall")
    assert wanted["label"] == reached["label"] == "Andel deltagare som ska ha börjat studera"
    assert wanted["insats"] == reached["insats"] == "Lotsen"


@pytest.mark.parametrize(
    "prose",
    [
        "Ärendet har diarienummer 2023/117 och togs upp av styrelsen i våras.",
        "Styrelsen sammanträdde den 12 mars 2023 kl. 09.00 i rum 316.",
        "Bestämmelserna finns i lagen (2003:1210) om finansiell samordning, 7 §.",
        "Kontakta kansliet på telefon 021-390 00 00 för mer information.",
        "Organisationsnummer 222000-1234 används vid fakturering.",
    ],
)
def test_numbers_that_count_nothing_are_never_trusted_facts(prose):
    assert [f for f in figures(prose) if f["status"] != "suspect"] == []


@pytest.mark.parametrize(
    ("clause", "figure", "label"),
    [
        ("14 skolor medverkar i satsningen.", "14", "Skolor som medverkar i satsningen"),
        ("Under perioden avslutades 31 deltagare.", "31", "Avslutade deltagare"),
        ("Andel i arbete: 23 %", "23", "Andel i arbete"),
    ],
)
def test_labels_are_the_words_of_the_clause(clause, figure, label):
    at = clause.index(figure)
    unit = "procent" if "%" in clause else "antal"
    assert label_of(clause, at, at + len(figure), unit, "") == label


@given(st.text(max_size=120), st.integers(0, 119), st.integers(0, 119))
def test_any_text_has_a_label(text, begin, end):
    begin, end = sorted((min(begin, len(text)), min(end, len(text))))
    label = label_of(text, begin, end, "antal", "")
    assert label
    assert tidy(label) == label or len(label) >= 100


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 99_999_999), st.sampled_from(["kr", "tkr", "kronor"]), st.booleans())
def test_an_amount_in_a_sentence_is_read_as_printed(amount, unit, negative):
    printed = ("-" if negative else "") + f"{amount:,}".replace(",", " ")
    fact = one(f"Periodens resultat blev {printed} {unit}.", printed)
    assert fact["value"] == (-amount if negative else amount)
    beyond_belief = unit == "tkr" and amount >= IMPLAUSIBLE_TSEK
    assert fact["unit"] == ("TSEK" if unit == "tkr" and not beyond_belief else "SEK")
    assert not beyond_belief or fact["status"] == "suspect"
