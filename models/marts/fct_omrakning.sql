-- Figures that a later report of the same förbund, or a later version of the same report, states
-- differently than an earlier one did. A difference within the two figures' rounding is no restatement.
-- Grain: one row per restated figure × pair of consecutive reports, or versions, that state it.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'forbund_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where not harledd
        and {{ andrade('forbund_id') }}
),

kostnad as (
    select * from {{ ref('int_kostnad') }}
    where {{ andrade('forbund_id') }}
),

version as (
    select * from {{ ref('int_version') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

figur as (           -- of every version that is or was published
    select
        leverans_id,
        statement,
        post_code,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        statement || '.' || post_code as figur,
        scenario,
        period_start,
        period_end,
        belopp_sek,
        halv_enhet_sek,
        rader as kalla
    from ekonomi
    union all
    select
        leverans_id,
        'kostnad' as statement,
        null as post_code,
        insats_id,
        niva || '.' || coalesce(insats_id, insatstyp, '') as figur,
        scenario,
        period_start,
        period_end,
        belopp_sek,
        halv_enhet_sek,
        kallor as kalla
    from kostnad
),

daterad as (
    select
        figur.*,
        version.report_id,
        version.forbund_id,
        version.tidigare_leverans_id,
        version.leverans_id = rapport.publicerad_leverans_id as publicerad,
        rapport.rapporttyp,
        rapport.period_end as rapport_period_end
    from figur
    inner join version on figur.leverans_id = version.leverans_id
    inner join rapport on version.report_id = rapport.report_id
),

foljd as (
    select
        leverans_id,
        figur,
        scenario,
        period_start,
        period_end,
        lag(leverans_id) over (
            partition by forbund_id, figur, scenario, period_start, period_end
            order by rapport_period_end, case rapporttyp when 'ar' then 2 else 1 end, report_id
        ) as tidigare_leverans_id
    from daterad
    where publicerad
),

par as (             -- a figure's version beside the one that it is held against
    select leverans_id, tidigare_leverans_id, figur, scenario, period_start, period_end
    from foljd
    where tidigare_leverans_id is not null
    union all
    select leverans_id, tidigare_leverans_id, figur, scenario, period_start, period_end
    from daterad
    where tidigare_leverans_id is not null
),

jamford as (
    select
        ny.forbund_id,
        ny.statement,
        ny.post_code,
        ny.insats_id,
        ny.figur,
        ny.scenario,
        ny.period_start,
        ny.period_end,
        tidigare.report_id as tidigare_report_id,
        ny.report_id,
        tidigare.leverans_id as tidigare_leverans_id,
        ny.leverans_id,
        case
            when tidigare.report_id = ny.report_id then 'rättad leverans'
            when ny.rapporttyp = 'ar' and tidigare.rapporttyp = 'delar' then 'årsredovisning'
            else 'jämförelsetal'
        end as slag,
        tidigare.belopp_sek as tidigare_belopp_sek,
        ny.belopp_sek,
        ny.halv_enhet_sek + tidigare.halv_enhet_sek as avrundning,
        tidigare.kalla as tidigare_kalla,
        ny.kalla
    from par
    inner join daterad as ny
        on par.leverans_id = ny.leverans_id
        and par.figur = ny.figur
        and par.scenario = ny.scenario
        and par.period_start is not distinct from ny.period_start
        and par.period_end = ny.period_end
    inner join daterad as tidigare
        on par.tidigare_leverans_id = tidigare.leverans_id
        and par.figur = tidigare.figur
        and par.scenario = tidigare.scenario
        and par.period_start is not distinct from tidigare.period_start
        and par.period_end = tidigare.period_end
)

select
    {{ key(['leverans_id', 'tidigare_leverans_id', 'figur', 'scenario', 'period_start', 'period_end']) }} as omrakning_key,
    slag,
    forbund_id,
    statement,
    post_code,
    insats_id,
    scenario,
    period_start,
    period_end,
    tidigare_report_id,
    report_id,
    tidigare_leverans_id,
    leverans_id,
    tidigare_belopp_sek,
    belopp_sek,
    cast(belopp_sek - tidigare_belopp_sek as decimal(18, 2)) as differens_sek,
    tidigare_kalla,
    kalla
from jamford
where abs(belopp_sek - tidigare_belopp_sek) > avrundning
