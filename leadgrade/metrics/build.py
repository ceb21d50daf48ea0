"""Builds the tables of the stage that one query cannot make, and, for library use, all of them in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from graphlib import TopologicalSorter

from leadgrade.engine import DuckDBEngine, sql_file, sql_files
from leadgrade.metrics import config_tables
from leadgrade.metrics.calibration_stage import READS, TABLES, build_calibration, build_first_scores
from leadgrade.run import Run


def build_quality_history(run: Run) -> None:
    """Append tonight's figures (``metrics.quality_tonight``) to ``metrics.quality_history``.

    The table is carried over in the work file from the last publication. A second run with the same as_of replaces its
    figures, so that a night that is run twice stands once.
    """
    engine = run.engine
    engine.ensure("metrics.quality_history")
    engine.sql("delete from metrics.quality_history where as_of = $as_of", {"as_of": run.as_of})
    engine.sql(
        "insert into metrics.quality_history by name "
        "select run.as_of, run.run_id, tonight.metric, tonight.value "
        "from metrics.quality_tonight as tonight cross join meta.run as run"
    )


# queries that one table alone is made from: as views they cost no room and no time of their own
VIEWS: dict[str, tuple[str, ...]] = {
    "metrics.person_facts": ("metrics.person_sales",),
}


def make(engine: DuckDBEngine, table: str) -> None:
    """Make a table by its SQL file, after its views."""
    for view in VIEWS.get(table, ()):
        engine.define(view, sql_file(view).query)
    engine.materialize(table, sql_file(table).query)


def _make_of_run(table: str, run: Run) -> None:
    make(run.engine, table)


def _reads(table: str) -> tuple[str, ...]:
    return tuple(read for name in (table, *VIEWS[table]) for read in sql_file(name).reads)


BUILDS: dict[str | tuple[str, ...], tuple[Callable[[Run], object], tuple[str, ...]]] = {
    **{(table, *views): (partial(_make_of_run, table), _reads(table)) for table, views in VIEWS.items()},
    "metrics.first_scores": (build_first_scores, ("scores.history", "scores.quality")),
    TABLES: (build_calibration, READS),
    "metrics.quality_history": (build_quality_history, ("metrics.quality_tonight",)),
}
"""The tables that an SQL file alone does not make: the function that does, and the tables that it reads."""


def order() -> list[str]:
    """The tables that SQL makes, each after those that it reads; views are made with the table that they are for."""
    files = sql_files("metrics")
    graph = {name: [table for table in file.reads if table in files] for name, file in sorted(files.items())}
    views = {view for names in VIEWS.values() for view in names}
    return [name for name in TopologicalSorter(graph).static_order() if name not in views]


def build(run: Run) -> None:
    """Build every table of the stage. The tables of the earlier stages have to be there."""
    config_tables.load(run)
    build_first_scores(run)
    for table in order():
        make(run.engine, table)
    build_calibration(run)
    build_quality_history(run)
