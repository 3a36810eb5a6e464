-- How a report's resultaträkning prints its costs: the sign that its own identities ask for.
-- Both groups of costs are tried with either sign; the pair under which most identities hold wins,
-- and where they say nothing the printed signs do (a cost is negative once stored).
-- Grain: one row per delivery.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where statement = 'resultatrakning'
        and belopp_sek is not null
        and post_code is not null
        and scenario in ('utfall', 'budget', 'prognos')
        and status <> 'suspect'
        and {{ nya_leveranser() }}
),

kolumner as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        max(case when post_code = 'verksamhetens_intakter' then belopp_sek end) as intakter,
        sum(case when post_code in ('medlemsbidrag', 'ovriga_intakter') then belopp_sek end) as intaktsposter,
        max(case when post_code = 'verksamhetens_kostnader' then belopp_sek end) as kostnader,
        sum(case when post_code in ('administration', 'ovriga_verksamhetskostnader', 'kostnader_insatser')
            then belopp_sek end) as kostnadsposter,
        max(case when post_code = 'avskrivningar' then belopp_sek end) as avskrivningar,
        max(case when post_code = 'verksamhetens_resultat' then belopp_sek end) as verksamhetens_resultat,
        max(case when post_code = 'finansiella_intakter' then belopp_sek end) as finansiella_intakter,
        max(case when post_code = 'finansiella_kostnader' then belopp_sek end) as finansiella_kostnader,
        max(case when post_code = 'finansnetto' then belopp_sek end) as finansnetto,
        max(case when post_code = 'resultat_efter_finansiella_poster' then belopp_sek end) as efter_finansiella,
        max(case when post_code = 'extraordinara_poster' then belopp_sek end) as extraordinara,
        max(case when post_code = 'periodens_resultat' then belopp_sek end) as periodens_resultat,
        sum(halv_enhet) as tolerans
    from fakta
    group by leverans_id, scenario, period_start, period_end
),

tryckta_tecken as (
    select
        leverans_id,
        case when coalesce(sum(coalesce(kostnader, kostnadsposter)), 0) > 0 then -1 else 1 end as kostnad_tecken,
        case when coalesce(sum(finansiella_kostnader), 0) > 0 then -1 else 1 end as finans_tecken
    from kolumner
    group by leverans_id
),

kandidater as (
    select kostnad.tecken as kostnad_tecken, finans.tecken as finans_tecken
    from (values (1), (-1)) as kostnad (tecken)
    cross join (values (1), (-1)) as finans (tecken)
),

provad as (
    select
        kolumner.leverans_id,
        kandidater.kostnad_tecken,
        kandidater.finans_tecken,
        count(*) filter (where abs(
            kolumner.verksamhetens_resultat
            - coalesce(kolumner.intakter, kolumner.intaktsposter)
            - kandidater.kostnad_tecken
            * (coalesce(kolumner.kostnader, kolumner.kostnadsposter) + coalesce(kolumner.avskrivningar, 0))
        ) <= kolumner.tolerans)
        + count(*) filter (where abs(
            coalesce(kolumner.periodens_resultat, kolumner.efter_finansiella)
            - coalesce(kolumner.intakter, kolumner.intaktsposter)
            - kandidater.kostnad_tecken
            * (coalesce(kolumner.kostnader, kolumner.kostnadsposter) + coalesce(kolumner.avskrivningar, 0))
            - coalesce(kolumner.finansiella_intakter, 0)
            - kandidater.finans_tecken * coalesce(kolumner.finansiella_kostnader, 0)
            - coalesce(kolumner.extraordinara, 0)
        ) <= kolumner.tolerans)
        + count(*) filter (where abs(
            kolumner.finansnetto
            - coalesce(kolumner.finansiella_intakter, 0)
            - kandidater.finans_tecken * kolumner.finansiella_kostnader
        ) <= kolumner.tolerans) as identiteter
    from kolumner
    cross join kandidater
    group by kolumner.leverans_id, kandidater.kostnad_tecken, kandidater.finans_tecken
),

rangordnad as (
    select
        provad.*,
        row_number() over (
            partition by provad.leverans_id
            order by
                provad.identiteter desc,
                abs(provad.kostnad_tecken - tryckta_tecken.kostnad_tecken),
                abs(provad.finans_tecken - tryckta_tecken.finans_tecken)
        ) as ordning
    from provad
    inner join tryckta_tecken on provad.leverans_id = tryckta_tecken.leverans_id
)

select
    leverans_id,
    kostnad_tecken,
    finans_tecken,
    identiteter,
    case when identiteter > 0 then 'identitet' else 'tryckt tecken' end as grund
from rangordnad
where ordning = 1
