-- Figures of resultaträkning, balansräkning and kassaflöde, as every published report states them.
-- Grain: one row per report × statement × post × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where {{ andrade('forbund_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status = 'publicerad'
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

avvikelse as (       -- the deviation that the report prints itself, with its own sign
    select
        leverans_id,
        statement,
        post_code,
        period_start,
        period_end,
        -- of several, as of a figure that adds several rows, none is the figure's own
        case when count(*) = 1 then max(case when status <> 'suspect' then belopp_sek end) end as avvikelse_tryckt_sek
    from {{ ref('int_fakta') }}
    where scenario = 'avvikelse'
        and post_code is not null
        and unit in ('SEK', 'TSEK')
        and {{ andrade('forbund_id') }}
    group by leverans_id, statement, post_code, period_start, period_end
),

publicerad as (
    select
        ekonomi.leverans_id,
        ekonomi.report_id,
        ekonomi.forbund_id,
        ekonomi.statement,
        ekonomi.post_code,
        ekonomi.scenario,
        ekonomi.period_start,
        ekonomi.period_end,
        ekonomi.belopp_sek,
        ekonomi.halv_enhet_sek,
        ekonomi.antal_figurer,
        ekonomi.harledd,
        ekonomi.harledd_av_regel,
        ekonomi.rader,
        rapport.rapport_key,
        rapport.forbund_key,
        rapport.rapporttyp,
        rapport.period_end as rapport_period_end
    from ekonomi
    inner join leverans on ekonomi.leverans_id = leverans.leverans_id
    inner join rapport on ekonomi.report_id = rapport.report_id
)

select
    {{ key([
        'publicerad.report_id', 'publicerad.statement', 'publicerad.post_code', 'publicerad.scenario',
        'publicerad.period_start', 'publicerad.period_end'
    ]) }} as ekonomi_key,
    publicerad.report_id,
    publicerad.leverans_id,
    publicerad.forbund_id,
    publicerad.rapport_key,
    publicerad.forbund_key,
    {{ key(['publicerad.period_start', 'publicerad.period_end']) }} as period_key,
    {{ key(['publicerad.statement', 'publicerad.post_code']) }} as post_key,
    publicerad.statement,
    publicerad.post_code,
    publicerad.scenario,
    publicerad.period_start,
    publicerad.period_end,
    publicerad.belopp_sek,
    publicerad.halv_enhet_sek,
    cast(publicerad.antal_figurer as integer) as antal_figurer,
    publicerad.harledd,
    publicerad.harledd_av_regel,
    row_number() over (
        partition by
            publicerad.forbund_id, publicerad.statement, publicerad.post_code, publicerad.scenario,
            publicerad.period_start, publicerad.period_end
        order by publicerad.rapport_period_end desc, case publicerad.rapporttyp when 'ar' then 1 else 2 end asc, publicerad.report_id asc
    ) = 1 as gallande,
    -- costs are stored negative, so outcome − budget is good when positive for every post
    case when publicerad.scenario = 'utfall'
        then cast(publicerad.belopp_sek - budget.belopp_sek as decimal(18, 2)) end as avvikelse_beraknad_sek,
    case when publicerad.scenario = 'utfall' then avvikelse.avvikelse_tryckt_sek end as avvikelse_tryckt_sek,
    publicerad.rader
from publicerad
left join publicerad as budget
    on publicerad.leverans_id = budget.leverans_id
    and publicerad.statement = budget.statement
    and publicerad.post_code = budget.post_code
    and publicerad.period_start is not distinct from budget.period_start
    and publicerad.period_end = budget.period_end
    and budget.scenario = 'budget'
left join avvikelse
    on publicerad.leverans_id = avvikelse.leverans_id
    and publicerad.statement = avvikelse.statement
    and publicerad.post_code = avvikelse.post_code
    and publicerad.period_start is not distinct from avvikelse.period_start
    and publicerad.period_end = avvikelse.period_end
