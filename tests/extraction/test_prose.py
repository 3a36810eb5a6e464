"""Figures in running text: what they say, and what is left to a person. Sentences are made up."""

from datetime import date
from decimal import Decimal

import pytest

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.participants import read_line
from dagster_pipelines.extraction.source import Line
from dagster_pipelines.extraction.vocabulary import find_insats, fold, labels_of

HEAD = (
    "Delårsrapport januari-juni 2023\nSamordningsförbundet Välfärd i Nacka\n\n"
    "Resultaträkning\nBelopp i kr\t2023-06-30\nVerksamhetens intäkter\t100\nResultat\t100\n\n"
    "1. Förvaltningsberättelse\n\n"
)


def figures(prose):
    extraction = extract_text(HEAD + prose + "\n")
    first = HEAD.count("\n") + 1
    return [f for f in extraction.facts if f["line"] >= first]


def one(prose, printed):
    found = [f for f in figures(prose) if f["printed"] == printed]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("prose", "printed", "said"),
    [
        (
            "Förbundets resultat för perioden blev -12 345 kr.",
            "-12 345",
            ("Resultat", "utfall", -12345, "2023-06-30"),
        ),
        (
            "Resultatet blev 40 tkr mot budgeterade 55 tkr för perioden.",
            "55",
            ("Budgeterat resultat", "budget", 55, "2023-06-30"),
        ),
        (
            "Det egna kapitalet ska vid årets slut inte överstiga 640 tkr.",
            "640",
            ("Eget kapital vid årets slut, högst", "mal", 640, "2023-12-31"),
        ),
        (
            "Administrativa kostnader får inte överstiga 25 % av de samlade kostnaderna.",
            "25",
            (
                "Administrativa kostnader i procent av de samlade kostnaderna, högst",
                "mal",
                25,
                "2023-12-31",
            ),
        ),
        (
            "Under perioden har totalt 88 deltagare varit inskrivna i verksamheten.",
            "88",
            ("Totalt antal deltagare inskrivna", "utfall", 88, "2023-06-30"),
        ),
    ],
)
def test_a_phrase_says_what_its_figure_is(prose, printed, said):
    fact = one(prose, printed)
    label, scenario, value, end = said
    assert (fact["label"], fact["scenario"]) == (label, scenario)
    assert (fact["value"], fact["period_end"]) == (Decimal(value), date.fromisoformat(end))
    assert fact["status"] == "unchecked"


def test_a_minus_and_a_sentence_survive_the_end_of_a_line():
    prose = (
        "Den lägre takten förklarar att förbundets resultat blev -70 tkr mot budgeterade -\n"
        "310 tkr för perioden."
    )
    fact = one(prose, "310")
    assert (fact["label"], fact["value"]) == ("Budgeterat resultat", Decimal(-310))
    assert "minustecknet" in fact["note"]
    assert one(prose, "-70")["line"] == fact["line"] - 1


def test_what_no_phrase_explains_is_left_to_a_person():
    fact = one("Utställningen lockade enligt arrangören 300 personer till torget i maj.", "300")
    assert fact["status"] == "suspect"
    assert "gissad" in fact["note"]


def test_shares_in_words():
    found = figures("Förbundet finansieras till hälften av bidrag från staten.")
    assert [(f["value"], f["unit"], f["printed"]) for f in found] == [
        (Decimal(50), "procent", "hälften")
    ]


def test_ages_are_a_lowest_and_a_highest():
    found = figures("Målgruppen är personer i åldern 16-64 år med behov av samordnat stöd.")
    assert [(f["label"], f["value"], f["scenario"]) for f in found] == [
        ("Målgruppens ålder, lägst", Decimal(16), "mal"),
        ("Målgruppens ålder, högst", Decimal(64), "mal"),
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "Organisationsnummer: 222000-1234",
        "Telefon 021-39 00 00 under kontorstid.",
        "Dnr 2023/117 behandlades av styrelsen.",
        "Lagen (2003:1210) styr verksamheten sedan 2004.",
        "Se sida 12 och bilaga 3 för mer.",
    ],
)
def test_numbers_of_reference_are_no_facts(prose):
    assert figures(prose) == []


def test_kronor_called_tkr_are_doubted():
    fact = one("Resultatet blev 40 tkr mot budgeterade -585 980 tkr för perioden.", "-585 980")
    assert fact["status"] == "suspect"
    assert (fact["value"], fact["unit"]) == (-585980, "SEK")


def test_a_line_of_wide_gaps_is_read_at_once():
    """A pattern that tries every way to split the gap would never come back."""
    text = "Totalt antal" + " " * 60 + "42" + " " * 40 + "51 -"
    assert read_line(Line(1, None, text, text), "alder", "Ålder", "", "", False) is None


def test_exit_reasons_are_breakdowns():
    text = "Avslutade deltagare till studier: 13"
    found = read_line(Line(1, None, text, text), "", "", "Steget", "", False)
    assert found is not None
    assert (found.key, found.category) == ("avslutsorsak", "Studier")


def test_letters_that_ocr_takes_for_each_other_name_the_same_item():
    labels = labels_of("resultatrakning")
    for worn, post in (
        ("Pcriodcns rcsnltat", "periodens_resultat"),
        ("Vcrksamhctcns kostnadcr", "verksamhetens_kostnader"),
    ):
        hit = labels.find(worn)
        assert hit is not None
        assert hit[0].post_code == post
    assert fold("0stergötland") == "ostergotland"
    assert fold("100 kr") == "100 kr"


def test_a_common_word_in_a_sentence_is_no_insats():
    assert find_insats("vastervik", "Utbildning i motiverande samtal") is None


def test_numbers_of_a_chart_are_kept_and_doubted():
    extraction = extract_text(
        HEAD
        + "Antal deltagare per åldersgrupp\n\nAntal deltagare\n\n90\n52\n38\n24 31 23\n21 21 16\n"
    )
    line = HEAD.count("\n") + 8
    found = [f for f in extraction.facts if f["line"] == line]
    assert [f["printed"] for f in found] in ([], ["24", "31", "23"])
    assert all(f["status"] == "suspect" for f in found)
