-- The state gives half (5 § lagen 2003:1210): a stat_sek that is not half of total_sek is a slip of the pen.
select forbund_id, ar, total_sek, stat_sek
from {{ ref('medelstilldelning') }}
where total_sek <= 0 or stat_sek * 2 <> total_sek
