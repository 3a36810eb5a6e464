"""The example notebook: committed without outputs, and it runs from top to bottom, offline."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from dagster_pipelines.settings import PROJECT_DIR, Settings

NOTEBOOKS = sorted((PROJECT_DIR / "docs" / "exempel").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_draws_without_the_network(
    path: Path, refreshed_home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FINSAM_HOME", str(refreshed_home.home))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = refreshed_home.published_db.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(path.parent))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    drawn = [o.data["image/svg+xml"] for o in outputs if "image/svg+xml" in o.get("data", {})]
    assert len(drawn) == 2
    assert "Coachingteamet, 2021" in drawn[0] and "Coachingteamet, 2024" in drawn[0]
    assert "40 000".replace(" ", "\xa0") in drawn[0]
    others = [text for o in outputs for text in o.get("data", {}).get("text/html", "")]
    assert "http" not in "".join(others)
    names = {svg for picture in drawn for svg in re.findall(r"https?://[^\"' ]+", picture)}
    assert names <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert refreshed_home.published_db.read_bytes() == before
