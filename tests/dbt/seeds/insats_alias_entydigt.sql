-- Within a förbund every name, main name or alias, leads to one insats, however it is cased.
with namngivna as (
    select forbund_id, insats_id, insats || ';' || coalesce(alias, '') as namnlista
    from {{ ref('insats') }}
),

namn as (
    {{ split_rows('namngivna', 'namnlista', 'namn') }}
)

select forbund_id, lower(namn) as namn, count(distinct insats_id) as antal_insatser
from namn
group by forbund_id, lower(namn)
having count(distinct insats_id) > 1
