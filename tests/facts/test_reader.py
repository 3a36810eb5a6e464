"""The formats and dialects that are read, and every file that is refused as a whole."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dagster_pipelines.facts.kontrakt import kontrakt
from dagster_pipelines.facts.reader import FileRefused, Table, list_files, read
from dagster_pipelines.facts.validate import validate

from .helpers import FACT, REGISTER, REPORT, csv_text, fact, facts

NAMES = kontrakt("fakta").names


def refused(name: str, data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(name, data)
    return caught.value


def rows(table: Table) -> list[dict[str, str]]:
    """Rows as text, empty cells as empty text."""
    return table.frame.drop("rad").fill_null("").to_dicts()


def accepted(table: Table) -> pl.DataFrame:
    judged = validate(table.frame, table.kontrakt, REGISTER, decimal=table.decimal)
    assert judged.rejected.is_empty(), judged.rejected
    return judged.accepted


# --- CSV --------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_dialects_say_the_same(bom: bytes, newline: str, delimiter: str) -> None:
    wanted = [fact(label="Kostnader, insatser; övriga", note='han sa "ja"'), fact(line="11")]
    table = read("x.CSV", bom + csv_text(wanted, delimiter, newline).encode())
    assert rows(table) == wanted
    assert table.frame["rad"].to_list() == [2, 3]
    assert table.kontrakt.slag == "fakta"


@pytest.mark.parametrize("hint", ["sep=;\r\n", "SEP=;\n"])
def test_the_separator_line_of_excel_is_not_a_row(hint: str) -> None:
    table = read("x.csv", (hint + csv_text(facts(1), ";")).encode())
    assert table.frame["rad"].to_list() == [3]


def test_swedish_excel_writes_decimal_commas() -> None:
    wanted = [fact(value="1234,5"), fact(line="11", value="-3005")]
    table = read("x.csv", csv_text(wanted, ";").encode())
    assert table.decimal == ","
    assert accepted(table)["value"].to_list() == [Decimal("1234.5"), Decimal(-3005)]


def test_semicolons_with_decimal_points_are_read_as_points() -> None:
    table = read("x.csv", csv_text([fact(value="1234.5")], ";").encode())
    assert accepted(table)["value"].to_list() == [Decimal("1234.5")]


def test_line_numbers_survive_line_breaks_inside_quotes_and_blank_lines() -> None:
    text = csv_text([fact(note="ett\ntvå\r\ntre"), fact(line="11")])
    table = read("x.csv", (text + "\n\n" + csv_text([fact(line="12")]).split("\n")[1]).encode())
    assert table.frame["rad"].to_list() == [2, 5, 8]
    assert table.frame["note"][0] == "ett\ntvå\ntre"


def test_optional_columns_may_be_left_out_and_columns_may_stand_in_any_order() -> None:
    required = {name: FACT[name] for name in reversed(kontrakt("fakta").required)}
    table = read("x.csv", csv_text([required]).encode())
    assert table.frame.columns == ["rad", *NAMES]
    assert accepted(table)["insats"].to_list() == [None]


def test_rows_without_content_are_not_rows() -> None:
    text = csv_text(facts(2), ";") + ";" * (len(NAMES) - 1) + "\n"
    assert read("x.csv", text.encode()).frame.height == 2


def test_a_report_file_is_known_by_its_header() -> None:
    table = read("vad som helst.csv", csv_text([REPORT]).encode())
    assert table.kontrakt.slag == "rapporter"


def test_windows_1252_is_refused_with_line_column_and_how_to_save() -> None:
    text = csv_text([fact(), fact(line="11", label="Förbundets kostnader")])
    fault = refused("x.csv", text.encode("cp1252"))
    assert (fault.rad, fault.kolumn) == (3, "label")
    assert "Windows-1252" in str(fault)
    assert "CSV UTF-8" in str(fault)


def test_windows_1252_after_a_separator_line_names_the_right_column() -> None:
    text = "sep=;\n" + csv_text([fact(label="Förbundets kostnader")], ";")
    fault = refused("x.csv", text.encode("cp1252"))
    assert (fault.rad, fault.kolumn) == (3, "label")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_refused(encoding: str) -> None:
    assert "sparad som UTF-16" in str(refused("x.csv", csv_text(facts(1)).encode("utf-16")))
    fault = refused("x.csv", csv_text(facts(1)).encode("utf-16-le"))  # no mark: nul characters
    assert "nolltecken" in str(fault)


def test_a_nul_character_is_refused_with_its_place() -> None:
    text = csv_text([fact(), fact(line="11", label="Res\0ultat")])
    fault = refused("x.csv", text.encode())
    assert (fault.rad, fault.kolumn) == (3, "label")


def test_an_unterminated_quote_is_refused_with_its_place() -> None:
    text = csv_text([fact(), fact(line="11", label="a, b"), fact(line="12")])
    fault = refused("x.csv", text.replace('"a, b"', '"a, b').encode())
    assert (fault.rad, fault.kolumn, fault.slag) == (3, "label", "fakta")
    assert "Citattecknen" in str(fault)


def test_a_quote_in_the_middle_of_a_field_is_refused() -> None:
    text = csv_text([fact(label="LABEL"), fact(line="11")]).replace("LABEL", 'det "s k" resultatet')
    fault = refused("x.csv", text.encode())
    assert (fault.rad, fault.kolumn) == (2, "label")


def test_a_file_cut_off_in_a_row_is_refused() -> None:
    text = csv_text(facts(3))
    fault = refused("x.csv", text[: text.rindex("verified")].encode())
    assert fault.rad == 4
    assert fault.kolumn == "note"
    assert "kopiera" in str(fault)


def test_a_file_cut_off_inside_quotes_is_refused() -> None:
    text = csv_text([fact(), fact(line="11", note="ett\ntvå, tre")])
    fault = refused("x.csv", text[: text.rindex("tre")].encode())
    assert (fault.rad, fault.kolumn) == (3, "note")


def test_a_comma_too_many_is_refused_with_its_line() -> None:
    lines = csv_text(facts(3)).split("\n")
    lines[2] = lines[2].replace("Periodens resultat", "Periodens, resultat")
    fault = refused("x.csv", "\n".join(lines).encode())
    assert fault.rad == 3
    assert "19 fält men rubriken 18 kolumner" in str(fault)


HEADERS = [
    (",".join(NAMES).replace("label", "etikett"), "etikett", "finns inte i kontraktet"),
    (",".join(NAMES).replace("label", "Label"), "Label", "Menas ”label”?"),
    (",".join([*NAMES, "label"]), "label", "finns två gånger"),
    (",".join([*NAMES, "extra"]), "extra", "finns inte i kontraktet"),
    (",".join([*NAMES, ""]), "19", "saknar namn"),
    (",".join(name for name in NAMES if name != "unit"), "unit", "saknas i filen"),
    (",".join(FACT.values()), None, "saknar rubrikrad"),
    ("\t".join(NAMES), None, "saknar rubrikrad"),
]


@pytest.mark.parametrize(("header", "column", "reason"), HEADERS)
def test_a_header_that_is_not_the_contracts_is_refused(
    header: str, column: str | None, reason: str
) -> None:
    width = header.count(",") + 1
    fault = refused("x.csv", f"{header}\n{','.join(['1'] * width)}\n".encode())
    assert (fault.rad, fault.kolumn) == (1, column)
    assert reason in str(fault)
    assert fault.slag == ("fakta" if column else "okänt")


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n \r\n"])
def test_an_empty_file_is_refused(name: str, data: bytes) -> None:
    assert str(refused(name, data))


@pytest.mark.parametrize("text", [",".join(NAMES), ",".join(NAMES) + "\r\n\r\n"])
def test_a_header_without_rows_is_refused(text: str) -> None:
    assert "inga rader" in str(refused("x.csv", text.encode()))


@pytest.mark.parametrize("name", ["x.xlsx", "x.json", "x.csv.gz", "fakta"])
def test_other_kinds_of_file_are_refused_with_what_is_read(name: str) -> None:
    assert "CSV (UTF-8), JSONL eller Parquet" in str(refused(name, b"x"))


# --- JSONL ------------------------------------------------------------------------------------


def jsonl(*values: object) -> bytes:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()


def test_jsonl_as_text_or_typed_says_the_same() -> None:
    typed = {**FACT, "line": 10, "position": 1, "page": None, "value": -3005, "note": None}
    text = read("x.jsonl", jsonl(FACT))
    number = read("x.jsonl", b"\xef\xbb\xbf" + jsonl(typed) + b"\r\n")
    assert accepted(text).equals(accepted(number))


def test_jsonl_numbers_never_pass_through_a_float() -> None:
    line = jsonl(FACT).replace(b'"-3005"', b"12345678901.123456")
    assert accepted(read("x.jsonl", line))["value"].to_list() == [Decimal("12345678901.123456")]


def test_jsonl_lines_are_counted_as_they_stand() -> None:
    data = b"\n" + jsonl(FACT) + b"\n\n" + jsonl(fact(line="11"))
    assert read("x.jsonl", data).frame["rad"].to_list() == [2, 4]


def test_jsonl_fields_may_differ_between_lines() -> None:
    short = {name: value for name, value in FACT.items() if value} | {"line": "11"}
    assert accepted(read("x.jsonl", jsonl(short, FACT))).height == 2


JSONL_FAULTS = [
    (jsonl(FACT) + b"\n" + jsonl(FACT)[:-20], 2, None, "inte ett helt JSON-objekt"),
    (jsonl(FACT) + b"\n[1]", 2, None, "ett JSON-objekt"),
    (jsonl(FACT) + b"," + jsonl(FACT), 1, None, "ett JSON-objekt"),
    (b"1\n" + jsonl(FACT), 1, None, "ett JSON-objekt"),
    (json.dumps(FACT, indent=1).encode(), 1, None, "helt JSON-objekt"),
    (jsonl({**FACT, "label": ["a"]}), None, None, "en lista, ett objekt"),
    (jsonl({**FACT, "label": {"a": 1}}), None, None, "en lista, ett objekt"),
    (jsonl(FACT)[:-1] + b', "value": 7}', 1, "value", "två gånger"),
    (jsonl({**FACT, "belopp": 1}), None, "belopp", "finns inte i kontraktet"),
    (b"[" * 100_000, None, None, "listor i listor"),
    (jsonl(FACT).replace(b"Periodens", b"\\ud800"), None, None, "halvt tecken"),
]


@pytest.mark.parametrize(("data", "rad", "column", "reason"), JSONL_FAULTS)
def test_a_broken_jsonl_file_is_refused(
    data: bytes, rad: int | None, column: str | None, reason: str
) -> None:
    fault = refused("x.jsonl", data)
    assert (fault.rad, fault.kolumn) == (rad, column)
    assert reason in str(fault)


# --- Parquet ----------------------------------------------------------------------------------


def parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


TEXT = pl.DataFrame([FACT, fact(line="11", value="1.5", page="3")])
TYPED = TEXT.with_columns(
    pl.col("line", "position").cast(pl.Int64),
    pl.col("page").replace("", None).cast(pl.Float64),  # as pandas writes integers with gaps
    pl.col("value").cast(pl.Decimal(38, 10)),
    pl.col("period_start").str.to_date(),
    pl.col("period_end").str.to_datetime("%Y-%m-%d"),
    pl.col("unit").cast(pl.Categorical),
    pl.lit(None).alias("note"),
)


def test_parquet_as_text_or_typed_says_the_same() -> None:
    text, typed = (accepted(read("x.parquet", parquet(frame))) for frame in (TEXT, TYPED))
    assert text.equals(typed)
    assert typed["rad"].to_list() == [1, 2]
    assert typed["period_end"].to_list() == [date(2024, 6, 30)] * 2
    assert typed["value"].to_list() == [Decimal(-3005), Decimal("1.5")]


def test_parquet_floats_are_taken_as_their_shortest_writing() -> None:
    floats = TEXT.with_columns(value=pl.Series([0.1, 12345678.0]))
    values = accepted(read("x.parquet", parquet(floats)))["value"].to_list()
    assert values == [Decimal("0.1"), Decimal(12345678)]


def test_a_time_of_day_in_parquet_is_not_dropped() -> None:
    timed = TEXT.with_columns(period_end=pl.lit(datetime(2024, 6, 30, 12)))
    table = read("x.parquet", parquet(timed))
    judged = validate(table.frame, table.kontrakt, REGISTER)
    assert judged.rejected["kolumn"].to_list() == ["period_end"] * 2


def test_a_day_outside_the_calendar_is_rejected_not_emptied() -> None:
    far = TEXT.with_columns(period_start=pl.Series([2**30, 19000], dtype=pl.Int32).cast(pl.Date))
    table = read("x.parquet", parquet(far))
    judged = validate(table.frame, table.kontrakt, REGISTER)
    assert "period_start" in judged.rejected["kolumn"].to_list()
    assert table.frame["period_start"].to_list() == ["?", "2022-01-08"]


@pytest.mark.parametrize("keep", [4, 100, -8, -1])
def test_a_truncated_parquet_file_is_refused(keep: int) -> None:
    assert "inte en hel Parquet-fil" in str(refused("x.parquet", parquet(TEXT)[:keep]))


def test_parquet_text_that_is_not_utf_8_is_refused() -> None:
    out = io.BytesIO()
    TEXT.write_parquet(out, compression="uncompressed")
    broken = out.getvalue().replace(b"Periodens", b"Peri\xffdens")
    assert broken != out.getvalue()
    assert "inte en hel Parquet-fil" in str(refused("x.parquet", broken))


def test_a_parquet_column_that_is_no_plain_value_is_refused() -> None:
    fault = refused("x.parquet", parquet(TEXT.with_columns(label=pl.lit([1]))))
    assert fault.kolumn == "label"


def test_a_damaged_parquet_file_never_brings_the_reader_down() -> None:
    whole = parquet(TEXT)
    for place in range(0, len(whole), 61):
        data = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            read("x.parquet", data)
        except FileRefused as fault:
            assert str(fault)


# --- folders ----------------------------------------------------------------------------------


def test_a_folder_is_read_in_order_and_what_is_not_for_us_is_passed_over(tmp_path: Path) -> None:
    root = tmp_path / "landing"
    wanted = ["b.csv", "b.jsonl", "c.parquet", "d.xlsx", "a/z.csv"]
    ignored = [
        ".hidden.csv", ".git/x.csv", "~$b.csv", ".~lock.b.csv#", "b.csv.tmp", "b.csv.part",
        "b.csv~", "b.lock", "rapport.pdf", "rapport.txt", "LÄSMIG.MD",
    ]  # fmt: skip
    for name in [*wanted, *ignored]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.csv").write_text("x", encoding="utf-8")
    (root / "link.csv").symlink_to(tmp_path / "outside/secret.csv")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "dangling.csv").symlink_to(tmp_path / "nowhere.csv")
    (root / "folder.csv").mkdir()
    assert [path.relative_to(root).as_posix() for path in list_files(root)] == wanted


def test_what_a_name_says_is_later_comes_later(tmp_path: Path) -> None:
    wanted = [
        "Vm.csv", "vm2.csv", "vm10.csv", "vm (1).csv", "vm (2).csv", "vm (10).csv", "vm-rattad.csv",
        "2/vm.csv", "2/vm (1).csv", "10/vm.csv",
    ]  # fmt: skip
    for name in wanted:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in list_files(tmp_path)] == wanted


def test_a_single_file_is_its_own_list(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x", encoding="utf-8")
    assert list_files(path) == [path]
