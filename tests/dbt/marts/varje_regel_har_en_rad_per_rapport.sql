-- An index of what must have been checked: every rule × every delivery that is published or in
-- quarantine, and was built in this run. A rule that silently stopped running has no row here.
{{ config(meta={'dagster': {'ref': {'name': 'fct_kontroll'}}}) }}
with regel as (
    select distinct regel_id from {{ ref('regel') }}
    union
    select regel_id from {{ ref('kontrollregel') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status in ('publicerad', 'i karantän')
        and andrad
),

kontroll as (
    select distinct regel_id, leverans_id from {{ nyss_byggda(ref('fct_kontroll')) }} as kontroll
)

select regel.regel_id, leverans.leverans_id
from regel
cross join leverans
left join kontroll
    on regel.regel_id = kontroll.regel_id
    and leverans.leverans_id = kontroll.leverans_id
where kontroll.regel_id is null
