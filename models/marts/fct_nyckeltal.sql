-- Ratios, computed the same way for all, beside the report's own figure where it prints one.
-- Grain: one row per report × ratio × insats (null for the whole förbund) × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with nyckeltal as (
    select * from {{ ref('int_nyckeltal') }}
),

definition as (
    select * from {{ ref('nyckeltal') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status = 'publicerad'
        and {{ andrade('forbund_id') }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    {{ key([
        'leverans.report_id', 'nyckeltal.nyckeltal_id', 'nyckeltal.insats_id', 'nyckeltal.scenario',
        'nyckeltal.period_start', 'nyckeltal.period_end'
    ]) }} as nyckeltal_key,
    leverans.report_id,
    nyckeltal.leverans_id,
    rapport.forbund_id,
    rapport.rapport_key,
    rapport.forbund_key,
    {{ key(['nyckeltal.period_start', 'nyckeltal.period_end']) }} as period_key,
    case when nyckeltal.insats_id is not null then {{ key(['rapport.forbund_id', 'nyckeltal.insats_id']) }} end as insats_key,
    nyckeltal.nyckeltal_id,
    definition.benamning as nyckeltal,
    definition.enhet,
    nyckeltal.insats_id,
    nyckeltal.scenario,
    nyckeltal.period_start,
    nyckeltal.period_end,
    row_number() over (
        partition by
            rapport.forbund_id, nyckeltal.nyckeltal_id, nyckeltal.insats_id, nyckeltal.scenario,
            nyckeltal.period_start, nyckeltal.period_end
        order by
            case when nyckeltal.varde is not null then 1 else 2 end asc,
            rapport.period_end desc,
            case rapport.rapporttyp when 'ar' then 1 else 2 end asc,
            leverans.report_id asc
    ) = 1 as gallande,
    nyckeltal.varde,
    nyckeltal.rader,
    nyckeltal.rapporterat_varde,
    nyckeltal.rapporterat_rad,
    nyckeltal.rapporterat_fakta_key
from nyckeltal
inner join definition on nyckeltal.nyckeltal_id = definition.nyckeltal_id
inner join leverans on nyckeltal.leverans_id = leverans.leverans_id
inner join rapport on leverans.report_id = rapport.report_id
