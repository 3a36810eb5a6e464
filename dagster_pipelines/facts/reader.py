"""Files into frames of text: CSV, JSONL and Parquet, whole or refused.

Belongs here: which files of a folder are read, the three formats and their dialects, and
every fault that makes a file as a whole unreadable (`FileRefused`). Does not belong here:
judging a single row (`validate`) or the database (`loader`).

Cells arrive as text exactly as written. No row is touched by a Python loop.
"""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .kontrakt import Kontrakt, every_kontrakt
from .order import by_name

FACT_SUFFIXES = frozenset({".csv", ".jsonl", ".parquet"})
DOCUMENT_SUFFIXES = frozenset({".pdf", ".txt", ".md"})
"""Report documents: the extraction's business, passed over here."""
TEMPORARY_SUFFIXES = frozenset(
    {".tmp", ".temp", ".part", ".partial", ".crdownload", ".swp", ".lock"}
)
MAX_ROWS = 1_000_000
MAX_UNPACKED_BYTES = 1_000_000_000
SAVE_AS_UTF8 = (
    "Spara om filen som UTF-8. I Excel: Arkiv, Spara som, filformat ”CSV UTF-8 (kommaavgränsad)”."
)
COPY_AGAIN = "Filen är troligen avbruten under kopiering: kopiera eller exportera den på nytt."
_QUOTED = r'"(?:[^"]|"")*"'


class FileRefused(Exception):  # noqa: N818 - a verdict on a file, not an error in the program
    """A file that cannot be read as a whole: where, why and what to do, in Swedish."""

    def __init__(
        self, reason: str, remedy: str, *, rad: int | None = None, kolumn: str | None = None
    ) -> None:
        self.reason = reason
        self.remedy = remedy
        self.rad = rad
        self.kolumn = kolumn
        self.slag = "okänt"
        where = [f"rad {rad}"] if rad is not None else []
        where += [f"kolumn {kolumn}"] if kolumn else []
        place = f"{', '.join(where)}: " if where else ""
        super().__init__(f"{place}{reason} {remedy}".strip())


@dataclass(frozen=True)
class Table:
    """A file as text: `rad` (1-based, see `read`) and every column of its contract."""

    frame: pl.DataFrame
    kontrakt: Kontrakt
    decimal: str = "."
    """The decimal mark of the file's numbers; comma only where a Swedish Excel wrote it."""


def list_files(root: Path) -> list[Path]:
    """The files under `root` (or `root` itself) that are not documents, the later ones last.

    Hidden, temporary and lock files are passed over, and so are links that lead out of the
    folder. Files of other kinds are listed, so that `read` can say why it refuses them.
    """
    if root.is_file():
        return [root]
    inside = root.resolve()
    found = [
        path
        for path in root.rglob("*")
        if not _passed_over(path.relative_to(root))
        and path.is_file()
        and path.resolve().is_relative_to(inside)
    ]
    return sorted(found, key=lambda path: by_name(path.relative_to(root)))


