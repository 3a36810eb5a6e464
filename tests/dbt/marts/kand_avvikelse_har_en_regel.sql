-- An explanation names a rule that exists.
{{ config(meta={'dagster': {'ref': {'name': 'kand_avvikelse'}}}) }}
with regel as (
    select distinct regel_id from {{ ref('regel') }}
    union
    select regel_id from {{ ref('kontrollregel') }}
)

select kand_avvikelse.report_id, kand_avvikelse.regel_id
from {{ ref('kand_avvikelse') }} as kand_avvikelse
left join regel on kand_avvikelse.regel_id = regel.regel_id
where regel.regel_id is null
