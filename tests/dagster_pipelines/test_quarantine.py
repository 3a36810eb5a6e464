"""The log of quarantine names the cause of each release, and says nothing twice."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_pipelines import quarantine


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A report whose only delivery stands in quarantine for rule BR1."""
    with duckdb.connect() as con:
        con.execute(
            """
            create schema raw; create schema intermediate;
            create table intermediate.int_leverans as select * from (values
                ('r#1', 'r', 1, 'landing/r.csv', 'i karantän')
            ) as t(leverans_id, report_id, version, fil, status);
            create table intermediate.int_kontroll as select * from (values
                ('r#1', 'BR1', 'blockerande', 'brott', 'Summan stämmer inte.', null::varchar),
                ('r#1', 'AND', 'upplysning', 'brott', 'Andelen stämmer inte.', null)
            ) as t(leverans_id, regel_id, allvar, utfall, mening, orsak);
            """
        )
        assert quarantine.record(con) == 1
        yield con


def last(con: duckdb.DuckDBPyConnection) -> tuple[str, str, str]:
    return con.execute("select handelse, regler, orsak from raw.karantan").fetchall()[-1]


def test_it_is_stopped_once(con: duckdb.DuckDBPyConnection) -> None:
    assert last(con) == ("i karantän", "BR1", "Summan stämmer inte.")
    assert quarantine.record(con) == 0


def test_another_rule_is_another_event(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update intermediate.int_kontroll set allvar = 'blockerande'")
    assert quarantine.record(con) == 1
    assert last(con)[:2] == ("i karantän", "AND, BR1")


def test_explained(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update intermediate.int_leverans set status = 'publicerad'")
    con.execute(
        "update intermediate.int_kontroll set utfall = 'känd avvikelse', orsak = 'Tryckfel.' "
        "where regel_id = 'BR1'"
    )
    assert quarantine.record(con) == 1
    assert last(con) == ("släppt", "BR1", "Förklarad: Tryckfel.")
    assert quarantine.record(con) == 0


@pytest.mark.parametrize(
    ("file", "cause"),
    [
        ("landing/r.csv", "Ersatt av r#2, en ny leverans."),
        ("dokument/r.0123.fakta.csv", "Ersatt av r#2, efter beslut i granskningen."),
    ],
)
def test_replaced(con: duckdb.DuckDBPyConnection, file: str, cause: str) -> None:
    con.execute("update intermediate.int_leverans set status = 'ersatt'")
    con.execute(
        "insert into intermediate.int_leverans values ('r#2', 'r', 2, ?, 'publicerad')", [file]
    )
    assert quarantine.record(con) == 1
    assert last(con) == ("släppt", "BR1", cause)


def test_the_rules_changed(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update intermediate.int_leverans set status = 'publicerad'")
    con.execute("delete from intermediate.int_kontroll where regel_id = 'BR1'")
    assert quarantine.record(con) == 1
    assert last(con)[2].startswith("Reglerna eller registren har ändrats")
    con.execute("update intermediate.int_leverans set status = 'i karantän'")
    con.execute("update intermediate.int_kontroll set allvar = 'blockerande'")
    assert quarantine.record(con) == 1
    assert last(con)[:2] == ("i karantän", "AND")


def test_a_clock_turned_back_does_not_turn_the_events(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.karantan set tidpunkt = '2099-01-01'")
    con.execute("update intermediate.int_leverans set status = 'publicerad'")
    assert quarantine.record(con) == 1
    assert last(con)[0] == "släppt"
    assert quarantine.record(con) == 0  # nor is it let go again at every build


def test_the_published_log_says_what_let_each_stop_go(con: duckdb.DuckDBPyConnection) -> None:
    from dagster_pipelines.publish import QUARANTINE_LOG  # noqa: PLC0415

    def log() -> list[tuple[str, bool, str | None]]:
        rows = con.execute(QUARANTINE_LOG).fetchall()
        return [(rules, when is not None, why) for _, _, rules, _, when, why in rows]

    assert log() == [("BR1", False, None)]
    con.execute("update intermediate.int_leverans set status = 'publicerad'")
    quarantine.record(con)
    [(_, let_go, why)] = log()
    assert let_go
    assert why is not None
    assert why.startswith("Reglerna eller registren har ändrats")
    con.execute("update intermediate.int_leverans set status = 'i karantän'")
    quarantine.record(con)
    assert [(row[0], row[1]) for row in log()] == [("BR1", True), ("BR1", False)]


def test_each_event_is_logged(
    con: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    con.execute("update intermediate.int_leverans set status = 'publicerad'")
    quarantine.record(con)
    [line] = [record for record in caplog.records if record.name == "finsam.quarantine"]
    assert (line.leverans_id, line.handelse, line.regler) == ("r#1", "släppt", "BR1")
