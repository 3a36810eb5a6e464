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
    orsak,
    -- a copy of a row that is in loses nothing
    {{ matches('orsak', "'^Raden är en kopia av rad [0-9]+[.]$'") }} as ar_kopia
from avvisade
