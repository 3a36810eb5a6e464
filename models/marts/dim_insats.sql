-- Insatser of each förbund. One that a report names but the list does not know is proposed as new.
-- Grain: one row per förbund × insats.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with insats as (
    select * from {{ ref('insats') }}
    where {{ andrade('forbund_id') }}
),

fakta as (
    select forbund_id, insats_id, insats, insatstyp, line, leverans_id from {{ ref('int_fakta') }}
    where insats_id is not null and not insats_kand
        and {{ andrade('forbund_id') }}
),

tabellrad as (
    select forbund_id, insats_id, min(insatstyp) as insatstyp
    from {{ ref('int_tabellrad') }}
    where insats_id is not null
        and {{ andrade('forbund_id') }}
    group by forbund_id, insats_id
),

foreslagen as (
    select
        fakta.forbund_id,
        fakta.insats_id,
        min(fakta.insats) as insats,
        min(coalesce(fakta.insatstyp, tabellrad.insatstyp)) as insatstyp,
        min(fakta.leverans_id || ' rad ' || fakta.line) as kalla
    from fakta
    left join tabellrad
        on fakta.forbund_id = tabellrad.forbund_id
        and fakta.insats_id = tabellrad.insats_id
    left join insats
        on fakta.forbund_id = insats.forbund_id
        and fakta.insats_id = insats.insats_id
    where insats.insats_id is null
    group by fakta.forbund_id, fakta.insats_id
),

alla as (
    select forbund_id, insats_id, insats, insatstyp, kostnadstyp, alias, kalla, true as granskad from insats
    union all
    select forbund_id, insats_id, insats, insatstyp, null as kostnadstyp, null as alias, kalla, false as granskad from foreslagen
)

select
    {{ key(['forbund_id', 'insats_id']) }} as insats_key,
    forbund_id,
    insats_id,
    insats,
    insatstyp,
    coalesce(kostnadstyp, insatstyp) as kostnadstyp,
    alias,
    granskad,
    kalla
from alla
