"""Hard tables, torn as in the originals: labels and figures only."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from dagster_pipelines.extraction import extract_text

FIXTURES = Path(__file__).parent / "fixtures"


def read(name):
    return extract_text((FIXTURES / f"{name}.txt").read_text(encoding="utf-8"), f"{name}.txt")


def one(extraction, post, scenario="utfall", end=None, statement=None):
    found = [
        f
        for f in extraction.facts
        if f["post_code"] == post
        and f["scenario"] == scenario
        and (end is None or f["period_end"] == end)
        and (statement is None or f["statement"] == statement)
    ]
    assert len(found) == 1, found
    return found[0]


def test_five_columns_with_a_lost_head_a_note_column_and_a_glued_zero():
    extraction = read("ocr_resultat_fem_kolumner")
    income = one(extraction, "medlemsbidrag", end=date(2022, 6, 30))
    assert (income["value"], income["unit"], income["label"]) == (
        Decimal(5498),
        "TSEK",
        "Medlemsintäkter",
    )
    lost = one(extraction, "medlemsbidrag", end=date(2021, 8, 31))
    assert lost["value"] == Decimal(8873)
    repaired = one(extraction, "verksamhetens_resultat", scenario="prognos")
    assert (repaired["value"], repaired["printed"], repaired["status"]) == (
        Decimal(-5127),
        "-51270",
        "repaired",
    )
    assert repaired["note"]


def test_the_reports_own_inconsistency_is_found_not_mended():
    extraction = read("ocr_resultat_fem_kolumner")
    (finding,) = [f for f in extraction.findings if f["rule"] == "RR5"]
    assert (finding["difference"], finding["period_end"]) == (Decimal(-25000), date(2021, 8, 31))
    assert finding["severity"] == "blockerande"
    parts = [
        f
        for f in extraction.facts
        if f["post_code"] == "ovriga_verksamhetskostnader" and f["period_end"] == date(2021, 8, 31)
    ]
    assert {f["status"] for f in parts} == {"suspect"}


def test_lost_spaces_and_letters_without_diacritics():
    extraction = read("ocr_balans_en_kolumn")
    cash = one(extraction, "kassa_och_bank")
    assert (cash["value"], cash["printed"], cash["status"]) == (
        Decimal(4139356),
        "4139 356",
        "reconciled",
    )
    assert cash["period_start"] is None
    assert one(extraction, "summa_omsattningstillgangar")["label"] == "Summa omsättningstillgångar"
    assert one(extraction, "periodens_resultat")["value"] == Decimal(-143817)


def test_a_lost_minus_is_given_back_and_said_so():
    fact = one(read("ocr_kassaflode_tappat_minus"), "medel_fore_forandring_av_rorelsekapital")
    assert (fact["value"], fact["printed"], fact["status"]) == (
        Decimal(-1764938),
        "1764938",
        "repaired",
    )
    opening = one(read("ocr_kassaflode_tappat_minus"), "likvida_medel_vid_periodens_borjan")
    assert opening["period_end"] == date(2021, 12, 31)


def test_tabs_with_blank_cells_and_percentages_in_brackets():
    extraction = read("flikar_prognos_procent")
    assert one(extraction, "verksamhetens_resultat")["period_end"] == date(2023, 6, 30)
    shares = [f for f in extraction.facts if f["unit"] == "procent"]
    assert [f["value"] for f in shares] == [
        Decimal(0),
        Decimal("0.5"),
        Decimal(0),
        Decimal(12),
        Decimal(4),
    ]
    assert not extraction.findings


def test_labels_in_one_block_and_columns_in_the_next():
    extraction = read("block_etiketter_sedan_tal")
    assert one(extraction, "summa_eget_kapital", end=date(2023, 8, 31))["value"] == Decimal(1400000)
    assert one(extraction, "kundfordringar", end=date(2022, 8, 31))["value"] == Decimal(90000)
    assert {f["status"] for f in extraction.facts} == {"reconciled"}
