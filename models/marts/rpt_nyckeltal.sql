-- Ratios of whole förbund, as the latest report gives them.
-- Grain: one row per förbund × ratio × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with nyckeltal as (
    select * from {{ ref('fct_nyckeltal') }}
    where insats_id is null
        and {{ andrade('forbund_id') }}
),

forbund as (
    select * from {{ ref('dim_forbund') }}
),

period as (
    select * from {{ ref('dim_period') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

rangordnad as (
    select
        nyckeltal.forbund_id,
        nyckeltal.forbund_key,
        nyckeltal.period_key,
        nyckeltal.report_id,
        nyckeltal.nyckeltal_id,
        nyckeltal.nyckeltal,
        nyckeltal.enhet,
        nyckeltal.scenario,
        nyckeltal.period_start,
        nyckeltal.period_end,
        nyckeltal.varde,
        nyckeltal.rader,
        nyckeltal.rapporterat_varde,
        nyckeltal.rapporterat_rad,
        row_number() over (
            partition by nyckeltal.forbund_id, nyckeltal.nyckeltal_id, nyckeltal.scenario, nyckeltal.period_start, nyckeltal.period_end
            order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, nyckeltal.report_id asc
        ) as ordning
    from nyckeltal
    inner join rapport on nyckeltal.report_id = rapport.report_id
)

select
    {{ key([
        'rangordnad.forbund_id', 'rangordnad.nyckeltal_id', 'rangordnad.scenario', 'rangordnad.period_start',
        'rangordnad.period_end'
    ]) }} as nyckeltalsrad_key,
    rangordnad.forbund_id,
    forbund.forbund,
    rangordnad.report_id,
    rangordnad.nyckeltal_id,
    rangordnad.nyckeltal,
    rangordnad.enhet,
    rangordnad.scenario,
    rangordnad.period_start,
    rangordnad.period_end,
    period.periodslag,
    rangordnad.varde,
    rangordnad.rader,
    rangordnad.rapporterat_varde,
    rangordnad.rapporterat_rad
from rangordnad
inner join forbund on rangordnad.forbund_key = forbund.forbund_key
inner join period on rangordnad.period_key = period.period_key
where rangordnad.ordning = 1
