-- Checks inside and between the tables outside the three statements: TAB, KST, KSB, NOT, AVV, AVP.
-- Grain: one row per delivery × rule × scenario × period × object.
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

fakta as (
    select * from {{ ref('int_fakta') }}
    where {{ nya_leveranser() }}
),

-- TAB: the rows above a sum, or the 'varav' rows under a total
egna_rader as (
    select
        summa.leverans_id,
        summa.statement,
        summa.scenario,
        summa.period_start,
        summa.period_end,
        summa.kolumn,
        summa.unit,
        summa.line,
        summa.label,
        summa.belopp_sek as summa,
        summa.halv_enhet,
        sum(del.belopp_sek) as led,
        sum(del.halv_enhet) as led_halv_enhet,
        {{ list_distinct('del.line') }} as delrader
    from rad as summa
    left join rad as del
        on summa.leverans_id = del.leverans_id
        and summa.statement = del.statement
        and summa.tabell = del.tabell
        and summa.segment = del.segment
        and summa.scenario = del.scenario
        and summa.period_end = del.period_end
        and summa.period_start is not distinct from del.period_start
        and summa.kolumn is not distinct from del.kolumn
        and summa.unit = del.unit
        and not del.ar_summa
        and del.line < summa.line
    where summa.ar_summa
    group by
        summa.leverans_id, summa.statement, summa.scenario, summa.period_start, summa.period_end,
        summa.kolumn, summa.unit, summa.line, summa.label, summa.belopp_sek, summa.halv_enhet
),

-- a sum may also add the sums above it (income apart): of the two ways the nearer is what is meant
summor_ovanfor as (
    select
        summa.leverans_id,
        summa.statement,
        summa.line,
        summa.scenario,
        summa.period_start,
        summa.period_end,
        summa.kolumn,
        summa.unit,
        sum(ovanfor.belopp_sek) as belopp_sek,
        sum(ovanfor.halv_enhet) as halv_enhet,
        {{ list_distinct('ovanfor.line') }} as delrader
    from rad as summa
    inner join rad as ovanfor
        on summa.leverans_id = ovanfor.leverans_id
        and summa.statement = ovanfor.statement
        and summa.tabell = ovanfor.tabell
        and summa.scenario = ovanfor.scenario
        and summa.period_end = ovanfor.period_end
        and summa.period_start is not distinct from ovanfor.period_start
        and summa.kolumn is not distinct from ovanfor.kolumn
        and summa.unit = ovanfor.unit
        and ovanfor.ar_summa
        and ovanfor.line < summa.line
        and (ovanfor.jamforbar_etikett like '%intäkt%') = (summa.jamforbar_etikett like '%intäkt%')
    where summa.ar_summa
    group by
        summa.leverans_id, summa.statement, summa.line, summa.scenario, summa.period_start, summa.period_end,
        summa.kolumn, summa.unit
),

bada_satten as (
    select
        egna_rader.leverans_id,
        egna_rader.scenario,
        egna_rader.period_start,
        egna_rader.period_end,
        egna_rader.kolumn,
        egna_rader.line,
        egna_rader.label,
        egna_rader.summa,
        egna_rader.halv_enhet,
        egna_rader.led as egna,
        egna_rader.led_halv_enhet as egna_halv_enhet,
        egna_rader.delrader as egna_delrader,
        coalesce(egna_rader.led, 0) + summor_ovanfor.belopp_sek as alla,
        coalesce(egna_rader.led_halv_enhet, 0) + summor_ovanfor.halv_enhet as alla_halv_enhet,
        coalesce(egna_rader.delrader || ', ', '') || summor_ovanfor.delrader as alla_delrader
    from egna_rader
    left join summor_ovanfor
        on egna_rader.leverans_id = summor_ovanfor.leverans_id
        and egna_rader.statement = summor_ovanfor.statement
        and egna_rader.line = summor_ovanfor.line
        and egna_rader.scenario = summor_ovanfor.scenario
        and egna_rader.period_end = summor_ovanfor.period_end
        and egna_rader.period_start is not distinct from summor_ovanfor.period_start
        and egna_rader.kolumn is not distinct from summor_ovanfor.kolumn
        and egna_rader.unit = summor_ovanfor.unit
),

narmaste_sattet as (
    select
        *,
        alla is not null and (egna is null or abs(summa - alla) < abs(summa - egna)) as alla_narmast
    from bada_satten
),

