-- (forbund_id, insats_id) is the key of insats: two förbund may both have a 'utbildning'.
select forbund_id, insats_id, count(*) as antal
from {{ ref('insats') }}
group by forbund_id, insats_id
having count(*) > 1
