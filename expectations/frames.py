"""The frames that the suites are evaluated on, read from the build database.

Belongs here: SQL that aggregates in the engine, and the identities (identiteter.py) joined with
what dbt says of them. Does not belong here: judging. A frame holds counts and candidates, one
row per thing that can be wrong; only the incoming suite sees single facts, of new deliveries. Of a
large frame only the rows that can fail leave the engine (narrowing.py).

What no build has touched since it was guarded and published is not read row by row again
(`int_leverans.andrad`); counts of all of it are.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from expectations.identiteter import BROTT, EJ_PROVBAR, KAND_AVVIKELSE, prova
from expectations.narrowing import WHOLE, narrowed

CONTRACT: Final = (
    "report_id, line, position, page, statement, label, post_code, insats, insatstyp, breakdown, "
    "scenario, period_start, period_end, unit, value, printed, status, note"
)
STATEMENTS: Final = "('resultatrakning', 'balansrakning', 'kassaflode')"
OPENING: Final = ("ingaende_eget_kapital", "likvida_medel_vid_periodens_borjan")
NATURAL_IDS: Final = {
    "forbund_key": "forbund_id",
    "period_key": "period_end",
    "insats_key": "insats_id",
    "post_key": "post_code",
    "rapport_key": "report_id",
}
GRAINS: Final = {
    "fct_rapportfakta": "report_id, line, position",
    "fct_ekonomi": "report_id, statement, post_code, scenario, period_start, period_end",
    "fct_kontroll": "regel_id, leverans_id, scenario, period_start, period_end, objekt",
}
FACT_OF: Final = pl.Schema({"leverans_id": pl.String})
IN_SHARE: Final = "leverans_id in (select leverans_id from andel)"
RULE_COLUMN: Final = ["regel_id", "leverans_id", "scenario", "period_start", "period_end"]


OLD: Final = "not in (select leverans_id from intermediate.int_leverans where not andrad)"
OLD_REPORT: Final = (
    "not in (select report_id from intermediate.int_leverans "
    "group by report_id having not bool_or(andrad))"
)
OLD_FORBUND: Final = OLD_REPORT.replace("report_id", "forbund_id")
"""What is not known to be untouched is read: also what no build has heard of."""
BATCH: Final = 10_000
"""Deliveries whose identities are tried at a time: what bounds the memory of a full build."""


def incoming_frames(
    con: duckdb.DuckDBPyConnection, granskade: Collection[str] = (), whole: int = WHOLE
) -> dict[str, pa.Table]:
    """Frames of the suite inkommande_fakta.

    `granskade`: leverans_id that an earlier refresh has checked and published; their facts are
    left out of the frame `fakta`. Frames: `fakta` (one accepted fact), `leveranser` (one
    delivery, facts announced and found), `inlasningar` (one file read, rows by outcome).
    `whole`: the largest frame that is not narrowed.
    """
    with _registered(con, "granskade", pl.DataFrame({"leverans_id": sorted(granskade)}, FACT_OF)):
        fakta = (
            f"(select leverans_id, rad, {CONTRACT} from raw.fakta where leverans_id is null "
            "or leverans_id not in (select leverans_id from granskade))"
        )
        return {
            "fakta": narrowed(con, "inkommande_fakta", "fakta", fakta, whole),
            "leveranser": _counted(con, "inkommande_fakta", "leveranser", ANNOUNCED, whole),
            "inlasningar": _counted(con, "inkommande_fakta", "inlasningar", FILES_READ, whole),
        }


def marts_frames(con: duckdb.DuckDBPyConnection, whole: int = WHOLE) -> dict[str, pa.Table]:
    """Frames of the suite marts.

    `identiteter` (one rule × report × scenario × period, the guard's verdict beside dbt's),
    `tackning` (the same grain: could the rule be tried on the printed figures, and was it),
    `nycklar` (one key column of a fact table, or one report in it with orphans), `leveranser`
    (one delivery, its facts by where they went), `korn` (one fact table, or one key in it that
    occurs twice), `kostnader` (one report × scenario, the lowest sum of costs of its periods).
    """
    relations = {
        "nycklar": f"({_keys_sql(con)})",
        "leveranser": DELIVERIES,
        "korn": f"({_grains_sql()})",
        "kostnader": COSTS,
    }
    return _tried(con, whole) | {
        frame: _counted(con, "marts", frame, relation, whole)
        for frame, relation in relations.items()
    }


def _counted(
    con: duckdb.DuckDBPyConnection, suite: str, frame: str, relation: str, whole: int
) -> pa.Table:
    """A frame of an aggregate: counted once, however many conditions look at it."""
    con.execute(f"create or replace temp table raknat as {relation}")
    try:
        return narrowed(con, suite, frame, "raknat", whole)
    finally:
        con.execute("drop table raknat")


@contextmanager
def _registered(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[str]:
    con.register(name, frame.to_arrow())
    try:
        yield name
    finally:
        con.unregister(name)


def _tried(con: duckdb.DuckDBPyConnection, whole: int) -> dict[str, pa.Table]:
    """The frames of identities, a batch of deliveries at a time."""
    regel = con.sql("select * from seeds.regel").pl()
    changed = con.sql(
        f"select leverans_id from marts.fct_rapportfakta where leverans_id {OLD} union "
        f"select leverans_id from marts.fct_ekonomi where leverans_id {OLD} union "
        f"select leverans_id from marts.fct_kontroll where leverans_id {OLD} order by leverans_id"
    ).pl()
    identities, coverage = [], []
    for start in range(0, max(changed.height, 1), BATCH):
        with _registered(con, "andel", changed.slice(start, BATCH).cast(FACT_OF)):
            ekonomi = con.sql(f"select * from marts.fct_ekonomi where {IN_SHARE}").pl()
            verdicts = _verdicts(con, prova(ekonomi, regel))
            with _registered(con, "utslag", verdicts):
                chosen = pl.DataFrame(narrowed(con, "marts", "identiteter", "utslag", whole))
            identities.append(_with_lines(con, chosen, regel).to_arrow())
            with _registered(con, "provning", _coverage(con, verdicts, regel)):
                coverage.append(narrowed(con, "marts", "tackning", "provning", whole))
    return {
        "identiteter": pa.concat_tables(identities, promote_options="permissive"),
        "tackning": pa.concat_tables(coverage, promote_options="permissive"),
    }


def _verdicts(con: duckdb.DuckDBPyConnection, tried: pl.DataFrame) -> pl.DataFrame:
    """The guard's verdicts with known deviations, joined in full with dbt's."""
    known = con.sql(
        "select report_id, regel_id, scenario, period_start, period_end, "
        "differens::decimal(24, 2) as differens, true as kand, orsak "
        "from seeds.kand_avvikelse where coalesce(objekt, '') = ''"
    ).pl()
    dbt = con.sql(
        "select regel_id, leverans_id, scenario, period_start, period_end, "
        "report_id as report_id_dbt, utfall as utfall_dbt, "
        "differens_sek::decimal(24, 2) as differens_dbt "
        f"from marts.fct_kontroll where leverans_status = 'publicerad' and {IN_SHARE} "
        "and regel_id in (select regel_id from seeds.regel)"
    ).pl()
    excused = (pl.col("utfall") == BROTT) & pl.col("kand").fill_null(False)
    joined = (
        tried.join(
            known,
            on=["report_id", "regel_id", "scenario", "period_start", "period_end", "differens"],
            how="left",
            nulls_equal=True,
        )
        .with_columns(
            pl.when(excused)
            .then(pl.lit(KAND_AVVIKELSE))
            .otherwise(pl.col("utfall"))
            .alias("utfall")
        )
        .join(dbt, on=RULE_COLUMN, how="full", coalesce=True, nulls_equal=True)
        .with_columns(pl.coalesce("report_id", "report_id_dbt").alias("report_id"))
    )
    # dbt also lists rules of statements that a report lacks: nothing for the guard to try there
    absent = pl.col("utfall").is_null() & (pl.col("utfall_dbt") == EJ_PROVBAR)
    return joined.filter(~absent).drop("kand", "report_id_dbt").sort(RULE_COLUMN)


def _with_lines(
    con: duckdb.DuckDBPyConnection, verdicts: pl.DataFrame, regel: pl.DataFrame
) -> pl.DataFrame:
    """Add `rader`, the source lines of a break's total and parts; null for the others."""
    broken = verdicts.filter(pl.col("utfall") == BROTT).select(RULE_COLUMN)
    lines = con.sql(
        "select leverans_id, scenario, statement, post_code, period_start as f_start, "
        "period_end as f_end, line from marts.fct_rapportfakta "
        f"where post_code is not null and statement in {STATEMENTS} "
        "and list_contains($leveranser::varchar[], leverans_id)",
        params={"leveranser": broken["leverans_id"].unique().to_list()},
    ).pl()
    posts = pl.concat(
        [
            regel.select(
                "regel_id",
                pl.col("summa_statement").alias("statement"),
                pl.col("summa_post").alias("post_code"),
                pl.lit("summa").alias("sida"),
            ).unique(),
            regel.select(
                "regel_id",
                pl.col("led_statement").alias("statement"),
                pl.col("led_post").alias("post_code"),
                pl.lit("led").alias("sida"),
            ),
        ]
    )
    opening = pl.col("post_code").is_in(OPENING)
    same_column = (opening | (pl.col("f_end") == pl.col("period_end"))) & (
        pl.col("f_start").is_null()
        | pl.col("period_start").is_null()
        | (pl.col("f_start") == pl.col("period_start"))
    )
    side = pl.col("line").filter(pl.col("sida") == "summa").unique().sort()
    part = pl.col("line").filter(pl.col("sida") == "led").unique().sort()
    named = (
        broken.join(posts, on="regel_id")
        .join(lines, on=["leverans_id", "scenario", "statement", "post_code"])
        .filter(same_column)
        .group_by(RULE_COLUMN)
        .agg(
            pl.format(
                "rad {}; delar på rad {}",
                side.cast(pl.String).implode().list.join(", "),
                part.cast(pl.String).implode().list.join(", "),
            )
            .first()
            .alias("rader")
        )
    )
    return verdicts.join(named, on=RULE_COLUMN, how="left", nulls_equal=True)