def read(name: str, data: bytes, max_rows: int = MAX_ROWS) -> Table:
    """The content of one file, by the ending of its name; raises FileRefused.

    A file of more than `max_rows` rows is refused, and so is one that would fill memory when it
    is unpacked: neither has been seen from anybody who meant well.

    `rad` is the physical line on which the row starts, header included (CSV, JSONL), or
    the ordinal of the row (Parquet). Rows without any content are not rows.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in FACT_SUFFIXES:
        raise FileRefused(
            f"Filändelsen ”{suffix}” läses inte." if suffix else "Filen saknar filändelse.",
            "Spara fakta som CSV (UTF-8), JSONL eller Parquet, "
            "och lägg rapportdokument som .pdf, .txt eller .md.",
        )
    if not data:
        raise FileRefused("Filen är tom.", "Exportera den på nytt.")
    if suffix == ".parquet":
        return _table(_read_parquet(data, max_rows))
    text = _decode(data)
    _refuse_many(text.count("\n"), max_rows)
    if suffix == ".jsonl":
        return _table(_read_jsonl(text))
    frame, separator = _read_csv(text)
    return _table(frame, swedish=separator == ";")


def _passed_over(relative: Path) -> bool:
    name = relative.name.lower()
    return (
        any(part.startswith((".", "~$")) for part in relative.parts)
        or name.endswith("~")
        or relative.suffix.lower() in TEMPORARY_SUFFIXES | DOCUMENT_SUFFIXES
    )


# --- text ---------------------------------------------------------------------------------


def _decode(data: bytes) -> str:
    """UTF-8 text with `\\n` line ends and no byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("Filen är sparad som UTF-16 (”Unicode-text”).", SAVE_AS_UTF8)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig").replace("\r\n", "\n")
        raise FileRefused(
            f"Tecknet med byten 0x{data[error.start]:02X} är inte UTF-8; "
            "filen är troligen sparad som Windows-1252 (”ANSI”).",
            SAVE_AS_UTF8,
            rad=before.count("\n") + 1,
            kolumn=_column_at(before),
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    nul = text.find("\0")
    if nul >= 0:
        raise FileRefused(
            "Filen innehåller ett nolltecken (byte 0x00).",
            COPY_AGAIN,
            rad=text.count("\n", 0, nul) + 1,
            kolumn=_column_at(text[:nul]),
        )
    if not text.strip():
        raise FileRefused("Filen är tom.", "Exportera den på nytt.")
    return text


def _column_at(before: str) -> str | None:
    """The CSV column in which a text that breaks off after `before` stands, if it can be told."""
    earlier, newline, line = before.rpartition("\n")
    separator, first = _dialect(before.split("\n", 2))
    header = before.split("\n", first + 1)[first]
    if not newline or separator not in header or earlier.count('"') % 2:
        return None
    try:
        names = next(csv.reader([header], delimiter=separator))
        position = len(next(csv.reader([line], delimiter=separator), [""])) - 1
    except csv.Error:  # a field longer than any text
        return None
    return names[position] if 0 <= position < len(names) else None


# --- CSV ----------------------------------------------------------------------------------


def _read_csv(text: str) -> tuple[pl.DataFrame, str]:
    """Every record of a CSV text with `rad`, and the separator; the first record is the header."""
    records, separator = _records(text)
    header = records.item(0, "text")
    rad = records.item(0, "rad")
    _refuse_broken_quotes(records.head(1), separator)
    names = _split([header], separator).row(0)
    columns = [name.strip() if name else "" for name in names]
    _check_header(columns, rad)
    body = records.slice(1)
    try:
        _refuse_broken_quotes(body, separator, columns)
        _refuse_field_count(body, separator, columns)
    except FileRefused as refused:
        refused.slag = _nearest(columns).slag
        raise
    if body.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(["rad", *columns], pl.String)), separator
    frame = _split(body["text"].to_list(), separator, columns)
    if frame.height != body.height:  # the parser and we disagree on where a row ends: trust neither
        raise FileRefused("Raderna går inte att skilja åt.", COPY_AGAIN)
    return frame.select(body["rad"].cast(pl.Int64), pl.all()), separator


def _records(text: str) -> tuple[pl.DataFrame, str]:
    """Records (`rad`, `text`) of a CSV text, blank lines left out, and its separator.

    A line break inside quotes does not end a record: a line belongs to the record above it
    when the number of quotes before it is odd.
    """
    lines = text.split("\n")
    separator, first = _dialect(lines)
    quotes = pl.col("text").str.count_matches('"', literal=True).cast(pl.Int64)
    outside = quotes.cum_sum().shift(1, fill_value=0) % 2 == 0
    records = (
        pl.DataFrame({"text": lines[first:]}, schema={"text": pl.String})
        .with_row_index("rad", offset=first + 1)
        .group_by(outside.cum_sum().alias("record"), maintain_order=True)
        .agg(pl.col("rad").first(), pl.col("text").str.join("\n"))
        .filter(pl.col("text").str.strip_chars() != "")
        .drop("record")
    )
    if records.is_empty():
        raise FileRefused("Filen har ingen rubrikrad.", "Exportera den på nytt.", rad=first + 1)
    return records, separator


