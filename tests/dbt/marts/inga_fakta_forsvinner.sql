-- Conservation: what was accepted is published, suspect, superseded or in quarantine, and nothing else.
{{ config(meta={'dagster': {'ref': {'name': 'fct_rapportfakta'}}}) }}
with fakta as (
    select leverans_id, count(*) as accepterade, count(case when status = 'suspect' then 1 end) as osakra
    from {{ source('raw', 'fakta') }}
    group by leverans_id
),

leverans as (
    select * from {{ ref('int_leverans') }}
),

publicerade as (
    select leverans_id, count(*) as antal
    from {{ ref('fct_rapportfakta') }}
    group by leverans_id
)

select
    fakta.leverans_id,
    leverans.status,
    fakta.accepterade,
    fakta.osakra,
    publicerade.antal
from fakta
left join leverans on fakta.leverans_id = leverans.leverans_id
left join publicerade on fakta.leverans_id = publicerade.leverans_id
where leverans.status is null
    or (leverans.status = 'publicerad' and coalesce(publicerade.antal, 0) + fakta.osakra <> fakta.accepterade)
    or (leverans.status <> 'publicerad' and publicerade.antal is not null)
