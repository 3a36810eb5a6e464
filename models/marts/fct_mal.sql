-- Goals with target, outcome and the report's own verdict beside what the figures say.
-- Grain: one row per report × target.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with mal as (
    select * from {{ ref('int_mal') }}
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
    mal.mal_fakta_key as mal_key,
    mal.report_id,
    mal.leverans_id,
    mal.forbund_id,
    rapport.rapport_key,
    rapport.forbund_key,
    {{ key(['mal.period_start', 'mal.period_end']) }} as period_key,
    case when mal.insats_id is not null then {{ key(['mal.forbund_id', 'mal.insats_id']) }} end as insats_key,
    mal.insats_id,
    mal.insats,
    mal.mal,
    mal.riktning,
    mal.period_start,
    mal.period_end,
    mal.enhet,
    cast(mal.malvarde as decimal(18, 4)) as malvarde,
    mal.utfall_etikett,
    mal.utfall_scenario,
    cast(mal.utfallsvarde as decimal(18, 4)) as utfallsvarde,
    mal.uppfyllt_enligt_tal,
    mal.bedomning,
    mal.mal_rad,
    mal.utfall_rad,
    mal.utfall_fakta_key
from mal
inner join leverans on mal.leverans_id = leverans.leverans_id
inner join rapport on mal.report_id = rapport.report_id
