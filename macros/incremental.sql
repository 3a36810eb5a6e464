{#
  A delivery never changes, so what was built for it stays, unless what is known of its report does.
  What a run touches is told by two columns, and everything else is left alone:
  - `int_andrad` holds the deliveries that are new, or whose report's metadata has changed;
  - `int_leverans.andrad` marks those and the ones whose status has changed.
  Each incremental model says in `meta.byggs_per` by which column it takes its share of them: its
  pre-hook drops those rows, and its query builds them anew. A full build touches everything, an
  intermediate model some thousand deliveries at a time (`int_andrad.omgang`), so that a country a
  hundred times as large needs no more memory: the model itself builds the first of them, and its
  post-hook the others.
#}

{# The rows of `alias` that an intermediate model builds in this run. #}
{% macro nya_leveranser(alias='') -%}
    {%- if not execute %}{% do ref('int_andrad') %}{% endif -%}  {# the edge, also of a full build #}
    {% if is_incremental() %}
        {{ alias ~ '.' if alias }}leverans_id in (select leverans_id from {{ ref('int_andrad') }})
    {% elif antal_omgangar() > 1 %}
        {{ alias ~ '.' if alias }}leverans_id in (select leverans_id from {{ ref('int_andrad') }} where {{ omgang(0) }})
    {% else %}
        true
    {% endif %}
{%- endmacro %}

{# The rows of `alias` that a mart builds in this run, by a column of int_leverans. #}
{% macro andrade(kolumn, alias='') -%}
    {%- if not execute %}{% do ref('int_leverans') %}{% endif -%}
    {% if is_incremental() %}
        {{ alias ~ '.' if alias }}{{ kolumn }} in (select {{ kolumn }} from {{ ref('int_leverans') }} where andrad)
    {% else %}
        true
    {% endif %}
{%- endmacro %}

{# Pre-hook of an intermediate model. Most deliveries are new and have no rows to drop. #}
{% macro glom_andrade_leveranser() -%}
    {% if is_incremental() %}
        delete from {{ this }}
        where leverans_id in (select leverans_id from {{ ref('int_andrad') }} where byggd)
    {% endif %}
{%- endmacro %}

{# Pre-hook of a mart. #}
{% macro glom_andrade() -%}
    {% if is_incremental() %}
        {%- set kolumn = model.config.meta.byggs_per -%}
        delete from {{ this }}
        where {{ kolumn }} in (select {{ kolumn }} from {{ ref('int_leverans') }} where andrad)
    {% endif %}
{%- endmacro %}

{# In how many rounds a full build does its deliveries; Spark divides its work itself. #}
{% macro antal_omgangar() -%}
    {%- set bygger = flags.WHICH in ('build', 'run') and model.resource_type == 'model' -%}
    {%- if not (execute and bygger and target.type == 'duckdb') -%}
        {{ return(1) }}
    {%- endif -%}
    {{ return(run_query('select coalesce(max(omgang), 0) + 1 from ' ~ ref('int_andrad')).rows[0][0]) }}
{%- endmacro %}

{# By the memory that there is: the figures of 3 200 deliveries take less than one gigabyte. #}
{% macro leveranser_per_omgang() -%}
    {{ var('leveranser_per_omgang', 4 * (env_var('FINSAM_MEMORY_MB', '4096') | int)) }}
{%- endmacro %}

{% macro omgang(nummer) -%}
    omgang = {{ nummer }}
{%- endmacro %}

{# Post-hook of the intermediate models: what their query said of the first round, of every other. #}
{% macro ovriga_omgangar() -%}
    {%- if execute and omgang(0) ~ ')' in compiled_code -%}
        {%- for nummer in range(1, antal_omgangar()) %}
        insert into {{ this }}
        {{ compiled_code | replace(omgang(0) ~ ')', omgang(nummer) ~ ')') }}
        ;
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# The table of that name as the build before this one left it, or none when all is built afresh. #}
{% macro fore_bygget(namn) -%}
    {%- if execute and this and not flags.FULL_REFRESH -%}  {# a unit test is of no relation #}
        {{ return(adapter.get_relation(this.database, this.schema, namn)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#
  What a data test looks at: of an incremental model the rows that this run has built. The others
  were tested when they were built. A full build tests them all again, and so does
  `dbt test --vars 'prova_allt: true'`.
#}
{% macro default__get_where_subquery(relation) -%}
    {%- set villkor = [config.get('where')] | select | list -%}
    {%- set nyss = byggt_nyss(relation) -%}
    {%- set villkor = villkor + ([nyss] if nyss else []) -%}
    {%- if villkor -%}
        (select * from {{ relation }} where {{ villkor | join(' and ') }}) as dbt_subquery
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro byggt_nyss(relation) -%}
    {%- if not execute or flags.FULL_REFRESH or var('prova_allt', false) -%}{{ return(none) }}{%- endif -%}
    {%- set nod = graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier) -%}
    {%- if not nod or nod.config.materialized != 'incremental' -%}{{ return(none) }}{%- endif -%}
    {%- set kolumn = nod.config.meta.byggs_per -%}
    {%- if nod.schema == 'marts' -%}
        {%- set leverans = relation.incorporate(path={'schema': 'intermediate', 'identifier': 'int_leverans'}) -%}
        {{ return(kolumn ~ ' in (select ' ~ kolumn ~ ' from ' ~ leverans ~ ' where andrad)') }}
    {%- endif -%}
    {%- set andrad = relation.incorporate(path={'schema': 'intermediate', 'identifier': 'int_andrad'}) -%}
    {{ return('leverans_id in (select leverans_id from ' ~ andrad ~ ')') }}
{%- endmacro %}

{# The same for tests of our own: `from {{ nyss_byggda(ref('fct_ekonomi')) }} as ekonomi`. #}
{% macro nyss_byggda(relation) -%}
    {%- set nyss = byggt_nyss(relation) -%}
    {%- if nyss -%}(select * from {{ relation }} where {{ nyss }}){%- else -%}{{ relation }}{%- endif -%}
{%- endmacro %}
