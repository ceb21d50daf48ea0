"""An erasure to be done, and what is needed for it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadgrade.config import Settings
from leadgrade.erasure.certificate import Kind
from leadgrade.erasure.fingerprints import Finder, Fingerprints
from leadgrade.erasure.opened import Opened, opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.subjects import Subjects
from leadgrade.errors import InputError
from leadgrade.publish.branch import memory_limit, newest_base
from leadgrade.publish.home import Home

# folder of a process below the home; its number is in the name
SCRATCH = ".erasure-"


@dataclass(frozen=True, slots=True)
class Order:
    """An erasure to be done.

    Attributes:
        home: The home.
        settings: The checked configuration.
        kind: Why.
        subjects: Who.
        now: When it was begun, UTC.
        beside: Folders outside of the home that are searched, too: where Dagster keeps its history.
        clock: Tells the time, UTC, when something is done.
    """

    home: Home
    settings: Settings
    kind: Kind
    subjects: Subjects
    now: datetime
    beside: Sequence[Path] = ()
    clock: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Means:
    """What a search or an erasure works with.

    Attributes:
        home: The home.
        fingerprints: Whom to look for.
        redactor: Knows them.
        memory: Most that DuckDB holds in memory.
        scratch: Folder for what does not fit, and for members of archives.
    """

    home: Home
    fingerprints: Fingerprints
    redactor: Redactor
    memory: str
    scratch: Path

    def open(self, paths: Mapping[str, Path]) -> AbstractContextManager[Opened]:
        """Databases side by side, by the name under which each is attached."""
        return opened(paths, self.fingerprints, self.home.secret(), spill=self.scratch, memory=self.memory)


@contextmanager
def means_for(home: Home, settings: Settings, fingerprints: Fingerprints) -> Iterator[Means]:
    """The means to look for people below a home; what they leave there is removed at the end."""
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=home.root))
    try:
        with Finder(fingerprints, home.secret()) as finder:
            yield Means(home, fingerprints, Redactor(finder), memory_limit(settings.run.memory_limit), scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def base_of(home: Home) -> Path:
    """The work file from which it is learnt who somebody is.

    Raises:
        InputError: there is none.
    """
    base = newest_base(home)
    if base is None:
        raise InputError(f"{home.runs}: no work file of a published night is left; run leadgrade run first")
    return base[1]
