-- post_code is looked up together with its statement: the code alone may exist elsewhere.
{{ config(meta={'dagster': {'ref': {'name': 'synonym'}}}) }}
select synonym.*
from {{ ref('synonym') }} as synonym
left join {{ ref('post') }} as post
    on synonym.statement = post.statement and synonym.post_code = post.post_code
where post.post_code is null
