"""The private work file of a run: a copy of the last published one, under the run's own name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path

import duckdb
import polars as pl

import leadgrade
from leadgrade import packages
from leadgrade.config import Settings
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.errors import InputError
from leadgrade.people import decisions
from leadgrade.publish import lost_work
from leadgrade.publish.guard import in_use, is_in_use, working
from leadgrade.publish.home import Home
from leadgrade.run import Run

# tables that grow from night to night, so they must be there before anything reads them
_CARRIED_OVER = ("meta.rules", "meta.rule_results", "meta.rule_failures", "meta.steps")

# runs on a copy that is never published
COPIES = "replay-"


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a run works and what it started from.

    Attributes:
        path: Its work file.
        base: Generation that readers have now; None: a run that is taken up again, or the first one.
        copied: Generation whose work file was copied; None: it begins empty.
    """

    path: Path
    base: str | None
    copied: str | None = None


def newest_base(home: Home) -> tuple[str, Path] | None:
    """The newest generation at or before the current one whose work file is still there."""
    current = home.current()
    for generation in reversed([g for g in home.generations() if current is None or g <= current]):
        work = home.work_file(str(home.manifest(generation)["run_id"]))
        if work.is_file():
            return generation, work
    return None


def _copy(source: Path, target: Path) -> None:
    """Copy under another name first, so that a kill leaves no half work file behind."""
    partial = target.with_suffix(".part")
    shutil.copyfile(source, partial)
    partial.chmod(0o600)
    partial.replace(target)


def _prepare_branch(home: Home, run_id: str, full: bool) -> Branch:
    path = home.work_file(run_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file():  # a run that is taken up again goes on where it stopped
        return Branch(path, None)
    base = newest_base(home)
    if base:
        _copy(base[1], path)
    elif home.current() and not full:
        raise InputError(
            f"the work files of all published generations are gone from {home.runs}: earlier files cannot be carried over. "
            "Restore one, or start from the files in the inbox alone with: leadgrade run --full"
        )
    return Branch(path, home.current(), base[0] if base else None)


def _opened(home: Home, branch: Branch, memory: str, spill: Path) -> DuckDBEngine:
    """The work file of a run; a copy that cannot be opened goes, for the next run would take it up again."""
    try:
        return DuckDBEngine(branch.path, memory_limit=memory, spill=spill)
    except duckdb.IOException as error:
        source = branch.path
        if branch.copied:
            source = home.work_file(str(home.manifest(branch.copied)["run_id"]))
            shutil.rmtree(branch.path.parent, ignore_errors=True)
        raise InputError(
            f"{source} cannot be opened ({str(error).splitlines()[0]}): restore it from a backup, or take it away; leadgrade run "
            "then says what it goes on from"
        ) from None


def memory_limit(setting: str) -> str:
    """Half of the machine for 'auto': DuckDB runs up to 15 % over its limit and polars needs room beside it."""
    if setting != "auto":
        return setting
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{max(memory // 2, 512 * 2**20) // 2**20}MB"


def _write_meta(engine: DuckDBEngine, run: Run, branch: Branch) -> None:
    """One row on the run. A run that is taken up again keeps its base."""
    base, ledger = branch.base, _ledger_before(run, branch)
    if base is None and engine.exists("meta.run"):
        known = engine.read("meta.run").row(0, named=True)
        base, ledger = known["base_generation"], known.get("ledger_generation")
    row = {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "code_version": leadgrade.__version__,
        "config_hash": run.settings.sha256,
        "secret": run.secret,
        "base_generation": base,
        "ledger_generation": ledger,
    }
    engine.write("meta.run", pl.DataFrame([row], schema=polars_schema("meta.run")))
    engine.write("meta.packages", packages.versions())
    for table in _CARRIED_OVER:
        engine.ensure(table)


def _ledger_before(run: Run, branch: Branch) -> str | None:
    """The generation whose ledger of consent goes on in a run."""
    if branch.base is None or branch.copied == branch.base:
        return branch.base
    return lost_work.ledger_before(Home(run.home), run.engine, run.secret, branch.base, branch.copied)


def _as_of(engine: DuckDBEngine, run_id: str, wanted: datetime | None, now: datetime) -> datetime:
    """The time asked for; else that of the run when it is taken up again; else now."""
    if wanted:
        return wanted
    if engine.exists("meta.run"):
        known = engine.collect("select run_id, as_of from meta.run")
        if known["run_id"][0] == run_id:
            found: datetime = known["as_of"][0]
            return found
    return now


@contextmanager
def open_branch(
    home: Home, settings: Settings, run_id: str, *, now: datetime, as_of: datetime | None = None, full: bool = False
) -> Iterator[Run]:
    """Open the work file of a run, closed again whatever happens. An erasure that is going on is waited for.

    Args:
        home: The installation.
        settings: The checked configuration.
        run_id: Name of the run; the same name again goes on with the same work file.
        now: The present time, UTC without zone; the as-of time of a new run that asks for none.
        as_of: The as-of time asked for.
        full: Forget kept answers; start empty where no earlier work file is left.

    Raises:
        InputError: where something was published before, but none of its work files is left, the last one is damaged, or
            the key of the home is gone.
    """
    with working(home):
        home.prepare()
        home.check_secret()
        branch = _prepare_branch(home, run_id, full)
        spill = branch.path.parent / "spill"
        engine = _opened(home, branch, memory_limit(settings.run.memory_limit), spill)
        try:
            branch.path.chmod(0o600)
            run = Run(engine, settings, home.root, run_id, _as_of(engine, run_id, as_of, now), home.secret(), full)
            _write_meta(engine, run, branch)
            yield run
        finally:
            engine.close()
            shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def open_copy(home: Home, settings: Settings, run_id: str, as_of: datetime) -> Iterator[Run]:
    """Open a copy of the last published work file that is never published, and removed afterwards whatever happens.

    Args:
        home: The installation; nothing in it is changed.
        settings: The checked configuration.
        run_id: Name of the run, which begins with ``COPIES``; its folder below ``runs/`` is the home of the run, with the
            decisions of people up to ``as_of``.
        as_of: What "now" means, UTC without zone.

    Raises:
        InputError: where nothing is published, or no work file is left.
    """
    with working(home):
        base = newest_base(home)
        if base is None:
            raise InputError(f"no work file of a publication in {home.runs}; publish a run first (leadgrade run)")
        folder = home.work_file(run_id).parent
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            with in_use(folder):
                _copy(base[1], home.work_file(run_id))
                _copy_decisions(home.root, folder, as_of)
                limit, spill = memory_limit(settings.run.memory_limit), folder / "spill"
                with DuckDBEngine(home.work_file(run_id), memory_limit=limit, spill=spill) as engine:
                    run = Run(engine, settings, folder, run_id, as_of, home.secret())
                    _write_meta(engine, run, Branch(home.work_file(run_id), None))
                    yield run
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def abandoned_copies(home: Home) -> list[Path]:
    """Folders of :func:`open_copy` that a kill left behind; nobody takes these up again."""
    return [folder for folder in sorted(home.runs.glob(f"{COPIES}*")) if not is_in_use(folder)]


def _copy_decisions(source: Path, target: Path, as_of: datetime) -> None:
    """What people had decided by then: the file only grows, so that it is its beginning."""
    lines = (source / decisions.FILE).read_bytes().splitlines(keepends=True) if decisions.read(source) else []
    known = takewhile(lambda pair: pair[0].decided_at <= as_of, zip(decisions.read(source), lines, strict=False))
    if lines:
        (target / decisions.FILE).write_bytes(b"".join(line for _, line in known))
