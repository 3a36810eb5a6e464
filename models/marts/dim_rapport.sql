-- Reports: who, which period, which document, and whether their newest delivery is published.
-- Grain: one row per report.
with rapport as (
    select * from {{ ref('int_rapport') }}
),

leverans as (
    select * from {{ ref('int_leverans') }}
),

fakta as (
    select
        leverans_id,
        count(*) as antal_fakta,
        count(case when status = 'suspect' then 1 end) as antal_osakra
    from {{ ref('int_fakta') }}
    group by leverans_id
),

kontroll as (
    select
        leverans_id,
        count(case when utfall = 'brott' and allvar = 'blockerande' then 1 end) as antal_blockerande_brott,
        count(case when utfall = 'brott' and allvar = 'upplysning' then 1 end) as antal_upplysningar,
        count(case when utfall = 'känd avvikelse' then 1 end) as antal_kanda_avvikelser,
        min(case when utfall = 'brott' and allvar = 'blockerande' then regel_id || ': ' || mening end) as forsta_brott
    from {{ ref('int_kontroll') }}
    group by leverans_id
),

senaste as (
    select * from leverans where senaste
),

publicerad as (
    select * from leverans where status = 'publicerad'
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
    rapport.kallfil,
    rapport.dokument_sha256,
    rapport.utlast_av,
    rapport.utlasning_status,
    case when senaste.status = 'i karantän' then 'i karantän' else 'publicerad' end as status,
    senaste.leverans_id as senaste_leverans_id,
    publicerad.leverans_id as publicerad_leverans_id,
    cast(senaste.version as integer) as senaste_version,
    cast(publicerad.version as integer) as publicerad_version,
    -- what is published: all that were delivered less the suspect ones, none in quarantine
    cast(case when publicerad.leverans_id is not null then publicerade.antal_fakta else 0 end as bigint) as antal_fakta,
    cast(case when publicerad.leverans_id is not null then publicerade.antal_osakra else 0 end as bigint) as antal_osakra,
    cast(senaste.antal_fakta as bigint) as antal_levererade_fakta,
    kontroll.antal_blockerande_brott,
    kontroll.antal_kanda_avvikelser,
    kontroll.antal_upplysningar,
    case when senaste.status = 'i karantän' then kontroll.forsta_brott end as karantan_orsak,
    rapport.anmarkning
from rapport
inner join senaste on rapport.report_id = senaste.report_id
left join publicerad on rapport.report_id = publicerad.report_id
left join fakta as publicerade on publicerad.leverans_id = publicerade.leverans_id
left join kontroll on senaste.leverans_id = kontroll.leverans_id
