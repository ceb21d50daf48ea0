"""Starts the nightly job when new files lie still in the inbox. Off until somebody switches it on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import dagster as dg

from leadgrade.config import load_settings
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.inbox.storage import list_files
from pipelines.environment import config_folder, home_folder
from pipelines.jobs import nightly

POLL_SECONDS = 60
# corrected rows of the quarantine wait there
RETRIES = "retry/*/*.csv"


def inbox_signature(patterns: Iterable[str], home: Path) -> str | None:
    """Hash of places, sizes and times of the files that the sources' patterns match; None where there are none.

    A hash, because file names may hold personal data and cursors and run keys are open to everybody.

    Raises:
        InputError: An object storage cannot be listed.
    """
    places = [place for pattern in patterns for place in list_files(home, pattern)]
    lines = {f"{place.location}\t{place.bytes}\t{place.modified_at}" for place in places}
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest() if lines else None


@dg.sensor(
    job=nightly,
    minimum_interval_seconds=POLL_SECONDS,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Starts the nightly job once files in the inbox changed and then lay still for one look.",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Remember the last look and the last start; start when two looks agree on something new."""
    try:
        sources = load_settings(config_folder()).sources.sources.values()
    except ConfigError as error:
        return dg.SkipReason(f"{len(error.faults)} fault(s) in the configuration: leadgrade check names them")
    try:
        seen = inbox_signature([*(s.path for s in sources), RETRIES], home_folder())
    except InputError as error:
        return dg.SkipReason(str(error))
    last = json.loads(context.cursor) if context.cursor else {}
    cursor = {"seen": seen, "started": last.get("started")}
    if seen is None:
        return dg.SensorResult(skip_reason="the inbox is empty", cursor=json.dumps(cursor))
    if seen == last.get("started"):
        return dg.SensorResult(skip_reason="nothing new in the inbox", cursor=json.dumps(cursor))
    if seen != last.get("seen"):
        return dg.SensorResult(skip_reason="files are still arriving", cursor=json.dumps(cursor))
    cursor["started"] = seen
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=json.dumps(cursor))
