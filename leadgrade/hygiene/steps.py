"""The tables of the stage in the order in which they are made, and the functions behind those that no SQL file makes."""

from __future__ import annotations

from collections.abc import Callable

from leadgrade.engine import Engine, sql_file
from leadgrade.hygiene import backtest, config_tables, learning
from leadgrade.run import Run

TOUCHES = ("subjects", "points", "touches", "person_times")
DECAY = ("segments", "decay_streams", "decay_checks", "decay_models", "decay_backtest", "decay_evidence", "decay")
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
STEPS = (*TOUCHES, "evidence_faults", *DECAY, *CONSENT, *RISK, "reach", "people", "last_scores", "reverify_queue")

# the newest night before this one; who merged into another since hands over the better score
_LAST_SCORES = """
with last_night as (
    select max(history.as_of) as as_of
    from scores.history as history
    cross join meta.run as run
    where history.as_of < run.as_of
)
select coalesce(changes.new_person_id, history.person_id) as person_id, max(history.score) as score
from scores.history as history
inner join last_night on history.as_of = last_night.as_of
left join people.id_changes as changes on history.person_id = changes.old_person_id
group by coalesce(changes.new_person_id, history.person_id)"""


def build_laws(run: Run) -> None:
    """Make ``hygiene.decay_models`` and ``hygiene.decay_laws``."""
    learning.build_laws(run.engine, run.settings.decay)


def build_backtest(run: Run) -> None:
    """Make ``hygiene.decay_backtest``."""
    backtest.build_backtest(run.engine, run.settings.decay)


def build_last_scores(run: Run) -> None:
    """Make ``hygiene.last_scores`` from scores.history as last night left it: data of tonight flows forward only."""
    run.engine.ensure("scores.history")
    run.engine.ensure("people.id_changes")
    run.engine.materialize("hygiene.last_scores", _LAST_SCORES)


_CHECKS = ("hygiene.decay_checks", "hygiene.segments")
BUILDS: dict[tuple[str, ...], tuple[Callable[[Run], object], tuple[str, ...]]] = {
    ("hygiene.decay_models", "hygiene.decay_laws"): (build_laws, _CHECKS),
    ("hygiene.decay_backtest",): (build_backtest, _CHECKS),
    ("hygiene.last_scores",): (build_last_scores, ("people.id_changes",)),
}
"""The tables that no SQL file makes: the function that does, and the tables that it reads."""


def build(run: Run) -> dict[str, int]:
    """Write the stage's configuration tables, make every table of the stage, and return the rows of each."""
    config_tables.load(run)
    return {name: rows for step in STEPS for name, rows in build_step(run, step).items()}


def build_step(run: Run, step: str) -> dict[str, int]:
    """Make one table of the stage, by its SQL file or its function; the tables that it reads must be there."""
    for names, (function, _) in BUILDS.items():
        if names[0] == f"hygiene.{step}":
            function(run)
            return {name: run.engine.count(name) for name in names}
    return make(run.engine, (step,))


def make(engine: Engine, steps: tuple[str, ...]) -> dict[str, int]:
    """Make these tables of the stage from their SQL files, in this order; the tables that they read must be there."""
    names = [f"hygiene.{step}" for step in steps]
    return {name: engine.materialize(name, sql_file(name).query) for name in names}
