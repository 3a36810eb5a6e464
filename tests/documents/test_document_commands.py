"""`finsam extract` and `finsam review` as a person meets them."""

import csv
import subprocess
import sys
from decimal import Decimal

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dagster_pipelines.cli import review
from dagster_pipelines.cli.app import app
from dagster_pipelines.cli.reports import show_documents
from dagster_pipelines.documents import delivery, readings
from tests.documents.small_report import REPORT


@pytest.fixture
def run(home):
    def run(*arguments: str):
        return CliRunner().invoke(app, [*arguments], catch_exceptions=False)

    return run


@pytest.fixture
def folders(home):
    return ("--home", str(home.home), "--data", str(home.data_dir))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_extract_writes_facts_reports_and_findings(run, tmp_path):
    document = tmp_path / "rapport.txt"
    document.write_text(
        REPORT.replace("Summa tillgångar	2 648 294", "Summa tillgångar	2 658 294")
    )
    out = {name: tmp_path / f"{name}.csv" for name in ("facts", "reports", "findings")}
    options = [part for name, path in out.items() for part in (f"--{name}", str(path))]
    result = run("extract", str(document), *options)
    assert result.exit_code == 0, result.output
    facts = {fact["post_code"]: fact for fact in rows(out["facts"])}
    assert Decimal(facts["verksamhetens_intakter"]["value"]) == 1850000
    assert {fact["report_id"] for fact in facts.values()} == {"sofint_2025-06-30_delar"}
    assert [report["org_number"] for report in rows(out["reports"])] == ["222000-1818"]
    broken = {row["rule"]: Decimal(row["difference"]) for row in rows(out["findings"])}
    assert abs(broken["BR2"]) == 10000


def test_what_is_extracted_is_what_the_warehouse_takes(run, tmp_path):
    document = tmp_path / "rapport.txt"
    document.write_text(REPORT, encoding="utf-8")
    facts, reports = (str(tmp_path / f"{name}.csv") for name in ("fakta", "rapporter"))
    assert run("extract", str(document), "--facts", facts, "--reports", reports).exit_code == 0
    checked = run("facts", facts, reports)
    assert checked.exit_code == 0, checked.output


def test_facts_are_added_to_what_standard_output_already_holds(home, tmp_path):
    document, kept = tmp_path / "rapport.txt", tmp_path / "alla.csv"
    document.write_text(REPORT, encoding="utf-8")
    kept.write_text("förut\n", encoding="utf-8")
    code = "from dagster_pipelines.cli.app import main; main()"
    with kept.open("a") as file:
        subprocess.run(
            [sys.executable, "-c", code, "extract", str(document)], stdout=file, check=True
        )
    lines = kept.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "förut"
    assert lines[1].startswith("report_id,")


def test_what_gives_no_facts_is_said_and_the_exit_code_tells(run, tmp_path):
    (tmp_path / "brev.md").write_text("Hej", encoding="utf-8")
    result = run("extract", str(tmp_path), "--facts", str(tmp_path / "f.csv"))
    assert result.exit_code == 1
    assert "ej rapport" in result.output
    assert rows(tmp_path / "f.csv") == []


@pytest.mark.parametrize("argument", ["finns-inte.pdf", "."])
def test_no_such_file_is_one_clear_line(run, tmp_path, monkeypatch, argument):
    monkeypatch.chdir(tmp_path)
    result = run("extract", argument)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert len([line for line in result.output.splitlines() if line.strip()]) == 2


def test_the_ways_a_row_can_be_cut_are_shown_and_only_where_there_are_several():
    assert review._other_readings("Kassa och bank 4139 356 2 414742")[:2] == [
        "4139 | 356 | 2 | 414742",
        "4139356 | 2 | 414742",
    ]
    assert review._other_readings("Kassa och bank\t4 139 356\t2 414 742") == []
    assert review._other_readings("Resultatet blev sämre än väntat.") == []


def test_a_long_line_is_shown_around_its_figure():
    line = "a " * 400 + "mot 1 234 kr" + " b" * 400
    shown = review._near(line, "1 234")
    assert "1 234" in shown
    assert len(shown) <= review.WIDEST + 2


def test_review_shows_the_figure_its_lines_and_the_row_to_copy(run, home, folders, report):
    damaged = REPORT.replace("Kassa och bank	2 563 482", "Kassa och bank	2 S63 4B2")
    report.write_text(damaged.replace("2 648 294", "2 648 2?4"), encoding="utf-8")
    readings.read_new(readings.find(home), home)
    (document,) = readings.find(home)
    suspects = document.adopted.suspects
    assert suspects, "a figure that cannot be settled must be doubted"
    result = run("review", *folders)
    assert result.exit_code == 0
    for fact in suspects:
        assert f"rad {fact['line']}: «{fact['printed']}»" in result.output
        assert f"sofint_2025-06-30_delar,{fact['line']},{fact['position']}," in result.output
        assert f'"{fact["printed"]}",{fact["value"]},VEM,' in result.output
    assert "Kassa och bank" in result.output


def test_review_says_which_decisions_are_not_applied(run, home, folders, report):
    (home.data_dir / "granskning.csv").write_text(
        "report_id,line,position,printed,beslutat_varde,vem,nar,varfor\n"
        "sofint_2025-06-30_delar,18,,99 999,1,Eva Ek,2025-09-01,fel rad\n",
        encoding="utf-8",
    )
    readings.read_new(readings.find(home), home)
    result = run("review", *folders)
    assert "utan motsvarighet" in result.output


def test_review_of_a_report_that_is_not_there(run, folders, report):
    result = run("review", "vasteras_2022-06-30_delar", *folders)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_document_that_another_has_replaced_says_so_and_not_that_its_figures_wait(home, report):
    damaged = REPORT.replace("Kassa och bank	2 563 482", "Kassa och bank	2 S63 4B2")
    (home.landing_dir / "a.txt").write_text(damaged.replace("2 648 294", "2 648 2?4"), "utf-8")
    documents = readings.find(home)
    readings.read_new(documents, home)
    told = Console(record=True, width=300)
    show_documents(told, {"documents": delivery.deliver(home, documents).documents})
    (line,) = told.export_text().splitlines()
    assert line.startswith("landing/a.txt: Ersatt av landing/rapport.txt, som gäller samma rapport")
    assert "doubtful" not in line
