"""Takes in what the sources offer: every file once, every row into its table or into the quarantine."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leadgrade.config.sources import Source
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw import store
from leadgrade.raw.erased import Erased
from leadgrade.raw.filling import Job, OrderTold, fill, survey
from leadgrade.raw.headers import Match, clean_headers, mapping_faults, match_headers
from leadgrade.raw.inbox.offers import Offer, OffersReport, PlaceLost, offered
from leadgrade.raw.readers.sniff import sniff
from leadgrade.raw.readers.sniffed import Sniffed
from leadgrade.raw.refusals import Refusal, refusal_of
from leadgrade.raw.rework.quarantine import close_corrected, corrected_rows, inherit
from leadgrade.run import Run

# the rows stream through: more would only be kept for nobody to read again
MEMORY = 1024


@dataclass(slots=True)
class IntakeReport:
    """What an intake did; counts and names of sources only.

    Attributes:
        files_taken: Files taken in by this run.
        files_known: Files that an earlier run took in, whatever their name.
        files_refused: Files that could not be taken in.
        rows_read: Data rows of the files of this run, by object (``unknown`` where nobody could tell).
        rows_accepted: Rows that went into the table of their object.
        rows_quarantined: Rows refused.
        offers: Sources without files, and files that were left for the next run.
    """

    files_taken: int = 0
    files_known: int = 0
    files_refused: int = 0
    rows_read: Counter[str] = field(default_factory=Counter)
    rows_accepted: Counter[str] = field(default_factory=Counter)
    rows_quarantined: Counter[str] = field(default_factory=Counter)
    offers: OffersReport = field(default_factory=OffersReport)

    @property
    def empty_sources(self) -> list[str]:
        """Sources whose pattern matched no file."""
        return self.offers.empty_sources


class _Moved(Exception):
    """The file changed while it was read: nothing of it counts."""


def take_in(run: Run) -> IntakeReport:
    """Take in every new file of every source.

    A file counts by its content: the same bytes under another name are known. A file is taken whole or not at all; a
    refused one is tried again by every run, and a taken one is read again, while it lies there, when sources.yaml says
    something else of its source.

    Raises:
        ConfigError: sources.yaml names a system or a field that there is not.
        InputError: No source has any file and none was ever taken in.
    """
    faults = mapping_faults(run.settings.sources)
    if faults:
        raise ConfigError(faults)
    store.prepare(run.engine)
    known, report = store.known_files(run.engine), IntakeReport()
    with run.engine.memory_at_most(MEMORY):
        _take_all(run, known, report)
    if not known:
        raise InputError(_nothing(run))
    store.date_offers(run.engine)
    return report


def _take_all(run: Run, known: dict[str, store.Known], report: IntakeReport) -> None:
    for offer in offered(run, report.offers):
        settings = settings_hash(offer.source, _id_system(run, offer.source))
        if store.is_known(known.get(offer.file_id), offer.source_name, settings):
            report.files_known += 1
            continue
        file = _take(run, offer, report, known.get(offer.file_id))
        if file:
            known[offer.file_id] = store.Known(offer.source_name, file["status"], settings, file["ingested_at"])


def settings_hash(source: Source, id_system: str | None = None) -> str:
    """sha256 of what sources.yaml says of how the files of a source are read; of a list of deletions with whose ids it names."""
    said = source.model_dump(
        mode="json", include={"system", "object", "country", "encoding", "date_order", "mapping", "mode", "of"}
    )
    said |= {"id_system": id_system} if id_system else {}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _id_system(run: Run, source: Source) -> str | None:
    """The system of the records that a list of deletions names: as their files tell, else as sources.yaml does."""
    if source.mode != "deletions" or source.of is None:
        return None
    named = run.settings.sources.sources.get(source.of)
    return store.system_of(run.engine, source.of, source.object) or (named.system if named else None)


def _nothing(run: Run) -> str:
    patterns = "\n".join(f"  - {name}: {_shown(run, s.path)}" for name, s in run.settings.sources.sources.items())
    hint = "Put exports there, or make a sample with: leadgrade demo --rows 10000 --out DIR"
    return f"no file to take in: no source of sources.yaml matches any file.\n{patterns}\n{hint}"


def _shown(run: Run, pattern: str) -> str:
    """The pattern as people find it; addresses without what may hold a key."""
    scheme, mark, _ = pattern.partition("://")
    return f"{scheme}://..." if mark else str(run.home / pattern)


def _take(run: Run, offer: Offer, report: IntakeReport, before: store.Known | None) -> dict[str, Any] | None:
    """Take in one file; None where it has to wait for the next run."""
    first_seen = before.ingested_at if before else run.as_of
    try:
        file = _refused_offer(run, offer, first_seen) if offer.refused else _open(run, offer, first_seen)
    except PlaceLost:
        report.offers.unreadable[offer.source_name] += 1
        return None
    except _Moved:
        report.offers.unsettled[offer.source_name] += 1
        return None
    if file["status"] == "refused" and not offer.is_retry:
        report.offers.refused[offer.source_name] += 1
    _count(report, file)
    return file


def _refused_offer(run: Run, offer: Offer, first_seen: datetime) -> dict[str, Any]:
    """A member of an archive that cannot be unpacked."""
    sniffed = Sniffed(refused=offer.refused, detail=offer.detail)
    with run.engine.transaction():
        store.forget(run.engine, offer.file_id)
        file = _file_record(run, offer, sniffed, None, first_seen)
        _refuse(run, None, sniffed, file, Refusal(offer.refused or "", offer.detail))
        store.insert_file(run.engine, file)
    return file


def _open(run: Run, offer: Offer, first_seen: datetime) -> dict[str, Any]:
    with offer.open() as path:
        job = _job(run, offer, path)
        while True:
            file = _file_record(run, offer, job.sniffed, job.match, first_seen)
            try:
                with run.engine.transaction():
                    store.forget(run.engine, offer.file_id)
                    _take_rows(job, file)
                    store.insert_file(run.engine, file)
                    corrected = corrected_rows(path, job.sniffed, job.headers) if offer.is_retry else ()
                    close_corrected(run.engine, corrected, file, run.as_of)
                    if not offer.is_unchanged():
                        raise _Moved
            except OrderTold as told:
                job = replace(job, surveyed=survey(job, told.plan))
            else:
                return file


def _job(run: Run, offer: Offer, path: Path) -> Job:
    try:
        sniffed = sniff(path, offer.sheet, offer.source.encoding)
    except OSError as error:
        raise PlaceLost(type(error).__name__) from None
    headers = clean_headers(sniffed.headers)
    corrected = corrected_rows(path, sniffed, headers) if offer.is_retry else ()
    source, forms = inherit(run.engine, corrected, offer.source) if offer.is_retry else (offer.source, {})
    match = match_headers(headers, source) if headers else None
    erased = Erased.known(run.engine)
    return Job(
        run, path, sniffed, headers, match, source, forms,
        id_system=_id_system(run, offer.source), erased=erased, erased_rows=erased.rows(offer.file_id),
    )  # fmt: skip


def _take_rows(job: Job, file: dict[str, Any]) -> None:
    refusal = refusal_of(job.sniffed, job.headers, job.match, job.source)
    if refusal:
        _refuse(job.run, job.path, job.sniffed, file, refusal)
    else:
        assert job.match is not None
        fill(job, job.match, file)


def _file_record(run: Run, offer: Offer, sniffed: Sniffed, match: Match | None, first_seen: datetime) -> dict[str, Any]:
    variant = match.variant if match else None
    return {
        "file_id": offer.file_id, "source": offer.source_name, "file_name": offer.name, "bytes": offer.bytes,
        "format": sniffed.format, "compression": sniffed.compression, "encoding": sniffed.encoding,
        "delimiter": sniffed.delimiter, "title_lines": sniffed.title_lines,
        "system": variant.system if variant else None, "system_score": match.score if match else None,
        "object": variant.object if variant else offer.source.object, "rows_read": 0, "rows_accepted": 0,
        "rows_quarantined": 0, "rows_erased": 0, "mapped_headers": None, "unmapped_headers": None, "date_orders": None,
        "headers": json.dumps(clean_headers(sniffed.headers)),
        "status": "taken", "reason": None, "reason_detail": None,
        "settings_hash": settings_hash(offer.source, _id_system(run, offer.source)),
        "ingested_at": first_seen, "offered_at": run.as_of, "offer_number": offer.number, "delivery_number": None,
        "mode": offer.source.mode, "owner": offer.source.of or offer.source_name, "run_id": run.run_id,
    }  # fmt: skip


def _refuse(run: Run, path: Path | None, sniffed: Sniffed, file: dict[str, Any], refusal: Refusal) -> None:
    rows = 0 if sniffed.refused or path is None else refusal.count(path, sniffed)
    file |= {
        "status": "refused", "reason": refusal.reason, "reason_detail": refusal.detail, "rows_read": rows,
        "rows_quarantined": rows,
    }  # fmt: skip
    store.refuse_all(run.engine, file, rows, refusal.detail)


def _count(report: IntakeReport, file: dict[str, Any]) -> None:
    name = file["object"] or "unknown"
    report.files_taken += file["status"] == "taken"
    report.files_refused += file["status"] == "refused"
    report.rows_read[name] += file["rows_read"]
    report.rows_accepted[name] += file["rows_accepted"]
    report.rows_quarantined[name] += file["rows_quarantined"]
