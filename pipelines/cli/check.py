"""leadgrade check: every fault of the configuration at once."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.config.loader import Settings
from leadgrade.raw.inbox.buckets import is_address
from leadgrade.raw.inbox.storage import list_files
from pipelines.cli.common import checked_settings, config_option, console, home_option, home_problem, resolve

_MORE_FILES = "Put exports where path of sources.yaml looks for them, or change path there"


@click.command()
@home_option
@config_option
def check(home: Path | None, config: Path | None) -> None:
    """Name every fault of the configuration at once; exit code 2 where there is one."""
    home, folder = resolve(home, config)
    settings = checked_settings(folder)
    sources = settings.sources.sources
    console.print(f"{folder}: no faults; {len(sources)} sources", markup=False, soft_wrap=True)
    problem = home_problem(home)
    if problem:
        _note(problem)
        return
    empty = _without_files(settings, home)
    if empty:
        _note(f"no file matches the path of {', '.join(empty)} (below {home})")
    if len(empty) == len(sources):
        _note(
            f"there is nothing to take in. {_MORE_FILES}; a demo set: leadgrade demo --rows 2000 --out {home / 'inbox'}"
        )
    elif empty:
        _note(f"the others can be run: leadgrade run. {_MORE_FILES}")


def _note(text: str) -> None:
    console.print(f"note: {text}", markup=False, soft_wrap=True)


def _without_files(settings: Settings, home: Path) -> list[str]:
    """Sources whose path matches no file now; object storage is not asked."""
    sources = settings.sources.sources
    return [name for name, s in sources.items() if not is_address(s.path) and not list_files(home, s.path)]