def _dialect(lines: Sequence[str]) -> tuple[str, int]:
    """The separator, and the index of the header: Excel may write `sep=;` on a line before it."""
    hint = lines[0].strip().lower()
    if hint in ("sep=,", "sep=;"):
        return hint[-1], 1
    header = next((line for line in lines if line.strip()), "")
    return (";" if header.count(";") > header.count(",") else ","), 0


def _split(
    records: Sequence[str], separator: str, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """The fields of well-formed records, as text."""
    return pl.read_csv(
        "\n".join(records).encode(),
        has_header=False,
        separator=separator,
        infer_schema=False,
        new_columns=list(columns) if columns else None,
        raise_if_empty=False,
    )


def _refuse_broken_quotes(
    records: pl.DataFrame, separator: str, columns: Sequence[str] = ()
) -> None:
    """A quote that opens or closes inside a field makes every row after it uncertain."""
    field = rf'(?:{_QUOTED}|[^"{separator}]*)'
    broken = records.filter(~pl.col("text").str.contains(rf"^{field}(?:{separator}{field})*$"))
    if broken.is_empty():
        return
    rad, text = broken.select("rad", "text").row(0)
    # Where the well-formed fields end: the column to look at.
    whole = pl.select(pl.lit(text).str.extract(rf"^((?:{field}{separator})*)", 1)).item()
    position = pl.select(_fields(pl.lit(whole), separator)).item() - 1
    raise FileRefused(
        "Citattecknen går inte ihop, så det går inte att se var fältet slutar.",
        'Omge hela fältet med " och skriv citattecken inuti det dubbelt (""). '
        "Om filen slutar mitt i en rad: kopiera den på nytt.",
        rad=rad,
        kolumn=columns[position] if position < len(columns) else None,
    )


def _refuse_field_count(records: pl.DataFrame, separator: str, columns: Sequence[str]) -> None:
    counted = records.select("rad", fields=_fields(pl.col("text"), separator))
    uneven = counted.filter(pl.col("fields") != len(columns))
    if uneven.is_empty():
        return
    rad, fields = uneven.row(0)
    more = f" (och {uneven.height - 1} rader till)" if uneven.height > 1 else ""
    few = fields < len(columns)
    raise FileRefused(
        f"Raden har {fields} fält men rubriken {len(columns)} kolumner{more}.",
        f'Sätt " runt varje fält som innehåller ”{separator}”, och ha lika många '
        f"”{separator}” på varje rad. "
        + (COPY_AGAIN if few and rad == records.item(-1, "rad") else ""),
        rad=rad,
        kolumn=columns[fields] if few else columns[-1],
    )


def _fields(text: pl.Expr, separator: str) -> pl.Expr:
    """How many fields a well-formed record has."""
    bare = text.str.replace_all(_QUOTED, "")
    return bare.str.count_matches(separator, literal=True).cast(pl.Int64) + 1


# --- JSONL and Parquet ----------------------------------------------------------------------


def _read_jsonl(text: str) -> pl.DataFrame:
    """One JSON object per line. Numbers stay as written: they never pass through a float."""
    lines = (
        pl.DataFrame({"text": text.split("\n")})
        .with_row_index("rad", offset=1)
        .filter(pl.col("text").str.strip_chars() != "")
    )
    rad = lines["rad"].cast(pl.Int64)
    objects = _parse_objects(lines["text"].to_list(), rad)
    columns = list(dict.fromkeys(name for contract in every_kontrakt() for name in contract.names))
    for name in columns:
        twice = lines["text"].str.count_matches(rf'"{name}"\s*:') > 1
        if twice.any():
            raise FileRefused(
                "Fältet står två gånger i samma objekt.",
                "Behåll ett av dem.",
                rad=rad.filter(twice)[0],
                kolumn=name,
            )
    names = sorted(set().union(*objects))
    _check_header(names, None)
    known = [name for name in columns if name in names]
    schema = dict.fromkeys([*known, *(name for name in names if name not in known)], pl.String)
    try:
        frame = pl.DataFrame(objects, schema=schema, strict=False)
    except (pl.exceptions.PolarsError, TypeError, UnicodeError):
        raise FileRefused(
            "Ett fält innehåller en lista, ett objekt eller ett halvt tecken.",
            "Skriv varje fält som text eller tal.",
        ) from None
    return frame.select(rad, pl.all())


def _parse_objects(lines: Sequence[str], rad: pl.Series) -> list[dict[str, object]]:
    """All lines in one pass of the JSON parser; each must be one object of its own."""
    try:
        values = json.loads(
            "[" + ",\n".join(lines) + "]", parse_float=str, parse_int=str, parse_constant=str
        )
    except RecursionError:
        raise FileRefused("Filen har listor i listor.", "Skriv ett platt objekt per rad.") from None
    except json.JSONDecodeError as error:
        index = min(error.lineno - 1, len(lines) - 1)
        raise FileRefused(
            "Raden är inte ett helt JSON-objekt.",
            "Skriv ett objekt per rad, {...}. " + (COPY_AGAIN if index == len(lines) - 1 else ""),
            rad=rad[index],
        ) from None
    kinds = list(map(type, values))
    if len(values) != len(lines) or set(kinds) != {dict}:
        odd = next((i for i, kind in enumerate(kinds) if kind is not dict), 0)
        raise FileRefused(
            "Varje rad ska vara ett JSON-objekt, {...}, och bara ett.",
            "Skriv ett objekt per rad.",
            rad=rad[min(odd, len(lines) - 1)],
        )
    return values  # type: ignore[no-any-return]


def _refuse_many(rows: int, max_rows: int) -> None:
    if rows > max_rows:
        raise FileRefused(
            f"Filen har {rows} rader; gränsen är {max_rows}.",
            "Dela den i en fil per rapport, eller höj FINSAM_MAX_FILE_ROWS.",
        )


def _read_parquet(data: bytes, max_rows: int) -> pl.DataFrame:
    """Typed or text columns as text; figures lose the zeros that only their type gives them.

    Arrow's reader refuses a damaged file where Polars' own panics, so columns reach Polars
    one by one, when their names, types and text are known to be sound.
    """
    try:
        arrow = _unpacked(data, max_rows)
        arrow.validate(full=True)
        names = arrow.column_names
    except (pa.ArrowException, OSError, ValueError):
        raise FileRefused("Filen är inte en hel Parquet-fil.", COPY_AGAIN) from None
    _check_header(names, None)
    odd = next((name for name in names if not _plain(arrow.schema.field(name).type)), None)
    if odd is not None:
        raise FileRefused(
            "Kolumnen innehåller inte enkla värden.",
            "Skriv kolumnen som text, tal eller datum (utan tidszon).",
            kolumn=odd,
        )
    frame = pl.DataFrame({name: pl.from_arrow(arrow[name]) for name in names})
    return frame.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("rad"),
        *(_as_text(name, dtype) for name, dtype in frame.schema.items()),
    )


