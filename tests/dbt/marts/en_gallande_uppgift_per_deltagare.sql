-- Exactly one statement of a number of participants is the latest.
with deltagare as (
    select * from {{ nyss_byggda(ref('fct_deltagare')) }}
),

uppgift as (     -- an insats is one whatever kind a report counts it to
    select
        *,
        case when insats_id is null then insatstyp end as slag
    from deltagare
)

select
    forbund_id, insats_id, slag, matt, etikett, kon, alder, utbildning, forsorjning, avslutsorsak, scenario, period_start,
    period_end, enhet
from uppgift
group by
    forbund_id, insats_id, slag, matt, etikett, kon, alder, utbildning, forsorjning, avslutsorsak, scenario, period_start,
    period_end, enhet
having count(case when gallande then 1 end) <> 1
