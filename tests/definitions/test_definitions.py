"""Each ratio is defined once, and everything that shows one takes it from there."""

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import yaml

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings

from .own_arithmetic import DIFFERENCES, RATIOS, in_file, in_python, in_sql

NO_MEASURES = re.compile(r"^(ordning|line|position|page|.*_rad|.*version|sida|belagd_ar)$")
LOOKED_THROUGH = {
    "dashboards": ("**/*.py", "**/*.sql"),
    "dagster_pipelines/exports": ("*.py",),
}
COOKBOOK = ("docs/fragor", ("**/*.md", "**/*.sql"))


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measures() -> set[str]:
    """The columns of the marts that are amounts, counts or ratios, and the named quantities."""
    found = {row["storhet_id"] for row in seed("storhet")}
    for path in (PROJECT_DIR / "models" / "marts").glob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found |= {
                column["name"]
                for column in model["columns"]
                if column["data_type"].startswith(("decimal", "integer", "bigint"))
                and not NO_MEASURES.match(column["name"])
            }
    return found


def files(folder: str, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in sorted((PROJECT_DIR / folder).glob(pattern))]


# --- the definition is what is computed -------------------------------------------------------


def test_every_quantity_is_computed_and_every_one_computed_is_named() -> None:
    model = (PROJECT_DIR / "models" / "intermediate" / "int_nyckeltal.sql").read_text("utf-8")
    calls = re.findall(r"som_storheter\('[^']+(?:'[^']*)*?', \[(.*?)\]\)", model, re.S)
    computed = {name for call in calls for name in re.findall(r"'(\w+)'", call)}
    assert computed == {row["storhet_id"] for row in seed("storhet")}


def test_every_quantity_is_used_and_every_ratio_has_its_quantities() -> None:
    named = {row["storhet_id"] for row in seed("storhet")}
    used = {row[part] for row in seed("nyckeltal") for part in ("taljare", "avdrag", "namnare")}
    assert used - {""} == named


def compiled(home: Settings) -> str:
    path = home.dbt_target_dir / "compiled" / "finsam" / "models" / "intermediate"
    return (path / "int_nyckeltal.sql").read_text(encoding="utf-8")


def ratios(con: duckdb.DuckDBPyConnection, sql: str, nyckeltal_id: str) -> set[tuple[Any, ...]]:
    return set(
        con.execute(
            f"select leverans_id, scenario, period_end, varde from ({sql}) "
            "where nyckeltal_id = ? and varde is not null", [nyckeltal_id],
        ).fetchall()
    )  # fmt: skip


def test_another_definition_gives_another_figure_and_nothing_else(
    refreshed_home: Settings, tmp_path: Path
) -> None:
    """Not a line of SQL is changed: only the row of the seed."""
    shutil.copy(refreshed_home.build_db, tmp_path / "bygge.duckdb")
    sql = compiled(refreshed_home)
    with duckdb.connect(tmp_path / "bygge.duckdb") as con:
        con.execute("delete from intermediate.int_nyckeltal")  # else only new deliveries count
        ids = [row["nyckeltal_id"] for row in seed("nyckeltal")]
        before = {each: ratios(con, sql, each) for each in ids}
        assert before["soliditet"] and before["kassalikviditet"]
        con.execute(
            "update seeds.nyckeltal set taljare = 'omsattningstillgangar', "
            "namnare = 'kortfristiga_skulder' where nyckeltal_id = 'soliditet'"
        )
        after = {each: ratios(con, sql, each) for each in ids}
        assert after["soliditet"] == before["kassalikviditet"] != before["soliditet"]
        assert {e for e in ids if after[e] != before[e]} == {"soliditet"}
        con.execute("insert into seeds.nyckeltal by name select * replace ("
                    "'skuldsattning' as nyckeltal_id, 'kortfristiga_skulder' as taljare, "
                    "'tillgangar' as namnare) from seeds.nyckeltal "
                    "where nyckeltal_id = 'soliditet'")  # fmt: skip
        assert len(ratios(con, sql, "skuldsattning")) == len(before["soliditet"])


def test_the_published_definitions_are_those_of_the_seed(refreshed_home: Settings) -> None:
    names = {row["storhet_id"]: row["benamning"] for row in seed("storhet")}
    with open_published(refreshed_home.published_db) as con:
        found = con.execute(
            "select nyckeltal_id, nyckeltal, enhet, taljare, avdrag, namnare, definition, "
            "god_riktning, grans_hogst, grans_kalla, kalla, anmarkning "
            "from dim_nyckeltal order by ordning"
        ).fetchall()
    expected = [
        (
            row["nyckeltal_id"], row["benamning"], row["enhet"], names[row["taljare"]],
            names.get(row["avdrag"]), names.get(row["namnare"]), row["definition"],
            row["god_riktning"], Decimal(row["grans_hogst"]) if row["grans_hogst"] else None,
            row["grans_kalla"] or None, row["kalla"], row["anmarkning"] or None,
        )
        for row in seed("nyckeltal")
    ]  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(
    ("nyckeltal_id", "formel"),
    [
        ("soliditet", "100 × Summa eget kapital / Summa tillgångar"),
        ("andel_kvinnor", "100 × Kvinnor / (Kvinnor + män)"),
        ("prognosavvikelse", "Prognostiserat helårsresultat − Budgeterat helårsresultat"),
        ("budgetavvikelse_andel",
         "100 × (Budgeterade kostnader i samma period − Kostnader som jämförs med budget) "
         "/ Budgeterade kostnader i samma period"),
        ("kostnad_per_deltagare", "Insatsernas kostnad / Insatsernas deltagare"),
    ],
)  # fmt: skip
def test_the_formula_reads_as_people_write_it(
    refreshed_home: Settings, nyckeltal_id: str, formel: str
) -> None:
    with open_published(refreshed_home.published_db) as con:
        assert con.execute(
            "select formel from dim_nyckeltal where nyckeltal_id = ?", [nyckeltal_id]
        ).fetchall() == [(formel,)]


