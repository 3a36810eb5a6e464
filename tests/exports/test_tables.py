"""Parquet and CSV: every mart, every value, one dialect, nothing that a spreadsheet runs."""

import csv
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import Settings
from dagster_pipelines.spreadsheets import harmless, harmless_sql

from .texts import HARMLESS, HOSTILE


def marts(settings: Settings) -> list[str]:
    with open_published(settings.published_db) as con:
        return [
            name
            for (name,) in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
            ).fetchall()
        ]


def read(settings: Settings, source: str) -> tuple[list[tuple[str, str]], list[tuple]]:
    """Columns with types, and rows in the order in which they stand."""
    with duckdb.connect(settings.published_db, read_only=True) as con:
        cursor = con.execute(f"select * from {source}")
        types = [(column[0], str(column[1])) for column in cursor.description]
        return types, cursor.fetchall()


def test_every_mart_is_there_in_both_with_every_row(refreshed_home: Settings) -> None:
    for kind in ("parquet", "csv"):
        files = {path.stem for path in (refreshed_home.warehouse_dir / kind).iterdir()}
        assert files == set(marts(refreshed_home))


def test_parquet_holds_what_the_database_holds_in_exact_types(refreshed_home: Settings) -> None:
    for mart in marts(refreshed_home):
        file = refreshed_home.warehouse_dir / "parquet" / f"{mart}.parquet"
        types, rows = read(refreshed_home, f"marts.{mart}")
        there_types, there = read(refreshed_home, f"'{file}'")
        assert there_types == types, mart
        assert sorted(map(repr, there)) == sorted(map(repr, rows)), mart


def test_csv_holds_what_parquet_holds_in_the_same_order(refreshed_home: Settings) -> None:
    for mart in marts(refreshed_home):
        parquet = refreshed_home.warehouse_dir / "parquet" / f"{mart}.parquet"
        types, rows = read(refreshed_home, f"'{parquet}'")
        file = refreshed_home.warehouse_dir / "csv" / f"{mart}.csv"
        header, *lines = list(csv.reader(file.open(encoding="utf-8", newline=""), strict=True))
        assert header == [name for name, _ in types]
        expected = [[_as_csv(value) for value in row] for row in rows]
        assert lines == expected, mart


def _as_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value) if isinstance(value, str) else str(value)


def test_rows_are_sorted_by_what_people_sort_by(refreshed_home: Settings) -> None:
    file = refreshed_home.warehouse_dir / "parquet" / "rpt_balansrakning.parquet"
    _, rows = read(refreshed_home, f"(select forbund_id, period_end from '{file}')")
    assert len(rows) > 3
    assert rows == sorted(rows)


def test_the_dialect_is_the_one_that_is_promised(refreshed_home: Settings) -> None:
    data = (refreshed_home.warehouse_dir / "csv" / "rpt_balansrakning.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.decode("utf-8").splitlines()[0].startswith("balansrakning_key,forbund_id,forbund,")
    assert "FINSAM Lekeberg och Örebro" in data.decode("utf-8")


def test_no_cell_is_a_formula_and_no_number_is_touched(hostile_home: Settings) -> None:
    file = hostile_home.warehouse_dir / "csv" / "rpt_insats.csv"
    rows = [
        row
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
        if row["insatsrad_key"].startswith("fientlig-")
    ]
    assert {row["insats"] for row in rows} == {f"'{text}" for text in HOSTILE} | set(HARMLESS)
    assert {row["belopp_sek"] for row in rows} == {"-1234.50"}


@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS, "", " ", "\r=1", "\x85=1", "\u3000@x", "+"])
def test_the_rule_is_the_same_in_sql_and_python(text: str) -> None:
    with duckdb.connect() as con:
        con.execute("create table t as select ? as a", [text])
        assert con.execute(f"select {harmless_sql('a')} from t").fetchall() == [(harmless(text),)]


def test_parquet_keeps_the_text_as_it_is(hostile_home: Settings) -> None:
    file: Path = hostile_home.warehouse_dir / "parquet" / "rpt_insats.parquet"
    _, rows = read(
        hostile_home, f"(select insats from '{file}' where insatsrad_key like 'fientlig-%')"
    )
    assert {text for (text,) in rows} == {*HOSTILE, *HARMLESS}
