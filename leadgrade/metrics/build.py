"""Builds the tables of the stage that one query cannot make, and, for library use, all of them in order."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import TopologicalSorter

from leadgrade.engine import make_from_file, sql_steps
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


BUILDS: dict[str | tuple[str, ...], tuple[Callable[[Run], object], tuple[str, ...]]] = {
    "metrics.first_scores": (build_first_scores, ("scores.history", "scores.quality")),
    TABLES: (build_calibration, READS),
    "metrics.quality_history": (build_quality_history, ("metrics.quality_tonight",)),
}
"""The tables that an SQL file alone does not make: the function that does, and the tables that it reads."""


def order() -> list[str]:
    """The tables that SQL makes, each after those that it reads."""
    graph = {tables[0]: reads for tables, reads in sorted(sql_steps("metrics").items())}
    return [table for table in TopologicalSorter(graph).static_order() if table in graph]


def build(run: Run) -> None:
    """Build every table of the stage. The tables of the earlier stages have to be there."""
    config_tables.load(run)
    build_first_scores(run)
    for table in order():
        make_from_file(run.engine, table)
    build_calibration(run)
    build_quality_history(run)
