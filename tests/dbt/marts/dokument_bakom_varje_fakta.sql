-- Every figure can be followed to its report, line, position and printed characters.
{{ config(meta={'dagster': {'ref': {'name': 'fct_rapportfakta'}}}) }}
select fakta.fakta_key
from {{ nyss_byggda(ref('fct_rapportfakta')) }} as fakta
left join {{ ref('dim_rapport') }} as rapport on fakta.rapport_key = rapport.rapport_key
where rapport.rapport_key is null
    or fakta.line is null
    or fakta.position is null
    or trim(coalesce(fakta.printed, '')) = ''
