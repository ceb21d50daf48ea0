"""leadgrade people merge, split, decisions, undo: who is one person and who is not, decided by people."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from leadgrade.people import decide, decisions
from leadgrade.people.decisions import Decision
from leadgrade.publish import Home
from pipelines.cli.common import console, faults_told, home_option, resolve

NEXT_RUN = "It takes effect in the next run: leadgrade run"


def who_and_why(*, needs_reason: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--by NAME`` and ``--reason TEXT``."""
    # a default, even none, would do for a value that is required
    needed: dict[str, Any] = {"required": True} if needs_reason else {"default": None}
    reason = click.option(
        "--reason", metavar="TEXT", **needed,
        help="Why, in words, without addresses and numbers; kept with the decision.",
    )  # fmt: skip
    by = click.option("--by", default=None, metavar="NAME", help="Who decides (default: the user of this machine).")
    return lambda command: by(reason(command))


def name_of(by: str | None) -> str:
    """Who decides."""
    return by or getpass.getuser()


def now() -> datetime:
    """The present time in whole seconds, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def told(made: Decision) -> None:
    """Say what was written down."""
    parts = " | ".join(f"{len(part)} lead(s), {part[0]}" for part in made.parts)
    console.print(f"Decision {made.number}: {made.kind} {parts}", markup=False, soft_wrap=True)


@click.command("merge")
@click.argument("ids", nargs=-1, required=True, metavar="LEAD_ID|PERSON_ID...")
@who_and_why()
@home_option
def merge_command(ids: tuple[str, ...], by: str | None, reason: str, home: Path | None) -> None:
    """Decide that leads are one person, whatever the evidence; of a person all its leads of the last run."""
    here = Home(resolve(home, None)[0])
    with faults_told():
        named = decide.look_up(here.warehouse, ids)
        told(decide.merge(here.root, named, by=name_of(by), reason=reason, now=now()))
    console.print(NEXT_RUN)


@click.command("split")
@click.argument("ids", nargs=-1, required=True, metavar="LEAD_ID|PERSON_ID...")
@who_and_why()
@home_option
def split_command(ids: tuple[str, ...], by: str | None, reason: str, home: Path | None) -> None:
    """Decide who is not one person: PERSON LEAD... parts these leads from the others of the person, A B parts the two."""
    here = Home(resolve(home, None)[0])
    with faults_told():
        named = decide.look_up(here.warehouse, ids)
        told(decide.split(here.root, named, by=name_of(by), reason=reason, now=now()))
    console.print(NEXT_RUN)


@click.command("undo")
@click.argument("number", type=int, metavar="DECISION")
@who_and_why()
@home_option
def undo_command(number: int, by: str | None, reason: str, home: Path | None) -> None:
    """Take a decision back; the evidence decides again."""
    with faults_told():
        decide.undo(resolve(home, None)[0], number, by=name_of(by), reason=reason, now=now())
    console.print(f"Decision {number} is taken back. {NEXT_RUN}")


@click.command("decisions")
@click.option("--all", "show_all", is_flag=True, help="Those that were taken back, too.")
@home_option
def decisions_command(show_all: bool, home: Path | None) -> None:
    """List the decisions in force: what, when, who, why."""
    with faults_told():
        known = decisions.read(resolve(home, None)[0])
    shown = known if show_all else decisions.in_force(known)
    if not shown:
        console.print("nobody has decided anything" if not known else "no decision is in force; --all shows the others")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", justify="right")
    for title in ("what", "leads", "when", "by", "why"):
        table.add_column(title, overflow="fold")
    for made in shown:
        row = (made.kind, _leads(made), f"{made.decided_at:%Y-%m-%d %H:%M}", made.decided_by, made.reason)
        # a reason that looks like [a] is no markup
        table.add_row(str(made.number), *(text.replace("[", r"\[") for text in row))
    console.print(table)


def _leads(made: Decision) -> str:
    """Leads of the parts: each where they are few; of an undo what it takes back."""
    if made.undoes:
        return f"decision {made.undoes}"
    parts = (" ".join(part) if len(part) < 3 else f"{part[0]} and {len(part) - 1} more" for part in made.parts)
    return " | ".join(parts)
