-- Balance sheets side by side, each balance day as the latest report states it.
-- Grain: one row per förbund × balance day.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with ekonomi as (
    select * from {{ ref('fct_ekonomi') }}
    where statement = 'balansrakning' and scenario = 'utfall'
        and {{ andrade('forbund_id') }}
),

forbund as (
    select * from {{ ref('dim_forbund') }}
),

kontroll as (
    select * from {{ ref('fct_kontroll') }}
    where regel_id = 'BR2' and scenario = 'utfall'
        and {{ andrade('forbund_id') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

senaste as (
    select
        ekonomi.forbund_id,
        ekonomi.report_id,
        ekonomi.period_end,
        row_number() over (
            partition by ekonomi.forbund_id, ekonomi.period_end
            order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, ekonomi.report_id asc
        ) as ordning
    from ekonomi
    inner join rapport on ekonomi.report_id = rapport.report_id
    group by ekonomi.forbund_id, ekonomi.report_id, ekonomi.period_end, rapport.period_end, rapport.rapporttyp
)

select
    {{ key(['ekonomi.forbund_id', 'ekonomi.period_end']) }} as balansrakning_key,
    ekonomi.forbund_id,
    forbund.forbund,
    ekonomi.report_id,
    ekonomi.period_end,
    {{ som_kolumner('balansrakning', 'ekonomi') }}
    coalesce(max(kontroll.utfall), 'ej prövbar') as balans_utfall,
    {{ list_distinct('case when ekonomi.harledd then ekonomi.post_code end') }} as harledda_poster
from ekonomi
inner join senaste
    on ekonomi.report_id = senaste.report_id
    and ekonomi.period_end = senaste.period_end
    and senaste.ordning = 1
inner join forbund on ekonomi.forbund_key = forbund.forbund_key
left join kontroll
    on ekonomi.leverans_id = kontroll.leverans_id
    and ekonomi.period_end = kontroll.period_end
group by ekonomi.forbund_id, forbund.forbund, ekonomi.report_id, ekonomi.period_end
