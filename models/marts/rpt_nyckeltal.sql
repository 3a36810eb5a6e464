-- Ratios of whole förbund, of the latest report that they can be computed from, else that prints them.
-- Grain: one row per förbund × ratio × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with nyckeltal as (
    select * from {{ ref('fct_nyckeltal') }}
    where insats_id is null
        and gallande
        and {{ andrade('forbund_id') }}
),

forbund as (
    select * from {{ ref('dim_forbund') }}
),

period as (
    select * from {{ ref('dim_period') }}
)

select
    {{ key([
        'nyckeltal.forbund_id', 'nyckeltal.nyckeltal_id', 'nyckeltal.scenario', 'nyckeltal.period_start',
        'nyckeltal.period_end'
    ]) }} as nyckeltalsrad_key,
    nyckeltal.forbund_id,
    forbund.forbund,
    nyckeltal.report_id,
    nyckeltal.nyckeltal_id,
    nyckeltal.nyckeltal,
    nyckeltal.enhet,
    nyckeltal.scenario,
    nyckeltal.period_start,
    nyckeltal.period_end,
    period.periodslag,
    nyckeltal.varde,
    nyckeltal.rader,
    nyckeltal.rapporterat_varde,
    nyckeltal.rapporterat_rad
from nyckeltal
inner join forbund on nyckeltal.forbund_key = forbund.forbund_key
inner join period on nyckeltal.period_key = period.period_key
