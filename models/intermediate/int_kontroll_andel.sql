-- Checks of ratios: AND (printed against computed), FIN (members' shares), MAL (judged goals).
-- Grain: one row per delivery × rule × scenario × period × object.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with nyckeltal as (
    select * from {{ ref('int_nyckeltal') }}
    where rapporterat_varde is not null
        and {{ nya_leveranser() }}
),

definition as (
    select * from {{ ref('nyckeltal') }}
),

fakta as (
    select * from {{ ref('int_fakta') }}
    where medlem is not null
        and status <> 'suspect'
        and {{ nya_leveranser() }}
),

mal as (
    select * from {{ ref('int_mal') }}
    where bedomning is not null
        and {{ nya_leveranser() }}
),

andel as (
    select
        'AND' as regel_id,
        nyckeltal.leverans_id,
        nyckeltal.scenario,
        nyckeltal.period_start,
        nyckeltal.period_end,
        definition.benamning || coalesce(', ' || nyckeltal.insats_id, '') as objekt,
        definition.enhet,
        nyckeltal.rapporterat_varde as summa,
        round(nyckeltal.varde, 2) as led,
        nyckeltal.rapporterat_halv_enhet as tolerans,
        {{ intervallutfall('nyckeltal.rapporterat_varde', 'round(nyckeltal.varde, 2)', 'nyckeltal.rapporterat_halv_enhet') }} as utfall,
        case when nyckeltal.varde is null then 'beloppen eller antalen bakom andelen trycks inte' end as hinder,
        'rad ' || nyckeltal.rapporterat_rad as rader
    from nyckeltal
    inner join definition on nyckeltal.nyckeltal_id = definition.nyckeltal_id
),

part as (
    select
        leverans_id,
        forbund_id,
        case
            when {{ matches('lower(medlem)', "'försäkringskassan|arbetsförmedlingen|staten'") }} then 'staten'
            when {{ matches('lower(medlem)', "'region|landsting'") }} then 'regionen'
            when {{ matches('lower(medlem)', "'kommun|stad'") }} then 'kommunerna'
        end as part,
        scenario,
        period_start,
        period_end,
        unit,
        value,
        belopp_sek,
        halv_enhet,
        line
    from fakta
),

tryckta_andelar as (
    select
        leverans_id,
        forbund_id,
        part,
        scenario,
        period_start,
        period_end,
        'tryckt andel' as sort,
        sum(value) as andel,
        sum(halv_enhet) as tolerans,
        {{ list_distinct('line') }} as rader
    from part
    where unit = 'procent' and part is not null
    group by leverans_id, forbund_id, part, scenario, period_start, period_end
),

bidrag as (
    select
        leverans_id,
        forbund_id,
        part,
        scenario,
        period_start,
        period_end,
        sum(belopp_sek) as belopp,
        sum(halv_enhet) as halv_enhet,
        {{ list_distinct('line') }} as rader
    from part
    where belopp_sek is not null and part is not null and period_start is not null
    group by leverans_id, forbund_id, part, scenario, period_start, period_end
),

bidrag_med_total as (
    select
        leverans_id,
        forbund_id,
        part,
        scenario,
        period_start,
        period_end,
        belopp,
        halv_enhet,
        nullif(sum(belopp) over (partition by leverans_id, scenario, period_start, period_end), 0) as total,
        rader
    from bidrag
),

bidragsandelar as (
    select
        leverans_id,
        forbund_id,
        part,
        scenario,
        period_start,
        period_end,
        'andel av bidragen' as sort,
        {{ avrunda(kvot('100 * belopp', 'total'), 4) }} as andel,
        {{ avrunda(kvot('100 * halv_enhet', 'total'), 4) }} + 0.0001 as tolerans,
        rader
    from bidrag_med_total
),

andelar as (
    select * from tryckta_andelar
    union all
    select * from bidragsandelar
),

lagens_andelar as (  -- a municipality outside any region (Gotland) pays the other half alone, 5 a § FinsamL
    select
        leverans_id,
        part,
        scenario,
        period_start,
        period_end,
        sort,
        cast(case when part = 'staten' or forbund_id = 'gotland' then 50 else 25 end as decimal(18, 4)) as lagens,
        andel,
        tolerans,
        rader
    from andelar
),

finansiering as (
    select
        'FIN' as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        part || ', ' || sort as objekt,
        'procent' as enhet,
        lagens as summa,
        andel as led,
        tolerans,
        {{ intervallutfall('lagens', 'andel', 'tolerans') }} as utfall,
        cast(null as {{ dbt.type_string() }}) as hinder,
        'rad ' || rader as rader
    from lagens_andelar
),

malbedomning as (
    select
        'MAL' as regel_id,
        leverans_id,
        coalesce(utfall_scenario, 'mal') as scenario,
        period_start,
        period_end,
        mal || ', rad ' || mal_rad || ': ' || bedomning as objekt,
        case enhet when 'SEK' then 'kr' when 'TSEK' then 'tkr' else enhet end as enhet,
        malvarde as summa,
        utfallsvarde as led,
        cast(0 as decimal(18, 4)) as tolerans,
        case
            when uppfyllt_enligt_tal is null or bedomning not in ('uppfyllt', 'ej uppfyllt') then 'ej prövbar'
            when uppfyllt_enligt_tal = (bedomning = 'uppfyllt') then 'håller'
            else 'brott'
        end as utfall,
        case
            when uppfyllt_enligt_tal is null then 'målet har inget utfall i siffror'
            when bedomning not in ('uppfyllt', 'ej uppfyllt') then 'bedömningen är varken uppfyllt eller ej uppfyllt'
        end as hinder,
        'rad ' || mal_rad || coalesce('; utfall på rad ' || utfall_rad, '') as rader
    from mal
),

alla as (
    select regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall, hinder, rader from andel
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall, hinder,
        rader from finansiering
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall, hinder,
        rader from malbedomning
)

select
    regel_id,
    leverans_id,
    scenario,
    period_start,
    period_end,
    objekt,
    enhet,
    cast(summa as decimal(18, 4)) as summa,
    cast(led as decimal(18, 4)) as led,
    cast(tolerans as decimal(18, 4)) as tolerans,
    utfall,
    hinder,
    rader
from alla