def test_the_ceiling_of_own_capital_is_published_with_its_source(refreshed_home: Settings) -> None:
    with open_published(refreshed_home.published_db) as con:
        assert con.execute(
            "select nyckeltal_id, grans_hogst, grans_kalla like 'Nationella rådets%' "
            "from dim_nyckeltal where grans_hogst is not null"
        ).fetchall() == [("eget_kapital_andel", Decimal("20.00"), True)]


# --- whoever shows a ratio takes it from there ------------------------------------------------


def test_workbook_and_dictionary_print_the_same_definition(refreshed_home: Settings) -> None:
    book = openpyxl.load_workbook(refreshed_home.warehouse_dir / "finsam.xlsx")
    printed = {row[1].value: row[5].value for row in book["Definitioner"].iter_rows(min_row=2)}
    definitions = {row["nyckeltal_id"]: row["definition"] for row in seed("nyckeltal")}
    assert printed == definitions
    dictionary = (PROJECT_DIR / "docs" / "dataordlista.md").read_text(encoding="utf-8")
    for nyckeltal_id, definition in definitions.items():
        rows = re.findall(rf"^\| `{nyckeltal_id}` \|.*$", dictionary, re.M)
        assert [row for row in rows if definition in row]


def test_cost_per_participant_of_an_insats_is_the_ratio(refreshed_home: Settings) -> None:
    with open_published(refreshed_home.published_db) as con:
        rows = con.execute(
            "select r.kostnad_per_deltagare, n.varde from rpt_insats as r "
            "left join fct_nyckeltal as n on n.nyckeltal_id = 'kostnad_per_deltagare' and "
            "(n.report_id, n.insats_id, n.scenario, n.period_start, n.period_end) = "
            "(r.report_id, r.insats_id, r.scenario, r.period_start, r.period_end) "
            "where r.kostnad_per_deltagare is not null"
        ).fetchall()
    assert len(rows) > 5
    assert [row for row in rows if row[1] is None or round(row[1], 2) != row[0]] == []


@pytest.mark.parametrize(
    "path",
    [path for folder, kinds in LOOKED_THROUGH.items() for path in files(folder, kinds)],
    ids=lambda path: path.relative_to(PROJECT_DIR).as_posix(),
)
def test_no_page_and_no_sheet_computes_its_own(path: Path) -> None:
    assert in_file(path, measures()) == []


@pytest.mark.parametrize("path", files(*COOKBOOK), ids=lambda path: path.name)
def test_no_question_computes_a_ratio_of_its_own(path: Path) -> None:
    """A change from one year to the next is a question; a ratio is a definition."""
    assert [each for each in in_file(path, measures()) if each[0] == RATIOS] == []


def test_something_is_looked_through() -> None:
    assert files("dagster_pipelines/exports", ("*.py",))
    assert {"belopp_sek", "deltagare", "summa_eget_kapital", "eget_kapital"} <= measures()
    assert not {"line", "ordning"} & measures()


# --- the scan finds what it is for ------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("select belopp_sek / deltagare from rpt_insats", RATIOS),
        ("select 100 * summa_eget_kapital / nullif(summa_tillgangar, 0) from t", RATIOS),
        ("select sum(belopp_sek) / count(*) from t", RATIOS),
        ("select a.belopp_sek - b.belopp_sek from a, b", DIFFERENCES),
        ("select round(1.0 * r.avslutade // r.deltagare, 1) as andel from rpt_insats as r", RATIOS),
    ],
)
def test_own_arithmetic_in_sql_is_found(sql: str, kind: str) -> None:
    assert [found for found, _ in in_sql(sql, measures())] == [kind]


@pytest.mark.parametrize(
    "sql",
    [
        "select belopp_sek / 1000 as tkr from t",
        "select sum(belopp_sek) from t group by forbund_id",
        "select period_end - period_start from t",
        "select varde from rpt_nyckeltal where varde > 20",
    ],
)
def test_units_sums_and_days_are_no_definitions(sql: str) -> None:
    assert in_sql(sql, measures()) == []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x = row['belopp_sek'] / row['deltagare']", RATIOS),
        ("frame.with_columns(pl.col('belopp_sek') / pl.col('deltagare'))", RATIOS),
        ("y = 100 * frame.summa_eget_kapital / frame.summa_tillgangar", RATIOS),
        ("z = budget.belopp_sek - utfall.belopp_sek", DIFFERENCES),
        ("q = 'select belopp_sek / deltagare from rpt_insats'", RATIOS),
        ("q = f'select {a}, belopp_sek / deltagare from rpt_insats where {b}'", RATIOS),
        ("q = 'select 1 as a, belopp_sek / nullif(deltagare, 0) from ('", RATIOS),
        ("c = chart.transform_calculate(k='datum.belopp_sek / datum.deltagare')", RATIOS),
    ],
)
def test_own_arithmetic_in_a_page_is_found(source: str, kind: str) -> None:
    assert [found for found, _ in in_python(source, measures())] == [kind]


@pytest.mark.parametrize(
    "source",
    ["path = folder / 'belopp_sek'", "tkr = row['belopp_sek'] / 1000", "n = len(rows) - 1"],
)
def test_a_page_may_count_and_change_units(source: str) -> None:
    assert in_python(source, measures()) == []
