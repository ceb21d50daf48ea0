"""leadgrade run: the nightly job, with progress and a summary."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from leadgrade.publish import Home
from pipelines.cli.common import (
    checked_settings,
    config_option,
    console,
    errors,
    fail,
    home_option,
    resolve,
    writable_home,
)


class _Progress(logging.Handler):
    """Prints a line for each table as it is made, and what somebody should know meanwhile."""

    def emit(self, record: logging.LogRecord) -> None:
        told = record.__dict__
        if "rows" in told:
            console.print(f"{record.getMessage():<28}{told['rows']:>14,} rows {told['seconds']:>8.1f} s")
        else:
            console.print(record.getMessage(), style="yellow", markup=False, soft_wrap=True)


def _show_progress() -> None:
    logger = logging.getLogger("leadgrade.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_Progress()]


@click.command()
@home_option
@config_option
@click.option("--as-of", default=None, metavar="T", help="What 'now' means, ISO 8601 (UTC where no zone is given).")
@click.option("--full", is_flag=True, help="Forget kept answers and compute everything from the raw rows again.")
def run(home: Path | None, config: Path | None, as_of: str | None, full: bool) -> None:
    """Run the nightly job: take in, validate, match, grade, check, publish.

    Exit codes: 0 published, 1 refused by a check (what was published stays), 2 bad input or configuration,
    3 failed for another reason (what was published stays).
    """
    home, config = resolve(home, config)
    checked_settings(config)
    writable_home(home)
    from pipelines.resources import parse_as_of  # noqa: PLC0415  Dagster takes seconds to import

    try:
        wanted = parse_as_of(as_of)
    except ValueError:
        fail(
            "--as-of: expected an ISO 8601 date or time from 1970 to 2199, such as 2026-10-01 or 2026-10-01T02:00:00+02:00, "
            f"found {as_of}"
        )
    _warn_of_another_time(Home(home), wanted)
    from leadgrade import report as reports  # noqa: PLC0415
    from leadgrade.report import terminal  # noqa: PLC0415
    from pipelines.nightly import run_nightly  # noqa: PLC0415

    _show_progress()
    outcome = run_nightly(home, config, as_of=as_of, full=full)
    if outcome.code:
        _explain_failure(outcome, Home(home))
    here = Home(home)
    latest = here.reports / "latest.html"
    terminal.render(reports.summary(here.warehouse), console, here.published, latest if latest.exists() else None)


def _warn_of_another_time(home: Home, as_of: datetime | None) -> None:
    """A year mistyped reaches the readers: it is said while there is time to stop."""
    current = home.current()
    if as_of is None:
        return
    if as_of > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=365):
        errors.print(
            f"as of {as_of:%Y-%m-%d %H:%M}: that is more than a year ahead, so that people are older and consents expired "
            "that are valid now",
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    if current is None:
        return
    shown = datetime.fromisoformat(home.manifest(current)["as_of"])
    if as_of < shown:
        errors.print(
            f"as of {as_of:%Y-%m-%d %H:%M}: that is before the night of {shown:%Y-%m-%d %H:%M} which readers have now, and it "
            "will be published in its place (leadgrade rollback gives that one back)",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def _explain_failure(outcome: object, home: Home) -> None:
    from pipelines.nightly import Outcome  # noqa: PLC0415

    assert isinstance(outcome, Outcome)
    for message in outcome.messages:
        errors.print(message, style="red", markup=False, soft_wrap=True)
    if outcome.refusals:
        errors.print("Refused: blocking checks failed, nothing was published.", style="bold red")
    for refusal in outcome.refusals:
        errors.print(f"  Broken rule: {refusal.sentence} ({refusal.rule})", markup=False, soft_wrap=True)
        lines = [f"{refusal.failures:,} row(s) of {refusal.table} break it, e.g. {', '.join(refusal.keys)}"]
        lines += refusal.details
        if refusal.next_step:
            lines.append(f"-> {refusal.next_step}")
        for line in lines:
            errors.print(f"    {line}", markup=False, soft_wrap=True)
    if outcome.refusals:
        errors.print(
            f"  Keys (at most 1000 a rule): meta.rule_failures in {home.work_file(outcome.run_id)}",
            markup=False,
            soft_wrap=True,
        )
    if home.current():
        errors.print(f"Readers still get generation {home.current()}.", markup=False, soft_wrap=True)
    raise SystemExit(int(outcome.code))
