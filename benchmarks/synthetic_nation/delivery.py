"""Books to files: Parquet facts beside rapporter.csv, corrected deliveries, and the truth.

Belongs here: sizes, names of förbund and insatser, rows as the contract has them, and which files
a delivery is made of. Does not belong here: figures (`books`), labels (`template`), faults
(`plant`). At most one block of förbund and one year of its rows are in memory at a time.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from .books import EARLIER, INDIVIDUAL, PLACES, Books, Whole, keep_books
from .plant import PLANTS
from .template import Cell, figures, form

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FIRST_YEAR = 2004
BLOCK = 80
"""Förbund per file and year: some fifty thousand facts."""
SPOILT = 0.02
"""Share of the reports whose first delivery has a fault of `plant`."""
INDIVIDUAL_NAMES = (
    "Stegvis framåt", "Arbetslust", "Samverkansteamet", "Unga i rörelse", "Vägval", "Hållplatsen",
    "Nästa steg", "Språkbron", "Mötesplatsen", "Grön rehabilitering", "Karriärkompassen",
    "Jobbspåret", "Stödet", "Vändpunkten", "Slussen", "Verkstaden",
)  # fmt: skip
STRUCTURAL_NAMES = (
    "Processtöd", "Gemensam kompetensutveckling", "Utvecklingsgruppen", "Samverkansforum",
    "Kartläggning av målgrupper", "Kunskapsnätverket",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How many förbund report how many years, twice a year."""

    forbund: int
    years: int


SIZES = {
    "small": Size(10, 5),
    "nation": Size(80, 20),
    "ten": Size(800, 20),
    "hundred": Size(8000, 20),
}


@dataclass(frozen=True)
class Delivery:
    """What was written: `landing` is to be loaded, `register` is seeds/forbund.csv for it.

    `truth` holds brott.csv (the rules that must break, by delivery), omrakning.csv (comparative
    figures that differ from the report before) and leverans.csv (every delivery and its fault).
    """

    landing: Path
    register: Path
    truth: Path
    reports: int
    facts: int
    files: int


@dataclass(frozen=True)
class _Block:
    """Some förbund with their books, names and faults."""

    number: int
    names: list[tuple[str, str]]
    insatser: list[list[str]]
    books: Books
    fault: npt.NDArray[np.int64]
    corrected: npt.NDArray[np.bool_]


def deliver(size: Size, out: Path, *, seed: int = 1) -> Delivery:
    """Write a whole delivery under `out`, which may not hold one already.

    Raises:
        FileExistsError: `out` already has a landing folder.
    """
    landing, truth = out / "landing", out / "facit"
    landing.mkdir(parents=True)
    truth.mkdir(exist_ok=True)
    _write_register(out / "forbund.csv", size.forbund)
    told: dict[str, list[pl.DataFrame]] = {"brott": [], "omrakning": [], "leverans": []}
    facts = files = 0
    for block in _blocks(size, seed):
        folder = landing / f"block-{block.number:04}"
        folder.mkdir()
        reports, corrections = [], []
        for year in range(EARLIER, EARLIER + size.years):
            frame = _rows(block, year, first=True)
            frame.write_parquet(folder / f"fakta-{_calendar(year)}.parquet")
            facts += frame.height
            again = _rows(block, year, first=False)
            corrections.append(again)
            facts += again.height
            reports.append(_reports(block, year))
            for name, rows in _truth(block, year).items():
                told[name].append(rows)
        pl.concat(reports).write_csv(folder / "rapporter.csv")
        corrected = pl.concat(corrections)
        files += size.years + 1
        if corrected.height:
            corrected.write_parquet(folder / "rattelser.parquet")
            files += 1
    for name, frames in told.items():
        pl.concat(frames).write_csv(truth / f"{name}.csv")
    reports_made = size.forbund * size.years * 2
    return Delivery(landing, out / "forbund.csv", truth, reports_made, facts, files)


def deliver_next(size: Size, out: Path, forbund: int = 0, *, seed: int = 1) -> Path:
    """Write the report that comes after a delivery of `size`: one file, of one förbund.

    Returns its path under `out`; the report is the delårsrapport of the year after the last.
    """
    out.mkdir(parents=True, exist_ok=True)
    for block in _blocks(size, seed):
        if block.number == forbund // BLOCK:
            year = EARLIER + size.years
            report_id = _report_id(block.names[forbund % BLOCK][0], _calendar(year), 0)
            rows = _rows(block, year, first=False, every=True)
            path = out / f"{report_id}.parquet"
            rows.filter(pl.col("report_id") == report_id).write_parquet(path)
            return path
    raise ValueError(f"there is no förbund {forbund} in {size}")


