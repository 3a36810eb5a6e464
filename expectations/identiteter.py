"""The identities of seeds/regel.csv tried by intervals, in Polars.

Belongs here: the guard's own reading of the interval rule, written independently of the dbt
macro so that the two can contradict each other. Does not belong here: reading the warehouse
(frames.py), what a break leads to (the suites) or the rules beyond regel.csv (dbt).

A printed figure stands for the closed interval value ± half its unit. The parts' intervals are
multiplied by their weights and added; the sum holds when the two intervals meet, that is when
|difference| <= all half units together.
"""

from typing import Final

import polars as pl

HALLER: Final = "håller"
AVRUNDNING: Final = "avrundning"
BROTT: Final = "brott"
KAND_AVVIKELSE: Final = "känd avvikelse"
EJ_PROVBAR: Final = "ej prövbar"

BALANS: Final = "balansrakning"
SEK: Final = pl.Decimal(24, 2)

_REPORT = ["report_id", "leverans_id", "forbund_id"]
_COLUMN = [*_REPORT, "scenario", "period_start", "period_end"]


def prova(ekonomi: pl.DataFrame, regel: pl.DataFrame) -> pl.DataFrame:
    """Try every rule on every column of the statements that it speaks of.

    `ekonomi`: the columns of marts.fct_ekonomi (amounts DECIMAL kronor, signs as stored).
    `regel`: the columns of seeds/regel.csv, one row per part of a rule.

    Returns one row per rule × report × scenario × period: regel_id, regel, allvar, report_id,
    leverans_id, forbund_id, scenario, period_start (null for a balance sheet), period_end,
    summa, led, differens, tolerans (kronor, DECIMAL), harledd (the total was derived by this
    very rule), utfall ('håller', 'avrundning', 'brott' or 'ej prövbar').
    """
    figures = _figures(ekonomi)
    tries = _tries(figures, regel)
    keys = ["regel_id", *_COLUMN]
    totals = (
        _seen(tries, figures, "summa_statement", "summa_post")
        .group_by(keys)
        .agg(
            pl.col("belopp").sum().alias("summa"),
            pl.col("halv").sum().alias("summa_halv"),
            (pl.col("harledd_av_regel") == pl.col("regel_id")).any().alias("harledd"),
        )
    )
    weights = regel.select("regel_id", "led_statement", "led_post", pl.col("vikt").cast(SEK))
    parts = (
        _seen(tries.join(weights, on="regel_id"), figures, "led_statement", "led_post")
        .group_by(keys)
        .agg(
            (pl.col("belopp") * pl.col("vikt")).sum().alias("led"),
            (pl.col("halv") * pl.col("vikt").abs()).sum().alias("led_halv"),
        )
    )
    tried = (
        tries.join(totals, on=keys, how="left", nulls_equal=True)
        .join(parts, on=keys, how="left", nulls_equal=True)
        .with_columns(
            pl.col("summa", "led").cast(SEK),
            (pl.col("summa") - pl.col("led")).cast(SEK).alias("differens"),
            (pl.col("summa_halv") + pl.col("led_halv")).cast(SEK).alias("tolerans"),
            pl.col("harledd").fill_null(False),
        )
    )
    return tried.select(
        *("regel_id", "regel", "allvar"),
        *_COLUMN,
        *("summa", "led", "differens", "tolerans", "harledd"),
        _verdict().alias("utfall"),
    ).sort(keys, nulls_last=False)


def _verdict() -> pl.Expr:
    tried = pl.col("differens").is_not_null() & ~pl.col("harledd")
    return (
        pl.when(~tried)
        .then(pl.lit(EJ_PROVBAR))
        .when(pl.col("differens") == 0)
        .then(pl.lit(HALLER))
        .when(pl.col("differens").abs() <= pl.col("tolerans"))
        .then(pl.lit(AVRUNDNING))
        .otherwise(pl.lit(BROTT))
    )


def _figures(ekonomi: pl.DataFrame) -> pl.DataFrame:
    """Amounts by column and post; a balance sheet's column is its closing date alone.

    Rows with the same post in the same column are added, as RR5 asks.
    """
    start = pl.when(pl.col("statement") != BALANS).then(pl.col("period_start"))
    return (
        ekonomi.with_columns(start.alias("period_start"))
        .group_by([*_COLUMN, "statement", "post_code"])
        .agg(
            pl.col("belopp_sek").sum().alias("belopp"),
            pl.col("halv_enhet_sek").sum().alias("halv"),
            pl.col("harledd_av_regel").drop_nulls().first(),
        )
    )


def _tries(figures: pl.DataFrame, regel: pl.DataFrame) -> pl.DataFrame:
    """Every rule on every column of any of its statements.

    Where a rule joins a balance sheet with a statement of a period, the balance day stands in the
    period that ends on it, the longest where several do (its result is that of the year to date),
    and alone only where no such period is. An instant outside the balance sheet (likvida medel)
    has no column of its own.
    """
    statements = pl.concat(
        [
            regel.select("regel_id", pl.col("summa_statement").alias("statement")),
            regel.select("regel_id", pl.col("led_statement").alias("statement")),
        ]
    ).unique()
    has_column = (pl.col("statement") == BALANS) | pl.col("period_start").is_not_null()
    columns = (
        figures.filter(has_column)
        .join(statements, on="statement")
        .select("regel_id", *_COLUMN)
        .unique()
    )
    end = ["regel_id", *_REPORT, "scenario", "period_end"]
    balance_rules = statements.filter(pl.col("statement") == BALANS)["regel_id"].implode()
    longest = pl.col("period_start") == pl.col("period_start").min().over(end)
    periods = columns.filter(pl.col("period_start").is_not_null()).filter(
        longest | ~pl.col("regel_id").is_in(balance_rules)
    )
    alone = columns.filter(pl.col("period_start").is_null()).join(periods, on=end, how="anti")
    rules = regel.select(
        *("regel_id", pl.col("benamning").alias("regel"), "allvar"),
        *("summa_statement", "summa_post"),
    ).unique()
    return pl.concat([periods, alone]).join(rules, on="regel_id")


def _seen(tries: pl.DataFrame, figures: pl.DataFrame, statement: str, post: str) -> pl.DataFrame:
    """The figures of a post in a column: same end, and same start where both have one."""
    same_start = (
        pl.col("figure_start").is_null()
        | pl.col("period_start").is_null()
        | (pl.col("figure_start") == pl.col("period_start"))
    )
    return tries.join(
        figures.rename({"period_start": "figure_start"}),
        left_on=[*_REPORT, "scenario", "period_end", statement, post],
        right_on=[*_REPORT, "scenario", "period_end", "statement", "post_code"],
    ).filter(same_start)
