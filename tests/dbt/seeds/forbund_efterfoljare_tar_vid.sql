-- Where both dates are known, a förbund ends before its successor starts; one that has a successor has ended.
with forbund as (
    select * from {{ ref('forbund') }}
),

efterfoljare as (
    {{ split_rows('forbund', 'efterfoljare', 'slakting') }}
)

select gammal.forbund_id, gammal.status, gammal.giltig_till, ny.forbund_id as ny_id, ny.giltig_fran
from efterfoljare as gammal
inner join forbund as ny on gammal.slakting = ny.forbund_id and ny.version = 1
where gammal.status <> 'upphört' or gammal.giltig_till >= ny.giltig_fran
