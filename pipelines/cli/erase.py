"""leadgrade erase: the right to be forgotten, with a certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from leadgrade.errors import InputError
from leadgrade.publish import Home
from pipelines.cli.common import (
    checked_settings,
    config_option,
    console,
    errors,
    fail,
    home_option,
    resolve,
    writable_home,
)

if TYPE_CHECKING:
    from leadgrade.config import Settings
    from leadgrade.erasure.asked import Asked
    from leadgrade.erasure.certificate import Certificate, Kind
    from leadgrade.erasure.order import Order

LEFT = 1
_NOBODY = "nobody has what was asked for, and no file holds it: compare the spelling with what leadgrade subject finds"
_ONE_OF = (
    "say who: --email, --phone, --person, --lead or --from FILE (- for stdin); or alone --requested (whom suppressions of "
    "the sources name), --retention (whose time is over) or --sweep (who was erased before)"
)


def _several(name: str, to: str, words: str, metavar: str) -> Any:
    return click.option(name, to, multiple=True, metavar=metavar, help=words)


def _of_certificate(name: str, words: str) -> Any:
    # without a value it is empty, and the certificates that there are get listed
    return click.option(name, is_flag=False, flag_value="", default=None, metavar="CERTIFICATE", help=words)


@click.command()
@_several("--email", "emails", "By address; may be given several times.", "ADDRESS")
@_several("--phone", "phones", "By number, with its country code.", "NUMBER")
@_several("--person", "people", "By person_id.", "PERSON_ID")
@_several("--lead", "leads", "By lead_id; all leads of the person go.", "LEAD_ID")
@click.option(
    "--from", "lines", type=click.File(encoding="utf-8"), default=None, metavar="FILE",
    help="Any of these from a file, one a line; - for stdin, so that nothing stays in the history of the shell.",
)  # fmt: skip
@click.option(
    "--all-with-this-number", "--all-with-this-address", "with_others", is_flag=True,
    help="Where several people share what was asked for, erase all of them.",
)  # fmt: skip
@click.option("--requested", is_flag=True, help="Erase whom suppressions of the sources name with reason erasure.")
@click.option("--retention", is_flag=True, help="Erase whose time to be kept is over (hygiene.retention_due).")
@click.option("--sweep", is_flag=True, help="Erase once more who was erased before, and came in again with new files.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken out, by counts.")
@click.option("--no-run", is_flag=True, help="Leave what is derived to the next nightly run.")
@_of_certificate("--verify", "Search everything again for whom a certificate (its file or number) is about.")
@_of_certificate("--lift", "Turn rows of these people away no more: they came back of their own will.")
@home_option
@config_option
def erase(home: Path | None, config: Path | None, verify: str | None, lift: str | None, **given: Any) -> None:
    """Erase people from everything below the home, and write a certificate that names nobody.

    Exit codes: 0 erased and nothing found any more, 1 something is left (it is named), 2 bad input, or nobody has what
    was asked for, 3 failed for another reason: ask for the same again.
    """
    home, config = resolve(home, config)
    settings, here = checked_settings(config), Home(home)
    writable_home(home)
    try:
        if verify is not None:
            _verify(here, settings, _certificate(here, "--verify", verify))
        elif lift is not None:
            _lift(here, _certificate(here, "--lift", lift))
        else:
            _erase_or_show(here, settings, config, given)
    except InputError as error:
        fail(str(error))
    except Exception as error:  # noqa: BLE001  a library's message may quote a cell
        fail(
            f"{type(error).__name__}; its message is withheld, for it may hold personal data. Ask for the same again", 3
        )


def _erase_or_show(home: Home, settings: Settings, config: Path, given: dict[str, Any]) -> None:
    asked = _asked(given, settings)
    if bool(asked) + given["requested"] + given["retention"] + given["sweep"] != 1:
        raise InputError(_ONE_OF)
    order = _order(home, settings, asked, given)
    if given["dry_run"]:
        _preview(order)
    else:
        _erase(order, config, no_run=given["no_run"])


def _asked(given: dict[str, Any], settings: Settings) -> Asked:
    from leadgrade.erasure import asked  # noqa: PLC0415  the numbering plans take a while

    named = {name: given[name] for name in ("emails", "phones", "people", "leads")}
    lines: TextIO | tuple[str, ...] = given["lines"] or ()
    return asked.read(**named, lines=lines, country=settings.run.default_country)


def _order(home: Home, settings: Settings, asked: Asked, given: dict[str, Any]) -> Order:
    from leadgrade.erasure import who  # noqa: PLC0415
    from leadgrade.erasure.order import Order  # noqa: PLC0415

    now, beside = datetime.now(UTC).replace(tzinfo=None), _beside(home)
    if given["sweep"]:
        return Order(home, settings, "sweep", who.all_erased(home), now, beside)
    kind: Kind = "retention" if given["retention"] else "request"
    if given["retention"]:
        asked = who.due(home, settings, only_look=given["dry_run"])
    if given["requested"]:
        asked = who.requested(home, settings)
    if not asked:
        raise InputError("there is nobody to be erased in the last night")
    subjects = who.subjects_of(home, settings, asked, with_others=given["with_others"])
    if subjects.missing:
        told = f"{subjects.missing:,} of {len(asked):,} belong to nobody in the last night; they are searched for all the same"
        console.print(told)
    return Order(home, settings, kind, subjects, now, beside)


def _beside(home: Home) -> tuple[Path, ...]:
    """Where Dagster keeps its history, if not below the home."""
    from pipelines.environment import dagster_home  # noqa: PLC0415

    history = dagster_home(home.root)
    return () if history.is_relative_to(home.root) else (history,)


def _preview(order: Order) -> None:
    from leadgrade.erasure.erase import preview  # noqa: PLC0415

    counted, subjects = preview(order), order.subjects
    console.print(f"Would erase {_whom(subjects.people, subjects.leads)}. Nothing was changed.")
    for key, title in (
        ("rows", "rows of the last night"),
        ("files", "rows in files that are kept"),
        ("mentions", "rows of others that speak of them, in files that are kept"),
    ):
        console.print(f"  {title}: {sum(counted[key].values()):,}")
        for name, count in counted[key].items():
            console.print(f"    {name:<28}{count:>10,}", markup=False)
    if subjects.kept_shared:
        console.print(f"  {subjects.kept_shared:,} addresses or numbers of theirs stay, for others have them, too")
    if order.kind == "request" and not (
        subjects.people or subjects.leads or any(sum(c.values()) for c in counted.values())
    ):
        raise InputError(_NOBODY)


def _erase(order: Order, config: Path, *, no_run: bool) -> None:
    from leadgrade.erasure import erase as erasing  # noqa: PLC0415
    from leadgrade.publish.guard import alone  # noqa: PLC0415

    with alone(order.home):
        certificate = erasing.erase(order, lambda place: console.print(f"clearing {place}", markup=False))
    rebuilt = None if no_run else _rebuild(order.home, config)
    with alone(order.home):
        certificate = erasing.finish(order, certificate, rebuilt)
    _tell(order.home, certificate)


def _rebuild(home: Home, config: Path) -> dict[str, object]:
    from pipelines.nightly import run_nightly  # noqa: PLC0415

    console.print("making anew what is derived")
    outcome = run_nightly(home.root, config)
    for message in outcome.messages:
        errors.print(message, style="yellow", markup=False, soft_wrap=True)
    return {"run_id": outcome.run_id, "published": outcome.code == 0}


def _tell(home: Home, certificate: Certificate) -> None:
    rows = sum(_rows(place.get("rows", 0)) for place in certificate.places)
    told = f"Erased {_whom(certificate.people, certificate.leads)}"
    console.print(f"{told}: {rows:,} rows in {len(certificate.places):,} files")
    console.print(f"Certificate: {home.erasures / certificate.number}.json", markup=False, soft_wrap=True)
    for left in certificate.left:
        errors.print(f"left: {left['place']}: {left['why']}", style="yellow", markup=False, soft_wrap=True)
    if certificate.rebuilt and not certificate.rebuilt["published"]:
        errors.print("What is derived was not published anew: run leadgrade run", style="yellow")
    found = certificate.check["found"]
    _tell_found(found)
    if found or certificate.left:
        raise SystemExit(LEFT)
    if certificate.kind == "request" and not (rows or certificate.people or certificate.leads):
        raise InputError(_NOBODY)


def _whom(people: int, leads: int) -> str:
    """Leads of a person whom a list has kept back are nobody's."""
    who = "1 person" if people == 1 else f"{people:,} people"
    what = "1 lead" if leads == 1 else f"{leads:,} leads"
    return f"{who}, {what}" if people or not leads else f"{what} that were kept back already"


