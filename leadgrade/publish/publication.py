"""Publishes a run: new generation, verify, make durable, and flip one link."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from leadgrade.errors import PublishConflict
from leadgrade.publish.generation import write_generation
from leadgrade.publish.home import Home
from leadgrade.publish.verify import verify
from leadgrade.run import Run

DATABASES = ("warehouse.duckdb", "private.duckdb")


def publish(run: Run, now: datetime) -> Path:
    """Publish the run's tables and return the folder of the new generation.

    Whatever fails before the flip leaves yesterday's generation as it was, byte for byte.

    Args:
        run: A run whose checks have passed.
        now: The time of publication, UTC without zone.

    Raises:
        AuditFailed: the new files do not hold what was written, or show personal data in the warehouse.
        PublishConflict: somebody published after this run began.
    """
    home = Home(run.home)
    name = f"{now:%Y%m%dT%H%M%S}Z-{run.run_id}"
    base = run.engine.read("meta.run")["base_generation"][0]
    with _lock(home):
        _no_newer(home, base)
    folder = home.published / f"{name}.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        counts = write_generation(run, folder, now)
        verify(folder, counts)
        _write_manifest(run, folder, counts, now)
        _make_durable(folder)
        # noted before the flip: a later step of the same run then starts from its own publication
        run.engine.sql("update meta.run set base_generation = $name, ledger_generation = $name", {"name": name})
        run.engine.sql("checkpoint")
        with _lock(home):
            _no_newer(home, base)
            folder = folder.rename(home.published / name)
            _flip(home, name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _no_newer(home: Home, base: str | None) -> None:
    current = home.current()
    if current != base:
        raise PublishConflict(
            f"generation {current} was published after this run began from {base or 'nothing'}; "
            "it stays. Start a new run, which begins from it"
        )


def _write_manifest(run: Run, folder: Path, counts: dict[str, dict[str, int]], now: datetime) -> None:
    manifest = {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "published_at": now.isoformat(),
        "config_hash": run.settings.sha256,
        "consent_seal": _consent_seal(run),
        "consent_ledger_from": run.engine.read("meta.run")["ledger_generation"][0],
        "row_counts": counts,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")


def _consent_seal(run: Run) -> str | None:
    """The ledger's last seal: kept outside of the database, it shows when the ledger is put back to an earlier night."""
    query = "select arg_max(seals.seal, seals.seal_number) as seal from hygiene.consent_seals as seals"
    seal: str | None = run.engine.collect(query)["seal"][0]
    return seal


def _make_durable(folder: Path) -> None:
    """Flush to disk and take away the right to write. The private file keeps 0600: its owner alone reads it."""
    for path in folder.iterdir():
        _fsync(path)
        if path.name != "private.duckdb":
            path.chmod(0o444)
    _fsync(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flip(home: Home, name: str) -> None:
    """Point ``current`` at the generation with one rename, then make sure the fixed links are there."""
    replace_link(home.published / "current", name)
    for database in DATABASES:
        link = home.published / database
        if not link.is_symlink():
            replace_link(link, f"current/{database}")
    _fsync(home.published)


def replace_link(link: Path, target: str) -> None:
    """Make ``link`` point at ``target`` atomically."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


@contextmanager
def _lock(home: Home) -> Iterator[None]:
    """One publisher at a time on this machine; a killed one lets go by itself."""
    with (home.published / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
