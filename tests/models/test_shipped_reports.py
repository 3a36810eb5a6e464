"""What the warehouse must say about the five shipped reports, to the krona.

Belongs here: figures that a person read in the reports. They may only change if the reports do.
"""

from decimal import Decimal

import duckdb
import pytest

D = Decimal
SOFINT21, SOFINT24 = "sofint_2021-06-30_delar", "sofint_2024-06-30_delar"
LEKEBERG = "lekeberg-orebro_2020-06-30_delar"
VASTERAS = "vasteras_2022-06-30_delar"
VASTRA = "vastra-ostergotland_2021-08-31_delar"


def rows(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple]:
    return con.execute(sql, values).fetchall()


def test_every_fact_is_published_with_its_source(marts):
    found = rows(marts, "select report_id, antal_fakta, status from dim_rapport order by 1")
    assert found == [
        (LEKEBERG, 207, "publicerad"),
        (SOFINT21, 86, "publicerad"),
        (SOFINT24, 103, "publicerad"),
        (VASTERAS, 436, "publicerad"),
        (VASTRA, 100, "publicerad"),
    ]
    traced = """
        select count(*), count(*) filter (report_id is not null and line >= 1 and position >= 1 and printed <> '')
        from fct_rapportfakta
    """
    assert rows(marts, traced) == [(932, 932)]
    assert rows(marts, "select count(*) from raw.avvisade_fakta") == [(0,)]
    assert rows(
        marts,
        "select sum(lasta), sum(godkanda), sum(avvisade) from raw.inlasning where slag = 'fakta'",
    ) == [(932, 932, 0)]


@pytest.mark.parametrize(
    ("forbund_id", "day", "assets", "equity", "outcome"),
    [
        ("sofint", "2021-06-30", 4369942, 1647348, "håller"),
        ("sofint", "2024-06-30", 2648294, 479147, "håller"),
        ("sofint", "2023-06-30", 2976209, 649165, "håller"),
        ("lekeberg-orebro", "2020-06-30", 5371749, 1461549, "avrundning"),
        ("lekeberg-orebro", "2019-12-31", 4244578, 1871182, "håller"),
        ("vasteras", "2022-06-30", 12148062, 6004433, "håller"),
    ],
)
def test_balance_sheets(marts, forbund_id, day, assets, equity, outcome):
    sql = """
        select summa_tillgangar, summa_eget_kapital, balans_utfall
        from rpt_balansrakning where forbund_id = ? and period_end = cast(? as date)
    """
    assert rows(marts, sql, forbund_id, day) == [(D(assets), D(equity), outcome)]


def test_the_rounding_of_lekeberg_orebro_is_seen(marts):
    sql = """
        select summa_sek, led_sek, differens_sek, tolerans_sek, utfall from fct_kontroll
        where report_id = ? and regel_id = 'BR2' and period_end = date '2020-06-30'
    """
    assert rows(marts, sql, LEKEBERG) == [(D(5371749), D(5371750), D(-1), D(1), "avrundning")]


def test_vasteras_total_is_derived_and_says_so(marts):
    sql = "select harledda_poster from rpt_balansrakning where report_id = ?"
    assert "summa_tillgangar" in rows(marts, sql, VASTERAS)[0][0].split(", ")
    sql = """
        select belopp_sek, harledd, harledd_av_regel from fct_ekonomi
        where report_id = ? and post_code = 'summa_tillgangar'
    """
    assert rows(marts, sql, VASTERAS) == [(D(12148062), True, "BR1")]


@pytest.mark.parametrize(
    ("report", "start", "end", "amount"),
    [
        (SOFINT21, "2021-01-01", "2021-06-30", 1270854),
        (SOFINT24, "2024-01-01", "2024-06-30", 1189503),
    ],
)
def test_coachingteamet_costs(marts, report, start, end, amount):
    sql = """
        select belopp_sek from fct_kostnad
        where report_id = ? and insats_id = 'coachingteamet' and scenario = 'utfall'
            and period_start = cast(? as date) and period_end = cast(? as date)
    """
    assert rows(marts, sql, report, start, end) == [(D(amount),)]


def test_vasteras_insatser_are_one_row_each_in_kronor(marts):
    sql = """
        select count(*), count(distinct insats_id), sum(belopp_sek) from fct_kostnad
        where report_id = ? and niva = 'insats' and scenario = 'utfall' and period_end = date '2022-06-30'
    """
    assert rows(marts, sql, VASTERAS) == [(14, 14, D(6512813))]


def test_lekeberg_orebro_costs_by_kind(marts):
    sql = """
        select insatstyp, sum(belopp_sek) from fct_kostnad
        where report_id = ? and scenario = 'utfall' group by 1 order by 1
    """
    assert rows(marts, sql, LEKEBERG) == [
        ("administration", D(615657)),
        ("individinriktad", D(3343067)),
        ("strukturovergripande", D(456562)),
    ]


