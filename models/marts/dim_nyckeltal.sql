-- Definitions of the ratios, with their formula in words.
-- Grain: one row per ratio.
with nyckeltal as (
    select * from {{ ref('nyckeltal') }}
),

storhet as (         -- a sum stands in brackets in a formula
    select
        *,
        case when benamning like '% + %' then '(' || benamning || ')' else benamning end as formelnamn
    from {{ ref('storhet') }}
)

select
    cast(nyckeltal.ordning as integer) as ordning,
    nyckeltal.nyckeltal_id,
    nyckeltal.benamning as nyckeltal,
    nyckeltal.enhet,
    case when nyckeltal.enhet = 'procent' then '100 × ' else '' end
    || case
        when avdrag.benamning is null then taljare.formelnamn
        when namnare.benamning is null and nyckeltal.enhet <> 'procent' then taljare.formelnamn || ' − ' || avdrag.formelnamn
        else '(' || taljare.formelnamn || ' − ' || avdrag.formelnamn || ')'
    end
    || coalesce(' / ' || namnare.formelnamn, '') as formel,
    nyckeltal.definition,
    taljare.benamning as taljare,
    avdrag.benamning as avdrag,
    namnare.benamning as namnare,
    nyckeltal.god_riktning,
    cast(nyckeltal.grans_hogst as decimal(9, 2)) as grans_hogst,
    nyckeltal.grans_kalla,
    nyckeltal.kalla,
    nyckeltal.anmarkning
from nyckeltal
inner join storhet as taljare on nyckeltal.taljare = taljare.storhet_id
left join storhet as avdrag on nyckeltal.avdrag = avdrag.storhet_id
left join storhet as namnare on nyckeltal.namnare = namnare.storhet_id
