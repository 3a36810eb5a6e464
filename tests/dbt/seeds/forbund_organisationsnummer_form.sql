-- An organisationsnummer reads NNNNNN-NNNN, and belongs to one förbund.
with nummer as (
    select organisationsnummer, count(distinct forbund_id) as antal_forbund
    from {{ ref('forbund') }}
    where organisationsnummer is not null
    group by organisationsnummer
)

select organisationsnummer, antal_forbund
from nummer
where
    antal_forbund > 1
    or not {{ matches('organisationsnummer', "'^[0-9]{6}-[0-9]{4}$'") }}
