"""The compiled table of the installed phonenumbers: kept from process to process, and tried before it is trusted."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path

import phonenumbers
import polars as pl

from leadgrade.contacts.phone_placeholders import reserved_patterns
from leadgrade.contacts.phone_plan.compile import Plan, compile_plan
from leadgrade.contacts.phone_plan.lookup import Lookup
from leadgrade.contacts.phone_plan.probe import differences

log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_FILES = ("intervals.parquet", "outcomes.parquet")
_PROBES = 300
_LOCK = threading.Lock()  # the threads of a process compile once
_KEPT_SECONDS = 90 * 86400


@cache
def fingerprint() -> str:
    """Version of phonenumbers, then a hash of its numbering plans, of its algorithm and of this compiler."""
    library = Path(phonenumbers.__file__).parent
    files = [
        *library.glob("*.py"),
        *library.glob("data/*.py"),
        *library.glob("tzdata/*.py"),
        *library.glob("carrierdata/*.py"),
    ]
    digest = hashlib.sha256()
    for path in sorted([*files, *_HERE.glob("*.py"), _HERE.parent / "data" / "fiction_numbers.csv"]):
        digest.update(path.name.encode() + path.read_bytes())
    return f"{version('phonenumbers')}-{digest.hexdigest()[:16]}"


def folder() -> Path:
    """Where compiled tables are kept: LEADGRADE_CACHE, or the user's cache."""
    given = os.environ.get("LEADGRADE_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leadgrade"


def _digest(folder_: Path) -> str:
    """Hash of the two files of a table."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((folder_ / name).read_bytes())
    return digest.hexdigest()


def _read(kept: Path) -> Plan | None:
    """The table that was kept, or None where there is none that is whole."""
    try:
        if (kept / "sha256").read_text(encoding="ascii") != _digest(kept):
            return None
        intervals = pl.read_parquet(kept / "intervals.parquet")
        outcomes = pl.read_parquet(kept / "outcomes.parquet")
        return Plan(intervals["key"].to_numpy(), intervals["outcome"].to_numpy(), outcomes)
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None


def _tidy(kept: Path) -> None:
    """Remove the tables of releases that nobody has compiled for a quarter."""
    for other in kept.parent.glob("phone-plan-*"):
        if kept.stat().st_mtime - other.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _put(made: Path, kept: Path) -> None:
    """Give the folder its name, unless another process was first."""
    try:
        made.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise


def _write(kept: Path, plan: Plan) -> None:
    """Keep the table; whoever is first stays. A folder that cannot be written costs the next process the compilation."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".phone-plan-"))
        try:
            pl.DataFrame({"key": plan.keys, "outcome": plan.outcome}).write_parquet(made / "intervals.parquet")
            plan.outcomes.write_parquet(made / "outcomes.parquet")
            (made / "sha256").write_text(_digest(made), encoding="ascii")
            _put(made, kept)
            _tidy(kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        log.warning(
            "the compiled numbering plan could not be kept (%s): set LEADGRADE_CACHE to a folder", error.strerror
        )


def load() -> Lookup | None:
    """The table of the installed phonenumbers, compiled where it is not kept yet (some seconds, once a version).

    Returns:
        None where the table differs from the library at one of the places that are tried: then the library answers all.
    """
    with _LOCK:
        return _load()


@cache
def _load() -> Lookup | None:
    kept = folder() / f"phone-plan-{fingerprint()}"
    plan = _read(kept)
    if plan is None:
        shutil.rmtree(kept, ignore_errors=True)  # half a table, or a damaged one
        plan = compile_plan(reserved_patterns())
        _write(kept, plan)
    lookup = Lookup(plan)
    wrong = differences(lookup, _PROBES, seed=int(fingerprint()[-8:], 16))
    if wrong:
        log.error("the compiled numbering plan differs from phonenumbers at %d of %d places: not used", wrong, _PROBES)
        return None
    return lookup
