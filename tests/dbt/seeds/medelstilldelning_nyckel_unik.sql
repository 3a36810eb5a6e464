-- (forbund_id, ar) is the key of medelstilldelning.
select forbund_id, ar, count(*) as antal
from {{ ref('medelstilldelning') }}
group by forbund_id, ar
having count(*) > 1
