-- The printed figures of resultaträkning, balansräkning and kassaflöde, one per post and column.
-- Rows with different labels of one post are added; the same label printed twice is one figure,
-- in its finest unit, and where it is printed with another amount that is kept beside it (`motsagt`).
-- A post of which a row is suspect has no amount (`osaker`): what is left of it would be a part.
-- Opening posts carry the date of the column that they open.
-- Grain: one row per delivery × statement × post × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where statement in ('resultatrakning', 'balansrakning', 'kassaflode')
        and post_code is not null
        and (belopp_sek is not null or status = 'suspect')
        and scenario in ('utfall', 'budget', 'prognos')
        and {{ nya_leveranser() }}
),

post as (
    select * from {{ ref('post') }}
),

teckenkonvention as (
    select * from {{ ref('int_teckenkonvention') }}
),

lagrad as (
    select
        fakta.leverans_id,
        fakta.fakta_key,
        fakta.report_id,
        fakta.forbund_id,
        fakta.line,
        fakta.position,
        fakta.statement,
        fakta.post_code,
        post.niva,
        fakta.jamforbar_etikett,
        fakta.scenario,
        case when post.period_type = 'duration' and fakta.statement <> 'balansrakning'
            then fakta.period_start end as period_start,
        fakta.period_end,
        fakta.belopp_sek * case
            when post.lagrat_tecken <> '-1' then 1
            when fakta.post_code = 'finansiella_kostnader' then coalesce(teckenkonvention.finans_tecken, 1)
            else coalesce(teckenkonvention.kostnad_tecken, 1)
        end as belopp_sek,
        fakta.halv_enhet as halv_enhet_sek,
        fakta.status = 'suspect' as osaker,
        fakta.ungefarlig,
        case fakta.post_code
            when 'ingaende_eget_kapital' then 'summa_eget_kapital'
            when 'likvida_medel_vid_periodens_borjan' then 'likvida_medel_vid_periodens_slut'
        end as motpost
    from fakta
    inner join post
        on fakta.statement = post.statement
        and fakta.post_code = post.post_code
    left join teckenkonvention on fakta.leverans_id = teckenkonvention.leverans_id
    -- a figure of a period without its period has no column to stand in
    where fakta.statement <> 'resultatrakning' or fakta.period_start is not null
),

stangning as (
    select distinct leverans_id, scenario, statement, post_code as motpost, period_end, belopp_sek
    from lagrad
    where not osaker
),

-- An opening post dated where a column closes stands in that column, unless the closing figure of
-- that date is the same amount: then it is the balance carried over, and opens the next column.
oppning as (
    select
        lagrad.fakta_key,
        min(nasta.period_end) as period_end
    from lagrad
    left join stangning as samma_dag
        on lagrad.leverans_id = samma_dag.leverans_id
        and lagrad.scenario = samma_dag.scenario
        and lagrad.statement = samma_dag.statement
        and lagrad.motpost = samma_dag.motpost
        and lagrad.period_end = samma_dag.period_end
    inner join stangning as nasta
        on lagrad.leverans_id = nasta.leverans_id
        and lagrad.scenario = nasta.scenario
        and lagrad.statement = nasta.statement
        and lagrad.motpost = nasta.motpost
        and nasta.period_end > lagrad.period_end
        and year(nasta.period_end) = year(lagrad.period_end) + 1
    where lagrad.motpost is not null
        and month(lagrad.period_end) = 12
        and (samma_dag.belopp_sek is null or samma_dag.belopp_sek = lagrad.belopp_sek)
    group by lagrad.fakta_key
),

placerad as (
    select
        lagrad.leverans_id,
        lagrad.report_id,
        lagrad.forbund_id,
        lagrad.line,
        lagrad.position,
        lagrad.statement,
        lagrad.post_code,
        lagrad.niva,
        lagrad.jamforbar_etikett,
        lagrad.scenario,
        lagrad.period_start,
        coalesce(oppning.period_end, lagrad.period_end) as period_end,
        lagrad.belopp_sek,
        lagrad.halv_enhet_sek,
        lagrad.osaker,
        lagrad.ungefarlig
    from lagrad
    left join oppning on lagrad.fakta_key = oppning.fakta_key
),

-- the same label (or the same subtotal) printed again is the same figure
ordnad as (
    select
        *,
        case when niva = 'post' then jamforbar_etikett end as rad,
        row_number() over (
            partition by
                leverans_id, statement, post_code, scenario, period_start, period_end,
                case when niva = 'post' then jamforbar_etikett end
            order by case when osaker then 1 else 0 end, halv_enhet_sek, line, position
        ) as ordning
    from placerad
),

unik as (
    select * from ordnad
    where ordning = 1
),

-- every printing beside the one that was taken
jamford as (
    select
        *,
        max(case when ordning = 1 then belopp_sek end) over samma_rad as vald_sek,
        max(case when ordning = 1 then halv_enhet_sek end) over samma_rad as vald_halv_enhet_sek
    from ordnad
    where not osaker
    window samma_rad as (
        partition by leverans_id, statement, post_code, scenario, period_start, period_end, rad
    )
),

motsagd as (
    select
        leverans_id,
        statement,
        post_code,
        scenario,
        period_start,
        period_end,
        belopp_sek - vald_sek as skillnad_sek,
        halv_enhet_sek + vald_halv_enhet_sek as tolerans_sek,
        line,
        row_number() over (
            partition by leverans_id, statement, post_code, scenario, period_start, period_end
            order by line, position
        ) as ordning
    from jamford
    where not ungefarlig
        and abs(belopp_sek - vald_sek) > halv_enhet_sek + vald_halv_enhet_sek
),

samlad as (
    select
        leverans_id,
        report_id,
        forbund_id,
        statement,
        post_code,
        scenario,
        period_start,
        period_end,
        max(case when osaker then 1 else 0 end) = 1 as osaker,
        sum(belopp_sek) as belopp_sek,
        sum(halv_enhet_sek) as halv_enhet_sek,
        count(*) as antal_figurer,
        {{ list_distinct('line') }} as rader,
        min(line) as forsta_rad
    from unik
    group by leverans_id, report_id, forbund_id, statement, post_code, scenario, period_start, period_end
)

select
    samlad.leverans_id,
    samlad.report_id,
    samlad.forbund_id,
    samlad.statement,
    samlad.post_code,
    samlad.scenario,
    samlad.period_start,
    samlad.period_end,
    case when not samlad.osaker then cast(samlad.belopp_sek as decimal(18, 2)) end as belopp_sek,
    cast(samlad.halv_enhet_sek as decimal(18, 2)) as halv_enhet_sek,
    samlad.antal_figurer,
    samlad.rader,
    samlad.forsta_rad,
    samlad.osaker,
    cast(samlad.belopp_sek + motsagd.skillnad_sek as decimal(18, 2)) as motsagt_sek,
    cast(motsagd.tolerans_sek as decimal(18, 2)) as motsagt_tolerans_sek,
    motsagd.line as motsagt_rad
from samlad
left join motsagd
    on samlad.leverans_id = motsagd.leverans_id
    and samlad.statement = motsagd.statement
    and samlad.post_code = motsagd.post_code
    and samlad.scenario = motsagd.scenario
    and samlad.period_start is not distinct from motsagd.period_start
    and samlad.period_end = motsagd.period_end
    and motsagd.ordning = 1
