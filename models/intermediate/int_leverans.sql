-- What becomes of each delivery. Of those without an unexplained blocking break the newest is
-- published, but one that a person checked throughout outranks any that a machine read. The others
-- are superseded; newer ones with a break stand in quarantine until they are explained or corrected.
-- `andrad`: the delivery, its report or its status is not what the build before this one left.
-- Grain: one row per delivery.
{% set forra = fore_bygget('int_leverans') %}
with leverans as (
    select * from {{ ref('stg_leverans') }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

omdome as (
    select * from {{ ref('int_omdome') }}
),

andrad as (
    select * from {{ ref('int_andrad') }}
),

provad as (
    select
        leverans.leverans_id,
        leverans.report_id,
        rapport.forbund_id,
        rapport.rapport_avtryck,
        leverans.version,
        leverans.fil,
        leverans.sha256,
        leverans.antal_fakta,
        leverans.inlast_tid,
        coalesce(omdome.granskad, false) as granskad,
        coalesce(omdome.antal_blockerande_brott, 0) as oforklarade_brott,
        row_number() over (
            partition by leverans.report_id
            order by
                case when coalesce(omdome.antal_blockerande_brott, 0) = 0 then 0 else 1 end,
                case when omdome.granskad then 0 else 1 end,
                leverans.version desc
        ) as ordning,
        max(leverans.version) over (partition by leverans.report_id) as senaste_version
    from leverans
    inner join rapport on leverans.report_id = rapport.report_id
    left join omdome on leverans.leverans_id = omdome.leverans_id
),

rangordnad as (
    select
        leverans_id,
        report_id,
        forbund_id,
        rapport_avtryck,
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
        max(case when ordning = 1 and oforklarade_brott = 0 and granskad then 1 else 0 end)
            over (partition by report_id) = 1 as publicerad_granskad
    from provad
),

bedomd as (
    select
        leverans_id,
        report_id,
        forbund_id,
        rapport_avtryck,
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
)

select
    bedomd.leverans_id,
    bedomd.report_id,
    bedomd.forbund_id,
    bedomd.rapport_avtryck,
    bedomd.version,
    bedomd.fil,
    bedomd.sha256,
    bedomd.antal_fakta,
    bedomd.inlast_tid,
    bedomd.granskad,
    bedomd.oforklarade_brott,
    bedomd.publicerad_version,
    bedomd.senaste,
    bedomd.status,
    {% if forra -%}
    andrad.leverans_id is not null or forra.status <> bedomd.status as andrad
    {%- else -%}
    true as andrad
    {%- endif %}
from bedomd
left join andrad on bedomd.leverans_id = andrad.leverans_id
{% if forra -%}
left join {{ forra }} as forra on bedomd.leverans_id = forra.leverans_id
{%- endif %}
