-- What is to be said of each delivery as a whole, once: how many facts, how many are doubtful, did a
-- person check them all, and how its checks went.
-- Grain: one row per delivery.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select
        leverans_id,
        count(*) as antal_fakta,
        count(case when status = 'suspect' then 1 end) as antal_osakra,
        count(case when status <> 'verified' then 1 end) = 0 as granskad
    from {{ ref('int_fakta') }}
    where {{ nya_leveranser() }}
    group by leverans_id
),

kontroll as (
    select
        leverans_id,
        count(case when utfall = 'brott' and allvar = 'blockerande' then 1 end) as antal_blockerande_brott,
        count(case when utfall = 'brott' and allvar = 'upplysning' then 1 end) as antal_upplysningar,
        count(case when utfall = 'känd avvikelse' then 1 end) as antal_kanda_avvikelser,
        min(case when utfall = 'brott' and allvar = 'blockerande' then regel_id || ': ' || mening end) as forsta_brott
    from {{ ref('int_kontroll') }}
    where {{ nya_leveranser() }}
    group by leverans_id
)

select
    fakta.leverans_id,
    fakta.antal_fakta,
    fakta.antal_osakra,
    fakta.granskad,
    coalesce(kontroll.antal_blockerande_brott, 0) as antal_blockerande_brott,
    coalesce(kontroll.antal_upplysningar, 0) as antal_upplysningar,
    coalesce(kontroll.antal_kanda_avvikelser, 0) as antal_kanda_avvikelser,
    kontroll.forsta_brott
from fakta
left join kontroll on fakta.leverans_id = kontroll.leverans_id
