-- Conservation over everything ever delivered: delivered = accepted + rejected, accepted =
-- in a delivery + repeated (another delivery of the report says the same), and in a delivery =
-- published + suspect + superseded + in quarantine. One row per equation that fails.
{{ config(meta={'dagster': {'ref': {'name': 'fct_rapportfakta'}}}) }}

with filer as (
    select
        coalesce(sum(lasta), 0) as lasta,
        coalesce(sum(godkanda), 0) as godkanda,
        coalesce(sum(avvisade), 0) as avvisade
    from {{ source('raw', 'inlasning') }}
),

avvisade as (
    select count(*) as antal from {{ source('raw', 'avvisade_fakta') }}
),

levererade as (
    select coalesce(sum(antal_fakta), 0) as antal from {{ source('raw', 'leverans') }}
),

fakta as (
    select count(*) as antal from {{ source('raw', 'fakta') }}
),

per_inlasning as (
    select inlasning_id, sum(antal_fakta) as antal
    from {{ source('raw', 'leverans') }}
    group by inlasning_id
),

redovisade as (     -- files that were read before repeated facts were counted have null there
    select inlasning.fil, inlasning.godkanda, coalesce(per_inlasning.antal, 0) + inlasning.upprepade as antal
    from {{ source('raw', 'inlasning') }} as inlasning
    left join per_inlasning on inlasning.inlasning_id = per_inlasning.inlasning_id
    where inlasning.slag = 'fakta' and inlasning.upprepade is not null
),

publicerade as (
    select count(*) as antal from {{ ref('fct_rapportfakta') }}
),

ovriga as (
    select count(case when leverans.status <> 'publicerad' or fakta.status = 'suspect' then 1 end) as antal
    from {{ source('raw', 'fakta') }} as fakta
    inner join {{ ref('int_leverans') }} as leverans on fakta.leverans_id = leverans.leverans_id
)

select 'levererat = godkänt + avvisat' as ekvation, filer.lasta as vanster, filer.godkanda + filer.avvisade as hoger
from filer
where filer.lasta <> filer.godkanda + filer.avvisade

union all

select 'varje avvisad rad är bevarad' as ekvation, filer.avvisade as vanster, avvisade.antal as hoger
from filer, avvisade
where filer.avvisade <> avvisade.antal

union all

select 'godkänt = levererat + upprepat, ' || fil as ekvation, godkanda as vanster, antal as hoger
from redovisade
where godkanda <> antal

union all

select 'varje levererat faktum är bevarat' as ekvation, levererade.antal as vanster, fakta.antal as hoger
from levererade, fakta
where levererade.antal <> fakta.antal

union all

select 'godkänt = publicerat + osäkert + ersatt + i karantän' as ekvation, fakta.antal as vanster,
    publicerade.antal + ovriga.antal as hoger
from fakta, publicerade, ovriga
where fakta.antal <> publicerade.antal + ovriga.antal
