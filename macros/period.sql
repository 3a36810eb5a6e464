{# The kind of a period. Unequal kinds must never stand side by side without a word. #}
{% macro periodslag(start, end, manader, inom_ett_ar) -%}
    case
        when {{ start }} is null then 'instant'
        when not {{ inom_ett_ar }} or {{ manader }} is null then 'övrig'
        when {{ manader }} = 12 then 'helår'
        when {{ manader }} = 9 and month({{ start }}) = 1 then 'jan–sep'
        when {{ manader }} = 8 and month({{ start }}) = 1 then 'jan–aug'
        when {{ manader }} = 6 and month({{ start }}) in (1, 7) then 'halvår'
        when {{ manader }} = 4 and month({{ start }}) in (1, 5, 9) then 'tertial'
        when {{ manader }} = 3 and month({{ start }}) in (1, 4, 7, 10) then 'kvartal'
        else 'övrig'
    end
{%- endmacro %}
