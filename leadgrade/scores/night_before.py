"""What the night before said, set aside before tonight's points are made, so that scores.changes can tell the two apart."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

STAMP = "scores.night_before"
TABLES = ("scores.points_before", "scores.people_before", STAMP)
_PEOPLE = """
select history.person_id, history.model_id, history.score, history.is_quality
from scores.history as history
where history.as_of = (select night_before.before_as_of from scores.night_before as night_before)"""


def set_aside(run: Run) -> None:
    """Make scores.points_before, scores.people_before and scores.night_before from what the work file has of last night.

    A night that is run again, or taken up again after a failure, keeps the night before that it had: what
    stands in scores.points by then is its own.
    """
    engine = run.engine
    for table in ("scores.points", "scores.history", *TABLES):
        engine.ensure(table)
    stamp = engine.read(STAMP).to_dicts()
    if stamp and stamp[0]["as_of"] == run.as_of:
        return
    before = stamp[0]["as_of"] if stamp else _newest_night(engine)
    row = pl.DataFrame([{"as_of": run.as_of, "before_as_of": before}], schema=polars_schema(STAMP))
    with engine.transaction():
        # renamed and not copied: it is the largest table of the stage
        engine.sql("drop table scores.points_before")
        engine.sql("alter table scores.points rename to points_before")
        engine.ensure("scores.points")
        engine.sql("delete from scores.night_before")
        engine.write(STAMP, row, append=True)
        engine.sql("delete from scores.people_before")
        engine.sql(f"insert into scores.people_before by name {_PEOPLE}")
    engine.checkpoint()


def _newest_night(engine: DuckDBEngine) -> datetime | None:
    """The night of points that bear no stamp: an older release made them; None on the first night."""
    newest: datetime | None = engine.collect("select max(as_of) as as_of from scores.history")["as_of"][0]
    return newest
