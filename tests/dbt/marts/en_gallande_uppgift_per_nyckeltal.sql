-- Exactly one statement of a ratio is the latest.
select forbund_id, nyckeltal_id, insats_id, scenario, period_start, period_end
from {{ nyss_byggda(ref('fct_nyckeltal')) }} as nyckeltal
group by forbund_id, nyckeltal_id, insats_id, scenario, period_start, period_end
having count(case when gallande then 1 end) <> 1
