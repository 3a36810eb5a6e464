"""What the pages ask: only published tables, exactly those of their exposures, and no reckoning."""

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_pipelines import versions
from dagster_pipelines.assets.pages import build_pages
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.definitions import build_defs
from dagster_pipelines.outcome import Break, RefreshResult
from dagster_pipelines.resources import Build, RefreshOptions
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dashboards import markup
from dashboards.queries import PARAMETER, QUERIES, THROUGH_TRACE
from dashboards.sidor import forbund, insatser, jamfor, kallor, kvalitet, oversikt

QUESTIONS = [(page, name) for page, queries in QUERIES.items() for name in queries]
ARITHMETIC = {
    "+", "-", "*", "/", "//", "%", "sum", "avg", "mean", "median", "min", "max", "count",
    "count_star", "round", "abs", "stddev", "quantile_cont", "fsum", "product", "any_value",
}  # fmt: skip
COUNTED_ROWS = "count(*) over () as antal_rader"
"""The one thing that a question may count: how many rows a list has, to turn its pages."""


def exposures() -> dict[str, Any]:
    text = (PROJECT_DIR / "models" / "exposures.yml").read_text(encoding="utf-8")
    return {each["name"]: each for each in yaml.safe_load(text)["exposures"]}


def reads(con: duckdb.DuckDBPyConnection, page: str) -> set[str]:
    found = {table for sql in QUERIES[page].values() for table in tables(parsed(con, sql))}
    return found | set(THROUGH_TRACE if page == "kallor" else ())


