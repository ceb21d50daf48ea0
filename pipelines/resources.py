"""The one resource: the open work file of a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.guard import guarded
from leadgrade.config import load_settings
from leadgrade.publish import Home, open_branch
from leadgrade.run import Run
from leadgrade.stages import load_config_tables
from pipelines.environment import config_folder, home_folder

# limits count hundreds of years from here
_YEARS = range(1970, 2200)
_SCHEMA = {
    "home": dg.Field(str, is_required=False, description="LEADGRADE_HOME; default: from the environment."),
    "config": dg.Field(
        str, is_required=False, description="Folder of the configuration; default: from the environment."
    ),
    "as_of": dg.Field(
        str, is_required=False, description="What 'now' means, ISO 8601, UTC where no zone is given; default: now."
    ),
    "full": dg.Field(bool, default_value=False, description="Forget kept answers and compute everything again."),
}


def parse_as_of(text: str | None) -> datetime | None:
    """An ISO 8601 date or time as UTC without zone; None for nothing.

    Raises:
        ValueError: not ISO 8601, or of a year in which nobody kept leads.
    """
    if not text:
        return None
    parsed = datetime.fromisoformat(text)
    if parsed.year not in _YEARS:
        raise ValueError(f"expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


@dg.resource(config_schema=_SCHEMA, description="The work file of this run, opened once and closed whatever happens.")
def work_store(context: dg.InitResourceContext) -> Iterator[Run]:
    """Open ``runs/<root run id>/work.duckdb``; a run taken up again after a failure goes on with its own file."""
    config = context.resource_config
    home = Home(Path(config.get("home") or home_folder()))
    dagster_run = context.run
    run_id = (dagster_run.root_run_id or dagster_run.run_id) if dagster_run else "adhoc"
    # only the opening is guarded here: a step's own failure passes through a resource unchanged
    with guarded("configuration"):
        settings = load_settings(Path(config.get("config") or config_folder()))
        as_of = parse_as_of(config.get("as_of"))
    now = datetime.now(UTC).replace(tzinfo=None)
    with open_branch(home, settings, run_id, now=now, as_of=as_of, full=config["full"]) as run:
        load_config_tables(run)
        yield run
