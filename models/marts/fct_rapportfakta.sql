-- Every accepted figure of every published report with full provenance: the widest door.
-- Grain: one row per published report × source line × position.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where {{ andrade('leverans_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status = 'publicerad'
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    fakta.fakta_key,
    fakta.report_id,
    fakta.leverans_id,
    fakta.forbund_id,
    rapport.rapport_key,
    rapport.forbund_key,
    {{ key(['fakta.period_start', 'fakta.period_end']) }} as period_key,
    case when fakta.insats_id is not null then {{ key(['fakta.forbund_id', 'fakta.insats_id']) }} end as insats_key,
    case when fakta.post_code is not null then {{ key(['fakta.statement', 'fakta.post_code']) }} end as post_key,
    fakta.line,
    fakta.position,
    fakta.page,
    fakta.statement,
    fakta.label,
    fakta.post_code,
    fakta.insats_tryckt as insats,
    fakta.insatstyp_tryckt as insatstyp,
    fakta.insats_id,
    fakta.breakdown,
    fakta.scenario,
    fakta.period_start,
    fakta.period_end,
    fakta.unit,
    cast(fakta.value as decimal(24, 6)) as value,
    fakta.printed,
    fakta.status,
    fakta.note,
    fakta.belopp_sek,
    cast(fakta.halv_enhet as decimal(18, 4)) as halv_enhet
from fakta
inner join leverans on fakta.leverans_id = leverans.leverans_id
inner join rapport on fakta.report_id = rapport.report_id
where fakta.status <> 'suspect'
