"""Takes in what lies in the inbox: every file once, every row into its table or into the quarantine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.config.sources import Source
from leadgrade.errors import ConfigError, InputError
from leadgrade.raw import dates, store
from leadgrade.raw.convert import Plan, convert
from leadgrade.raw.dates import Evidence, Order
from leadgrade.raw.headers import REQUIRED, Match, clean_headers, mapping_faults, match_headers
from leadgrade.raw.readers import Batch, ReadFault, read_batches
from leadgrade.raw.sniff import Sniffed, file_hash, sniff
from leadgrade.raw.values import clean_text
from leadgrade.run import Run


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
        empty_sources: Sources whose pattern matched no file.
    """

    files_taken: int = 0
    files_known: int = 0
    files_refused: int = 0
    rows_read: Counter[str] = field(default_factory=Counter)
    rows_accepted: Counter[str] = field(default_factory=Counter)
    rows_quarantined: Counter[str] = field(default_factory=Counter)
    empty_sources: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """A file that a source offers."""

    path: Path
    name: str
    source_name: str
    source: Source
    file_id: str


def take_in(run: Run) -> IntakeReport:
    """Take in every new file of every source.

    A file counts by its content: the same bytes under another name are known. A file is taken whole or not at all; a
    refused one is tried again by every run, for its mapping may have changed since.

    Raises:
        ConfigError: sources.yaml names a system or a field that there is not.
        InputError: No source has any file and none was ever taken in.
    """
    faults = mapping_faults(run.settings.sources)
    if faults:
        raise ConfigError(faults)
    store.prepare(run.engine)
    known, report = store.known_files(run.engine), IntakeReport()
    for name, source in run.settings.sources.sources.items():
        paths = list(_files(run.home, source.path))
        if not paths:
            report.empty_sources.append(name)
        for path in paths:
            offer = _Offer(path, _below(path, run.home, source.path), name, source, file_hash(path))
            if known.get(offer.file_id) == "taken":
                report.files_known += 1
            else:
                known[offer.file_id] = _take(run, offer, report)
    if not known:
        raise InputError(_nothing(run))
    return report


def _files(home: Path, pattern: str) -> Iterator[Path]:
    """Files of a pattern in the order of their names; hidden ones and unfinished uploads are left alone."""
    for found in sorted(glob(str(home / pattern), recursive=True)):  # noqa: PTH207  absolute patterns too
        path = Path(found)
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part":
            yield path


def _below(path: Path, home: Path, pattern: str) -> str:
    """Path below the folder where the pattern's wildcards begin."""
    fixed = [part for part in (home / pattern).parent.parts if not any(sign in part for sign in "*?[")]
    folder = Path(*fixed)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name


def _nothing(run: Run) -> str:
    patterns = "\n".join(f"  - {name}: {run.home / s.path}" for name, s in run.settings.sources.sources.items())
    hint = "Put exports there, or make a sample with: leadgrade demo --rows 10000 --out DIR"
    return f"no file to take in: no source of sources.yaml matches any file.\n{patterns}\n{hint}"


def _take(run: Run, offer: _Offer, report: IntakeReport) -> str:
    """Take in one file inside one transaction; return its status."""
    with store.transaction(run.engine):
        store.forget(run.engine, offer.file_id)
        sniffed = sniff(offer.path)
        headers = clean_headers(sniffed.headers)
        match = match_headers(headers, offer.source) if headers else None
        file = _file_record(run, offer, sniffed, match)
        refusal = _refusal(sniffed, headers, match)
        if refusal:
            _refuse(run, offer, sniffed, file, refusal)
        else:
            assert match is not None
            _fill(run, offer, sniffed, file, match, headers)
        store.insert_file(run.engine, file)
    _count(report, file)
    return str(file["status"])


def _file_record(run: Run, offer: _Offer, sniffed: Sniffed, match: Match | None) -> dict[str, Any]:
    variant = match.variant if match else None
    return {
        "file_id": offer.file_id, "source": offer.source_name, "file_name": offer.name,
        "bytes": offer.path.stat().st_size, "format": sniffed.format, "encoding": sniffed.encoding,
        "delimiter": sniffed.delimiter, "system": variant.system if variant else None,
        "system_score": match.score if match else None,
        "object": variant.object if variant else offer.source.object, "rows_read": 0, "rows_accepted": 0,
        "rows_quarantined": 0, "mapped_headers": None, "unmapped_headers": None, "date_orders": None,
        "status": "taken", "reason": None, "reason_detail": None, "ingested_at": run.as_of, "run_id": run.run_id,
    }  # fmt: skip


