"""Keeps the last generations and work files, and goes back to one of them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from leadgrade.config.run import RunConfig
from leadgrade.errors import InputError
from leadgrade.publish.branch import abandoned_copies
from leadgrade.publish.home import Home
from leadgrade.publish.publication import replace_link

_ABANDONED_SECONDS = 2 * 86_400


def tidy(home: Home, config: RunConfig) -> list[str]:
    """Remove what is past its time: old generations, old work files, and what killed runs left.

    Returns:
        Names of what was removed.
    """
    generations = home.generations()
    kept = set(generations[-config.keep_generations :]) | {home.current()}
    removed = [_remove(home.published / g) for g in generations if g not in kept]
    removed += map(_remove, abandoned_copies(home))
    removed += [_remove(p) for p in home.published.glob("*.part") if _is_abandoned(p)]
    wanted = {str(home.manifest(g)["run_id"]) for g in [g for g in generations if g in kept][-config.keep_work_files :]}
    current = home.current()
    if current:
        wanted.add(str(home.manifest(current)["run_id"]))
    published = {str(home.manifest(g)["run_id"]) for g in home.generations()}
    for folder in home.runs.iterdir():
        if folder.name not in wanted and (folder.name in published or _is_abandoned(folder)):
            removed.append(_remove(folder))
    return removed


def _remove(folder: Path) -> str:
    shutil.rmtree(folder)
    return folder.name


def _is_abandoned(folder: Path) -> bool:
    """A failed run is kept for two days: it may be taken up again."""
    newest = max((p.stat().st_mtime for p in (folder, *folder.iterdir())), default=0.0)
    return time.time() - newest > _ABANDONED_SECONDS


def rollback(home: Home, generation: str | None = None) -> str:
    """Let readers see an earlier generation again, and return its name.

    Args:
        home: The installation.
        generation: Its name, the id of its run, or how one of the two begins; None: the one before the current.

    Raises:
        InputError: there is no such generation, or several begin so.
    """
    known = home.generations()
    current = home.current()
    if generation is None:
        found = [g for g in known if current is None or g < current][-1:]
    else:
        found = [g for g in known if g == generation] or [g for g in known if _begins(g, generation)]
    if not found:
        raise InputError(
            f"no generation {generation or 'before the current one'} in {home.published}; "
            f"there are: {', '.join(known) or 'none, for nothing is published yet (leadgrade run)'}"
        )
    if len(found) > 1:
        raise InputError(f"{len(found)} generations begin with {generation}: {', '.join(found)}; give more of it")
    replace_link(home.published / "current", found[0])
    return found[0]


def _begins(generation: str, words: str) -> bool:
    """True where a generation, or the run in its name, begins so."""
    return bool(words) and (generation.startswith(words) or generation.partition("-")[2].startswith(words))
