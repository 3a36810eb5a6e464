-- Ratios as the warehouse computes them, beside those that the report prints itself. What a ratio is
-- made of stands in the seed `nyckeltal`; here are only the quantities (`storhet`) that it names.
-- Grain: one row per delivery × ratio × insats (null for the whole förbund) × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with ekonomi as (
    select * from {{ ref('int_ekonomi') }}
    where {{ nya_leveranser() }}
),

kostnad as (
    select * from {{ ref('int_kostnad') }}
    where {{ nya_leveranser() }}
),

deltagare as (
    select * from {{ ref('int_deltagare') }}
    where enhet = 'antal'
        and scenario = 'utfall'
        and {{ nya_leveranser() }}
),

total as (
    select * from {{ ref('int_totalkostnad') }}
    where {{ nya_leveranser() }}
),

fakta as (
    select * from {{ ref('int_fakta') }}
    where begrepp_nyckeltal is not null
        and scenario in ('utfall', 'budget', 'prognos')
        and status <> 'suspect'
        and {{ nya_leveranser() }}
),

-- a period of which a cost is suspect: what is left of its costs has no shares
osaker_kostnad as (
    select distinct leverans_id, scenario, period_start, period_end
    from {{ ref('int_fakta') }}
    where status = 'suspect'
        and unit in ('SEK', 'TSEK')
        and period_start is not null
        and (
            statement in ('driftredovisning', 'insats_ekonomi')
            or insats_id is not null
            or begrepp_ekonomi in ('administration', 'kostnader_insatser')
        )
        and {{ nya_leveranser() }}
),

-- a day of which a cause of leaving is suspect: the others may be a part of what they seem
osaker_orsak as (
    select distinct leverans_id, period_end
    from {{ ref('int_fakta') }}
    where status = 'suspect'
        and avslutsorsak is not null
        and {{ nya_leveranser() }}
),

-- a period of which the participants of an insats are suspect, or printed as two numbers: the others are
-- not those of all insatser
osakra_deltagare as (
    select leverans_id, period_start, period_end
    from {{ ref('int_fakta') }}
    where status = 'suspect'
        and statement = 'deltagare'
        and unit = 'antal'
        and insats_id is not null
        and coalesce(kon, alder, utbildning, forsorjning, avslutsorsak) is null
        and {{ nya_leveranser() }}
    union
    select leverans_id, period_start, period_end
    from deltagare
    where matt = 'totalt'
        and insats_id is not null
        and kon is null
        and fordelning is null
        and not eniga
),

rapport as (
    select leverans.leverans_id, rapport.forbund_id
    from {{ ref('stg_leverans') }} as leverans
    inner join {{ ref('int_rapport') }} as rapport on leverans.report_id = rapport.report_id
),

definition as (     -- dbt's unit tests read an empty cell of a seed as '', its builds as null
    select nyckeltal_id, enhet, taljare, nullif(avdrag, '') as avdrag, nullif(namnare, '') as namnare
    from {{ ref('nyckeltal') }}
),

medelstilldelning as (
    select * from {{ ref('medelstilldelning') }}
    where total_sek is not null
),

balans as (
    select
        ekonomi.leverans_id,
        rapport.forbund_id,
        ekonomi.scenario,
        ekonomi.period_end,
        max(case when post_code = 'summa_eget_kapital' then belopp_sek end) as eget_kapital,
        max(case when post_code = 'summa_tillgangar' then belopp_sek end) as tillgangar,
        max(case when post_code = 'summa_omsattningstillgangar' then belopp_sek end) as omsattningstillgangar,
        max(case when post_code = 'summa_kortfristiga_skulder' then belopp_sek end) as kortfristiga_skulder,
        max(case when post_code = 'summa_eget_kapital' then rader end) as eget_kapital_rader,
        max(case when post_code = 'summa_tillgangar' then rader end) as tillgangar_rader,
        max(case when post_code = 'summa_omsattningstillgangar' then rader end) as omsattningstillgangar_rader,
        max(case when post_code = 'summa_kortfristiga_skulder' then rader end) as kortfristiga_skulder_rader
    from ekonomi
    inner join rapport on ekonomi.leverans_id = rapport.leverans_id
    where statement = 'balansrakning'
    group by ekonomi.leverans_id, rapport.forbund_id, ekonomi.scenario, ekonomi.period_end
),

