-- A names B as its predecessor exactly when B names A as its successor.
with forbund as (
    select * from {{ ref('forbund') }}
),

foregangare as (
    {{ split_rows('forbund', 'foregangare', 'slakting') }}
),

efterfoljare as (
    {{ split_rows('forbund', 'efterfoljare', 'slakting') }}
),

sett_fran_den_nya as (
    select distinct slakting as gammal, forbund_id as ny from foregangare
),

sett_fran_den_gamla as (
    select distinct forbund_id as gammal, slakting as ny from efterfoljare
)

select
    coalesce(framat.gammal, bakat.gammal) as gammal,
    coalesce(framat.ny, bakat.ny) as ny
from sett_fran_den_gamla as framat
full outer join sett_fran_den_nya as bakat
    on framat.gammal = bakat.gammal and framat.ny = bakat.ny
where framat.gammal is null or bakat.gammal is null
