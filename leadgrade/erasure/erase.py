"""Erases people from everything that lies below a home.

First the certificate is written, so that from then on no run takes them in again; then the published generations, the
work files, the files of the sources and whatever else there is are cleared; the work file from which it was learnt who
they are comes last. So an erasure that is broken off is simply asked for again: it finds the same people, or finishes
what is left by their fingerprints.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadgrade.config import Settings
from leadgrade.erasure import certificate as certificates
from leadgrade.erasure import others, places, search
from leadgrade.erasure.access import Held, held, write_values
from leadgrade.erasure.asked import Asked
from leadgrade.erasure.certificate import Certificate, Kind
from leadgrade.erasure.databases import Why
from leadgrade.erasure.files.kept import Outcome, Work, elsewhere, erase_from, kept_files
from leadgrade.erasure.fingerprints import Finder, Fingerprints
from leadgrade.erasure.places import Means
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.subjects import Subjects, borne, find
from leadgrade.erasure.traces import trace
from leadgrade.errors import InputError
from leadgrade.publish.branch import memory_limit, newest_base
from leadgrade.publish.home import Home

Tell = Callable[[str], None]
_OUTSIDE = "rows of theirs lie in its files outside of the home, where nothing is changed; take them out there"
_REASONS: dict[Kind, str] = {"request": "erasure", "sweep": "erasure", "retention": "retention"}


@dataclass(frozen=True, slots=True)
class Order:
    """An erasure to be done.

    Attributes:
        home: The home.
        settings: The checked configuration.
        kind: Why.
        subjects: Who.
        now: The time, UTC.
        beside: Folders outside of the home that are searched, too: where Dagster keeps its history.
    """

    home: Home
    settings: Settings
    kind: Kind
    subjects: Subjects
    now: datetime
    beside: Sequence[Path] = ()


def base_of(home: Home) -> Path:
    """The work file from which it is learnt who somebody is.

    Raises:
        InputError: there is none.
    """
    base = newest_base(home)
    if base is None:
        raise InputError(f"{home.runs}: no work file of a published night is left; run leadgrade run first")
    return base[1]


def subjects_of(home: Home, settings: Settings, asked: Asked, *, with_others: bool = False) -> Subjects:
    """Who is meant by what was asked for.

    Raises:
        Shared: several people have what was asked for.
        InputError: there is no such person or lead, or no work file.
    """
    with _means(home, settings, Fingerprints()) as means, means.open({"work": base_of(home)}) as databases:
        return find(databases, asked, with_others=with_others)


def due(home: Home, settings: Settings, *, only_look: bool = False) -> Asked:
    """The people whose time to be kept is over, as the last night lists them.

    Args:
        home: The home.
        settings: The checked configuration.
        only_look: Nobody is to be erased.

    Raises:
        InputError: run.yaml does not let anybody be erased for that, or there is no work file.
    """
    if not only_look and not settings.run.retention.enforce:
        raise InputError(
            "run.yaml: retention.enforce is false, so nobody is erased because the time is over; "
            "--dry-run shows who would be, hygiene.retention_due lists them"
        )
    with _means(home, settings, Fingerprints()) as means, means.open({"work": base_of(home)}) as databases:
        table = databases.find("hygiene.retention_due")
        people = databases.rows(f"select person_id from {table} order by person_id") if table else []
    return Asked(people=tuple(person for (person,) in people))


def all_erased(home: Home) -> Subjects:
    """Everybody whom the certificates of a home turn away. Names are left out: by now somebody else may bear one.

    Raises:
        InputError: nobody was erased.
    """
    found = Fingerprints()
    for one in certificates.all_certificates(home):
        found |= Fingerprints.of(one.keys.pairs(one.blocks))
    if not found:
        raise InputError(f"{home.erasures}: nobody was erased here yet")
    return Subjects(found)


@contextmanager
def _means(home: Home, settings: Settings, fingerprints: Fingerprints, why: Why | None = None) -> Iterator[Means]:
    spill = home.root / ".erasure"
    shutil.rmtree(spill, ignore_errors=True)
    spill.mkdir(mode=0o700, parents=True)
    try:
        with Finder(fingerprints, home.secret()) as finder:
            memory = memory_limit(settings.run.memory_limit)
            yield Means(home, fingerprints, Redactor(finder), why or Why("erasure", datetime.min), memory, spill)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def access(home: Home, settings: Settings, subjects: Subjects, values: Path | None, now: datetime) -> tuple[Held, int]:
    """What is held of people; with a file for the values also how many rows were written into it.

    Raises:
        FileExistsError: the file is there.
    """
    with _means(home, settings, subjects.fingerprints) as means:
        found = held(means, base_of(home), subjects)
        return found, write_values(means, base_of(home), values, subjects, now) if values else 0


def preview(order: Order) -> dict[str, dict[str, int]]:
    """What an erasure would take out: rows by table of the last work file, rows and mentions by source of its files."""
    with _means(order.home, order.settings, order.subjects.fingerprints) as means:
        base = base_of(order.home)
        with means.open({"work": base}) as databases:
            trace(databases)
            rows = dict(databases.rows("select 'raw.' || object, count(*) from trace_rows group by all order by all"))
        counted: dict[str, dict[str, int]] = {"rows": rows, "files": {}, "mentions": {}}
        for outcome in _files(
            order, means, places.rows_by_file(means, base), Certificate("", "request", ""), change=False
        ):
            name = outcome.source or "files of no source"
            for key, count in (("files", outcome.rows), ("mentions", outcome.mentions)):
                if count:
                    counted[key][name] = counted[key].get(name, 0) + count
    return counted


def erase(order: Order, tell: Tell = lambda _: None) -> Certificate:
    """Erase people from everything below the home but what a run has to make anew; call it with the home to yourself.

    Args:
        order: What is to be done.
        tell: Is told where the work is, in words without anything of anybody.

    Returns:
        The certificate, written to ``<home>/erasures`` and not yet finished: see :func:`finish`.
    """
    home, subjects = order.home, order.subjects
    certificate = certificates.begun(order.kind, subjects.fingerprints, order.now)
    certificate.people, certificate.leads = subjects.people, subjects.leads
    certificates.write(home, certificate, home.secret())
    why = Why(_REASONS[order.kind], order.now)
    with _means(home, order.settings, subjects.fingerprints, why) as means:
        places.tidy(home)
        _clear(order, means, certificate, tell)
    certificates.write(home, certificate, home.secret())
    return certificate


def _clear(order: Order, means: Means, certificate: Certificate, tell: Tell) -> None:
    home, base = order.home, newest_base(order.home)
    rows = places.rows_by_file(means, base[1]) if base else {}
    outside = (
        places.sources_with_rows(means, base[1]) & set(elsewhere(home.root, order.settings.sources)) if base else set()
    )
    certificate.left += [{"place": f"source {name}", "why": _OUTSIDE} for name in sorted(outside)]
    for name in home.generations():
        tell(f"published/{name}")
        _note(order, certificate, *places.clear_generation(means, name))
    kept = {str(home.manifest(name)["run_id"]) for name in home.generations()}
    work = places.work_files(home)
    for path in work[:-1]:
        tell(f"runs/{path.parent.name}")
        _note(order, certificate, places.clear_work_file(means, path, kept))
    for outcome in _files(order, means, rows, certificate, change=True):
        _note_file(order, certificate, outcome)
    _others(order, means, certificate, tell)
    for path in work[-1:]:
        tell(f"runs/{path.parent.name}")
        _note(order, certificate, places.clear_work_file(means, path, kept))


def _note(order: Order, certificate: Certificate, *found: dict[str, Any]) -> None:
    if found:
        certificate.places += found
        certificates.write(order.home, certificate, order.home.secret())


def _files(
    order: Order, means: Means, rows: places.RowsByFile, certificate: Certificate, *, change: bool
) -> Iterator[Outcome]:
    """The kept files of the sources, each with what became of it."""
    known = {new: old for one in certificates.all_certificates(order.home) for new, old in one.known_as.items()}

    def note(outcome: Outcome) -> None:
        certificate.known_as |= outcome.known_as
        certificates.write(order.home, certificate, order.home.secret())

    work = Work(means.redactor.finder, means.redactor, rows, known, note, means.spill)
    for file in kept_files(order.home.root, order.settings.sources):
        yield erase_from(file, work, change=change)


def _note_file(order: Order, certificate: Certificate, outcome: Outcome) -> None:
    told = {"place": f"file of {outcome.source or 'no source'}", "sha256_before": outcome.before}
    if outcome.problem:
        certificate.left.append(told | {"why": outcome.problem})
    elif outcome.after != outcome.before:
        counts = {"rows": outcome.rows, "mentions": outcome.mentions}
        _note(order, certificate, told | {"sha256_after": outcome.after} | counts)


def _others(order: Order, means: Means, certificate: Certificate, tell: Tell) -> None:
    """Everything else below the home that holds anything of theirs all the same."""
    home = order.home
    but = [home.runs, home.published, home.inbox, home.root / "retry", home.erasures, means.spill]
    for folder in (home.root, *order.beside):
        for path in search.files_below(folder, but):
            if search.in_bytes(path, means.redactor):
                place = {"place": str(path.relative_to(folder).parent), "kind": path.suffix}
                tell(f"a file in {place['place']}")
                if others.clean(path, means.redactor):
                    _note(order, certificate, place)
                else:
                    certificate.left.append(place | {"why": "neither a text nor a database that can be written"})


def finish(order: Order, certificate: Certificate, rebuilt: dict[str, Any] | None) -> Certificate:
    """Search everything once more, and write into the certificate what was found.

    Args:
        order: What was done.
        certificate: Its certificate.
        rebuilt: Run and outcome of what made anew what was derived; None where nobody did.
    """
    certificate.rebuilt = rebuilt
    found = check(order.home, order.settings, order.subjects.fingerprints, order.beside)
    certificate.check = {
        "at": order.now.isoformat(timespec="seconds"),
        "searched": found.searched,
        "found": found.found,
    }
    if not found.found:
        certificate.finished_at = order.now.isoformat(timespec="seconds")
    certificates.write(order.home, certificate, order.home.secret())
    return certificate


def verify(home: Home, settings: Settings, certificate: Certificate) -> Found:
    """Search everything again for whom a certificate is about; for names only where nobody bears them by now."""
    keys = certificate.keys
    base = newest_base(home)
    if base:
        with _means(home, settings, Fingerprints()) as means, means.open({"work": base[1]}) as databases:
            theirs = set(borne(databases).pairs())
        keys = Fingerprints.of(pair for pair in keys.pairs() if pair not in theirs)
    return check(home, settings, keys)


@dataclass(slots=True)
class Found:
    """What a search found: files searched, by kind; place -> how much of theirs it holds."""

    searched: dict[str, int]
    found: dict[str, int]


def check(home: Home, settings: Settings, fingerprints: Fingerprints, beside: Sequence[Path] = ()) -> Found:
    """Search every file below the home, and below folders beside it, for what belongs to people.

    Args:
        home: The home.
        settings: The checked configuration.
        fingerprints: Their fingerprints.
        beside: Further folders.
    """
    result = Found({"databases": 0, "tables of sources": 0, "files": 0}, {})
    with _means(home, settings, fingerprints) as means:
        for path in [
            path for folder in (home.root, *beside) for path in search.files_below(folder, [means.spill, home.erasures])
        ]:
            held = search.in_bytes(path, means.redactor)
            if search.is_database(path):
                held += _in_database(means, path, result)
            result.searched["files"] += 1
            _add(result, _shown(home, path), held)
        order = Order(home, settings, "sweep", Subjects(fingerprints), datetime.min)
        for outcome in _files(order, means, {}, Certificate("", "sweep", ""), change=False):
            result.searched["tables of sources"] += 1
            _add(result, f"file of {outcome.source or 'no source'}", outcome.rows + outcome.mentions)
    return result


def _in_database(means: Means, path: Path, result: Found) -> int:
    result.searched["databases"] += 1
    with means.open({"searched": path}) as databases:
        return sum(search.in_tables(databases, means.redactor).values())


def _add(result: Found, place: str, held: int) -> None:
    if held:
        result.found[place] = result.found.get(place, 0) + held


def _shown(home: Home, path: Path) -> str:
    """A place without the name of a file of a source, which may name somebody."""
    if not path.is_relative_to(home.root):
        return "beside the home"
    below = path.relative_to(home.root)
    return str(below) if below.parts[0] in {"runs", "published"} else below.parts[0]