def _blocks(size: Size, seed: int) -> Iterator[_Block]:
    names = [(row["forbund_id"], row["namn"]) for row in _register(size.forbund)]
    for number, start in enumerate(range(0, size.forbund, BLOCK)):
        here = names[start : start + BLOCK]
        rng = np.random.default_rng([seed, number])
        books = keep_books(rng, len(here), size.years)
        books.has["has_region"] = np.array([name != "gotland" for name, _ in here])
        shape = books.shift.shape
        fault = np.where(rng.random(shape) < SPOILT, rng.integers(1, len(PLANTS) + 1, shape), 0)
        always = np.array([False, *(plant.always_corrected for plant in PLANTS)])
        corrected = (fault > 0) & (always[fault] | (rng.random(shape) < 0.5))
        insatser = [
            [INDIVIDUAL_NAMES[(n + 3 * place) % len(INDIVIDUAL_NAMES)]
             for place in range(INDIVIDUAL)]
            + [STRUCTURAL_NAMES[(n + place) % len(STRUCTURAL_NAMES)]
               for place in range(PLACES - INDIVIDUAL)]
            for n in range(start, start + len(here))
        ]  # fmt: skip
        yield _Block(number, here, insatser, books, fault, corrected)


# --- names --------------------------------------------------------------------------------


