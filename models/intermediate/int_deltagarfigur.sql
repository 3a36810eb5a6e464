-- Every printed figure about participants, with the measure that its label stands for.
-- Grain: one row per delivery × figure.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

{% set monster_for_delar =
    "'^(utskrivnings|avsluts)orsak|^utbildningsnivå|^försörjningskälla|^ålder|^avslutade.* till '" %}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where statement = 'deltagare'
        and status <> 'suspect'
        and {{ nya_leveranser() }}
),

matt as (
    select
        *,
        case
            when unit <> 'antal' then case when unit = 'procent' then 'andel' else 'ovrigt' end
            -- those of one member or supplier are some of the participants
            when coalesce(medlem, leverantor) is not null then 'ovrigt'
            -- and so are those of a category, or a cause, that only the label or nothing names
            when coalesce(alder, utbildning, forsorjning, avslutsorsak) is null
                and {{ matches('lower(label)', monster_for_delar) }}
                then 'ovrigt'
            when begrepp_deltagare is not null then begrepp_deltagare
            -- a row that carries only the insats' name counts participants, unless its note says what else
            when etikett_ar_insats and {{ matches("lower(coalesce(note, ''))", "'möten'") }} then 'moten'
            when etikett_ar_insats and {{ matches("lower(coalesce(note, ''))", "'tillfällen|kontakter'") }} then 'kontakter'
            when etikett_ar_insats then 'totalt'
            else 'ovrigt'
        end as matt
    from fakta
)

select
    fakta_key,
    leverans_id,
    report_id,
    forbund_id,
    line,
    position,
    label,
    matt,
    -- a measure that the warehouse does not know is told apart by its label
    case when matt in ('andel', 'ovrigt') then concat_ws(', ', label, medlem, leverantor) end as etikett,
    insats_id,
    insats,
    insatstyp,
    coalesce('insats:' || insats_id, 'insatstyp:' || insatstyp, 'forbund') as omfang,
    kon,
    alder,
    utbildning,
    forsorjning,
    avslutsorsak,
    case
        when alder is not null then 'alder'
        when utbildning is not null then 'utbildning'
        when forsorjning is not null then 'forsorjning'
        when avslutsorsak is not null then 'avslutsorsak'
    end as fordelning,
    -- a category named as the sum of its categories is a total, not a category
    lower(coalesce(alder, utbildning, forsorjning, avslutsorsak, '')) in ('slutsumma', 'summa', 'totalt') as ar_kategorisumma,
    scenario,
    period_start,
    period_end,
    unit as enhet,
    value as antal,
    halv_enhet,
    ungefarlig
from matt
