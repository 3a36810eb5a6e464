-- The deliveries that were their report's published version at some time, and from when to when the
-- warehouse knew them. Days are Swedish days; a version that was replaced the same day was never
-- known at the end of one. Told with today's rules and explanations: what is explained now counts
-- from its delivery (when it was in fact let go stands in raw.karantan).
-- Grain: one row per delivery that is or was published.
with hela as (
    select * from {{ ref('int_leverans') }}
    where oforklarade_brott = 0
),

tur as (
    select
        *,
        coalesce(bool_or(granskad) over (
            partition by report_id order by version
            rows between unbounded preceding and 1 preceding
        ), false) as granskad_fore
    from hela
),

publicerade as (     -- what a machine read never takes the place of what a person checked
    select * from tur
    where granskad or not granskad_fore
)

select
    leverans_id,
    report_id,
    forbund_id,
    version,
    inlast_tid,
    {{ svensk_dag('inlast_tid') }} as kand_fran,
    {{ svensk_dag('lead(inlast_tid) over (partition by report_id order by version)') }} as kand_till,
    lag(leverans_id) over (partition by report_id order by version) as tidigare_leverans_id
from publicerade
