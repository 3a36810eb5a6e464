{# How figures, dates and names are written for a Swedish reader. #}

{# 1234567.00 -> '1 234 567'; decimals only where there are any, with a comma. #}
{% macro svenskt_tal(number) -%}
    (case when {{ number }} < 0 then '−' else '' end
    || {{ tusental("cast(floor(abs(" ~ number ~ ")) as bigint)", ' ') }}
    || case
        when abs({{ number }}) = floor(abs({{ number }})) then ''
        else ',' || trim(trailing '0' from lpad(cast(
            cast(round((abs({{ number }}) - floor(abs({{ number }}))) * 100, 0) as integer) as {{ dbt.type_string() }}
        ), 2, '0'))
    end)
{%- endmacro %}

{# The amount with its unit as a person writes it. #}
{% macro svenskt_varde(number, enhet) -%}
    ({{ svenskt_tal(number) }} || case {{ enhet }}
        when 'kr' then ' kr' when 'procent' then ' %' when 'antal' then '' else ' ' || {{ enhet }}
    end)
{%- endmacro %}

{% macro manadsnamn(date) -%}
    case month({{ date }})
        when 1 then 'januari' when 2 then 'februari' when 3 then 'mars' when 4 then 'april'
        when 5 then 'maj' when 6 then 'juni' when 7 then 'juli' when 8 then 'augusti'
        when 9 then 'september' when 10 then 'oktober' when 11 then 'november' else 'december'
    end
{%- endmacro %}

{# Name folded to an identifier: 'Coachingteam Örebro' -> 'coachingteam-orebro'. #}
{% macro slug(name) -%}
    trim(both '-' from {{ replace_all("translate(lower(" ~ name ~ "), 'åäöéü', 'aaoeu')", '[^a-z0-9]+', '-') }})
{%- endmacro %}

{# Key for comparing labels: lower case, single spaces, no trailing account or note numbers. #}
{% macro jamforbar(text) -%}
    trim({{ replace_all(replace_all("lower(" ~ text ~ ")", '[^a-zåäöéü0-9%]+', ' '), ' +', ' ') }})
{%- endmacro %}
