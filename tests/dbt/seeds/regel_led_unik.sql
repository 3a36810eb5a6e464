-- A part that stands twice in a rule would be added twice.
select regel_id, led_statement, led_post, count(*) as antal
from {{ ref('regel') }}
group by regel_id, led_statement, led_post
having count(*) > 1
