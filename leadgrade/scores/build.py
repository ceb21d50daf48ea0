"""The steps of the stage, in order; each makes the tables that its docstring names."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from leadgrade.contacts.categories import industry
from leadgrade.engine import DuckDBEngine, make_from_file, sql_reads
from leadgrade.run import Run
from leadgrade.scores import night_before
from leadgrade.scores.checklists import checklists_query, coverage_query
from leadgrade.scores.config_tables import load, model_of
from leadgrade.scores.model import ScoringModel
from leadgrade.scores.points import points_query
from leadgrade.scores.rules import integrity_query, questions_query

BEHAVIOUR_TABLES: tuple[str, ...] = ("event_facts", "page_pairs", "follow_ups", "engaged_people", "behaviour")
FACT_TABLES: tuple[str, ...] = ("person_events", *BEHAVIOUR_TABLES, "intent_surges", "rfm", "facts")


def materialize_files(engine: DuckDBEngine, names: tuple[str, ...]) -> None:
    """Make these tables of the stage by their SQL files."""
    for name in names:
        make_from_file(engine, f"scores.{name}")


def build_account_industries(run: Run) -> None:
    """Make scores.account_industries: accounts say their industry in their own words, leads come folded."""
    query = "select distinct industry from raw.accounts where industry is not null order by industry"
    typed = run.engine.collect(query)["industry"].cast(pl.String)
    run.engine.write("scores.account_industries", pl.DataFrame({"typed": typed, "industry": industry(typed)}))


def build_facts(run: Run) -> None:
    """Make scores.facts and scores.behaviour, and the internal tables that they are drawn from."""
    build_account_industries(run)
    materialize_files(run.engine, FACT_TABLES)


def build_integrity(run: Run) -> None:
    """Make scores.integrity from scores.facts: published before the full score."""
    run.engine.materialize("scores.integrity", integrity_query(model_of(run)))


def build_points(run: Run) -> None:
    """Set last night's points aside, then make scores.points: the rules that fired, the caps shared out."""
    night_before.set_aside(run)
    # an older release left it in the work file, and it names people; drop this line with the next major release
    run.engine.sql("drop table if exists scores.fired")
    award(run.engine, model_of(run))


def build_changes(run: Run) -> None:
    """Make scores.changed_people and scores.changes from the points of both nights."""
    materialize_files(run.engine, ("changed_people", "changes"))


def build_checklists(run: Run) -> None:
    """Make scores.checklists and scores.coverage."""
    check_off(run.engine, model_of(run))


def build_committees(run: Run) -> None:
    """Make scores.committees: who of each account takes part in the buying."""
    materialize_files(run.engine, ("committees",))


def build_quality(run: Run) -> None:
    """Make scores.quality, and the view scores.questions that it is drawn from."""
    judge(run.engine, model_of(run))


def build_grades(run: Run) -> None:
    """Make scores.totals, scores.checklists, scores.coverage, scores.questions and scores.quality."""
    grade(run.engine, model_of(run))


def build_models(run: Run) -> None:
    """Add the run's model to scores.models unless its content is known."""
    model = model_of(run)
    run.engine.ensure("scores.models")
    known = run.engine.read("scores.models", ["model_id"])["model_id"].to_list()
    if model.model_id in known:
        return
    row = {"model_id": model.model_id, "name": model.config.model.name, "sha256": model.sha256}
    run.engine.write(
        "scores.models",
        pl.DataFrame([{**row, "definition": model.definition, "first_used_at": run.as_of}]),
        append=True,
    )


def build_history(run: Run) -> None:
    """Put tonight into scores.history: the same as_of is replaced, nights beyond run.keep_history_nights go."""
    engine = run.engine
    engine.ensure("scores.history")
    engine.sql("delete from scores.history where as_of = $as_of", {"as_of": run.as_of})
    engine.sql(
        "insert into scores.history (as_of, person_id, model_id, score, is_quality) "
        "select $as_of, person_id, model_id, score, is_quality from scores.quality",
        {"as_of": run.as_of},
    )
    nights = engine.collect("select distinct cast(as_of as date) as night from scores.history order by night desc")[
        "night"
    ]
    keep = run.settings.run.keep_history_nights
    if len(nights) > keep:
        engine.sql("delete from scores.history where cast(as_of as date) < $oldest", {"oldest": nights[keep - 1]})


def build_all(run: Run) -> None:
    """The whole stage, in order, for those who run it without Dagster."""
    steps = (
        load, build_facts, build_integrity, build_points, build_grades, build_committees,
        build_changes, build_models, build_history,
    )  # fmt: skip
    for step in steps:
        step(run)


def award(engine: DuckDBEngine, model: ScoringModel) -> None:
    """Make scores.points from scores.facts, scores.behaviour and scores.event_facts."""
    engine.materialize("scores.points", points_query(model))


def grade(engine: DuckDBEngine, model: ScoringModel) -> None:
    """Make scores.totals, .checklists, .coverage, .questions and .quality from scores.points and scores.facts."""
    materialize_files(engine, ("totals",))
    check_off(engine, model)
    judge(engine, model)


def judge(engine: DuckDBEngine, model: ScoringModel) -> None:
    """Make scores.questions, a view, and scores.quality from scores.totals, .coverage, .facts and .behaviour."""
    engine.define("scores.questions", questions_query(model))
    materialize_files(engine, ("quality",))


def check_off(engine: DuckDBEngine, model: ScoringModel) -> None:
    """Make scores.checklists and scores.coverage from scores.facts, scores.behaviour and scores.event_facts."""
    engine.materialize("scores.checklists", checklists_query(model))
    engine.materialize("scores.coverage", coverage_query(model))


_RULE_INPUTS = ("scores.facts", "scores.behaviour", "scores.event_facts")
BUILDS: dict[str | tuple[str, ...], tuple[Callable[[Run], object], tuple[str, ...]]] = {
    "scores.account_industries": (build_account_industries, ("raw.accounts",)),
    "scores.integrity": (build_integrity, _RULE_INPUTS),
    ("scores.points", *night_before.TABLES): (build_points, _RULE_INPUTS),
    ("scores.quality", "scores.questions"): (build_quality, sql_reads("scores.quality")),
    ("scores.checklists", "scores.coverage"): (build_checklists, _RULE_INPUTS),
    "scores.models": (build_models, ()),
    "scores.history": (build_history, ("scores.quality",)),
}
"""The tables that a function makes, and not an SQL file alone, and the tables that it reads."""
