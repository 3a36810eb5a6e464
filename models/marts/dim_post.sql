-- Standard line items of the three statements.
-- Grain: one row per statement × post.
with post as (
    select * from {{ ref('post') }}
)

select
    {{ key(['statement', 'post_code']) }} as post_key,
    statement,
    post_code,
    benamning as post,
    period_type as periodtyp,
    niva,
    cast(ordning as integer) as ordning,
    cast(lagrat_tecken as {{ dbt.type_string() }}) as lagrat_tecken
from post
