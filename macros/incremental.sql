{#
  Deliveries never change, so what was built for one stays. Two shapes:
  - intermediate models append the deliveries they do not hold yet (`nya_leveranser`);
  - facts also drop those that are no longer published (`bara_publicerade`, a pre-hook).
#}
{% macro nya_leveranser(alias='') -%}
    {% if is_incremental() %}
        {{ alias ~ '.' if alias }}leverans_id not in (select leverans_id from {{ this }})
    {% else %}
        true
    {% endif %}
{%- endmacro %}

{% macro bara_publicerade() -%}
    {% if is_incremental() %}
        delete from {{ this }}
        where leverans_id not in (select leverans_id from {{ ref('int_leverans') }} where status = 'publicerad')
    {% endif %}
{%- endmacro %}
