"""What dbt's exposures say of the exports is what they hold, and what Dagster shows."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import openpyxl
import pytest
import yaml
from rdflib import Graph, URIRef

from dagster_pipelines.assets.publish import EXPORTS, PUBLISHED, export_specs
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.settings import PROJECT_DIR, Settings
from tests.guards import StandInGuard

EXPOSURES = yaml.safe_load((PROJECT_DIR / "models" / "exposures.yml").read_text("utf-8"))
EXPORTED: dict[str, dict[str, Any]] = {
    exposure["name"]: exposure
    for exposure in EXPOSURES["exposures"]
    if exposure["name"].startswith("export_")
}


def holds(settings: Settings, name: str) -> set[str]:
    """The marts that the files of an export really hold."""
    folder: Path = settings.current_link.resolve()
    if name in {"export_parquet", "export_csv"}:
        return {path.stem for path in (folder / EXPORTS[name]).iterdir()}
    if name == "export_datapackage":
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        return {resource["name"] for resource in package["resources"]}
    if name == "export_dcat":
        urls = (
            Graph()
            .parse(folder / "dcat.ttl")
            .objects(None, URIRef("http://www.w3.org/ns/dcat#downloadURL"))
        )
        return {Path(str(url)).stem for url in urls if str(url).endswith(".csv")}
    book = openpyxl.load_workbook(folder / "finsam.xlsx")
    shown = {row[2].value.split(".")[0] for row in book["Dataordlista"].iter_rows(min_row=2)}
    assert len(shown) == len(book.sheetnames) - 2  # all but the first sheet and the dictionary
    return shown | {"dim_rapport"}  # the first sheet lists its rows (test_excel)


@pytest.mark.parametrize("name", EXPORTED)
def test_an_export_holds_what_its_exposure_says(refreshed_home: Settings, name: str) -> None:
    said = {ref.removeprefix("ref('").removesuffix("')") for ref in EXPORTED[name]["depends_on"]}
    assert holds(refreshed_home, name) == said


def test_every_kind_of_file_in_a_publication_has_an_exposure(refreshed_home: Settings) -> None:
    assert set(EXPORTED) == set(EXPORTS)
    manifest = read_manifest(refreshed_home)
    assert manifest
    assert {export["kind"] for export in manifest["exports"]} == set(EXPORTS.values())
    for exposure in EXPORTED.values():
        assert exposure["maturity"] == "high"
        assert exposure["owner"]["name"]
        assert "Planned" not in exposure["description"]


def test_the_manifest_lists_every_file_with_rows_bytes_and_hash(refreshed_home: Settings) -> None:
    manifest = read_manifest(refreshed_home)
    assert manifest
    folder = refreshed_home.current_link.resolve()
    files = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"finsam.duckdb", "manifest.json"}
    }
    listed = {export["path"]: export for export in manifest["exports"]}
    assert listed.keys() == files
    for name, export in listed.items():
        assert export["bytes"] == (folder / name).stat().st_size
        assert export["sha256"] == manifest["hashes"][name]
        if export["mart"]:
            assert export["rows"] == manifest["tables"][f"marts.{export['mart']}"]


def test_an_export_without_an_exposure_is_an_error() -> None:
    with pytest.raises(KeyError, match="export_parquet"):
        export_specs({"exposures": {}})


def test_a_run_shows_each_export_as_made(copied_home: Settings) -> None:
    from dagster_pipelines.assets import publish as asset  # noqa: PLC0415
    from dagster_pipelines.assets.publish import build_publish  # noqa: PLC0415
    from dagster_pipelines.resources import Build, RefreshOptions  # noqa: PLC0415

    exposures = {
        name: {
            "name": name,
            "description": exposure["description"],
            "depends_on": {"nodes": ["model.finsam.rpt_insats"]},
        }
        for name, exposure in EXPORTED.items()
    }
    made = build_publish([], export_assets=export_specs({"exposures": exposures}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asset, "_require_green", lambda *_: None)
        result = dg.materialize(
            [made],
            resources={
                "build": Build(copied_home, RefreshOptions(full=True), {"code": "ny"}),
                "guard": StandInGuard(),
            },
        )
    manifest = read_manifest(copied_home)
    assert manifest and manifest["run_id"] == result.run_id
    events = {m.asset_key: m for m in result.asset_materializations_for_node("warehouse__finsam")}
    assert events.keys() == {PUBLISHED, *(dg.AssetKey(["warehouse", name]) for name in EXPORTED)}
    csv = events[dg.AssetKey(["warehouse", "export_csv"])].metadata
    marts = [rows for table, rows in manifest["tables"].items() if table.startswith("marts.")]
    assert csv["dagster/row_count"].value == sum(marts)
    assert len(csv["filer"].value) == len(marts)
