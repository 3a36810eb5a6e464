-- What becomes of each delivery. Of those without an unexplained blocking break the newest is
-- published, but what a person stands for outranks what a machine read out of a document. The others
-- are superseded; newer ones with a break stand in quarantine until they are explained or corrected.
-- `granskad`: a person stands for it. Either it is checked throughout, or it is a file that a person
-- handed in after such a one: a correction, which replaces it whatever the status of its rows.
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

vagd as (
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
        coalesce(omdome.granskad, false) as helt_granskad,
        coalesce(omdome.antal_blockerande_brott, 0) as oforklarade_brott,
        coalesce(max(
            case when omdome.granskad and coalesce(omdome.antal_blockerande_brott, 0) = 0 then 1 else 0 end
        ) over (
            partition by leverans.report_id order by leverans.version
            rows between unbounded preceding and 1 preceding
        ), 0) = 1 as efter_granskad
    from leverans
    inner join rapport on leverans.report_id = rapport.report_id
    left join omdome on leverans.leverans_id = omdome.leverans_id
),

stadd as (
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
        helt_granskad or (efter_granskad and fil not like 'dokument/%') as granskad,
        oforklarade_brott
    from vagd
),

provad as (
    select
        *,
        row_number() over (
            partition by report_id
            order by
                case when oforklarade_brott = 0 then 0 else 1 end,
                case when granskad then 0 else 1 end,
                version desc
        ) as ordning,
        max(version) over (partition by report_id) as senaste_version
    from stadd
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
