{#
  Subtotals that a report leaves out, derived from their own parts: post, the rule that derives it,
  the weighted parts, and those without which it would be a guess (half a balance is not a balance,
  and a report that mentions one post of an earlier year does not print that year's total). In an
  order in which later ones may build on earlier ones.
  A derived figure may serve in other rules; the rule that it was derived by can then not be tried.
#}
{% macro harledningar() %}
    {{ return([
        ('balansrakning', 'fordringar', 'BR4',
            [('kundfordringar', 1), ('ovriga_fordringar', 1), ('forutbetalda_kostnader_och_upplupna_intakter', 1)],
            []),
        ('balansrakning', 'summa_omsattningstillgangar', 'BR3',
            [('fordringar', 1), ('kortfristiga_placeringar', 1), ('kassa_och_bank', 1)],
            ['fordringar', 'kassa_och_bank']),
        ('balansrakning', 'summa_anlaggningstillgangar', none,
            [('immateriella_anlaggningstillgangar', 1), ('materiella_anlaggningstillgangar', 1), ('finansiella_anlaggningstillgangar', 1)],
            []),
        ('balansrakning', 'summa_tillgangar', 'BR1',
            [('summa_anlaggningstillgangar', 1), ('summa_omsattningstillgangar', 1)],
            ['summa_omsattningstillgangar']),
        ('balansrakning', 'summa_avsattningar', none,
            [('avsattningar_pensioner', 1), ('ovriga_avsattningar', 1)],
            []),
        ('balansrakning', 'summa_kortfristiga_skulder', 'BR7',
            [('leverantorsskulder', 1), ('ovriga_kortfristiga_skulder', 1), ('upplupna_kostnader_och_forutbetalda_intakter', 1)],
            ['leverantorsskulder', 'upplupna_kostnader_och_forutbetalda_intakter']),
        ('balansrakning', 'summa_kortfristiga_skulder', none,
            [('summa_skulder', 1), ('langfristiga_skulder', -1)],
            ['summa_skulder']),
        ('balansrakning', 'summa_skulder', none,
            [('langfristiga_skulder', 1), ('summa_kortfristiga_skulder', 1)],
            ['summa_kortfristiga_skulder']),
        ('balansrakning', 'summa_eget_kapital', 'BR6',
            [('ingaende_eget_kapital', 1), ('periodens_resultat', 1)],
            ['ingaende_eget_kapital', 'periodens_resultat']),
        ('balansrakning', 'summa_eget_kapital_och_skulder', 'BR5',
            [('summa_eget_kapital', 1), ('summa_avsattningar', 1), ('langfristiga_skulder', 1), ('summa_kortfristiga_skulder', 1)],
            ['summa_eget_kapital', 'summa_kortfristiga_skulder']),
        ('resultatrakning', 'verksamhetens_intakter', 'RR6',
            [('medlemsbidrag', 1), ('ovriga_intakter', 1)],
            ['medlemsbidrag']),
        ('resultatrakning', 'verksamhetens_kostnader', 'RR5',
            [('ovriga_verksamhetskostnader', 1), ('administration', 1), ('kostnader_insatser', 1)],
            ['administration', 'kostnader_insatser']),
    ]) }}
{% endmacro %}

{#
  `relation` (printed figures, one per post and column) plus the derived ones.
  One pass per derivation over the printed figures and those derived before it. A sum of which a part
  is suspect (`osaker`) is suspect itself, so that nothing builds on what is left of it.
#}
{% macro harled_delsummor(relation) %}{{ adapter.dispatch('harled_delsummor', 'finsam')(relation) }}{% endmacro %}

{% macro default__harled_delsummor(relation) %}
    {%- set alla = harledningar() -%}
    {%- for statement, post_code, regel_id, delar, kravda in alla -%}
    {%- set poster = delar | map('first') | list + [post_code] -%}
    {%- set nummer = loop.index -%}
    harledd_{{ nummer }} as (
        select
            leverans_id,
            report_id,
            forbund_id,
            '{{ statement }}' as statement,
            '{{ post_code }}' as post_code,
            scenario,
            period_start,
            period_end,
            case when max(case when osaker then 1 else 0 end) = 0
                then cast(sum(belopp_sek * case post_code {% for del, vikt in delar %}when '{{ del }}' then {{ vikt }} {% endfor %}end) as decimal(18, 2))
            end as belopp_sek,
            cast(sum(halv_enhet_sek) as decimal(18, 2)) as halv_enhet_sek,
            cast(0 as bigint) as antal_figurer,
            cast({{ list_distinct('rader') }} as {{ dbt.type_string() }}) as rader,
            min(forsta_rad) as forsta_rad,
            max(case when osaker then 1 else 0 end) = 1 as osaker,
            true as harledd,
            cast({{ "'" ~ regel_id ~ "'" if regel_id else 'null' }} as {{ dbt.type_string() }}) as harledd_av_regel
        from (
            select * from {{ relation }}
            {% for i in range(1, nummer) if alla[i - 1][1] in poster -%}
            union all
            select * from harledd_{{ i }}
            {% endfor -%}
        ) as figur
        where statement = '{{ statement }}'
            and post_code in ({% for post in poster %}'{{ post }}'{{ ', ' if not loop.last }}{% endfor %})
        group by leverans_id, report_id, forbund_id, scenario, period_start, period_end
        having count(case when post_code = '{{ post_code }}' then 1 end) = 0
            {%- for del in kravda %}
            and count(case when post_code = '{{ del }}' then 1 end) > 0
            {%- endfor %}
    ),

    {% endfor -%}
    harledd as (
        select * from {{ relation }}
        {% for _ in alla -%}
        union all
        select * from harledd_{{ loop.index }}
        {% endfor %}
    )
{%- endmacro %}

{#
  The same as a fold over the figures of one column, since Spark would plan each pass from the start:
  twelve passes that each read the one before twice are four thousand.
#}
{% macro spark__harled_delsummor(relation) %}
    {%- set figur -%}
        struct<post_code: string, belopp_sek: decimal(18, 2), halv_enhet_sek: decimal(18, 2), antal_figurer: bigint,
            rader: string, forsta_rad: int, osaker: boolean, harledd: boolean, harledd_av_regel: string>
    {%- endset -%}
    kolumnens_figurer as (
        select
            leverans_id, report_id, forbund_id, statement, scenario, period_start, period_end,
            collect_list(cast(struct(
                post_code, belopp_sek, halv_enhet_sek, antal_figurer, rader, forsta_rad, osaker, harledd, harledd_av_regel
            ) as {{ figur }})) as figurer
        from {{ relation }}
        group by leverans_id, report_id, forbund_id, statement, scenario, period_start, period_end
    ),

    alla_figurer as (
        select
            *,
            aggregate(
                filter(array(
                    {%- for statement, post_code, regel_id, delar, kravda in harledningar() %}
                    named_struct(
                        'statement', '{{ statement }}', 'post_code', '{{ post_code }}',
                        'regel_id', cast({{ "'" ~ regel_id ~ "'" if regel_id else 'null' }} as string),
                        'kravda', cast(array({% for del in kravda %}'{{ del }}'{{ ', ' if not loop.last }}{% endfor %}) as array<string>),
                        'vikter', map({% for del, vikt in delar %}'{{ del }}', {{ vikt }}{{ ', ' if not loop.last }}{% endfor %})
                    ){{ ',' if not loop.last }}
                    {%- endfor %}
                ), regel -> regel.statement = kolumnens_figurer.statement),
                figurer,
                (figurer, regel) -> concat(figurer, transform(
                    filter(
                        array(filter(figurer, figur -> map_contains_key(regel.vikter, figur.post_code))),
                        delar -> size(delar) > 0
                            and not exists(figurer, figur -> figur.post_code = regel.post_code)
                            and forall(regel.kravda, kravd -> exists(figurer, figur -> figur.post_code = kravd))
                    ),
                    delar -> cast(named_struct(
                        'post_code', regel.post_code,
                        -- null as soon as one is: a suspect part has no amount
                        'belopp_sek', aggregate(delar, cast(0 as decimal(38, 2)), (summa, del) ->
                            cast(summa + del.belopp_sek * regel.vikter[del.post_code] as decimal(38, 2))),
                        'halv_enhet_sek', aggregate(delar, cast(0 as decimal(38, 2)), (summa, del) ->
                            cast(summa + del.halv_enhet_sek as decimal(38, 2))),
                        'antal_figurer', 0,
                        'rader', array_join(array_sort(array_distinct(transform(delar, del -> del.rader))), ', '),
                        'forsta_rad', array_min(transform(delar, del -> del.forsta_rad)),
                        'osaker', exists(delar, del -> del.osaker),
                        'harledd', true,
                        'harledd_av_regel', regel.regel_id
                    ) as {{ figur }})
                ))
            ) as alla
        from kolumnens_figurer
    ),

    harledd as (
        select
            leverans_id, report_id, forbund_id, statement, figur.post_code, scenario, period_start, period_end,
            figur.belopp_sek, figur.halv_enhet_sek, figur.antal_figurer, figur.rader, figur.forsta_rad,
            figur.osaker, figur.harledd, figur.harledd_av_regel
        from alla_figurer lateral view explode(alla) as figur
    )
{%- endmacro %}
