"""What the sources offer tonight: every file with the hash of its content, read only where that is not known already.

How the intake uses it::

    report = OffersReport()
    for offer in offered(run, report):
        if offer.refused or offer.file_id in taken:
            ...                                  # nothing to read
        try:
            with offer.open() as path:           # downloads or unpacks where needed
                ...
                if not offer.is_unchanged():
                    ...                          # roll back and leave the file for the next run
        except PlaceLost:
            report.unreadable[offer.source_name] += 1

One place may offer several files: the members of an archive (``export.zip/leads.csv``) and the sheets of a workbook
(the first filled one is the file itself, the others are ``book.xlsx/Sheet2``).
"""

from __future__ import annotations

import glob
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from leadgrade.errors import InputError
from leadgrade.raw.inbox import archives
from leadgrade.raw.inbox.memory import SECOND, Memory, location
from leadgrade.raw.inbox.places import Place, PlaceLost, lost
from leadgrade.raw.inbox.storage import list_files
from leadgrade.raw.inbox.visit import Offer, Visit
from leadgrade.raw.readers import sheets
from leadgrade.raw.readers.sniff import file_hash
from leadgrade.raw.rework.quarantine import source_folder
from leadgrade.run import Run

__all__ = ["LATEST_OFFERS", "Offer", "OffersReport", "PlaceLost", "offered"]
# when a source last found each content under a new name or in place of other content, and with which delivery
LATEST_OFFERS = (
    "select source, file_id, max(offered_at) as offered_at, max(offer_number) as offer_number, "
    "max(delivery_number) as delivery_number from raw.offers group by source, file_id"
)
# a file may be written twice within one tick of its clock (FAT: 2 s) without its time moving
RACY_SECONDS = 2


@dataclass(slots=True)
class OffersReport:
    """What was found and left; counts and names of sources only.

    Attributes:
        empty_sources: Sources whose pattern matches no file.
        known_places: Places whose content was known without looking.
        unsettled: Files that were still being written, by source; the next run looks again.
        unreadable: Files and folders that cannot be read, by source.
        refused: Files that are no table that could be taken, by source; counted by who takes them.
    """

    empty_sources: list[str] = field(default_factory=list)
    known_places: int = 0
    unsettled: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def incomplete(self) -> set[str]:
        """Sources of which not every file could be taken."""
        return {*self.unsettled, *self.unreadable, *self.refused}


class _Unsettled(Exception):
    """A file changed between two looks."""


def offered(run: Run, report: OffersReport | None = None) -> Iterator[Offer]:
    """Every file of every source, in the order of sources.yaml, corrected rows of ``retry/<source>/*.csv`` behind them.

    Lists of deletions come last: their ids are read as the records are that they name.

    What was looked at is remembered in ``raw.offers`` when the last offer was taken; outside of a transaction.

    Raises:
        InputError: An object storage cannot be reached, forbids to look, or has no such bucket.
    """
    report = report if report is not None else OffersReport()
    memory = Memory(run.engine, run.as_of)
    folder = run.engine.path.parent if run.engine.path else None
    sources = run.settings.sources.sources
    names = sorted(sources, key=lambda name: sources[name].mode == "deletions")
    known_as = _known_files(run)
    with tempfile.TemporaryDirectory(prefix="intake-", dir=folder) as scratch:
        visits = [visit for name in names for visit in _visits(run, name, Path(scratch), report, memory.number)]
        _let_settle([visit.place for visit in visits], run.settings.run.settle_seconds)
        for visit in visits:
            visit.known_as = known_as
            with visit:
                yield from _offers(visit, memory, report, full=run.full)
    memory.save(report.incomplete)


def _visits(run: Run, name: str, scratch: Path, report: OffersReport, number: int) -> Iterator[Visit]:
    """The places of a source."""
    source = run.settings.sources.sources[name]
    try:
        places = list_files(run.home, source.path)
    except InputError as error:
        raise InputError(f"source {name}: {error}") from error
    if not places:
        report.empty_sources.append(name)
    corrected = list_files(run.home, f"retry/{glob.escape(source_folder(name))}/*.csv")
    for place in places:
        yield Visit(name, source, place, is_retry=False, scratch=scratch, number=number)
    for place in corrected:
        yield Visit(name, source, place, is_retry=True, scratch=scratch, number=number)


