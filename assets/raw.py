"""raw: what came in, and where did each row end?"""

from collections.abc import Iterator

import dagster as dg

from assets.factory import measured, result, spec, table_asset
from assets.guard import guarded
from leadgrade.raw import intake
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
    "raw.quarantine",
)


@dg.multi_asset(specs=[spec(table) for table in TAKEN_IN], name="raw__take_in")
def take_in(context: dg.AssetExecutionContext, store: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult]:
    """Take in every file that is not known yet."""
    with guarded("raw intake"), measured(store, "raw.files") as step:
        report = intake.take_in(store)
    for source in report.empty_sources:
        context.log.warning("source %s: no file matches its path", source)
    for table in TAKEN_IN:
        yield result(store, table, step if table == "raw.files" else None)


ASSETS = [take_in, table_asset("raw.versions"), table_asset("raw.row_ledger")]
