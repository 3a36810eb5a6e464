-- Every check of every delivery with its verdict and its sentence: what was tried, what could not be,
-- and which breaks are explained. A rule that finds nothing to try in a report still has a row.
-- Grain: one row per delivery × rule × scenario × period × object.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with leverans as (
    select * from {{ ref('stg_leverans') }}
    where {{ nya_leveranser() }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

kand_avvikelse as (
    select * from {{ ref('kand_avvikelse') }}
),

regel as (
    select distinct regel_id, benamning, allvar from {{ ref('regel') }}
    union all
    select regel_id, benamning, allvar from {{ ref('kontrollregel') }}
),

provad as (
    {{ provade('regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall, hinder, rader') }}
),

brott as (
    {{ provade(
        'regel_id, leverans_id, scenario, period_start, period_end, objekt, cast(summa - led as decimal(18, 4)) as differens, rader',
        "utfall = 'brott'"
    ) }}
),

provad_regel as (
    {{ provade('regel_id, leverans_id') }}
),

med_rapport as (
    select
        provad.regel_id,
        provad.leverans_id,
        leverans.report_id,
        provad.scenario,
        provad.period_start,
        provad.period_end,
        provad.objekt,
        provad.enhet,
        provad.summa,
        provad.led,
        cast(provad.summa - provad.led as decimal(18, 4)) as differens,
        provad.tolerans,
        provad.utfall,
        provad.hinder,
        provad.rader
    from provad
    inner join leverans on provad.leverans_id = leverans.leverans_id
),

forklarad as (       -- an explanation holds for its exact difference and no other
    select
        med_rapport.regel_id,
        med_rapport.leverans_id,
        med_rapport.report_id,
        med_rapport.scenario,
        med_rapport.period_start,
        med_rapport.period_end,
        med_rapport.objekt,
        med_rapport.enhet,
        med_rapport.summa,
        med_rapport.led,
        med_rapport.differens,
        med_rapport.tolerans,
        case
            when med_rapport.utfall = 'brott' and kand_avvikelse.orsak is not null then 'känd avvikelse'
            else med_rapport.utfall
        end as utfall,
        med_rapport.hinder,
        med_rapport.rader,
        case when med_rapport.utfall = 'brott' then kand_avvikelse.orsak end as orsak
    from med_rapport
    left join kand_avvikelse
        on med_rapport.report_id = kand_avvikelse.report_id
        and med_rapport.regel_id = kand_avvikelse.regel_id
        and med_rapport.scenario = kand_avvikelse.scenario
        and med_rapport.period_start is not distinct from kand_avvikelse.period_start
        and med_rapport.period_end = kand_avvikelse.period_end
        and med_rapport.objekt is not distinct from kand_avvikelse.objekt
        and med_rapport.differens = kand_avvikelse.differens
),

kand as (            -- KAN: an explanation that explains nothing is itself a break
    select
        'KAN' as regel_id,
        leverans.leverans_id,
        leverans.report_id,
        kand_avvikelse.scenario,
        kand_avvikelse.period_start,
        kand_avvikelse.period_end,
        kand_avvikelse.regel_id || coalesce(', ' || kand_avvikelse.objekt, '') as objekt,
        'kr' as enhet,
        cast(kand_avvikelse.differens as decimal(18, 4)) as summa,
        brott.differens as led,
        cast(kand_avvikelse.differens - brott.differens as decimal(18, 4)) as differens,
        cast(0 as decimal(18, 4)) as tolerans,
        case when brott.regel_id is null then 'brott' else 'håller' end as utfall,
        cast(null as {{ dbt.type_string() }}) as hinder,
        brott.rader,
        cast(null as {{ dbt.type_string() }}) as orsak
    from kand_avvikelse
    inner join leverans on kand_avvikelse.report_id = leverans.report_id
    left join brott
        on leverans.leverans_id = brott.leverans_id
        and kand_avvikelse.regel_id = brott.regel_id
        and kand_avvikelse.scenario = brott.scenario
        and kand_avvikelse.period_start is not distinct from brott.period_start
        and kand_avvikelse.period_end = brott.period_end
        and kand_avvikelse.objekt is not distinct from brott.objekt
        and kand_avvikelse.differens = brott.differens
        and kand_avvikelse.orsak is not null
),

har_rad as (
    select distinct regel_id, leverans_id from provad_regel
    union
    select 'KAN' as regel_id, leverans_id from kand
),

tomma as (
    select
        regel.regel_id,
        leverans.leverans_id,
        leverans.report_id,
        'utfall' as scenario,
        rapport.period_start,
        rapport.period_end,
        cast(null as {{ dbt.type_string() }}) as objekt,
        cast(null as {{ dbt.type_string() }}) as enhet,
        cast(null as decimal(18, 4)) as summa,
        cast(null as decimal(18, 4)) as led,
        cast(null as decimal(18, 4)) as differens,
        cast(null as decimal(18, 4)) as tolerans,
        -- nothing differs from its printed characters, nothing is explained: that rule holds
        case when regel.regel_id in ('TRY', 'TRF', 'KAN') then 'håller' else 'ej prövbar' end as utfall,
        case when regel.regel_id not in ('TRY', 'TRF', 'KAN')
            then 'rapporten trycker inga uppgifter som regeln gäller' end as hinder,
        cast(null as {{ dbt.type_string() }}) as rader,
        cast(null as {{ dbt.type_string() }}) as orsak
    from leverans
    cross join regel
    inner join rapport on leverans.report_id = rapport.report_id
    left join har_rad
        on regel.regel_id = har_rad.regel_id
        and leverans.leverans_id = har_rad.leverans_id
    where har_rad.regel_id is null
),

samlade as (
    select * from forklarad
    union all
    select * from kand
    union all
    select * from tomma
),

-- a table that a report prints in an unforeseen way may give one object twice: both are kept
numrerade as (
    select
        *,
        row_number() over (
            partition by leverans_id, regel_id, scenario, period_start, period_end, objekt
            order by summa nulls last, led nulls last, rader nulls last
        ) as upprepning
    from samlade
),

alla as (
    select
        regel_id,
        leverans_id,
        report_id,
        scenario,
        period_start,
        period_end,
        case when upprepning = 1 then objekt else coalesce(objekt || ' ', '') || '(' || upprepning || ')' end as objekt,
        enhet,
        summa,
        led,
        differens,
        tolerans,
        utfall,
        hinder,
        rader,
        orsak
    from numrerade
)

select
    {{ key([
        'alla.leverans_id', 'alla.regel_id', 'alla.scenario', 'alla.period_start', 'alla.period_end', 'alla.objekt'
    ]) }} as kontroll_key,
    alla.regel_id,
    regel.benamning as regel,
    regel.allvar,
    alla.report_id,
    alla.leverans_id,
    rapport.forbund_id,
    alla.scenario,
    alla.period_start,
    alla.period_end,
    alla.objekt,
    alla.enhet,
    alla.summa,
    alla.led,
    alla.differens,
    alla.tolerans,
    alla.utfall,
    {{ kontrollmening() }} as mening,
    alla.rader,
    alla.orsak,
    alla.hinder
from alla
inner join regel on alla.regel_id = regel.regel_id
inner join rapport on alla.report_id = rapport.report_id