def _coverage(
    con: duckdb.DuckDBPyConnection, verdicts: pl.DataFrame, regel: pl.DataFrame
) -> pl.DataFrame:
    """What must have been tried, from the printed figures alone, beside what was.

    A figure that stands in fct_rapportfakta but never reached fct_ekonomi leaves a rule untried;
    only the printed side can tell. Opening posts are left out: dbt moves them between columns.
    """
    printed = con.sql(
        "select report_id, leverans_id, forbund_id, statement, post_code, scenario, period_start, "
        "period_end, belopp_sek, 0::decimal(18, 2) as halv_enhet_sek, false as harledd, "
        "null::varchar as harledd_av_regel from marts.fct_rapportfakta "
        f"where {IN_SHARE} and statement in {STATEMENTS} and post_code not in {OPENING} "
        # a post of which a row is suspect has no amount
        "and (leverans_id, statement, post_code, scenario, period_end) not in ("
        "select (leverans_id, statement, post_code, scenario, period_end) from raw.fakta "
        "where status = 'suspect' and post_code is not null) "
        "and belopp_sek is not null and status <> 'suspect' "
        "and scenario in ('utfall', 'budget', 'prognos') "
        # a figure of a period without its period has no column to be tried in
        "and (statement <> 'resultatrakning' or period_start is not null)"
    ).pl()
    possible = prova(printed, regel).select(
        "report_id", *RULE_COLUMN, (pl.col("utfall") != EJ_PROVBAR).alias("provbar")
    )
    return possible.join(
        verdicts.select(*RULE_COLUMN, "utfall", "utfall_dbt"),
        on=RULE_COLUMN,
        how="left",
        nulls_equal=True,
    )


