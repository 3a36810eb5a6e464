-- The figures of the three statements, printed and derived; what rests on a suspect figure is neither.
-- Grain: one row per delivery × statement × post × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with tryckt as (
    select
        leverans_id,
        report_id,
        forbund_id,
        statement,
        post_code,
        scenario,
        period_start,
        period_end,
        belopp_sek,
        halv_enhet_sek,
        antal_figurer,
        rader,
        forsta_rad,
        osaker,
        false as harledd,
        cast(null as {{ dbt.type_string() }}) as harledd_av_regel
    from {{ ref('int_ekonomi_tryckt') }}
    where {{ nya_leveranser() }}
),

{{ harled_delsummor('tryckt') }}

select
    leverans_id,
    report_id,
    forbund_id,
    statement,
    post_code,
    scenario,
    period_start,
    period_end,
    belopp_sek,
    halv_enhet_sek,
    antal_figurer,
    rader,
    forsta_rad,
    harledd,
    harledd_av_regel
from harledd
where not osaker
