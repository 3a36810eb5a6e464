{#
  These columns of everything that was tried, whichever model tried it. Each use reads its few columns
  itself: what two parts of a query share is kept whole until it ends.
#}
{% macro provade(kolumner, villkor='true') -%}
    {% for modell in [
        'int_kontroll_leverans', 'int_kontroll_regel', 'int_kontroll_tabell', 'int_kontroll_samma',
        'int_kontroll_deltagare', 'int_kontroll_andel',
    ] -%}
    select {{ kolumner }}
    from {{ ref(modell) }}
    where {{ nya_leveranser() }} and {{ villkor }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#
  Tries every identity of a rule list on a relation of figures, by intervals.

  tal:   leverans_id, statement, post_code, scenario, period_start, period_end, belopp_sek,
         halv_enhet_sek, harledd_av_regel, rader   (one row per figure)
  regel: regel_id, summa_statement, summa_post, led_statement, led_post, vikt   (one row per part)

  Gives CTEs ending in `provad`: one row per rule × delivery × scenario × period in which any of the
  rule's statements has a column, also when the rule can't be tried there.
  A column is (start, end) for statements of a period and (null, end) for a balance sheet; where a
  rule joins the two, the balance sheet stands in the column that ends on its day, and in the longest
  where several do: a balance sheet's result is that of the year to date, not of its last quarter.
#}
{% macro prova_regler(tal, regel) %}
regler as (
    select distinct regel_id, summa_statement, summa_post from {{ regel }}
),

rakningar as (
    select regel_id, summa_statement as statement from {{ regel }}
    union
    select regel_id, led_statement as statement from {{ regel }}
),

tidskolumner as (
    select distinct leverans_id, statement, scenario, period_start, period_end
    from {{ tal }}
    where statement = 'balansrakning' or period_start is not null
),

regelkolumner as (
    select distinct
        rakningar.regel_id,
        tidskolumner.leverans_id,
        tidskolumner.scenario,
        tidskolumner.period_start,
        tidskolumner.period_end
    from rakningar
    inner join tidskolumner on rakningar.statement = tidskolumner.statement
),

balansregler as (
    select distinct regel_id from rakningar where statement = 'balansrakning'
),

langsta as (
    select regel_id, leverans_id, scenario, period_end, min(period_start) as period_start
    from regelkolumner
    group by regel_id, leverans_id, scenario, period_end
),

kolumner as (        -- a balance day stands alone only where no period of the rule ends on it
    select
        regelkolumner.regel_id,
        regelkolumner.leverans_id,
        regelkolumner.scenario,
        regelkolumner.period_start,
        regelkolumner.period_end
    from regelkolumner
    inner join langsta
        on regelkolumner.regel_id = langsta.regel_id
        and regelkolumner.leverans_id = langsta.leverans_id
        and regelkolumner.scenario = langsta.scenario
        and regelkolumner.period_end = langsta.period_end
    left join balansregler on regelkolumner.regel_id = balansregler.regel_id
    where regelkolumner.period_start = langsta.period_start
        or (langsta.period_start is null and regelkolumner.period_start is null)
        or (balansregler.regel_id is null and regelkolumner.period_start is not null)
),

summor as (
    select
        kolumner.regel_id,
        kolumner.leverans_id,
        kolumner.scenario,
        kolumner.period_start,
        kolumner.period_end,
        max(tal.belopp_sek) as summa,
        max(tal.halv_enhet_sek) as summa_halv_enhet,
        max(case when tal.harledd_av_regel = kolumner.regel_id then 1 else 0 end) as harledd_har,
        max(tal.rader) as summa_rader
    from kolumner
    inner join regler on kolumner.regel_id = regler.regel_id
    left join {{ tal }} as tal
        on kolumner.leverans_id = tal.leverans_id
        and kolumner.scenario = tal.scenario
        and kolumner.period_end = tal.period_end
        and (kolumner.period_start is null or tal.period_start is null or kolumner.period_start = tal.period_start)
        and regler.summa_statement = tal.statement
        and regler.summa_post = tal.post_code
    group by kolumner.regel_id, kolumner.leverans_id, kolumner.scenario, kolumner.period_start, kolumner.period_end
),

led as (
    select
        kolumner.regel_id,
        kolumner.leverans_id,
        kolumner.scenario,
        kolumner.period_start,
        kolumner.period_end,
        sum(tal.belopp_sek * regel.vikt) as led,
        sum(tal.halv_enhet_sek * abs(regel.vikt)) as led_halv_enhet,
        {{ list_distinct('tal.rader') }} as led_rader
    from kolumner
    inner join {{ regel }} as regel on kolumner.regel_id = regel.regel_id
    inner join {{ tal }} as tal
        on kolumner.leverans_id = tal.leverans_id
        and kolumner.scenario = tal.scenario
        and kolumner.period_end = tal.period_end
        and (kolumner.period_start is null or tal.period_start is null or kolumner.period_start = tal.period_start)
        and regel.led_statement = tal.statement
        and regel.led_post = tal.post_code
    group by kolumner.regel_id, kolumner.leverans_id, kolumner.scenario, kolumner.period_start, kolumner.period_end
),

provad as (
    select
        summor.regel_id,
        summor.leverans_id,
        summor.scenario,
        summor.period_start,
        summor.period_end,
        summor.summa,
        led.led,
        coalesce(summor.summa_halv_enhet, 0) + coalesce(led.led_halv_enhet, 0) as tolerans,
        case
            when summor.harledd_har = 1 then 'ej prövbar'
            else {{ intervallutfall('summor.summa', 'led.led', 'summor.summa_halv_enhet + led.led_halv_enhet') }}
        end as utfall,
        case
            when summor.summa is null and led.led is null then 'varken summa eller delar trycks'
            when summor.summa is null then 'summan trycks inte'
            when summor.harledd_har = 1 then 'summan trycks inte utan är härledd ur samma delar'
            when led.led is null then 'inga delar trycks'
        end as hinder,
        'rad ' || summor.summa_rader || coalesce('; delar på rad ' || led.led_rader, '') as rader
    from summor
    left join led
        on summor.regel_id = led.regel_id
        and summor.leverans_id = led.leverans_id
        and summor.scenario = led.scenario
        and summor.period_end = led.period_end
        and summor.period_start is not distinct from led.period_start
)
{%- endmacro %}
