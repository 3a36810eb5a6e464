-- Every name that an insats goes by in its förbund's reports, folded for comparison.
-- Grain: one row per förbund × comparable name.
with insats as (
    select * from {{ ref('insats') }}
),

alias as (
    {{ split_rows('insats', 'alias', 'namn') }}
),

namn as (
    select forbund_id, insats_id, insats, insatstyp, kostnadstyp, insats as namn from insats
    union all
    select forbund_id, insats_id, insats, insatstyp, kostnadstyp, namn from alias
)

select
    forbund_id,
    {{ jamforbar('namn') }} as jamforbart_namn,
    min(insats_id) as insats_id,
    min(insats) as insats,
    min(insatstyp) as insatstyp,
    -- the kind under which the förbund's own cost split counts it, where that differs
    coalesce(min(kostnadstyp), min(insatstyp)) as kostnadstyp
from namn
group by forbund_id, {{ jamforbar('namn') }}
