"""Nights of the past, made again with the steps of the nightly job and held against each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import polars as pl

from assets import contacts, hygiene, people, raw, scores
from assets.steps import Step, steps_to
from leadgrade.config import Settings
from leadgrade.config.scoring import ScoringConfig
from leadgrade.publish import Home
from leadgrade.publish.branch import COPIES, open_copy
from leadgrade.raw.versions import build_versions
from leadgrade.run import Run
from leadgrade.scores import past
from leadgrade.scores.config_tables import load, model_of
from leadgrade.scores.past import Facts
from leadgrade.stages import load_config_tables

_GRADES = ("scores.quality", "scores.points")
STEPS = [step for stage in (raw, contacts, people, hygiene, scores) for step in stage.STEPS]
# nothing is taken in, and nobody is asked: vendors' answers of then are there
_LEFT_OUT = {raw.TAKEN_IN[0], "contacts.provider_answers"}


def _steps() -> tuple[list[Step], list[Step]]:
    """The steps that grades stand on: those before the stage scores, and those of it."""
    steps = [step for step in steps_to(_GRADES, STEPS) if step.name not in _LEFT_OUT]
    graded = [step for step in steps if step.name.startswith("scores.")]
    return [step for step in steps if step not in graded], graded


class Replay(NamedTuple):
    """One as-of time under two models.

    Attributes:
        as_of: The time.
        facts: What was taken as known, see :mod:`leadgrade.scores.past`.
        grades: A row a person: as_of, person_id, model_id_before, score_before, is_quality_before (the configured model),
            model_id, score, is_quality (the model asked for), crossed (up, down or null).
        history: How the configured model's grades compare with the night that was published: published (people that the
            history has of that night), same, other (another grade), missing (in one of the two only); null where it has none.
    """

    as_of: datetime
    facts: Facts
    grades: pl.DataFrame
    history: dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Past:
    """The past of an installation; nothing that it does is seen by readers.

    Attributes:
        home: The installation.
        settings: Its configuration.
        facts: arrived or dated; None: arrived where a file had come by then.
    """

    home: Home
    settings: Settings
    facts: Facts | None = None

    @contextmanager
    def night(self, as_of: datetime) -> Iterator[tuple[Run, Facts]]:
        """A work file of its own with everything that grades stand on, as the night would have had it."""
        with open_copy(self.home, _asks_nobody(self.settings), f"{COPIES}{os.getpid()}", as_of) as run:
            facts = self.facts or past.facts_at(run.engine, as_of)
            past.cut(run.engine, as_of, facts)
            load_config_tables(run)
            if facts == "dated":
                past.forget_lists(run.engine)
            build_versions(run)
            for step in _steps()[0]:
                step.run(run)
            yield run, facts

    def replay(self, as_of: datetime, model: ScoringConfig | None = None) -> Replay:
        """Grade everybody known at a time under the configured model and another; None: the same."""
        with self.night(as_of) as (run, facts):
            grade(run, "before")
            if model:
                grade(replace(run, settings=replace(run.settings, scoring=model)), "after")
            else:
                run.engine.sql("create or replace table scratch.after as select * from scratch.before")
            return Replay(as_of, facts, _compared(run), _history(run))


def _asks_nobody(settings: Settings) -> Settings:
    """Mail servers are taken from the answers that are kept; the network is left alone."""
    quiet = settings.run.mail_servers.model_copy(update={"max_domains_per_night": 0})
    return replace(settings, run=settings.run.model_copy(update={"mail_servers": quiet}))


def grade(run: Run, name: str) -> None:
    """Make the stage scores for the run's model and keep who got what as ``scratch.<name>``."""
    load(run)
    for step in _steps()[1]:
        step.run(run)
    run.engine.sql(
        f"create or replace table scratch.{name} as "
        "select quality.person_id, quality.model_id, quality.score, quality.is_quality from scores.quality as quality"
    )


def _compared(run: Run) -> pl.DataFrame:
    return run.engine.collect(
        """
select
    run.as_of, after.person_id, before.model_id as model_id_before, before.score as score_before,
    before.is_quality as is_quality_before, after.model_id, after.score, after.is_quality,
    case
        when after.is_quality and not before.is_quality then 'up'
        when before.is_quality and not after.is_quality then 'down'
    end as crossed
from scratch.after as after
inner join scratch.before as before on after.person_id = before.person_id
cross join meta.run as run
order by after.person_id"""
    )


def _history(run: Run) -> dict[str, int] | None:
    """The configured model's grades against those of the published night; ids that merged since are followed."""
    run.engine.ensure("scores.history")
    found = run.engine.collect(
        """
with published as (
    select history.person_id, history.score, history.is_quality
    from scores.history as history
    where history.as_of = $as_of and history.model_id = $model_id
)
select
    (select count(*) from published) as published,
    count(*) filter (where p.score = b.score and p.is_quality = b.is_quality) as same,
    count(*) filter (where p.score <> b.score or p.is_quality <> b.is_quality) as other,
    count(*) filter (where p.person_id is null or b.person_id is null) as missing
from published as p full outer join scratch.before as b on p.person_id = b.person_id""",
        {"as_of": run.as_of, "model_id": model_of(run).model_id},
    ).to_dicts()[0]
    return {name: int(count) for name, count in found.items()} if found["published"] else None
