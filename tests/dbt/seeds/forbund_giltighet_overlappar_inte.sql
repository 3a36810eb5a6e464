-- On any day at most one version of a förbund is valid. An unknown bound is open, so that an
-- earlier version without giltig_till, or a later one without giltig_fran, is caught here.
select tidigare.forbund_id, tidigare.version, senare.version as senare_version
from {{ ref('forbund') }} as tidigare
inner join {{ ref('forbund') }} as senare
    on tidigare.forbund_id = senare.forbund_id and tidigare.version < senare.version
where
    coalesce(tidigare.giltig_till, cast('9999-12-31' as date))
    >= coalesce(senare.giltig_fran, cast('0001-01-01' as date))
