-- All rows of a rule name the same total, the same benamning and the same allvar.
select regel_id
from {{ ref('regel') }}
group by regel_id
having
    count(distinct summa_statement) > 1
    or count(distinct summa_post) > 1
    or count(distinct benamning) > 1
    or count(distinct allvar) > 1
