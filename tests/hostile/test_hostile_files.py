"""Files from outside that mean harm, or were made by something broken: refused, and said so.

Belongs here: whole files and folders of them, and texts that pretend. What `finsam query` refuses
is in tests/dagster_pipelines/test_query_limits.py.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb
import pytest
from facts.helpers import REPORT as METADATA
from facts.helpers import csv_text, fact

from dagster_pipelines import inputs
from dagster_pipelines.documents import readings
from dagster_pipelines.extraction import document
from dagster_pipelines.facts.loader import FileOutcome, load
from dagster_pipelines.settings import Settings

SIZE = 10_000_000_000


class Home:
    """A landing folder and a database of its own."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, data_dir=home / "data")
        self.landing = self.settings.landing_dir
        self.landing.mkdir()
        self.settings.data_dir.mkdir()
        self.con = duckdb.connect()

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.landing / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self) -> list[FileOutcome]:
        return load(self.con, [("landing", self.landing)], self.settings)

    def facts(self) -> list[tuple]:
        return self.con.execute(
            "select label, printed, note from raw.fakta order by line"
        ).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.con.close()


def sparse(path: Path) -> Path:
    """10 GB of nothing that take no room on the disk."""
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


@pytest.fixture
def nothing_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a large file fails the test: its size must be enough."""
    digest = hashlib.file_digest

    def small(file: BinaryIO, name: str) -> object:
        assert os.fstat(file.fileno()).st_size < SIZE, f"{file} was read"
        return digest(file, name)

    monkeypatch.setattr("hashlib.file_digest", small)


@pytest.mark.usefixtures("nothing_is_hashed")
def test_ten_gigabytes_are_refused_unread(home: Home) -> None:
    sparse(home.landing / "stor.csv")
    for expected in ("avvisad", "oförändrad"):
        (outcome,) = home.load()
        assert outcome.utfall == expected
        assert "större än 512 MB" in outcome.meddelande
        assert "FINSAM_MAX_FILE_MB" in outcome.meddelande
    before = inputs.fingerprint(home.settings)["files"]
    sparse(home.landing / "till.csv")
    assert inputs.fingerprint(home.settings)["files"] != before


@pytest.mark.usefixtures("nothing_is_hashed")
def test_a_document_of_ten_gigabytes_is_refused_unread(home: Home) -> None:
    sparse(home.landing / "stor.pdf")
    (found,) = readings.find(home.settings)
    assert readings.read_new([found], home.settings) == 1
    assert found.adopted is not None
    assert found.adopted.outcome == "för stor"
    assert "256 MB" in found.adopted.message
    assert list(found.folder.glob("original*")) == []


def test_a_pdf_that_swells_is_refused_by_its_pages(tmp_path: Path) -> None:
    """A small file that names one page tens of thousands of times."""
    count = 20_000
    kids = b"3 0 R " * count
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count "
        + str(count).encode() + b"/Kids[" + kids + b"]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )  # fmt: skip
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(body)
    found = document.extract_document(bomb)
    assert found.outcome in ("för stor", "trasig")
    assert found.facts == []


def test_a_pipe_and_other_things_that_are_no_files_are_passed_over(home: Home) -> None:
    """Opening a FIFO would wait for ever."""
    for name in ("ror.csv", "ror.pdf"):
        os.mkfifo(home.landing / name)
    (home.landing / "mapp.csv").mkdir()
    assert home.load() == []
    assert readings.find(home.settings) == []
    assert inputs.landing_snapshot(home.settings) == ""
    assert inputs.fingerprint(home.settings)


def test_links_that_lead_out_are_nobodys_delivery(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "utanfor.csv"
    outside.write_text(csv_text([fact()]), "utf-8")
    (tmp_path / "utanfor.txt").write_text("hemligt")
    (home.landing / "lank.csv").symlink_to(outside)
    (home.landing / "lank.txt").symlink_to(tmp_path / "utanfor.txt")
    (home.landing / "runt").symlink_to(home.landing)
    (home.landing / "brusten.csv").symlink_to(tmp_path / "finns inte")
    assert home.load() == []
    assert readings.find(home.settings) == []


def test_a_file_without_permission_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.put("last.csv", csv_text([fact()]))
    home.put("last.txt", "Delårsrapport")
    home.put("oppen.csv", csv_text([fact(line="11")]))
    opened = Path.open

    def closed(self: Path, *arguments: object, **options: object) -> object:
        if self.stem == "last":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", closed)
    assert [(o.fil, o.utfall) for o in home.load()] == [
        ("landing/last.csv", "uppskjuten"),
        ("landing/oppen.csv", "inläst"),
    ]
    (found,) = readings.find(home.settings)
    assert list(found.folder.glob("original*")) == []
    monkeypatch.undo()
    assert [o.utfall for o in home.load()] == ["inläst", "oförändrad"]


def test_thousands_of_empty_files_are_all_refused(home: Home) -> None:
    for number in range(500):
        (home.landing / f"{number}.csv").touch()
    assert {o.utfall for o in home.load()} == {"avvisad"}
    assert {o.utfall for o in home.load()} == {"oförändrad"}
    assert home.con.execute("select count(*) from raw.inlasning").fetchall() == [(500,)]


FORMULAS = ("=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "=HYPERLINK(1)")
SQL = (
    "'; drop table raw.fakta; --",
    '"; delete from raw.leverans; --',
    "$1",
    "?",
    "{{ ref('x') }}",
)


@pytest.mark.parametrize("text", [*FORMULAS, *SQL])
def test_a_text_is_stored_as_it_is_and_never_run(home: Home, text: str) -> None:
    home.put("a.csv", csv_text([fact(label=text, printed=text, note=text)]))
    (outcome,) = home.load()
    assert outcome.utfall == "inläst", outcome.meddelande
    assert home.facts() == [(text, text, text)]


@pytest.mark.parametrize(
    "name",
    ["'; drop table raw.fakta; --.csv", "a..%2f..%2fetc.csv", "a\nb.csv", "=cmd|calc.csv",
     "\u202egpj.csv", "-rf.csv", "$(reboot).csv", "a" * 200 + ".csv", "å ä ö.csv"],
)  # fmt: skip
def test_a_file_name_is_only_a_name(home: Home, name: str) -> None:
    home.put(name, csv_text([fact()]))
    (outcome,) = home.load()
    assert (outcome.fil, outcome.utfall) == (f"landing/{name}", "inläst")
    kept = [path for path in home.settings.evidence_dir.rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [f"{outcome.sha256}.csv"]


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..\\..\\x", "a\x01b"])
def test_a_source_file_is_never_opened(home: Home, name: str) -> None:
    """The document's name is what a person reads; nothing is looked up by it."""
    home.put("rapporter.csv", csv_text([METADATA | {"source_file": name}]))
    (outcome,) = home.load()
    assert outcome.utfall == ("avvisad" if "\x01" in name else "inläst")


