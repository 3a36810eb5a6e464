-- Participants as reports count them. Never add across measures, nor kön to totals.
-- Grain: one row per report × scope × measure (and label, where unknown) × kön × breakdown × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with deltagare as (
    select * from {{ ref('int_deltagare') }}
    where {{ andrade('forbund_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status = 'publicerad'
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    {{ key([
        'deltagare.report_id', 'deltagare.omfang', 'deltagare.matt', 'deltagare.etikett', 'deltagare.kon', 'deltagare.alder',
        'deltagare.utbildning', 'deltagare.forsorjning', 'deltagare.avslutsorsak', 'deltagare.scenario', 'deltagare.period_start',
        'deltagare.period_end', 'deltagare.enhet'
    ]) }} as deltagare_key,
    deltagare.report_id,
    deltagare.leverans_id,
    deltagare.forbund_id,
    rapport.rapport_key,
    rapport.forbund_key,
    {{ key(['deltagare.period_start', 'deltagare.period_end']) }} as period_key,
    case when deltagare.insats_id is not null then {{ key(['deltagare.forbund_id', 'deltagare.insats_id']) }} end as insats_key,
    deltagare.insats_id,
    deltagare.insats,
    deltagare.insatstyp,
    deltagare.matt,
    deltagare.etikett,
    deltagare.kon,
    deltagare.alder,
    deltagare.utbildning,
    deltagare.forsorjning,
    deltagare.avslutsorsak,
    deltagare.scenario,
    deltagare.period_start,
    deltagare.period_end,
    deltagare.enhet,
    deltagare.antal,
    cast(deltagare.antal_figurer as integer) as antal_figurer,
    deltagare.eniga,
    row_number() over (
        partition by
            deltagare.forbund_id, deltagare.omfang, deltagare.matt, deltagare.etikett, deltagare.kon, deltagare.alder,
            deltagare.utbildning, deltagare.forsorjning, deltagare.avslutsorsak, deltagare.scenario,
            deltagare.period_start, deltagare.period_end, deltagare.enhet
        order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, deltagare.report_id asc
    ) = 1 as gallande,
    deltagare.rader
from deltagare
inner join leverans on deltagare.leverans_id = leverans.leverans_id
inner join rapport on deltagare.report_id = rapport.report_id