helar as (           -- what the whole year's budget (or else forecast, outcome) says
    select
        leverans_id,
        period_end,
        coalesce(
            max(case when scenario = 'budget' then kostnader_sek end),
            max(case when scenario = 'prognos' then kostnader_sek end)
        ) as kostnader_plan,
        max(case when scenario = 'budget' then kostnader_sek end) as kostnader_budget,
        max(case when scenario = 'budget' then kostnader_rad end) as kostnader_budget_rad,
        coalesce(
            max(case when scenario = 'utfall' then medlemsbidrag_sek end),
            max(case when scenario = 'budget' then medlemsbidrag_sek end),
            max(case when scenario = 'prognos' then medlemsbidrag_sek end)
        ) as medlemsbidrag,
        coalesce(
            max(case when scenario = 'utfall' then medlemsbidrag_rad end),
            max(case when scenario = 'budget' then medlemsbidrag_rad end),
            max(case when scenario = 'prognos' then medlemsbidrag_rad end)
        ) as medlemsbidrag_rad,
        max(case when scenario = 'prognos' then resultat_sek end) as resultat_prognos,
        max(case when scenario = 'budget' then resultat_sek end) as resultat_budget,
        max(case when scenario = 'prognos' then resultat_rad end) as resultat_prognos_rad,
        max(case when scenario = 'budget' then resultat_rad end) as resultat_budget_rad
    from total
    where month(period_start) = 1 and day(period_start) = 1
        and month(period_end) = 12 and day(period_end) = 31
        and year(period_start) = year(period_end)
    group by leverans_id, period_end
),

balansstorheter as (
    select
        balans.leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        balans.scenario,
        cast(null as date) as period_start,
        balans.period_end,
        balans.eget_kapital,
        balans.tillgangar,
        balans.omsattningstillgangar,
        balans.kortfristiga_skulder,
        coalesce(helar.medlemsbidrag, medelstilldelning.total_sek) as arets_medelstilldelning,
        balans.eget_kapital_rader,
        balans.tillgangar_rader,
        balans.omsattningstillgangar_rader,
        balans.kortfristiga_skulder_rader,
        helar.medlemsbidrag_rad as arets_medelstilldelning_rader    -- one of the seed stands in no line here
    from balans
    left join helar
        on balans.leverans_id = helar.leverans_id
        and year(balans.period_end) = year(helar.period_end)
    left join medelstilldelning
        on balans.forbund_id = medelstilldelning.forbund_id
        and year(balans.period_end) = medelstilldelning.ar
),

slag as (
    select
        kostnad.leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        kostnad.scenario,
        kostnad.period_start,
        kostnad.period_end,
        sum(case when kostnadstyp = 'individinriktad' then belopp_sek else 0 end) as individinriktade_insatser,
        sum(case when kostnadstyp = 'strukturovergripande' then belopp_sek else 0 end) as strukturovergripande_insatser,
        sum(case when kostnadstyp = 'administration' then belopp_sek end) as administration,
        -- shares are only honest when every cost is known and has its kind, and the administration is there
        case
            when count(case when kostnadstyp is null then 1 end) = 0
                and count(case when kostnadstyp = 'administration' then 1 end) > 0
                and count(distinct kostnadstyp) > 1
                and count(osaker_kostnad.leverans_id) = 0
                then sum(belopp_sek)
        end as kostnadsslagen,
        {%- for typ, storhet_id in [
            ('individinriktad', 'individinriktade_insatser'), ('strukturovergripande', 'strukturovergripande_insatser'),
            ('administration', 'administration')
        ] %}
        {%- set rad = "case when kostnadstyp = '" ~ typ ~ "' then kallor end" %}
        {{ list_distinct(rad) }} as {{ storhet_id }}_rader,
        {%- endfor %}
        {{ list_distinct('kallor') }} as kostnadsslagen_rader
    from kostnad
    left join osaker_kostnad
        on kostnad.leverans_id = osaker_kostnad.leverans_id
        and kostnad.scenario = osaker_kostnad.scenario
        and kostnad.period_start = osaker_kostnad.period_start
        and kostnad.period_end = osaker_kostnad.period_end
    group by kostnad.leverans_id, kostnad.scenario, kostnad.period_start, kostnad.period_end
),

