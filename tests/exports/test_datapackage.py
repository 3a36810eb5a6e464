"""datapackage.json is valid by Frictionless' own validator, data and keys included."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from frictionless import validate

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import Settings


def described(settings: Settings) -> dict[str, Any]:
    file = settings.warehouse_dir / "datapackage.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


@pytest.fixture
def package(refreshed_home: Settings, tmp_path: Path) -> Path:
    """A copy of descriptor and CSV files, as somebody would download them."""
    shutil.copytree(refreshed_home.warehouse_dir / "csv", tmp_path / "csv")
    return Path(shutil.copy(refreshed_home.warehouse_dir / "datapackage.json", tmp_path))


def errors(package: Path) -> set[str]:
    return {error for (error,) in validate(str(package)).flatten(["type"])}


def test_it_is_valid_with_its_data(package: Path) -> None:
    report = validate(str(package))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]
    assert report.stats["tasks"] == len(list((package.parent / "csv").iterdir()))


def test_a_publication_of_hostile_texts_is_valid_too(hostile_home: Settings) -> None:
    """Only the hash key of the rows that the test made up is not one that exists."""
    report = validate(str(hostile_home.warehouse_dir.resolve() / "aktuell" / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("2020-06-30", "2020-06-31", "type-error"),
        ("5371749.00", "5 371 749", "type-error"),
        ("FINSAM Lekeberg och Örebro,", ",", "constraint-error"),
        ("håller", "holler", "hash-count"),
    ],
)
def test_a_change_of_the_data_is_noticed(package: Path, old: str, new: str, error: str) -> None:
    file = package.parent / "csv" / "rpt_balansrakning.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert error in errors(package)


def test_an_orphan_and_a_repeated_key_are_noticed(package: Path) -> None:
    facts = package.parent / "csv" / "fct_nyckeltal.csv"
    text = facts.read_text(encoding="utf-8")
    descriptor = json.loads(package.read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        del resource["hash"], resource["bytes"]
    package.write_text(json.dumps(descriptor), encoding="utf-8")
    facts.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    assert errors(package) == {"primary-key"}
    facts.write_text(text.replace(",soliditet,", ",hittepå,"), encoding="utf-8")
    assert errors(package) == {"foreign-key"}


def test_types_and_keys_are_those_of_the_database(refreshed_home: Settings) -> None:
    with open_published(refreshed_home.published_db) as con:
        stored = dict(
            con.execute(
                "select table_name, list((column_name, data_type) order by column_index) "
                "from duckdb_columns() where schema_name = 'marts' group by 1"
            ).fetchall()
        )
        keyed = {
            table
            for (table,) in con.execute(
                "select table_name from duckdb_constraints() where schema_name = 'marts' "
                "and constraint_type = 'PRIMARY KEY'"
            ).fetchall()
        }
    resources = {resource["name"]: resource for resource in described(refreshed_home)["resources"]}
    assert resources.keys() == stored.keys()
    kinds = {"VARCHAR": "string", "DATE": "date", "BOOLEAN": "boolean"}
    for name, columns in stored.items():
        fields = resources[name]["schema"]["fields"]
        expected = [
            (c, kinds.get(t) or ("number" if t.startswith("DECIMAL") else "integer"))
            for c, t in columns
        ]
        assert [(field["name"], field["type"]) for field in fields] == expected
        assert all(field["description"] for field in fields)
    assert {n for n, r in resources.items() if "primaryKey" in r["schema"]} == keyed == set(stored)
    links = {
        (name, key["fields"][0], key["reference"]["resource"])
        for name, resource in resources.items()
        for key in resource["schema"].get("foreignKeys", [])
    }
    assert ("fct_nyckeltal", "nyckeltal_id", "dim_nyckeltal") in links
    assert len(links) > 20


def test_licence_publisher_and_sources_are_there(refreshed_home: Settings) -> None:
    package = described(refreshed_home)
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert package["contributors"] == [
        {"title": refreshed_home.publisher_name, "role": "publisher"}
    ]
    with open_published(refreshed_home.published_db) as con:
        reports = {
            r
            for (r,) in con.execute(
                "select report_id from dim_rapport where publicerad_version is not null"
            ).fetchall()
        }
    assert {source["title"] for source in package["sources"]} == reports
