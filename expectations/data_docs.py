"""Data Docs: what the suites found, as static pages that need no network.

Belongs here: the library's own renderers (one page per suite and frame) in our page shell, with
its fixed words in Swedish, and an index. Does not belong here: evaluating. The library's own
shell fetches styles, scripts, fonts and logos from eight hosts; ours is one style sheet.
"""

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from expectations import gx as _gx  # isort: skip  # noqa: F401  first: see gx.py
from great_expectations import __version__ as gx_version
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

from dagster_pipelines.svenska import moment
from expectations.loading import load_suite
from expectations.runner import Run

ASSETS: Final = Path(__file__).parent / "data_docs_assets"
TITLES: Final = {
    "inkommande_fakta": "Inkommande fakta",
    "marts": "Marter",
    "inlasningar": "inläsningar",
    "tackning": "täckning",
}
"""Suites and frames as a reader shall see them; what is not here is Swedish as it is."""

SWEDISH: Final = {
    "Table-Level Expectations": "Hela underlaget",
    "Status": "Utslag",
    "Expectation": "Förväntan",
    "Observed Value": "Iakttaget",
    "Sampled Unexpected Values": "Exempel på oväntade värden",
    "\n\n$unexpected_count unexpected values found. "
    "$unexpected_percent of $element_count total rows.": " $unexpected_count av $element_count "
    "rader håller inte ($unexpected_percent).",
    "--": "–",
}
PERCENT: Final = re.compile(r"([≈\d.,]+)% (unexpected|not null)")
"""The words that the library's renderers always write; what is not here stays in English."""


class _Shell(DefaultJinjaPageView):
    """The library's component templates and filters, with our templates before its own."""

    def __init__(self) -> None:
        super().__init__()
        packaged = self.env.loader
        assert packaged is not None
        self.env.loader = ChoiceLoader([FileSystemLoader(ASSETS), packaged])

    def page(self, template: str, **content: Any) -> str:
        html: str = self.env.get_template(template).render(**content)
        return html


def write(runs: Sequence[Run], folder: Path) -> Path:
    """Write the pages of these runs to `folder`, replacing what it held; returns the index."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for run in runs:
        for frame, validation in run.validations.items():
            page = folder / _file(run.result.suite, frame)
            page.write_text(_page(run.result.suite, frame, validation), encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_index(runs), encoding="utf-8")
    return index


def _file(suite: str, frame: str) -> str:
    return f"{suite}.{frame}.html"


def _title(name: str) -> str:
    return TITLES.get(name, name)


def _page(suite: str, frame: str, validation: ExpectationSuiteValidationResult) -> str:
    document = ValidationResultsPageRenderer().render(validation).to_json_dict()
    _overview, *tables = document["sections"]
    html: str = _Shell().page(
        "page.j2",
        rubrik=f"{_title(suite)}: {_title(frame)}",
        antal=validation.statistics["evaluated_expectations"],
        antal_fel=validation.statistics["unsuccessful_expectations"],
        sections=_swedish(tables),
        renderer_type="ValidationResultsPageRenderer",
    )
    return html


def _swedish(node: Any) -> Any:
    """The same content in Swedish where we have the words, with the data in it escaped.

    The library writes table cells into its pages as they are, and a cell holds what some report
    or file said.
    """
    if isinstance(node, dict):
        rows, header = node.get("table"), node.get("header_row")
        if rows and header and header[:2] == ["Unexpected Value", "Count"] and len(header) > 2:
            # the columns that name the row say it all; these two repeat or are empty
            node = {**node, "header_row": header[2:], "table": [row[2:] for row in rows]}
        return {key: _cells(val) if key == "table" else _swedish(val) for key, val in node.items()}
    if isinstance(node, list):
        return [_swedish(value) for value in node]
    return _word(node) if isinstance(node, str) else node


def _cells(rows: list[list[Any]]) -> list[list[Any]]:
    return [
        [escape(_word(cell)) if isinstance(cell, str) else _swedish(cell) for cell in row]
        for row in rows
    ]


def _word(text: str) -> str:
    percent = PERCENT.fullmatch(text)
    if percent is None:
        return SWEDISH.get(text, text)
    return f"{percent[1]} % {'oväntade' if percent[2] == 'unexpected' else 'ifyllda'}"


def _index(runs: Sequence[Run]) -> str:
    shell = Environment(loader=FileSystemLoader(ASSETS), autoescape=True)
    return shell.get_template("index.j2").render(
        sviter=[_suite(run) for run in runs],
        tidpunkt=moment(max((run.tried_at for run in runs), default=datetime.now(UTC))),
        version=gx_version,
    )


def _suite(run: Run) -> dict[str, Any]:
    outcomes = run.result.outcomes
    pages = []
    for frame in run.validations:
        own = [outcome for outcome in outcomes if outcome["frame"] == frame]
        pages.append(
            {
                "underlag": _title(frame),
                "fil": _file(run.result.suite, frame),
                "antal": len(own),
                "fel": sum(not outcome["success"] for outcome in own),
                "rader": max((outcome["antal_rader"] or 0 for outcome in own), default=0),
            }
        )
    return {
        "titel": _title(run.result.suite),
        "notes": load_suite(run.result.suite)["notes"],
        "result": run.result,
        "antal_fel": sum(not outcome["success"] for outcome in outcomes),
        "sidor": pages,
    }
