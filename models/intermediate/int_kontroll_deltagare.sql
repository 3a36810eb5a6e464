-- Checks of participants: KON, FLO, PAG, DSU, SAD, KAT.
-- Grain: one row per delivery × rule × scenario × period × object.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with figur as (
    select * from {{ ref('int_deltagarfigur') }}
    where enhet = 'antal'
        and {{ nya_leveranser() }}
),

deltagare as (
    select * from {{ ref('int_deltagare') }}
    where enhet = 'antal'
        and {{ nya_leveranser() }}
),

kostnad as (
    select distinct leverans_id, insats_id, insatstyp from {{ ref('int_kostnad') }}
    where insats_id is not null
        and {{ nya_leveranser() }}
),

kand as (            -- measures that can be added
    select
        *,
        coalesce(alder, '') || coalesce(utbildning, '') || coalesce(forsorjning, '') || coalesce(avslutsorsak, '') as kategori
    from deltagare
    where matt not in ('andel', 'ovrigt')
),

-- KON
konsrad as (
    select
        leverans_id,
        omfang,
        matt,
        kategori,
        scenario,
        period_start,
        period_end,
        sum(antal) as konssumma,
        count(distinct kon) as antal_kon,
        {{ list_distinct('rader') }} as rader
    from kand
    where kon is not null
    group by 1, 2, 3, 4, 5, 6, 7
),

anonyma as (
    select leverans_id, omfang, scenario, period_end, max(antal) as antal
    from kand
    where matt = 'anonyma' and kon is null
    group by leverans_id, omfang, scenario, period_end
),

kon as (
    select
        'KON' as regel_id,
        total.leverans_id,
        total.scenario,
        total.period_start,
        total.period_end,
        {{ objektnamn('total') }} || case when konsrad.kategori <> '' then ', ' || konsrad.kategori else '' end as objekt,
        total.antal as summa,
        -- anonymous participants have no kön: they count where the total holds them
        case
            when total.antal = konsrad.konssumma + anonyma.antal and total.matt in ('totalt', 'registrerade')
                then konsrad.konssumma + anonyma.antal
            else konsrad.konssumma
        end as led,
        'rad ' || total.rader || '; delar på rad ' || konsrad.rader as rader
    from konsrad
    inner join kand as total
        on konsrad.leverans_id = total.leverans_id
        and konsrad.omfang = total.omfang
        and konsrad.matt = total.matt
        and konsrad.kategori = total.kategori
        and konsrad.scenario = total.scenario
        and konsrad.period_start is not distinct from total.period_start
        and konsrad.period_end = total.period_end
        and total.kon is null
    left join anonyma
        on total.leverans_id = anonyma.leverans_id
        and total.omfang = anonyma.omfang
        and total.scenario = anonyma.scenario
        and total.period_end = anonyma.period_end
    where konsrad.antal_kon > 1
),

-- FLO
flode as (
    select
        'FLO' as regel_id,
        total.leverans_id,
        total.scenario,
        total.period_start,
        total.period_end,
        {{ objektnamn('total') }} as objekt,
        total.antal as summa,
        ingaende.antal + paborjade.antal as led,
        'rad ' || total.rader || '; delar på rad ' || ingaende.rader || ', ' || paborjade.rader as rader
    from kand as total
    inner join kand as ingaende
        on total.leverans_id = ingaende.leverans_id
        and total.omfang = ingaende.omfang
        and total.scenario = ingaende.scenario
        and total.kon is not distinct from ingaende.kon
        and ingaende.matt = 'ingaende'
        and ingaende.fordelning is null
        and (ingaende.period_end = total.period_end or ingaende.period_end <= total.period_start)
    inner join kand as paborjade
        on total.leverans_id = paborjade.leverans_id
        and total.omfang = paborjade.omfang
        and total.scenario = paborjade.scenario
        and total.period_end = paborjade.period_end
        and total.kon is not distinct from paborjade.kon
        and paborjade.matt = 'paborjade'
        and paborjade.fordelning is null
    where total.matt = 'totalt' and total.fordelning is null
),

