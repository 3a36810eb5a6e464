-- Each förbund at a glance: how fresh its reports are, and its latest figures with their source.
-- The figures may be of different days and periods: each carries its own.
-- Grain: one row per förbund.
with forbund as (
    select
        *,
        row_number() over (partition by forbund_id order by version desc) as ordning
    from {{ ref('dim_forbund') }}
),

rapport as (
    select
        *,
        row_number() over (
            partition by forbund_id
            order by period_end desc, case rapporttyp when 'ar' then 1 else 2 end asc, report_id asc
        ) as ordning
    from {{ ref('dim_rapport') }}
),

antal as (
    select
        forbund_id,
        count(*) as antal_rapporter,
        count(case when status = 'i karantän' then 1 end) as antal_i_karantan,
        sum(antal_osakra) as antal_osakra
    from rapport
    group by forbund_id
),

kontroll as (
    select
        forbund_id,
        count(case when utfall = 'brott' then 1 end) as antal_oppna_avvikelser,
        count(case when utfall = 'känd avvikelse' then 1 end) as antal_kanda_avvikelser
    from {{ ref('fct_kontroll') }}
    group by forbund_id
),

eget_kapital as (
    select
        *,
        row_number() over (partition by forbund_id order by period_end desc) as ordning
    from {{ ref('rpt_eget_kapital') }}
),

resultat as (
    select
        ekonomi.*,
        period.periodslag,
        period.period,
        row_number() over (
            partition by ekonomi.forbund_id order by ekonomi.period_end desc, ekonomi.period_start asc nulls last
        ) as ordning
    from {{ ref('fct_ekonomi') }} as ekonomi
    inner join {{ ref('dim_period') }} as period on ekonomi.period_key = period.period_key
    where ekonomi.statement = 'resultatrakning'
        and ekonomi.post_code = 'periodens_resultat'
        and ekonomi.scenario = 'utfall'
        and ekonomi.gallande
),

insatser as (
    select
        nyckeltal.*,
        period.period,
        row_number() over (
            partition by nyckeltal.forbund_id order by nyckeltal.period_end desc, nyckeltal.period_start asc nulls last
        ) as ordning
    from {{ ref('rpt_nyckeltal') }} as nyckeltal
    inner join {{ ref('dim_period') }} as period
        on nyckeltal.period_start = period.period_start
        and nyckeltal.period_end = period.period_end
    where nyckeltal.nyckeltal_id = 'andel_insatser'
        and nyckeltal.scenario = 'utfall'
        and nyckeltal.varde is not null
)

select
    {{ key(['forbund.forbund_id']) }} as oversikt_key,
    forbund.forbund_id,
    forbund.forbund,
    forbund.region,
    forbund.status as forbund_status,
    cast(coalesce(antal.antal_rapporter, 0) as integer) as antal_rapporter,
    cast(coalesce(antal.antal_i_karantan, 0) as integer) as antal_i_karantan,
    cast(coalesce(antal.antal_osakra, 0) as integer) as antal_osakra,
    cast(coalesce(kontroll.antal_oppna_avvikelser, 0) as integer) as antal_oppna_avvikelser,
    cast(coalesce(kontroll.antal_kanda_avvikelser, 0) as integer) as antal_kanda_avvikelser,
    rapport.report_id as senaste_report_id,
    rapport.rapporttyp as senaste_rapporttyp,
    rapport.period_end as senaste_period_end,
    rapport.beslutad_datum as senaste_beslutad_datum,
    eget_kapital.eget_kapital_sek,
    eget_kapital.period_end as eget_kapital_dag,
    eget_kapital.report_id as eget_kapital_report_id,
    eget_kapital.rader as eget_kapital_rader,
    eget_kapital.andel_procent as eget_kapital_andel,
    eget_kapital.andel_report_id as eget_kapital_andel_report_id,
    eget_kapital.andel_rader as eget_kapital_andel_rader,
    eget_kapital.lage as eget_kapital_lage,
    resultat.belopp_sek as resultat_sek,
    resultat.period as resultat_period,
    resultat.periodslag as resultat_periodslag,
    resultat.report_id as resultat_report_id,
    resultat.rader as resultat_rader,
    insatser.varde as andel_insatser,
    insatser.period as andel_insatser_period,
    insatser.report_id as andel_insatser_report_id,
    insatser.rader as andel_insatser_rader
from forbund
left join antal on forbund.forbund_id = antal.forbund_id
left join kontroll on forbund.forbund_id = kontroll.forbund_id
left join rapport on forbund.forbund_id = rapport.forbund_id and rapport.ordning = 1
left join eget_kapital on forbund.forbund_id = eget_kapital.forbund_id and eget_kapital.ordning = 1
left join resultat on forbund.forbund_id = resultat.forbund_id and resultat.ordning = 1
left join insatser on forbund.forbund_id = insatser.forbund_id and insatser.ordning = 1
where forbund.ordning = 1
