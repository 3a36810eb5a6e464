{#
  The posts of one statement as columns, in the statement's order. The list is written out: a wide
  table's columns are a promise to those who bind to it, so a new post is added here and in the YAML.
#}
{% macro poster(statement) %}
    {{ return({
        'balansrakning': [
            'immateriella_anlaggningstillgangar', 'materiella_anlaggningstillgangar', 'finansiella_anlaggningstillgangar',
            'summa_anlaggningstillgangar', 'kundfordringar', 'ovriga_fordringar',
            'forutbetalda_kostnader_och_upplupna_intakter', 'fordringar', 'kortfristiga_placeringar', 'kassa_och_bank',
            'summa_omsattningstillgangar', 'summa_tillgangar', 'ingaende_eget_kapital', 'periodens_resultat',
            'summa_eget_kapital', 'avsattningar_pensioner', 'ovriga_avsattningar', 'summa_avsattningar',
            'langfristiga_skulder', 'leverantorsskulder', 'ovriga_kortfristiga_skulder',
            'upplupna_kostnader_och_forutbetalda_intakter', 'summa_kortfristiga_skulder', 'summa_skulder',
            'summa_eget_kapital_och_skulder', 'ansvarsforbindelser'
        ],
        'resultatrakning': [
            'medlemsbidrag', 'ovriga_intakter', 'verksamhetens_intakter', 'administration', 'ovriga_verksamhetskostnader',
            'kostnader_insatser', 'verksamhetens_kostnader', 'avskrivningar', 'verksamhetens_resultat', 'finansiella_intakter',
            'finansiella_kostnader', 'finansnetto', 'resultat_efter_finansiella_poster', 'extraordinara_poster', 'periodens_resultat'
        ],
    }[statement]) }}
{% endmacro %}

{% macro som_kolumner(statement, relation) -%}
    {% for post_code in poster(statement) -%}
    cast(max(case when {{ relation }}.post_code = '{{ post_code }}' then {{ relation }}.belopp_sek end) as decimal(18, 2)) as {{ post_code }},
    {% endfor %}
{%- endmacro %}