def _keys_sql(con: duckdb.DuckDBPyConnection) -> str:
    """One row per key column of a fact table, and one per report that has orphans in it."""
    columns = con.sql(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'marts' order by all"
    ).fetchall()
    tables: dict[str, set[str]] = {}
    for table, column in columns:
        tables.setdefault(table, set()).add(column)
    return " union all ".join(
        _key_sql(table, key, NATURAL_IDS[key], tables)
        for table in tables
        if table.startswith("fct_")
        for key in NATURAL_IDS
        if key in tables[table] and f"dim_{key.removesuffix('_key')}" in tables
    )


def _key_sql(table: str, key: str, natural: str, tables: dict[str, set[str]]) -> str:
    dimension = f"dim_{key.removesuffix('_key')}"
    has_id = natural in tables[table]
    keyless = f"f.{key} is null and f.{natural} is not null" if has_id else "false"
    orphan = f"f.{key} is not null and d.{key} is null"
    per_report = "report_id" in tables[table]
    # a dimension is built by förbund: what it lost can be missed by any row of the same
    touched = f"where f.forbund_id {OLD_FORBUND}" if "forbund_id" in tables[table] else ""
    report = "f.report_id" if per_report else "null::varchar"
    groups = (
        "group by grouping sets ((), (f.report_id)) having grouping(f.report_id) = 1 "
        "or antal_foraldralosa > 0 or antal_utan_nyckel > 0"
    )
    return f"""
        (select '{table}' as tabell, '{key}' as kolumn, '{dimension}' as dimension,
            '{table}.{key}' as provad, {report} as report_id, count(*) as antal_rader,
            count(*) filter ({orphan}) as antal_foraldralosa,
            count(*) filter ({keyless}) as antal_utan_nyckel,
            min(f.{key}::varchar) filter ({orphan}) as exempel
        from marts.{table} f
        left join (select distinct {key} from marts.{dimension}) d on d.{key} = f.{key}
        {touched} {groups if per_report else ""})
    """