summarad as (
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        kolumn,
        line,
        label,
        summa,
        halv_enhet,
        case when alla_narmast then alla else egna end as led,
        case when alla_narmast then alla_halv_enhet else egna_halv_enhet end as led_halv_enhet,
        case when alla_narmast then alla_delrader else egna_delrader end as delrader
    from narmaste_sattet
),

varavrad as (        -- a total without its own rows may still be followed by what it is made of
    select
        summa.leverans_id,
        summa.scenario,
        summa.period_start,
        summa.period_end,
        summa.kolumn,
        summa.line,
        summa.label,
        summa.belopp_sek as summa,
        summa.halv_enhet,
        sum(del.belopp_sek) as led,
        sum(del.halv_enhet) as led_halv_enhet,
        {{ list_distinct('del.line') }} as delrader
    from rad as summa
    inner join rad as del
        on summa.leverans_id = del.leverans_id
        and summa.statement = del.statement
        and summa.tabell = del.tabell
        and summa.varavgrupp = del.varavgrupp
        and summa.scenario = del.scenario
        and summa.period_end = del.period_end
        and summa.period_start is not distinct from del.period_start
        and summa.kolumn is not distinct from del.kolumn
        and summa.unit = del.unit
        and del.ar_varav
    where not summa.ar_varav
    group by
        summa.leverans_id, summa.scenario, summa.period_start, summa.period_end, summa.kolumn,
        summa.line, summa.label, summa.belopp_sek, summa.halv_enhet
),

tab as (
    select
        'TAB' as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        label || ', rad ' || line || coalesce(', ' || kolumn, '') as objekt,
        summa,
        led,
        halv_enhet + coalesce(led_halv_enhet, 0) as tolerans,
        {{ intervallutfall('summa', 'led', 'halv_enhet + led_halv_enhet') }} as utfall,
        case when led is null then 'inga rader ovanför summan' end as hinder,
        'rad ' || line || coalesce('; delar på rad ' || delrader, '') as rader
    from summarad

    union all

    select
        'TAB' as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        label || ', rad ' || line || coalesce(', ' || kolumn, '') as objekt,
        summa,
        led,
        halv_enhet + led_halv_enhet as tolerans,
        -- 'varav' may name only some of the parts: less than the total proves nothing
        case
            when abs(led) + halv_enhet + led_halv_enhet < abs(summa) and scenario <> 'avvikelse' then 'ej prövbar'
            else {{ intervallutfall('summa', 'led', 'halv_enhet + led_halv_enhet') }}
        end as utfall,
        case
            when abs(led) + halv_enhet + led_halv_enhet < abs(summa) and scenario <> 'avvikelse'
                then 'varav-raderna kan vara ett urval'
        end as hinder,
        'rad ' || line || '; delar på rad ' || delrader as rader
    from varavrad
),

-- KST: the three kinds of cost against verksamhetens kostnader
slag as (
    select
        leverans_id,
        statement,
        tabell,
        scenario,
        period_start,
        period_end,
        line,
        belopp_sek,
        halv_enhet,
        insats_id,
        insatstyp,
        case
            when begrepp_ekonomi = 'verksamhetens_kostnader' then 'totalt'
            when insatstyp_tryckt = 'administration' or begrepp_ekonomi = 'administration' then 'administration'
            when insats_id is null and insatstyp_tryckt in ('individinriktad', 'strukturovergripande') then 'insatstyp'
            when insats_id is not null then 'insats'
        end as slag
    from rad
    where statement in ('driftredovisning', 'not', 'prognos')
        and scenario in ('utfall', 'budget', 'prognos')
        and coalesce(kolumntyp, 'netto') = 'netto'
        and leverantor is null
        and medlem is null
        and period_start is not null
),

