-- Income statements side by side, each period and scenario as the latest report states it.
-- Costs negative. Periods differ in length: compare only rows of the same periodslag.
-- Grain: one row per förbund × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with ekonomi as (
    select * from {{ ref('fct_ekonomi') }}
    where statement = 'resultatrakning'
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

senaste as (
    select
        ekonomi.report_id,
        ekonomi.scenario,
        ekonomi.period_start,
        ekonomi.period_end,
        row_number() over (
            partition by ekonomi.forbund_id, ekonomi.scenario, ekonomi.period_start, ekonomi.period_end
            order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, ekonomi.report_id asc
        ) as ordning
    from ekonomi
    inner join rapport on ekonomi.report_id = rapport.report_id
    group by
        ekonomi.forbund_id, ekonomi.report_id, ekonomi.scenario, ekonomi.period_start, ekonomi.period_end,
        rapport.period_end, rapport.rapporttyp
)

select
    {{ key(['ekonomi.forbund_id', 'ekonomi.scenario', 'ekonomi.period_start', 'ekonomi.period_end']) }} as resultatrakning_key,
    ekonomi.forbund_id,
    forbund.forbund,
    ekonomi.report_id,
    ekonomi.scenario,
    ekonomi.period_start,
    ekonomi.period_end,
    period.periodslag,
    {{ som_kolumner('resultatrakning', 'ekonomi') }}
    {{ list_distinct('case when ekonomi.harledd then ekonomi.post_code end') }} as harledda_poster
from ekonomi
inner join senaste
    on ekonomi.report_id = senaste.report_id
    and ekonomi.scenario = senaste.scenario
    and ekonomi.period_start is not distinct from senaste.period_start
    and ekonomi.period_end = senaste.period_end
    and senaste.ordning = 1
inner join forbund on ekonomi.forbund_key = forbund.forbund_key
inner join period on ekonomi.period_key = period.period_key
group by
    ekonomi.forbund_id, forbund.forbund, ekonomi.report_id, ekonomi.scenario, ekonomi.period_start,
    ekonomi.period_end, period.periodslag