totalstorheter as (
    select
        total.leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        total.scenario,
        total.period_start,
        total.period_end,
        total.kostnader_sek as verksamhetens_kostnader,
        total.medlemsbidrag_sek as medlemsbidrag,
        case when total.scenario = 'utfall' and month(total.period_start) = 1 and day(total.period_start) = 1
            then total.kostnader_sek end as kostnader_hittills,
        helar.kostnader_budget as helarsbudget,
        total.kostnader_rad as verksamhetens_kostnader_rader,
        total.medlemsbidrag_rad as medlemsbidrag_rader,
        total.kostnader_rad as kostnader_hittills_rader,
        helar.kostnader_budget_rad as helarsbudget_rader
    from total
    left join helar
        on total.leverans_id = helar.leverans_id
        and year(total.period_end) = year(helar.period_end)
),

budgetjamforelse as (   -- budget and outcome of the same table where one prints both
    select
        utfall.leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        utfall.scenario,
        utfall.period_start,
        utfall.period_end,
        case when utfall.kostnader_tabell_sek is not null and budget.kostnader_tabell_sek is not null
            then utfall.kostnader_tabell_sek else utfall.kostnader_sek end as jamforda_kostnader,
        case when utfall.kostnader_tabell_sek is not null and budget.kostnader_tabell_sek is not null
            then budget.kostnader_tabell_sek else budget.kostnader_sek end as jamford_budget,
        case when utfall.kostnader_tabell_sek is not null and budget.kostnader_tabell_sek is not null
            then utfall.kostnader_tabell_rader else cast(utfall.kostnader_rad as {{ dbt.type_string() }}) end as jamforda_kostnader_rader,
        case when utfall.kostnader_tabell_sek is not null and budget.kostnader_tabell_sek is not null
            then budget.kostnader_tabell_rader else cast(budget.kostnader_rad as {{ dbt.type_string() }}) end as jamford_budget_rader
    from total as utfall
    inner join total as budget
        on utfall.leverans_id = budget.leverans_id
        and utfall.period_start = budget.period_start
        and utfall.period_end = budget.period_end
        and budget.scenario = 'budget'
    where utfall.scenario = 'utfall'
),

helarsresultat as (
    select
        leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        'prognos' as scenario,
        cast(date_trunc('year', period_end) as date) as period_start,
        period_end,
        resultat_prognos as prognos_resultat,
        resultat_budget as budget_resultat,
        resultat_prognos_rad as prognos_resultat_rader,
        resultat_budget_rad as budget_resultat_rader
    from helar
),

insatsbudget as (
    select
        utfall.leverans_id,
        utfall.insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        utfall.scenario,
        utfall.period_start,
        utfall.period_end,
        utfall.belopp_sek as kostnader_hittills,
        budget.belopp_sek as helarsbudget,
        utfall.kallor as kostnader_hittills_rader,
        budget.kallor as helarsbudget_rader
    from kostnad as utfall
    inner join kostnad as budget
        on utfall.leverans_id = budget.leverans_id
        and utfall.insats_id = budget.insats_id
        and budget.scenario = 'budget'
        and budget.period_start = cast(date_trunc('year', utfall.period_end) as date)
        and month(budget.period_end) = 12 and day(budget.period_end) = 31
        and year(budget.period_end) = year(utfall.period_end)
    where utfall.scenario = 'utfall'
),

