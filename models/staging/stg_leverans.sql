-- Deliveries: one report's accepted facts in one file, in the order they arrived.
-- Grain: one row per delivery.
with leverans as (
    select * from {{ source('raw', 'leverans') }}
)

select
    leverans_id,
    report_id,
    version,
    inlasning_id,
    fil,
    sha256,
    innehall_sha256,
    antal_fakta,
    tidpunkt as inlast_tid
from leverans
