"""Versions behind one link: order, rollback, pruning, and warehouses from before there were any."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import small_warehouse
from benchmarks.small_warehouse import publish, seen
from dagster_pipelines import versions
from dagster_pipelines.history import changes
from dagster_pipelines.settings import Settings


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    settings = small_warehouse.create(tmp_path / "home")
    publish(settings, 0)
    return settings


def go_on(settings: Settings, generation: int) -> None:
    small_warehouse.build(settings, generation)
    publish(settings, generation)


def test_names_sort_by_order_of_publication_also_when_the_clock_goes_back(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Yesterday":
            return cls(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(versions, "datetime", Yesterday)
    for generation in (1, 2):
        go_on(small, generation)
    names = [folder.name for folder in versions.kept(small)]
    assert [name.rsplit("-", 1)[1] for name in names] == ["0", "1", "2"]
    assert len({name.split("-")[0] for name in names}) == 3
    assert seen(small) == 2


def test_so_many_earlier_versions_are_kept_and_never_the_present_one_removed(
    small: Settings,
) -> None:
    few = small.model_copy(update={"keep_versions": 2})
    for generation in range(1, 5):
        go_on(few, generation)
    assert [int(v.name.rsplit("-", 1)[1]) for v in versions.kept(few)] == [2, 3, 4]
    assert [e["version"].rsplit("-", 1)[1] for e in versions.journal(few)] == list("01234")


def test_rollback_goes_to_what_was_seen_before_and_forward_again(small: Settings) -> None:
    go_on(small, 1)
    bad = versions.current(small)
    assert seen(small) == 1
    versions.roll_back(small)
    assert seen(small) == 0
    assert versions.rejected_inputs(small) == [{"files": "1"}]
    small_warehouse.check_bytes(small)
    go_on(small, 2)
    assert versions.rejected_inputs(small) == []
    assert versions.roll_back(small).name.endswith("-0")  # not to the one rolled back from
    versions.roll_back(small, bad.name)
    assert seen(small) == 1
    with pytest.raises(versions.VersionError, match="already"):
        versions.roll_back(small, bad.name)
    with pytest.raises(versions.VersionError, match="no version finns-inte"):
        versions.roll_back(small, "finns-inte")


@pytest.mark.parametrize("name", ["finsam.duckdb", "finsam.xlsx", "csv/generation.csv"])
def test_a_damaged_version_is_not_rolled_back_to(small: Settings, name: str) -> None:
    first = versions.current(small)
    go_on(small, 1)
    with (first / name).open("r+b") as file:
        file.seek(5)
        file.write(b"skadad")
    with pytest.raises(versions.VersionError, match="damaged"):
        versions.roll_back(small)
    assert seen(small) == 1


def test_a_torn_line_in_the_journal_loses_only_itself(small: Settings) -> None:
    with small.versions_journal.open("a") as file:
        file.write('{"at": "2026-')
    go_on(small, 1)
    assert [entry["event"] for entry in versions.journal(small)] == ["published", "published"]
    assert len(versions.kept(small)) == 2


def flatten(settings: Settings) -> dict[str, bytes]:
    """The layout from before there were versions: plain files."""
    now = versions.current(settings)
    for name in versions.ENTRIES:
        (settings.warehouse_dir / name).unlink()
        (now / name).rename(settings.warehouse_dir / name)
    settings.current_link.unlink()
    shutil.rmtree(settings.versions_dir)
    plain = settings.published_manifest
    about = json.loads(plain.read_text(encoding="utf-8"))
    for later in ("version", "hashes", "exports", "documents", "decisions", "accepted_loss"):
        del about[later]
    plain.write_text(json.dumps(about), encoding="utf-8")
    return {name: (settings.warehouse_dir / name).read_bytes() for name in (
        "finsam.duckdb", "manifest.json", "parquet/generation.parquet", "csv/generation.csv",
        "finsam.xlsx", "datapackage.json", "dcat.ttl", "dcat.rdf")}  # fmt: skip


def test_a_warehouse_of_plain_files_becomes_the_first_version(small: Settings) -> None:
    plain = flatten(small)
    go_on(small, 1)
    first, _ = versions.kept(small)
    assert {name: (first / name).read_bytes() for name in plain} == plain
    small_warehouse.check_bytes(small)
    versions.roll_back(small)
    assert {name: (small.warehouse_dir / name).read_bytes() for name in plain} == plain


@pytest.mark.parametrize(
    "version", ["../../ute", "/tmp/ute", "20260101T000000.000000Z-../../../ute", "x", 7, {}]
)
def test_a_copied_manifest_leads_nowhere_else(small: Settings, version: object) -> None:
    flatten(small)
    about = json.loads(small.published_manifest.read_text(encoding="utf-8"))
    small.published_manifest.write_text(json.dumps({**about, "version": version}))
    outside = {path for path in small.home.parent.rglob("*") if "warehouse" not in path.parts}
    go_on(small, 1)
    assert seen(small) == 1
    assert {p for p in small.home.parent.rglob("*") if "warehouse" not in p.parts} == outside
    assert all(path.parent == small.versions_dir for path in versions.kept(small))


def test_a_version_from_before_there_were_exports_has_links_to_what_it_has(
    small: Settings,
) -> None:
    before = versions.current(small)
    later = set(versions.ENTRIES) - {"finsam.duckdb", "parquet", "manifest.json"}
    for name in later:
        path = before / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    about = json.loads((before / "manifest.json").read_text(encoding="utf-8"))
    about["hashes"] = {n: h for n, h in about["hashes"].items() if n.split("/")[0] not in later}
    (before / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    go_on(small, 1)
    assert all((small.warehouse_dir / name).exists() for name in versions.ENTRIES)
    versions.roll_back(small)
    there = {path.name for path in small.warehouse_dir.iterdir()}
    assert there == {"finsam.duckdb", "parquet", "manifest.json", "aktuell", "versioner"}
    go_on(small, 2)
    small_warehouse.check_bytes(small)
    assert seen(small) == 2


@pytest.mark.parametrize("stopped_at", range(0, 24, 6))
def test_an_interrupted_change_of_layout_is_finished_by_the_next(
    small: Settings, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    plain = flatten(small)
    flushes = 0

    def stopping(path: Path) -> None:
        nonlocal flushes
        flushes += 1
        if flushes > stopped_at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(versions, "flush", stopping)
        with pytest.raises(KeyboardInterrupt):
            versions.stage(small, "avbruten")
    assert small.published_db.read_bytes() == plain["finsam.duckdb"]
    assert small.published_manifest.read_bytes() == plain["manifest.json"]
    go_on(small, 1)
    assert seen(small) == 1
    small_warehouse.check_bytes(small)
    assert len(versions.kept(small)) == 2


def test_a_copy_whose_links_became_folders_is_made_whole(small: Settings, tmp_path: Path) -> None:
    go_on(small, 1)
    shutil.copytree(small.home, tmp_path / "kopia")  # follows the links
    copy = small_warehouse.settings_of(tmp_path / "kopia")
    assert not copy.current_link.is_symlink()
    go_on(copy, 2)
    assert seen(copy) == 2
    small_warehouse.check_bytes(copy)


def test_without_symbolic_links_the_error_says_so_and_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    settings = small_warehouse.create(tmp_path / "home")
    monkeypatch.setattr(os, "symlink", refused)
    with pytest.raises(OSError, match="no symbolic links; see finsam doctor"):
        publish(settings, 0)


def test_history_tells_what_changed_between_two(small: Settings) -> None:
    first = versions.current(small)
    from dagster_pipelines.database import open_build  # noqa: PLC0415

    report = small_warehouse.REPORT
    with open_build(small) as con:
        con.execute("update marts.fct_rapportfakta set value = 7 where line < 3")
        con.execute("update marts.fct_ekonomi set belopp_sek = 5")
        con.execute("delete from marts.fct_kostnad")
        con.execute(
            "insert into marts.dim_rapport values ('ny_2022-06-30_delar', 'ny', 'i karantän', "
            "null, 4)"
        )
        con.execute(
            "insert into marts.fct_rapportfakta select * replace (2000 as line) "
            "from marts.fct_rapportfakta where line = 9"
        )
        con.execute("insert into raw.fakta from raw.fakta limit 1")
        con.execute("update raw.leverans set antal_fakta = 1001")
        con.execute(
            "insert into marts.fct_kontroll (regel_id, report_id, utfall) "
            f"values ('BR1', '{report}', 'brott')"
        )
    publish(small, 1)
    found = changes(first, versions.current(small))
    assert [(r["report_id"], r["status_fore"], r["status_efter"]) for r in found.reports] == [
        ("ny_2022-06-30_delar", None, "i karantän")
    ]
    assert found.facts == [{"report_id": report, "nya": 1, "borta": 0, "andrade": 3}]
    amounts = {m: [(r["fore"], r["efter"]) for r in rows] for m, rows in found.amounts.items()}
    assert amounts == {"fct_ekonomi": [(0, 5)], "fct_kostnad": [(0, None)]}
    assert [(r["regel_id"], r["fore"], r["efter"]) for r in found.checks] == [("BR1", 0, 1)]
    assert not changes(first, first)