def _rows(counted: int | dict[str, int]) -> int:
    return sum(counted.values()) if isinstance(counted, dict) else counted


def _tell_found(found: dict[str, int]) -> None:
    for place, count in found.items():
        errors.print(f"still there: {count:,} in {place}", style="red", markup=False, soft_wrap=True)
    if found:
        told = "files of sources: leadgrade erase --sweep; any other file: delete it, or take them out of it by hand"
        errors.print(f"{told}; then look again with leadgrade erase --verify", style="red", soft_wrap=True)


def _certificate(home: Home, option: str, given: str) -> Path:
    """The certificate that was named by its file or its number."""
    places = (Path(given), home.erasures / given, home.erasures / f"{given}.json")
    found = [path for path in places if given and path.is_file()]
    if found:
        return found[0]
    problem = f"{given}: no such file" if given else "say which certificate"
    known = sorted(path.stem for path in home.erasures.glob("*.json"))
    if not known:
        raise InputError(f"{option}: {problem}; nobody was erased here yet, {home.erasures} holds no certificate")
    raise InputError(
        f"{option}: {problem}; there are: {', '.join(known[-9:])}. The last one: leadgrade erase {option} {known[-1]}"
    )


def _verify(home: Home, settings: Settings, path: Path) -> None:
    from leadgrade.erasure import certificate as certificates  # noqa: PLC0415
    from leadgrade.erasure.check import verify  # noqa: PLC0415

    certificate = certificates.read(path)
    is_sealed = certificates.is_sealed(certificate, home.secret())
    found = verify(home, settings, certificate, _beside(home))
    seal = "its seal holds" if is_sealed else "its seal is broken: it was changed, or belongs to another home"
    console.print(f"{certificate.number}: {seal}")
    console.print(f"searched {', '.join(f'{count:,} {kind}' for kind, count in found.searched.items())}")
    _tell_found(found.found)
    if found.found or not is_sealed:
        raise SystemExit(LEFT)
    console.print("nothing of theirs is found")


def _lift(home: Home, path: Path) -> None:
    from leadgrade.erasure import certificate as certificates  # noqa: PLC0415

    certificate = certificates.read(path)
    if not certificates.is_sealed(certificate, home.secret()):
        raise InputError(f"{path}: its seal is broken: it was changed, or belongs to another home")
    certificates.lift(home, certificate, datetime.now(UTC).replace(tzinfo=None))
    console.print(f"{certificate.number}: rows of these people are taken in again from the next night on")
