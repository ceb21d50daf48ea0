"""One run: what every step is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadgrade.config import Settings
from leadgrade.engine import DuckDBEngine


@dataclass(frozen=True, slots=True)
class Run:
    """What a step works with.

    Attributes:
        engine: The open work file of this run.
        settings: The checked configuration.
        home: LEADGRADE_HOME, which holds inbox, runs, published and reports.
        run_id: Name of the run; the folder ``runs/<run_id>`` holds its work file.
        as_of: The time that "now" means in this run, UTC without zone.
        secret: Key of the fingerprints, stable for a LEADGRADE_HOME.
        full: Forget kept answers and compute everything from the raw rows again.
    """

    engine: DuckDBEngine
    settings: Settings
    home: Path
    run_id: str
    as_of: datetime
    secret: str
    full: bool = False
