"""Files from outside that mean harm, or were made by something broken: refused, and said so.

Belongs here: whole files and folders of them, and texts that pretend. What `finsam query` refuses
is in tests/dagster_pipelines/test_query_limits.py.
"""

import gzip
import hashlib
import io
import os
import resource
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from facts.helpers import REPORT as METADATA
from facts.helpers import csv_text, fact

from dagster_pipelines import inputs
from dagster_pipelines.documents import readings
from dagster_pipelines.extraction import document
from dagster_pipelines.facts.loader import FileOutcome, load
from dagster_pipelines.settings import PROJECT_DIR, Settings

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


def test_a_link_to_what_never_ends_is_not_read(home: Home) -> None:
    """/proc/kmsg, say, is a file to whoever asks, and reading it waits for ever."""
    os.mkfifo(home.settings.home / "ror")
    before = inputs.fingerprint(home.settings)
    outside = home.settings.home / "utanfor"
    outside.write_text("x")
    (home.landing / "a.txt").symlink_to(outside)
    (home.landing / "b.csv").symlink_to(home.settings.home / "ror")
    assert inputs.fingerprint(home.settings) == before


def test_a_document_whose_name_is_no_text_is_read(home: Home) -> None:
    from dagster_pipelines.documents import delivery  # noqa: PLC0415

    (home.landing / os.fsdecode(b"\xff\xfe.txt")).write_text("Inget av intresse.")
    found = readings.find(home.settings)
    assert readings.read_new(found, home.settings) == 1
    delivery.record(home.con, delivery.deliver(home.settings, found))
    assert home.con.execute("select fil from raw.dokument").fetchall() == [
        ("landing/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.txt",)
    ]


def test_what_is_shown_does_not_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.text import Text  # noqa: PLC0415

    from dagster_pipelines.cli.screen import err, out, table  # noqa: PLC0415

    evil = "a\x1b]0;x\x07\x1b[2J\x9b31m\u202eb"
    out().print(Text(evil))
    out().print(evil, markup=False)
    out().print(table("", ("k",), [(evil,)]))
    err().print(Text(evil))
    shown = "".join(capsys.readouterr())
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
    assert shown.count("]0;x") == 4


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


# --- bombs: small files that swell -------------------------------------------------------------

FEW = document.Limits(pages=50, scanned_pages=2, seconds=20, scan_seconds=20, memory_mb=700)


