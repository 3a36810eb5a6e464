{#
  The interval rule. A printed figure stands for value ± half its last printed unit; a sum holds when
  the interval of the parts meets that of the total, i.e. when |difference| <= the half units added.
  Comparison is on both numbers being there: a missing side gives 'ej prövbar', never 'håller'.
#}
{% macro intervallutfall(summa, led, tolerans) -%}
    case
        when {{ summa }} is null or {{ led }} is null then 'ej prövbar'
        when {{ summa }} = {{ led }} then 'håller'
        when abs({{ summa }} - {{ led }}) <= {{ tolerans }} then 'avrundning'
        else 'brott'
    end
{%- endmacro %}

{# Half of the last unit that a value shows: 0.5 for 12, 0.05 for 12.3, times the unit's factor. #}
{% macro halv_enhet(value, factor) -%}
    (case
        when {{ value }} = round({{ value }}, 0) then 0.5
        when {{ value }} = round({{ value }}, 1) then 0.05
        when {{ value }} = round({{ value }}, 2) then 0.005
        else 0.0005
    end * {{ factor }})
{%- endmacro %}