@pytest.mark.parametrize(
    ("scenario", "amount"), [("utfall", 7877862), ("budget", 14932000), ("prognos", 12590000)]
)
def test_vastra_ostergotland_costs_add_up(marts, scenario, amount):
    sql = "select sum(belopp_sek) from fct_kostnad where report_id = ? and scenario = ?"
    assert rows(marts, sql, VASTRA, scenario) == [(D(amount),)]


BLOCKING = {
    (LEKEBERG, "RR1", "utfall", D(-1121)),
    (LEKEBERG, "KST", "utfall", D(-544)),
    (LEKEBERG, "TAB", "budget", D(-90800)),
    (VASTERAS, "RR5", "utfall", D(25000)),
    (SOFINT24, "SAM", "utfall", D(24)),
}


def test_exactly_the_known_blocking_breaks_and_each_with_a_reason(marts):
    known = rows(
        marts,
        "select report_id, regel_id, scenario, differens_sek, orsak from fct_kontroll where utfall = 'känd avvikelse'",
    )
    assert {row[:4] for row in known} == BLOCKING
    assert all(reason for *_, reason in known)
    unexplained = "select * from fct_kontroll where allvar = 'blockerande' and utfall = 'brott'"
    assert rows(marts, unexplained) == []


INFORMING = [
    # (report, rule, part of the object, printed, computed)
    (LEKEBERG, "KSB", None, 8911377, 8881377),
    (LEKEBERG, "KON", "totalt", 211, 200),
    (LEKEBERG, "KON", "påbörjade", 110, 102),
    (LEKEBERG, "DSU", "totalt", 211, 216),
    (LEKEBERG, "DSU", "avslutade", 79, 81),
    (LEKEBERG, "AND", "utredare", 34, "36.83"),
    (VASTERAS, "TRF", "rad 690", -5127, -51270),
    (VASTERAS, "TRF", "rad 139", 10996, 1099),
    (VASTERAS, "TRF", "rad 733", -1764938, 1764938),
    (SOFINT24, "PAG", "Coachingteamet", 65, 68),
    (SOFINT24, "AVP", "administrativa", 4, "-3.75"),
    (SOFINT21, "SAT", "resultat", -143000, -143817),
    (SOFINT21, "SAT", "resultat", -585000, -585980),
    (SOFINT21, "KAT", "försörjning", 101, 105),
    (SOFINT21, "MAL", "Administrativa", 26, "26.7"),
    (VASTRA, "AND", "Administration", 7, "8.37"),
    (VASTRA, "AND", "Individinriktade", 73, "71.99"),
    (VASTRA, "SAD", "registrerade", 199, 197),
]


@pytest.mark.parametrize(("report", "rule", "part", "printed", "computed"), INFORMING)
def test_what_the_reports_get_wrong_is_found(marts, report, rule, part, printed, computed):
    sql = """
        select objekt from fct_kontroll
        where report_id = ? and regel_id = ? and utfall = 'brott' and allvar = 'upplysning' and summa = ? and led = ?
    """
    found = rows(marts, sql, report, rule, D(printed), D(computed))
    assert len(found) == 1
    assert part is None or part in found[0][0]


ROUNDING = [(LEKEBERG, "BR2", D(-1)), (VASTERAS, "X4", D(1))]


@pytest.mark.parametrize(("report", "rule", "difference"), ROUNDING)
def test_roundings_are_roundings(marts, report, rule, difference):
    sql = "select differens_sek from fct_kontroll where report_id = ? and regel_id = ? and utfall = 'avrundning'"
    assert rows(marts, sql, report, rule) == [(difference,)]


@pytest.mark.parametrize(
    ("report", "rule"),
    [(SOFINT24, "RR1"), (SOFINT24, "RR2"), (VASTRA, "BR2"), (VASTRA, "RR1"), (VASTERAS, "BR1")],
)
def test_what_is_not_printed_is_not_passed(marts, report, rule):
    """SOFINT 2024 leaves two subtotals blank; Västra Östergötland has no balance sheet."""
    end = report.split("_")[1]
    sql = "select utfall from fct_kontroll where report_id = ? and regel_id = ? and period_end = cast(? as date) and scenario = 'utfall'"
    assert rows(marts, sql, report, rule, end) == [("ej prövbar",)]


def test_sentences_say_both_numbers_in_swedish(marts):
    sql = "select mening from fct_kontroll where report_id = ? and regel_id = 'RR5' and utfall = 'känd avvikelse'"
    (sentence,) = rows(marts, sql, VASTERAS)[0]
    assert sentence.startswith(
        "Summa verksamhetens kostnader: −7 160 000 kr mot −7 185 000 kr, skillnad 25 000 kr."
    )


def test_ratios_of_the_balance_day(marts):
    sql = "select round(varde, 1) from rpt_nyckeltal where nyckeltal_id = 'soliditet' and report_id = ? and period_end = cast(? as date)"
    expected = {SOFINT21: "37.7", SOFINT24: "18.1", LEKEBERG: "27.2", VASTERAS: "49.4"}
    found = {r: rows(marts, sql, r, r.split("_")[1])[0][0] for r in expected}
    assert found == {r: D(v) for r, v in expected.items()}
