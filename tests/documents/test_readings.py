"""Documents are read once per extractor version, and nothing changes because code did."""

import pytest

from dagster_pipelines.documents import readings
from dagster_pipelines.extraction import many
from dagster_pipelines.inputs import fingerprint


@pytest.fixture
def reads(monkeypatch):
    """The names of the documents that the extractor was given."""
    given = []
    original = many.extract_many

    def spy(paths, **options):
        given.extend(path.name for path in paths)
        return original(paths, workers=1, **options)

    monkeypatch.setattr(many, "extract_many", spy)
    return given


def version(monkeypatch, name):
    monkeypatch.setattr(readings, "extractor_version", lambda: name)


def test_a_new_document_does_not_make_the_others_read_again(home, report, reads):
    assert readings.read_new(readings.find(home), home) == 1
    (home.landing_dir / "annan.md").write_text("Inget av intresse.", encoding="utf-8")
    assert readings.read_new(readings.find(home), home) == 1
    assert readings.read_new(readings.find(home), home) == 0
    assert reads == ["rapport.txt", "annan.md"]


def test_the_same_content_under_two_names_is_read_once(home, report, reads):
    (home.landing_dir / "kopia.txt").write_bytes(report.read_bytes())
    assert readings.read_new(readings.find(home), home) == 1


def test_the_original_is_kept(home, report):
    content = report.read_bytes()
    (document,) = readings.find(home)
    report.unlink()
    assert (document.folder / "original.txt").read_bytes() == content


def test_hidden_foreign_and_linked_files_are_no_documents(home, report, tmp_path):
    (home.landing_dir / ".dold.txt").write_text("x", encoding="utf-8")
    (home.landing_dir / "tal.csv").write_text("x", encoding="utf-8")
    outside = tmp_path / "utanfor.txt"
    outside.write_text("x", encoding="utf-8")
    (home.landing_dir / "lank.txt").symlink_to(outside)
    assert [d.fil for d in readings.find(home)] == ["landing/rapport.txt"]


def test_a_version_that_reads_the_same_takes_over_silently(home, report, monkeypatch):
    version(monkeypatch, "1")
    readings.read_new(readings.find(home), home)
    version(monkeypatch, "2")
    readings.read_new(readings.find(home), home)
    (document,) = readings.find(home)
    assert document.adopted.version == "2"
    assert document.waiting is None


def test_a_version_that_reads_otherwise_waits_for_a_person(home, report, monkeypatch):
    version(monkeypatch, "1")
    readings.read_new(readings.find(home), home)
    version(monkeypatch, "2")
    original = many.extract_document

    def otherwise(path, limits):
        extraction = original(path, limits)
        cash = next(f for f in extraction.facts if f["post_code"] == "kassa_och_bank")
        cash["value"] += 1
        return extraction

    monkeypatch.setattr(many, "extract_document", otherwise)
    readings.read_new(readings.find(home), home)
    (document,) = readings.find(home)
    assert document.adopted.version == "1"
    (difference,) = readings.differences(document.adopted, document.waiting)
    assert difference.kind == "ändrad"
    assert (difference.old["value"], difference.new["value"]) == ("2563482", "2563483")
    before = fingerprint(home)
    assert readings.adopt_waiting(home, [document]) == [document]
    assert document.adopted.version == "2"
    assert document.waiting is None
    assert fingerprint(home) != before, "the next refresh must see what was adopted"
