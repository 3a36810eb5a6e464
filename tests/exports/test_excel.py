"""The workbook as Excel sees it: real numbers and dates, headings that stay, and no formulas."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

from dagster_pipelines import publish as publishing
from dagster_pipelines.database import open_build, open_published
from dagster_pipelines.exports import Publication, excel
from dagster_pipelines.exports.marts import read_marts
from dagster_pipelines.settings import PROJECT_DIR, Settings

from .texts import HARMLESS, HOSTILE

SHEETS = {
    "rpt_oversikt": "Översikt",
    "rpt_balansrakning": "Balansräkning",
    "rpt_resultatrakning": "Resultaträkning",
    "rpt_eget_kapital": "Eget kapital",
    "rpt_insats": "Insatser",
    "rpt_nyckeltal": "Nyckeltal",
    "rpt_regel": "Regler",
    "dim_nyckeltal": "Definitioner",
}


@pytest.fixture(scope="module")
def book(refreshed_home: Settings) -> Iterator[openpyxl.Workbook]:
    yield openpyxl.load_workbook(refreshed_home.warehouse_dir / "finsam.xlsx")


def stored(settings: Settings, mart: str) -> tuple[list[tuple[str, str]], list[tuple]]:
    """Columns that people read, with types, and the rows as the Parquet file orders them."""
    file = settings.warehouse_dir.resolve() / "parquet" / f"{mart}.parquet"
    with duckdb.connect() as con:
        cursor = con.execute(f"select columns('^.*(?:[^y]|[^e]y|[^k]ey|[^_]key)$') from '{file}'")
        types = [(column[0], str(column[1])) for column in cursor.description]
        return types, cursor.fetchall()


def rows_of(sheet: Worksheet) -> list[tuple]:
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


def width_of(sheet: Worksheet, column: int) -> float:
    (width,) = (d.width for d in sheet.column_dimensions.values() if d.min <= column <= d.max)
    return float(width)


def as_cell(value: object) -> object:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return value


def test_a_sheet_per_wide_table_and_three_that_explain(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Läs mig", *SHEETS.values(), "Dataordlista"]
    wide = {path.stem for path in (PROJECT_DIR / "models" / "marts").glob("rpt_*.sql")}
    assert wide <= set(SHEETS)


def test_the_guide_names_the_sheets(book: openpyxl.Workbook) -> None:
    guide = (PROJECT_DIR / "docs" / "hur-man" / "hamta-tabellerna.md").read_text(encoding="utf-8")
    told = guide.split("\n## Arbetsboken\n\n")[1].split("\n\n")[0]
    assert re.findall(r"\*([^*]+)\*", told) == book.sheetnames


@pytest.mark.parametrize("mart", SHEETS)
def test_every_cell_is_the_value_of_its_mart(
    refreshed_home: Settings, book: openpyxl.Workbook, mart: str
) -> None:
    types, rows = stored(refreshed_home, mart)
    found = rows_of(book[SHEETS[mart]])
    assert found == [tuple(as_cell(value) for value in row) for row in rows]
    assert len(found) > 3
    assert len(types) == len(found[0])


@pytest.mark.parametrize("mart", SHEETS)
def test_numbers_dates_and_headings_are_real(
    refreshed_home: Settings, book: openpyxl.Workbook, mart: str
) -> None:
    sheet = book[SHEETS[mart]]
    types, _ = stored(refreshed_home, mart)
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes and sheet.freeze_panes.endswith("2")
    for number, (name, kind) in enumerate(types):
        ((heading, *cells),) = sheet.iter_cols(number + 1, number + 1)
        assert heading.value and heading.value != name, f"{mart}.{name} has no Swedish heading"
        assert heading.font.bold
        width = width_of(sheet, number + 1)
        assert width >= max(len(word) for word in heading.value.split()), name
        for cell in cells:
            if cell.value is None:
                continue
            if kind == "DATE":
                assert cell.is_date and cell.number_format == "yyyy-mm-dd"
            elif kind.startswith("DECIMAL"):
                assert cell.data_type == "n"
                assert "#,##0" in cell.number_format
                assert cell.number_format.endswith(("_-",))
            else:
                assert cell.data_type in {"s", "inlineStr", "n"}


def test_money_is_printed_as_kronor_and_a_ratio_in_its_own_unit(book: openpyxl.Workbook) -> None:
    sheet = book["Nyckeltal"]
    names = {cell.value: cell.column for cell in sheet[1]}
    formats = {
        (row[names["Enhet"] - 1].value, row[names["Värde"] - 1].number_format)
        for row in sheet.iter_rows(min_row=2)
        if row[names["Värde"] - 1].value is not None
    }
    assert formats == {("procent", '#,##0.0" %"_-'), ("kr", '#,##0" kr"_-')}
    balance = book["Balansräkning"]
    assets = next(c.column for c in balance[1] if c.value == "Summa tillgångar")
    assert balance.cell(2, assets).number_format == '#,##0" kr"_-'


def test_the_headings_of_posts_are_the_names_of_posts(
    refreshed_home: Settings, book: openpyxl.Workbook
) -> None:
    with open_published(refreshed_home.published_db) as con:
        posts = {p for (p,) in con.execute("select post from dim_post").fetchall()}
    headings = {cell.value for cell in book["Balansräkning"][1]}
    assert {"Summa eget kapital", "Summa tillgångar"} <= headings & posts


def test_the_dictionary_explains_every_column_of_every_sheet(book: openpyxl.Workbook) -> None:
    explained = {(row[0], row[1]) for row in rows_of(book["Dataordlista"])}
    for title in SHEETS.values():
        assert {(title, cell.value) for cell in book[title][1]} <= explained
    assert all(all(row) for row in rows_of(book["Dataordlista"]))  # no meaning is missing


def test_the_dictionary_says_what_the_models_say(book: openpyxl.Workbook) -> None:
    model = PROJECT_DIR / "models" / "marts" / "rpt_insats.yml"
    (about,) = yaml.safe_load(model.read_text(encoding="utf-8"))["models"]
    meanings = {row[2]: row[5] for row in rows_of(book["Dataordlista"])}
    for column in about["columns"]:
        if not column["name"].endswith("_key"):
            assert meanings[f"rpt_insats.{column['name']}"] == column["description"]


def test_the_first_sheet_lists_the_reports_and_the_traps(
    refreshed_home: Settings, book: openpyxl.Workbook
) -> None:
    cells = {cell.value for row in book["Läs mig"].iter_rows() for cell in row}
    with open_published(refreshed_home.published_db) as con:
        reports = {r for (r,) in con.execute("select report_id from dim_rapport").fetchall()}
    assert reports <= cells
    assert set(excel.TRAPS) <= cells
    assert refreshed_home.current_link.resolve().name in cells


def test_text_never_becomes_a_formula_a_link_or_a_number(hostile_home: Settings) -> None:
    book = openpyxl.load_workbook(hostile_home.warehouse_dir / "finsam.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if cell.hyperlink]
    texts = {cell.value for cell in cells if cell.data_type in {"s", "inlineStr"}}
    there = {text.replace("\u0007", "_x0007_") for text in (*HOSTILE, *HARMLESS)}
    assert there - texts == set()


def test_what_does_not_fit_is_left_out_by_whole_years_and_told(
    copied_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    types, rows = stored(copied_home, "rpt_insats")
    at = [name for name, _ in types].index("period_end")
    years = sorted({row[at].year for row in rows}, reverse=True)
    newest = sum(row[at].year >= years[1] for row in rows)
    assert len(years) > 2
    monkeypatch.setattr(excel, "MOST_ROWS", newest)
    publishing.publish(copied_home, run_id="trang", inputs={}, seconds={})
    book = openpyxl.load_workbook(copied_home.warehouse_dir / "finsam.xlsx")
    assert rows_of(book["Insatser"]) == [
        tuple(as_cell(value) for value in row) for row in rows if row[at].year >= years[1]
    ]
    said = f"Bladet visar uppgifter från och med {years[1]}."
    assert said in book["Insatser"]["A1"].comment.text
    assert [
        cell for cell in texts_of(book["Läs mig"]) if cell.startswith("Insatser: ") and said in cell
    ]


def test_a_year_that_does_not_fit_is_told_instead_of_cut(
    copied_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 1)
    publishing.publish(copied_home, run_id="trangre", inputs={}, seconds={})
    book = openpyxl.load_workbook(copied_home.warehouse_dir / "finsam.xlsx")
    assert book["Insatser"].max_row == 1
    assert "Inte ens ett år" in book["Insatser"]["A1"].comment.text
    assert "Alla år får inte plats" in texts_of(book["Läs mig"])


def test_a_book_with_every_year_says_nothing_of_it(book: openpyxl.Workbook) -> None:
    assert "Alla år får inte plats" not in texts_of(book["Läs mig"])


def texts_of(sheet: Worksheet) -> list[str]:
    return [str(row[0].value) for row in sheet.iter_rows() if row[0].value is not None]


def test_a_sheet_without_rows_still_has_its_headings(copied_home: Settings) -> None:
    with open_build(copied_home) as con:
        con.execute("delete from marts.rpt_resultatrakning")
    publishing.publish(copied_home, run_id="tom", inputs={}, seconds={}, accept_loss=True)
    book = openpyxl.load_workbook(copied_home.warehouse_dir / "finsam.xlsx")
    assert book["Resultaträkning"].max_row == 1
    assert book["Resultaträkning"]["B1"].value == "Förbund"


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(copied_home: Settings) -> None:
    with open_build(copied_home) as con:
        con.execute(
            "update marts.rpt_insats set kallor = repeat('å', 40000) where kallor is not null"
        )
    publishing.publish(copied_home, run_id="lang", inputs={}, seconds={})
    book = openpyxl.load_workbook(copied_home.warehouse_dir / "finsam.xlsx")
    texts = {row[-1] for row in rows_of(book["Insatser"])} - {None}
    assert [len(text) for text in texts] == [32_767]
    assert texts.pop().endswith("Avkortad: hela texten står i databasen.")


def test_a_workbook_that_cannot_be_written_is_an_error_of_the_disk(
    refreshed_home: Settings, tmp_path: Path
) -> None:
    """The step that publishes tries again on an OSError, and on nothing else."""
    (tmp_path / "finsam.xlsx").mkdir()
    at = datetime(2026, 1, 2, 3, 4)
    with (
        duckdb.connect(refreshed_home.published_db.resolve(), read_only=True) as con,
        pytest.raises(OSError, match=r"finsam\.xlsx"),
    ):
        about = Publication("v", at, at, tmp_path)
        excel.write_workbook(con, read_marts(con), about, refreshed_home)


def test_the_same_warehouse_gives_the_same_bytes(refreshed_home: Settings, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        at = datetime(2026, 1, 2, 3, 4)
        with duckdb.connect(refreshed_home.published_db.resolve(), read_only=True) as con:
            about = Publication("v", at, at, tmp_path / name)
            excel.write_workbook(con, read_marts(con), about, refreshed_home)
        made.append((tmp_path / name / "finsam.xlsx").read_bytes())
    assert made[0] == made[1]
