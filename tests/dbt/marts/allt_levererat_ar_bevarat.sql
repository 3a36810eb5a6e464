-- Conservation over everything ever delivered: delivered = accepted + rejected, and
-- accepted = published + suspect + superseded + in quarantine. One row per equation that fails.
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

select 'varje levererat faktum är bevarat' as ekvation, levererade.antal as vanster, fakta.antal as hoger
from levererade, fakta
where levererade.antal <> fakta.antal

union all

select 'godkänt = publicerat + osäkert + ersatt + i karantän' as ekvation, fakta.antal as vanster,
    publicerade.antal + ovriga.antal as hoger
from fakta, publicerade, ovriga
where fakta.antal <> publicerade.antal + ovriga.antal
