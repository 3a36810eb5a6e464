"""The command line: what a person sees, and the exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dagster_pipelines.cli import reports
from dagster_pipelines.cli.app import app
from dagster_pipelines.settings import PROJECT_DIR, Settings

FACT_FILE = PROJECT_DIR / "data" / "fakta" / "sofint_2024-06-30_delar.csv"


@pytest.fixture
def run() -> CliRunner:
    return CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"})


def test_help_names_every_command(run: CliRunner) -> None:
    done = run.invoke(app, ["--help"])
    assert done.exit_code == 0
    for command in ("refresh", "status", "query", "facts", "version"):
        assert command in done.stdout
        assert run.invoke(app, [command, "--help"]).exit_code == 0


def test_version(run: CliRunner) -> None:
    done = run.invoke(app, ["version"])
    assert done.exit_code == 0
    assert done.stdout.startswith("finsam ")
    assert "great-expectations" in done.stdout


def test_status_lists_the_reports(run: CliRunner, refreshed_home: Settings) -> None:
    done = run.invoke(app, ["status", "--home", str(refreshed_home.home)])
    assert done.exit_code == 0, done.output
    assert "vastra-ostergotland_2021-08-31_delar" in done.stdout
    assert str(refreshed_home.published_db) in done.stdout


def ask(run: CliRunner, settings: Settings, *arguments: str) -> object:
    return run.invoke(app, ["query", "--home", str(settings.home), *arguments])


def test_query_finds_marts_without_a_prefix_as_a_table(
    run: CliRunner, refreshed_home: Settings
) -> None:
    done = ask(run, refreshed_home, "select count(*) as antal from fct_rapportfakta")
    assert done.exit_code == 0, done.output
    assert "antal" in done.stdout
    assert "932" in done.stdout


def test_query_as_csv_and_json_keeps_decimals_exact(
    run: CliRunner, refreshed_home: Settings
) -> None:
    sql = "select 12345678901234567.89 as a, null as b, 'å,\"ä' as c, date '2021-06-30' as d"
    assert ask(run, refreshed_home, sql, "-f", "csv").stdout == (
        'a,b,c,d\n12345678901234567.89,,"å,""ä",2021-06-30\n'
    )
    written = ask(run, refreshed_home, sql, "--format", "json").stdout
    assert '"a": 12345678901234567.89' in written
    assert json.loads(written, parse_float=str) == [
        {"a": "12345678901234567.89", "b": None, "c": 'å,"ä', "d": "2021-06-30"}
    ]
    empty = ask(run, refreshed_home, "select 1 as a where false", "-f", "json").stdout
    assert json.loads(empty) == []


@pytest.mark.parametrize(
    "sql",
    [
        "from read_csv('/etc/passwd')",
        "copy (select 1) to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb'",
        "export database '{folder}/out'",
        "load httpfs",
        "install httpfs",
        "set enable_external_access = true",
        "set memory_limit = '1GB'",
        "create table marts.x (a int)",
        "delete from fct_rapportfakta",
        "drop table fct_rapportfakta",
        "select 1; select 2",
        "selekt 1",
        "select * from finns_inte",
        "",
    ],
)
def test_query_refuses_what_is_not_a_question(
    run: CliRunner, refreshed_home: Settings, tmp_path: Path, sql: str
) -> None:
    before = refreshed_home.published_db.read_bytes()
    done = ask(run, refreshed_home, sql.format(folder=tmp_path))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert list(tmp_path.rglob("*.csv")) == []
    assert refreshed_home.published_db.read_bytes() == before


@pytest.mark.parametrize("command", [["status"], ["query", "select 1"]])
def test_without_a_warehouse_there_is_one_clear_line_and_a_remedy(
    run: CliRunner, tmp_path: Path, command: list[str]
) -> None:
    done = run.invoke(app, [*command, "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert "No warehouse is published" in done.stderr
    assert "finsam refresh" in done.stderr


@pytest.mark.parametrize("option", ["--home", "--data"])
def test_a_folder_that_is_not_there_is_a_user_mistake(
    run: CliRunner, tmp_path: Path, option: str
) -> None:
    done = run.invoke(app, ["refresh", option, str(tmp_path / "saknas")])
    assert done.exit_code == 2
    assert "is not a folder" in done.stderr
    assert option in done.stderr


def test_a_variable_that_does_not_fit_is_a_user_mistake(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINSAM_THREADS", "många")
    done = run.invoke(app, ["status"])
    assert done.exit_code == 2
    assert "FINSAM_THREADS" in done.stderr


def test_a_folder_that_cannot_be_written_is_a_user_mistake(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / ".build").write_text("a file where the folder should be")
    done = run.invoke(app, ["refresh", "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert ".build" in done.stderr


def test_facts_accepts_the_shipped_file(run: CliRunner) -> None:
    done = run.invoke(app, ["facts", str(FACT_FILE)])
    assert done.exit_code == 0, done.output
    assert "103" in done.stdout


def test_facts_names_line_column_and_remedy_of_a_rejected_row(
    run: CliRunner, tmp_path: Path
) -> None:
    lines = FACT_FILE.read_text(encoding="utf-8").splitlines()
    at = next(index for index, line in enumerate(lines) if ",SEK," in line)
    lines[at] = lines[at].replace(",SEK,", ",EURO,")
    file = tmp_path / FACT_FILE.name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run.invoke(app, ["facts", str(file)])
    assert done.exit_code == 1
    assert "delvis avvisad" in done.stdout
    assert "EURO" in done.stdout
    assert "unit" in done.stdout
    assert f" {at + 1} " in done.stdout


def test_facts_holds_decisions_to_their_own_form(run: CliRunner, tmp_path: Path) -> None:
    head = "report_id,line,position,printed,beslutat_varde,vem,nar,varfor"
    file = tmp_path / "granskning.csv"
    file.write_text(f"{head}\nr_2025-06-30_delar,3,1,12,12,Eva Ek,2025-09-01,läst\n")
    done = run.invoke(app, ["facts", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "granskning" in done.stdout
    file.write_text(f"{head}\nr_2025-06-30_delar,3,1,12,tolv,Eva Ek,2025-09-01,läst\n")
    done = run.invoke(app, ["facts", str(tmp_path)])
    assert done.exit_code == 1
    assert "delvis avvisad" in done.stdout
    assert "'tolv'" in done.stdout
    file.write_text("fel,kolumner\n1,2\n")
    assert run.invoke(app, ["facts", str(file)]).exit_code == 1


def test_facts_without_a_file_is_a_user_mistake(run: CliRunner, tmp_path: Path) -> None:
    assert run.invoke(app, ["facts", str(tmp_path / "saknas.csv")]).exit_code == 2
    assert run.invoke(app, ["facts", str(tmp_path)]).exit_code == 2


def finsam(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = ["--home", str(settings.home), "--data", str(settings.data_dir)]
    command = [sys.executable, "-m", "dagster_pipelines.cli.app", *arguments, *places]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")


def test_a_wrong_digit_stops_its_delivery_and_no_other(copied_home: Settings) -> None:
    """Quarantined with rule, line and both numbers; released when it is put right."""
    file = copied_home.data_dir / "fakta" / FACT_FILE.name
    sound = file.read_text(encoding="utf-8")
    right = "SEK,2648294,2 648 294,"
    [line] = [n for n in sound.splitlines() if right in n and ",summa_tillgangar," in n]
    file.write_text(sound.replace(line, line.replace(right, "SEK,2648394,2 648 294,")), "utf-8")
    wrong_line = line.split(",")[1]

    done = finsam(copied_home, "refresh")
    assert done.returncode == 3, done.stdout + done.stderr
    stopped = done.stdout[done.stdout.index("Quarantine") :]
    for told in ("sofint_2024-06-30_delar", "rule BR1", f"rad {wrong_line}", "2648394", "2648294",
                 "2 648 394 kr", "landing/", "kand_avvikelse"):  # fmt: skip
        assert told in stopped.replace("\u00a0", " "), told

    manifest = json.loads(copied_home.published_manifest.read_text(encoding="utf-8"))
    status = {report["report_id"]: report["status"] for report in manifest["reports"]}
    assert status.pop("sofint_2024-06-30_delar") == "i karantän"
    assert set(status.values()) == {"publicerad"}
    assert len(status) == 4
    kept = finsam_query(copied_home, "select value from fct_rapportfakta where report_id = "
                        "'sofint_2024-06-30_delar' and post_code = 'summa_tillgangar' "
                        "and period_end = '2024-06-30'")  # fmt: skip
    assert kept == "value\n2648294.000000\n"  # the earlier version is still published

    again = finsam(copied_home, "refresh")
    assert again.returncode == 3
    assert "Nothing has changed" in again.stdout

    file.write_text(sound, encoding="utf-8")
    released = finsam(copied_home, "refresh")
    assert released.returncode == 0, released.stdout + released.stderr
    assert "Quarantine" not in released.stdout
    assert "INFO" not in released.stderr  # the log is for the file


def finsam_query(settings: Settings, sql: str) -> str:
    done = CliRunner().invoke(app, ["query", "--home", str(settings.home), "-f", "csv", sql])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_reports_of_a_country_are_summed_and_the_unpublished_ones_listed(
    refreshed_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three thousand rows scroll past unread; the sixteen that are not published must not."""
    manifest = json.loads(refreshed_home.published_manifest.read_text(encoding="utf-8"))
    (one, *_) = manifest["reports"]
    published = [{**one, "report_id": f"forbund-{n}_2024-06-30_delar"} for n in range(60)]
    stopped = {
        "report_id": "stoppad_2024-06-30_delar", "status": "i karantän", "antal_fakta": 0,
        "publicerad_version": None, "kontroller": {"brott": 2, "håller": 5},
    }  # fmt: skip
    country = {**manifest, "reports": [*published, stopped]}

    reports.show_published(Console(width=200), country, refreshed_home)
    short = capsys.readouterr().out
    assert "Reports (61)" in short and "finsam status --all" in short
    total = 60 * one["kontroller"]["håller"]
    (line,) = [line.split() for line in short.splitlines() if line.startswith("  publicerad ")]
    assert line[1:4] == ["60", str(60 * one["antal_fakta"]), str(total)]
    assert "stoppad_2024" in short and "forbund-7_" not in short

    reports.show_published(Console(width=200), country, refreshed_home, every_report=True)
    assert capsys.readouterr().out.count("_2024-06-30_delar") == 61
