"""`finsam query` answers questions and nothing else, within limits, harmlessly to spreadsheets."""

import csv
import io
import re

import pytest
from typer.testing import CliRunner

from dagster_pipelines.cli.app import app
from dagster_pipelines.cli.query import LISTINGS
from dagster_pipelines.settings import Settings


@pytest.fixture
def run() -> CliRunner:
    return CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"})


def ask(run: CliRunner, settings: Settings, *arguments: str) -> object:
    return run.invoke(app, ["query", "--home", str(settings.home), *arguments])


@pytest.mark.parametrize(
    "sql",
    [
        "create temp table t (a int)",
        "create temp view v as select 1",
        "create macro f() as 1",
        "create secret s (type s3)",
        "pragma enable_profiling = 'json'",
        "pragma database_list",
        "reset memory_limit",
        "set variable a = 1",
        "use raw",
        "begin",
        "checkpoint",
        "vacuum",
        "prepare x as select 1",
        "attach ':memory:' as m",
        "detach finsam",
        "update extensions",
        "comment on table fct_ekonomi is 'x'",
        "copy fct_ekonomi to '/dev/stdout'",
        "explain analyze copy fct_ekonomi to '/dev/stdout'",
        "from '/etc/passwd'",
        "from glob('/*')",
        "from read_text('/etc/hostname')",
        "from read_blob('/etc/hostname')",
        "from read_json('/etc/hostname')",
        "from sniff_csv('/etc/passwd')",
        "from duckdb_secrets()",
        "select getenv('HOME')",
    ],
)
def test_only_questions_to_the_warehouse(
    run: CliRunner, refreshed_home: Settings, sql: str
) -> None:
    done = ask(run, refreshed_home, sql)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sql", ["from dim_rapport", "explain select 1", "describe dim_rapport",
                                 "summarize dim_rapport", "with a as (select 1) from a",
                                 "show tables", "values (1)"])  # fmt: skip
def test_every_way_of_asking(run: CliRunner, refreshed_home: Settings, sql: str) -> None:
    assert ask(run, refreshed_home, sql).exit_code == 0


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("from finns_inte", LISTINGS[0]),
        ("from marts.finns_inte", LISTINGS[0]),
        ("select finns_inte from dim_rapport", LISTINGS[1]),
        ("select d.finns_inte from dim_rapport d", LISTINGS[1]),
        ("select finns_inte(1)", "Correct the question and ask it again."),
        ("select forbund, count(*) from dim_rapport", "Correct the question and ask it again."),
        ("selekt 1", "Correct the question and ask it again."),
        ("from glob('/*')", "Ask of what is published: no files, settings or extensions."),
    ],
)
def test_a_question_that_is_wrong_is_told_what_to_do(
    run: CliRunner, refreshed_home: Settings, sql: str, remedy: str
) -> None:
    assert ask(run, refreshed_home, sql).stderr.splitlines()[-1] == remedy


@pytest.mark.parametrize("listing", LISTINGS)
def test_what_the_remedy_says_lists_them(
    run: CliRunner, refreshed_home: Settings, listing: str
) -> None:
    (sql,) = re.findall(r'finsam query "(.+)"$', listing)
    done = ask(run, refreshed_home, sql.replace("TABLE", "dim_rapport"))
    assert "dim_rapport" in done.stdout or "forbund" in done.stdout


def test_a_question_that_never_ends_is_interrupted(
    run: CliRunner, refreshed_home: Settings
) -> None:
    endless = "select count(*) from range(1000000000) a, range(1000000000) b where a.range % 7 = 3"
    done = ask(run, refreshed_home, endless, "--timeout", "0.5")
    assert done.exit_code == 2
    assert "0.5 s" in done.stderr
    assert "--timeout" in done.stderr


def test_a_question_that_needs_too_much_memory_is_refused(
    run: CliRunner, refreshed_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINSAM_QUERY_MEMORY_MB", "64")
    done = ask(run, refreshed_home, "select list(range) from range(50000000)")
    assert done.exit_code == 2
    assert "FINSAM_QUERY_MEMORY_MB" in done.stderr


def cell(run: CliRunner, settings: Settings, text: str, *options: str) -> str:
    sql = f"select '{text}' as a"
    done = ask(run, settings, sql, "-f", "csv", *options)
    assert done.exit_code == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout, newline="")))[1][0]


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|/c calc!A1",
        "=1+1",
        "@SUM(A1)",
        "+1+cmd",
        "-2+3+cmd",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "-",
    ],
)
def test_a_formula_in_csv_is_text(run: CliRunner, refreshed_home: Settings, formula: str) -> None:
    assert cell(run, refreshed_home, formula) == f"'{formula}"
    assert cell(run, refreshed_home, formula, "--raw") == formula


@pytest.mark.parametrize("text", ["-1 765", "-143", "+5,5", "-12%", "Summa", "a=b", ""])
def test_what_is_no_formula_is_left_alone(
    run: CliRunner, refreshed_home: Settings, text: str
) -> None:
    assert cell(run, refreshed_home, text) == text


def test_a_column_name_is_no_formula_and_numbers_are_numbers(
    run: CliRunner, refreshed_home: Settings
) -> None:
    done = ask(run, refreshed_home, 'select -5 as "=cmd", -1.5 as b', "-f", "csv")
    assert done.stdout == "'=cmd,b\n-5,-1.5\n"