def parsed(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The statement as DuckDB's own parser reads it."""
    ((text,),) = con.execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(text)
    assert not tree["error"], tree
    return tree


def tables(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and node["schema_name"]:  # else one of its own parts
            yield f"{node['schema_name']}.{node['table_name']}"
        for child in node.values():
            yield from tables(child)
    elif isinstance(node, list):
        for child in node:
            yield from tables(child)


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_reads_what_its_exposure_says(marts: duckdb.DuckDBPyConnection, page: str) -> None:
    exposure = exposures()[f"sida_{page}"]
    said = {
        ref.replace("ref('", "marts.").replace("source('raw', '", "raw.").removesuffix("')")
        for ref in exposure["depends_on"]
    }
    assert reads(marts, page) == said
    assert exposure["maturity"] == "high"
    assert "Planned" not in exposure["description"]
    assert exposure["owner"]["name"]


def test_every_page_has_an_exposure_and_the_other_way_round() -> None:
    said = {name.removeprefix("sida_") for name in exposures() if name.startswith("sida_")}
    assert said == set(QUERIES)


@pytest.mark.parametrize(("page", "name"), QUESTIONS)
def test_every_question_can_be_asked(
    marts: duckdb.DuckDBPyConnection, page: str, name: str
) -> None:
    sql = QUERIES[page][name]
    marts.execute(sql, dict.fromkeys(PARAMETER.findall(sql))).fetchall()


@pytest.mark.parametrize("module", [forbund, insatser, jamfor, kallor, kvalitet, oversikt])
def test_a_page_asks_its_own_questions_and_all_of_them(module: Any) -> None:
    page = module.__name__.rpartition(".")[2]
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    asked = {
        tuple(argument.value for argument in call.args)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "ask"
    }  # fmt: skip
    assert asked == {(page, name) for name in QUERIES[page]}


# --- nothing is reckoned in a page -------------------------------------------------------------


def functions(node: Any) -> Iterator[str]:
    """Every function and operator of a statement as DuckDB parsed it."""
    if isinstance(node, dict):
        if node.get("class") in ("FUNCTION", "WINDOW"):
            yield str(node["function_name"])
        for child in node.values():
            yield from functions(child)
    elif isinstance(node, list):
        for child in node:
            yield from functions(child)


def reckoned(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    counted = sql.replace(COUNTED_ROWS, "0 as antal_rader")
    return set(functions(parsed(con, counted))) & ARITHMETIC


@pytest.mark.parametrize(("page", "name"), QUESTIONS)
def test_a_question_reckons_nothing(marts: duckdb.DuckDBPyConnection, page: str, name: str) -> None:
    assert reckoned(marts, QUERIES[page][name]) == set()


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select sum(belopp_sek) from marts.rpt_insats", {"sum"}),
        ("select belopp_sek / deltagare from marts.rpt_insats", {"/"}),
        ("select x from (select max(varde) as x from marts.rpt_nyckeltal)", {"max"}),
        ("select avg(varde) over () from marts.rpt_nyckeltal", {"avg"}),
        ("select 1 from marts.rpt_insats where belopp_sek - 5 > 0", {"-"}),
    ],
)
def test_reckoning_would_be_noticed(
    marts: duckdb.DuckDBPyConnection, sql: str, found: set[str]
) -> None:
    assert reckoned(marts, sql) == found


# Where Python may reckon, and with what: never with a figure of a report.
MAY_RECKON = {
    ("charts", "columns"): "the width of a chart in pixels",
    ("charts", "bars"): "the height of a chart in pixels",
    ("charts", "_reach"): "from where to where an axis goes",
    ("charts", "lines"): "the height of a chart in pixels",
    ("filters", "page"): "how many pages a list has",
    ("filters", "offset"): "rows to pass over",
    ("format", "day"): "the month's place in a list of names",
    ("format", "number"): "the minus sign apart from the digits",
    ("jamfor", "_spans"): "which choice is most common, to offer it first",
    ("jamfor", "_times"): "the years between the first and the last",
    ("jamfor", "_day"): "the month's place in a list of names",
    ("server", "parts"): "names in a line",
    ("kallor", "_neighbours"): "lines before and after a line",
}
HTML = {name for name, each in vars(markup).items() if inspect.isfunction(each)} | {"_headline"}
"""What makes text."""


def is_text(node: ast.AST) -> bool:
    """A string or list put together, which is no reckoning."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    if isinstance(node, ast.IfExp):
        return is_text(node.body)
    if isinstance(node, ast.Subscript | ast.Call) and "definition" in ast.unparse(node):
        return True
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in HTML:
        return True
    return isinstance(node, ast.JoinedStr | ast.List)


def python_reckoning(source: str) -> Iterator[tuple[str, str]]:
    """The functions of a module that reckon, and the first expression in each that does."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            operation = isinstance(node, ast.BinOp) and not (
                isinstance(node.op, ast.BitOr) or is_text(node)
            )
            grown = isinstance(node, ast.AugAssign) and not is_text(node.value)
            called = (
                isinstance(node, ast.Call)
                and (getattr(node.func, "id", None) or getattr(node.func, "attr", "")) in ARITHMETIC
            )
            if operation or grown or called:
                yield function.name, ast.unparse(node)


ALSO = {"min", "max"}
"""Of rows by day, or of pixels: they choose, they do not reckon; of money they would be caught."""


@pytest.mark.parametrize(
    "module", sorted(PROJECT_DIR.glob("dashboards/**/*.py")), ids=lambda path: path.stem
)
def test_no_page_reckons(module: Path) -> None:
    found = [
        (function, expression)
        for function, expression in python_reckoning(module.read_text(encoding="utf-8"))
        if (module.stem, function) not in MAY_RECKON
        and not (expression.split("(")[0] in ALSO and "sek" not in expression)
        and module.name != "queries.py"
    ]
    assert [each for each in found if not _chooses(each[1])] == []


def _chooses(expression: str) -> bool:
    """`max(rows, key=...)` and layers laid on each other."""
    return expression.startswith(("max(rows, key", "base.mark"))


@pytest.mark.parametrize(
    "line",
    ["return row['belopp_sek'] / row['deltagare']", "return sum(row['belopp_sek'] for row in rows)",
     "total += row['belopp_sek']", "return a['eget_kapital_sek'] - b['eget_kapital_sek']",
     "return statistics.mean(values)"],
)  # fmt: skip
def test_reckoning_in_python_would_be_noticed(line: str) -> None:
    assert list(python_reckoning(f"def f(row, rows):\n    {line}\n"))


# --- lineage in Dagster ------------------------------------------------------------------------


