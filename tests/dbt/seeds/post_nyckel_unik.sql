-- (statement, post_code) is the key of post: a code may recur in another statement, never in its own.
select statement, post_code, count(*) as antal
from {{ ref('post') }}
group by statement, post_code
having count(*) > 1