antal as (
    select
        leverans_id,
        insats_id,
        case when insats_id is null then insatstyp end as insatstyp,
        matt,
        kon,
        avslutsorsak,
        fordelning,
        period_start,
        period_end,
        antal,
        eniga,
        rader,
        forsta_rad
    from deltagare
    where not ar_kategorisumma
),

-- the förbund's own figure, or that of one kind of insats where the report gives no other; of several
-- numbers those of one place
konsfordelning as (
    select
        leverans_id,
        insats_id,
        cast(null as {{ dbt.type_string() }}) as omfang,
        'utfall' as scenario,
        period_start,
        period_end,
        max(case when kon = 'kvinna' then antal end) as kvinnor,
        max(case when kon = 'kvinna' then antal end) + max(case when kon = 'man' then antal end) as kvinnor_och_man,
        max(case when kon = 'kvinna' then rader end) as kvinnor_rader,
        {{ list_distinct('rader') }} as kvinnor_och_man_rader,
        row_number() over (
            partition by leverans_id, insats_id, period_start, period_end
            order by case matt when 'totalt' then 1 else 2 end, insatstyp nulls first
        ) as ordning
    from antal
    where matt in ('totalt', 'registrerade') and fordelning is null and kon is not null
    group by leverans_id, insats_id, insatstyp, matt, period_start, period_end
    having count(case when not eniga then 1 end) = 0 or min(forsta_rad) = max(forsta_rad)
),

orsak as (
    select
        leverans_id,
        insats_id,
        insatstyp,
        period_start,
        period_end,
        antal,
        eniga,
        rader,
        case
            -- a cause that also names other ways out is not this ratio
            when {{ matches('lower(avslutsorsak)', "'ame|samarbete|förstärkt|rehabilitering'") }} then null
            when not {{ matches('lower(avslutsorsak)', "'(arbete|studier)'") }} then null
            when {{ matches('lower(avslutsorsak)', "'aktivt arbetssökande'") }} then 'avslutade_arbete_studier_aktiv'
            else 'avslutade_arbete_studier'
        end as storhet_id,
        case when {{ matches('lower(avslutsorsak)', "'arbete'") }} then 1 else 0 end as arbete,
        case when {{ matches('lower(avslutsorsak)', "'studier'") }} then 1 else 0 end as studier
    from antal
    where matt = 'avslutade' and kon is null and fordelning = 'avslutsorsak'
),

-- Causes are added where each is named once, or where they make up all who left: else one of them may
-- be missing, or be a part of another. Of two numbers that a report gives for one, neither is known.
avslut as (
    select
        orsak.leverans_id,
        orsak.insats_id,
        orsak.insatstyp as omfang,
        'utfall' as scenario,
        orsak.period_start,
        orsak.period_end,
        {%- for storhet_id in ['avslutade_arbete_studier', 'avslutade_arbete_studier_aktiv'] %}
        {%- set denna = "case when orsak.storhet_id = '" ~ storhet_id ~ "' then " %}
        case
            when sum(orsak.antal) = max(alla.antal)
                or (
                    sum({{ denna }}orsak.arbete end) = 1
                    and sum({{ denna }}orsak.studier end) = 1
                    and count(osaker_orsak.leverans_id) = 0
                    and count(case when not orsak.eniga then 1 end) = 0
                )
                then sum({{ denna }}orsak.antal end)
        end as {{ storhet_id }},
        {{ list_distinct(denna ~ 'orsak.rader end') }} as {{ storhet_id }}_rader,
        {%- endfor %}
        max(alla.antal) as avslutade,
        max(alla.rader) as avslutade_rader
    from orsak
    inner join antal as alla
        on orsak.leverans_id = alla.leverans_id
        and orsak.insats_id is not distinct from alla.insats_id
        and orsak.insatstyp is not distinct from alla.insatstyp
        and orsak.period_start = alla.period_start
        and orsak.period_end = alla.period_end
        and alla.matt = 'avslutade' and alla.kon is null and alla.fordelning is null and alla.eniga
    left join osaker_orsak
        on orsak.leverans_id = osaker_orsak.leverans_id
        and orsak.period_end = osaker_orsak.period_end
    group by orsak.leverans_id, orsak.insats_id, orsak.insatstyp, orsak.period_start, orsak.period_end
),

