"""The engine seam: where tables live and statements run."""

from leadgrade.engine.base import BatchFunction, Engine
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.engine.sqlfiles import SqlFile, sql_file, sql_files

__all__ = ["BatchFunction", "DuckDBEngine", "Engine", "SqlFile", "sql_file", "sql_files"]
