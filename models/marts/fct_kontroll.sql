-- Every check of every published delivery, and of those that stand in quarantine.
-- Grain: one row per delivery (published or in quarantine) × rule × scenario × period × object.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with kontroll as (
    select * from {{ ref('int_kontroll') }}
    where {{ andrade('leverans_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status in ('publicerad', 'i karantän')
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    kontroll.kontroll_key,
    kontroll.regel_id,
    kontroll.regel,
    kontroll.allvar,
    kontroll.report_id,
    kontroll.leverans_id,
    leverans.status as leverans_status,
    kontroll.forbund_id,
    rapport.rapport_key,
    kontroll.scenario,
    kontroll.period_start,
    kontroll.period_end,
    kontroll.objekt,
    kontroll.enhet,
    kontroll.summa,
    kontroll.led,
    kontroll.differens,
    kontroll.tolerans,
    cast(case when kontroll.enhet = 'kr' then kontroll.summa end as decimal(18, 2)) as summa_sek,
    cast(case when kontroll.enhet = 'kr' then kontroll.led end as decimal(18, 2)) as led_sek,
    cast(case when kontroll.enhet = 'kr' then kontroll.differens end as decimal(18, 2)) as differens_sek,
    cast(case when kontroll.enhet = 'kr' then kontroll.tolerans end as decimal(18, 2)) as tolerans_sek,
    kontroll.utfall,
    kontroll.mening,
    kontroll.rader,
    kontroll.orsak
from kontroll
inner join leverans on kontroll.leverans_id = leverans.leverans_id
inner join rapport on kontroll.report_id = rapport.report_id
