-- REJ: a delivery whose file had rejected rows of its report is half a report, and waits.
-- What a machine could not read out of a document was never delivered: there it can't be tried.
-- A rejected row that names no report of the register, or is rejected for the name that it gives, may
-- be of any report in its file.
-- PER: where all that a report says of outcomes ends on other days than the report, its dates are wrong.
-- Grain: one row per delivery × rule.
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

fakta as (
    select leverans_id, period_end from {{ ref('int_fakta') }}
    where scenario = 'utfall'
        and status <> 'suspect'
        and {{ nya_leveranser() }}
),

forbund as (
    select distinct forbund_id from {{ ref('forbund') }}
),

avvisade as (
    select
        avvisad.inlasning_id,
        avvisad.rad,
        case when forbund.forbund_id is not null and coalesce(avvisad.kolumn, '') <> 'report_id' then avvisad.report_id end as report_id
    from {{ ref('stg_avvisad_rad') }} as avvisad
    left join forbund
        on {{ capture('avvisad.report_id', '^(.+)_[0-9]{4}-[0-9]{2}-[0-9]{2}_(?:delar|ar)$') }} = forbund.forbund_id
    where not avvisad.ar_kopia
),

raknade as (
    select
        leverans.leverans_id,
        leverans.fil,
        leverans.antal_fakta,
        rapport.period_start,
        rapport.period_end,
        count(avvisade.rad) as antal_avvisade,
        min(avvisade.rad) as forsta_rad,
        max(avvisade.rad) as sista_rad
    from leverans
    inner join rapport on leverans.report_id = rapport.report_id
    left join avvisade
        on leverans.inlasning_id = avvisade.inlasning_id
        and (avvisade.report_id is null or leverans.report_id = avvisade.report_id)
    group by leverans.leverans_id, leverans.fil, leverans.antal_fakta, rapport.period_start, rapport.period_end
),

rej as (
    select
        'REJ' as regel_id,
        leverans_id,
        period_start,
        period_end,
        cast(antal_fakta + antal_avvisade as decimal(18, 4)) as summa,
        cast(antal_fakta as decimal(18, 4)) as led,
        case
            when antal_avvisade = 0 then 'håller'
            when fil like 'dokument/%' then 'ej prövbar'
            else 'brott'
        end as utfall,
        case when antal_avvisade > 0 and fil like 'dokument/%'
            then antal_avvisade || ' uppgifter som lästes ur dokumentet bröt mot kontraktet och räknas som olästa' end as hinder,
        'rad ' || forsta_rad || case when sista_rad > forsta_rad then '–' || sista_rad else '' end || ' i ' || fil as rader
    from raknade
),

utfallsfakta as (
    select
        raknade.leverans_id,
        raknade.period_start,
        raknade.period_end,
        count(fakta.leverans_id) as antal,
        count(case when fakta.period_end = raknade.period_end then 1 end) as antal_egna
    from raknade
    left join fakta on raknade.leverans_id = fakta.leverans_id
    group by raknade.leverans_id, raknade.period_start, raknade.period_end
),

per as (
    select
        'PER' as regel_id,
        leverans_id,
        period_start,
        period_end,
        -- at least one is expected of the report's own day
        cast(greatest(antal_egna, 1) as decimal(18, 4)) as summa,
        cast(antal_egna as decimal(18, 4)) as led,
        case
            when antal = 0 then 'ej prövbar'
            when antal_egna = 0 then 'brott'
            else 'håller'
        end as utfall,
        case when antal = 0 then 'rapporten trycker inga uppgifter om utfall' end as hinder,
        cast(null as {{ dbt.type_string() }}) as rader
    from utfallsfakta
),

alla as (
    select * from rej
    union all
    select * from per
)

select
    regel_id,
    leverans_id,
    'utfall' as scenario,
    period_start,
    period_end,
    cast(null as {{ dbt.type_string() }}) as objekt,
    'antal' as enhet,
    summa,
    led,
    cast(0 as decimal(18, 4)) as tolerans,
    utfall,
    hinder,
    rader
from alla
