"""The tables of the stage in the order in which they are made."""

from __future__ import annotations

from leadgrade.engine import Engine, sql_file
from leadgrade.hygiene import config_tables
from leadgrade.run import Run

TOUCHES = ("subjects", "points", "touches", "touch_times", "person_times")
DECAY = ("decay_evidence", "decay")
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
STEPS = (*TOUCHES, *DECAY, *CONSENT, "bursts", "risk", "reach", "people")


def build(run: Run) -> dict[str, int]:
    """Write the stage's configuration tables, make every table of the stage, and return the rows of each."""
    config_tables.load(run)
    return make(run.engine, STEPS)


def make(engine: Engine, steps: tuple[str, ...]) -> dict[str, int]:
    """Make these tables of the stage, in this order; the tables that they read must be there."""
    names = [f"hygiene.{step}" for step in steps]
    return {name: engine.materialize(name, sql_file(name).query) for name in names}
