"""Quarantine and its log, restatements, as-of questions and conservation, told as one story.

Report A arrives with a rejected row and is corrected; report B arrives, and later corrected. So does
report C, checked throughout at first and corrected by rows that nobody has checked.
"""

import re
from pathlib import Path

import duckdb
import pytest
from facts.helpers import csv_text, fact

from dagster_pipelines import quarantine
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

MODELS_ONLY = ("--exclude", "resource_type:test", "resource_type:unit_test")
A, B, C = "sofint_2021-06-30_delar", "sofint_2023-06-30_delar", "vasteras_2023-06-30_delar"
CONSERVATION = ("allt_levererat_ar_bevarat", "inga_fakta_forsvinner")


def result(report_id: str, value: int, **more: str) -> dict[str, str]:
    start, end = f"{report_id.split('_')[1][:4]}-01-01", report_id.split("_")[1]
    told = {"value": str(value), "printed": str(value), "period_start": start, "period_end": end}
    return fact(report_id=report_id, **told, **more)


def build(settings: Settings) -> None:
    assert {str(r.status) for r in Dbt(settings).build(selection=MODELS_ONLY)} <= {
        "success", "no-op",
    }  # fmt: skip
    with duckdb.connect(settings.build_db) as con:
        quarantine.record(con)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The build database after both chapters."""
    home = tmp_path_factory.mktemp("story")
    settings = Settings(home=home, data_dir=home / "data")
    settings.landing_dir.mkdir()
    a, b, c = (settings.landing_dir / f"{name}.csv" for name in "abc")
    wrong = result(A, 7, line="11", unit="EURO")
    a.write_text(csv_text([result(A, -100), wrong]), "utf-8")
    b.write_text(csv_text([result(B, 100)]), "utf-8")
    c.write_text(csv_text([result(C, 300)]), "utf-8")
    load_into(settings.build_db, settings)
    with duckdb.connect(settings.build_db) as con:
        con.execute("update raw.leverans set tidpunkt = '2023-05-01 23:30:00+02' where version = 1")
    build(settings)
    a.write_text(csv_text([result(A, -100)]), "utf-8")
    b.write_text(csv_text([result(B, 200)]), "utf-8")
    c.write_text(csv_text([result(C, 400, status="unchecked")]), "utf-8")
    load_into(settings.build_db, settings)
    build(settings)
    return settings


@pytest.fixture
def con(told: Settings, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A copy of it, to ask and to break."""
    copy = tmp_path / "bygge.duckdb"
    copy.write_bytes(told.build_db.read_bytes())
    return duckdb.connect(copy)


def rows(con: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple]:
    return con.execute(sql, list(values)).fetchall()


def test_half_a_file_is_never_published(con: duckdb.DuckDBPyConnection) -> None:
    assert rows(con, "select leverans_id, status from intermediate.int_leverans order by all") == [
        (f"{report}#{version}", status)
        for report in (A, B, C)
        for version, status in ((1, "ersatt"), (2, "publicerad"))
    ]
    [(outcome, sentence, lines)] = rows(
        con,
        "select utfall, mening, rader from intermediate.int_kontroll "
        "where leverans_id = ? and regel_id = 'REJ'",
        f"{A}#1",
    )
    assert outcome == "brott"
    assert sentence.endswith("1 av 2 rader avvisades, så rapporten är inte hel.")
    assert lines == "rad 3 i landing/a.csv"


def test_the_log_says_when_it_was_stopped_and_why_it_was_let_go(
    con: duckdb.DuckDBPyConnection,
) -> None:
    log = rows(con, "select leverans_id, handelse, regler, orsak from raw.karantan")
    assert [(row[0], row[1], row[2]) for row in log] == [
        (f"{A}#1", "i karantän", "REJ"),
        (f"{A}#1", "släppt", "REJ"),
    ]
    assert log[1][3] == f"Ersatt av {A}#2, en ny leverans."
    assert quarantine.record(con) == 0


def test_a_corrected_delivery_is_a_restatement(con: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        con,
        "select slag, tidigare_leverans_id, leverans_id, differens_sek::int "
        "from marts.fct_omrakning order by leverans_id",
    ) == [("rättad leverans", f"{each}#1", f"{each}#2", 100) for each in (B, C)]


@pytest.mark.parametrize(
    ("day", "known"),
    [
        ("2023-04-30", []),
        ("2023-05-01", [(B, 100), (C, 300)]),  # 23.30 Swedish time is still that day
        ("2023-05-02", [(B, 100), (C, 300)]),
        ("2100-01-01", [(A, -100), (B, 200), (C, 400)]),
    ],
)
def test_what_was_known_on_a_day(
    con: duckdb.DuckDBPyConnection, day: str, known: list[tuple[str, int]]
) -> None:
    asked = "select report_id, belopp_sek::int from marts.ekonomi_per(?) where gallande order by 1"
    assert rows(con, asked, day) == known


@pytest.mark.parametrize("name", CONSERVATION)
def test_conservation_holds(con: duckdb.DuckDBPyConnection, name: str) -> None:
    assert rows(con, compiled(name)) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (name, fault)
        for name in CONSERVATION
        for fault in (
            "delete from marts.fct_rapportfakta where rowid = 0",
            "insert into marts.fct_rapportfakta by name "
            "(select * replace ('x' as fakta_key) from marts.fct_rapportfakta limit 1)",
        )
    ]
    + [
        (CONSERVATION[0], "delete from raw.fakta where rowid = 0"),
        (CONSERVATION[0], "delete from raw.avvisade_fakta"),
        (CONSERVATION[0], "update raw.inlasning set lasta = 5, godkanda = 5 where avvisade > 0"),
        (CONSERVATION[1], "delete from intermediate.int_leverans where status = 'ersatt'"),
    ],
)
def test_a_lost_or_doubled_fact_is_noticed(
    con: duckdb.DuckDBPyConnection, name: str, fault: str
) -> None:
    if "raw.inlasning" in fault:  # its own constraint says it first
        with pytest.raises(duckdb.ConstraintException):
            con.execute(fault)
        return
    con.execute(fault)
    assert rows(con, compiled(name)) != []


def compiled(name: str) -> str:
    """The SQL of a dbt test on the schemas of the build database."""
    sql = (PROJECT_DIR / "tests" / "dbt" / "marts" / f"{name}.sql").read_text("utf-8")
    sql = re.sub(r"\{\{ config\(.*?\) \}\}\n", "", sql)
    sql = re.sub(r"\{\{ source\('raw', '(\w+)'\) \}\}", r"raw.\1", sql)
    sql = re.sub(r"\{\{ ref\('(int_\w+)'\) \}\}", r"intermediate.\1", sql)
    return re.sub(r"\{\{ ref\('(fct_\w+)'\) \}\}", r"marts.\1", sql)
