-- The total and every part of a rule is a post of the statement that the rule names.
{{ config(meta={'dagster': {'ref': {'name': 'regel'}}}) }}
with namngivna as (
    select regel_id, 'summa' as roll, summa_statement as statement, summa_post as post_code
    from {{ ref('regel') }}
    union all
    select regel_id, 'led' as roll, led_statement as statement, led_post as post_code
    from {{ ref('regel') }}
)

select namngivna.*
from namngivna
left join {{ ref('post') }} as post
    on namngivna.statement = post.statement and namngivna.post_code = post.post_code
where post.post_code is null
