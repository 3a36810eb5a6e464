-- Exactly one statement of what a cost object cost is the latest.
with kostnad as (
    select * from {{ nyss_byggda(ref('fct_kostnad')) }}
),

uppgift as (     -- an insats is one whatever kind a report counts it to
    select
        *,
        case when niva = 'insatstyp' then insatstyp end as slag
    from kostnad
)

select forbund_id, niva, insats_id, slag, scenario, period_start, period_end
from uppgift
group by forbund_id, niva, insats_id, slag, scenario, period_start, period_end
having count(case when gallande then 1 end) <> 1
