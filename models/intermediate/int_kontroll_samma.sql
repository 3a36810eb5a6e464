-- One figure printed in several places (SAM in tables, SAT where text or overview is one of them),
-- and values that differ from the printed characters (TRY without an explanation, TRF with one).
-- One row that a statement prints twice is SAM too.
-- Grain: one row per delivery × rule × scenario × period × object.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where status <> 'suspect'
        and {{ nya_leveranser() }}
),

ekonomi as (
    select * from {{ ref('int_ekonomi_tryckt') }}
    where {{ nya_leveranser() }}
),

kostnadsfigur as (
    select * from {{ ref('int_kostnadsfigur') }}
    where {{ nya_leveranser() }}
),

post as (
    select * from {{ ref('post') }}
),

figur as (
    -- posts of the resultaträkning, and what other tables and the text call the same
    select
        leverans_id,
        post_code as objekt,
        cast(null as {{ dbt.type_string() }}) as namn,
        scenario,
        period_start,
        period_end,
        abs(belopp_sek) as belopp,
        belopp_sek as med_tecken,
        halv_enhet_sek as halv_enhet,
        true as i_tabell,
        1 as foretrade,
        forsta_rad as line
    from ekonomi
    where statement = 'resultatrakning' and period_start is not null and not osaker
    union all
    select
        leverans_id,
        begrepp_ekonomi as objekt,
        null as namn,
        scenario,
        period_start,
        period_end,
        abs(belopp_sek) as belopp,
        belopp_sek as med_tecken,
        halv_enhet,
        statement in ('driftredovisning', 'not') or kolumn is not null and statement = 'prognos' as i_tabell,
        case statement when 'driftredovisning' then 2 when 'not' then 3 when 'prognos' then 4 else 5 end as foretrade,
        line
    from fakta
    where begrepp_ekonomi is not null
        and belopp_sek is not null
        and scenario in ('utfall', 'budget', 'prognos')
        and coalesce(kolumntyp, 'netto') = 'netto'
        and medlem is null
        and period_start is not null
        and not ungefarlig
    union all
    -- cost rows without an insats, by their label: resultaträkning against driftredovisning
    select
        leverans_id,
        'rad:' || jamforbar_etikett as objekt,
        label as namn,
        scenario,
        period_start,
        period_end,
        abs(belopp_sek) as belopp,
        abs(belopp_sek) as med_tecken,
        halv_enhet,
        true as i_tabell,
        case statement when 'resultatrakning' then 1 else 2 end as foretrade,
        line
    from fakta
    where statement in ('resultatrakning', 'driftredovisning')
        and belopp_sek is not null
        and scenario in ('utfall', 'budget', 'prognos')
        and insats_id is null
        and begrepp_ekonomi is null
        and (post_code is null or post_code = 'ovriga_verksamhetskostnader')
        and coalesce(kolumntyp, 'netto') = 'netto'
        and period_start is not null
        and not {{ matches('jamforbar_etikett', "'^(summa|totalt|s a|delsumma)( |$)'") }}
    union all
    select
        leverans_id,
        kostnadsstalle as objekt,
        coalesce(insats, {{ slagnamn('insatstyp') }}) as namn,
        scenario,
        period_start,
        period_end,
        belopp_sek as belopp,
        belopp_sek as med_tecken,
        halv_enhet,
        true as i_tabell,
        case statement when 'driftredovisning' then 2 when 'not' then 3 else 4 end as foretrade,
        line
    from kostnadsfigur
    where niva in ('insats', 'insatstyp')
),

ankare as (          -- the figure the others are held against: a table's, the finest, the first
    select
        *,
        row_number() over (
            partition by leverans_id, objekt, scenario, period_start, period_end
            order by case when i_tabell then 0 else 1 end, halv_enhet, foretrade, line
        ) as ordning
    from figur
),

jamford as (
    select
        andra.leverans_id,
        case when forsta.i_tabell and andra.i_tabell then 'SAM' else 'SAT' end as regel_id,
        andra.objekt,
        coalesce(forsta.namn, post.benamning, forsta.objekt) as namn,
        andra.scenario,
        andra.period_start,
        andra.period_end,
        -- results are compared with their sign, everything else by size: tables sign costs either way
        case when andra.objekt = 'periodens_resultat' then andra.med_tecken else andra.belopp end as summa,
        case when andra.objekt = 'periodens_resultat' then forsta.med_tecken else forsta.belopp end as led,
        andra.halv_enhet + forsta.halv_enhet as tolerans,
        andra.line,
        forsta.line as forsta_rad
    from ankare as andra
    inner join ankare as forsta
        on andra.leverans_id = forsta.leverans_id
        and andra.objekt = forsta.objekt
        and andra.scenario = forsta.scenario
        and andra.period_start = forsta.period_start
        and andra.period_end = forsta.period_end
        and forsta.ordning = 1
        and andra.ordning > 1
    left join post on andra.objekt = post.post_code and post.statement = 'resultatrakning'
),