-- PAG: in the table of the pågående figure, i.e. the nearest total and avslutade above it
pagaende as (
    select
        pag.leverans_id,
        {{ omfangsnamn('pag') }} as omfang,
        pag.kon,
        pag.scenario,
        pag.period_end,
        pag.line as pag_rad,
        pag.antal as pagaende,
        fore.matt in ('totalt', 'registrerade') as ar_total,
        fore.period_start,
        fore.antal,
        fore.line,
        row_number() over (
            partition by pag.fakta_key, case when fore.matt = 'avslutade' then 'avslutade' else 'totalt' end
            order by fore.line desc, fore.position desc
        ) as ordning
    from figur as pag
    inner join figur as fore
        on pag.leverans_id = fore.leverans_id
        and pag.omfang = fore.omfang
        and pag.kon is not distinct from fore.kon
        and pag.scenario = fore.scenario
        and pag.period_end = fore.period_end
        and fore.fordelning is null
        and fore.matt in ('totalt', 'registrerade', 'avslutade')
        and fore.line < pag.line
    where pag.matt = 'pagaende' and pag.fordelning is null
),

pag as (
    select
        'PAG' as regel_id,
        leverans_id,
        scenario,
        cast(null as date) as period_start,
        period_end,
        max(omfang) || coalesce(', ' || max(kon), '') as objekt,
        max(pagaende) as summa,
        max(case when ar_total then antal end) - max(case when not ar_total then antal end) as led,
        'rad ' || pag_rad || '; totalt och avslutade på rad ' || min(line) || ', ' || max(line) as rader
    from pagaende
    where ordning = 1
    group by leverans_id, omfang, kon, scenario, period_end, pag_rad
),

