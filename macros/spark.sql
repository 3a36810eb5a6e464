{#
  Where dbt's own Spark adapter falls short of what the project needs: how a seed becomes a table, and
  what a contract can hold of a Parquet table. Nothing here is called by name; dbt dispatches to it.
#}

{#
  A seed as a view of its rows as literals. The adapter's own binding writes null as 'None' and minds no
  quote, and a table of a few rows costs Spark two jobs.
#}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model['config']['column_types'] -%}
    {%- set names = agate_table.column_names -%}
    {%- set sql -%}
        create or replace view {{ this.render() }} as
        select
            {% for name in names -%}
            cast({{ name }} as {{ types[name] }}) as {{ name }}{{ ',' if not loop.last }}
            {% endfor -%}
        from values
            {% for row in agate_table.rows -%}
            (
            {%- for value in row -%}
                {{ "'" ~ (value | string | replace("'", "''")) ~ "'" if value is not none else 'null' }}{{ ', ' if not loop.last }}
            {%- endfor -%}
            ){{ ',' if not loop.last }}
            {% endfor -%}
        as rader ({{ names | join(', ') }})
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{% endmacro %}
{% macro spark__load_csv_rows(model, agate_table) %}{{ return('') }}{% endmacro %}

{# Spark knows a varchar without a length by another name. #}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set named = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do named.update({name: dict(column, data_type=('string' if column['data_type'] == 'varchar' else column['data_type']))}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(named)) }}
{% endmacro %}

{# A mart is one file, or one per value of the column that `meta.delas_per` names. #}
{% macro spark__get_select_subquery(sql) %}
    {%- set delas_per = config.get('meta', {}).get('delas_per') -%}
    select {{ '/*+ repartition(1) */' if not delas_per }} {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from ({{ sql }}) as modell
    {{ 'distribute by ' ~ delas_per if delas_per }}
{%- endmacro %}
{% macro spark__partition_cols(label, required=false) %}
    {%- set delas_per = config.get('meta', {}).get('delas_per') -%}
    {{ label ~ ' (' ~ delas_per ~ ')' if delas_per }}
{%- endmacro %}

{# A Parquet table holds no constraint; dbt's data tests try them, and the guard the keys. #}
{% macro spark__persist_constraints(relation, model) %}{% endmacro %}
