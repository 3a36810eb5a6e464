-- The facts of every delivery with unit, breakdown and precision made explicit.
-- Grain: one row per delivery × source line × position.
with fakta as (
    select * from {{ source('raw', 'fakta') }}
),

enhet as (
    select
        *,
        case unit when 'SEK' then 1 when 'TSEK' then 1000 end as enhet_faktor,
        {{ matches("lower(coalesce(note, ''))", "'^ca\\b|approximate|^cirka'") }} as ungefarlig
    from fakta
)

select
    {{ key(['leverans_id', 'line', 'position']) }} as fakta_key,
    leverans_id,
    rad,
    report_id,
    line,
    position,
    page,
    statement,
    label,
    post_code,
    insats,
    insatstyp,
    breakdown,
    {% for nyckel in ['kon', 'alder', 'utbildning', 'forsorjning', 'avslutsorsak', 'leverantor', 'medlem', 'kolumn', 'bedomning'] -%}
    {{ capture('breakdown', '(?:^|;)' ~ nyckel ~ '=([^;]*)') }} as {{ nyckel }},
    {% endfor -%}
    scenario,
    period_start,
    period_end,
    unit,
    value,
    printed,
    status,
    note,
    ungefarlig,
    cast(enhet_faktor as integer) as enhet_faktor,
    cast(value * enhet_faktor as decimal(18, 2)) as belopp_sek,
    cast({{ halv_enhet('value', "coalesce(enhet_faktor, 1)") }} * case when ungefarlig then 10 else 1 end as decimal(18, 4)) as halv_enhet
from enhet
