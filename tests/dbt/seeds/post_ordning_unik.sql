-- Two posts with the same ordning would print in an order that changes from run to run.
select statement, ordning, count(*) as antal
from {{ ref('post') }}
group by statement, ordning
having count(*) > 1
