"""Which files the ledger has not seen yet."""

from __future__ import annotations

from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene.ledger.hashes import FILES

TABLE = "hygiene.ledger_new_files"
READS = ("raw.deliveries",)
_NEW = f"""
select deliveries.file_id, deliveries.arrival_rank
from raw.deliveries as deliveries
anti join {FILES} as files on deliveries.file_id = files.file_id"""


def build(engine: DuckDBEngine) -> int:
    """Make ``hygiene.ledger_new_files``; return its rows. The ledger of the night before says what was seen."""
    engine.ensure(FILES)
    return engine.materialize(TABLE, _NEW)
