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
    "raw.columns",
    "raw.quarantine",
    "raw.offers",
    "raw.corrections",
    *versions.TABLES,
)


def take_in(run: Run) -> None:
    """Take in every file that is not known yet, and find the newest version of each record."""
    report = intake.take_in(run)
    for source in report.empty_sources:
        logging.getLogger("leadgrade.progress").warning("source %s: no file matches its path", source)
    versions.build_versions(run)


STEPS: list[Step] = [
    Step(TAKEN_IN, frozenset(), take_in),
    *(step for step in stage_steps("raw", {}) if step.name not in TAKEN_IN),
]
