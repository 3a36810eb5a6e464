-- What each table states as the whole cost of an insats, a kind of insats or administration.
-- Costs are positive, the way people speak of them: a table that prints them negative is turned as a
-- whole, so that what was credited (a cost against the others of its table) stays negative. Rows of
-- one cost object in a column of a table are added, unless the table sums them itself. Items of a
-- cost (löner, lokaler, one course) are not here: they are parts of what is. Nor is what the rows of an
-- object add up to where one of them is suspect: it may be a part of the cost.
-- Grain: one row per delivery × table × column × cost object (and sum, where the table sums it) × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

{% set niva %}
        case
            when insats_id is not null then 'insats'
            when insatstyp_tryckt = 'administration' or begrepp_ekonomi = 'administration' then 'administration'
            when insatstyp_tryckt in ('individinriktad', 'strukturovergripande') then 'insatstyp'
            when begrepp_ekonomi = 'kostnader_insatser' then 'insatser'
        end
{%- endset %}

{% set ar_hel_kostnad %}
        scenario in ('utfall', 'budget', 'prognos')
        and period_start is not null
        and leverantor is null
        and medlem is null
        and coalesce(kolumntyp, 'netto') = 'netto'
        and (statement <> 'insats_ekonomi' or begrepp_kostnad = 'insats')
{%- endset %}

{% set kostnadsstalle -%}
    case niva when 'insats' then 'insats:' || insats_id when 'insatstyp' then 'insatstyp:' || insatstyp else niva end
{%- endset %}

with rad as (
    select * from {{ ref('int_tabellrad') }}
    where {{ nya_leveranser() }}
),

osakert as (
    select
        leverans_id,
        statement,
        {{ niva }} as niva,
        insats_id,
        insatstyp_tryckt as insatstyp,
        scenario,
        period_start,
        period_end
    from {{ ref('int_fakta') }}
    where status = 'suspect'
        and unit in ('SEK', 'TSEK')
        and statement in ('driftredovisning', 'not', 'prognos', 'insats_ekonomi')
        and {{ ar_hel_kostnad }}
        and {{ nya_leveranser() }}
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
        tabell,
        kolumn,
        line,
        case when ar_summa then 1 when ar_varav then 3 else 2 end as radslag,
        {{ niva }} as niva,
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
    where {{ ar_hel_kostnad }}
),

ur_resultatrakning as (
    select
        leverans_id,
        report_id,
        forbund_id,
        statement,
        0 as tabell,
        cast(null as {{ dbt.type_string() }}) as kolumn,
        forsta_rad as line,
        1 as radslag,
        case post_code when 'administration' then 'administration' else 'insatser' end as niva,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as insats,
        case post_code when 'administration' then 'administration' end as insatstyp,
        cast(null as {{ dbt.type_string() }}) as kostnadstyp,
        scenario,
        period_start,
        period_end,
        belopp_sek,
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
),

figur as (
    select
        *,
        -- what the figure is the cost of, the same in every table
        {{ kostnadsstalle }} as kostnadsstalle,
        case when sum(belopp_sek) over (partition by leverans_id, statement, tabell) < 0 then -1 else 1 end as tecken
    from alla
),

osakra_stallen as (
    select distinct leverans_id, statement, {{ kostnadsstalle }} as kostnadsstalle, scenario, period_start, period_end
    from osakert
),

-- the table's own sum of an object, else its rows, else what it only names as part of something else
ordnad as (
    select
        *,
        min(radslag) over (
            partition by leverans_id, statement, tabell, kolumn, kostnadsstalle, scenario, period_start, period_end
        ) as basta_radslag,
        row_number() over (
            partition by leverans_id, statement, tabell, kolumn, kostnadsstalle, scenario, period_start, period_end
            order by radslag, line, halv_enhet, belopp_sek
        ) as ordning
    from figur
),

hel as (
    select ordnad.*
    from ordnad
    left join osakra_stallen
        on ordnad.leverans_id = osakra_stallen.leverans_id
        and ordnad.statement = osakra_stallen.statement
        and ordnad.kostnadsstalle = osakra_stallen.kostnadsstalle
        and ordnad.scenario = osakra_stallen.scenario
        and ordnad.period_start = osakra_stallen.period_start
        and ordnad.period_end = osakra_stallen.period_end
        and ordnad.radslag > 1
    where ordnad.radslag = ordnad.basta_radslag
        and osakra_stallen.leverans_id is null
)

select
    leverans_id,
    report_id,
    forbund_id,
    statement,
    min(line) as line,
    niva,
    insats_id,
    coalesce(max(case when ordning = 1 then insats end), max(insats)) as insats,
    coalesce(max(case when ordning = 1 then insatstyp end), max(insatstyp)) as insatstyp,
    case niva
        when 'administration' then 'administration'
        else coalesce(max(case when ordning = 1 then kostnadstyp end), max(kostnadstyp), max(insatstyp))
    end as kostnadstyp,
    kostnadsstalle,
    scenario,
    period_start,
    period_end,
    cast(sum(belopp_sek * tecken) as decimal(18, 2)) as belopp_sek,
    sum(halv_enhet) as halv_enhet,
    {{ list_distinct("statement || ' rad ' || line") }} as kallor
from hel
-- sums are compared, not added
group by
    leverans_id, report_id, forbund_id, statement, tabell, kolumn, niva, insats_id, kostnadsstalle, scenario,
    period_start, period_end, case when radslag = 1 then line end
