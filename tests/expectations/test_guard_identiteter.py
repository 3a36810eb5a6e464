"""The interval rule: shared fixtures, and the rule itself against plain fractions."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from expectations.identiteter import prova

FIXTURES = Path(__file__).parents[1] / "fixtures" / "identiteter"
KEY = ["leverans_id", "regel_id", "scenario", "period_start", "period_end"]
EKONOMI = {
    **dict.fromkeys(
        ("report_id", "leverans_id", "forbund_id", "statement", "post_code"), pl.String
    ),
    "scenario": pl.String,
    **dict.fromkeys(("period_start", "period_end"), pl.Date),
    **dict.fromkeys(("belopp_sek", "halv_enhet_sek"), pl.Decimal(18, 2)),
    "harledd": pl.Boolean,
    "harledd_av_regel": pl.String,
}


def read(name: str) -> pl.DataFrame:
    frame = pl.read_csv(FIXTURES / f"{name}.csv", infer_schema=False)
    return frame.with_columns(
        pl.col("^period_.*$").str.to_date(),
        pl.col("^(belopp_sek|halv_enhet_sek|summa|led)$").cast(pl.Decimal(18, 2)),
        pl.col("^harledd$") == "true",
    )


@pytest.fixture(scope="module")
def tried() -> pl.DataFrame:
    return prova(read("ekonomi"), read("regel"))


def test_shared_fixtures_give_the_expected_verdicts(tried):
    expected = read("vantat").sort(KEY)
    got = tried.sort(KEY).select(expected.columns).cast(dict(expected.schema))
    assert got.rows() == expected.rows()


@pytest.mark.parametrize(
    ("case", "rule", "verdict", "difference", "tolerance"),
    [
        ("lika", "BR2", "håller", "0.00", "1.00"),
        ("precis-innanfor", "BR2", "avrundning", "-1.00", "1.00"),
        ("precis-utanfor", "BR2", "brott", "-1.01", "1.00"),
        ("saknad-del", "RR1", "håller", "0.00", "1.50"),
        ("saknad-summa", "RR1", "ej prövbar", None, None),
        ("ingen-del", "RR1", "ej prövbar", None, None),
        ("blandade-enheter", "RR1", "avrundning", "1000.50", "1000.50"),
        ("blandade-utanfor", "RR1", "brott", "1000.51", "1000.50"),
        ("harledd-summa", "BR1", "ej prövbar", "0.00", "2.00"),
        ("harledd-summa", "BR2", "avrundning", "-1.50", "1.50"),
        ("harledd-del", "BR1", "avrundning", "-2.00", "2.50"),
        ("ingaende-poster", "BR6", "håller", "0.00", "1.50"),
        ("ingaende-poster", "KF4", "avrundning", "1.00", "1.50"),
        ("ingaende-poster", "X1", "avrundning", "-1.00", "1.00"),
        ("skilda-scenarier", "BR2", "ej prövbar", None, None),
        ("negativ-vikt", "VIKT", "brott", "-2.00", "1.50"),
    ],
)
def test_each_case_of_the_rule(tried, case, rule, verdict, difference, tolerance):
    rows = tried.filter((pl.col("forbund_id") == case) & (pl.col("regel_id") == rule))
    assert set(rows["utfall"]) == {verdict}
    assert set(rows["differens"]) == {difference and Decimal(difference)}
    assert set(rows["tolerans"]) == {tolerance and Decimal(tolerance)}


def test_decimals_are_exact(tried):
    """0.10 + 0.20 is 0.30 with no tolerance at all, which a float would call a break."""
    row = tried.filter(
        (pl.col("forbund_id") == "flera-kolumner") & (pl.col("period_start") == date(2022, 1, 1))
    ).row(0, named=True)
    assert (row["regel_id"], row["utfall"], row["tolerans"]) == ("RR1", "håller", Decimal("0.00"))


def test_no_figures_give_no_rows():
    assert prova(read("ekonomi").clear(), read("regel")).is_empty()


POSTS = ["verksamhetens_intakter", "verksamhetens_kostnader", "avskrivningar"]
PARTS = [
    [("1000.00", "0.50")],
    [("1000.00", "0.50"), ("-3000.00", "500.00")],
    [("0.10", "0.00"), ("0.20", "0.00"), ("-0.07", "0.00")],
]
OFFSETS = [Decimal(one) for one in ("-500.00", "-0.01", "0.00", "0.01", "0.50", "700.00")]


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("half", [Decimal("0.00"), Decimal("0.50"), Decimal("500.00")])
def test_holds_exactly_when_the_intervals_meet(parts, half):
    """Totals laid out around both ends of the parts' interval, judged by the ends themselves."""
    figures = [(Decimal(amount), Decimal(unit)) for amount, unit in parts]
    low = sum(amount - unit for amount, unit in figures)
    high = sum(amount + unit for amount, unit in figures)
    edges = [end + side * half for end in (low, high) for side in (-1, 1)]
    totals = [edge + offset for edge in edges for offset in OFFSETS]
    rows = [
        (
            *(f"r{number}", f"r{number}#1", "f", "resultatrakning", post, "utfall"),
            *(date(2022, 1, 1), date(2022, 6, 30), amount, unit, False, None),
        )
        for number, total in enumerate(totals)
        for post, (amount, unit) in [
            *zip(POSTS, figures, strict=False),
            ("verksamhetens_resultat", (total, half)),
        ]
    ]
    ekonomi = pl.DataFrame(rows, schema=EKONOMI, orient="row")
    tried = prova(ekonomi, read("regel").filter(pl.col("regel_id") == "RR1"))
    held = dict(zip(tried["report_id"], tried["utfall"] != "brott", strict=True))
    meets = [low <= total + half and total - half <= high for total in totals]
    assert [held[f"r{number}"] for number in range(len(totals))] == meets
    assert any(meets)
    assert not all(meets)