slagsumma as (
    select
        slag.leverans_id,
        slag.statement,
        slag.tabell,
        slag.scenario,
        slag.period_start,
        slag.period_end,
        max(case when slag.slag = 'totalt' then slag.belopp_sek end) as tabellens_totalt,
        max(case when slag.slag = 'totalt' then slag.halv_enhet end) as tabellens_halv_enhet,
        max(case when slag.slag = 'administration' then slag.belopp_sek end) as administration,
        max(case when slag.slag = 'administration' then slag.halv_enhet end) as administration_halv_enhet,
        -- an insats counts by itself where its kind has no row of its own
        sum(case when slag.slag = 'insatstyp' or (slag.slag = 'insats' and egen.insatstyp is null)
            then slag.belopp_sek end) as insatser,
        sum(case when slag.slag = 'insatstyp' or (slag.slag = 'insats' and egen.insatstyp is null)
            then slag.halv_enhet end) as insatser_halv_enhet,
        {{ list_distinct('slag.line') }} as delrader
    from slag
    left join slag as egen
        on slag.leverans_id = egen.leverans_id
        and slag.statement = egen.statement
        and slag.tabell = egen.tabell
        and slag.scenario = egen.scenario
        and slag.period_start = egen.period_start
        and slag.period_end = egen.period_end
        and slag.insatstyp = egen.insatstyp
        and slag.slag = 'insats'
        and egen.slag = 'insatstyp'
    where slag.slag is not null
    group by slag.leverans_id, slag.statement, slag.tabell, slag.scenario, slag.period_start, slag.period_end
),

texttotal as (       -- a budget that only the text or the overview states
    select
        leverans_id,
        scenario,
        period_start,
        period_end,
        max(belopp_sek) as belopp_sek,
        max(halv_enhet) as halv_enhet,
        min(line) as line
    from fakta
    where begrepp_ekonomi = 'verksamhetens_kostnader'
        and statement in ('oversikt', 'kostnadsfordelning')
        and belopp_sek is not null
        and status <> 'suspect'
        and not ungefarlig
    group by leverans_id, scenario, period_start, period_end
),

kst as (
    select
        case when slagsumma.tabellens_totalt is null and rr.belopp_sek is null and texttotal.belopp_sek is not null
            then 'KSB' else 'KST' end as regel_id,
        slagsumma.leverans_id,
        slagsumma.scenario,
        slagsumma.period_start,
        slagsumma.period_end,
        slagsumma.statement || ' tabell ' || (slagsumma.tabell + 1) as tabell_objekt,
        coalesce(slagsumma.tabellens_totalt, abs(rr.belopp_sek), abs(texttotal.belopp_sek)) as summa,
        coalesce(slagsumma.tabellens_halv_enhet, rr.halv_enhet_sek, texttotal.halv_enhet) as halv_enhet,
        slagsumma.insatser + slagsumma.administration as led,
        slagsumma.insatser_halv_enhet + slagsumma.administration_halv_enhet as led_halv_enhet,
        slagsumma.delrader,
        case
            when slagsumma.tabellens_totalt is not null then null
            when rr.belopp_sek is not null then rr.rader
            else cast(texttotal.line as {{ dbt.type_string() }})
        end as totalrad
    from slagsumma
    left join ekonomi as rr
        on slagsumma.leverans_id = rr.leverans_id
        and slagsumma.scenario = rr.scenario
        and slagsumma.period_start = rr.period_start
        and slagsumma.period_end = rr.period_end
        and rr.statement = 'resultatrakning'
        and rr.post_code = 'verksamhetens_kostnader'
        and not rr.harledd
    left join texttotal
        on slagsumma.leverans_id = texttotal.leverans_id
        and slagsumma.scenario = texttotal.scenario
        and slagsumma.period_start = texttotal.period_start
        and slagsumma.period_end = texttotal.period_end
    where slagsumma.administration is not null
        and slagsumma.insatser is not null
),

kostnadsslag as (
    select
        regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        -- one table is the rule; several tables of the same period are told apart
        case when count(*) over (partition by regel_id, leverans_id, scenario, period_start, period_end) > 1
            then tabell_objekt end as objekt,
        summa,
        led,
        halv_enhet + led_halv_enhet as tolerans,
        {{ intervallutfall('summa', 'led', 'halv_enhet + led_halv_enhet') }} as utfall,
        case when summa is null then 'verksamhetens kostnader trycks inte för samma period' end as hinder,
        coalesce('rad ' || totalrad || '; ', '') || 'delar på rad ' || delrader as rader
    from kst
),

