-- Own capital at each balance day against what the förbund itself says is the most it should hold.
-- The limit is the report's own goal for the end of that year, in kronor or in per cent of the year's
-- allocation; no limit is assumed where no report prints one.
-- Grain: one row per förbund × balance day.
with ekonomi as (
    select * from {{ ref('fct_ekonomi') }}
    where statement = 'balansrakning' and post_code = 'summa_eget_kapital' and scenario = 'utfall' and gallande
),

forbund as (
    select * from {{ ref('dim_forbund') }}
),

rapport as (
    select * from {{ ref('dim_rapport') }}
),

andel as (
    select * from {{ ref('rpt_nyckeltal') }}
    where nyckeltal_id = 'eget_kapital_andel' and scenario = 'utfall'
),

mal as (
    select
        mal.forbund_id,
        mal.report_id,
        mal.mal_rad,
        cast(year(mal.period_end) as integer) as ar,
        case mal.enhet when 'procent' then 'procent' else 'kr' end as slag,
        case mal.enhet when 'TSEK' then 1000 * mal.malvarde else mal.malvarde end as grans,
        row_number() over (
            partition by mal.forbund_id, year(mal.period_end), mal.enhet = 'procent'
            order by rapport.period_end desc, case rapport.rapporttyp when 'ar' then 1 else 2 end asc, mal.report_id asc, mal.mal_rad asc
        ) as ordning
    from {{ ref('fct_mal') }} as mal
    inner join rapport on mal.report_id = rapport.report_id
    where mal.riktning = 'högst'
        and mal.insats_id is null
        and mal.enhet in ('SEK', 'TSEK', 'procent')
        and {{ matches('lower(mal.mal)', "'^(utgående )?eget kapital'") }}
),

grans as (
    select
        forbund_id,
        ar,
        max(case when slag = 'kr' then grans end) as grans_sek,
        max(case when slag = 'procent' then grans end) as grans_procent,
        max(case when slag = 'kr' then report_id end) as grans_sek_report_id,
        max(case when slag = 'kr' then mal_rad end) as grans_sek_rad,
        max(case when slag = 'procent' then report_id end) as grans_procent_report_id,
        max(case when slag = 'procent' then mal_rad end) as grans_procent_rad
    from mal
    where ordning = 1
    group by forbund_id, ar
)

select
    {{ key(['ekonomi.forbund_id', 'ekonomi.period_end']) }} as eget_kapital_key,
    ekonomi.forbund_id,
    forbund.forbund,
    ekonomi.report_id,
    ekonomi.period_end,
    ekonomi.belopp_sek as eget_kapital_sek,
    ekonomi.harledd,
    ekonomi.rader,
    coalesce(andel.varde, andel.rapporterat_varde) as andel_procent,
    andel.report_id as andel_report_id,
    coalesce(andel.rader, cast(andel.rapporterat_rad as {{ dbt.type_string() }})) as andel_rader,
    cast(grans.grans_sek as decimal(18, 2)) as grans_sek,
    grans.grans_sek_report_id,
    grans.grans_sek_rad,
    cast(grans.grans_procent as decimal(18, 4)) as grans_procent,
    grans.grans_procent_report_id,
    grans.grans_procent_rad,
    case
        when grans.grans_sek is not null
            then case when ekonomi.belopp_sek > grans.grans_sek then 'över gränsen' else 'inom gränsen' end
        when grans.grans_procent is not null and coalesce(andel.varde, andel.rapporterat_varde) is not null
            then case when coalesce(andel.varde, andel.rapporterat_varde) > grans.grans_procent then 'över gränsen' else 'inom gränsen' end
    end as lage
from ekonomi
inner join forbund on ekonomi.forbund_key = forbund.forbund_key
left join andel
    on ekonomi.forbund_id = andel.forbund_id
    and ekonomi.period_end = andel.period_end
left join grans
    on ekonomi.forbund_id = grans.forbund_id
    and year(ekonomi.period_end) = grans.ar
