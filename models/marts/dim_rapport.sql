-- Reports: who, which period, which document, and whether their newest delivery is published.
-- Grain: one row per report.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    meta={'byggs_per': 'report_id'}, pre_hook='{{ glom_andrade() }}'
) }}

with rapport as (
    select * from {{ ref('int_rapport') }}
    where {{ andrade('report_id') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
),

omdome as (
    select * from {{ ref('int_omdome') }}
),

senaste as (
    select * from leverans where senaste
),

publicerad as (
    select
        leverans_id,
        report_id,
        version,
        -- the beginning of the sha256 of the document that it was read out of
        {{ capture('fil', '^dokument/.+[.]([0-9a-f]{12})[.]fakta[.]csv$') }} as dokument
    from leverans
    where status = 'publicerad'
),

-- What is known of a report's document is of the newest, which may stand in quarantine while an
-- earlier one is published: then it is not what the published figures stand in.
dokument as (
    select
        rapport.report_id,
        rapport.kallfil,
        rapport.dokument_sha256,
        rapport.utlast_av,
        rapport.utlasning_status
    from rapport
    left join publicerad on rapport.report_id = publicerad.report_id
    where publicerad.dokument is null
        or rapport.dokument_sha256 is null
        or rapport.dokument_sha256 like publicerad.dokument || '%'
)

select
    rapport.rapport_key,
    rapport.report_id,
    rapport.forbund_id,
    rapport.forbund_key,
    {{ key(['rapport.period_start', 'rapport.period_end']) }} as period_key,
    rapport.forbund,
    rapport.rapporttyp,
    rapport.period_start,
    rapport.period_end,
    rapport.beslutad_datum,
    rapport.organisationsnummer_tryckt,
    dokument.kallfil,
    dokument.dokument_sha256,
    dokument.utlast_av,
    dokument.utlasning_status,
    case when senaste.status = 'i karantän' then 'i karantän' else 'publicerad' end as status,
    senaste.leverans_id as senaste_leverans_id,
    publicerad.leverans_id as publicerad_leverans_id,
    cast(senaste.version as integer) as senaste_version,
    cast(publicerad.version as integer) as publicerad_version,
    -- what is published: all that were delivered less the suspect ones, none in quarantine
    cast(case when publicerad.leverans_id is not null then publicerades.antal_fakta else 0 end as bigint) as antal_fakta,
    cast(case when publicerad.leverans_id is not null then publicerades.antal_osakra else 0 end as bigint) as antal_osakra,
    cast(senaste.antal_fakta as bigint) as antal_levererade_fakta,
    senastes.antal_blockerande_brott,
    senastes.antal_kanda_avvikelser,
    senastes.antal_upplysningar,
    case when senaste.status = 'i karantän' then senastes.forsta_brott end as karantan_orsak,
    rapport.anmarkning
from rapport
inner join senaste on rapport.report_id = senaste.report_id
left join publicerad on rapport.report_id = publicerad.report_id
left join dokument on rapport.report_id = dokument.report_id
left join omdome as publicerades on publicerad.leverans_id = publicerades.leverans_id
left join omdome as senastes on senaste.leverans_id = senastes.leverans_id
