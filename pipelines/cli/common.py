"""Options and endings that the commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from leadgrade.config import load_settings
from leadgrade.config.loader import Settings
from leadgrade.config.sources import mode_faults, source_faults
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw.headers import mapping_faults
from pipelines.environment import config_folder, home_folder, shipped_config

BAD_INPUT = 2


class _Output(Console):
    """Goes on in silence where nobody reads any more: ``leadgrade run | head`` is to publish all the same."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


# a file or a pipe gets every cell whole, on one line
console = _Output(highlight=False, width=None if sys.stdout.isatty() else 10_000)
errors = _Output(stderr=True, highlight=False)


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--home DIR``."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Where everything lies (default: LEADGRADE_HOME, else data in the checkout).",
    )(command)


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--config DIR``."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Folder of the YAML files (default: LEADGRADE_CONFIG, else config in the checkout).",
    )(command)


def resolve(home: Path | None, config: Path | None) -> tuple[Path, Path]:
    """The folders that a command works with, absolute."""
    return (home or home_folder()).expanduser().resolve(), (config or config_folder()).expanduser().resolve()


def fail(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Say what is wrong on stderr and end."""
    errors.print(message, style="red", markup=False, soft_wrap=True)
    raise SystemExit(code)


def checked_settings(folder: Path) -> Settings:
    """The configuration, or the end with every fault named and exit code 2."""
    if not folder.is_dir():
        fail(
            f"{folder}: no such folder. Name the folder of the configuration with --config DIR or LEADGRADE_CONFIG; "
            f"the one that comes with the project is {shipped_config()}"
        )
    try:
        return load_settings(folder, (mode_faults, source_faults, mapping_faults))
    except ConfigError as error:
        fail(f"{folder}: {error}\nMend what is listed in these files, then look again: leadgrade check")


def writable_home(root: Path) -> None:
    """Ends where this account may not write into the home: everything that changes something does."""
    problem = home_problem(root)
    if problem:
        fail(problem)


def home_problem(root: Path) -> str:
    """Why this account cannot work in a home, or make it where it is not there yet; empty where it can."""
    place = root
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    if not place.is_dir():
        return f"{place}: no folder. Name another home with --home DIR or LEADGRADE_HOME"
    if os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return ""
    return (
        f"{place}: this account cannot read and write there. Run leadgrade as the owner of the folder, or name another home "
        "with --home DIR or LEADGRADE_HOME"
    )


def published_warehouse(warehouse: Path) -> Path:
    """The published warehouse, or the end with the next step named."""
    if not warehouse.exists():
        fail(str(InputError(f"nothing is published yet: {warehouse} is missing. Run: leadgrade run")))
    return warehouse


@contextmanager
def faults_told() -> Iterator[None]:
    """Ends with the sentence of what is wrong, exit code 2."""
    try:
        yield
    except InputError as error:
        fail(str(error))