def _register(forbund: int) -> list[dict[str, str]]:
    """The first version of each förbund of the seed register, then as many made-up ones.

    Their ids differ in the first eight characters, as real ones do: DuckDB's statistics of a block
    see no more.
    """
    with (SEEDS / "forbund.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["forbund_id"]: row for row in reversed(rows)}
    real = [known[name] for name in dict.fromkeys(row["forbund_id"] for row in rows)]
    blank = dict.fromkeys(rows[0], "")
    made = [
        {**blank, "forbund_id": f"p{n:05}-pahittad", "version": "1", "status": "okänt",
         "namn": f"Påhittade samordningsförbundet {n}", "kalla": "syntetiskt"}
        for n in range(1, max(0, forbund - len(real)) + 1)
    ]  # fmt: skip
    return (real + made)[:forbund]


def _write_register(path: Path, forbund: int) -> None:
    """seeds/forbund.csv as it is, with the made-up förbund below."""
    text = (SEEDS / "forbund.csv").read_text(encoding="utf-8")
    made = [row for row in _register(forbund) if row["kalla"] == "syntetiskt"]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
        csv.DictWriter(file, list(_register(1)[0]), lineterminator="\n").writerows(made)


def _calendar(year: int) -> int:
    return FIRST_YEAR + year - EARLIER


def _report_id(forbund_id: str, year: int, half: int) -> str:
    return f"{forbund_id}_{year}-{'06-30_delar' if half == 0 else '12-31_ar'}"


def _report_ids(block: _Block, year: int) -> list[list[str]]:
    return [[_report_id(name, _calendar(year), half) for half in (0, 1)] for name, _ in block.names]


# --- rows -------------------------------------------------------------------------------------


def _rows(block: _Block, year: int, *, first: bool, every: bool = False) -> pl.DataFrame:
    """The facts of one year's first deliveries, or of its corrected ones (`every`: of all)."""
    cells = form()
    found = figures(block.books, year)
    fault = block.fault[:, year]
    if first:
        for code, plant in enumerate(PLANTS, 1):
            for figure, amount in plant.figures:
                found[figure] = found[figure] + np.where(fault == code, amount, 0)
    wanted = np.ones_like(fault, dtype=bool) if first or every else block.corrected[:, year]
    values, tkr, present = _filled(cells, found, block.books)
    present &= wanted[None]
    cell, forbund, half = np.nonzero(present)
    order = np.lexsort((cell, half, forbund))
    cell, forbund, half = cell[order], forbund[order], half[order]
    printed = pl.DataFrame(
        {
            "cell": cell.astype(np.int32),
            "forbund": forbund.astype(np.int32),
            "half": half.astype(np.int32),
            "number": values[cell, forbund, half],
            "tkr": tkr[cell, forbund],
            "met": _met(block, year, found, first)[
                forbund, half, np.maximum(_places(cells)[cell], 0)
            ],
        }
    )
    return _as_contract(printed, block, year)


def _filled(
    cells: tuple[Cell, ...], found: dict[str, Whole], books: Books
) -> tuple[Whole, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Cell × förbund × half: the number as printed, whether in tkr, and whether it is there."""
    has = books.has
    signed = np.where(has["costs_positive"], -1, 1)[:, None]
    values, tkr, present = [], [], []
    for cell in cells:
        number = found[cell.figure]
        if cell.cost and cell.statement == "resultatrakning":
            number = number * signed
        thousands = {
            "TSEK": np.ones_like(has["table_tkr"]), "rr": has["statement_tkr"],
            "table": has["table_tkr"],
        }.get(cell.unit, np.zeros_like(has["table_tkr"]))  # fmt: skip
        values.append(np.where(thousands[:, None], (number + 500) // 1000, number))
        tkr.append(thousands)
        there = np.ones(number.shape, dtype=bool)
        if cell.place >= 0:
            there &= has["insats"][:, cell.place, None]
        if cell.when == "half":
            there[:, 1] = False
        elif cell.when:
            there &= has[cell.when][:, None]
        present.append(there)
    return np.stack(values), np.stack(tkr), np.stack(present)


def _places(cells: tuple[Cell, ...]) -> npt.NDArray[np.int64]:
    return np.array([min(cell.place, INDIVIDUAL - 1) for cell in cells])


def _met(block: _Block, year: int, found: dict[str, Whole], first: bool) -> npt.NDArray[np.bool_]:
    """Förbund × half × insats: does the report call the goal met? A fault turns the first."""
    met = np.stack(
        [found[f"reached.{place}"] >= found[f"mal.{place}"] for place in range(INDIVIDUAL)], axis=2
    )
    if first:
        turning = [code for code, plant in enumerate(PLANTS, 1) if plant.verdict]
        met[..., 0] ^= np.isin(block.fault[:, year], turning)
    return met


def _as_contract(printed: pl.DataFrame, block: _Block, year: int) -> pl.DataFrame:
    """The columns of the fact contract; `value` a decimal, `printed` as a Swedish report has it."""
    ids = pl.Series([name for pair in _report_ids(block, year) for name in pair])
    insats = pl.Series([name for names in block.insatser for name in names])
    checked = pl.Series(block.books.has["checked"])
    template = pl.DataFrame([vars(cell) for cell in form()], infer_schema_length=None)
    at = template.with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int32))
    rows = printed.join(at, on="cell", how="left", maintain_order="left")
    index = rows["forbund"].to_numpy() * PLACES + np.maximum(rows["place"].to_numpy(), 0)
    day = {half: _days(year, half) for half in (0, 1)}
    periods = pl.DataFrame(
        [
            {"half": half, "period": name, "period_start": start, "period_end": end}
            for half in (0, 1)
            for name, (start, end) in day[half].items()
        ],
        schema={"half": pl.Int32, "period": pl.String, "period_start": pl.Date,
                "period_end": pl.Date},
    )  # fmt: skip
    tens = pl.col("scale") == 10
    number = pl.col("number")
    return (
        rows.join(periods, on=["half", "period"], how="left", maintain_order="left")
        .with_columns(
            report_id=ids.gather(rows["forbund"].to_numpy() * 2 + rows["half"].to_numpy()),
            insats=pl.when(pl.col("place") >= 0).then(insats.gather(index)),
            status=pl.when(checked.gather(rows["forbund"].to_numpy()))
            .then(pl.lit("verified"))
            .otherwise(pl.lit("reconciled")),
            whole=pl.when(tens).then(number.abs() // 10).otherwise(number.abs()),
            tenth=pl.when(tens & (number % 10 != 0)).then((number.abs() % 10).cast(pl.String)),
            sign=pl.when(number < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        )
        .select(
            "report_id",
            pl.col("line").cast(pl.Int32),
            pl.col("position").cast(pl.Int32),
            (pl.col("line") // 40 + 1).cast(pl.Int32).alias("page"),
            "statement",
            pl.when(pl.col("label") == "")
            .then(pl.col("insats"))
            .otherwise(pl.col("label"))
            .alias("label"),
            pl.col("post").alias("post_code"),
            "insats",
            "insatstyp",
            pl.when(pl.col("breakdown") == "bedomning")
            .then(
                pl.when("met")
                .then(pl.lit("bedomning=uppfyllt"))
                .otherwise(pl.lit("bedomning=ej uppfyllt"))
            )
            .otherwise(pl.col("breakdown"))
            .alias("breakdown"),
            "scenario",
            "period_start",
            "period_end",
            pl.when(pl.col("tkr"))
            .then(pl.lit("TSEK"))
            .when(pl.col("unit").is_in(["rr", "table"]))
            .then(pl.lit("SEK"))
            .otherwise(pl.col("unit"))
            .alias("unit"),
            pl.concat_str("sign", "whole", pl.lit("."), pl.col("tenth").fill_null("0"))
            .cast(pl.Decimal(18, 1))
            .alias("value"),
            pl.concat_str(
                "sign",
                _spaced("whole"),
                pl.when(pl.col("tenth").is_not_null())
                .then(pl.concat_str(pl.lit(","), "tenth"))
                .otherwise(pl.lit("")),
            ).alias("printed"),
            "status",
            pl.lit(None, pl.String).alias("note"),
        )
    )


def _spaced(name: str) -> pl.Expr:
    """A whole number with a space between thousands."""
    number = pl.col(name)
    last = pl.concat_str(pl.lit(" "), (number % 1000).cast(pl.String).str.zfill(3))
    middle = pl.concat_str(pl.lit(" "), (number // 1000 % 1000).cast(pl.String).str.zfill(3))
    return (
        pl.when(number < 1000)
        .then(number.cast(pl.String))
        .when(number < 1_000_000)
        .then(pl.concat_str((number // 1000).cast(pl.String), last))
        .otherwise(pl.concat_str((number // 1_000_000).cast(pl.String), middle, last))
    )


def _days(year: int, half: int) -> dict[str, tuple[date | None, date]]:
    """First and last day of each period that a report speaks of."""

    def span(back: int, whole: bool = half == 1) -> tuple[date | None, date]:
        at = _calendar(year) - back
        return date(at, 1, 1), date(at, 12, 31) if whole else date(at, 6, 30)

    return {
        "now": span(0), "before": span(1), "earlier": span(2), "year": span(0, True),
        "day": (None, span(0)[1]), "day_before": (None, span(1)[1]),
    }  # fmt: skip


# --- reports and truth ------------------------------------------------------------------------


def _reports(block: _Block, year: int) -> pl.DataFrame:
    """rapporter.csv: one row per report of the year."""
    rows = []
    for (_, name), pair in zip(block.names, _report_ids(block, year), strict=True):
        for half, report_id in enumerate(pair):
            end = date(_calendar(year), *((6, 30) if half == 0 else (12, 31)))
            decided = date(end.year, 9, 15) if half == 0 else date(end.year + 1, 3, 20)
            rows.append(
                (report_id, f"{report_id}.pdf", name, "delar" if half == 0 else "ar",
                 date(end.year, 1, 1), end, decided,
                 hashlib.sha256(report_id.encode()).hexdigest(), "syntetisk", "reconciled")
            )  # fmt: skip
    names = ["report_id", "source_file", "forbund", "report_type", "period_start", "period_end",
             "decided_date", "sha256", "extracted_by", "status"]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def _truth(block: _Block, year: int) -> dict[str, pl.DataFrame]:
    ids = _report_ids(block, year)
    broken, delivered, restated = [], [], []
    for forbund, half in np.ndindex(block.fault[:, year].shape):
        report_id = ids[forbund][half]
        code = int(block.fault[forbund, year, half])
        plant = PLANTS[code - 1] if code else None
        corrected = bool(block.corrected[forbund, year, half])
        blocked = plant is not None and plant.blocking
        delivered.append((report_id, 1, plant.name if plant else None, blocked and not corrected))
        if corrected:
            delivered.append((report_id, 2, None, False))
        elif plant:
            broken += [(report_id, f"{report_id}#1", regel) for regel in plant.breaks]
        moved = int(block.books.shift[forbund, year, half])
        if moved and year > EARLIER:
            earlier = _report_id(block.names[forbund][0], _calendar(year) - 1, half)
            restated += [
                (report_id, earlier, "administration", moved),
                (report_id, earlier, "kostnader_insatser", -moved),
            ]
    return {
        "brott": pl.DataFrame(
            broken, orient="row",
            schema={"report_id": pl.String, "leverans_id": pl.String, "regel_id": pl.String},
        ),
        "leverans": pl.DataFrame(
            delivered, orient="row",
            schema={"report_id": pl.String, "version": pl.Int64, "fel": pl.String,
                    "i_karantan": pl.Boolean},
        ),
        "omrakning": pl.DataFrame(
            restated, orient="row",
            schema={"report_id": pl.String, "tidigare_report_id": pl.String,
                    "post_code": pl.String, "differens_sek": pl.Int64},
        ),
    }  # fmt: skip
