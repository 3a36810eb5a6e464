-- What each insats cost and how many took part. The cost is that of the latest report which states it, and the
-- row is of one report: the latest that states that cost with participants, if any does. A later report often
-- repeats one of the two as a comparative, and would else take the other away.
-- Grain: one row per förbund × insats (or administration, undistributed) × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with kostnad as (
    select * from {{ ref('fct_kostnad') }}
    where {{ andrade('forbund_id') }}
),

deltagare as (
    select * from {{ ref('fct_deltagare') }}
    where matt in ('totalt', 'paborjade', 'avslutade')
        and insats_id is not null
        and alder is null
        and utbildning is null
        and forsorjning is null
        and avslutsorsak is null
        and enhet = 'antal'
        and period_start is not null
        and {{ andrade('forbund_id') }}
),

nyckeltal as (
    select * from {{ ref('fct_nyckeltal') }}
    where nyckeltal_id = 'kostnad_per_deltagare'
        and insats_id is not null
),

forbund as (
    select * from {{ ref('dim_forbund') }}
),

period as (
    select * from {{ ref('dim_period') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

antal as (
    select
        report_id,
        insats_id,
        max(insats) as insats,
        max(insatstyp) as insatstyp,
        scenario,
        period_start,
        period_end,
        max(case when matt = 'totalt' and kon is null then antal end) as deltagare,
        max(case when matt = 'totalt' and kon = 'kvinna' then antal end) as deltagare_kvinnor,
        max(case when matt = 'totalt' and kon = 'man' then antal end) as deltagare_man,
        max(case when matt = 'paborjade' and kon is null then antal end) as paborjade,
        max(case when matt = 'avslutade' and kon is null then antal end) as avslutade,
        not bool_or(not eniga) as deltagare_eniga
    from deltagare
    group by report_id, insats_id, scenario, period_start, period_end
),

rad as (
    select
        coalesce(kostnad.report_id, antal.report_id) as report_id,
        coalesce(kostnad.insats_id, antal.insats_id) as insats_id,
        -- what the row is about: an insats may be spelled in several ways, what has no id is told by its name
        coalesce(kostnad.insats_id, antal.insats_id, kostnad.insats) as objekt,
        coalesce(kostnad.insats, antal.insats) as insats,
        coalesce(kostnad.insatstyp, antal.insatstyp) as insatstyp,
        coalesce(kostnad.scenario, antal.scenario) as scenario,
        coalesce(kostnad.period_start, antal.period_start) as period_start,
        coalesce(kostnad.period_end, antal.period_end) as period_end,
        kostnad.belopp_sek,
        kostnad.halv_enhet_sek,
        kostnad.gallande,
        kostnad.avvikelse_beraknad_sek,
        kostnad.eniga,
        kostnad.kallor,
        antal.deltagare,
        antal.deltagare_kvinnor,
        antal.deltagare_man,
        antal.paborjade,
        antal.avslutade,
        antal.deltagare_eniga
    from kostnad
    full outer join antal
        on kostnad.report_id = antal.report_id
        and kostnad.insats_id = antal.insats_id
        and kostnad.scenario = antal.scenario
        and kostnad.period_start = antal.period_start
        and kostnad.period_end = antal.period_end
),

uppgift as (
    select
        rad.*,
        rapport.forbund_id,
        rapport.forbund_key,
        rapport.rapporttyp,
        rapport.period_end as rapport_period_end,
        max(case when rad.gallande then rad.belopp_sek end) over samma as gallande_sek,
        max(case when rad.gallande then rad.halv_enhet_sek end) over samma as gallande_halv_enhet_sek
    from rad
    inner join rapport on rad.report_id = rapport.report_id
    window samma as (partition by rapport.forbund_id, rad.objekt, rad.scenario, rad.period_start, rad.period_end)
),

rangordnad as (
    select
        *,
        row_number() over (
            partition by forbund_id, objekt, scenario, period_start, period_end
            order by
                case
                    when gallande_sek is null then 1
                    when abs(belopp_sek - gallande_sek) <= halv_enhet_sek + gallande_halv_enhet_sek then 1
                    else 2
                end asc,
                case when deltagare is not null then 1 else 2 end asc,
                rapport_period_end desc,
                case rapporttyp when 'ar' then 1 else 2 end asc,
                report_id asc
        ) as ordning
    from uppgift
)

select
    {{ key([
        'rangordnad.forbund_id', 'rangordnad.objekt', 'rangordnad.scenario',
        'rangordnad.period_start', 'rangordnad.period_end'
    ]) }} as insatsrad_key,
    rangordnad.forbund_id,
    forbund.forbund,
    rangordnad.report_id,
    rangordnad.insats_id,
    rangordnad.insats,
    rangordnad.insatstyp,
    rangordnad.scenario,
    rangordnad.period_start,
    rangordnad.period_end,
    period.periodslag,
    rangordnad.belopp_sek,
    rangordnad.avvikelse_beraknad_sek,
    cast(rangordnad.deltagare as integer) as deltagare,
    cast(rangordnad.deltagare_kvinnor as integer) as deltagare_kvinnor,
    cast(rangordnad.deltagare_man as integer) as deltagare_man,
    cast(rangordnad.paborjade as integer) as paborjade,
    cast(rangordnad.avslutade as integer) as avslutade,
    cast(nyckeltal.varde as decimal(18, 2)) as kostnad_per_deltagare,
    rangordnad.eniga,
    rangordnad.deltagare_eniga,
    rangordnad.kallor
from rangordnad
inner join forbund on rangordnad.forbund_key = forbund.forbund_key
inner join period
    on rangordnad.period_start = period.period_start
    and rangordnad.period_end = period.period_end
left join nyckeltal
    on rangordnad.report_id = nyckeltal.report_id
    and rangordnad.insats_id = nyckeltal.insats_id
    and rangordnad.scenario = nyckeltal.scenario
    and rangordnad.period_start = nyckeltal.period_start
    and rangordnad.period_end = nyckeltal.period_end
where rangordnad.ordning = 1
