"""The synthetic country: a delivery that the contract takes, where just what was planted breaks."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks import stepwise
from benchmarks.synthetic_nation import PLANTS, Size, deliver, deliver_next
from benchmarks.synthetic_nation import delivery as writing
from dagster_pipelines.facts.loader import INLAST, check_files, load
from dagster_pipelines.settings import Settings

SIZE = Size(forbund=12, years=3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[writing.Delivery]:
    """A small country in which every other report is spoilt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "SPOILT", 0.5)
        yield deliver(SIZE, tmp_path_factory.mktemp("nation") / "leverans", seed=5)


@pytest.fixture(scope="module")
def built(
    made: writing.Delivery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The models on it, by the SQL that dbt compiles."""
    with stepwise.project() as compiled:
        warehouse = stepwise.Warehouse(compiled, tmp_path_factory.mktemp("home"))
        with warehouse.con as con:
            load(con, [("landing", made.landing)], Settings())
            warehouse.build()
            for name in ("brott", "omrakning", "leverans"):
                con.read_csv(str(made.truth / f"{name}.csv")).create(f"bygge.main.{name}")
            yield con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return con.execute(sql).fetchall()


def test_every_file_holds_to_the_contract(made: writing.Delivery) -> None:
    checked = check_files([made.landing], Settings())
    assert {file.outcome.utfall for file in checked} == {INLAST}
    facts = sum(f.outcome.godkanda for f in checked if f.outcome.slag == "fakta")
    assert facts == made.facts
    assert 200 <= facts / made.reports <= 450


def test_every_fault_is_planted(made: writing.Delivery) -> None:
    told = pl.read_csv(made.truth / "leverans.csv")
    assert set(told["fel"].drop_nulls()) == {plant.name for plant in PLANTS}
    assert told["i_karantan"].sum() > 3
    assert pl.read_csv(made.truth / "omrakning.csv").height > 0


def test_what_was_planted_breaks_and_nothing_else(built: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        built,
        "select distinct leverans_id, regel_id from marts.fct_kontroll where utfall = 'brott'",
    )
    planted = rows(built, "select leverans_id, regel_id from bygge.main.brott")
    assert set(found) == set(planted)


def test_every_rule_that_the_form_speaks_of_is_tried(built: duckdb.DuckDBPyConnection) -> None:
    """Reports that try nothing would break nothing."""
    tried = rows(built, "select distinct regel_id from marts.fct_kontroll where utfall = 'håller'")
    untried = {"RR7", "KSB", "AVP", "SAD"}
    every = rows(built, "select regel_id from seeds.regel union select regel_id from "
                        "seeds.kontrollregel")  # fmt: skip
    assert {rule for (rule,) in every} - {rule for (rule,) in tried} == untried


def test_deliveries_end_where_the_truth_says(built: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        built,
        """
        select t.report_id, t.version, t.i_karantan, l.status
        from bygge.main.leverans t
        full join intermediate.int_leverans l
            on l.report_id = t.report_id and l.version = t.version
        where (l.status = 'i karantän') is distinct from t.i_karantan
        """,
    )
    assert wrong == []


def test_comparatives_are_restated_where_the_truth_says(built: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        built,
        "select report_id, tidigare_report_id, post_code, differens_sek::int "
        "from marts.fct_omrakning where statement = 'resultatrakning'",
    )
    # a report in quarantine has no figure to restate; a published one in between is the earlier
    expected = rows(
        built,
        """
        select t.* replace (differens_sek::int as differens_sek) from bygge.main.omrakning t
        join marts.dim_rapport ny using (report_id)
        join marts.dim_rapport gammal on gammal.report_id = t.tidigare_report_id
        where ny.publicerad_version is not null and gammal.publicerad_version is not null
        """,
    )
    exact = {row[:3] for row in expected}
    assert {row[:3] for row in found} == exact
    # thousands are rounded twice
    told = {row[:3]: row[3] for row in expected}
    assert all(abs(row[3] - told[row[:3]]) <= 1000 for row in found)


def test_a_corrected_delivery_restates_what_was_wrong(built: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        built,
        "select distinct post_code from marts.fct_omrakning where slag = 'rättad leverans' "
        "and report_id in (select report_id from bygge.main.leverans where fel = 'fordringar')",
    )
    assert set(found) == {("kundfordringar",), ("ovriga_fordringar",)}


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    size = Size(2, 1)
    for name in ("a", "b"):
        deliver(size, tmp_path / name, seed=9)
    first, second = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")}
        for name in ("a", "b")
    )
    assert first == second


def test_the_next_report_follows_the_last(tmp_path: Path) -> None:
    size = Size(3, 2)
    deliver(size, tmp_path / "leverans")
    path = deliver_next(size, tmp_path / "nasta", forbund=2)
    facts = pl.read_parquet(path)
    assert facts["report_id"].n_unique() == 1
    assert facts["period_end"].max().year == writing.FIRST_YEAR + size.years
    known = pl.read_parquet(list((tmp_path / "leverans").rglob("fakta-*.parquet")))["report_id"]
    assert facts["report_id"][0] not in set(known)


def test_a_register_longer_than_the_seeds_is_made_up(tmp_path: Path) -> None:
    made = deliver(Size(80, 1), tmp_path / "leverans")
    register = pl.read_csv(made.register, infer_schema=False)
    real = pl.read_csv(writing.SEEDS / "forbund.csv", infer_schema=False)
    assert register.head(real.height).equals(real)
    assert register["forbund_id"].n_unique() == 80
    with pytest.raises(FileExistsError):
        deliver(Size(1, 1), tmp_path / "leverans")
