{#
  A mart's contract as DuckDB is given it: types, not null, checks, but no primary key. An index has to fit in
  memory and takes more room than the table; the build proves keys with `unique`, and the publication makes them
  (dagster_pipelines/publish.py) where somebody looks for them.
#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set kolumner = {} -%}
    {%- for namn, kolumn in model.columns.items() -%}
        {%- set villkor = kolumn.constraints | rejectattr('type', 'equalto', 'primary_key') | list -%}
        {%- do kolumner.update({namn: dict(kolumn, constraints=villkor)}) -%}
    {%- endfor -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=kolumner) | join(', ') }})
{%- endmacro %}