varst as (           -- one row per object: the figure that is furthest off
    select
        *,
        row_number() over (
            partition by leverans_id, regel_id, objekt, scenario, period_start, period_end
            order by abs(summa - led) - tolerans desc, line
        ) as ordning
    from jamford
),

samma as (
    select
        regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        namn as objekt,
        'kr' as enhet,
        summa,
        led,
        tolerans,
        {{ intervallutfall('summa', 'led', 'tolerans') }} as utfall,
        'rad ' || line || ' mot rad ' || forsta_rad as rader
    from varst
    where ordning = 1
),

-- a row that one statement prints twice, with different amounts
motsagd as (
    select
        'SAM' as regel_id,
        ekonomi.leverans_id,
        ekonomi.scenario,
        ekonomi.period_start,
        ekonomi.period_end,
        post.benamning as objekt,
        'kr' as enhet,
        ekonomi.motsagt_sek as summa,
        ekonomi.belopp_sek as led,
        ekonomi.motsagt_tolerans_sek as tolerans,
        'brott' as utfall,
        'rad ' || ekonomi.motsagt_rad || ' mot rad ' || ekonomi.rader as rader
    from ekonomi
    inner join post
        on ekonomi.statement = post.statement
        and ekonomi.post_code = post.post_code
    where ekonomi.motsagt_sek is not null
),

-- the printed characters without their unit: 12 kr, 12:-, 12 %, and 12 tkr where the unit is tkr
tecken as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        line,
        position,
        label,
        unit,
        value,
        printed,
        note,
        case when unit = 'TSEK'
            then {{ replace_all("printed", ' ?(kr|tkr|%|:-|,-)$', '') }}
            else {{ replace_all("printed", ' ?(kr|%|:-|,-)$', '') }}
        end as tal
    from fakta
),

-- as a number, where they are one
tryckt as (
    select
        *,
        case
            -- a point before one or two digits is a decimal point; before three it parts thousands
            when {{ matches("tal", "'^[−–—-]? ?[0-9]+[.][0-9]{1,2}$'") }}
                then cast({{ replace_all(replace_all("tal", ' ', ''), '[−–—]', '-') }} as decimal(24, 6))
            when {{ matches("tal", "'^[−–—-]? ?[0-9][0-9   .]*(,[0-9]+)?$'") }}
                then cast(
                    {{ replace_all(replace_all(replace_all("tal", '[^0-9,−–—-]', ''), '[−–—]', '-'), ',', '.') }}
                    as decimal(24, 6)
                )
            -- a minus that stands last
            when {{ matches("tal", "'^[0-9][0-9   .]*(,[0-9]+)? ?[−–—-]$'") }}
                then -1 * cast({{ replace_all(replace_all("tal", '[^0-9,]', ''), ',', '.') }} as decimal(24, 6))
            when {{ matches("tal", "'^[+(]? ?[0-9][0-9   .]*(,[0-9]+)?\\)?$'") }}
                then case when tal like '(%' then -1 else 1 end
                    * cast({{ replace_all(replace_all("tal", '[^0-9,]', ''), ',', '.') }} as decimal(24, 6))
        end as tryckt_tal
    from tecken
),

avviker as (
    select
        case when note is null then 'TRY' else 'TRF' end as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        label || ', rad ' || line || ' figur ' || position as objekt,
        case unit when 'SEK' then 'kr' when 'TSEK' then 'tkr' else unit end as enhet,
        value as summa,
        tryckt_tal as led,
        'rad ' || line || ': tryckt «' || printed || '»' || coalesce('; ' || note, '') as rader
    from tryckt
    where tryckt_tal is not null and tryckt_tal is distinct from value
),

-- what no rule can read, and no note explains, has not been held against its value
olasbar as (
    select
        leverans_id,
        count(*) as antal,
        max(period_end) as period_end,
        {{ list_distinct('line') }} as rader
    from tryckt
    where tryckt_tal is null and note is null
    group by leverans_id
),

alla as (
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall,
        cast(null as {{ dbt.type_string() }}) as hinder, rader
    from samma
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, tolerans, utfall,
        null as hinder, rader
    from motsagd
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, enhet, summa, led, 0 as tolerans,
        'brott' as utfall, null as hinder, rader
    from avviker
    union all
    select
        'TRY' as regel_id, leverans_id, 'utfall' as scenario, null as period_start, period_end, null as objekt, 'antal' as enhet,
        null as summa, null as led, null as tolerans, 'ej prövbar' as utfall,
        antal || ' tryckta tecken kan inte läsas som ett tal och saknar förklaring' as hinder, 'rad ' || rader as rader
    from olasbar
)

select
    regel_id,
    leverans_id,
    scenario,
    period_start,
    period_end,
    objekt,
    enhet,
    cast(summa as decimal(18, 4)) as summa,
    cast(led as decimal(18, 4)) as led,
    cast(tolerans as decimal(18, 4)) as tolerans,
    utfall,
    hinder,
    rader
from alla
