-- Samordningsförbund with their names, members and predecessors over time.
-- Grain: one row per förbund × version.
with forbund as (
    select * from {{ ref('forbund') }}
),

rapport as (
    select forbund_id, count(*) as antal_rapporter
    from {{ ref('int_rapport') }}
    group by forbund_id
)

select
    {{ key(['forbund.forbund_id', 'forbund.version']) }} as forbund_key,
    forbund.forbund_id,
    cast(forbund.version as integer) as version,
    forbund.namn as forbund,
    forbund.kortnamn,
    forbund.organisationsnummer,
    forbund.region,
    forbund.kommuner,
    cast(forbund.giltig_fran as date) as giltig_fran,
    cast(forbund.giltig_till as date) as giltig_till,
    forbund.giltig_fran_precision,
    forbund.foregangare,
    forbund.efterfoljare,
    forbund.status,
    forbund.webbplats,
    forbund.kalla,
    forbund.anmarkning,
    coalesce(rapport.antal_rapporter, 0) as antal_rapporter
from forbund
left join rapport on forbund.forbund_id = rapport.forbund_id
