-- Rejected rows, with the report that each one says it is of.
-- Grain: one row per rejected row of one file.
with avvisade as (
    select * from {{ source('raw', 'avvisade_fakta') }}
)

select
    inlasning_id,
    fil,
    rad,
    kolumn,
    trim({{ json_text('innehall', 'report_id') }}) as report_id,
    orsak
from avvisade