def _refusal(sniffed: Sniffed, headers: list[str], match: Match | None) -> _Refusal | None:
    """Why a file as a whole cannot be taken in."""
    if sniffed.refused:
        return _Refusal(sniffed.refused, sniffed.detail)
    if match is None:
        shown = ", ".join(headers[:8])
        hint = "name object (and system) of the source in sources.yaml, or map its headers there"
        return _Refusal("unknown_object", f"the headers tell of no known kind of row: {shown} ...; {hint}")
    if match.conflict:
        first, second, name = match.conflict
        hint = f"put one of them under mapping in sources.yaml ({name}, or answers to keep it aside)"
        return _Refusal("header_conflict", f"{first!r} and {second!r} both mean {name}; {hint}")
    missing = match.missing(REQUIRED[match.variant.object])
    if missing:
        return _Refusal("missing_column", f"no column for {' or '.join(missing)}; map its header in sources.yaml")
    return None


def _survey(path: Path, sniffed: Sniffed, positions: list[int]) -> tuple[dict[int, Evidence], int, bool]:
    """One pass ahead: what the date columns show, the number of records, and whether the fast reader can be used."""
    for fast in (True, False):
        found, records = dict.fromkeys(positions, Evidence()), 0
        try:
            for batch in read_batches(path, sniffed, fast=fast):
                records += batch.records
                for p in positions:
                    found[p] += dates.evidence(batch.rows.select(clean_text(pl.col(f"c{p}"))).to_series())
        except ReadFault:
            continue
        return found, records, fast
    raise AssertionError("the slow reader reads everything")


def _refuse(run: Run, offer: _Offer, sniffed: Sniffed, file: dict[str, Any], refusal: _Refusal) -> None:
    rows = 0 if sniffed.refused else _survey(offer.path, sniffed, [])[1]
    file |= {
        "status": "refused",
        "reason": refusal.reason,
        "reason_detail": refusal.detail,
        "rows_read": rows,
        "rows_quarantined": rows,
    }
    store.refuse_all(run.engine, file, rows, refusal.detail)


def _assumed_order(source: Source, match: Match) -> Order:
    return source.date_order or match.variant.date_order or ("mdy" if source.country == "US" else "dmy")


def _fill(run: Run, offer: _Offer, sniffed: Sniffed, file: dict[str, Any], match: Match, headers: list[str]) -> None:
    """Stream the rows of a file into their table and the quarantine, and complete its record."""
    evidence, _, fast = _survey(offer.path, sniffed, Plan(match, headers).time_positions)
    plan = Plan(match, headers, dates.decide_all(evidence, _assumed_order(offer.source, match)))
    file |= _headers_record(plan)
    for batch in read_batches(offer.path, sniffed, fast=fast):
        _fill_batch(run, offer, file, plan, batch)


def _headers_record(plan: Plan) -> dict[str, str]:
    fields = {p: name for name, positions in plan.match.fields.items() for p in positions}
    mapped = {plan.headers[p]: fields[p] for p in sorted(fields)}
    unmapped = [header for p, header in enumerate(plan.headers) if p not in fields]
    orders = {plan.headers[p]: f"{f.order} ({f.reason})" for p, f in sorted(plan.forms.items())}
    values = {"mapped_headers": mapped, "unmapped_headers": unmapped, "date_orders": orders}
    return {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}


def _fill_batch(run: Run, offer: _Offer, file: dict[str, Any], plan: Plan, batch: Batch) -> None:
    accepted, refused = convert(batch.rows, plan)
    store.insert_rows(run.engine, plan, accepted, offer.file_id, offer.source_name)
    store.insert_refused(run.engine, refused, file)
    store.insert_refused(run.engine, store.rejects_frame(batch.rejects), file)
    file["rows_read"] += batch.records
    file["rows_accepted"] += len(accepted)
    file["rows_quarantined"] += len(refused) + len(batch.rejects)


def _count(report: IntakeReport, file: dict[str, Any]) -> None:
    name = file["object"] or "unknown"
    report.files_taken += file["status"] == "taken"
    report.files_refused += file["status"] == "refused"
    report.rows_read[name] += file["rows_read"]
    report.rows_accepted[name] += file["rows_accepted"]
    report.rows_quarantined[name] += file["rows_quarantined"]
