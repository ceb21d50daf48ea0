"""Groups of commands: what is said of a mistyped command, and of a fault that no command foresaw. Imports nothing heavy."""

from __future__ import annotations

import difflib
import errno
import traceback
from pathlib import Path
from typing import Any, NoReturn

import click

BAD_INPUT, FAILED = 2, 3
_OWN = {"leadgrade", "assets", "pipelines"}
_NEXT_STEPS = {
    errno.EACCES: "look at its owner and its rights",
    errno.EPERM: "look at its owner and its rights",
    errno.EROFS: "it lies on a disk that cannot be written: give another place",
    errno.ENOSPC: "make room on the disk, then ask for the same again",
    errno.EEXIST: "a file stands where a folder is expected: take it away",
    errno.ENOENT: "make its folder first, or give another place",
    errno.ENOTDIR: "a file stands where a folder is expected: give another place",
    errno.EISDIR: "it is a folder: give a file",
}


class Group(click.Group):
    """A group that says which command was meant, lists whole sentences, and tells faults without a traceback."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; of one that there is not, the one that was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(str(args[0]), self.list_commands(ctx), 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {ctx.command_path} {near[0]}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with the first sentence of its help, however long."""
        rows = [(name, self.sentence(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def sentence(self, ctx: click.Context, name: str) -> str:
        """What a command does."""
        command = self.get_command(ctx, name)
        return " ".join(((command.help if command else None) or "").split("\n\n")[0].split())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever it raises ends in a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001  a library's message may quote a cell
            _end(error)


def _end(error: Exception) -> NoReturn:
    if any(kind.__name__ == "LeadgradeError" for kind in type(error).__mro__):  # says what to do itself
        click.secho(str(error), fg="red", err=True)
        raise SystemExit(BAD_INPUT)
    if isinstance(error, OSError) and error.filename and error.errno in _NEXT_STEPS:
        click.secho(f"{error.filename}: {error.strerror}; {_NEXT_STEPS[error.errno]}", fg="red", err=True)
        raise SystemExit(BAD_INPUT)
    if type(error).__name__ == "IOException" and type(error).__module__.endswith("duckdb"):
        # speaks of files and processes, never of a row
        click.secho(
            f"{str(error).splitlines()[0]}\nA database cannot be opened: it is in use, or damaged (docs/operations.md)",
            fg="red", err=True,
        )  # fmt: skip
        raise SystemExit(FAILED)
    click.secho(
        f"{type(error).__name__} at {_place(error)}; its message is withheld, for it may hold personal data. This is a fault "
        "of leadgrade or of the machine: ask for the same again, and report the place if it stays",
        fg="red", err=True,
    )  # fmt: skip
    raise SystemExit(FAILED)


def _place(error: Exception) -> str:
    """Where it happened in our own code."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _OWN & set(Path(f.filename).parts)]
    return f"{'/'.join(Path(frames[-1].filename).parts[-3:])}:{frames[-1].lineno}" if frames else "an unknown place"
