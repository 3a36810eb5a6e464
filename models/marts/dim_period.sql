-- Periods and balance days that figures are about.
-- Grain: one row per start × end (start is null for a day).
with fakta as (
    select period_start, period_end from {{ ref('int_fakta') }}
),

ekonomi as (
    select period_start, period_end from {{ ref('int_ekonomi') }}
),

nyckeltal as (
    select period_start, period_end from {{ ref('int_nyckeltal') }}
),

rapport as (
    select period_start, period_end from {{ ref('int_rapport') }}
),

perioder as (
    select * from fakta
    union
    select * from ekonomi
    union
    select * from nyckeltal
    union
    select * from rapport
),

langd as (
    select
        period_start,
        period_end,
        {{ whole_months('period_start', 'period_end') }} as langd_manader,
        year(period_start) = year(period_end) as inom_ett_ar
    from perioder
)

select
    {{ key(['period_start', 'period_end']) }} as period_key,
    period_start,
    period_end,
    langd_manader,
    {{ periodslag('period_start', 'period_end', 'langd_manader', 'inom_ett_ar') }} as periodslag,
    cast(year(period_end) as integer) as ar,
    case
        when period_start is null
            then day(period_end) || ' ' || {{ manadsnamn('period_end') }} || ' ' || year(period_end)
        when period_start = period_end
            then day(period_end) || ' ' || {{ manadsnamn('period_end') }} || ' ' || year(period_end) || ' (en dag)'
        when langd_manader = 12 and inom_ett_ar then 'helår ' || year(period_end)
        when langd_manader is not null and inom_ett_ar
            then {{ manadsnamn('period_start') }}
                || case when langd_manader > 1 then '–' || {{ manadsnamn('period_end') }} else '' end
                || ' ' || year(period_end)
        else day(period_start) || ' ' || {{ manadsnamn('period_start') }} || ' ' || year(period_start)
            || ' – ' || day(period_end) || ' ' || {{ manadsnamn('period_end') }} || ' ' || year(period_end)
    end as period
from langd