def _unpacked(data: bytes, max_rows: int) -> pa.Table:
    """The table of a file that has been held against the limits before it is unpacked.

    A few kilobytes of Parquet can say the same long text in every row. So texts are first read as
    numbers into the list of those that differ, which takes no more room than the file declares.
    """
    about = pq.read_metadata(pa.BufferReader(data))
    _refuse_many(about.num_rows, max_rows)
    declared = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    texts = [field.name for field in pq.read_schema(pa.BufferReader(data)) if _is_text(field.type)]
    _refuse_swollen(declared)
    table = pq.read_table(
        pa.BufferReader(data), page_checksum_verification=True, read_dictionary=texts
    )
    _refuse_swollen(sum(_size_unpacked(column) for column in table.columns))
    return table


def _size_unpacked(column: pa.ChunkedArray) -> int:
    """How many bytes of text the column has when each row has its own."""
    return sum(
        pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
        for chunk in column.chunks
        if pa.types.is_dictionary(chunk.type) and _is_text(chunk.type.value_type)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _refuse_swollen(size: int) -> None:
    if size > MAX_UNPACKED_BYTES:
        raise FileRefused(
            f"Filen blir {size // 1_000_000} MB när den packas upp; gränsen är "
            f"{MAX_UNPACKED_BYTES // 1_000_000} MB.",
            "Dela den i en fil per rapport.",
        )


def _plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return kind.tz is None
    return any(
        of_kind(kind)
        for of_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_decimal,
            pa.types.is_date,
            pa.types.is_null,
        )
    )


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype in (pl.Date, pl.Datetime):  # Polars panics on writing a day outside its calendar
        inside = column.dt.date().is_between(date.min, date.max)
        written = pl.when(inside).then(column).cast(pl.String)
        midnight = written.str.replace(r" 00:00:00(?:\.0+)?$", "")  # pandas has no dates
        return pl.when(inside).then(midnight).when(~inside).then(pl.lit("?")).alias(name)
    text = column.cast(pl.String)
    if dtype.is_float() or dtype.is_decimal():
        return text.str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_suffix(".").alias(name)
    return text.alias(name)


