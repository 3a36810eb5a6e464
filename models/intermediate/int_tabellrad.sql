-- Money rows of the tables outside the three statements, cut into tables and segments.
-- A table is a run of lines of one statement without a gap of more than ten lines; a segment ends
-- with the row that sums it. In a driftredovisning with income, cost and net columns the net counts.
-- Grain: one row per delivery × fact (money, printed in a table's row).
{{ config(
    materialized='incremental', incremental_strategy='append',
    meta={'byggs_per': 'leverans_id'}, pre_hook='{{ glom_andrade_leveranser() }}'
) }}

{% set ur_tabell %}
    statement in ('driftredovisning', 'not', 'prognos', 'insats_ekonomi')
        and belopp_sek is not null
        and status <> 'suspect'
        and {{ nya_leveranser() }}
{% endset %}

with fakta as (
    select * from {{ ref('int_fakta') }}
    where {{ ur_tabell }}
),

-- a reading of its own: what the rows and the result shared would be kept with all its columns
rader as (
    select
        leverans_id,
        statement,
        line,
        max(case when {{ matches('jamforbar_etikett', "'^(summa|totalt|s a|delsumma)( |$)'") }} then 1 else 0 end) as ar_summa,
        max(case when {{ matches('jamforbar_etikett', "'^varav '") }} then 1 else 0 end) as ar_varav,
        max(case
            when insatstyp_tryckt in ('individinriktad', 'strukturovergripande') and not {{ totalsumma('jamforbar_etikett') }}
                then insatstyp_tryckt
        end) as insatstyp
    from {{ ref('int_fakta') }}
    where {{ ur_tabell }}
    group by leverans_id, statement, line
),

avstand as (
    select
        leverans_id,
        statement,
        line,
        ar_summa,
        ar_varav,
        insatstyp,
        case
            when line - lag(line) over (partition by leverans_id, statement order by line) > 10 then 1
            else 0
        end as ny_tabell
    from rader
),

tabeller as (
    select
        leverans_id,
        statement,
        line,
        ar_summa,
        ar_varav,
        insatstyp,
        sum(ny_tabell) over (partition by leverans_id, statement order by line) as tabell
    from avstand
),

segment as (
    select
        leverans_id,
        statement,
        line,
        ar_summa,
        ar_varav,
        insatstyp,
        tabell,
        -- sums above this line, so that a sum row belongs to the segment that it ends
        coalesce(sum(ar_summa) over (
            partition by leverans_id, statement, tabell order by line
            rows between unbounded preceding and 1 preceding
        ), 0) as segment,
        -- rows that are not 'varav' open a group which the 'varav' rows below belong to
        sum(1 - ar_varav) over (partition by leverans_id, statement, tabell order by line) as varavgrupp
    from tabeller
),

-- the rows above a kind's own sum are of that kind, also where no list of insatser knows them
segmentslag as (
    select
        leverans_id,
        statement,
        tabell,
        segment,
        max(insatstyp) as insatstyp
    from segment
    where ar_summa = 1 and insatstyp is not null
    group by leverans_id, statement, tabell, segment
)

select
    fakta.fakta_key,
    fakta.leverans_id,
    fakta.report_id,
    fakta.forbund_id,
    fakta.statement,
    segment.tabell,
    segment.segment,
    segment.varavgrupp,
    segment.ar_summa = 1 as ar_summa,
    segment.ar_varav = 1 as ar_varav,
    fakta.line,
    fakta.position,
    fakta.label,
    fakta.jamforbar_etikett,
    fakta.insats_id,
    fakta.insats,
    coalesce(fakta.insatstyp, case when fakta.insats_id is not null then segmentslag.insatstyp end) as insatstyp,
    -- a sum of all costs is no sum of one kind, whatever heading it stands under
    case
        when not {{ totalsumma('fakta.jamforbar_etikett') }}
            then fakta.insatstyp_tryckt
    end as insatstyp_tryckt,
    coalesce(fakta.kostnadstyp, case when fakta.insats_id is not null then segmentslag.insatstyp end) as kostnadstyp,
    fakta.leverantor,
    fakta.medlem,
    fakta.kolumn,
    fakta.kolumntyp,
    fakta.scenario,
    fakta.period_start,
    fakta.period_end,
    fakta.unit,
    fakta.belopp_sek,
    fakta.halv_enhet,
    fakta.begrepp_ekonomi,
    fakta.begrepp_kostnad
from fakta
inner join segment
    on fakta.leverans_id = segment.leverans_id
    and fakta.statement = segment.statement
    and fakta.line = segment.line
left join segmentslag
    on segment.leverans_id = segmentslag.leverans_id
    and segment.statement = segmentslag.statement
    and segment.tabell = segmentslag.tabell
    and segment.segment = segmentslag.segment