def _let_settle(places: list[Place], seconds: float) -> None:
    """Wait once until every file is so old; which ones changed meanwhile shows when they are looked at."""
    now = time.time_ns()
    ages = [(now - place.modified_at) / SECOND for place in places if not place.is_atomic]
    young = [age for age in ages if 0 <= age < seconds]
    if young:
        sleep(seconds - min(young))


def _offers(visit: Visit, memory: Memory, report: OffersReport, *, full: bool) -> Iterator[Offer]:
    """The files of one place: as remembered, or after a look at it."""
    source, place = visit.source_name, visit.place
    known = None if full else memory.recall(source, place)
    if known is not None:
        report.known_places += 1
        memory.touch(source, place)
        is_archive = ("",) in {row.inside for row in known}
        for row in known:
            if row.inside != ("",):
                member, sheet = ((*row.inside, None) if is_archive else (None, *row.inside, None))[:2]
                yield visit.offer(row.file_id, row.bytes, member, sheet)
        return
    try:
        yield from _look(visit, memory)
    except PlaceLost:
        report.unreadable[source] += 1
    except _Unsettled:
        report.unsettled[source] += 1


def _look(visit: Visit, memory: Memory) -> Iterator[Offer]:
    """The files of one place, read and hashed; remembered once all of them were taken."""
    place = visit.place
    began = time.time_ns()
    _check(place)
    path = visit.file()
    file_id = visit.file_id(_hash(path))
    _check(place)
    kind, found, is_sure = archives.kind(path), [], began - place.changed_at >= RACY_SECONDS * SECOND
    for offer in _unfold(visit, kind, file_id):
        found.append((offer.location, offer.bytes, offer.file_id))
        # a refusal is not remembered: it is made anew every time
        is_sure = is_sure and not offer.refused
        yield offer
    if kind == "archive":
        found.append((location(place.location, ""), place.bytes, file_id))
    is_snapshot = visit.source.mode == "snapshot"
    memory.keep(visit.source_name, place, found, is_sure=is_sure, is_snapshot=is_snapshot)


def _check(place: Place) -> None:
    if not place.is_atomic and not place.is_unchanged():
        raise _Unsettled


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except OSError as error:
        raise lost(error) from None


def _known_files(run: Run) -> dict[str, str]:
    """Hash of a file that was written anew -> its id."""
    if not run.engine.exists("config.known_files"):
        return {}
    return dict(run.engine.read("config.known_files").iter_rows())


def _unfold(visit: Visit, kind: archives.Kind, file_id: str) -> Iterator[Offer]:
    """One offer, or one for each member or sheet."""
    size = visit.place.bytes
    try:
        if kind == "damaged":
            raise archives.Refusal("a damaged zip archive or workbook")
        names = visit.archive().names if kind == "archive" else []
    except archives.Refusal as refusal:
        yield visit.offer(file_id, size, refusal=refusal)
        return
    if kind != "archive":
        yield from _sheets(visit, kind, None, file_id, size)
    for name in names:
        yield from _member(visit, name, file_id)


def _member(visit: Visit, name: str, archive_id: str) -> Iterator[Offer]:
    size = visit.archive().size(name)
    try:
        path = visit.file(name)
    except archives.Refusal as refusal:
        yield visit.offer(derived(archive_id, name), size, name, refusal=refusal)
        return
    yield from _sheets(visit, archives.kind(path), name, visit.file_id(_hash(path)), size)


def _sheets(visit: Visit, kind: archives.Kind, member: str | None, file_id: str, size: int) -> Iterator[Offer]:
    """The file itself, and the further sheets of a workbook."""
    yield visit.offer(file_id, size, member)
    if kind == "workbook":
        for sheet in sheets.filled_sheets(visit.file(member))[1:]:
            yield visit.offer(derived(file_id, sheet), size, member, sheet)


def derived(file_id: str, name: str) -> str:
    """Id of a part that has no bytes of its own."""
    return hashlib.sha256(f"{file_id}/{name}".encode("utf-8", "surrogatepass")).hexdigest()