# --- columns --------------------------------------------------------------------------------


def _check_header(columns: Sequence[str], rad: int | None) -> None:
    """Every column known, none twice, none missing; raises FileRefused with the kind set."""
    contract = _nearest(columns)
    try:
        _compare(columns, contract, rad)
    except FileRefused as refused:
        refused.slag = contract.slag if set(columns) & set(contract.names) else "okänt"
        raise


def _compare(columns: Sequence[str], contract: Kontrakt, rad: int | None) -> None:
    needed = ", ".join(contract.required)
    if not set(columns) & set(contract.names):
        raise FileRefused(
            "Filen saknar rubrikrad: inget kolumnnamn i kontraktet finns i den.",
            "Låt första raden innehålla kolumnnamnen, åtskilda av komma eller semikolon, "
            f"minst: {needed}.",
            rad=rad,
        )
    twice = next((name for name, count in Counter(columns).items() if count > 1 and name), None)
    if twice:
        raise FileRefused("Kolumnen finns två gånger.", "Ta bort den ena.", rad=rad, kolumn=twice)
    unknown = next((name for name in columns if name not in contract.names), None)
    if unknown is not None:
        close = get_close_matches(unknown, contract.names, n=1)
        raise FileRefused(
            f"Kolumnen ”{unknown}” finns inte i kontraktet."
            if unknown
            else "Kolumnen saknar namn.",
            f"Menas ”{close[0]}”?" if close else "Ta bort kolumnen.",
            rad=rad,
            kolumn=unknown or str(list(columns).index(unknown) + 1),
        )
    missing = [name for name in contract.required if name not in columns]
    if missing:
        raise FileRefused(
            f"Kolumnen saknas i filen{_besides(missing)}.",
            f"Lägg till den. Filen måste ha kolumnerna {needed}.",
            rad=rad,
            kolumn=missing[0],
        )


def _besides(missing: Sequence[str]) -> str:
    return f" (liksom {', '.join(missing[1:])})" if len(missing) > 1 else ""


def _nearest(columns: Sequence[str]) -> Kontrakt:
    """The contract that shares most columns with the file, facts first."""
    return max(every_kontrakt(), key=lambda contract: len(set(columns) & set(contract.names)))


def _table(frame: pl.DataFrame, *, swedish: bool = False) -> Table:
    """The frame in the order of its contract, rows without content left out."""
    contract = _nearest(frame.columns)
    text = frame.select(
        pl.col("rad").cast(pl.Int64),
        *(
            pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name)
            for name in contract.names
        ),
    ).filter(pl.any_horizontal(pl.col(*contract.names).str.strip_chars().fill_null("") != ""))
    if text.is_empty():
        refused = FileRefused("Filen har en rubrik men inga rader.", "Lägg till rader i den.")
        refused.slag = contract.slag
        raise refused
    numbers = [column.name for column in contract.columns if column.type == "number"]
    comma = swedish and any(text[name].str.contains(",", literal=True).any() for name in numbers)
    return Table(text, contract, "," if comma else ".")
