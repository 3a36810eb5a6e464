"""What the pages say is true: SQL runs and answers as printed, links lead on, commands exist.

Every SQL block of README and docs is run on a published warehouse; where a table follows the
block, the answer must be that table, cell by cell.
"""

import csv
import importlib.util
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer

from dagster_pipelines.cli.app import app
from dagster_pipelines.database import open_published
from dagster_pipelines.documents import decisions
from dagster_pipelines.facts.loader import check_files
from dagster_pipelines.settings import PROJECT_DIR, Settings
from docs.svar import FENCE, Block, blocks, differences, name_of, pages

ROOMS = (
    "data", "dagster_pipelines", "models", "macros", "seeds", "expectations", "tests", "benchmarks",
    "docs", "dashboards", ".ci",
)  # fmt: skip


TEXTS = {name_of(page): page.read_text(encoding="utf-8") for page in pages()}
BLOCKS = [block for page, text in TEXTS.items() for block in blocks(text, page)]


def of_language(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


# --- SQL ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(refreshed_home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(refreshed_home.published_db) as con:
        yield con


@pytest.mark.parametrize("block", of_language("sql"), ids=str)
def test_sql_runs_and_answers_as_printed(
    warehouse: duckdb.DuckDBPyConnection, block: Block
) -> None:
    assert differences(warehouse, block) == []


@pytest.mark.parametrize("block", [b for b in of_language("sql") if len(b.table) > 2], ids=str)
def test_an_answer_of_several_rows_has_an_order(block: Block) -> None:
    assert "order by" in block.text


def test_readme_answers_five_questions() -> None:
    answered = [block for block in of_language("sql") if block.page == "README.md" and block.table]
    assert len(answered) == 5


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("4 369 942", "4 369 943"),  # a digit
        ("| avrundning |", "| håller |"),  # a word
        ("| soliditet |", "| kassalikviditet |"),  # a column
        ("| Samordningsförbundet Västerås | 2022-06-30 | 12 148 062 |", None),  # a row
    ],
)
def test_a_wrong_table_is_noticed(
    warehouse: duckdb.DuckDBPyConnection, right: str, wrong: str | None
) -> None:
    text = TEXTS["README.md"]
    assert right in text
    changed = (
        re.sub(rf"^{re.escape(right)}.*\n", "", text, flags=re.M)
        if wrong is None
        else text.replace(right, wrong)
    )
    tables = [b for b in blocks(changed, "README.md") if b.language == "sql"]
    assert any(differences(warehouse, block) for block in tables)


@pytest.mark.parametrize("block", of_language("python"), ids=str)
def test_python_runs(refreshed_home: Settings, block: Block) -> None:
    subprocess.run([sys.executable, "-c", block.text], cwd=refreshed_home.home, check=True)


# --- CSV ---------------------------------------------------------------------------------------

SEEDS = {
    path.read_text(encoding="utf-8").splitlines()[0]: path
    for path in (PROJECT_DIR / "seeds").glob("*.csv")
}


@pytest.mark.parametrize("block", of_language("csv"), ids=str)
def test_csv_is_accepted_or_stands_in_its_seed(block: Block, tmp_path: Path) -> None:
    header = block.text.splitlines()[0]
    if header in SEEDS:
        seed = list(csv.reader(io.StringIO(SEEDS[header].read_text(encoding="utf-8"))))
        shown = list(csv.reader(io.StringIO(block.text)))
        assert [row for row in shown if row not in seed] == []
        return
    (tmp_path / "exempel.csv").write_text(block.text, encoding="utf-8")
    if header == ",".join(decisions.COLUMNS):
        made = decisions.read_decisions(tmp_path / "exempel.csv")
        assert made and not any(decision.fault() for decision in made)
        return
    (checked,) = check_files([tmp_path], Settings(home=tmp_path))
    assert checked.outcome.utfall == "inläst", checked.outcome


# --- commands, files, links --------------------------------------------------------------------


def code(text: str) -> list[str]:
    """Lines of shell blocks and spans in backticks: where a page tells a reader what to type."""
    lines = [line for m in FENCE.finditer(text) if m[1] == "sh" for line in m[2].splitlines()]
    return [line.split(" # ")[0] for line in lines] + re.findall(r"`([^`\n]+)`", _prose(text))


def _prose(text: str) -> str:
    return FENCE.sub(lambda match: match[3] or "", text)


