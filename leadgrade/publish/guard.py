"""Who may work in a home at the same time: any number of runs, or one erasure and nobody else."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadgrade.errors import InputError
from leadgrade.publish.home import Home

_IN_USE = ".in-use"
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
def in_use(folder: Path) -> Iterator[None]:
    """A folder of one process alone; when that is killed the folder is abandoned by itself."""
    with _opened(folder / _IN_USE) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def is_in_use(folder: Path) -> bool:
    """Whether the process whose folder it is still works there."""
    if not (folder / _IN_USE).exists():
        return False
    with _opened(folder / _IN_USE) as descriptor:
        return not _try(descriptor, fcntl.LOCK_EX)


@contextmanager
def _locked(home: Home) -> Iterator[int]:
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(home.root / ".guard") as descriptor:
        yield descriptor


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
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
