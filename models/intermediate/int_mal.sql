-- Goals: each target with the outcome that the report sets against it and the report's own verdict.
-- An outcome belongs to a target of the same insats and unit: the one printed before the next target
-- comes, and among several the one whose wording is nearest. Suspect figures keep their place in this:
-- else another outcome would be taken for one that could not be read.
-- Grain: one row per delivery × target.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where statement = 'mal'
        and {{ nya_leveranser() }}
),

bedomning as (
    select * from {{ ref('malbedomning') }}
),

figur as (
    select
        fakta_key,
        leverans_id,
        report_id,
        forbund_id,
        rapport_period_end,
        line,
        position,
        line * 1000 + position as plats,
        label,
        trim({{ replace_all(
            'jamforbar_etikett',
            ' ?(högst|lägst|mer än|lägre än|uppställt mål|budgeterad nivå|budgeterat mål|mål|resultat)( |$)', ' '
        ) }}) as ordalydelse,
        coalesce(insats_id, '') as insats_nyckel,
        insats_id,
        insats,
        insatstyp,
        bedomning,
        scenario,
        period_start,
        period_end,
        unit,
        value,
        halv_enhet,
        status = 'suspect' as osaker
    from fakta
),

mal as (
    select
        *,
        case when {{ matches('lower(label)', "'högst|längsta|lägre än|mindre än|max|inte överstiga'") }}
            then 'högst' else 'lägst' end as riktning,
        lead(plats, 1, 999999999) over (partition by leverans_id, insats_nyckel, unit order by plats) as nasta_mal
    from figur
    where scenario in ('mal', 'budget')
),

utfall as (
    select * from figur
    where scenario in ('utfall', 'prognos')
        and year(period_end) = year(rapport_period_end)
),

kandidat as (
    select
        mal.fakta_key,
        utfall.fakta_key as utfall_fakta_key,
        utfall.plats > mal.plats and utfall.plats < mal.nasta_mal as fore_nasta_mal,
        case
            when mal.ordalydelse like '%' || utfall.ordalydelse || '%'
                or utfall.ordalydelse like '%' || mal.ordalydelse || '%' then 1.0
            else {{ likeness('mal.ordalydelse', 'utfall.ordalydelse') }}
        end as likhet,
        abs(utfall.plats - mal.plats) as avstand
    from mal
    inner join utfall
        on mal.leverans_id = utfall.leverans_id
        and mal.insats_nyckel = utfall.insats_nyckel
        and mal.insatstyp is not distinct from utfall.insatstyp
        and mal.unit = utfall.unit
        and utfall.line >= mal.line
        and utfall.line <= mal.line + 60
),

rangordnad as (
    select
        fakta_key,
        utfall_fakta_key,
        fore_nasta_mal,
        likhet,
        row_number() over (
            partition by fakta_key
            order by
                case when likhet >= 0.8 then 0 when fore_nasta_mal then 1 else 2 end asc,
                likhet desc,
                avstand asc
        ) as ordning
    from kandidat
    where fore_nasta_mal or likhet >= 0.8
)

select
    mal.leverans_id,
    mal.report_id,
    mal.forbund_id,
    mal.fakta_key as mal_fakta_key,
    utfall.fakta_key as utfall_fakta_key,
    mal.line as mal_rad,
    mal.position as mal_position,
    mal.label as mal,
    mal.riktning,
    mal.insats_id,
    mal.insats,
    mal.insatstyp,
    mal.period_start,
    mal.period_end,
    mal.unit as enhet,
    mal.value as malvarde,
    mal.halv_enhet as mal_halv_enhet,
    utfall.label as utfall_etikett,
    utfall.line as utfall_rad,
    utfall.scenario as utfall_scenario,
    utfall.period_start as utfall_period_start,
    utfall.period_end as utfall_period_end,
    utfall.value as utfallsvarde,
    utfall.halv_enhet as utfall_halv_enhet,
    case mal.riktning
        when 'högst' then utfall.value <= mal.value
        else utfall.value >= mal.value
    end as uppfyllt_enligt_tal,
    coalesce(mal.bedomning, utfall.bedomning, bedomning.bedomning) as bedomning
from mal
left join rangordnad
    on mal.fakta_key = rangordnad.fakta_key
    and rangordnad.ordning = 1
left join utfall
    on rangordnad.utfall_fakta_key = utfall.fakta_key
    and not utfall.osaker
left join bedomning
    on mal.report_id = bedomning.report_id
    and mal.line = bedomning.line
    and mal.position = bedomning.position
where not mal.osaker
