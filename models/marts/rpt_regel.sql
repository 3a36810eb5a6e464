-- How each rule falls out over all reports: the checks of published deliveries and of those in quarantine.
-- Grain: one row per rule.
with kontroll as (
    select * from {{ ref('fct_kontroll') }}
)

select
    {{ key(['regel_id']) }} as regel_key,
    regel_id,
    regel,
    allvar,
    cast(count(distinct report_id) as integer) as antal_rapporter,
    cast(count(*) as integer) as antal_kontroller,
    cast(count(case when utfall = 'håller' then 1 end) as integer) as antal_haller,
    cast(count(case when utfall = 'avrundning' then 1 end) as integer) as antal_avrundning,
    cast(count(case when utfall = 'känd avvikelse' then 1 end) as integer) as antal_kanda_avvikelser,
    cast(count(case when utfall = 'brott' then 1 end) as integer) as antal_brott,
    cast(count(case when utfall = 'ej prövbar' then 1 end) as integer) as antal_ej_provbara
from kontroll
group by regel_id, regel, allvar