def made(settings: Settings) -> Any:
    """The pages made of what `settings` has published, and what came of it."""
    from dagster import materialize  # noqa: PLC0415

    return materialize(
        [build_pages(Dbt(settings).manifest)],
        resources={"build": Build(settings, RefreshOptions(), {})},
        raise_on_error=False,
    )


def test_a_page_is_made_of_what_was_published(refreshed_home: Settings) -> None:
    result = made(refreshed_home)
    assert result.success
    version = versions.current(refreshed_home)
    assert version is not None
    for page, questions in QUERIES.items():
        (event,) = result.asset_materializations_for_node("sidor")[
            list(QUERIES).index(page) : list(QUERIES).index(page) + 1
        ]
        assert event.asset_key.path == ["sidor", page]
        assert event.metadata["version"].value == version.name
        assert set(event.metadata["rader"].value) == set(questions)


def test_a_page_that_finds_nothing_to_ask_fails_alone(copied_home: Settings) -> None:
    version = versions.current(copied_home)
    assert version is not None
    with duckdb.connect(version / "finsam.duckdb") as con:
        con.execute("drop table marts.rpt_regel")
    result = made(copied_home)
    assert not result.success
    pages = {event.asset_key.path[1] for event in result.asset_materializations_for_node("sidor")}
    assert pages == set(QUERIES) - {"kvalitet"}
    (failed,) = result.filter_events(lambda event: event.is_step_failure)
    told = failed.step_failure_data.user_failure_data.metadata["brott"].value
    assert [each["check"] for each in told] == ["sidor/kvalitet"]


def test_breaks_after_publishing_are_not_told_as_nothing_published() -> None:
    page = Break("sidor/kvalitet", "saknas")
    after = RefreshResult("a", ran=True, manifest={"run_id": "a"}, breaks=[page])
    before = RefreshResult("b", ran=True, manifest={"run_id": "a"}, breaks=[page])
    assert (after.published, after.exit_code) == (True, 1)
    assert (before.published, before.exit_code) == (False, 1)


def test_a_page_can_be_followed_back_to_the_landing_file(refreshed_home: Settings) -> None:
    graph = build_defs(
        {"settings": refreshed_home, "dbt": Dbt(refreshed_home)}
    ).resolve_asset_graph()
    for page in QUERIES:
        (key,) = [key for key in graph.get_all_asset_keys() if key.path == ["sidor", page]]
        above = {"/".join(each.path) for each in graph.get_ancestor_asset_keys(key)}
        assert {"warehouse/finsam", "raw/dokument", "raw/fakta"} <= above
        assert graph.get(key).owners == ["team:Finsam-lagret"]


# --- one question that puts rows beside each other ----------------------------------------------


def test_participants_by_kon_are_those_of_the_mart(marts: duckdb.DuckDBPyConnection) -> None:
    asked = dict.fromkeys(PARAMETER.findall(QUERIES["insatser"]["hela_forbundet"]))
    asked |= {"periodslag": "halvår", "antal": 1000, "fran": 0}
    cursor = marts.execute(QUERIES["insatser"]["hela_forbundet"], asked)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    told = {
        (row["report_id"], row["period"], row["matt"], kon, row[column])
        for row in rows
        for column, kon in (("alla", None), ("kvinnor", "kvinna"), ("man", "man"))
        if row[column] is not None
    }
    held = marts.execute(
        "select d.report_id, p.period, d.matt, d.kon, d.antal from fct_deltagare as d "
        "join dim_period as p using (period_key) where d.insats_id is null and d.insatstyp is null "
        "and d.scenario = 'utfall' and d.enhet = 'antal' and p.periodslag = 'halvår' "
        "and coalesce(d.alder, d.utbildning, d.forsorjning, d.avslutsorsak) is null "
        "and d.matt in ('totalt', 'registrerade', 'unika', 'anonyma', 'paborjade', 'avslutade')"
    ).fetchall()
    assert told == set(held)
    assert len(held) >= 9
    assert [row["antal_rader"] for row in rows] == [len(rows)] * len(rows)
