-- A total that is its own part would hold whatever the figures say.
select regel_id, summa_statement, summa_post
from {{ ref('regel') }}
where summa_statement = led_statement and summa_post = led_post
