-- metrics.dispositions: where the rows of all files ended
-- grain: object, disposition, reason
-- reads: raw.row_ledger
select
    row_ledger.object,
    row_ledger.disposition,
    row_ledger.reason,
    cast(count(*) as bigint) as rows
from raw.row_ledger as row_ledger
group by row_ledger.object, row_ledger.disposition, row_ledger.reason
