"""dbt's macro gives the verdicts that the guard gives on the same fixtures (tests/fixtures).

The fixtures hold figures just inside and just outside an interval, missing parts and totals,
mixed kronor and tusental, derived totals and opening posts, with the verdict a person expects.
tests/expectations holds the guard to the same file.
"""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.dbt import _let_go
from dagster_pipelines.settings import PROJECT_DIR, Settings

FIXTURES = Path(__file__).parents[1] / "fixtures" / "identiteter"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> str:
    """The SQL of int_kontroll_regel as a full build runs it."""
    from dbt.cli.main import dbtRunner

    settings = Settings(home=tmp_path_factory.mktemp("compile"))
    settings.build_dir.mkdir()
    settings.export_to_environment()
    result = dbtRunner().invoke(
        ["compile", "--select", "int_kontroll_regel", "--full-refresh", "--no-introspect",
         "--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR),
         "--target-path", str(settings.dbt_target_dir), "--log-level", "none"]
    )  # fmt: skip
    _let_go()
    assert result.success, result.exception
    return result.result.results[0].node.compiled_code


def test_the_macro_gives_the_expected_verdicts(compiled: str, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "bygge.duckdb") as con:
        con.execute("create schema intermediate; create schema seeds")
        con.execute(
            f"""
            create table intermediate.int_ekonomi as
            select * replace (cast(belopp_sek as decimal(18, 2)) as belopp_sek, cast(halv_enhet_sek as decimal(18, 2)) as halv_enhet_sek,
                cast(period_start as date) as period_start, cast(period_end as date) as period_end,
                cast(harledd_av_regel as varchar) as harledd_av_regel), '1' as rader
            from read_csv('{FIXTURES}/ekonomi.csv', all_varchar = true);
            create table seeds.regel as select * replace (cast(vikt as integer) as vikt) from read_csv('{FIXTURES}/regel.csv', all_varchar = true)
            """
        )
        found = con.execute(
            f"select regel_id, leverans_id, scenario, period_start, period_end, summa, led, utfall from ({compiled})"
        ).fetchall()
        expected = con.execute(
            f"""
            select regel_id, leverans_id, scenario, cast(period_start as date), cast(period_end as date),
                cast(summa as decimal(18, 4)), cast(led as decimal(18, 4)), utfall
            from read_csv('{FIXTURES}/vantat.csv', all_varchar = true)
            """
        ).fetchall()
    verdicts = {row[:5]: row[5:] for row in found}
    wanted = {row[:5]: row[5:] for row in expected}
    assert set(verdicts) == set(wanted)
    assert {v[-1] for v in wanted.values()} == {"håller", "avrundning", "brott", "ej prövbar"}
    for key, (total, parts, verdict) in wanted.items():
        assert verdicts[key][-1] == verdict, key
        if verdict != "ej prövbar":
            assert verdicts[key][:2] == (Decimal(total), Decimal(parts)), key
