{#
  What differs between engines. Models hold no engine-specific SQL: it stands here, dispatched.
  A macro is named after what it gives, not after the function behind it.
#}

{# Stable key of a row: md5 of its natural key's parts, null and empty kept apart. #}
{% macro key(columns) -%}
    md5(concat_ws('|', {% for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '∅'){{ ', ' if not loop.last }}
    {%- endfor %}))
{%- endmacro %}

{% macro matches(text, pattern) -%}{{ adapter.dispatch('matches', 'finsam')(text, pattern) }}{%- endmacro %}
{% macro default__matches(text, pattern) -%}regexp_matches({{ text }}, {{ pattern }}){%- endmacro %}
{% macro spark__matches(text, pattern) -%}{{ text }} rlike {{ pattern }}{%- endmacro %}

{# First capture group of a pattern, or null where it does not match. #}
{% macro capture(text, pattern) -%}{{ adapter.dispatch('capture', 'finsam')(text, pattern) }}{%- endmacro %}
{% macro default__capture(text, pattern) -%}nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), ''){%- endmacro %}

{% macro replace_all(text, pattern, replacement) -%}{{ adapter.dispatch('replace_all', 'finsam')(text, pattern, replacement) }}{%- endmacro %}
{% macro default__replace_all(text, pattern, replacement) -%}regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g'){%- endmacro %}
{% macro spark__replace_all(text, pattern, replacement) -%}regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}'){%- endmacro %}

{# A text field of a JSON object, or null. #}
{% macro json_text(object, field) -%}{{ adapter.dispatch('json_text', 'finsam')(object, field) }}{%- endmacro %}
{% macro default__json_text(object, field) -%}json_extract_string({{ object }}, '$.{{ field }}'){%- endmacro %}
{% macro spark__json_text(object, field) -%}get_json_object({{ object }}, '$.{{ field }}'){%- endmacro %}

{# One row per part of a ';'-separated column, in a column named as given. #}
{% macro split_rows(relation, column, part) -%}{{ adapter.dispatch('split_rows', 'finsam')(relation, column, part) }}{%- endmacro %}
{% macro default__split_rows(relation, column, part) -%}
    select {{ relation }}.*, trim(delar.del) as {{ part }}
    from {{ relation }}, unnest(string_split({{ relation }}.{{ column }}, ';')) as delar(del)
    where trim(delar.del) <> ''
{%- endmacro %}
{% macro spark__split_rows(relation, column, part) -%}
    select {{ relation }}.*, trim(delar.del) as {{ part }}
    from {{ relation }} lateral view explode(split({{ relation }}.{{ column }}, ';')) delar as del
    where trim(delar.del) <> ''
{%- endmacro %}

{# Comma-separated text of the distinct values of a group, ordered. #}
{% macro list_distinct(expression, order) -%}{{ adapter.dispatch('list_distinct', 'finsam')(expression, order) }}{%- endmacro %}
{% macro default__list_distinct(expression, order) -%}
    string_agg(distinct {{ expression }}, ', ' order by {{ order }})
{%- endmacro %}

{% macro whole_months(start, end) -%}{{ adapter.dispatch('whole_months', 'finsam')(start, end) }}{%- endmacro %}
{% macro default__whole_months(start, end) -%}
    case
        when day({{ start }}) = 1 and {{ end }} = last_day({{ end }})
            then cast((year({{ end }}) - year({{ start }})) * 12 + month({{ end }}) - month({{ start }}) + 1 as integer)
    end
{%- endmacro %}

{# The Swedish day of a moment. #}
{% macro svensk_dag(moment) -%}{{ adapter.dispatch('svensk_dag', 'finsam')(moment) }}{%- endmacro %}
{% macro default__svensk_dag(moment) -%}cast(timezone('Europe/Stockholm', {{ moment }}) as date){%- endmacro %}
{% macro spark__svensk_dag(moment) -%}cast(from_utc_timestamp({{ moment }}, 'Europe/Stockholm') as date){%- endmacro %}

{# Likeness of two labels, 0 to 1 (Jaro-Winkler). #}
{% macro likeness(left, right) -%}{{ adapter.dispatch('likeness', 'finsam')(left, right) }}{%- endmacro %}
{% macro default__likeness(left, right) -%}jaro_winkler_similarity({{ left }}, {{ right }}){%- endmacro %}
