-- Verksamhetens kostnader and the result, from the resultaträkning or else from where they are printed.
-- Grain: one row per delivery × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where begrepp_ekonomi in ('verksamhetens_kostnader', 'periodens_resultat', 'medlemsbidrag')
        and belopp_sek is not null
        and period_start is not null
        and scenario in ('utfall', 'budget', 'prognos')
        and coalesce(kolumntyp, 'netto') = 'netto'
        and status <> 'suspect'
        and not ungefarlig
        and {{ nya_leveranser() }}
),

ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where statement = 'resultatrakning'
        and post_code in ('verksamhetens_kostnader', 'periodens_resultat', 'medlemsbidrag', 'verksamhetens_intakter')
        and {{ nya_leveranser() }}
),

-- income is the contributions only where the report speaks of no other, nor of contributions in doubt
blandad_intakt as (
    select distinct leverans_id, scenario, period_start, period_end
    from {{ ref('int_ekonomi_tryckt') }}
    where statement = 'resultatrakning'
        and (post_code = 'ovriga_intakter' or (post_code = 'medlemsbidrag' and osaker))
        and {{ nya_leveranser() }}
),

figur as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        post_code as begrepp,
        belopp_sek,
        halv_enhet_sek as halv_enhet,
        1 as foretrade,
        forsta_rad as line
    from ekonomi
    union all
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        begrepp_ekonomi as begrepp,
        belopp_sek,
        halv_enhet,
        case when statement in ('driftredovisning', 'prognos', 'not') then 2 else 3 end as foretrade,
        line
    from fakta
),

rangordnad as (
    select
        figur.*,
        row_number() over (
            partition by figur.leverans_id, figur.scenario, figur.period_start, figur.period_end, figur.begrepp
            order by figur.foretrade, figur.halv_enhet, figur.line
        ) as ordning
    from figur
    left join blandad_intakt
        on figur.begrepp = 'verksamhetens_intakter'
        and figur.leverans_id = blandad_intakt.leverans_id
        and figur.scenario = blandad_intakt.scenario
        and figur.period_start = blandad_intakt.period_start
        and figur.period_end = blandad_intakt.period_end
    where blandad_intakt.leverans_id is null
)

select
    leverans_id,
    scenario,
    period_start,
    period_end,
    -- as the cost table itself totals it, so that budget and outcome of one table can be compared
    cast(max(
        case when begrepp = 'verksamhetens_kostnader' and foretrade = 2 then abs(belopp_sek) end
    ) as decimal(18, 2)) as kostnader_tabell_sek,
    cast(max(case when begrepp = 'verksamhetens_kostnader' and ordning = 1 then abs(belopp_sek) end) as decimal(18, 2)) as kostnader_sek,
    cast(max(case when begrepp = 'periodens_resultat' and ordning = 1 then belopp_sek end) as decimal(18, 2)) as resultat_sek,
    cast(coalesce(
        max(case when begrepp = 'medlemsbidrag' and ordning = 1 then belopp_sek end),
        max(case when begrepp = 'verksamhetens_intakter' and ordning = 1 then belopp_sek end)
    ) as decimal(18, 2)) as medlemsbidrag_sek,
    {{ list_distinct("case when begrepp = 'verksamhetens_kostnader' and foretrade = 2 then line end") }} as kostnader_tabell_rader,
    max(case when begrepp = 'verksamhetens_kostnader' and ordning = 1 then line end) as kostnader_rad,
    max(case when begrepp = 'periodens_resultat' and ordning = 1 then line end) as resultat_rad,
    coalesce(
        max(case when begrepp = 'medlemsbidrag' and ordning = 1 then line end),
        max(case when begrepp = 'verksamhetens_intakter' and ordning = 1 then line end)
    ) as medlemsbidrag_rad
from rangordnad
group by leverans_id, scenario, period_start, period_end