-- DSU: a förbund's own total, of all insatser or of one kind, against the insatser
insatssumma as (
    select
        total.leverans_id,
        total.matt,
        total.omfang,
        {{ objektnamn('total') }} as objekt,
        total.scenario,
        total.period_start,
        total.period_end,
        total.antal as summa,
        total.rader,
        sum(del.antal) as led,
        count(distinct del.insats_id) as insatser,
        {{ list_distinct('del.rader') }} as delrader
    from kand as total
    left join kand as del
        on total.leverans_id = del.leverans_id
        and total.matt = del.matt
        and total.scenario = del.scenario
        and total.period_end = del.period_end
        and total.period_start is not distinct from del.period_start
        and del.insats_id is not null
        and (total.insatstyp is null or total.insatstyp = del.insatstyp)
        and del.kon is null
        and del.fordelning is null
    where total.insats_id is null
        and total.kon is null
        and total.fordelning is null
        and total.matt in ('totalt', 'avslutade', 'paborjade')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

insatser_i_rapporten as (
    select leverans_id, insatstyp, count(distinct insats_id) as antal
    from kostnad
    group by leverans_id, insatstyp
),

dsu as (
    select
        'DSU' as regel_id,
        insatssumma.leverans_id,
        insatssumma.scenario,
        insatssumma.period_start,
        insatssumma.period_end,
        insatssumma.objekt,
        insatssumma.summa,
        insatssumma.led,
        -- fewer than the total proves nothing as long as an insats may lack its figure
        insatssumma.led >= insatssumma.summa
            or insatssumma.insatser >= coalesce(sum(rapport.antal), 9999) as kan_provas,
        'rad ' || insatssumma.rader || coalesce('; delar på rad ' || insatssumma.delrader, '') as rader
    from insatssumma
    left join insatser_i_rapporten as rapport
        on insatssumma.leverans_id = rapport.leverans_id
        and (insatssumma.omfang = 'forbund' and rapport.insatstyp = 'individinriktad'
            or insatssumma.omfang = 'insatstyp:' || rapport.insatstyp)
    group by 1, 2, 3, 4, 5, 6, 7, 8, insatssumma.insatser, insatssumma.rader, insatssumma.delrader
),

-- SAD
sad as (
    select
        'SAD' as regel_id,
        leverans_id,
        scenario,
        period_start,
        period_end,
        {{ objektnamn('deltagare') }} || coalesce(', ' || coalesce(alder, utbildning, forsorjning, avslutsorsak), '') as objekt,
        antal as summa,
        case when antal = hogst then lagst else hogst end as led,
        'rad ' || rader as rader
    from deltagare
    where antal_figurer > 1
        and matt not in ('andel', 'ovrigt')
),

-- KAT: the categories of one breakdown against the total
kategorier as (
    select
        leverans_id,
        omfang,
        insats,
        insatstyp,
        matt,
        fordelning,
        scenario,
        period_start,
        period_end,
        sum(case when not ar_kategorisumma then antal end) as led,
        max(case when ar_kategorisumma then antal end) as kategorisumma,
        {{ list_distinct('rader') }} as delrader
    from kand
    where fordelning is not null and kon is null
    group by leverans_id, omfang, insats, insatstyp, matt, fordelning, scenario, period_start, period_end
),

kategorirad as (
    select
        kategorier.leverans_id,
        kategorier.scenario,
        kategorier.period_start,
        kategorier.period_end,
        {{ objektnamn('kategorier', kon=false) }} || ' efter ' || case kategorier.fordelning
            when 'alder' then 'ålder' when 'forsorjning' then 'försörjning' else kategorier.fordelning end as objekt,
        total.antal as total,
        total.rader as totalrader,
        kategorier.led,
        kategorier.kategorisumma,
        kategorier.delrader
    from kategorier
    left join kand as total
        on kategorier.leverans_id = total.leverans_id
        and kategorier.omfang = total.omfang
        and kategorier.matt = total.matt
        and kategorier.scenario = total.scenario
        and kategorier.period_start is not distinct from total.period_start
        and kategorier.period_end = total.period_end
        and total.kon is null
        and total.fordelning is null
),

kat as (
    select 'KAT' as regel_id, leverans_id, scenario, period_start, period_end, objekt, total as summa, led,
        led >= total as kan_provas, 'rad ' || coalesce(totalrader || '; ', '') || 'delar på rad ' || delrader as rader
    from kategorirad
    union all
    select
        'KAT' as regel_id, leverans_id, scenario, period_start, period_end, objekt || ', egen summa' as objekt,
        kategorisumma as summa, led,
        true as kan_provas, 'rad ' || delrader as rader
    from kategorirad
    where kategorisumma is not null
),

alla as (
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led, true as kan_provas,
        cast(null as {{ dbt.type_string() }}) as hinder, rader from kon
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led, true as kan_provas,
        null as hinder, rader from flode
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led, true as kan_provas,
        case when led is null then 'totalt eller avslutade trycks inte' end as hinder, rader from pag
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led,
        coalesce(kan_provas, false) as kan_provas,
        case when not coalesce(kan_provas, false) then 'alla insatser redovisar inte sina deltagare' end as hinder,
        rader from dsu
    union all
    select regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led, true as kan_provas, null as hinder, rader from sad
    union all
    select
        regel_id, leverans_id, scenario, period_start, period_end, objekt, summa, led,
        coalesce(kan_provas, false) as kan_provas,
        case
            when summa is null then 'totalen trycks inte'
            when not kan_provas then 'kategorierna är färre än totalen; rader kan saknas'
        end as hinder,
        rader from kat
)

select
    regel_id,
    leverans_id,
    scenario,
    period_start,
    period_end,
    objekt,
    'antal' as enhet,
    cast(summa as decimal(18, 4)) as summa,
    cast(led as decimal(18, 4)) as led,
    cast(0 as decimal(18, 4)) as tolerans,
    case when kan_provas then {{ intervallutfall('summa', 'led', '0') }} else 'ej prövbar' end as utfall,
    hinder,
    rader
from alla
