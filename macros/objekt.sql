{# Names that a person reads, for the codes that the models use. #}

{% macro slagnamn(insatstyp) -%}
    case {{ insatstyp }}
        when 'individinriktad' then 'individinriktade insatser'
        when 'strukturovergripande' then 'strukturövergripande insatser'
        when 'administration' then 'administration'
    end
{%- endmacro %}

{% macro mattnamn(matt) -%}
    case {{ matt }}
        when 'paborjade' then 'påbörjade'
        when 'pagaende' then 'pågående'
        when 'ingaende' then 'ingående'
        when 'anmalda' then 'anmälda'
        when 'moten' then 'möten'
        when 'registrerade' then 'registrerade på personnivå'
        else {{ matt }}
    end
{%- endmacro %}

{# Whose participants: an insats, a kind of insats, or the whole förbund. #}
{% macro omfangsnamn(relation) -%}
    coalesce({{ relation }}.insats, {{ slagnamn(relation ~ '.insatstyp') }}, 'förbundet')
{%- endmacro %}

{# What a check of participants is about, in words: scope, measure and kön of a row. #}
{% macro objektnamn(relation, kon=true) -%}
    {{ omfangsnamn(relation) }} || ', ' || {{ mattnamn(relation ~ '.matt') }}
    {%- if kon %} || coalesce(', ' || {{ relation }}.kon, ''){% endif %}
{%- endmacro %}

{# Is the label that of a sum of all costs, rather than of one group of them? #}
{% macro totalsumma(etikett) -%}
    {{ matches(etikett, "'^(summa|s a) (verksamhetens |totala )?kostnader( totalt)?$|^(summa )?totalt?$|^totala? kostnad(er)?$'") }}
{%- endmacro %}
