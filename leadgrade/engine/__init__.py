"""The engine seam: where tables live and statements run."""

from leadgrade.engine.base import BatchFunction, Engine
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.engine.sqlfiles import SqlFile, make_from_file, sql_file, sql_files, sql_reads, sql_steps

__all__ = [
    "BatchFunction",
    "DuckDBEngine",
    "Engine",
    "SqlFile",
    "make_from_file",
    "sql_file",
    "sql_files",
    "sql_reads",
    "sql_steps",
]
