"""leadgrade erase: the right to be forgotten, with a certificate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from leadgrade.errors import InputError
from leadgrade.publish import Home
from pipelines.cli.common import checked_settings, config_option, console, errors, fail, home_option, resolve

if TYPE_CHECKING:
    from leadgrade.config import Settings
    from leadgrade.erasure.asked import Asked
    from leadgrade.erasure.certificate import Certificate, Kind
    from leadgrade.erasure.erase import Order

LEFT = 1
_ONE_OF = (
    "say who: --email, --phone, --person, --lead or --from FILE (- for stdin); or alone --sweep (who was erased before) "
    "or --retention (whose time is over)"
)


@click.command()
@click.option("--email", "emails", multiple=True, metavar="ADDRESS", help="By address; may be given several times.")
@click.option("--phone", "phones", multiple=True, metavar="NUMBER", help="By number, with its country code.")
@click.option("--person", "people", multiple=True, metavar="PERSON_ID", help="By person_id.")
@click.option("--lead", "leads", multiple=True, metavar="LEAD_ID", help="By lead_id; all leads of the person go.")
@click.option(
    "--from", "lines", type=click.File(encoding="utf-8"), default=None, metavar="FILE",
    help="Any of these from a file, one a line; - for stdin, so that nothing stays in the history of the shell.",
)  # fmt: skip
@click.option(
    "--all-with-this-number", "--all-with-this-address", "with_others", is_flag=True,
    help="Where several people share what was asked for, erase all of them.",
)  # fmt: skip
@click.option("--sweep", is_flag=True, help="Erase once more who was erased before, and came in again with new files.")
@click.option("--retention", is_flag=True, help="Erase whose time to be kept is over (hygiene.retention_due).")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken out, by counts.")
@click.option("--no-run", is_flag=True, help="Leave what is derived to the next nightly run.")
@click.option(
    "--verify", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="CERTIFICATE",
    help="Search everything again for whom a certificate is about.",
)  # fmt: skip
@home_option
@config_option
def erase(
    emails: tuple[str, ...],
    phones: tuple[str, ...],
    people: tuple[str, ...],
    leads: tuple[str, ...],
    lines: TextIO | None,
    with_others: bool,
    sweep: bool,
    retention: bool,
    dry_run: bool,
    no_run: bool,
    verify: Path | None,
    home: Path | None,
    config: Path | None,
) -> None:
    """Erase people from everything below the home, and write a certificate that names nobody.

    Exit codes: 0 erased and nothing found any more, 1 something is left (it is named), 2 bad input, or nobody has what
    was asked for, 3 failed for another reason: ask for the same again.
    """
    home, config = resolve(home, config)
    settings, here = checked_settings(config), Home(home)
    try:
        if verify:
            _verify(here, settings, verify)
            return
        asked = _asked(emails, phones, people, leads, lines, settings)
        if bool(asked) + sweep + retention != 1:
            raise InputError(_ONE_OF)
        order = _order(here, settings, asked, with_others=with_others, sweep=sweep, only_look=dry_run)
        if dry_run:
            _preview(order)
        else:
            _erase(order, config, no_run=no_run)
    except InputError as error:
        fail(str(error))


def _asked(
    emails: Iterable[str], phones: Iterable[str], people: Iterable[str], leads: Iterable[str], lines: TextIO | None,
    settings: Settings,
) -> Asked:  # fmt: skip
    from leadgrade.erasure import asked  # noqa: PLC0415  the numbering plans take a while

    return asked.read(emails, phones, people, leads, lines or (), settings.run.default_country)


def _order(home: Home, settings: Settings, asked: Asked, *, with_others: bool, sweep: bool, only_look: bool) -> Order:
    from leadgrade.erasure import erase as erasing  # noqa: PLC0415
    from pipelines.environment import dagster_home  # noqa: PLC0415

    history = dagster_home(home.root)
    beside = () if history.is_relative_to(home.root) else (history,)
    now = datetime.now(UTC).replace(tzinfo=None)
    if sweep:
        return erasing.Order(home, settings, "sweep", erasing.all_erased(home), now, beside)
    kind: Kind = "request" if asked else "retention"
    asked = asked or erasing.due(home, settings, only_look=only_look)
    if not asked:
        raise InputError("the time of nobody is over (hygiene.retention_due of the last night is empty)")
    subjects = erasing.subjects_of(home, settings, asked, with_others=with_others)
    if subjects.missing:
        console.print(
            f"{subjects.missing:,} of {len(asked):,} belong to nobody in the last night; they are searched for all the same."
        )
    return erasing.Order(home, settings, kind, subjects, now, beside)


def _preview(order: Order) -> None:
    from leadgrade.erasure.erase import preview  # noqa: PLC0415

    counted = preview(order)
    subjects = order.subjects
    console.print(f"Would erase {subjects.people:,} people, {subjects.leads:,} leads. Nothing was changed.")
    for title, key in (
        ("rows of the last night", "rows"),
        ("rows in files that are kept", "files"),
        ("mentions in rows of others", "mentions"),
    ):
        console.print(f"  {title}: {sum(counted[key].values()):,}")
        for name, count in counted[key].items():
            console.print(f"    {name:<28}{count:>10,}", markup=False)
    if subjects.kept_shared:
        console.print(f"  {subjects.kept_shared:,} addresses or numbers of theirs stay, for others have them, too")


def _erase(order: Order, config: Path, *, no_run: bool) -> None:
    from leadgrade.erasure import erase as erasing  # noqa: PLC0415
    from leadgrade.publish.guard import alone  # noqa: PLC0415

    with alone(order.home):
        certificate = erasing.erase(order, lambda place: console.print(f"cleared {place}", markup=False))
    rebuilt = None if no_run else _rebuild(order.home, config)
    with alone(order.home):
        certificate = erasing.finish(order, certificate, rebuilt)
    _tell(order.home, certificate)


def _rebuild(home: Home, config: Path) -> dict[str, object]:
    from pipelines.nightly import run_nightly  # noqa: PLC0415

    outcome = run_nightly(home.root, config)
    for message in outcome.messages:
        errors.print(message, style="yellow", markup=False, soft_wrap=True)
    return {"run_id": outcome.run_id, "published": outcome.code == 0}


def _tell(home: Home, certificate: Certificate) -> None:
    path = home.erasures / f"{certificate.number}.json"
    rows = sum(
        sum(place["rows"].values()) if isinstance(place.get("rows"), dict) else 0 for place in certificate.places
    )
    console.print(
        f"Erased {certificate.people:,} people, {certificate.leads:,} leads; {rows:,} rows in {len(certificate.places):,} files."
    )
    console.print(f"Certificate: {path}", markup=False, soft_wrap=True)
    for left in certificate.left:
        errors.print(f"left: {left['place']}: {left['why']}", style="yellow", markup=False, soft_wrap=True)
    if certificate.rebuilt and not certificate.rebuilt["published"]:
        errors.print("The tables that are made from others were not published anew: run leadgrade run.", style="yellow")
    _tell_found(certificate.check.get("found", {}))
    if certificate.check.get("found") or certificate.left:
        raise SystemExit(LEFT)


def _tell_found(found: dict[str, int]) -> None:
    for place, count in found.items():
        errors.print(f"still there: {count:,} in {place}", style="red", markup=False, soft_wrap=True)


def _verify(home: Home, settings: Settings, path: Path) -> None:
    from leadgrade.erasure import certificate as certificates  # noqa: PLC0415
    from leadgrade.erasure import erase as erasing  # noqa: PLC0415

    certificate = certificates.read(path)
    is_sealed = certificates.is_sealed(certificate, home.secret())
    found = erasing.verify(home, settings, certificate)
    console.print(
        f"{certificate.number}: {'sealed' if is_sealed else 'its seal is broken: it was changed, or is another home'}"
    )
    searched = ", ".join(f"{count:,} {kind}" for kind, count in found.searched.items())
    console.print(f"searched {searched}")
    _tell_found(found.found)
    if found.found or not is_sealed:
        raise SystemExit(LEFT)
    console.print("nothing of theirs is found")
