-- Every predecessor and successor is a förbund of the register, and never the förbund itself.
with forbund as (
    select * from {{ ref('forbund') }}
),

foregangare as (
    {{ split_rows('forbund', 'foregangare', 'slakting') }}
),

efterfoljare as (
    {{ split_rows('forbund', 'efterfoljare', 'slakting') }}
),

slakt as (
    select forbund_id, slakting from foregangare
    union all
    select forbund_id, slakting from efterfoljare
)

select slakt.forbund_id, slakt.slakting
from slakt
left join forbund on slakt.slakting = forbund.forbund_id
where forbund.forbund_id is null or slakt.slakting = slakt.forbund_id
