"""Who may work in a home at the same time: any number of runs, or one erasure and nobody else."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from leadgrade.errors import InputError
from leadgrade.publish.home import Home

_progress = logging.getLogger("leadgrade.progress")


@contextmanager
def working(home: Home) -> Iterator[None]:
    """A run works here; it waits until an erasure is done. A killed one lets go by itself."""
    with _locked(home) as descriptor:
        if not _try(descriptor, fcntl.LOCK_SH):
            _progress.warning("an erasure is going on: the run waits for its end")
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Nobody else works here.

    Raises:
        InputError: a run or another erasure is going on.
    """
    with _locked(home) as descriptor:
        if not _try(descriptor, fcntl.LOCK_EX):
            raise InputError("a run or another erasure is going on in this home; try again when it has ended")
        yield


@contextmanager
def _locked(home: Home) -> Iterator[int]:
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home.root / ".guard", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
