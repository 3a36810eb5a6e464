-- (forbund_id, version) is the key of forbund, and the versions of a förbund run 1, 2, ... without gaps.
select forbund_id, count(*) as antal, min(version) as forsta, max(version) as sista
from {{ ref('forbund') }}
group by forbund_id
having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)
