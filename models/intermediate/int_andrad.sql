-- What this run has to build: deliveries that the build before it did not have, and those of reports
-- of which something else is known by now (a period, a decision, a document). Of a full build: all.
-- Those of a full build are done in rounds, in the order in which their facts then lie.
-- Grain: one row per delivery to build.
{% set forra = fore_bygget('int_leverans') %}
with leverans as (
    select * from {{ ref('stg_leverans') }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
)

select
    leverans.leverans_id,
    leverans.report_id,
    {% if forra -%}
    forra.leverans_id is not null as byggd,
    0 as omgang
    {%- else -%}
    true as byggd,
    cast(floor(
        {{ kvot('row_number() over (order by leverans.leverans_id) - 1', leveranser_per_omgang()) }}
    ) as integer) as omgang
    {%- endif %}
from leverans
inner join rapport on leverans.report_id = rapport.report_id
{% if forra -%}
left join {{ forra }} as forra on leverans.leverans_id = forra.leverans_id
where forra.leverans_id is null or forra.rapport_avtryck <> rapport.rapport_avtryck
{%- endif %}
