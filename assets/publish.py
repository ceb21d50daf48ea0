"""The last asset: what readers get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from assets.broken_rules import TO_ACT_ON
from assets.factory import key, measured
from assets.figures import first_rows, headlines
from assets.graph import asset_of
from assets.guard import guarded
from leadgrade import contract, publish, report
from leadgrade.audit import refuse_unless_passed
from leadgrade.publish import Home
from leadgrade.run import Run

PUBLICATION = "meta.publication"
# the UI shows Markdown of less than 1,000 characters in its place, anything longer behind a link
_MOST_CHARACTERS = 950

_ABOUT = """The published warehouse: written, verified, and made current with one switch. Readers never wait.

Below: tonight's headline figures (as curves under *Plots*), and the checks that do not hold, with the night since when.
`leadgrade report --open` shows the same as a page; `leadgrade rollback` goes back to the publication before."""


def _published_tables() -> list[str]:
    return [t.name for t in contract.tables().values() if t.stage in contract.STAGES and not t.internal]


def _line(row: dict[str, Any]) -> str:
    page = "/".join(key(asset_of(row["asset"])).path)
    check = f"[{row['rule']}](/assets/{page}?view=checks&checkDetail={row['rule']})"
    return f"- {check}, since {row['since']}, {row['rows']:,} rows. {row['sentence']}\n"


def to_act_on(rows: list[dict[str, Any]]) -> str:
    """The checks that do not hold as a list in Markdown, cut to what the UI shows without a click."""
    shown = ""
    for number, row in enumerate(rows):
        line = _line(row)
        if len(shown) + len(line) > _MOST_CHARACTERS:
            return f"{shown}- and {len(rows) - number} more\n"
        shown += line
    return shown or "Every check holds."


def _metadata(run: Run, generation: str, page: Path) -> dict[str, Any]:
    broken = first_rows(run, TO_ACT_ON)
    return {
        "to_act_on": dg.MetadataValue.md(to_act_on(broken)),
        "checks_to_act_on": len(broken),
        "as_of": run.as_of.isoformat(),
        "report": dg.MetadataValue.path(str(page)),
        "generation": generation,
        "dagster/size_bytes": Home(run.home).warehouse.stat().st_size,
        **headlines(run),
    }


@dg.asset(
    key=key(PUBLICATION),
    deps=[key(t) for t in _published_tables()],
    group_name="publish",
    kinds={"duckdb"},
    owners=["team:data-engineering"],
    tags={"audience": "warehouse"},
    description=_ABOUT,
    # one quiet night is noticed before the second
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
)
def publication(store: dg.ResourceParam[Run]) -> dg.MaterializeResult:
    """Publish the run's tables, write the report, and tidy up."""
    home = Home(store.home)
    with guarded(PUBLICATION):
        refuse_unless_passed(store)
        with measured(store, PUBLICATION) as cost:
            folder = publish.publish(store, datetime.now(UTC).replace(tzinfo=None))
        page = report.write(folder / "warehouse.duckdb", home.reports)
        publish.tidy(home, store.settings.run)
        shown = _metadata(store, folder.name, page)
    return dg.MaterializeResult(metadata={**shown, **cost.metadata()})
