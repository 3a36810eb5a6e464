"""The comparison of engines sees whatever differs. Needs no Spark: DuckDB writes the Parquet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.database import open_build
from dagster_pipelines.settings import Settings
from dagster_pipelines.spark.parity import Parity, compare, table_of
from dagster_pipelines.spark.raw import lay_out
from dagster_pipelines.spark.tables import folder_of
from dagster_pipelines.spark.take_in import take_in
from tests.homes import built

FACTS = "fct_ekonomi"


@pytest.fixture(scope="module")
def whole(refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose tables lie in the build database and as Parquet, one of them partitioned."""
    settings = built(refreshed_home, tmp_path_factory.mktemp("compare"))
    with open_build(settings) as con:
        for schema, table in tables(con):
            folder = folder_of(settings, schema, table)
            folder.mkdir(parents=True)
            write(con, f"from {schema}.{table}", folder, partitioned=table == FACTS)
    return settings


@pytest.fixture
def both(whole: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The same, to break: what it holds is put back afterwards."""
    database, files = whole.build_db, whole.spark_tables
    shutil.copyfile(database, tmp_path / "db")
    shutil.copytree(files, tmp_path / "tables")
    yield whole
    shutil.copyfile(tmp_path / "db", database)
    shutil.rmtree(files)
    shutil.copytree(tmp_path / "tables", files)


def tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('intermediate', 'marts')"
    ).fetchall()


def write(
    con: duckdb.DuckDBPyConnection, query: str, folder: Path, *, partitioned: bool = False
) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    if partitioned:
        con.execute(f"copy ({query}) to '{folder}' (format parquet, partition_by (forbund_id))")
    else:
        con.execute(f"copy ({query}) to '{folder}/part-0.parquet' (format parquet)")


def differing(settings: Settings) -> dict[str, Parity]:
    return {found.mart: found for found in compare(settings, settings) if not found.same}


def test_the_same_tables_are_the_same(both: Settings) -> None:
    found = compare(both, both)
    assert [mart for mart in found if not mart.same] == []
    assert {mart.mart for mart in found} >= {FACTS, "rpt_oversikt", "fct_rapportfakta"}
    assert all(mart.rows for mart in found if mart.mart.startswith("dim_"))


@pytest.mark.parametrize(
    ("fault", "rows", "types"),
    [
        ("select * replace ((belopp_sek + 0.01)::decimal(18, 2) as belopp_sek) "
         "from marts.fct_kostnad", True, 0),
        ("from marts.fct_kostnad limit 3", True, 0),
        ("from marts.fct_kostnad union all (from marts.fct_kostnad limit 1)", True, 0),
        ("select * replace (belopp_sek::double as belopp_sek) from marts.fct_kostnad", False, 1),
        ("select * replace (antal_figurer::bigint as antal_figurer) from marts.fct_kostnad",
         False, 1),
        ("select * exclude (kallor) from marts.fct_kostnad", False, 1),
        ("select *, 1 as till from marts.fct_kostnad", False, 1),
        ("select * replace (nullif(niva, niva) as niva) from marts.fct_kostnad", True, 0),
    ],
)  # fmt: skip
def test_a_difference_is_seen(both: Settings, fault: str, rows: bool, types: int) -> None:
    with open_build(both) as con:
        write(con, fault, folder_of(both, "marts", "fct_kostnad"))
    found = differing(both)
    assert set(found) == {"fct_kostnad"}
    assert bool(found["fct_kostnad"].differing) == rows
    assert len(found["fct_kostnad"].types) == types
    assert table_of(list(found.values())).row_count == 1


def test_a_mart_that_is_not_there_differs_in_every_row(both: Settings) -> None:
    shutil.rmtree(folder_of(both, "marts", "dim_post"))
    found = differing(both)
    assert set(found) == {"dim_post"}
    assert found["dim_post"].differing == found["dim_post"].rows > 0


def test_a_difference_in_a_partition_is_seen(both: Settings) -> None:
    folder = folder_of(both, "marts", FACTS)
    partitions = sorted(folder.iterdir())
    partitions[0].rename(folder / "forbund_id=nagon-annan")
    assert differing(both)[FACTS].differing > 0


def test_the_raw_layer_keeps_its_types(both: Settings) -> None:
    names = lay_out(both)
    assert {"fakta", "leverans", "rapporter", "inlasning", "avvisade_fakta"} <= set(names)
    with open_build(both) as con:
        for name in names:
            file = both.spark_dir / "raw" / f"{name}.parquet"
            described = f"select column_name, column_type from (describe from '{file}')"
            assert (
                con.execute(described).fetchall()
                == con.execute(described.replace(f"'{file}'", f"raw.{name}")).fetchall()
            )
            same = f"from raw.{name} except all from '{file}'"
            assert con.execute(same).fetchall() == []


def emptied(con: duckdb.DuckDBPyConnection) -> None:
    for schema, table in tables(con):
        con.execute(f"delete from {schema}.{table}")


def test_what_spark_built_fills_the_build_database(both: Settings) -> None:
    with open_build(both) as con:
        before = con.execute("from marts.fct_ekonomi order by ekonomi_key").fetchall()
        emptied(con)
    rows = take_in(both)
    assert rows["marts.fct_ekonomi"] == len(before) > 0
    with open_build(both) as con:
        assert con.execute("from marts.fct_ekonomi order by ekonomi_key").fetchall() == before


@pytest.mark.parametrize(
    "fault",
    [
        "select * replace (null::varchar as report_id) from marts.fct_kostnad",
        "select *, 1 as till from marts.fct_kostnad",
    ],
)
def test_what_breaks_a_constraint_is_not_taken_in(both: Settings, fault: str) -> None:
    with open_build(both) as con:
        write(con, fault, folder_of(both, "marts", "fct_kostnad"))
        emptied(con)
    with pytest.raises(duckdb.Error):
        take_in(both)
    with open_build(both) as con:
        assert con.execute("from marts.dim_forbund").fetchall() == []
