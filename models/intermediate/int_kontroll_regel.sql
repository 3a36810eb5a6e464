-- The identities of the rule list (`regel`), tried on every delivery.
-- Grain: one row per delivery × rule × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with tal as (
    select * from {{ ref('int_ekonomi') }}
    where {{ nya_leveranser() }}
),

regel as (
    select * from {{ ref('regel') }}
),

{{ prova_regler('tal', 'regel') }}

select
    regel_id,
    leverans_id,
    scenario,
    period_start,
    period_end,
    cast(null as {{ dbt.type_string() }}) as objekt,
    'kr' as enhet,
    cast(summa as decimal(18, 4)) as summa,
    cast(led as decimal(18, 4)) as led,
    cast(tolerans as decimal(18, 4)) as tolerans,
    utfall,
    hinder,
    rader
from provad
