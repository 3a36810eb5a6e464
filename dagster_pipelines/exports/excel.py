"""finsam.xlsx: the wide tables as sheets, for people who paste and sort in Excel.

Belongs here: headings, number formats, widths and the sheets that explain the others. Does not
belong here: figures of its own; a cell holds what its mart holds, and no cell is a formula.

A book is for reading: a sheet holds whole years, as many of the latest as have room in MOST_ROWS,
and says from which year on. All years are in the database and beside it as Parquet and CSV.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_pipelines.exports import EXCEL, Export, Publication
from dagster_pipelines.exports.marts import Column, Mart
from dagster_pipelines.settings import Settings

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = "finsam.xlsx"
SHEETS = (
    "rpt_oversikt",
    "rpt_balansrakning",
    "rpt_resultatrakning",
    "rpt_eget_kapital",
    "rpt_insats",
    "rpt_nyckeltal",
    "rpt_regel",
    "dim_nyckeltal",
)
REPORTS = "dim_rapport"
"""The marts whose rows are sheets, in order, and the one that the first sheet lists."""
MOST_ROWS = 5_000
"""Rows of a sheet: what one writes at every publication must not grow with the country."""
YEAR = "year(period_end)"
FROM_YEAR = "Bladet visar uppgifter från och med {year}. {elsewhere}"
NO_YEAR = "Inte ens ett år ryms på bladet. {elsewhere}"
ELSEWHERE = "Alla år finns i databasen (marts.{mart}) och som filer i {kinds}."
MAX_TEXT = 32_767
CUT = " […] Avkortad: hela texten står i databasen."
BATCH = 10_000
Headings = Sequence[tuple[str, bool]]
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip
WIDEST, NARROWEST, LINE_HEIGHT = 90, 8, 15
HEADING = {"bold": True, "bg_color": "#E6EEF2", "bottom": 1, "text_wrap": True, "valign": "top"}
# Excel groups thousands as the reader's own settings say: by spaces in Swedish. `_-` keeps a
# number that stands beside a text apart from it.
FORMATS = {
    "heading": HEADING,
    "number heading": {**HEADING, "align": "right"},
    "title": {"bold": True, "font_size": 16},
    "strong": {"bold": True},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "kronor": {"num_format": '#,##0" kr"_-'},
    "antal": {"num_format": "#,##0_-"},
    "tal": {"num_format": "#,##0.00_-"},
    "procent": {"num_format": '#,##0.0" %"_-'},
}
TRAPS = (
    "Lägg aldrig ihop utfall, budget och prognos: filtrera på ett scenario i taget.",
    "Jämför bara rader med samma periodslag: ett halvår och ett helår står bredvid varandra.",
    "En tom cell betyder att rapporten inte trycker uppgiften. Tomt är inte noll.",
    "Kostnader är negativa i resultaträkningen och positiva på bladet med insatser.",
    "En person kan delta i flera insatser och räknas då i var och en. Deltagare är inte personer.",
    "Anonyma deltagare räknas i totalen men har inget kön: kvinnor + män kan vara färre än alla.",
    "Bladen visar den senaste rapportens uppgift. Vad tidigare rapporter sade står i databasen.",
)  # fmt: skip
DICTIONARY = ("Blad", "Rubrik", "Kolumn i databas och CSV", "Typ", "Kan vara tom", "Betydelse")
REPORT_COLUMNS = {
    "report_id": "Rapport", "forbund": "Förbund", "rapporttyp": "Rapporttyp",
    "period_start": "Period från", "period_end": "Period till", "beslutad_datum": "Beslutad",
    "status": "Status", "antal_fakta": "Antal uppgifter",
    "antal_kanda_avvikelser": "Kända avvikelser", "antal_osakra": "Osäkra uppgifter",
    "kallfil": "Dokument",
}  # fmt: skip


def write_workbook(
    con: duckdb.DuckDBPyConnection, marts: Sequence[Mart], about: Publication, settings: Settings
) -> list[Export]:
    """Write `finsam.xlsx` into the staged folder; no file where none of its marts is there.

    Raises:
        OSError: it could not be written.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 (0.2 s to import)
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    by_name = {mart.name: mart for mart in marts}
    shown = [by_name[name] for name in SHEETS if name in by_name]
    reports = [by_name[REPORTS]] if REPORTS in by_name else []
    if not shown:
        return []
    try:
        with Workbook(about.staged / NAME, OPTIONS) as book:
            book.set_properties(
                {"title": "Finsam-lagret", "created": about.published_at, "comments": about.version}
            )
            sheets = _Sheets(con, book, shown)
            parts = {mart.name: _shown(con, mart) for mart in [*shown, *reports]}
            sheets.about(about, settings, reports, parts)
            for mart in shown:
                sheets.mart(mart, parts[mart.name])
            sheets.dictionary(shown)
    except FileCreateError as error:  # its own class, whatever the disk said
        raise OSError(f"{NAME}: {error}") from error
    return [Export(NAME, EXCEL, rows=sum(parts[mart.name].rows for mart in shown))]


