"""A whole refresh on Spark: the marts of DuckDB row by row, guarded, published and read.

Needs the optional group `spark` and Java 17, as in CI; skipped with the reason elsewhere.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

pytest.importorskip("pyspark", reason="the optional group spark is not installed")
pytest.importorskip("dbt.adapters.spark", reason="the optional group spark is not installed")

from pyspark.sql import SparkSession

from dagster_pipelines.database import open_published
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.outcome import RefreshResult
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.spark.build import java
from dagster_pipelines.spark.parity import SMALL, compare
from dagster_pipelines.spark.raw import lay_out
from dagster_pipelines.spark.tables import folder_of
from docs.svar import blocks, differences, name_of, pages
from tests.homes import built

pytestmark = pytest.mark.skipif(java() is None, reason="Spark needs Java 17, and none was found")


@pytest.fixture(scope="module")
def refreshed(spark_home: Settings) -> RefreshResult:
    """What came of the refresh on Spark."""
    return refresh(spark_home)


def test_it_is_guarded_and_published(refreshed: RefreshResult, spark_home: Settings) -> None:
    assert refreshed.breaks == []
    assert refreshed.exit_code == 0
    manifest = read_manifest(spark_home)
    assert manifest is not None
    assert manifest["run_id"] == refreshed.run_id


def test_every_mart_is_that_of_duckdb(
    refreshed: RefreshResult, refreshed_home: Settings, spark_home: Settings
) -> None:
    assert refreshed.ran
    found = compare(refreshed_home, spark_home)
    assert len(found) > 20
    assert [mart for mart in found if not mart.same] == []


def test_what_readers_open_is_what_spark_built(
    refreshed: RefreshResult, refreshed_home: Settings, spark_home: Settings
) -> None:
    assert refreshed.published
    with duckdb.connect() as con:
        con.execute(f"attach '{refreshed_home.published_db}' as duck (read_only)")
        con.execute(f"attach '{spark_home.published_db}' as spark (read_only)")
        marts = con.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'duck' and schema_name = 'marts'"
        ).fetchall()
        assert len(marts) > 20
        for (mart,) in marts:
            differing = f"from duck.marts.{mart} except all from spark.marts.{mart}"
            assert con.execute(differing).fetchall() == [], mart


def test_the_cookbook_and_the_pages_get_the_same_answers(
    refreshed: RefreshResult, spark_home: Settings
) -> None:
    """The pages' own questions are asked within the refresh itself (`assets/pages`)."""
    assert refreshed.published
    asked = [
        block
        for page in pages()
        for block in blocks(page.read_text(encoding="utf-8"), name_of(page))
        if block.language == "sql"
    ]
    assert len(asked) > 25
    with open_published(spark_home.published_db) as con:
        assert [block for block in asked if differences(con, block)] == []


def test_the_partitions_are_published_and_whole(
    refreshed: RefreshResult, refreshed_home: Settings, spark_home: Settings
) -> None:
    assert refreshed.published
    folder = spark_home.warehouse_dir / "partitionerad"
    facts = folder / "fct_rapportfakta"
    assert len(list(facts.glob("forbund_id=*/*.parquet"))) == 4
    assert len(list((folder / "rpt_oversikt").glob("*.parquet"))) == 1
    with duckdb.connect(refreshed_home.published_db, read_only=True) as con:
        columns = "fakta_key, forbund_id, belopp_sek, line"
        theirs = f"read_parquet('{facts}/**/*.parquet', hive_partitioning = true)"
        differing = (
            f"select {columns} from marts.fct_rapportfakta except all "
            f"select {columns} from {theirs}"
        )
        assert con.execute(differing).fetchall() == []
    manifest = read_manifest(spark_home)
    assert manifest is not None
    assert any(
        name.startswith("partitionerad/fct_kontroll/forbund_id=") for name in manifest["hashes"]
    )


def test_the_next_build_on_duckdb_is_a_full_one(
    refreshed: RefreshResult, spark_home: Settings
) -> None:
    assert refreshed.published
    assert not (spark_home.build_dir / "built.code").exists()


