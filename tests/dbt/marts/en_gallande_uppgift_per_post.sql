-- Exactly one statement of a figure is the latest.
select forbund_id, statement, post_code, scenario, period_start, period_end
from {{ nyss_byggda(ref('fct_ekonomi')) }} as ekonomi
group by forbund_id, statement, post_code, scenario, period_start, period_end
having count(case when gallande then 1 end) <> 1
