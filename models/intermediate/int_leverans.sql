-- What becomes of each delivery: the newest one without an unexplained blocking break is published,
-- older ones are superseded, newer ones stand in quarantine until they are explained or corrected.
-- Grain: one row per delivery.
with leverans as (
    select * from {{ ref('stg_leverans') }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

kontroll as (
    select * from {{ ref('int_kontroll') }}
),

brott as (
    select leverans_id, count(*) as antal
    from kontroll
    where allvar = 'blockerande' and utfall = 'brott'
    group by leverans_id
),

provad as (
    select
        leverans.leverans_id,
        leverans.report_id,
        rapport.forbund_id,
        leverans.version,
        leverans.fil,
        leverans.sha256,
        leverans.antal_fakta,
        leverans.inlast_tid,
        coalesce(brott.antal, 0) as oforklarade_brott,
        max(case when brott.antal is null then leverans.version end) over (partition by leverans.report_id) as publicerad_version,
        max(leverans.version) over (partition by leverans.report_id) as senaste_version
    from leverans
    inner join rapport on leverans.report_id = rapport.report_id
    left join brott on leverans.leverans_id = brott.leverans_id
)

select
    leverans_id,
    report_id,
    forbund_id,
    version,
    fil,
    sha256,
    antal_fakta,
    inlast_tid,
    oforklarade_brott,
    publicerad_version,
    version = senaste_version as senaste,
    case
        when version = publicerad_version then 'publicerad'
        when version < publicerad_version then 'ersatt'
        else 'i karantän'
    end as status
from provad