def swollen(size: int, unit: bytes) -> bytes:
    """`unit` over and over until `size`, in the few bytes that deflate needs for that."""
    packer = zlib.compressobj(9)
    first = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    return zlib.compress(first + again * (size // len(unit)) + packer.flush(), 9)


def pdf(
    content: bytes, *, box: str = "0 0 595 842", resources: str = "", more: bytes = b"",
    previous: bool = False,
) -> bytes:  # fmt: skip
    """A PDF of one page whose content is packed twice; `more` is its fifth object."""
    filters = "[/FlateDecode/FlateDecode]"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R"
        f"/Resources<<{resources}>>>>".encode(),
        f"<</Length {len(content)}/Filter{filters}>>stream\n".encode() + content
        + b"\nendstream",
        *([more] if more else []),
    ]  # fmt: skip
    written, places = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    loop = f"/Prev {len(written)}" if previous else ""
    return (
        written
        + (
            f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
            f"trailer<</Root 1 0 R/Size {len(places) + 1}{loop}>>\nstartxref\n{len(written)}\n%%EOF"
        ).encode()
    )


def packed(content: bytes) -> bytes:
    return zlib.compress(zlib.compress(content))


def image(data: bytes) -> bytes:
    return (
        (
            "<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8"
            f"/ColorSpace/DeviceRGB/Filter[/FlateDecode/FlateDecode]/Length {len(data)}>>stream\n"
        ).encode()
        + data
        + b"\nendstream"
    )


GIGABYTE = 1_000_000_000
BOMBS = {
    "a gigabyte of drawing": lambda: pdf(swollen(GIGABYTE, b"0 0 m 1 1 l S\n" * 75_000)),
    "a gigabyte of blanks": lambda: pdf(swollen(GIGABYTE, b" " * 1_000_000)),
    "text without end": lambda: pdf(
        swollen(GIGABYTE // 5, b"BT /F 1 Tf (aaaaaaaaaaaaaaaaaaaa) Tj ET\n" * 25_000),
        resources="/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>",
    ),
    "an image of ten gigabytes": lambda: pdf(
        packed(b"q 595 0 0 842 0 0 cm /I Do Q"), resources="/XObject<</I 5 0 R>>",
        more=image(swollen(GIGABYTE // 10, b"\0" * 1_000_000)),
    ),
    "a page of a thousand kilometres": lambda: pdf(
        packed(b"0 0 1e9 1e9 re f"), box="0 0 1000000000 1000000000"
    ),
    "a page of no size": lambda: pdf(packed(b"0 0 m 9 9 l S"), box="0 0 1e400 -1e400"),
    "a table that names itself": lambda: pdf(packed(b"0 0 m 9 9 l S"), previous=True),
    "pages of pages of pages": lambda: (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 40"
        b"/Kids[2 0 R 2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    ),
    "a drawing of itself": lambda: pdf(
        packed(b"/F Do"), resources="/XObject<</F 5 0 R>>",
        more=b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
        b"/Length 5>>stream\n/F Do\nendstream",
    ),
    "gzip by another name": lambda: gzip.compress(b"%PDF-1.4\n" + b"\0" * 10_000_000),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_pdf_that_swells_is_an_outcome(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(BOMBS[bomb]())
    assert path.stat().st_size < 1_000_000
    found = document.extract_document(path, FEW)
    assert found.outcome in ("för stor", "trasig", "tom", "ej rapport", "kräver ocr")
    assert found.message
    assert found.facts == []


READ_AND_TELL = """
import resource, sys
from pathlib import Path
from dagster_pipelines.extraction import document
if __name__ == "__main__":
    found = document.extract_document(Path(sys.argv[1]), document.Limits(memory_mb=700))
    print(found.outcome, "700 MB" in found.message,
          resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_is_what_stops_a_swelling_pdf(tmp_path: Path) -> None:
    """Were the limit not there, the reader would take gigabytes instead of failing.

    In a process of its own: the highest memory of children is that of all that it ever had.
    """
    path, script = tmp_path / "bomb.pdf", tmp_path / "read.py"
    path.write_bytes(BOMBS["a gigabyte of drawing"]())
    script.write_text(READ_AND_TELL, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, str(script), str(path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    outcome, limited, used = told.stdout.split()
    assert (outcome, limited) == ("trasig", "True")
    assert 30_000 < int(used) < 1_000_000  # kB


def test_a_text_that_takes_too_long_is_refused_and_tried_again_with_more_time(home: Home) -> None:
    home.put("lang.txt", "Resultaträkning\n" + "Summa   100   200   300\n" * 20_000)
    hurried = home.settings.model_copy(update={"document_seconds": 0.2})
    (found,) = readings.find(hurried)
    assert readings.read_new([found], hurried) == 1
    assert found.adopted is not None
    assert found.adopted.outcome == "för stor"
    assert "0.2 sekunder" in found.adopted.message
    assert readings.read_new([found], hurried) == 0
    (home.landing / "lang.txt").write_text("Inget av intresse.")
    patient = home.settings.model_copy(update={"document_seconds": 30})
    assert readings.read_new([found], patient) == 1


def test_a_document_that_our_reader_fails_on_stops_itself_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RecursionError("för djupt")

    path = home.put("a.txt", "Delårsrapport")
    monkeypatch.setattr(document, "extract_source", fails)
    found = document.extract_document(path)
    assert (found.outcome, "RecursionError" in found.message) == ("trasig", True)


def test_a_damaged_cached_reading_is_read_again(home: Home) -> None:
    home.put("a.txt", "Delårsrapport")
    (found,) = readings.find(home.settings)
    readings.read_new([found], home.settings)
    kept = found.folder / f"{readings.extractor_version()}.json"
    for damage in ("", "{", "[]", '{"facts": 1}', "\x00"):
        kept.write_text(damage)
        assert readings.read_new([found], home.settings) == 1
        assert found.adopted is not None


def parquet(rows: int, **columns: object) -> bytes:
    """Facts of which every row is the same, so that they take next to no room."""
    row = {**fact(), **columns}
    same = pa.array([0] * rows, pa.int32())
    texts = {name: pa.DictionaryArray.from_arrays(same, [text]) for name, text in row.items()}
    table = pa.table(texts)
    written = io.BytesIO()
    # as plain text to whoever reads it: the type that Arrow wrote it from is left out
    pq.write_table(table, written, compression="zstd", store_schema=False)
    return written.getvalue()


def test_parquet_of_too_many_rows_is_refused_before_it_is_unpacked(home: Home) -> None:
    bomb = parquet(1_100_000)
    assert len(bomb) < 500_000
    home.put("a.parquet", bomb)
    (outcome,) = home.load()
    assert outcome.utfall == "avvisad"
    assert "1100000 rader" in outcome.meddelande
    assert "FINSAM_MAX_FILE_ROWS" in outcome.meddelande


def test_parquet_that_says_one_long_text_in_every_row_is_refused(home: Home) -> None:
    bomb = parquet(20_000, note="x" * 100_000)
    assert len(bomb) < 500_000
    home.put("a.parquet", bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (outcome,) = home.load()
    assert outcome.utfall == "avvisad"
    assert "2002 MB när den packas upp" in outcome.meddelande
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kB


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_text_of_too_many_lines_is_refused(home: Home, suffix: str) -> None:
    home.put(f"a{suffix}", csv_text([fact()]) + "\n" * 1_000_001)
    (outcome,) = home.load()
    assert "gränsen är 1000000" in outcome.meddelande


LONG = "x" * 20_000_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", lambda: csv_text([fact(note=LONG)])),
        ("a.csv", lambda: csv_text([fact()]) + LONG),
        ("a.csv", lambda: csv_text([fact(note=LONG)]).encode() + b"\xe5"),
        ("a.csv", lambda: f'"{LONG}'),
        ("a.jsonl", lambda: f'{{"note": "{LONG}"}}'),
        ("a.jsonl", lambda: f'{{"value": {"9" * 1_000_000}}}'),
    ],
)
def test_a_row_without_end_is_refused_or_rejected(
    home: Home, name: str, content: Callable[[], bytes | str]
) -> None:
    home.put(name, content())
    (outcome,) = home.load()
    assert outcome.utfall in ("avvisad", "inläst")
    assert len(outcome.meddelande) < 2_000


def test_metadata_given_by_hand_that_cannot_be_read_stops_no_document(home: Home) -> None:
    from dagster_pipelines.documents import delivery  # noqa: PLC0415

    home.put("a.txt", "Inget av intresse.")
    found = readings.find(home.settings)
    readings.read_new(found, home.settings)
    for content in ("Örebro".encode("cp1252"), b"report_id\n" + b"x" * 200_000):
        (home.settings.data_dir / "rapporter.csv").write_bytes(content)
        assert [row["utfall"] for row in delivery.deliver(home.settings, found).documents]
