"""dbt in process: parsed once, incremental or afresh, and the database let go of."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagster_pipelines import carry
from dagster_pipelines.database import open_build
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.settings import Settings


@pytest.fixture
def dbt(small_project: Path, empty_home: Settings) -> Dbt:
    return Dbt(empty_home, small_project)


def fresh(dbt: Dbt) -> Dbt:
    """As the next process would see it."""
    return Dbt(dbt.settings, dbt.project_dir)


def runs(dbt: Dbt) -> list[str]:
    with open_build(dbt.settings) as con:
        return [row[0] for row in con.execute("select hur from main.korning").fetchall()]


def published(dbt: Dbt, *, full: bool = False) -> Dbt:
    """A build that passed its guards and reached the readers."""
    again = fresh(dbt)
    assert {str(r.status) for r in again.build(full=full)} == {"success", "pass"}
    carry.note_published(again.settings)
    return again


def test_incremental_until_the_code_changes_or_full_is_asked_for(dbt: Dbt) -> None:
    published(dbt)
    assert runs(dbt) == ["från början"]
    published(dbt)
    assert runs(dbt) == ["från början", "vidare"]
    published(dbt, full=True)
    assert runs(dbt) == ["från början"]
    published(dbt)
    model = dbt.project_dir / "models" / "summa.sql"
    model.write_text(model.read_text() + " union all select 3")
    fresh(dbt).build()
    assert runs(dbt) == ["från början"]


def test_unit_tests_are_tried_on_new_code_and_not_on_new_data(dbt: Dbt) -> None:
    (dbt.project_dir / "models" / "prov.yml").write_text(
        "unit_tests: [{name: tva_rader, model: summa, given: [], "
        "expect: {rows: [{tal: 1}, {tal: 2}]}}]"
    )

    def tried() -> list[str]:
        results = fresh(dbt).build()
        carry.note_published(dbt.settings)
        return [r.node.name for r in results if r.node.resource_type == "unit_test"]

    assert tried() == ["tva_rader"]
    assert tried() == []
    model = dbt.project_dir / "models" / "summa.sql"
    model.write_text(model.read_text() + " union all select 3")
    assert tried() == ["tva_rader"]


def test_what_was_built_but_never_published_is_built_afresh(dbt: Dbt) -> None:
    """A guard may have stopped it: what it has not let through must be tried again."""
    published(dbt)
    fresh(dbt).build()
    fresh(dbt).build()
    assert runs(dbt) == ["från början"]


def test_after_a_broken_build_the_next_one_starts_afresh(dbt: Dbt) -> None:
    published(dbt)
    model = dbt.project_dir / "models" / "summa.sql"
    sound = model.read_text()
    model.write_text("select 1 as tal union all select 1")
    fresh(dbt).build()
    model.write_text(sound)
    fresh(dbt).build()
    assert runs(dbt) == ["från början"]


def test_a_failed_test_is_a_break_with_its_rows(dbt: Dbt) -> None:
    (dbt.project_dir / "models" / "summa.sql").write_text("select 7 as tal union all select 7")
    [found] = dbt.breaks(dbt.build())
    assert found.check == "dbt: unique_summa_tal"
    assert found.rows == [{"unique_field": "7", "n_records": "2"}]


def test_a_model_that_does_not_build_is_a_break(dbt: Dbt) -> None:
    (dbt.project_dir / "models" / "summa.sql").write_text("select * from finns_inte")
    [found] = dbt.breaks(dbt.build())
    assert found.check == "dbt: summa"
    assert "finns_inte" in found.message


def test_a_project_that_does_not_parse_is_an_error_that_names_the_file(dbt: Dbt) -> None:
    (dbt.project_dir / "models" / "summa.sql").write_text("select {{ ref('finns_inte') }}")
    with pytest.raises(RefreshError, match="finns_inte"):
        _ = dbt.manifest


def test_the_manifest_on_disk_is_used_until_the_project_changes(dbt: Dbt) -> None:
    assert "model.liten.summa" in dbt.manifest["nodes"]
    again = fresh(dbt)
    assert "model.liten.summa" in again.manifest["nodes"]
    assert "parsed" not in vars(again)
    (dbt.project_dir / "models" / "ny.sql").write_text("select 1 as ett")
    assert "model.liten.ny" in fresh(dbt).manifest["nodes"]
    (dbt.project_dir / "tests" / "dbt").mkdir(parents=True)
    (dbt.project_dir / "tests" / "dbt" / "provar.sql").write_text("select 1 where false")
    assert "test.liten.provar" in fresh(dbt).manifest["nodes"]


def test_another_process_can_open_the_database_after_dbt(dbt: Dbt) -> None:
    dbt.build()
    code = f"import duckdb; duckdb.connect({str(dbt.settings.build_db)!r}).close()"
    subprocess.run([sys.executable, "-c", code], check=True)
