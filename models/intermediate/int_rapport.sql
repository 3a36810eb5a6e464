-- Reports with the version of the förbund that was valid when the period ended.
-- Grain: one row per report.
with rapport as (
    select * from {{ ref('stg_rapport') }}
),

forbund as (
    select * from {{ ref('forbund') }}
),

kandidat as (
    select
        rapport.*,
        forbund.version as forbund_version,
        forbund.namn as forbund,
        row_number() over (
            partition by rapport.report_id
            order by
                case
                    when coalesce(forbund.giltig_fran, date '1900-01-01') <= rapport.period_end
                        and coalesce(forbund.giltig_till, date '9999-12-31') >= rapport.period_end then 0
                    else 1
                end,
                forbund.version desc
        ) as ordning
    from rapport
    left join forbund on rapport.forbund_id = forbund.forbund_id
)

select
    {{ key(['report_id']) }} as rapport_key,
    {{ key(['forbund_id', 'forbund_version']) }} as forbund_key,
    report_id,
    forbund_id,
    forbund,
    forbund_tryckt,
    organisationsnummer_tryckt,
    rapporttyp,
    period_start,
    period_end,
    beslutad_datum,
    kallfil,
    dokument_sha256,
    utlast_av,
    utlasning_status,
    anmarkning,
    -- what the rows built for its deliveries rest on besides their facts
    {{ key([
        'forbund_version', 'forbund', 'forbund_tryckt', 'organisationsnummer_tryckt', 'rapporttyp', 'period_start',
        'period_end', 'beslutad_datum', 'kallfil', 'dokument_sha256', 'utlast_av', 'utlasning_status', 'anmarkning'
    ]) }} as rapport_avtryck
from kandidat
where ordning = 1
