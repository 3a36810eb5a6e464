-- Every printed figure that states the whole cost of an insats, a kind of insats or administration.
-- Costs are positive, the way people speak of them. Items of a cost (löner, lokaler, one course) are
-- not here: they are parts of what is.
-- Grain: one row per delivery × figure.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with rad as (
    select * from {{ ref('int_tabellrad') }}
    where {{ nya_leveranser() }}
),

ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where {{ nya_leveranser() }}
),

ur_tabeller as (
    select
        leverans_id,
        report_id,
        forbund_id,
        statement,
        line,
        case
            when insats_id is not null then 'insats'
            when insatstyp_tryckt = 'administration' or begrepp_ekonomi = 'administration' then 'administration'
            when insatstyp_tryckt in ('individinriktad', 'strukturovergripande') then 'insatstyp'
            when begrepp_ekonomi = 'kostnader_insatser' then 'insatser'
        end as niva,
        insats_id,
        insats,
        case
            when insats_id is null and (insatstyp_tryckt = 'administration' or begrepp_ekonomi = 'administration')
                then 'administration'
            else insatstyp
        end as insatstyp,
        kostnadstyp,
        scenario,
        period_start,
        period_end,
        belopp_sek,
        halv_enhet
    from rad
    where scenario in ('utfall', 'budget', 'prognos')
        and period_start is not null
        and leverantor is null
        and medlem is null
        and coalesce(kolumntyp, 'netto') = 'netto'
        and (statement <> 'insats_ekonomi' or begrepp_kostnad = 'insats')
),

ur_resultatrakning as (
    select
        leverans_id,
        report_id,
        forbund_id,
        statement,
        forsta_rad as line,
        case post_code when 'administration' then 'administration' else 'insatser' end as niva,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as insats,
        case post_code when 'administration' then 'administration' end as insatstyp,
        cast(null as {{ dbt.type_string() }}) as kostnadstyp,
        scenario,
        period_start,
        period_end,
        abs(belopp_sek) as belopp_sek,
        halv_enhet_sek as halv_enhet
    from ekonomi
    where statement = 'resultatrakning'
        and post_code in ('administration', 'kostnader_insatser')
        and not harledd
),

alla as (
    select * from ur_tabeller where niva is not null
    union all
    select * from ur_resultatrakning
)

select
    leverans_id,
    report_id,
    forbund_id,
    statement,
    line,
    niva,
    insats_id,
    insats,
    insatstyp,
    case niva when 'administration' then 'administration' else coalesce(kostnadstyp, insatstyp) end as kostnadstyp,
    -- what the figure is the cost of, the same in every table
    case niva when 'insats' then 'insats:' || insats_id when 'insatstyp' then 'insatstyp:' || insatstyp else niva end as kostnadsstalle,
    scenario,
    period_start,
    period_end,
    cast(abs(belopp_sek) as decimal(18, 2)) as belopp_sek,
    halv_enhet
from alla
