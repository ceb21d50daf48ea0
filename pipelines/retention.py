"""Erases people whose time to be kept is over. Off until switched on, and until run.yaml says that it may."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from assets.guard import guarded
from leadgrade.config import load_settings
from leadgrade.erasure import erase as erasing
from leadgrade.erasure import who
from leadgrade.erasure.order import Order
from leadgrade.publish import Home
from leadgrade.publish.guard import alone
from pipelines.environment import config_folder, home_folder


@dg.op(
    description="Erases the people of hygiene.retention_due and writes a certificate; the next night makes anew what is derived."
)
def erase_due(context) -> None:  # type: ignore[no-untyped-def]
    """Do nothing where nobody's time is over."""
    home, settings = Home(home_folder()), load_settings(config_folder())
    now = datetime.now(UTC).replace(tzinfo=None)
    with guarded("retention"), alone(home):
        asked = who.due(home, settings)
        if not asked:
            context.log.info("the time of nobody is over")
            return
        order = Order(home, settings, "retention", who.subjects_of(home, settings, asked), now)
        certificate = erasing.finish(order, erasing.erase(order), None)
    context.log.info("erased %d people: certificate %s", certificate.people, certificate.number)
    if certificate.left or certificate.check["found"]:
        raise dg.Failure(f"something of them is left: certificate {certificate.number}", allow_retries=False)


@dg.job(description="Erases people whose time to be kept is over, where retention.enforce of run.yaml is true.")
def retention() -> None:
    """One step."""
    erase_due()


retention_schedule = dg.ScheduleDefinition(
    name="retention_schedule",
    job=retention,
    cron_schedule="30 5 * * 0",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Sundays at 05:30 UTC.",
)
