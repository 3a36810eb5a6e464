"""A small healthy warehouse with the columns that the guard reads, to be broken in tests."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from expectations.identiteter import prova

SEEDS = Path(__file__).parents[2] / "seeds"

SCHEMA = """
create schema raw; create schema seeds; create schema intermediate; create schema marts;
create table raw.inlasning (
    inlasning_id varchar, fil varchar, lasta bigint, godkanda bigint, avvisade bigint);
create table raw.avvisade_fakta (inlasning_id varchar, fil varchar, rad bigint);
create table raw.leverans (
    leverans_id varchar, report_id varchar, fil varchar, antal_fakta bigint);
create table raw.fakta (
    leverans_id varchar, rad bigint, report_id varchar, line integer, position integer,
    page integer, statement varchar, label varchar, post_code varchar, insats varchar,
    insatstyp varchar, breakdown varchar, scenario varchar, period_start date,
    period_end date, unit varchar,
    value decimal(24, 6), printed varchar, status varchar, note varchar);
create table seeds.kand_avvikelse (
    report_id varchar, regel_id varchar, scenario varchar, period_start date, period_end date,
    objekt varchar, differens decimal(18, 2), orsak varchar, beslutad date);
create table intermediate.int_leverans (
    leverans_id varchar, report_id varchar, status varchar, forbund_id varchar, andrad boolean);
"""

# alfa: a corrected second delivery; beta: a known deviation in RR1; gamma: in quarantine
FACTS = """
insert into raw.fakta
select
    leverans_id, row_number() over (partition by leverans_id) + 1, split_part(leverans_id, '#', 1),
    line, 1, null, statement, label, post_code, null, insatstyp, breakdown, scenario,
    case when statement <> 'balansrakning' then date '2022-01-01' end, date '2022-06-30', unit,
    value, value::varchar, 'verified', null
from (
    select delivery || '_2022-06-30_delar#' || version as leverans_id, * from (values
        ('alfa', 1, 10, 'balansrakning', 'Tillgångar', 'summa_tillgangar', 'SEK', 99),
        ('alfa', 2, 10, 'balansrakning', 'Tillgångar', 'summa_tillgangar', 'SEK', 4369942),
        ('alfa', 2, 20, 'balansrakning', 'Skulder', 'summa_eget_kapital_och_skulder', 'SEK',
            4369942),
        ('alfa', 2, 30, 'insats_ekonomi', 'Insats', null, 'SEK', 1270854),
        ('alfa', 2, 31, 'deltagare', 'Deltagare', null, 'antal', 42),
        ('alfa', 2, 32, 'nyckeltal', 'Andel', null, 'procent', 26.7),
        ('alfa', 2, 33, 'personal', 'Tjänster', null, 'tjanst', 0.5),
        ('alfa', 2, 34, 'mal', 'Tid', null, 'manader', 6),
        ('alfa', 2, 35, 'ovrigt', 'Ålder', null, 'ar', 16),
        ('alfa', 2, 36, 'nyckeltal', 'Skattning', null, 'index', 7.7),
        ('beta', 1, 10, 'resultatrakning', 'Intäkter', 'verksamhetens_intakter', 'TSEK', 4005),
        ('beta', 1, 11, 'resultatrakning', 'Kostnader', 'verksamhetens_kostnader', 'TSEK', -4413),
        ('beta', 1, 12, 'resultatrakning', 'Resultat', 'verksamhetens_resultat', 'SEK', -410000),
        ('gamma', 1, 10, 'oversikt', 'Resultat', null, 'SEK', -5)
    ) as v(delivery, version, line, statement, label, post_code, unit, value)
), lateral (
    select
        case line when 30 then 'individinriktad' end as insatstyp,
        case line when 31 then 'kon=kvinna;alder=15-29' end as breakdown,
        case line when 34 then 'mal' else 'utfall' end as scenario
);
insert into raw.leverans
    select leverans_id, report_id, 'data/fakta/prov.csv', count(*) from raw.fakta group by all;
