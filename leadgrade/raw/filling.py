"""Streams the rows of one file into their table and the quarantine.

One pass is enough for most files: the order of day and month is decided by the first batch, and every later batch is
held against it. Where a later one shows another order, the pass is given up and the file is surveyed first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.config.sources import Source
from leadgrade.raw import store
from leadgrade.raw.cells import dates
from leadgrade.raw.cells.cleaning import Cells, clean_cells
from leadgrade.raw.cells.dates import DateForm, Evidence, Told
from leadgrade.raw.convert import Converted, convert
from leadgrade.raw.erased import Erased, without, without_marked
from leadgrade.raw.headers import Match
from leadgrade.raw.plan import Plan
from leadgrade.raw.profile import Profile
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch, Sniffed
from leadgrade.run import Run

Seen = dict[int, Evidence]
_TELLING = {"evidence", "file", "configured", "system", "country"}


@dataclass(frozen=True, slots=True)
class Job:
    """A file and all that is known of it before its rows are read.

    Attributes:
        run: The run.
        path: The file on the local disk.
        sniffed: What it is.
        headers: Its headers, cleaned.
        match: What they mean; None where nobody knows.
        source: Its source.
        inherited: Header -> form of its dates, from the file that this one corrects.
        surveyed: What the date columns of the whole file show, where that had to be found out first.
        id_system: System of the records that a list of deletions names; None elsewhere.
        erased: What is known of erased people.
        erased_rows: Numbers of its rows that were erased before, and whether they had come after that.
    """

    run: Run
    path: Path
    sniffed: Sniffed
    headers: list[str]
    match: Match | None
    source: Source
    inherited: Mapping[str, DateForm] = field(default_factory=dict)
    surveyed: Seen | None = None
    id_system: str | None = None
    erased: Erased | None = None
    erased_rows: Mapping[int, bool] = field(default_factory=dict)

    def forms(self, seen: Seen, told: Told) -> dict[int, DateForm]:
        """The forms of the date columns that have shown numeric dates."""
        taken_over = {
            p: self.inherited[header]
            for p, header in enumerate(self.headers)
            if header in self.inherited and self.inherited[header].reason in _TELLING
        }
        return dates.decide_all(seen, told) | taken_over


class OrderTold(Exception):
    """A later batch tells an order of day and month by which the earlier ones were not read."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("read the file again with all its evidence")
        self.plan = plan


def told_order(source: Source, match: Match) -> Told:
    """What is known of the order of day and month without a look at the file."""
    if source.date_order:
        return Told(source.date_order, "configured")
    if match.variant.date_order:
        return Told(match.variant.date_order, "system")
    if source.country:
        return Told("mdy" if source.country == "US" else "dmy", "country")
    return Told()


def survey(job: Job, plan: Plan) -> Seen:
    """What the date columns of a whole file show."""
    seen: Seen = {}
    for batch in read_batches(job.path, job.sniffed):
        seen = _add(seen, _cells(batch, plan), plan)
    return seen


def fill(job: Job, match: Match, file: dict[str, Any]) -> None:
    """Write the rows of a file, and complete its record.

    Raises:
        OrderTold: The file was not surveyed and one pass is not enough.
    """
    told, seen = told_order(job.source, match), job.surveyed or {}
    erased = job.erased or Erased(job.run.engine)
    plan = Plan(match, job.headers, job.forms(seen, told), job.source.mode == "deletions", job.id_system)
    profile = Profile(job.headers, {p: name for name, positions in match.fields.items() for p in positions})
    for read in read_batches(job.path, job.sniffed):
        batch, gone = without_marked(read, job.erased_rows)
        cells = _cells(batch, plan)
        if job.surveyed is None:
            before, seen = seen, _add(seen, cells, plan)
            plan = _replan(plan, before, job.forms(seen, told))
        converted = _write(job, file, plan, batch, convert(batch.rows, cells, plan), erased)
        file["rows_read"] += len(gone)
        erased.keep_count(file, plan, gone, job.run.as_of)
        profile.add(converted.kept, cells.null_tokens, converted.unread)
    file |= _headers_record(plan)
    job.run.engine.write("raw.columns", profile.frame(file["file_id"], file["source"], plan.object), append=True)


def _cells(batch: Batch, plan: Plan) -> Cells:
    return clean_cells(batch, plan.strip, plan.text_positions)


def _add(seen: Seen, cells: Cells, plan: Plan) -> Seen:
    shown = {p: dates.evidence(cells.rows[f"c{p}"]) for p in plan.time_positions}
    return {p: seen.get(p, Evidence()) + one for p, one in shown.items()}


def _replan(plan: Plan, before: Seen, forms: Mapping[int, DateForm]) -> Plan:
    """The plan with what is known now. Columns that showed numeric dates before must be read as they were."""
    for p, form in forms.items():
        had = plan.forms.get(p)
        if had and p in before and before[p].numeric and had.reads_otherwise(form):
            raise OrderTold(plan)
    return plan if forms == plan.forms else replace(plan, forms=forms)


def _write(job: Job, file: dict[str, Any], plan: Plan, batch: Batch, converted: Converted, erased: Erased) -> Converted:
    """Write a batch but for the rows of erased people; what of it was taken."""
    engine, owner = job.run.engine, job.source.of or file["source"]
    rejects = store.rejects_frame(batch.rejects)
    late = erased.late(plan, converted.accepted, file, owner)
    late |= erased.late_refused(converted.refused) | erased.late_refused(rejects)
    taken, rejects = without(converted, late), rejects.filter(~pl.col(ROW_NUMBER).is_in(list(late)))
    store.insert_rows(engine, plan, taken.accepted, file, owner)
    store.insert_refused(engine, taken.refused, file)
    store.insert_refused(engine, rejects, file)
    erased.keep_count(file, plan, dict.fromkeys(late, True), job.run.as_of)
    file["rows_read"] += batch.records
    file["rows_accepted"] += len(taken.accepted)
    file["rows_quarantined"] += len(taken.refused) + len(rejects)
    return taken


def _headers_record(plan: Plan) -> dict[str, str]:
    fields = {p: name for name, positions in plan.match.fields.items() for p in positions}
    mapped = {plan.headers[p]: fields[p] for p in sorted(fields)}
    unmapped = [header for p, header in enumerate(plan.headers) if p not in fields]
    orders = {plan.headers[p]: f"{f.order} ({f.reason})" for p, f in sorted(plan.forms.items())}
    values = {"mapped_headers": mapped, "unmapped_headers": unmapped, "date_orders": orders}
    return {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
