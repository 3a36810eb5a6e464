-- What becomes of each delivery. Of those without an unexplained blocking break the newest is
-- published, but one that a person checked throughout outranks any that a machine read. The others
-- are superseded; newer ones with a break stand in quarantine until they are explained or corrected.
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

granskning as (
    select leverans_id, bool_and(status = 'verified') as granskad
    from {{ ref('int_fakta') }}
    group by leverans_id
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
        coalesce(granskning.granskad, false) as granskad,
        coalesce(brott.antal, 0) as oforklarade_brott,
        row_number() over (
            partition by leverans.report_id
            order by
                case when brott.antal is null then 0 else 1 end,
                case when granskning.granskad then 0 else 1 end,
                leverans.version desc
        ) as ordning,
        max(leverans.version) over (partition by leverans.report_id) as senaste_version
    from leverans
    inner join rapport on leverans.report_id = rapport.report_id
    left join granskning on leverans.leverans_id = granskning.leverans_id
    left join brott on leverans.leverans_id = brott.leverans_id
),

rangordnad as (
    select
        leverans_id,
        report_id,
        forbund_id,
        version,
        fil,
        sha256,
        antal_fakta,
        inlast_tid,
        granskad,
        oforklarade_brott,
        senaste_version,
        max(case when ordning = 1 and oforklarade_brott = 0 then version end)
            over (partition by report_id) as publicerad_version,
        bool_or(ordning = 1 and oforklarade_brott = 0 and granskad)
            over (partition by report_id) as publicerad_granskad
    from provad
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
    granskad,
    oforklarade_brott,
    publicerad_version,
    version = senaste_version as senaste,
    case
        when version = publicerad_version then 'publicerad'
        when version < publicerad_version or (publicerad_granskad and not granskad) then 'ersatt'
        else 'i karantän'
    end as status
from rangordnad
