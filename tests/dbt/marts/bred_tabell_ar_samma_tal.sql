-- The wide tables hold the facts' own figures: each printed latest total stands in them unchanged.
{{ config(meta={'dagster': {'ref': {'name': 'fct_ekonomi'}}}) }}
with ekonomi as (
    select * from {{ nyss_byggda(ref('fct_ekonomi')) }}
),

balans as (
    select * from {{ nyss_byggda(ref('rpt_balansrakning')) }}
),

resultat as (
    select * from {{ nyss_byggda(ref('rpt_resultatrakning')) }}
)

select balans.report_id, balans.period_end, 'summa_tillgangar' as post_code
from balans
left join ekonomi
    on balans.report_id = ekonomi.report_id
    and balans.period_end = ekonomi.period_end
    and ekonomi.statement = 'balansrakning'
    and ekonomi.scenario = 'utfall'
    and ekonomi.post_code = 'summa_tillgangar'
where balans.summa_tillgangar is distinct from ekonomi.belopp_sek

union all

select resultat.report_id, resultat.period_end, 'periodens_resultat' as post_code
from resultat
left join ekonomi
    on resultat.report_id = ekonomi.report_id
    and resultat.period_start = ekonomi.period_start
    and resultat.period_end = ekonomi.period_end
    and ekonomi.statement = 'resultatrakning'
    and resultat.scenario = ekonomi.scenario
    and ekonomi.post_code = 'periodens_resultat'
where resultat.periodens_resultat is distinct from ekonomi.belopp_sek
