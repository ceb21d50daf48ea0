"""Reads a new generation as a reader would, before any reader may."""

from __future__ import annotations

from pathlib import Path

import duckdb

from leadgrade import contract
from leadgrade.errors import AuditFailed
from leadgrade.masking import ADDRESS, E164


def verify(folder: Path, counts: dict[str, dict[str, int]]) -> None:
    """Open both databases read-only, count their rows, and look for personal data in the warehouse.

    Raises:
        AuditFailed: a table is short of rows, or a column of the warehouse holds an address or a number.
    """
    for name, expected in counts.items():
        connection = duckdb.connect(str(folder / f"{name}.duckdb"), read_only=True)
        try:
            _verify_counts(connection, name, expected)
            if name == "warehouse":
                _verify_no_personal_data(connection)
        finally:
            connection.close()


def _verify_counts(connection: duckdb.DuckDBPyConnection, name: str, expected: dict[str, int]) -> None:
    for table, rows in expected.items():
        found = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
        if found != rows:
            raise AuditFailed(f"{name}.duckdb: {table} has {found} rows, {rows} were written; nothing was published")


def _verify_no_personal_data(connection: duckdb.DuckDBPyConnection) -> None:
    """One pass a table over its text columns. The figure names table, column and count, never a value."""
    for table in contract.tables().values():
        texts = [c.name for c in table.warehouse_columns if c.type == "VARCHAR"]
        if not texts:
            continue
        sums = ", ".join(f"count_if({_is_contact(c)})" for c in texts)
        found = connection.execute(f"select {sums} from {table.name}").fetchall()[0]
        leaks = [f"{table.name}.{c} ({n} rows)" for c, n in zip(texts, found, strict=True) if n]
        if leaks:
            raise AuditFailed(
                f"the warehouse would show addresses or numbers in {', '.join(leaks)}; nothing was published. "
                "Mark the column as pii or free in the table contract, or mend the mapping that put them there"
            )


def _is_contact(column: str) -> str:
    # few texts have one of the two signs, and looking for a sign costs a fifth of an expression
    return (
        f"case when contains(\"{column}\", '@') or contains(\"{column}\", '+') "
        f"then regexp_matches(\"{column}\", '{ADDRESS}|{E164}') end"
    )
