{#
  The sentence of a check, with both numbers, for a person who has not read the rule.
  Reads the columns of `alla` and `regel` in int_kontroll.
#}
{% macro kontrollmening() -%}
    regel.benamning || coalesce(' (' || alla.objekt || ')', '') || ': ' || case
        when alla.regel_id = 'KAN' and alla.utfall = 'brott'
            then 'den förklarade skillnaden ' || {{ svenskt_varde('alla.summa', 'alla.enhet') }} || ' finns inte i rapporten.'
        when alla.regel_id in ('TRY', 'TRF') and alla.utfall = 'brott'
            then 'värdet är ' || {{ svenskt_varde('alla.summa', 'alla.enhet') }} || ', de tryckta tecknen säger ' || {{ svenskt_varde('alla.led', 'alla.enhet') }} || '.'
        when alla.regel_id in ('TRY', 'TRF') and alla.utfall = 'håller'
            then 'inget värde avviker från de tryckta tecknen.'
        when alla.regel_id = 'KAN' and alla.summa is null
            then 'rapporten har inga förklarade avvikelser.'
        when alla.regel_id = 'REJ' and alla.utfall = 'håller'
            then 'alla ' || {{ svenskt_tal('alla.summa') }} || ' rader är godkända.'
        when alla.regel_id = 'REJ'
            then {{ svenskt_tal('alla.differens') }} || ' av ' || {{ svenskt_tal('alla.summa') }} || ' rader avvisades'
                || case when alla.orsak is not null then '. Känd avvikelse: ' || alla.orsak else ', så rapporten är inte hel.' end
        when alla.regel_id = 'PER' and alla.utfall = 'håller'
            then {{ svenskt_tal('alla.summa') }} || ' uppgifter om utfall slutar den dagen.'
        when alla.regel_id = 'PER' and alla.utfall = 'brott'
            then 'ingen uppgift om utfall slutar den dagen.'
        when alla.utfall = 'ej prövbar'
            then 'kan inte prövas, ' || coalesce(alla.hinder, 'uppgifter saknas') || '.'
        when alla.regel_id = 'MAL'
            then 'målet är ' || {{ svenskt_varde('alla.summa', 'alla.enhet') }} || ', utfallet ' || {{ svenskt_varde('alla.led', 'alla.enhet') }}
                || case alla.utfall when 'håller' then '; bedömningen stämmer.' else '; talen säger något annat än bedömningen.' end
        when alla.utfall = 'håller'
            then {{ svenskt_varde('alla.summa', 'alla.enhet') }} || ' stämmer.'
        else {{ svenskt_varde('alla.summa', 'alla.enhet') }} || ' mot ' || {{ svenskt_varde('alla.led', 'alla.enhet') }}
            || ', skillnad ' || {{ svenskt_varde('alla.differens', 'alla.enhet') }}
            || case alla.utfall
                when 'avrundning' then ' som ryms i avrundningen (högst ' || {{ svenskt_varde('alla.tolerans', 'alla.enhet') }} || ').'
                when 'känd avvikelse' then '. Känd avvikelse: ' || alla.orsak
                else case when alla.tolerans = 0 then '.' else
                    '; avrundning förklarar högst ' || {{ svenskt_varde('alla.tolerans', 'alla.enhet') }} || '.' end
            end
    end
{%- endmacro %}