insats_med_deltagare as (
    select
        kostnad.leverans_id,
        kostnad.insats_id,
        kostnad.insatstyp,
        cast(null as {{ dbt.type_string() }}) as omfang,
        kostnad.scenario,
        kostnad.period_start,
        kostnad.period_end,
        kostnad.belopp_sek as insatskostnad,
        antal.antal as insatsdeltagare,
        kostnad.kallor as insatskostnad_rader,
        antal.rader as insatsdeltagare_rader
    from kostnad
    inner join antal
        on kostnad.leverans_id = antal.leverans_id
        and kostnad.insats_id = antal.insats_id
        and kostnad.period_start = antal.period_start
        and kostnad.period_end = antal.period_end
        and antal.matt = 'totalt' and antal.kon is null and antal.fordelning is null
        and antal.eniga     -- of two numbers that a report gives for one insats, neither is known
    where kostnad.scenario = 'utfall'
),

-- of the whole förbund only where no figure of an insats is suspect: without a dear one the rest are cheap
insatser_med_deltagare as (
    select
        med.leverans_id,
        cast(null as {{ dbt.type_string() }}) as insats_id,
        med.omfang,
        med.scenario,
        med.period_start,
        med.period_end,
        sum(med.insatskostnad) as insatskostnad,
        sum(med.insatsdeltagare) as insatsdeltagare,
        {{ list_distinct('med.insatskostnad_rader') }} as insatskostnad_rader,
        {{ list_distinct('med.insatsdeltagare_rader') }} as insatsdeltagare_rader
    from insats_med_deltagare as med
    left join osaker_kostnad
        on med.leverans_id = osaker_kostnad.leverans_id
        and med.scenario = osaker_kostnad.scenario
        and med.period_start = osaker_kostnad.period_start
        and med.period_end = osaker_kostnad.period_end
    left join osakra_deltagare
        on med.leverans_id = osakra_deltagare.leverans_id
        and med.period_start = osakra_deltagare.period_start
        and med.period_end = osakra_deltagare.period_end
    where med.insatstyp = 'individinriktad'
        and osaker_kostnad.leverans_id is null
        and osakra_deltagare.leverans_id is null
    group by med.leverans_id, med.omfang, med.scenario, med.period_start, med.period_end
),

storhet as (
    {{ som_storheter('balansstorheter', [
        'eget_kapital', 'tillgangar', 'omsattningstillgangar', 'kortfristiga_skulder', 'arets_medelstilldelning'
    ]) }}
    union all
    {{ som_storheter('slag', [
        'individinriktade_insatser', 'strukturovergripande_insatser', 'administration', 'kostnadsslagen'
    ]) }}
    union all
    {{ som_storheter('totalstorheter', ['verksamhetens_kostnader', 'medlemsbidrag', 'kostnader_hittills', 'helarsbudget']) }}
    union all
    {{ som_storheter('budgetjamforelse', ['jamforda_kostnader', 'jamford_budget']) }}
    union all
    {{ som_storheter('helarsresultat', ['prognos_resultat', 'budget_resultat']) }}
    union all
    {{ som_storheter('insatsbudget', ['kostnader_hittills', 'helarsbudget']) }}
    union all
    {{ som_storheter('(select * from konsfordelning where ordning = 1) as kon', ['kvinnor', 'kvinnor_och_man']) }}
    union all
    {{ som_storheter('avslut', ['avslutade_arbete_studier', 'avslutade_arbete_studier_aktiv', 'avslutade']) }}
    union all
    {{ som_storheter('insats_med_deltagare', ['insatskostnad', 'insatsdeltagare']) }}
    union all
    {{ som_storheter('insatser_med_deltagare', ['insatskostnad', 'insatsdeltagare']) }}
),

