-- What insatser and administration cost, costs positive; rows of a report, scenario and period add up.
-- Grain: one row per report × cost object (insats, administration, undistributed) × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with kostnad as (
    select * from {{ ref('int_kostnad') }}
    where {{ andrade('forbund_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
    where status = 'publicerad'
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

avvikelse as (
    select
        leverans_id,
        case when insats_id is not null then 'insats:' || insats_id
            when insatstyp_tryckt = 'administration' then 'administration' end as kostnadsstalle,
        period_start,
        period_end,
        -- of several, as of a figure that adds several rows, none is the figure's own
        case when count(*) = 1 then max(case when status <> 'suspect' then belopp_sek end) end as avvikelse_tryckt_sek
    from {{ ref('int_fakta') }}
    where scenario = 'avvikelse'
        and statement in ('driftredovisning', 'not', 'prognos')
        and unit in ('SEK', 'TSEK')
        and coalesce(kolumntyp, 'netto') = 'netto'
        and {{ andrade('forbund_id') }}
    group by 1, 2, 3, 4
)

select
    {{ key([
        'kostnad.report_id', 'kostnad.kostnadsstalle', 'kostnad.scenario', 'kostnad.period_start', 'kostnad.period_end'
    ]) }} as kostnad_key,
    kostnad.report_id,
    kostnad.leverans_id,
    kostnad.forbund_id,
    rapport.rapport_key,
    rapport.forbund_key,
    {{ key(['kostnad.period_start', 'kostnad.period_end']) }} as period_key,
    case when kostnad.insats_id is not null then {{ key(['kostnad.forbund_id', 'kostnad.insats_id']) }} end as insats_key,
    kostnad.niva,
    kostnad.insats_id,
    coalesce(kostnad.insats, case kostnad.niva
        when 'administration' then 'Administration'
        when 'insatstyp' then case kostnad.insatstyp
            when 'individinriktad' then 'Individinriktade insatser, ej fördelade'
            else 'Strukturövergripande insatser, ej fördelade' end
        else 'Insatser, ej fördelade'
    end) as insats,
    kostnad.insatstyp,
    kostnad.kostnadstyp,
    kostnad.scenario,
    kostnad.period_start,
    kostnad.period_end,
    kostnad.belopp_sek,
    kostnad.halv_enhet_sek,
    cast(kostnad.antal_figurer as integer) as antal_figurer,
    kostnad.eniga,
    kostnad.lagst_sek,
    kostnad.hogst_sek,
    row_number() over (
        partition by
            kostnad.forbund_id, kostnad.kostnadsstalle, kostnad.scenario, kostnad.period_start, kostnad.period_end
        order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, kostnad.report_id asc
    ) = 1 as gallande,
    case when kostnad.scenario = 'utfall'
        then cast(budget.belopp_sek - kostnad.belopp_sek as decimal(18, 2)) end as avvikelse_beraknad_sek,
    case when kostnad.scenario = 'utfall' then avvikelse.avvikelse_tryckt_sek end as avvikelse_tryckt_sek,
    kostnad.kallor
from kostnad
inner join leverans on kostnad.leverans_id = leverans.leverans_id
inner join rapport on kostnad.report_id = rapport.report_id
left join kostnad as budget
    on kostnad.leverans_id = budget.leverans_id
    and kostnad.kostnadsstalle = budget.kostnadsstalle
    and kostnad.period_start = budget.period_start
    and kostnad.period_end = budget.period_end
    and budget.scenario = 'budget'
left join avvikelse
    on kostnad.leverans_id = avvikelse.leverans_id
    and kostnad.kostnadsstalle = avvikelse.kostnadsstalle
    and kostnad.period_start = avvikelse.period_start
    and kostnad.period_end = avvikelse.period_end
