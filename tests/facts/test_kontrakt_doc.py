"""`docs/datakontrakt.md` says what the schemas say, and its example is accepted."""

import re
from pathlib import Path

import pytest

from dagster_pipelines.facts.kontrakt import every_kontrakt
from dagster_pipelines.facts.kontrakt.doc import PAGE, render
from dagster_pipelines.facts.loader import check_files
from dagster_pipelines.settings import Settings

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_generated_parts_are_those_of_the_schemas() -> None:
    assert render(TEXT) == TEXT


def test_every_column_has_its_row_with_its_description() -> None:
    for contract in every_kontrakt():
        part = TEXT.split(f"<!-- generated: {contract.slag} -->")[1].split("<!-- end -->")[0]
        names = re.findall(r"^\| `(\w+)` \| (?:string|integer|number|date)", part, re.M)
        assert tuple(names) == contract.names
        for column in contract.columns:
            assert column.description.replace("|", "\\|") in part


def test_an_outdated_table_is_noticed() -> None:
    assert render(TEXT.replace("Ordinal of the figure", "Number of the figure")) == TEXT


def test_a_lost_marker_is_an_error() -> None:
    with pytest.raises(KeyError, match="generated: rapporter"):
        render(TEXT.replace("<!-- generated: rapporter -->", ""))


def test_the_example_file_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", TEXT, re.S)
    (tmp_path / "example.csv").write_text(example, encoding="utf-8")
    (checked,) = check_files([tmp_path], Settings(home=tmp_path))
    assert checked.outcome.utfall == "inläst", checked.outcome
