"""The tables of the stage in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable

from leadgrade.engine import make_from_file, sql_reads
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene import config_tables, last_scores, learning
from leadgrade.hygiene.ledger import append, hashes, lead_stops, new_files, points
from leadgrade.run import Run

TOUCHES = ("subjects", "points", "touches", "person_times")
DECAY = ("segments", "learners", "decay_streams", "decay_checks", "decay_models", "decay")
LEDGER = ("ledger_new_files", "lead_stops", "consent_arrivals", "consent_ledger")
CONSENT = (
    "consent_said",
    "consent_links",
    "stated_places",
    "places",
    "place_defaults",
    "place_rules",
    "consent_states",
    "consent_facts",
    "consent_gaps",
    "consent",
    "consent_expiries",
    "consent_forecast",
)
RISK = ("bots", "bursts", "lead_signs", "person_signs", "owned_domains", "risk")
STEPS = (
    *TOUCHES, "evidence_faults", *DECAY, *LEDGER, *CONSENT, *RISK,
    "reach", "people", "retention_due", "last_scores", "reverify_queue",
)  # fmt: skip
_Build = Callable[[DuckDBEngine], int]


def _as_written(table: str) -> tuple[_Build, tuple[str, ...]]:
    """How a table is made whose query knows better than the planner which side of a join is the small one."""

    def build(engine: DuckDBEngine) -> int:
        with engine.joins_as_written():
            return make_from_file(engine, table)

    return build, sql_reads(table)


# after several conditions in a row the planner takes many touches for few, and few faults for many
_AS_WRITTEN = ("hygiene.touches", "hygiene.evidence_faults")
# what a function makes (some tables in one go) and what it reads; every other table has its query in sql/hygiene
BUILDS: dict[tuple[str, ...], tuple[_Build, tuple[str, ...]]] = {
    **{(table,): _as_written(table) for table in _AS_WRITTEN},
    learning.TABLES: (learning.build, learning.READS),
    (last_scores.TABLE,): (last_scores.build, last_scores.READS),
    (new_files.TABLE,): (new_files.build, new_files.READS),
    (lead_stops.TABLE,): (lead_stops.build, lead_stops.READS),
    points.TABLES: (points.build, points.READS),
    hashes.TABLES: (append.build, append.READS),
}
_FUNCTIONS = {tables[0]: function for tables, (function, _) in BUILDS.items()}


def build(run: Run) -> dict[str, int]:
    """Write the stage's configuration tables, make every table of the stage, and return the rows of each."""
    config_tables.load(run)
    return make(run.engine, STEPS)


def make(engine: DuckDBEngine, steps: tuple[str, ...]) -> dict[str, int]:
    """Make these tables of the stage, in this order; the tables that they read must be there.

    Returns:
        By table its rows; of the ledger those that it gained.
    """
    return {table: _make(engine, table) for table in (f"hygiene.{step}" for step in steps)}


def _make(engine: DuckDBEngine, table: str) -> int:
    if table in _FUNCTIONS:
        return _FUNCTIONS[table](engine)
    return make_from_file(engine, table)
