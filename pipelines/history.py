"""Dagster's history of runs, written with less effort."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, create_engine

_STORAGE = "dagster._core.storage.event_log.sqlite.sqlite_event_log"


class _Kept(dict[str, Engine]):
    """Engines by address."""

    def engine(self, address: str, **options: Any) -> Engine:
        if address not in self:
            self[address] = create_engine(address, **options)
        return self[address]


@contextmanager
def kept_engines() -> Iterator[None]:
    """Meanwhile each file of the history has one SQLAlchemy engine, which remembers the statements that it compiled.

    Dagster (1.13) makes a new one for each of the 4,000 times that a night opens such a file, and compiles every statement
    anew. Connections are opened and closed as before. That module is Dagster's own affair: where a release has it
    elsewhere, the history is written as Dagster writes it.
    """
    try:
        storage: Any = import_module(_STORAGE)
        made = storage.create_engine
    except (ImportError, AttributeError):
        yield
        return
    storage.create_engine = _Kept().engine
    try:
        yield
    finally:
        storage.create_engine = made
