"""Dagster's history of runs, written with less effort."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import Engine, create_engine


@contextmanager
def kept_engines() -> Iterator[None]:
    """Meanwhile each file of the history has one SQLAlchemy engine, which remembers the statements that it compiled.

    Dagster (1.13) makes a new one for each of the 4,000 times that a night opens such a file, and compiles every statement
    anew. Connections are opened and closed as before.
    """
    kept: dict[str, Engine] = {}

    def once(address: str, **options: Any) -> Engine:
        if address not in kept:
            kept[address] = create_engine(address, **options)
        return kept[address]

    with patch.object(sqlite_event_log, "create_engine", once):
        yield
