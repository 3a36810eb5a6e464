"""A mart of many rows: a folder of one file per förbund, in every place that speaks of files."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import validate
from rdflib import Graph

from dagster_pipelines import carry
from dagster_pipelines.exports import Export, tables
from dagster_pipelines.exports import marts as described
from dagster_pipelines.exports.marts import Mart
from dagster_pipelines.publish import LossError, publish
from dagster_pipelines.settings import Settings
from tests.homes import built

LARGE = "fct_rapportfakta"


@pytest.fixture(scope="module")
def divided(
    refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The shipped reports published as if two hundred rows were many."""
    settings = built(refreshed_home, tmp_path_factory.mktemp("delad"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(described, "WHOLE_ROWS", 200)
        publish(settings, run_id="delad", inputs={}, seconds={})
    yield settings
    shutil.rmtree(settings.home)


def folders(settings: Settings, kind: str) -> set[str]:
    return {path.name for path in (settings.warehouse_dir / kind).iterdir() if path.is_dir()}


def test_only_large_marts_are_divided_and_nothing_is_in_two_places(divided: Settings) -> None:
    assert folders(divided, "parquet") == folders(divided, "csv") == {LARGE, "fct_kontroll"}
    assert not (divided.warehouse_dir / "parquet" / f"{LARGE}.parquet").exists()


@pytest.mark.parametrize(("kind", "read"), [("parquet", "read_parquet"), ("csv", "read_csv")])
def test_the_files_together_are_the_mart(divided: Settings, kind: str, read: str) -> None:
    for mart in folders(divided, kind):
        files = divided.warehouse_dir / kind / mart / f"*.{kind}"
        with duckdb.connect(divided.published_db.resolve(), read_only=True) as con:
            per_forbund = con.execute(
                f"select parse_filename(filename, true), count(*) "
                f"from {read}('{files}', filename = true) "
                "where forbund_id = parse_filename(filename, true) group by all order by all"
            ).fetchall()
            assert (
                per_forbund
                == con.execute(
                    f"select forbund_id, count(*) from marts.{mart} group by all order by all"
                ).fetchall()
            )
            if kind == "parquet":
                sides = f"from '{files}'", f"from marts.{mart}"
                for left, right in (sides, sides[::-1]):
                    assert con.execute(f"({left}) except all ({right})").fetchall() == []


def test_the_rows_of_each_file_are_in_order(divided: Settings) -> None:
    """They are not sorted when they are written, since those of the database already are."""
    with duckdb.connect(divided.published_db.resolve(), read_only=True) as con:
        for mart in described.read_marts(con):
            for file in (divided.warehouse_dir / "parquet" / mart.name).glob("*.parquet"):
                stands = con.execute(f"from '{file}'").fetchall()
                assert stands == con.execute(f"from '{file}' order by {mart.in_order}").fetchall()


def test_a_part_is_found_by_its_place_where_its_rows_lie_together() -> None:
    """And by its name where they do not, as after a report has been added to a förbund's others."""
    with duckdb.connect() as con:
        con.execute("create schema marts; create table marts.fct (forbund_id varchar, rad integer)")
        con.execute("insert into marts.fct values ('a', 1), ('a', 2), ('b', 3), ('b', 4), ('a', 5)")
        lies = tables._where_parts_lie(con, Mart("fct", [], 5, parts={"a": ["a"], "b": ["b"]}))
        assert lies == {
            "a": (3, "where forbund_id in ('a')"), "b": (2, "where rowid between 2 and 3"),
        }  # fmt: skip
        for part, (_, where) in lies.items():
            assert con.execute(f"select distinct forbund_id from marts.fct {where}").fetchall() == [
                (part,)
            ]


def test_of_many_forbund_those_that_begin_alike_share_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(described, "MOST_PARTS", 3)
    few = ["motala", "sofint", "vasteras"]
    assert described.divided(few) == {each: [each] for each in few}
    many = ["vara", "vasteras", "vastra", *few[:2]]
    shared = {"mo": ["motala"], "so": ["sofint"], "va": ["vara", "vasteras", "vastra"]}
    assert described.divided(sorted(many)) == shared
    assert described.divided([]) == {}
    later = described.divided(sorted([*many, "vaxjo"]))
    assert {name: each for name, each in later.items() if name != "va"} == {
        name: each for name, each in shared.items() if name != "va"
    }


def test_shared_files_hold_all_rows_in_order_and_are_linked_while_none_of_them_changes(
    refreshed_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(described, "WHOLE_ROWS", 200)
    monkeypatch.setattr(described, "MOST_PARTS", 3)
    settings = built(refreshed_home, tmp_path)
    publish(settings, run_id="delad", inputs={}, seconds={})
    before = settings.current_link.resolve()
    files = before / "parquet" / LARGE
    assert {file.stem for file in files.iterdir()} == {"leke", "sofi", "vast"}
    with duckdb.connect(before / "finsam.duckdb", read_only=True) as con:
        sides = f"from '{files}/*.parquet'", f"from marts.{LARGE}"
        for left, right in (sides, sides[::-1]):
            assert con.execute(f"({left}) except all ({right})").fetchall() == []
        [mart] = [each for each in described.read_marts(con) if each.name == LARGE]
        shared = f"from '{files}/vast.parquet'"
        assert con.execute(f"select distinct forbund_id {shared} order by 1").fetchall() == [
            ("vasteras",), ("vastra-ostergotland",),
        ]  # fmt: skip
        in_order = f"{shared} order by forbund_id, {mart.in_order}"
        assert con.execute(shared).fetchall() == con.execute(in_order).fetchall()

    with duckdb.connect(settings.build_db) as con:
        con.execute("update intermediate.int_leverans set andrad = forbund_id = 'vasteras'")
        con.execute(
            f"update marts.{LARGE} set note = 'läst igen' "
            "where fakta_key = (select min(fakta_key) from marts.fct_rapportfakta "
            "where forbund_id = 'vasteras')"
        )
    (settings.build_dir / carry.PENDING).touch()
    publish(settings, run_id="vidare", inputs={}, seconds={})
    now = settings.current_link.resolve() / "parquet" / LARGE
    same = {file.stem for file in now.iterdir() if file.samefile(files / file.name)}
    assert same == {"leke", "sofi"}
    with duckdb.connect() as con:
        changed = f"from '{now}/vast.parquet'"
        assert con.execute(f"select count(*) {changed} where note = 'läst igen'").fetchall() == [
            (1,)
        ]
        in_order = f"{changed} order by forbund_id, {mart.in_order}"
        assert con.execute(changed).fetchall() == con.execute(in_order).fetchall()


def test_the_data_package_is_valid_and_names_every_file(divided: Settings) -> None:
    folder = divided.current_link.resolve()
    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]
    resources = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    named = {
        path
        for resource in resources
        for path in ([resource["path"]] if isinstance(resource["path"], str) else resource["path"])
    }
    assert named == {str(path.relative_to(folder)) for path in (folder / "csv").rglob("*.csv")}


def test_a_fault_in_a_later_file_is_found(divided: Settings, tmp_path: Path) -> None:
    folder = divided.current_link.resolve()
    shutil.copytree(folder / "csv", tmp_path / "csv")
    package = Path(shutil.copy(folder / "datapackage.json", tmp_path))
    file = sorted((tmp_path / "csv" / LARGE).iterdir())[-1]
    text = file.read_text("utf-8")
    file.unlink()  # it is a link to what is published
    file.write_text(text.replace(",20", ",x20"), "utf-8")
    assert "type-error" in {error for (error,) in validate(str(package)).flatten(["type"])}


def test_the_manifest_and_the_catalogue_list_every_file(divided: Settings) -> None:
    folder = divided.current_link.resolve()
    there = {
        str(path.relative_to(folder))
        for kind in ("parquet", "csv")
        for path in (folder / kind).rglob(f"*.{kind}")
    }
    exports = json.loads((folder / "manifest.json").read_text("utf-8"))["exports"]
    listed = [export for export in exports if export["kind"] in ("parquet", "csv")]
    assert {export["path"] for export in listed} == there
    facts = [e["rows"] for e in listed if e["mart"] == LARGE and e["kind"] == "parquet"]
    with duckdb.connect(folder / "finsam.duckdb", read_only=True) as con:
        assert [(sum(facts),)] == con.execute(f"select count(*) from marts.{LARGE}").fetchall()
    graph = Graph().parse(folder / "dcat.ttl")
    downloads = "http://www.w3.org/ns/dcat#downloadURL"
    urls = {str(o) for _, p, o in graph if str(p) == downloads}
    assert {f"{divided.public_url}{name}" for name in there} <= urls


def test_a_lost_forbund_and_a_damaged_file_are_noticed(divided: Settings) -> None:
    """Loss is told by the files of every förbund, and by none that is not as it was published."""
    with duckdb.connect(divided.build_db) as con:
        gone = "where forbund_id = 'vasteras'"
        con.execute(f"create table borta as from marts.{LARGE} {gone}")
        con.execute(f"delete from marts.{LARGE} {gone}")
    try:
        with pytest.raises(LossError):
            publish(divided, run_id="forlust", inputs={}, seconds={})
    finally:
        with duckdb.connect(divided.build_db) as con:
            con.execute(f"insert into marts.{LARGE} from borta")
            con.execute("drop table borta")
    damaged = divided.current_link.resolve() / "parquet" / LARGE / "vasteras.parquet"
    kept = damaged.read_bytes()
    damaged.unlink()
    try:
        with pytest.raises(LossError, match="cannot be read to compare"):
            publish(divided, run_id="skadad", inputs={}, seconds={})
    finally:
        damaged.write_bytes(kept)


def test_one_file_that_cannot_be_written_is_told(
    divided: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several are written at a time, and what one thread meets is not lost."""
    sick = "parquet/fct_kontroll/sofint.parquet"

    def write(con: Any, mart: Mart, rows: str, staged: Path, exports: list[Export]) -> list[Export]:
        if exports[0].path == sick:
            raise duckdb.IOException(f"{sick}: No space left on device")
        return real(con, mart, rows, staged, exports)

    real = tables._write
    monkeypatch.setattr(tables, "_write", write)
    monkeypatch.setattr(described, "WHOLE_ROWS", 200)
    with duckdb.connect(divided.published_db.resolve(), read_only=True) as con:
        marts = described.read_marts(con)
        with pytest.raises(duckdb.IOException, match=sick):
            tables.write_tables(con, marts, tmp_path)


@pytest.fixture(scope="module")
def large(refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The shipped reports published as if nine hundred rows were too many for CSV."""
    settings = built(refreshed_home, tmp_path_factory.mktemp("stor"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(described, "WHOLE_ROWS", 200)
        patch.setattr(described, "CSV_ROWS", 900)
        publish(settings, run_id="stor", inputs={}, seconds={})
    yield settings
    shutil.rmtree(settings.home)


def test_a_large_mart_has_every_row_no_index_and_at_last_no_csv(large: Settings) -> None:
    folder = large.current_link.resolve()
    assert folders(large, "parquet") - folders(large, "csv") == {LARGE}
    assert not list((folder / "csv").glob(f"{LARGE}*"))
    with duckdb.connect(folder / "finsam.duckdb", read_only=True) as con:
        keyed = con.execute(
            "select table_name from duckdb_constraints() "
            "where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        [(rows, keys)] = con.execute(
            f"select count(*), count(distinct fakta_key) from marts.{LARGE}"
        ).fetchall()
        in_files = con.execute(
            f"select count(*) from '{folder}/parquet/{LARGE}/*.parquet'"
        ).fetchall()
    assert set(keyed).isdisjoint({(LARGE,), ("fct_kontroll",)})
    assert ("fct_ekonomi",) in keyed
    assert rows == keys > 900
    assert in_files == [(rows,)]


def test_no_description_speaks_of_csv_files_that_are_not_there(large: Settings) -> None:
    folder = large.current_link.resolve()
    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]
    resources = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    assert LARGE not in {resource["name"] for resource in resources}
    graph = Graph().parse(folder / "dcat.ttl")
    urls = {str(o) for _, p, o in graph if str(p).endswith("#downloadURL")}
    assert not [url for url in urls if f"csv/{LARGE}" in url]
    assert [url for url in urls if f"parquet/{LARGE}" in url]


def test_a_large_mart_is_carried_on_as_any_other(
    large: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has changed, so nothing of it is written again, index or not."""
    monkeypatch.setattr(described, "WHOLE_ROWS", 200)
    monkeypatch.setattr(described, "CSV_ROWS", 900)
    before = large.current_link.resolve()
    with duckdb.connect(large.build_db) as con:
        con.execute("update intermediate.int_leverans set andrad = false")
    (large.build_dir / carry.PENDING).touch()
    publish(large, run_id="vidare", inputs={}, seconds={})
    files = sorted((before / "parquet" / LARGE).iterdir())
    now = large.current_link.resolve()
    assert now != before
    assert files
    assert all((now / "parquet" / LARGE / file.name).samefile(file) for file in files)
