"""What `make docs` generates: the dictionary is current and true, the pages open offline."""

import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from playwright.sync_api import Browser

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings
from docs import beroenden, er, generate, svar
from docs.generate import DATAORDLISTA, dataordlista

LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""")


def test_the_dictionary_is_the_one_that_would_be_generated() -> None:
    assert DATAORDLISTA.read_text(encoding="utf-8") == dataordlista(), "run make docs"


def test_the_dictionary_lists_the_columns_that_are_published(refreshed_home: Settings) -> None:
    with open_published(refreshed_home.published_db) as con:
        published = con.execute(
            "select table_name, list((column_name, lower(data_type)) order by column_index) "
            "from duckdb_columns() where schema_name = 'marts' group by table_name"
        ).fetchall()
    sections = re.split(r"^### ", dataordlista().split("## Raw tables")[0], flags=re.M)[1:]
    described = {
        section.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \| ([\w(),]+) \|", section, re.M)
        for section in sections
    }
    assert described == dict(published)


def test_the_dictionary_says_what_the_codes_of_reports_mean() -> None:
    told = re.findall(r"^\| `(?:\w+_)?rapporttyp` \|.*", dataordlista(), re.M)
    meaning = "delar (delårsrapport) eller ar (årsredovisning)."
    assert [line for line in told if meaning not in line] == []
    assert len(told) == 3


def test_the_dictionary_holds_every_rule_and_ratio(refreshed_home: Settings) -> None:
    with open_published(refreshed_home.published_db) as con:
        tried = con.execute(
            "select regel_id from marts.fct_kontroll union "
            "select nyckeltal_id from marts.fct_nyckeltal"
        ).fetchall()
    text = dataordlista()
    assert [name for (name,) in tried if f"\n| `{name}` |" not in text] == []


def test_every_mart_is_exported(refreshed_home: Settings) -> None:
    exposures = yaml.safe_load((PROJECT_DIR / "models" / "exposures.yml").read_text("utf-8"))
    by_name = {exposure["name"]: exposure["depends_on"] for exposure in exposures["exposures"]}
    files = (refreshed_home.warehouse_dir / "parquet").glob("*.parquet")
    assert set(by_name["export_parquet"]) == {f"ref('{file.stem}')" for file in files}


def test_the_diagram_is_the_one_that_would_be_generated() -> None:
    assert er.PAGE.read_text(encoding="utf-8") == er.page(), "run make docs"


def test_the_diagram_draws_every_key_that_is_published(refreshed_home: Settings) -> None:
    """A key without a relationships test would be a relation that nothing proves."""
    with open_published(refreshed_home.published_db) as con:
        keys = con.execute(
            "select table_name, constraint_column_names[1] from duckdb_constraints() "
            "where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    owner = {key: table for table, key in keys}
    expected = {
        f"{owner[column]} {table} {column}"
        for table, column in columns
        if column in owner and owner[column] != table
    }
    drawn = re.findall(r"^    (\w+) (?:\|\||\|o)--o\{ (\w+) : (\w+)$", er.page(), re.M)
    assert {" ".join(line) for line in drawn} == expected


def test_a_new_relation_changes_the_diagram(tmp_path: Path) -> None:
    models = tmp_path / "marts"
    shutil.copytree(PROJECT_DIR / "models" / "marts", models)
    assert er.page(models) == er.page()
    kontroll = models / "fct_kontroll.yml"
    text = kontroll.read_text(encoding="utf-8")
    kontroll.write_text(text.replace("dim_rapport", "dim_forbund"), encoding="utf-8")
    assert "dim_forbund ||--o{ fct_kontroll : rapport_key" in er.page(models)


@pytest.mark.parametrize("module", [beroenden, er, generate, svar])
@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--fast", 2)])
def test_who_asks_for_help_has_nothing_written(
    module: ModuleType, argument: str, code: int,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "argv", [module.__name__, argument])
    monkeypatch.setattr(Path, "write_text", lambda *_, **__: pytest.fail("it wrote"))
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == code
    assert f"python -m {module.__name__}" in "".join(capsys.readouterr())


def requests_of(browser: Browser, *opened: Path) -> list[str]:
    """What a browser asks of others than the disk, for each page and where its links lead."""
    asked: list[str] = []
    with closing(browser.new_page()) as page:
        page.on("request", lambda request: asked.append(request.url))
        for file in opened:
            page.goto(file.as_uri(), wait_until="networkidle")
            assert page.title()
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


def test_the_pages_load_nothing_from_outside(copied_home: Settings, browser: Browser) -> None:
    """In a process of its own: dbt keeps the database open until its process ends."""
    make = (
        "from docs.generate import guard_pages, index_page, model_pages\n"
        "from dagster_pipelines.settings import get_settings\n"
        "settings = get_settings()\n"
        "folder = settings.build_dir / 'docs'\n"
        "folder.mkdir()\n"
        "print(guard_pages(settings, folder))\n"
        "print(model_pages(settings, folder))\n"
        "print(index_page(folder))\n"
    )
    environment = {"FINSAM_HOME": str(copied_home.home), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", make], cwd=PROJECT_DIR, env=environment, check=True)
    pages = sorted((copied_home.build_dir / "docs").rglob("*.html"))
    assert {page.name for page in pages} >= {"modeller.html", "index.html"}
    for page in pages:
        assert not LOADED.search(page.read_text(encoding="utf-8")), page
    models = (copied_home.build_dir / "docs" / "modeller.html").read_text(encoding="utf-8")
    assert "model.finsam.rpt_balansrakning" in models
    assert "Begin with a wide table" in models  # our own first page, not dbt's welcome
    assert '"send_anonymous_usage_stats": false' in models  # else it loads a tracker
    assert requests_of(browser, *pages) == []
