{#
  The questions of fct_ekonomi_historik as table macros of the warehouse, made when it is built.
  `gallande` is told anew among the reports that were known: the latest that states the figure.
#}
{% macro ekonomi_per() -%}{{ adapter.dispatch('ekonomi_per', 'finsam')() }}{%- endmacro %}
{% macro spark__ekonomi_per() -%}{%- endmacro %}  {# a table macro is a thing of DuckDB's #}
{% macro default__ekonomi_per() -%}
    create or replace macro {{ this.schema }}.ekonomi_per(dag) as table
    {{ historik('kand_fran <= cast(dag as date) and (kand_till is null or kand_till > cast(dag as date))') }}
{%- endmacro %}

{% macro ekonomi_beslutad_per() -%}{{ adapter.dispatch('ekonomi_beslutad_per', 'finsam')() }}{%- endmacro %}
{% macro spark__ekonomi_beslutad_per() -%}{%- endmacro %}
{% macro default__ekonomi_beslutad_per() -%}
    create or replace macro {{ this.schema }}.ekonomi_beslutad_per(dag) as table
    {{ historik('kand_till is null and beslutad_datum <= cast(dag as date)') }}
{%- endmacro %}

{% macro historik(villkor) -%}
    select
        *,
        row_number() over (
            partition by forbund_id, statement, post_code, scenario, period_start, period_end
            order by rapport_period_end desc, case rapporttyp when 'ar' then 1 else 2 end asc, report_id asc
        ) = 1 as gallande
    from {{ this.schema }}.{{ this.identifier }}
    where {{ villkor }}
{%- endmacro %}