@pytest.fixture
def session(spark_home: Settings) -> Iterator[SparkSession]:
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", SMALL)
        .config("spark.sql.warehouse.dir", str(spark_home.spark_dir / "likhet"))
        .getOrCreate()
    )
    yield session
    session.stop()


def spark_macro(name: str, *arguments: object) -> str:
    """The SQL of one of our macros as it is for Spark."""
    text = (PROJECT_DIR / "macros" / "engine.sql").read_text(encoding="utf-8")
    template = Environment(extensions=["jinja2.ext.do"]).from_string(text)
    of_project = template.make_module({"finsam": template.module})
    return str(getattr(of_project, f"spark__{name}")(*arguments))


def answers(
    session: SparkSession, pairs: list[tuple[object, object]], spark: str, duck: str
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What each engine says of the pairs (v, h): Spark of its SQL and DuckDB of its own."""
    values = ", ".join(f"({number}, {v!r}, {h!r})" for number, (v, h) in enumerate(pairs))
    of = "as par (n, v, h) order by n"
    theirs = session.sql(f"select n, {spark} from values {values} {of}").collect()
    ours = duckdb.sql(f"select n, {duck} from (values {values}) {of}").fetchall()
    return [tuple(row) for row in theirs], ours


def test_likeness_is_that_of_duckdb(session: SparkSession) -> None:
    """The macro, on words alike and not, å and ö and empty ones among them."""
    letters = "abcdeåäö 12"
    chance = random.Random(7)
    words = ["".join(chance.choices(letters, k=chance.randint(1, 14))) for _ in range(120)]
    near = [
        word[: len(word) // 2] + chance.choice(letters) + word[len(word) // 2 :] for word in words
    ]
    pairs = [*zip(words, near, strict=True), *zip(words, reversed(words), strict=True)]
    pairs += [
        ("abcdefgh", "abcdefgh"),
        ("a", "a"),
        ("a", "b"),
        ("martha", "marhta"),
        ("dixon", "dicksonx"),
    ]
    likeness = spark_macro("likeness", "v", "h")
    theirs, ours = answers(session, pairs, likeness, "jaro_winkler_similarity(v, h)")
    assert theirs == ours
    assert len({likeness for _, likeness in ours}) > 50


def test_halves_are_rounded_as_duckdb_rounds_them(session: SparkSession) -> None:
    """Quotients that end in a half of the last decimal, small and large, of either sign."""
    chance = random.Random(11)
    pairs = [
        (sign * chance.randrange(1, 10**size), 2**power)
        for sign in (1, -1) for size in (3, 7, 11) for power in (4, 5, 7) for _ in range(40)
    ] + [(1084225, 32), (120409, 32), (1, 3), (2, 3), (0, 7)]  # fmt: skip
    kvot = spark_macro("kvot", "v", "h")
    theirs, ours = answers(
        session, pairs,
        f"{spark_macro('decimaltal', kvot, 4)}, {spark_macro('avrunda', kvot, 4)}",
        "cast(v / h as decimal(18, 4)), round(v / h, 4)",
    )  # fmt: skip
    assert theirs == ours


def test_dbt_alone_builds_and_tests_where_an_earlier_session_left_its_tables(
    refreshed_home: Settings, tmp_path: Path
) -> None:
    """Spark makes no table where files lie, and a unit test asks a source for its columns."""
    mine = built(refreshed_home, tmp_path)
    lay_out(mine)
    left = folder_of(mine, "marts", "dim_post") / "kvar.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of an earlier session")
    environment = {
        **os.environ, "FINSAM_SPARK_DIR": str(mine.spark_dir), "FINSAM_SPARK_JAVA_OPTIONS": SMALL,
        "DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs"),
    }  # fmt: skip
    dbt = [str(Path(sys.executable).with_name("dbt")), "build", "--target", "spark"]
    part = ["--select", "+dim_post", "stg_rapportfakta", "--indirect-selection", "cautious"]
    ran = subprocess.run(
        [*dbt, "--full-refresh", *part],
        cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "PASS stg_rapportfakta::enheter_och_precision" in ran.stdout
    assert not left.exists()
    assert list(left.parent.glob("*.parquet"))
