-- A version ends on or after the day that it starts, and a start has a precision exactly when it is known.
select forbund_id, version, giltig_fran, giltig_fran_precision, giltig_till
from {{ ref('forbund') }}
where
    giltig_till < giltig_fran
    or (giltig_fran is null) <> (giltig_fran_precision is null)
