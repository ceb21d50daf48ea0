"""The tables of the stage in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from leadgrade.engine import sql_file
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene import config_tables, last_scores, learning
from leadgrade.run import Run

TOUCHES = ("subjects", "points", "touches", "person_times")
DECAY = ("segments", "learners", "decay_streams", "decay_checks", "decay_models", "decay")
CONSENT = (
    "places",
    "place_defaults",
    "consent_events",
    "consent_marks",
    "consent_states",
    "consent_facts",
    "consent_gaps",
    "consent",
)
RISK = ("bots", "bursts", "lead_signs", "person_signs", "owned_domains", "risk")
STEPS = (
    *TOUCHES, "evidence_faults", *DECAY, *CONSENT, *RISK, "reach", "people", "last_scores", "reverify_queue",
)  # fmt: skip
# queries that one table alone is made from: as views they cost no room and no time of their own
VIEWS = {"hygiene.decay": ("hygiene.decay_evidence",)}
_Build = Callable[[DuckDBEngine], int]


def _from_query(table: str, engine: DuckDBEngine) -> int:
    return engine.materialize(table, sql_file(table).query)


def _on_views(table: str, build: _Build, engine: DuckDBEngine) -> int:
    for view in VIEWS[table]:
        if _is_table(view, engine):  # in work files that older versions made
            engine.sql(f"drop table {view}")
        engine.sql(f"create or replace view {view} as {sql_file(view).query}")
    return build(engine)


def _is_table(name: str, engine: DuckDBEngine) -> bool:
    query = "select 1 from duckdb_tables() where schema_name || '.' || table_name = $name"
    return engine.collect(query, {"name": name}).height > 0


def _reads_with_views(table: str, reads: tuple[str, ...]) -> tuple[str, ...]:
    return (*reads, *(read for view in VIEWS[table] for read in sql_file(view).reads))


_DECAY = "hygiene.decay"
# what a function makes (some tables in one go) and what it reads; every other table has its query in sql/hygiene
BUILDS: dict[tuple[str, ...], tuple[_Build, tuple[str, ...]]] = {
    learning.TABLES: (learning.build, learning.READS),
    (last_scores.TABLE,): (last_scores.build, last_scores.READS),
    (_DECAY, *VIEWS[_DECAY]): (
        partial(_on_views, _DECAY, partial(_from_query, _DECAY)),
        _reads_with_views(_DECAY, sql_file(_DECAY).reads),
    ),
}
_FUNCTIONS = {tables[0]: function for tables, (function, _) in BUILDS.items()}


def build(run: Run) -> dict[str, int]:
    """Write the stage's configuration tables, make every table of the stage, and return the rows of each."""
    config_tables.load(run)
    return make(run.engine, STEPS)


def make(engine: DuckDBEngine, steps: tuple[str, ...]) -> dict[str, int]:
    """Make these tables of the stage, in this order; the tables that they read must be there.

    Returns:
        By table its rows.
    """
    return {table: _make(engine, table) for table in (f"hygiene.{step}" for step in steps)}


def _make(engine: DuckDBEngine, table: str) -> int:
    if table in _FUNCTIONS:
        return _FUNCTIONS[table](engine)
    return _from_query(table, engine)
