"""Erases people from everything that lies below a home.

First the certificate is written, so that from then on no run takes them in again; then the published generations, the
work files, the files of the sources and whatever else there is are cleared; the work file from which it was learnt who
they are comes last. So an erasure that is broken off is asked for again, or finished by the fingerprints of its
certificate (--sweep); both end as if it had not been.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from leadgrade.erasure import certificate as certificates
from leadgrade.erasure import decided, others, places, search
from leadgrade.erasure.certificate import Certificate, Kind
from leadgrade.erasure.check import check
from leadgrade.erasure.databases import Why
from leadgrade.erasure.files.kept import Outcome, Work, elsewhere, erase_from, kept_files
from leadgrade.erasure.fingerprints import BLOCKING
from leadgrade.erasure.order import Means, Order, base_of, means_for
from leadgrade.erasure.traces import trace
from leadgrade.errors import InputError
from leadgrade.people import decisions
from leadgrade.publish.branch import newest_base
from leadgrade.publish.home import Home
from leadgrade.raw.readers.sniff import file_hash

Tell = Callable[[str], None]
_OUTSIDE = "rows of theirs lie in its files outside of the home, where nothing is changed; take them out there"
_BY_HAND = "delete it, or take them out of it by hand, then look again with leadgrade erase --verify"
_FOREIGN = f"a file of DuckDB that leadgrade did not write; {_BY_HAND}"
_LOCKED = f"a file of DuckDB that cannot be opened: in use, damaged, or of another version; {_BY_HAND}"
_UNKNOWN = f"neither a text nor a database that can be written; {_BY_HAND}"
_DAMAGED = "a line of it is no decision; restore it from a backup, then ask for the same again"
_REASONS: dict[Kind, str] = {"request": "erasure", "sweep": "erasure", "retention": "retention"}


def preview(order: Order) -> dict[str, dict[str, int]]:
    """What an erasure would take out.

    Returns:
        ``rows``: table of the last work file -> rows; ``files``: source -> rows of theirs in the files that are kept;
        ``mentions``: source -> rows of others in these files that speak of them.
    """
    home, base = order.home, base_of(order.home)
    counted = {"files": Counter[str](), "mentions": Counter[str]()}
    with means_for(home, order.settings, order.subjects.fingerprints) as means:
        known = places.known_rows(means, base).rows
        work = Work(means.redactor, known, certificates.known_files(home), lambda _: None, means.scratch)
        for file in kept_files(home.root, order.settings.sources):
            outcome, name = erase_from(file, work, change=False), file.source or "no source"
            counted["files"][name] += outcome.rows
            counted["mentions"][name] += outcome.mentions
        with means.open({"work": base}) as databases:
            trace(databases)
            rows = databases.rows("select 'raw.' || object, count(*) from trace_rows group by all order by all")
    return {"rows": dict(rows), **{name: dict(+counts) for name, counts in counted.items()}}


def erase(order: Order, tell: Tell = lambda _: None) -> Certificate:
    """Erase people from everything below the home but what a run has to make anew; call it with the home to yourself.

    Args:
        order: What is to be done.
        tell: Is told where the work is, in words without anything of anybody.

    Returns:
        The certificate, written to ``<home>/erasures`` and not yet finished: see :func:`finish`.

    Raises:
        InputError: the disk has no room for a copy of the largest database.
    """
    home, subjects = order.home, order.subjects
    _make_sure_of_room(home)
    certificate = certificates.begun(order.kind, subjects.fingerprints, order.now)
    certificate.people, certificate.leads = subjects.people, subjects.leads
    certificates.write(home, certificate)
    places.tidy(home)
    with means_for(home, order.settings, subjects.fingerprints) as means:
        _Clearing(order, means, certificate, tell).run()
    certificate.cleared_at = order.clock().isoformat(timespec="seconds")
    certificates.write(home, certificate)
    _finish_broken(home, certificate)
    return certificate


def _finish_broken(home: Home, certificate: Certificate) -> None:
    """Erasures that were broken off, and whose people are among those erased now, need nothing more."""
    erased = set(certificate.keys.pairs(BLOCKING))
    for other in certificates.all_certificates(home):
        if other.cleared_at is None and set(other.keys.pairs(BLOCKING)) <= erased:
            other.cleared_at, other.finished_by = certificate.cleared_at, certificate.number
            certificates.write(home, other)


def _make_sure_of_room(home: Home) -> None:
    largest = max((path.stat().st_size for path in home.root.rglob("*.duckdb") if path.is_file()), default=0)
    free = shutil.disk_usage(home.root).free
    if free < largest * 1.2:
        told = f"{free >> 20:,} MiB are free, and a copy of the largest database takes {largest >> 20:,} MiB"
        raise InputError(f"{home.root}: {told}; make room first")


class _Clearing:
    """The places of a home one after the other, each noted in the certificate when it is done."""

    def __init__(self, order: Order, means: Means, certificate: Certificate, tell: Tell) -> None:
        self._order, self._means, self._certificate, self._tell = order, means, certificate, tell
        self._home = order.home
        self._why = Why(_REASONS[order.kind], order.now)

    def run(self) -> None:
        base = newest_base(self._home)
        known = places.known_rows(self._means, base[1]) if base else places.Known()
        self._outside(known.sources)
        for name in self._home.generations():
            self._tell(f"published/{name}")
            self._note(*places.clear_generation(self._means, name, self._why))
        kept = {str(self._home.manifest(name)["run_id"]) for name in self._home.generations()}
        work = places.work_files(self._home)
        for path in work[:-1]:
            self._work_file(path, kept)
        for outcome in self._files(known.rows):
            self._file(outcome)
        self._decisions(known.ids)
        self._others()
        for path in work[-1:]:
            self._work_file(path, kept)

    def _outside(self, sources: frozenset[str]) -> None:
        outside = sources & set(elsewhere(self._home.root, self._order.settings.sources))
        self._certificate.left += [{"place": f"source {name}", "why": _OUTSIDE} for name in sorted(outside)]

    def _work_file(self, path: Path, kept: set[str]) -> None:
        self._tell(f"runs/{path.parent.name}")
        self._note(places.clear_work_file(self._means, path, kept, self._why))

    def _note(self, *found: dict[str, Any]) -> None:
        if found:
            self._certificate.places += found
            certificates.write(self._home, self._certificate)

    def _files(self, rows: Mapping[str, frozenset[int]]) -> Iterator[Outcome]:
        """The kept files of the sources, each with what became of it."""

        def note(outcome: Outcome) -> None:
            self._certificate.known_as |= outcome.known_as
            certificates.write(self._home, self._certificate)

        work = Work(self._means.redactor, rows, certificates.known_files(self._home), note, self._means.scratch)
        return (erase_from(file, work) for file in kept_files(self._home.root, self._order.settings.sources))

    def _file(self, outcome: Outcome) -> None:
        told = {"place": f"file of {outcome.source or 'no source'}", "sha256_before": outcome.before}
        if outcome.problem:
            self._certificate.left.append(told | {"why": outcome.problem})
        elif outcome.after != outcome.before:
            counts = {"rows": outcome.rows, "mentions": outcome.mentions}
            self._note(told | {"sha256_after": outcome.after} | counts)

    def _decisions(self, ids: Collection[str]) -> None:
        """What people decided about who is who."""
        path = self._home.root / decisions.FILE
        before = file_hash(path) if path.is_file() else ""
        try:
            counts = decided.clean(self._home.root, self._means.redactor, ids)
        except InputError:
            self._certificate.left.append({"place": path.name, "why": _DAMAGED})
            return
        if counts:
            told = {"rows": {"decisions": counts["leads"]}, "mentions": {"decisions": counts["reasons"]}}
            self._note({"place": path.name, "sha256_before": before, "sha256_after": file_hash(path)} | told)

    def _others(self) -> None:
        """Everything else below the home that holds anything of theirs all the same."""
        home = self._home
        but = [home.runs, home.published, home.inbox, home.root / "retry", home.erasures, self._means.scratch]
        for folder in (home.root, *self._order.beside):
            for path in search.files_below(folder, but):
                if search.is_database(path) and not search.can_be_opened(path):
                    place = {"place": str(path.relative_to(folder).parent), "kind": path.suffix}
                    self._certificate.left.append(place | {"why": _LOCKED})
                elif search.held(path, self._means):
                    self._other(path, str(path.relative_to(folder).parent))

    def _other(self, path: Path, below: str) -> None:
        place = {"place": below, "kind": path.suffix}
        self._tell(f"a file in {below}")
        if others.clean(path, self._means.redactor):
            self._note(place)
        else:
            self._certificate.left.append(place | {"why": _FOREIGN if search.is_database(path) else _UNKNOWN})


def finish(order: Order, certificate: Certificate, rebuilt: dict[str, Any] | None) -> Certificate:
    """Search everything once more, and write into the certificate what was found.

    Args:
        order: What was done.
        certificate: Its certificate.
        rebuilt: Run and outcome of what made anew what was derived; None where nobody did.
    """
    found = check(order.home, order.settings, order.subjects.fingerprints, order.beside)
    at = order.clock().isoformat(timespec="seconds")
    certificate.rebuilt = rebuilt
    certificate.check = {"at": at, "searched": found.searched, "found": found.found}
    certificate.finished_at = None if found.found else at
    certificates.write(order.home, certificate)
    return certificate