LOOKALIKES = {
    "report_id": "s\u043efint_2024-06-30_delar",  # Cyrillic о
    "post_code": "peri\u043edens_resultat",
    "statement": "result\u0430trakning",  # Cyrillic а
    "scenario": "utf\u0430ll",
    "unit": "SE\u041a",  # Cyrillic К
    "value": "１２３",  # full width
    "line": "１０",
    "period_end": "2024‐06‐30",  # hyphens that are no minus
    "label": "Periodens\u200b resultat",  # zero width
    "insats": "\u202emaetgnihcaoC",  # turned direction
    "printed": "-3\ufeff 005",
    "note": "dolt\u2066här",
    "insatstyp": "administration\u200d",
}


@pytest.mark.parametrize("column", LOOKALIKES)
def test_what_only_looks_right_is_rejected(home: Home, column: str) -> None:
    home.put("a.csv", csv_text([fact(line="9"), fact(**{column: LOOKALIKES[column]})]))
    (outcome,) = home.load()
    assert (outcome.utfall, outcome.avvisade) == ("delvis avvisad", 1)
    assert f"kolumn {column}:" in outcome.meddelande


ABSURD = {
    "value": ("1e400", "NaN", "inf", "-9" * 40, "0x10", "1_000", "٣", "--1", "1,000,000"),
    "period_end": ("9999-12-31", "0000-00-00", "2024-02-30", "0001-01-01", "24-06-30", "Infinity"),
    "period_start": ("1800-01-01", "2024-13-01", "2099-01-01"),
    "line": ("0", "-1", "99999999999999999999", "1.5", "NaN"),
    "page": ("-1", "1e9"),
}


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in ABSURD.items() for value in values]
)
def test_absurd_numbers_and_dates_are_rejected(home: Home, column: str, value: str) -> None:
    home.put("a.csv", csv_text([fact(line="9"), fact(**{column: value})]))
    (outcome,) = home.load()
    assert (outcome.utfall, outcome.avvisade) == ("delvis avvisad", 1), outcome
    assert len(home.facts()) == 1


@pytest.mark.parametrize(
    "content",
    [
        csv_text([fact()]).encode() + "Ärende".encode("cp1252"),
        csv_text([fact(label="å")]).encode("utf-16"),
        csv_text([fact()]).encode().replace(b"Periodens", b"Peri\0dens"),
        b"\xff\xfe\x00\x00" * 100,
        b"PK\x03\x04" + b"\0" * 1000,
        b"\x1f\x8b\x08" + b"\0" * 100,
        b'"' * 100_000,
        b"report_id," * 50_000,
    ],
    ids=["mixed", "utf-16", "nul", "utf-32", "zip", "gzip", "quotes", "columns"],
)
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_bytes_that_are_no_table_are_refused_whole(home: Home, content: bytes, suffix: str) -> None:
    home.put(f"a{suffix}", content)
    (outcome,) = home.load()
    assert outcome.utfall == "avvisad"
    assert outcome.meddelande.startswith(f"landing/a{suffix}")
    assert home.facts() == []


def test_json_that_nests_without_end_is_refused(home: Home) -> None:
    home.put("a.jsonl", '{"report_id":' + "[" * 100_000 + "]" * 100_000 + "}")
    (outcome,) = home.load()
    assert outcome.utfall == "avvisad"
