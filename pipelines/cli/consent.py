"""leadgrade consent: the ledger of consent, looked after."""

from __future__ import annotations

from pathlib import Path

import click

from leadgrade.errors import InputError
from leadgrade.hygiene.ledger.verify import FAULTS, Verdict, verify
from leadgrade.publish import Home
from leadgrade.publish.branch import newest_base
from pipelines.cli.common import console, errors, fail, home_option, published_warehouse, resolve
from pipelines.cli.groups import Group

BROKEN = 1


@click.group(cls=Group)
def consent() -> None:
    """Look after the ledger of consent: verify that nothing in it was changed."""


@consent.command("verify")
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The one file to look at (default: the published warehouse, and the work file that the next night goes on from).",
)
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="Broken links to name.")
@home_option
def verify_command(database: Path | None, most: int, home: Path | None) -> None:
    """Recompute every hash of the ledger and name the first broken link of each subject.

    Exit code 0 where nothing was changed, 1 where a link is broken, 2 where there is no ledger to look at.
    """
    here = Home(resolve(home, None)[0])
    files = {database: list[str]()} if database else _files(here)
    if not here.has_secret():
        fail(
            f"{here.root}: no secret.key there, and without the key of the home that wrote the ledger nothing can be verified"
        )
    try:
        verdicts = [(path, verify(path, here.secret(), seals, most)) for path, seals in files.items()]
    except InputError as error:
        fail(str(error))
    for path, verdict in verdicts:
        _print(path, verdict)
    if not database:
        _tell_breaks(here)
    if not all(verdict.is_whole for _, verdict in verdicts):
        raise SystemExit(BROKEN)


def _files(home: Home) -> dict[Path, list[str]]:
    """What is looked at, and the seals that each must hold."""
    current = home.current()
    files = {published_warehouse(home.warehouse): home.consent_seals(current) if current else []}
    base = newest_base(home)
    return files | ({base[1]: home.consent_seals(base[0])} if base else {})


def _tell_breaks(home: Home) -> None:
    """Nights that are not in the ledger because a run that went on without them said so."""
    current, base = str(home.current()), newest_base(home)
    line = home.ledger_line(current)
    left = [g for g in home.generations() if g < current and g not in line and "consent_seal" in home.manifest(g)]
    if left:
        _note(
            f"told: {_count(len(left), 'earlier generation')} ({', '.join(left)}): this ledger does not go on from there, for a "
            "run began without, after a rollback or because work files were lost, and said so. Nobody changed it"
        )
    if base is None or base[0] != current:
        _note(
            f"the work file of {current}, which readers have, is gone from {home.runs}; leadgrade run says what that means"
        )


def _note(text: str) -> None:
    errors.print(text, style="yellow", markup=False, soft_wrap=True)


def _print(path: Path, verdict: Verdict) -> None:
    counts = {"event": verdict.events, "subject": verdict.subjects, "night": verdict.nights}
    said = "{} of {}, {}".format(*(_count(number, thing) for thing, number in counts.items()))
    end = "nothing was changed" if verdict.is_whole else _count(verdict.broken, "broken link")
    console.print(f"{path}: {said}: {end}", markup=False, soft_wrap=True)
    for link in verdict.first:
        line = f"  {link.subject_key}, number {link.sequence}: {link.fault}: {FAULTS[link.fault]}"
        console.print(line, markup=False, soft_wrap=True)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + "s" * (number != 1)
