"""Lets the ledger of consent go on from a published warehouse, where the work file that held it is gone.

What people refused must not be forgotten because a file was lost: the warehouse holds the whole ledger, but for the list of
files that it has read, which are those of the publication.
"""

from __future__ import annotations

from pathlib import Path

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.hygiene.ledger.hashes import FILES, HEADS, LEDGER, SEALS, TABLES
from leadgrade.hygiene.ledger.verify import verify

_FROM = "ledger_before"
_READ = f"""
select unnest(from_json(publication.input_hashes, '["varchar"]')) as file_id, publication.run_id
from {_FROM}.meta.publication as publication"""


def go_on_from(engine: DuckDBEngine, warehouse: Path, secret: str) -> bool:
    """Put the ledger of a published warehouse in the place of the one that a work file holds.

    Args:
        engine: The work file.
        warehouse: A published ``warehouse.duckdb``.
        secret: The content of ``secret.key``.

    Returns:
        False, and nothing is changed, where the warehouse has no ledger, or one with a broken link.
    """
    try:
        if not verify(warehouse, secret).is_whole:
            return False
    except InputError:
        return False
    for table in TABLES:
        engine.ensure(table)
    quoted = str(warehouse).replace("'", "''")
    engine.sql(f"attach '{quoted}' as {_FROM} (read_only)")
    try:
        with engine.transaction():
            for table in TABLES:
                engine.sql(f"delete from {table}")
            for table in (LEDGER, HEADS, SEALS):
                engine.sql(f"insert into {table} by name select * from {_FROM}.{table}")
            engine.sql(f"insert into {FILES} by name {_READ}")
    finally:
        engine.sql(f"detach {_FROM}")
    return True