@dataclass(frozen=True)
class _Part:
    """The rows of a mart that its sheet shows: how many, which (SQL), and a sentence if not all."""

    rows: int
    where: str = ""
    said: str = ""


def _shown(con: duckdb.DuckDBPyConnection, mart: Mart) -> _Part:
    """All rows, or those of as many of the latest years as have room; no year is cut in two."""
    if mart.rows <= MOST_ROWS:
        return _Part(mart.rows)
    elsewhere = ELSEWHERE.format(mart=mart.name, kinds=" och ".join(mart.kinds))
    nothing = _Part(0, "where false", NO_YEAR.format(elsewhere=elsewhere))
    if "period_end" not in {column.name for column in mart.columns}:
        return nothing
    found = con.execute(
        "select year, rows from (select "
        f"{YEAR} as year, sum(count(*)) over (order by {YEAR} desc) as rows "
        f'from marts."{mart.name}" group by {YEAR}) where rows <= ? order by rows desc limit 1',
        [MOST_ROWS],
    ).fetchall()
    if not found:
        return nothing
    ((year, rows),) = found
    said = FROM_YEAR.format(year=year, elsewhere=elsewhere)
    return _Part(int(rows), f"where {YEAR} >= {year}", said)


class _Sheets:
    """The sheets of one workbook, in the order in which they are added."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, book: "Workbook", marts: Iterable[Mart]
    ) -> None:
        self.con, self.book = con, book
        self.titles = {mart.name: mart.meta.get("blad", mart.name) for mart in marts}
        self.styles = {name: book.add_format(style) for name, style in FORMATS.items()}

    def about(
        self,
        about: Publication,
        settings: Settings,
        reports: Sequence[Mart],
        parts: Mapping[str, _Part],
    ) -> None:
        """Whose figures these are, what to look out for, and the reports that they come from."""
        sheet = self.book.add_worksheet("Läs mig")
        _for_paper(sheet)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 26)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, 42)
        sheet.set_column(2, len(REPORT_COLUMNS) - 2, 14)
        sheet.set_column(len(REPORT_COLUMNS) - 1, len(REPORT_COLUMNS) - 1, 40)
        lines = [
            ("Samordningsförbundens uppgifter", "", "title"),
            ("Publicerad", f"{about.published_at:%Y-%m-%d %H:%M} UTC", "strong"),
            ("Version", about.version, "strong"),
            ("Utgivare", settings.publisher_name, "strong"),
            ("Licens", settings.license_url, "strong"),
            ("", "", ""),
            ("Att tänka på", "", "strong"),
            *((trap, "", "") for trap in TRAPS),
            ("", "", ""),
            *self._left_out(parts),
            ("Rapporterna bakom uppgifterna", "", "strong"),
        ]
        for number, (left, right, style) in enumerate(lines):
            sheet.write_string(number, 0, left, self.styles.get(style))
            sheet.write_string(number, 1, right)
        for mart in reports:
            columns = [c for name in REPORT_COLUMNS for c in mart.columns if c.name == name]
            headings = [(REPORT_COLUMNS[c.name], c.is_number) for c in columns]
            self._heading(sheet, len(lines), headings, [36, 42, *(14 for _ in columns)])
            rows = self._rows(mart, columns, parts[mart.name])
            for number, row in enumerate(rows, len(lines) + 1):
                self._row(sheet, number, columns, row)

    def _left_out(self, parts: Mapping[str, _Part]) -> list[tuple[str, str, str]]:
        """A line per sheet that does not show every year; nothing where all do."""
        lines = [(f"{self.titles.get(name, 'Rapporterna nedan')}: {part.said}", "", "")
                 for name, part in parts.items() if part.said]  # fmt: skip
        return [("Alla år får inte plats", "", "strong"), *lines, ("", "", "")] if lines else []

    def mart(self, mart: Mart, part: _Part) -> None:
        """The rows of the mart on a sheet, which says so at its first heading if not all are."""
        columns = [column for column in mart.columns if not column.is_key]
        headings = [(column.rubrik, column.is_number) for column in columns]
        sheet = self._sheet(self.titles[mart.name], headings, _widths(self.con, mart, columns))
        sheet.freeze_panes(1, _frozen(columns))
        if part.said:
            sheet.write_comment(0, 0, part.said)
        for number, row in enumerate(self._rows(mart, columns, part), 1):
            self._row(sheet, number, columns, row)
        sheet.autofilter(0, 0, part.rows, len(columns) - 1)

    def dictionary(self, marts: Iterable[Mart]) -> None:
        """What each column of the sheets means."""
        rows = [
            (
                self.titles[mart.name], column.rubrik, f"{mart.name}.{column.name}",
                column.type.lower(), "nej" if column.required else "ja", column.description,
            )
            for mart in marts
            for column in mart.columns
            if not column.is_key
        ]  # fmt: skip
        widths = [max(map(len, column)) + 3 for column in zip(DICTIONARY, *rows, strict=True)]
        sheet = self._sheet("Dataordlista", [(text, False) for text in DICTIONARY], widths)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
        sheet.autofilter(0, 0, len(rows), len(DICTIONARY) - 1)

    def _rows(
        self, mart: Mart, columns: Sequence[Column], part: _Part
    ) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(f'"{column.name}"' for column in columns)
        rows = self.con.execute(
            f'select {names} from marts."{mart.name}" {part.where} order by {mart.in_order}'
        )
        while batch := rows.fetchmany(BATCH):
            yield from batch

    def _sheet(self, title: str, headings: Headings, widths: Sequence[float]) -> "Worksheet":
        sheet = self.book.add_worksheet(title)
        _for_paper(sheet)
        sheet.repeat_rows(0)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        self._heading(sheet, 0, headings, widths)
        return sheet

    def _heading(
        self, sheet: "Worksheet", row: int, headings: Headings, widths: Sequence[float]
    ) -> None:
        """As high as its longest heading takes; above numbers to the right, as they are."""
        lines = [ceil(len(text) * 1.3 / w) for (text, _), w in zip(headings, widths, strict=False)]
        sheet.set_row(row, LINE_HEIGHT * max(lines) + 4)
        for number, (text, is_number) in enumerate(headings):
            style = "number heading" if is_number else "heading"
            sheet.write_string(row, number, text, self.styles[style])

    def _row(
        self, sheet: "Worksheet", number: int, columns: Sequence[Column], row: Sequence[Any]
    ) -> None:
        """Each value as what it is; a missing one as no cell at all."""
        unit = next((v for c, v in zip(columns, row, strict=True) if c.name == "enhet"), None)
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_string(number, place, "ja" if value else "nej")
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, self.styles["day"])
            elif isinstance(value, str):
                sheet.write_string(number, place, _fitting(value))
            else:
                sheet.write_number(number, place, value, self.styles[_style(column, unit)])


# --- cells ------------------------------------------------------------------------------------


def _for_paper(sheet: "Worksheet") -> None:
    """As many sheets of A3 as it takes, never wider than one."""
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)


def _fitting(text: str) -> str:
    """A text that Excel has room for in a cell; a longer one is cut, and says so."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def _style(column: Column, unit: str | None) -> str:
    """The number format: of the row's own unit where it has one, else of the column."""
    if not column.type.startswith("DECIMAL"):
        return "antal"
    return {None: "kronor", "kr": "kronor", "procent": "procent"}.get(unit, "tal")


def _frozen(columns: Sequence[Column]) -> int:
    """Columns that stay in sight when one scrolls: to the name of the förbund, or of the ratio."""
    names = [column.name for column in columns]
    return names.index("forbund") + 1 if "forbund" in names else 1


def _widths(con: duckdb.DuckDBPyConnection, mart: Mart, columns: Sequence[Column]) -> list[float]:
    """Wide enough for the longest value and the longest word of the heading, within reason."""
    lengths = con.execute(
        "select "
        + ", ".join(
            f'coalesce(max(length("{c.name}")), 0)' if c.is_text else _printed_length(c)
            for c in columns
        )
        + f' from marts."{mart.name}"'
    ).fetchall()[0]
    return [
        min(WIDEST, max(NARROWEST, length + 3, *(len(word) + 4 for word in column.rubrik.split())))
        for column, length in zip(columns, lengths, strict=True)
    ]


def _printed_length(column: Column) -> str:
    """SQL for the length of a number or day as its format prints it."""
    if column.type == "DATE":
        return "10"
    if column.type == "BOOLEAN":
        return "3"
    digits = f'length(cast(cast(max(abs("{column.name}")) as hugeint) as varchar))'
    return f"coalesce(cast({digits} * 4 / 3 as integer) + 4, 0)"