insert into raw.inlasning values ('i1', 'data/fakta/prov.csv', 16, 14, 2);
insert into raw.avvisade_fakta values
    ('i1', 'data/fakta/prov.csv', 3), ('i1', 'data/fakta/prov.csv', 7);
insert into intermediate.int_leverans
    select leverans_id, report_id, case leverans_id
        when 'alfa_2022-06-30_delar#1' then 'ersatt'
        when 'gamma_2022-06-30_delar#1' then 'i karantän' else 'publicerad' end,
        split_part(report_id, '_', 1), true
    from raw.leverans;
insert into seeds.kand_avvikelse values (
    'beta_2022-06-30_delar', 'RR1', 'utfall', '2022-01-01', '2022-06-30', null, -2000,
    'Finansiell kostnad', '2026-01-01');
"""

MARTS = """
create table marts.dim_forbund as
    select distinct split_part(report_id, '_', 1) as forbund_id, md5(forbund_id) as forbund_key
    from raw.fakta;
create table marts.dim_period as
    select distinct md5(period_end::varchar) as period_key, period_end from raw.fakta;
create table marts.dim_insats as select 'k' as insats_key, 'alfa-insats' as insats_id;
create table marts.dim_post as
    select distinct md5(post_code) as post_key, statement, post_code from raw.fakta
    where post_code is not null;
create table marts.dim_rapport as
    select distinct md5(report_id) as rapport_key, report_id from raw.fakta;
create table marts.fct_rapportfakta as
    select
        f.*, split_part(f.report_id, '_', 1) as forbund_id, md5(forbund_id) as forbund_key,
        (value * case unit when 'SEK' then 1 when 'TSEK' then 1000 end)::decimal(18, 2)
            as belopp_sek,
        md5(period_end::varchar) as period_key, case when line = 30 then 'k' end as insats_key,
        md5(post_code) as post_key, md5(f.report_id) as rapport_key
    from raw.fakta f
    join intermediate.int_leverans l using (leverans_id)
    where l.status = 'publicerad';
create table marts.fct_ekonomi as
    select
        report_id, leverans_id, forbund_id, statement, post_code, scenario, period_start,
        period_end, belopp_sek,
        case unit when 'SEK' then 0.5 else 500 end::decimal(18, 2) as halv_enhet_sek,
        false as harledd, null::varchar as harledd_av_regel,
        forbund_key, period_key, post_key, rapport_key
    from marts.fct_rapportfakta
    where post_code is not null;
create table marts.fct_kostnad as
    select
        report_id, forbund_id, scenario, period_start, period_end, belopp_sek, insats_key,
        forbund_key, 'alfa-insats' as insats_id
    from marts.fct_rapportfakta
    where statement = 'insats_ekonomi';
create table marts.fct_kontroll (
    regel_id varchar, report_id varchar, leverans_id varchar, scenario varchar, period_start date,
    period_end date, objekt varchar, utfall varchar, differens_sek decimal(18, 2),
    leverans_status varchar);
"""


@pytest.fixture(scope="session")
def _lager() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        con.read_csv(str(SEEDS / "regel.csv"), header=True).create("seeds.regel")
        con.execute(FACTS)
        con.execute(MARTS)
        tried = prova(con.sql("from marts.fct_ekonomi").pl(), con.sql("from seeds.regel").pl())
        known = pl.when(pl.col("utfall") == "brott").then(pl.lit("känd avvikelse"))
        tried = tried.with_columns(known.otherwise("utfall").alias("utfall"))
        con.register("tried", tried.to_arrow())
        con.execute(
            "insert into marts.fct_kontroll select regel_id, report_id, leverans_id, scenario, "
            "period_start, period_end, null, utfall, differens, 'publicerad' from tried"
        )
        con.unregister("tried")
        yield con


@pytest.fixture
def lager(_lager: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The healthy warehouse; whatever a test does to it is undone."""
    _lager.begin()
    yield _lager
    _lager.rollback()