-- NOT: what a note sums, against the statement line that its rows explain
nottotal as (
    select
        summa.leverans_id,
        summa.scenario,
        summa.period_start,
        summa.period_end,
        summa.line,
        summa.label,
        summa.belopp_sek as summa,
        summa.halv_enhet,
        count(del.medlem) as medlemmar,
        count(del.leverantor) as leverantorer,
        count(case when del.leverantor is null then del.insats_id end) as insatser
    from rad as summa
    inner join rad as del
        on summa.leverans_id = del.leverans_id
        and summa.statement = del.statement
        and summa.tabell = del.tabell
        and summa.segment = del.segment
        and summa.scenario = del.scenario
        and summa.period_end = del.period_end
        and summa.period_start is not distinct from del.period_start
        and summa.kolumn is not distinct from del.kolumn
        and not del.ar_summa
    where summa.statement = 'not'
        and summa.ar_summa
        -- a sum of one kind of insats has no line of its own in the statements
        and summa.insatstyp_tryckt is null
    group by
        summa.leverans_id, summa.scenario, summa.period_start, summa.period_end, summa.line,
        summa.label, summa.belopp_sek, summa.halv_enhet
),

notrad as (
    select
        nottotal.leverans_id,
        nottotal.scenario,
        nottotal.period_start,
        nottotal.period_end,
        nottotal.line,
        nottotal.label,
        nottotal.summa,
        nottotal.halv_enhet,
        abs(ekonomi.belopp_sek) as led,
        ekonomi.halv_enhet_sek as led_halv_enhet,
        ekonomi.post_code,
        ekonomi.rader,
        -- suppliers alone may be less than all short-term debt: that proves nothing
        coalesce(
            ekonomi.post_code = 'summa_kortfristiga_skulder'
            and nottotal.summa + nottotal.halv_enhet + ekonomi.halv_enhet_sek < abs(ekonomi.belopp_sek),
            false
        ) as ar_del,
        row_number() over (
            partition by nottotal.leverans_id, nottotal.scenario, nottotal.period_start, nottotal.period_end, nottotal.line
            -- a note on suppliers may explain their line or all short-term debt: what agrees is meant
            order by
                case when abs(nottotal.summa - abs(ekonomi.belopp_sek)) <= nottotal.halv_enhet + ekonomi.halv_enhet_sek
                    then 0 else 1 end,
                case when ekonomi.post_code = 'leverantorsskulder' then 0 else 1 end,
                abs(nottotal.summa - abs(ekonomi.belopp_sek)),
                ekonomi.post_code
        ) as ordning
    from nottotal
    left join ekonomi
        on nottotal.leverans_id = ekonomi.leverans_id
        and nottotal.scenario = ekonomi.scenario
        and nottotal.period_end = ekonomi.period_end
        and (nottotal.period_start is null or ekonomi.period_start is null or nottotal.period_start = ekonomi.period_start)
        and not ekonomi.harledd
        and (
            (nottotal.medlemmar > 0
                and ekonomi.statement = 'resultatrakning'
                and ekonomi.post_code in ('medlemsbidrag', 'verksamhetens_intakter'))
            or (nottotal.medlemmar = 0 and nottotal.leverantorer > 0
                and ekonomi.statement = 'balansrakning'
                and ekonomi.post_code in ('leverantorsskulder', 'summa_kortfristiga_skulder'))
            or (nottotal.medlemmar = 0 and nottotal.leverantorer = 0 and nottotal.insatser > 0
                and ekonomi.statement = 'resultatrakning'
                and ekonomi.post_code = 'kostnader_insatser')
        )
),

noter as (
    select
        'NOT' as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        label || ', rad ' || line as objekt,
        summa,
        led,
        halv_enhet + coalesce(led_halv_enhet, 0) as tolerans,
        case
            when ar_del then 'ej prövbar'
            else {{ intervallutfall('summa', 'led', 'halv_enhet + led_halv_enhet') }}
        end as utfall,
        case
            when led is null then 'raden som noten förklarar trycks inte'
            when ar_del then 'noten kan gälla en del av raden'
        end as hinder,
        'rad ' || line || coalesce('; räkningens rad ' || rader, '') as rader
    from notrad
    where ordning = 1
),

-- AVV and AVP: utfall, budget and avvikelse of one printed row
avvikelse as (
    select
        leverans_id,
        statement,
        line,
        label,
        kolumn,
        period_start,
        period_end,
        unit,
        value,
        belopp_sek,
        halv_enhet
    from fakta
    where scenario = 'avvikelse'
        and status <> 'suspect'
        and unit in ('SEK', 'TSEK', 'procent')
        and statement <> 'mal'
        and coalesce(kolumntyp, 'netto') = 'netto'
),

