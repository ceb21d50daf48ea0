"""Keeps personal data out of Dagster: its event log, its compute logs, its error pages."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb

from leadgrade.errors import LeadgradeError

_OWN = ("leadgrade", "assets", "pipelines")
# these speak of the statement and never of a row
_HARMLESS = (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException)


def _place(error: BaseException) -> str:
    """Where it happened in our own code, as file:line function."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if set(_OWN) & set(Path(f.filename).parts)]
    if not frames:
        return "outside leadgrade"
    last = frames[-1]
    return f"{'/'.join(Path(last.filename).parts[-3:])}:{last.lineno} in {last.name}"


@contextmanager
def guarded(step: str) -> Iterator[None]:
    """Turn whatever a step raises into a failure without values.

    Our own errors carry ids and counts only, so their words are kept. A library's message may quote a cell, so only
    its class and the place in our code are shown.
    """
    try:
        yield
    except dg.Failure:
        raise
    except (LeadgradeError, *_HARMLESS) as error:
        failure = dg.Failure(
            description=f"{step}: {error}", metadata={"error": type(error).__name__}, allow_retries=False
        )
    except Exception as error:  # noqa: BLE001  everything else may quote personal data
        failure = dg.Failure(
            description=f"{step}: {type(error).__name__} at {_place(error)}; its message is withheld, "
            "for it may hold personal data",
            metadata={"error": type(error).__name__},
            allow_retries=False,
        )
    else:
        return
    # from None: the caller still handles the error, so its message would hang on the failure as its context
    raise failure from None
