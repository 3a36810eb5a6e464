{#
  What differs between engines. Models hold no engine-specific SQL: it stands here, dispatched.
  A macro is named after what it gives, not after the function behind it.
#}

{#
  Before a run. Spark's catalog lives no longer than dbt's process: what an earlier one left in the folders of
  our schemas is removed, since Spark makes no table where files lie, and the raw layer's files get their names.
#}
{% macro forbered_motor() -%}{{ adapter.dispatch('forbered_motor', 'finsam')() }}{%- endmacro %}
{% macro default__forbered_motor() %}{% endmacro %}
{% macro spark__forbered_motor() -%}
    {%- if execute -%}
        {%- if flags.WHICH in ('build', 'run') -%}
            {%- for schema in graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'seed']) | map(attribute='schema') | unique -%}
                {%- do run_query('drop schema if exists ' ~ schema ~ ' cascade') -%}
                {%- do run_query('create schema ' ~ schema) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set lasta = graph.nodes.values() | map(attribute='depends_on') | selectattr('nodes', 'defined') | map(attribute='nodes') | sum(start=[]) -%}
        {%- for table in graph.sources.values() if table.unique_id in lasta -%}
            {%- set file = env_var('FINSAM_SPARK_DIR', '.build/spark') ~ '/raw/' ~ table.identifier ~ '.parquet' -%}
            {%- do run_query('create schema if not exists ' ~ table.schema) -%}
            {%- do run_query('create or replace view ' ~ table.schema ~ '.' ~ table.identifier ~ ' as select * from parquet.`' ~ file ~ '`') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

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

{# Comma-separated text of the distinct values of a group, in order; null where there is none. #}
{% macro list_distinct(expression) -%}
    {{ adapter.dispatch('list_distinct', 'finsam')('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}
{#- string_agg(distinct … order by …) keeps all its input, every column of it, and takes twice as long -#}
{% macro default__list_distinct(text) -%}
    nullif(array_to_string(list_sort(list_distinct(list({{ text }}))), ', '), '')
{%- endmacro %}
{#- listagg stops Spark's planner where a query has two of them -#}
{% macro spark__list_distinct(text) -%}
    array_join(nullif(array_sort(collect_set({{ text }})), cast(array() as array<string>)), ', ')
{%- endmacro %}

{# A whole number with its thousands apart. #}
{% macro tusental(number, mellanrum) -%}{{ adapter.dispatch('tusental', 'finsam')(number, mellanrum) }}{%- endmacro %}
{% macro default__tusental(number, mellanrum) -%}replace(format('{:,}', {{ number }}), ',', '{{ mellanrum }}'){%- endmacro %}
{% macro spark__tusental(number, mellanrum) -%}replace(format_number({{ number }}, 0), ',', '{{ mellanrum }}'){%- endmacro %}

{#
  Division of decimals: a double in every engine. Spark would give a decimal of its own scale, and
  the last digit would depend on the engine.
#}
{% macro kvot(taljare, namnare) -%}{{ adapter.dispatch('kvot', 'finsam')(taljare, namnare) }}{%- endmacro %}
{% macro default__kvot(taljare, namnare) -%}({{ taljare }}) / {{ namnare }}{%- endmacro %}
{% macro spark__kvot(taljare, namnare) -%}cast({{ taljare }} as double) / cast({{ namnare }} as double){%- endmacro %}

{# A double rounded to so many decimals, halves away from zero. #}
{% macro avrunda(number, decimaler) -%}{{ adapter.dispatch('avrunda', 'finsam')(number, decimaler) }}{%- endmacro %}
{% macro default__avrunda(number, decimaler) -%}round({{ number }}, {{ decimaler }}){%- endmacro %}
{% macro spark__avrunda(number, decimaler) -%}(round(({{ number }}) * {{ 10 ** decimaler }}d, 0) / {{ 10 ** decimaler }}d){%- endmacro %}

{# A double as a decimal, halves away from zero: DuckDB's cast is that already. #}
{% macro decimaltal(number, decimaler) -%}{{ adapter.dispatch('decimaltal', 'finsam')(number, decimaler) }}{%- endmacro %}
{% macro default__decimaltal(number, decimaler) -%}cast({{ number }} as decimal(18, {{ decimaler }})){%- endmacro %}
{% macro spark__decimaltal(number, decimaler) -%}
    cast({{ finsam.spark__avrunda(number, decimaler) }} as decimal(18, {{ decimaler }}))
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
{#
  The same of functions that every Spark has, byte by byte as DuckDB counts. Bytes match when they are
  equal and no further apart than half the longer text (`traff`: the first one free, in order); those
  matched in another order count half; up to four common first ones lift a likeness above 0.7.
  A lambda over an array of one is how SQL gives a value a name.
#}
{% macro spark__likeness(left, right) -%}
    element_at(transform(
        transform(
            transform(
                array(named_struct(
                    'a', regexp_extract_all(hex(encode({{ left }}, 'utf-8')), '..', 0),
                    'b', regexp_extract_all(hex(encode({{ right }}, 'utf-8')), '..', 0)
                )),
                t -> named_struct('a', t.a, 'b', t.b, 'traff', aggregate(
                    sequence(1, greatest(size(t.a), 1)),
                    cast(array() as array<struct<i: int, j: int>>),
                    (traff, i) -> concat(traff, slice(transform(
                        filter(sequence(1, greatest(size(t.b), 1)), j ->
                            get(t.b, j - 1) = get(t.a, i - 1)
                            and abs(i - j) <= greatest(greatest(size(t.a), size(t.b)) div 2 - 1, 0)
                            and not exists(traff, tagen -> tagen.j = j)
                        ),
                        j -> named_struct('i', i, 'j', j)
                    ), 1, 1))
                ))
            ),
            t -> named_struct(
                'forled', size(filter(sequence(1, 4), k -> slice(t.a, 1, k) = slice(t.b, 1, k)
                    and size(t.a) >= k and size(t.b) >= k)),
                'jaro', case when size(t.traff) = 0 then 0d else (
                    size(t.traff) / size(t.a) + size(t.traff) / size(t.b)
                    + (size(t.traff) - size(filter(sequence(1, size(t.traff)), k ->
                        element_at(t.a, element_at(t.traff, k).i)
                        <> element_at(t.b, element_at(array_sort(transform(t.traff, x -> x.j)), k))
                    )) div 2) / size(t.traff)
                ) / 3 end
            )
        ),
        t -> case when t.jaro > 0.7d then t.jaro + t.forled * 0.1d * (1 - t.jaro) else t.jaro end
    ), 1)
{%- endmacro %}
