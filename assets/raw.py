"""raw: what came in, and where did each row end?"""

from __future__ import annotations

import logging

from assets.steps import Step, stage_steps
from leadgrade.raw import intake, versions
from leadgrade.run import Run

# one pass over the files fills all of them
TAKEN_IN = (
    "raw.files",
    "raw.leads",
    "raw.accounts",
    "raw.events",
    "raw.consents",
    "raw.suppressions",
    "raw.activities",
    "raw.opportunities",
    "raw.sales_decisions",
    "raw.intent_signals",
    "raw.campaign_spend",
    "raw.orders",
    "raw.enrichments",
    "raw.columns",
    "raw.quarantine",
    "raw.offers",
    "raw.corrections",
    "raw.erased_rows",
    *versions.TABLES,
)


def take_in(run: Run) -> None:
    """Take in every file that is not known yet, and find the newest version of each record."""
    report = intake.take_in(run)
    for line in told(run, report):
        logging.getLogger("leadgrade.progress").warning(line)
    versions.build_versions(run)


def told(run: Run, report: intake.IntakeReport) -> list[str]:
    """What somebody should know of the files of tonight: names of sources, counts and reasons only."""
    lines = [f"source {source}: no file matches its path" for source in report.empty_sources]
    for source, files in sorted(report.offers.unsettled.items()):
        lines.append(f"source {source}: {_files(files)} still being written, left for the next run")
    for source, files in sorted(report.offers.unreadable.items()):
        lines.append(f"source {source}: {_files(files)} cannot be read: look at the permissions of files and folders")
    refused = run.engine.collect(_REFUSED, {"run_id": run.run_id})
    return lines + [f"source {source}: {_files(files)} refused ({reason})" for source, reason, files in refused.rows()]


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


_REFUSED = """
select files.source, files.reason, count(*) as refused
from raw.files as files
where files.status = 'refused' and files.run_id = $run_id
group by files.source, files.reason
order by files.source, files.reason
"""

STEPS: list[Step] = [
    Step(TAKEN_IN, frozenset(), take_in),
    *(step for step in stage_steps("raw", {}) if step.name not in TAKEN_IN),
]
