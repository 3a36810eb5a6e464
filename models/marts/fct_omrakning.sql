-- Figures that a later report of the same förbund states differently than an earlier one did.
-- A difference within the two figures' rounding is no restatement.
-- Grain: one row per restated figure × pair of consecutive reports that state it.
with ekonomi as (
    select * from {{ ref('fct_ekonomi') }}
    where not harledd
),

kostnad as (
    select * from {{ ref('fct_kostnad') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

figur as (
    select
        ekonomi.forbund_id,
        ekonomi.report_id,
        ekonomi.statement,
        ekonomi.post_code,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        ekonomi.statement || '.' || ekonomi.post_code as figur,
        ekonomi.scenario,
        ekonomi.period_start,
        ekonomi.period_end,
        ekonomi.belopp_sek,
        ekonomi.halv_enhet_sek,
        ekonomi.rader as kalla
    from ekonomi
    union all
    select
        forbund_id,
        report_id,
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

foljd as (
    select
        figur.forbund_id,
        figur.statement,
        figur.post_code,
        figur.insats_id,
        figur.figur,
        figur.scenario,
        figur.period_start,
        figur.period_end,
        figur.report_id,
        figur.belopp_sek,
        figur.halv_enhet_sek,
        figur.kalla,
        lag(figur.report_id) over w as tidigare_report_id,
        lag(figur.belopp_sek) over w as tidigare_belopp_sek,
        lag(figur.halv_enhet_sek) over w as tidigare_halv_enhet_sek,
        lag(figur.kalla) over w as tidigare_kalla
    from figur
    inner join rapport on figur.report_id = rapport.report_id
    window w as (
        partition by figur.forbund_id, figur.figur, figur.scenario, figur.period_start, figur.period_end
        order by rapport.period_end, case rapport.rapporttyp when 'ar' then 2 else 1 end, rapport.report_id
    )
)

select
    {{ key(['report_id', 'figur', 'scenario', 'period_start', 'period_end']) }} as omrakning_key,
    forbund_id,
    statement,
    post_code,
    insats_id,
    scenario,
    period_start,
    period_end,
    tidigare_report_id,
    report_id,
    tidigare_belopp_sek,
    belopp_sek,
    cast(belopp_sek - tidigare_belopp_sek as decimal(18, 2)) as differens_sek,
    tidigare_kalla,
    kalla
from foljd
where tidigare_report_id is not null
    and abs(belopp_sek - tidigare_belopp_sek) > halv_enhet_sek + tidigare_halv_enhet_sek