def unknown_commands(text: str) -> list[str]:
    """What a page tells a reader to run that `finsam --help`, make or Python do not know."""
    program: Any = typer.main.get_command(app)
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT_DIR / "Makefile").read_text(), re.M))
    unknown = []
    for typed in code(text):
        for name, rest in re.findall(r"\bfinsam ([a-z]+)([^|;&]*)", typed):
            command = program.commands.get(name)
            known = {"--help", *(o for p in command.params for o in p.opts)} if command else set()
            asked = set(re.findall(r"(?<![\w-])--[a-z-]+", re.sub(r'"[^"]*"', "", rest)))
            if not command or asked - known:
                unknown.append(typed)
        unknown += [typed for t in re.findall(r"\bmake ([a-z-]+)", typed) if t not in targets]
        for module in re.findall(r"python -m ([\w.]+)", typed):
            if importlib.util.find_spec(module) is None:
                unknown.append(typed)
    return unknown


BESIDE = {"duckdb", "echo", "export", "rsync", "sudo"}
"""What a page may run that is no part of the project: all have it, or the page says from where."""


def unknown_programs(text: str) -> list[str]:
    """Lines of shell blocks that begin, or go on after a pipe, with a program that is not there:
    make puts nothing of ours on PATH."""
    lines = [line for m in FENCE.finditer(text) if m[1] == "sh" for line in m[2].splitlines()]
    return [line for line in lines if not all(_can_run(program) for program in _programs(line))]


def _programs(line: str) -> Iterator[str]:
    begins = True
    for word in shlex.shlex(line, posix=True, punctuation_chars=True):
        if word in {"|", "||", "&&", ";"}:
            begins = True
        elif begins and not re.match(r"\w+=", word):  # a setting before the program
            yield word
            begins = False


def _can_run(program: str) -> bool:
    if program.startswith(".venv/bin/"):
        return (Path(sys.executable).parent / Path(program).name).exists()
    return program == "make" or program in BESIDE


def missing_files(text: str) -> list[str]:
    paths = [span for span in code(text) if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)*/?", span)]
    ours = [path for path in paths if path.split("/")[0] in ROOMS and "/" in path]
    return [path for path in ours if not any(PROJECT_DIR.glob(path.rstrip("/")))]


def dead_links(text: str, page: str) -> list[str]:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (PROJECT_DIR / page).parent / name if name else PROJECT_DIR / page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            dead.append(target)
    return dead


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", TEXTS)
def test_commands_files_and_links_exist(page: str) -> None:
    text = TEXTS[page]
    assert (unknown_commands(text), missing_files(text), dead_links(text, page)) == ([], [], [])


@pytest.mark.parametrize("page", TEXTS)
def test_every_program_of_a_shell_block_is_there(page: str) -> None:
    assert unknown_programs(TEXTS[page]) == []


def test_what_is_to_be_run_stands_in_a_shell_block() -> None:
    """A block without a language would escape the test of its programs."""
    begins = re.compile(r"^(?:\.venv/|finsam |make |python |dbt )", re.M)
    assert [str(b) for b in BLOCKS if b.language in {"", "text"} and begins.search(b.text)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in re.findall(r"\]\(([^)\s#]+\.md)", TEXTS[page]):
            found = ((PROJECT_DIR / page).parent / target).resolve()
            if found.is_relative_to(PROJECT_DIR):
                ahead.append(name_of(found))
    assert set(TEXTS) - reached == set()


def test_what_does_not_exist_is_noticed() -> None:
    assert unknown_commands("`finsam publish`") == ["finsam publish"]
    assert unknown_commands("`finsam refresh --fast`") == ["finsam refresh --fast"]
    assert unknown_commands("```sh\nmake coffee\n```\n") == ["make coffee"]
    assert unknown_commands("`python -m benchmarks.none`") == ["python -m benchmarks.none"]
    bare = "```sh\nfinsam refresh\necho 'a; b' | FINSAM_HOME=x dbt build\n.venv/bin/none\n```\n"
    assert unknown_programs(bare) == bare.splitlines()[1:-1]
    there = "```sh\nFINSAM_HOME=x make run  # or\necho 'a; b' | .venv/bin/dbt build\n```\n"
    assert unknown_programs(there) == []
    assert missing_files("`models/marts/fct_nothing.sql`") == ["models/marts/fct_nothing.sql"]
    assert dead_links("[a](docs/nothing.md) [b](docs/marts.md#nothing)", "README.md") == [
        "docs/nothing.md",
        "docs/marts.md#nothing",
    ]
    assert unknown_commands('`finsam query "select 1" --format csv`') == []
