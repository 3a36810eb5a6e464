-- A label means one post within its statement, however it is cased.
select statement, lower(trim(label)) as etikett, count(*) as antal
from {{ ref('synonym') }}
group by statement, lower(trim(label))
having count(*) > 1
