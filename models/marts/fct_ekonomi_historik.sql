-- Figures of resultaträkning, balansräkning and kassaflöde in every version that was published, with
-- the days between which the warehouse knew them. Ask it through the macros at the bottom.
-- Grain: one row per published version of a report × statement × post × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'report_id'}, pre_hook='{{ glom_andrade() }}',
    post_hook=['{{ ekonomi_per() }}', '{{ ekonomi_beslutad_per() }}']
) }}

with ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where {{ andrade('report_id') }}
),

version as (
    select * from {{ ref('int_version') }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    {{ key([
        'ekonomi.leverans_id', 'ekonomi.statement', 'ekonomi.post_code', 'ekonomi.scenario',
        'ekonomi.period_start', 'ekonomi.period_end'
    ]) }} as historik_key,
    ekonomi.report_id,
    ekonomi.leverans_id,
    ekonomi.forbund_id,
    rapport.rapport_key,
    rapport.rapporttyp,
    rapport.period_end as rapport_period_end,
    rapport.beslutad_datum,
    ekonomi.statement,
    ekonomi.post_code,
    ekonomi.scenario,
    ekonomi.period_start,
    ekonomi.period_end,
    ekonomi.belopp_sek,
    ekonomi.halv_enhet_sek,
    ekonomi.harledd,
    ekonomi.rader,
    version.kand_fran,
    version.kand_till
from ekonomi
inner join version on ekonomi.leverans_id = version.leverans_id
inner join rapport on ekonomi.report_id = rapport.report_id
