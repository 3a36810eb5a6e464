-- Every fact of every delivery, placed in the domain: its förbund, its insats whatever the table
-- calls it, and the concept its label stands for in that table.
-- Grain: one row per delivery × source line × position.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('stg_rapportfakta') }}
    where {{ nya_leveranser() }}
),

rapport as (
    select * from {{ ref('int_rapport') }}
),

insatsnamn as (
    select * from {{ ref('int_insatsnamn') }}
),

etikett as (
    select * from {{ ref('etikett') }}
),

-- each reads its few columns itself: a reading that several share is kept whole, every column of every fact
etiketter as (
    select distinct statement, label from {{ ref('stg_rapportfakta') }}
    where {{ nya_leveranser() }}
),

tabellrad as (
    select leverans_id, statement, label, insats, insatstyp from {{ ref('stg_rapportfakta') }}
    where {{ nya_leveranser() }} and statement in ('driftredovisning', 'not')
),

traff as (          -- the first pattern of each area that the label meets decides
    select
        etiketter.statement,
        etiketter.label,
        etikett.omrade,
        etikett.begrepp,
        row_number() over (
            partition by etiketter.statement, etiketter.label, etikett.omrade
            order by etikett.ordning
        ) as ordning
    from etiketter
    inner join etikett
        on etikett.statement in (etiketter.statement, '*')
        and {{ matches('lower(etiketter.label)', 'etikett.monster') }}
),

begrepp as (
    select
        statement,
        label,
        max(case when omrade = 'ekonomi' then begrepp end) as begrepp_ekonomi,
        max(case when omrade = 'kostnad' then begrepp end) as begrepp_kostnad,
        max(case when omrade = 'deltagare' then begrepp end) as begrepp_deltagare,
        max(case when omrade = 'nyckeltal' then begrepp end) as begrepp_nyckeltal
    from traff
    where ordning = 1
    group by statement, label
),

namngiven as (
    select
        fakta.*,
        rapport.forbund_id,
        rapport.period_start as rapport_period_start,
        rapport.period_end as rapport_period_end,
        {{ jamforbar('fakta.insats') }} as jamforbar_insats,
        {{ jamforbar('fakta.label') }} as jamforbar_etikett
    from fakta
    inner join rapport on fakta.report_id = rapport.report_id
),

-- the label decides together with its table: costs without administration are those of the insatser
tabellinnehall as (
    select
        tabellrad.leverans_id,
        tabellrad.statement,
        max(case when tabellrad.insats is not null then 1 else 0 end) as har_insats,
        max(case
            when tabellrad.insatstyp = 'administration' or begrepp.begrepp_ekonomi = 'administration' then 1 else 0
        end) as har_administration
    from tabellrad
    left join begrepp
        on tabellrad.statement = begrepp.statement
        and tabellrad.label = begrepp.label
    group by tabellrad.leverans_id, tabellrad.statement
)

select
    namngiven.fakta_key,
    namngiven.leverans_id,
    namngiven.rad,
    namngiven.report_id,
    namngiven.forbund_id,
    namngiven.rapport_period_start,
    namngiven.rapport_period_end,
    namngiven.line,
    namngiven.position,
    namngiven.page,
    namngiven.statement,
    namngiven.label,
    namngiven.jamforbar_etikett,
    namngiven.post_code,
    namngiven.insats as insats_tryckt,
    case
        when namngiven.insats is not null
            then coalesce(insatsnamn.insats_id, {{ slug('namngiven.insats') }})
    end as insats_id,
    coalesce(insatsnamn.insats, namngiven.insats) as insats,
    coalesce(namngiven.insatstyp, insatsnamn.insatstyp) as insatstyp,
    namngiven.insatstyp as insatstyp_tryckt,
    coalesce(namngiven.insatstyp, insatsnamn.kostnadstyp) as kostnadstyp,
    coalesce(insatsnamn.insats_id is not null, false) as insats_kand,
    -- does the row carry the insats itself as its label?
    coalesce(etikettnamn.insats_id is not null, false) as etikett_ar_insats,
    namngiven.breakdown,
    namngiven.kon,
    namngiven.alder,
    namngiven.utbildning,
    namngiven.forsorjning,
    namngiven.avslutsorsak,
    namngiven.leverantor,
    namngiven.medlem,
    namngiven.kolumn,
    namngiven.bedomning,
    case
        when namngiven.statement = 'driftredovisning'
            then {{ capture('lower(namngiven.kolumn)', '(intäkt|kostnad|netto)(?:er)?$') }}
    end as kolumntyp,
    namngiven.scenario,
    namngiven.period_start,
    namngiven.period_end,
    namngiven.unit,
    namngiven.value,
    namngiven.printed,
    namngiven.status,
    namngiven.note,
    namngiven.ungefarlig,
    namngiven.belopp_sek,
    namngiven.halv_enhet,
    case
        -- the total of one insats, member or supplier is not the förbund's
        when coalesce(namngiven.insats, namngiven.medlem, namngiven.leverantor) is not null
            and begrepp.begrepp_ekonomi <> 'administration'
            then null
        when begrepp.begrepp_ekonomi = 'verksamhetens_kostnader'
            and tabellinnehall.har_insats = 1 and tabellinnehall.har_administration = 0
            then 'kostnader_insatser'
        else begrepp.begrepp_ekonomi
    end as begrepp_ekonomi,
    begrepp.begrepp_kostnad,
    begrepp.begrepp_deltagare,
    begrepp.begrepp_nyckeltal
from namngiven
left join insatsnamn
    on namngiven.forbund_id = insatsnamn.forbund_id
    and namngiven.jamforbar_insats = insatsnamn.jamforbart_namn
left join insatsnamn as etikettnamn
    on namngiven.forbund_id = etikettnamn.forbund_id
    and namngiven.jamforbar_etikett = etikettnamn.jamforbart_namn
left join begrepp
    on namngiven.statement = begrepp.statement
    and namngiven.label = begrepp.label
left join tabellinnehall
    on namngiven.leverans_id = tabellinnehall.leverans_id
    and namngiven.statement = tabellinnehall.statement