enligt_definition as (
    select
        taljare.leverans_id,
        definition.nyckeltal_id,
        taljare.insats_id,
        taljare.scenario,
        taljare.period_start,
        taljare.period_end,
        case
            when definition.namnare is null then cast(taljare.varde - coalesce(avdrag.varde, 0) as decimal(18, 4))
            else {{ decimaltal(kvot(
                "case definition.enhet when 'procent' then 100 else 1 end * (taljare.varde - coalesce(avdrag.varde, 0))",
                'nullif(namnare.varde, 0)'
            ), 4) }}
        end as varde,
        concat_ws(', ', taljare.rader, avdrag.rader, namnare.rader) as rader,
        -- the förbund's own figure before that of one kind of insats
        row_number() over (
            partition by
                taljare.leverans_id, definition.nyckeltal_id, taljare.insats_id, taljare.scenario,
                taljare.period_start, taljare.period_end
            order by taljare.omfang nulls first
        ) as ordning
    from definition
    inner join storhet as taljare on definition.taljare = taljare.storhet_id
    left join storhet as avdrag
        on definition.avdrag = avdrag.storhet_id
        and {{ samma_sammanhang('avdrag', 'taljare') }}
    left join storhet as namnare
        on definition.namnare = namnare.storhet_id
        and {{ samma_sammanhang('namnare', 'taljare') }}
    where (definition.avdrag is null or avdrag.storhet_id is not null)
        and (definition.namnare is null or namnare.storhet_id is not null)
),

beraknad as (
    select * from enligt_definition
    where ordning = 1
),

tryckt as (
    select
        leverans_id,
        case
            when begrepp_nyckeltal <> 'andel_avslutade' then begrepp_nyckeltal
            when {{ matches('lower(avslutsorsak)', "'aktivt arbetssökande'") }} then 'andel_avslutade_arbete_studier_aktiv'
            when {{ matches('lower(avslutsorsak)', "'arbete.*studier|studier.*arbete'") }} then 'andel_avslutade_arbete_studier'
        end as nyckeltal_id,
        insats_id,
        scenario,
        period_start,
        period_end,
        coalesce(belopp_sek, value) as varde,
        halv_enhet,
        line,
        position,
        fakta_key
    from fakta
),

rapporterad as (
    select
        *,
        row_number() over (
            partition by leverans_id, nyckeltal_id, insats_id, scenario, period_start, period_end
            order by halv_enhet, line, position
        ) as ordning
    from tryckt
    where nyckeltal_id is not null
)

select
    coalesce(beraknad.leverans_id, rapporterad.leverans_id) as leverans_id,
    coalesce(beraknad.nyckeltal_id, rapporterad.nyckeltal_id) as nyckeltal_id,
    coalesce(beraknad.insats_id, rapporterad.insats_id) as insats_id,
    coalesce(beraknad.scenario, rapporterad.scenario) as scenario,
    coalesce(beraknad.period_start, rapporterad.period_start) as period_start,
    coalesce(beraknad.period_end, rapporterad.period_end) as period_end,
    cast(beraknad.varde as decimal(18, 4)) as varde,
    nullif({{ replace_all('beraknad.rader', '[a-z_]+ rad ', '') }}, '') as rader,
    cast(rapporterad.varde as decimal(18, 4)) as rapporterat_varde,
    rapporterad.halv_enhet as rapporterat_halv_enhet,
    rapporterad.line as rapporterat_rad,
    rapporterad.fakta_key as rapporterat_fakta_key
from (select * from beraknad where varde is not null) as beraknad
full outer join (select * from rapporterad where ordning = 1) as rapporterad
    on beraknad.leverans_id = rapporterad.leverans_id
    and beraknad.nyckeltal_id = rapporterad.nyckeltal_id
    and beraknad.insats_id is not distinct from rapporterad.insats_id
    and beraknad.scenario = rapporterad.scenario
    and beraknad.period_start is not distinct from rapporterad.period_start
    and beraknad.period_end = rapporterad.period_end