jamforelse as (
    select
        avvikelse.leverans_id,
        avvikelse.line,
        avvikelse.kolumn,
        avvikelse.period_start,
        avvikelse.period_end,
        max(case when rad.scenario = 'budget' then rad.belopp_sek end) as budget,
        max(case when rad.scenario = 'budget' then rad.halv_enhet end) as budget_halv_enhet,
        coalesce(
            max(case when rad.scenario = 'utfall' then rad.belopp_sek end),
            max(case when rad.scenario = 'prognos' then rad.belopp_sek end)
        ) as utfall,
        coalesce(
            max(case when rad.scenario = 'utfall' then rad.halv_enhet end),
            max(case when rad.scenario = 'prognos' then rad.halv_enhet end)
        ) as utfall_halv_enhet,
        max(case when rad.scenario = 'avvikelse' then rad.belopp_sek end) as avvikelse
    from avvikelse
    inner join fakta as rad
        on avvikelse.leverans_id = rad.leverans_id
        and avvikelse.statement = rad.statement
        and avvikelse.line = rad.line
        and avvikelse.period_start is not distinct from rad.period_start
        and avvikelse.period_end = rad.period_end
        and coalesce(rad.kolumntyp, 'netto') = 'netto'
        and rad.belopp_sek is not null
        and rad.status <> 'suspect'
    group by avvikelse.leverans_id, avvikelse.line, avvikelse.kolumn, avvikelse.period_start, avvikelse.period_end
),

avv as (
    select
        'AVV' as regel_id,
        avvikelse.leverans_id,
        'avvikelse' as scenario,
        avvikelse.period_start,
        avvikelse.period_end,
        avvikelse.label || ', rad ' || avvikelse.line as objekt,
        avvikelse.belopp_sek as summa,
        -- the printed direction varies: the nearer of budget − utfall and utfall − budget
        case
            when abs(avvikelse.belopp_sek - (jamforelse.budget - jamforelse.utfall))
                <= abs(avvikelse.belopp_sek - (jamforelse.utfall - jamforelse.budget))
                then jamforelse.budget - jamforelse.utfall
            else jamforelse.utfall - jamforelse.budget
        end as led,
        avvikelse.halv_enhet + jamforelse.budget_halv_enhet + jamforelse.utfall_halv_enhet as tolerans,
        'rad ' || avvikelse.line as rader
    from avvikelse
    left join jamforelse
        on avvikelse.leverans_id = jamforelse.leverans_id
        and avvikelse.line = jamforelse.line
        and avvikelse.kolumn is not distinct from jamforelse.kolumn
        and avvikelse.period_start is not distinct from jamforelse.period_start
        and avvikelse.period_end = jamforelse.period_end
    where avvikelse.belopp_sek is not null
),

avp as (
    select
        'AVP' as regel_id,
        avvikelse.leverans_id,
        'avvikelse' as scenario,
        avvikelse.period_start,
        avvikelse.period_end,
        avvikelse.label || ', rad ' || avvikelse.line as objekt,
        avvikelse.value as summa,
        {{ avrunda(kvot('100 * jamforelse.avvikelse', 'nullif(jamforelse.budget, 0)'), 2) }} as led,
        avvikelse.halv_enhet as tolerans,
        'rad ' || avvikelse.line as rader
    from avvikelse
    left join jamforelse
        on avvikelse.leverans_id = jamforelse.leverans_id
        and avvikelse.line = jamforelse.line
        and avvikelse.kolumn is not distinct from jamforelse.kolumn
        and avvikelse.period_start is not distinct from jamforelse.period_start
        and avvikelse.period_end = jamforelse.period_end
    where avvikelse.unit = 'procent'
),

alla as (
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, 'kr' as enhet, summa, led, tolerans, utfall,
        hinder, rader from tab
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, 'kr' as enhet, summa, led, tolerans, utfall,
        hinder, rader from kostnadsslag
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, 'kr' as enhet, summa, led, tolerans, utfall,
        hinder, rader from noter
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, 'kr' as enhet, summa, led, tolerans,
        {{ intervallutfall('summa', 'led', 'tolerans') }} as utfall,
        case when led is null then 'utfall eller budget för samma period trycks inte på raden' end as hinder,
        rader
    from avv
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, 'procent' as enhet, summa, led, tolerans,
        {{ intervallutfall('summa', 'led', 'tolerans') }} as utfall,
        case when led is null then 'avvikelse eller budget i kronor trycks inte på raden' end as hinder,
        rader
    from avp
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