ANNOUNCED: Final = """(
select l.leverans_id, l.report_id, l.fil, l.antal_fakta, coalesce(f.antal, 0) as antal_rader
from raw.leverans l
left join (select leverans_id, count(*) as antal from raw.fakta group by 1) f
    on f.leverans_id = l.leverans_id
order by l.leverans_id)
"""

FILES_READ: Final = """(
select i.inlasning_id, i.fil, i.lasta, i.godkanda, i.avvisade,
    coalesce(a.antal, 0) as avvisade_rader
from raw.inlasning i
left join (select inlasning_id, count(*) as antal from raw.avvisade_fakta group by 1) a
    on a.inlasning_id = i.inlasning_id
order by i.inlasning_id)
"""

# What this build has touched is compared fact by fact; of the rest the counts must add up.
DELIVERIES: Final = f"""(
with raw_fakta as (
    select leverans_id, line, position, value, unit, printed, status,
        -- what fct_ekonomi has a row for: an amount of a known post in a column of its own
        unit in ('SEK', 'TSEK') and status <> 'suspect'
            and scenario in ('utfall', 'budget', 'prognos')
            and (statement <> 'resultatrakning' or period_start is not null)
            and (statement, post_code) in (select (statement, post_code) from marts.dim_post)
            as ar_post
    from raw.fakta
),
raw_andrade as (from raw_fakta where leverans_id {OLD}),
publicerat as (
    select leverans_id, line, position, value, unit, printed, count(*) as antal
    from marts.fct_rapportfakta where leverans_id {OLD} group by all
),
jamforda as (
    select
        coalesce(r.leverans_id, p.leverans_id) as leverans_id,
        count(*) filter (r.leverans_id is not null) as antal_godkanda,
        coalesce(sum(p.antal) filter (r.leverans_id is not null), 0)::bigint as antal_publicerade,
        coalesce(sum(p.antal) filter (r.leverans_id is null), 0)::bigint as antal_okanda,
        count(*) filter (p.leverans_id is null and r.status = 'suspect') as antal_misstankta,
        count(*) filter (p.leverans_id is not null and (r.value, r.unit, r.printed)
            is distinct from (p.value, p.unit, p.printed) and r.leverans_id is not null)
            as antal_andrade,
        count(*) filter (r.ar_post and p.leverans_id is not null) as antal_poster
    from raw_andrade r
    full join publicerat p
        on p.leverans_id = r.leverans_id and p.line = r.line and p.position = r.position
    group by 1
),
ovriga_godkanda as (
    select leverans_id, count(*) as antal_godkanda,
        count(*) filter (status = 'suspect') as antal_misstankta,
        count(*) filter (ar_post) as antal_poster
    from raw_fakta where not (leverans_id {OLD}) group by 1
),
ovriga_publicerade as (
    select leverans_id, count(*) as antal
    from marts.fct_rapportfakta where not (leverans_id {OLD}) group by 1
),
rader as (
    from jamforda
    union all by name
    select
        leverans_id, coalesce(g.antal_godkanda, 0) as antal_godkanda,
        coalesce(p.antal, 0) as antal_publicerade,
        greatest(coalesce(p.antal, 0) - coalesce(g.antal_godkanda, 0), 0) as antal_okanda,
        coalesce(g.antal_misstankta, 0) as antal_misstankta, 0 as antal_andrade,
        case when p.antal > 0 then coalesce(g.antal_poster, 0) else 0 end as antal_poster
    from ovriga_godkanda g full join ovriga_publicerade p using (leverans_id)
),
ekonomi as (select leverans_id, count(*) as antal from marts.fct_ekonomi group by 1)
select
    rader.leverans_id,
    l.report_id,
    l.status,
    rader.antal_godkanda,
    rader.antal_publicerade,
    case l.status when 'i karantän' then antal_godkanda else 0 end as antal_i_karantan,
    case l.status when 'ersatt' then antal_godkanda else 0 end as antal_ersatta,
    case l.status when 'publicerad' then antal_misstankta else 0 end as antal_misstankta,
    rader.antal_okanda,
    rader.antal_andrade,
    rader.antal_poster,
    coalesce(ekonomi.antal, 0) as antal_ekonomi,
    -- where a figure is suspect the post that it is part of has no amount
    case
        when rader.antal_poster = 0 then coalesce(ekonomi.antal, 0) = 0
        else coalesce(ekonomi.antal, 0) > 0 or rader.antal_misstankta > 0
    end as ekonomi_finns,
    count(*) filter (l.status = 'publicerad') over (partition by l.report_id)
        as antal_publicerade_leveranser
from rader
left join intermediate.int_leverans l on l.leverans_id = rader.leverans_id
left join ekonomi on ekonomi.leverans_id = rader.leverans_id
order by rader.leverans_id)
"""

COSTS: Final = f"""(
select report_id, scenario, sum(antal)::bigint as antal_rader, min(summa) as lagsta_summa,
    sum(utan_belopp)::bigint as antal_utan_belopp
from (
    select report_id, scenario, period_start, period_end, count(*) as antal,
        sum(belopp_sek) as summa, count(*) filter (belopp_sek is null) as utan_belopp
    from marts.fct_kostnad
    where scenario <> 'avvikelse' and report_id {OLD_REPORT}
    group by all
)
group by all order by all)
"""


def _grains_sql() -> str:
    """One row per fact table, and one per key in what was built that occurs more than once."""
    return " union all ".join(
        f"""
        (select '{table}' as tabell, report_id, concat_ws(', ', {grain}) as nyckel,
            count(*) as antal_rader, count(*) - 1 as antal_dubbletter
        from marts.{table} where report_id {OLD_REPORT}
        group by report_id, {grain} having count(*) > 1
        union all
        select '{table}', null, null, count(*), 0 from marts.{table})
        """
        for table, grain in GRAINS.items()
    )
