-- What each insats and the administration cost: one figure where several tables print it, and no
-- total beside its parts, so that the rows of a report, scenario and period may be added.
-- Grain: one row per delivery × cost object × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with figur as (
    select * from {{ ref('int_kostnadsfigur') }}
    where {{ nya_leveranser() }}
),

rangordnad as (      -- the finest unit wins; then the table that is about costs
    select
        *,
        row_number() over (
            partition by leverans_id, kostnadsstalle, scenario, period_start, period_end
            order by
                halv_enhet,
                case statement
                    when 'driftredovisning' then 1 when 'not' then 2 when 'prognos' then 3
                    when 'resultatrakning' then 4 else 5
                end,
                line
        ) as ordning
    from figur
),

vald as (
    select * from rangordnad where ordning = 1
),

samlad as (
    select
        vald.leverans_id,
        vald.kostnadsstalle,
        vald.scenario,
        vald.period_start,
        vald.period_end,
        count(*) as antal_figurer,
        count(case when abs(figur.belopp_sek - vald.belopp_sek) > figur.halv_enhet + vald.halv_enhet then 1 end) = 0 as eniga,
        min(figur.belopp_sek) as lagst_sek,
        max(figur.belopp_sek) as hogst_sek,
        {{ list_distinct('figur.kallor') }} as kallor
    from vald
    inner join figur
        on vald.leverans_id = figur.leverans_id
        and vald.kostnadsstalle = figur.kostnadsstalle
        and vald.scenario = figur.scenario
        and vald.period_start = figur.period_start
        and vald.period_end = figur.period_end
    group by vald.leverans_id, vald.kostnadsstalle, vald.scenario, vald.period_start, vald.period_end
),

-- what a total covers is in the warehouse already where its parts are printed for the same period
fordelad as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        insatstyp,
        max(case when niva = 'insats' then 1 else 0 end) as har_insats,
        max(case when niva in ('insats', 'insatstyp') then 1 else 0 end) as har_delar
    from vald
    group by leverans_id, scenario, period_start, period_end, insatstyp
),

perioder as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        max(har_delar) as har_delar
    from fordelad
    group by leverans_id, scenario, period_start, period_end
)

select
    vald.leverans_id,
    vald.report_id,
    vald.forbund_id,
    vald.niva,
    vald.kostnadsstalle,
    vald.insats_id,
    vald.insats,
    vald.insatstyp,
    vald.kostnadstyp,
    vald.scenario,
    vald.period_start,
    vald.period_end,
    vald.belopp_sek,
    cast(vald.halv_enhet as decimal(18, 2)) as halv_enhet_sek,
    samlad.antal_figurer,
    samlad.eniga,
    cast(samlad.lagst_sek as decimal(18, 2)) as lagst_sek,
    cast(samlad.hogst_sek as decimal(18, 2)) as hogst_sek,
    samlad.kallor
from vald
inner join samlad
    on vald.leverans_id = samlad.leverans_id
    and vald.kostnadsstalle = samlad.kostnadsstalle
    and vald.scenario = samlad.scenario
    and vald.period_start = samlad.period_start
    and vald.period_end = samlad.period_end
left join fordelad
    on vald.leverans_id = fordelad.leverans_id
    and vald.scenario = fordelad.scenario
    and vald.period_start = fordelad.period_start
    and vald.period_end = fordelad.period_end
    and vald.insatstyp = fordelad.insatstyp
left join perioder
    on vald.leverans_id = perioder.leverans_id
    and vald.scenario = perioder.scenario
    and vald.period_start = perioder.period_start
    and vald.period_end = perioder.period_end
where vald.niva in ('insats', 'administration')
    or (vald.niva = 'insatstyp' and fordelad.har_insats = 0)
    or (vald.niva = 'insatser' and perioder.har_delar = 0)
