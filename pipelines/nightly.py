"""Runs the nightly job in this process and says how it ended."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy.exc import DatabaseError

from leadgrade.audit import Refusal, refusals
from leadgrade.errors import InputError
from leadgrade.publish import Home
from pipelines.environment import dagster_home
from pipelines.history import kept_engines


class Exit(IntEnum):
    """Exit codes of ``leadgrade run``."""

    PUBLISHED = 0
    REFUSED = 1
    BAD_INPUT = 2
    FAILED = 3


_CODES = {
    "AuditFailed": Exit.REFUSED,
    "PublishConflict": Exit.REFUSED,
    "InputError": Exit.BAD_INPUT,
    "ConfigError": Exit.BAD_INPUT,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: exit code, run id, the sentences of what failed, the blocking rules that failed."""

    code: Exit
    run_id: str
    messages: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = field(default=())


def run_nightly(home: Path, config: Path, *, as_of: str | None = None, full: bool = False) -> Outcome:
    """Execute the job ``nightly`` in this process, with its history in the Dagster instance that the UI shows."""
    os.environ["LEADGRADE_HOME"], os.environ["LEADGRADE_CONFIG"] = str(home), str(config)
    Home(home).prepare()
    dagster_home(home)
    from pipelines.definitions import defs  # noqa: PLC0415  reads the environment set above

    settings: dict[str, Any] = {"home": str(home), "config": str(config), "full": full}
    if as_of:
        settings["as_of"] = as_of
    with _instance(home) as instance, kept_engines():
        result = defs.resolve_job_def("nightly").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {"store": {"config": settings}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
    return _outcome(Home(home), result)


def _instance(home: Path) -> dg.DagsterInstance:
    try:
        return dg.DagsterInstance.get()
    except DatabaseError as error:
        raise InputError(
            f"{dagster_home(home)}: Dagster's history cannot be opened ({type(error).__name__}): it is damaged, or cannot be "
            "written. Move the folder away: it holds records of runs alone, and the next run makes a new one"
        ) from None


def _outcome(home: Home, result: dg.ExecuteInProcessResult) -> Outcome:
    run_id = result.run_id
    if result.success:
        return Outcome(Exit.PUBLISHED, run_id)
    failed = [e for e in result.all_events if e.is_failure]
    # where no step failed the run did before its first, when the work file was opened
    failures = [_failure(e) for e in [e for e in failed if e.is_step_failure] or failed]
    found = tuple(refusals(home.work_file(run_id), run_id)) if home.work_file(run_id).is_file() else ()
    if found:
        return Outcome(Exit.REFUSED, run_id, (), found)
    codes = [_CODES[name] for name, _ in failures if name in _CODES]
    messages = tuple(dict.fromkeys(text for _, text in failures if text))
    return Outcome(codes[0] if codes else Exit.FAILED, run_id, messages)


def _failure(event: dg.DagsterEvent) -> tuple[str, str]:
    """Class and sentence of a failure; empty where the event only repeats that the run failed."""
    data: Any = event.event_specific_data
    user = getattr(data, "user_failure_data", None)
    if user is not None:
        error = user.metadata.get("error") if user.metadata else None
        return (str(error.value) if error else "", str(user.description or ""))
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return "", ""
    name = error.cls_name or ""
    if name == "DagsterExecutionInterruptedError":
        return (
            name,
            "stopped before its end: nothing was published. leadgrade run begins again from the published night",
        )
    # Dagster writes the class with its module before the sentence
    return name, error.message.strip().removeprefix(f"leadgrade.errors.{name}: ")
