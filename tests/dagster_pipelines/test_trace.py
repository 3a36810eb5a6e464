"""`finsam trace`: from a line to marts and checks, and back to file, document and characters."""

import hashlib
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from dagster_pipelines import evidence
from dagster_pipelines.cli.app import app
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.trace import trace

REPORT = "sofint_2021-06-30_delar"
FILE = PROJECT_DIR / "data" / "fakta" / f"{REPORT}.csv"


@pytest.fixture
def run() -> CliRunner:
    return CliRunner(env={"NO_COLOR": "1", "TERM": "dumb"})


def total_assets(settings: Settings) -> int:
    with open_published(settings.published_db) as con:
        [(line,)] = con.execute(
            "select line from fct_rapportfakta where report_id = ? "
            "and post_code = 'summa_tillgangar' and period_end = '2021-06-30'",
            [REPORT],
        ).fetchall()
    return int(line)


def test_a_line_leads_to_file_marts_and_checks(refreshed_home: Settings) -> None:
    line = total_assets(refreshed_home)
    with open_published(refreshed_home.published_db) as con:
        found = trace(con, refreshed_home, REPORT, line)
    assert found is not None
    assert {fact["line"] for fact in found.facts} == {line}
    assert "4369 942" in {fact["printed"] for fact in found.facts}
    assert found.kept_file is not None
    assert found.kept_file.read_bytes() == FILE.read_bytes()
    assert found.report["sha256"] == hashlib.sha256(FILE.read_bytes()).hexdigest()
    every = FILE.read_text("utf-8").splitlines()
    assert {every[rad - 1] for rad in found.file_lines} == set(found.file_lines.values())
    assert any(",summa_tillgangar," in text for text in found.file_lines.values())
    assert ("fct_ekonomi", "balansrakning, summa_tillgangar") in {
        (use["tabell"], use["vad"]) for use in found.uses
    }
    assert {"BR1", "BR2"} <= {check["regel_id"] for check in found.checks}
    assert found.document is None  # the report itself is not shipped


def test_every_published_figure_of_the_marts_is_traced(refreshed_home: Settings) -> None:
    """Each row of the marts that names a line is found from that line."""
    with open_published(refreshed_home.published_db) as con:
        whole = trace(con, refreshed_home, REPORT)
        assert whole is not None
        marts = {"fct_ekonomi", "fct_kostnad", "fct_deltagare", "fct_mal", "fct_nyckeltal"}
        counts = {
            mart: con.execute(
                f"select count(*) from {mart} where report_id = ?"
                + (" and rapporterat_rad is not null" if mart == "fct_nyckeltal" else ""),
                [REPORT],
            ).fetchall()[0][0]
            for mart in marts
        }
    found = {mart: sum(use["tabell"] == mart for use in whole.uses) for mart in marts}
    assert found == counts


def kept_document(settings: Settings, sha256: str, text: str) -> Path:
    """A document with an adopted reading of that text, as a refresh leaves it."""
    folder = settings.documents_dir / sha256[:2] / sha256
    folder.mkdir(parents=True)
    (folder / "original.txt").write_text("")
    reading = {
        "version": "v", "report": {}, "facts": [], "findings": [], "outcome": "läst",
        "message": "", "text": text,
    }  # fmt: skip
    (folder / "v.json").write_text(json.dumps(reading))
    (folder / "antagen").write_text("v")
    return folder / "original.txt"


def test_the_document_shows_its_lines(copied_home: Settings) -> None:
    """Where the document is kept, the printed characters stand among their neighbours."""
    line = total_assets(copied_home)
    with open_published(copied_home.published_db) as con:
        before = trace(con, copied_home, REPORT, line)
        assert before is not None
        sha256 = before.report["dokument_sha256"]
        text = "\n".join(f"rad {number}" for number in range(1, line + 10))
        document = kept_document(copied_home, sha256, text)
        found = trace(con, copied_home, REPORT, line, around=1)
    assert found is not None
    assert found.source == {n: f"rad {n}" for n in (line - 1, line, line + 1)}
    assert found.document == document


def test_the_document_is_the_one_that_the_delivery_was_read_out_of(
    run: CliRunner, copied_home: Settings
) -> None:
    """Not the newest of the report, which may stand in quarantine."""
    line = total_assets(copied_home)
    draft = kept_document(copied_home, "d" * 64, "utkast\n" * (line + 1))
    with open_published(copied_home.published_db) as con:
        before = trace(con, copied_home, REPORT, line)
    assert before is not None
    kept_document(copied_home, before.report["dokument_sha256"], "slutlig\n" * (line + 1))
    with duckdb.connect(copied_home.published_db.resolve()) as con:
        fil = f"dokument/{REPORT}.{'d' * 12}.fakta.csv"
        con.execute("update raw.leverans set fil = ? where report_id = ?", [fil, REPORT])
        found = trace(con, copied_home, REPORT, line, around=0)
    assert found is not None
    assert (found.source, found.document) == ({line: "utkast"}, draft)
    told = run.invoke(app, ["trace", REPORT, str(line), "--home", str(copied_home.home)])
    assert f"sha256 {'d' * 64}" in told.stdout


def test_the_command_tells_it(run: CliRunner, refreshed_home: Settings) -> None:
    home = ["--home", str(refreshed_home.home)]
    line = total_assets(refreshed_home)
    one = run.invoke(app, ["trace", REPORT, str(line), *home])
    assert one.exit_code == 0, one.output
    for told in ("«4369 942»", "fct_ekonomi", "BR2", "underlag", "line "):
        assert told in one.stdout
    every = run.invoke(app, ["trace", REPORT, *home])
    assert every.exit_code == 0
    assert "Summa tillgångar" in every.stdout


@pytest.mark.parametrize("asked", [["finns_2021-06-30_delar"], [REPORT, "99999"]])
def test_what_is_not_there_is_a_user_mistake(
    run: CliRunner, refreshed_home: Settings, asked: list[str]
) -> None:
    done = run.invoke(app, ["trace", *asked, "--home", str(refreshed_home.home)])
    assert done.exit_code == 2
    assert "finsam" in done.stderr


def test_a_file_that_changed_is_not_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    file = tmp_path / "a.csv"
    file.write_text("a")
    assert not evidence.keep(file, hashlib.sha256(b"b").hexdigest(), settings)
    assert [path for path in settings.evidence_dir.rglob("*") if path.is_file()] == []
    sha256 = hashlib.sha256(b"a").hexdigest()
    assert evidence.keep(file, sha256, settings)
    file.unlink()
    assert evidence.keep(file, sha256, settings)  # it is there already
    kept = evidence.kept(sha256, settings)
    assert kept is not None
    assert kept.read_text() == "a"
