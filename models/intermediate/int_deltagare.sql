-- Participants, one figure per measure and breakdown; where a report prints it more than once the
-- first in the document stands, and a disagreement is flagged.
-- Grain: one row per delivery × scope × measure (and label, where unknown) × breakdown × scenario × period.
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

with figur as (
    select * from {{ ref('int_deltagarfigur') }}
    where {{ nya_leveranser() }}
),

rangordnad as (
    select
        *,
        row_number() over (
            partition by leverans_id, omfang, matt, etikett, kon, alder, utbildning, forsorjning, avslutsorsak,
                scenario, period_start, period_end, enhet
            order by line, position
        ) as ordning
    from figur
)

select
    leverans_id,
    report_id,
    forbund_id,
    omfang,
    max(insats_id) as insats_id,
    max(insats) as insats,
    max(insatstyp) as insatstyp,
    matt,
    etikett,
    kon,
    alder,
    utbildning,
    forsorjning,
    avslutsorsak,
    max(fordelning) as fordelning,
    bool_or(ar_kategorisumma) as ar_kategorisumma,
    scenario,
    period_start,
    period_end,
    enhet,
    cast(max(case when ordning = 1 then antal end) as decimal(18, 4)) as antal,
    max(case when ordning = 1 then halv_enhet end) as halv_enhet,
    count(*) as antal_figurer,
    min(antal) = max(antal) as eniga,
    cast(min(antal) as decimal(18, 4)) as lagst,
    cast(max(antal) as decimal(18, 4)) as hogst,
    {{ list_distinct('line') }} as rader,
    min(line) as forsta_rad
from rangordnad
group by
    leverans_id, report_id, forbund_id, omfang, matt, etikett, kon, alder, utbildning, forsorjning, avslutsorsak,
    scenario, period_start, period_end, enhet
