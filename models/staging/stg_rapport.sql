-- Reports that have delivered facts, with what is known of the document behind them.
-- Where no metadata was delivered, förbund, type and period are read from the report's id.
-- Grain: one row per report.
with leverans as (
    select distinct report_id from {{ ref('stg_leverans') }}
),

rapporter as (
    select * from {{ source('raw', 'rapporter') }}
),

delar as (
    select
        report_id,
        {{ capture('report_id', '^(.+)_[0-9]{4}-[0-9]{2}-[0-9]{2}_(?:delar|ar)$') }} as forbund_id,
        cast({{ capture('report_id', '_([0-9]{4}-[0-9]{2}-[0-9]{2})_(?:delar|ar)$') }} as date) as id_period_end,
        {{ capture('report_id', '_(delar|ar)$') }} as id_rapporttyp
    from leverans
)

select
    delar.report_id,
    delar.forbund_id,
    rapporter.forbund as forbund_tryckt,
    rapporter.org_number as organisationsnummer_tryckt,
    delar.id_rapporttyp as rapporttyp,
    coalesce(rapporter.period_start, cast(date_trunc('year', delar.id_period_end) as date)) as period_start,
    delar.id_period_end as period_end,
    rapporter.decided_date as beslutad_datum,
    rapporter.source_file as kallfil,
    rapporter.sha256 as dokument_sha256,
    rapporter.extracted_by as utlast_av,
    rapporter.status as utlasning_status,
    rapporter.note as anmarkning
from delar
left join rapporter on delar.report_id = rapporter.report_id
