{#
  Columns of `relation` as rows of (context, storhet_id, varde, rader), one select per quantity of the
  seed `storhet`; `<storhet>_rader` holds the lines of the report that it stands on. The context is what two quantities must share to meet in one ratio: delivery, insats,
  scope, scenario and period.
#}
{% macro som_storheter(relation, storheter) -%}{{ adapter.dispatch('som_storheter', 'finsam')(relation, storheter) }}{%- endmacro %}

{% macro default__som_storheter(relation, storheter) -%}
    {% for storhet_id in storheter -%}
    select
        leverans_id,
        insats_id,
        omfang,
        scenario,
        period_start,
        period_end,
        '{{ storhet_id }}' as storhet_id,
        cast({{ storhet_id }} as decimal(18, 2)) as varde,
        cast({{ storhet_id }}_rader as {{ dbt.type_string() }}) as rader
    from {{ relation }}
    where {{ storhet_id }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# In one pass over the relation: Spark would compute it once per select. #}
{% macro spark__som_storheter(relation, storheter) -%}
    select leverans_id, insats_id, omfang, scenario, period_start, period_end, storhet_id, varde, rader
    from {{ relation }} lateral view stack(
        {{ storheter | length }},
        {%- for storhet_id in storheter %}
        '{{ storhet_id }}', cast({{ storhet_id }} as decimal(18, 2)), cast({{ storhet_id }}_rader as string){{ ',' if not loop.last }}
        {%- endfor %}
    ) storheter as storhet_id, varde, rader
    where varde is not null
{%- endmacro %}

{# Do the quantities `left` and `right` belong to the same context? #}
{% macro samma_sammanhang(left, right) -%}
    {{ left }}.leverans_id = {{ right }}.leverans_id
    and {{ left }}.insats_id is not distinct from {{ right }}.insats_id
    and {{ left }}.omfang is not distinct from {{ right }}.omfang
    and {{ left }}.scenario = {{ right }}.scenario
    and {{ left }}.period_start is not distinct from {{ right }}.period_start
    and {{ left }}.period_end = {{ right }}.period_end
{%- endmacro %}
