"""What is held of a person: where each row came from, where it stands, and what follows from it; values on request only.

For privacy officers: "why is this person here?" and the right of access. Ids, counts and codes are shown; names, addresses
and whatever else a row holds go into a file that its owner alone can read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadgrade.config import Settings
from leadgrade.erasure.mentions import mentions
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.order import Means, base_of, means_for
from leadgrade.erasure.subjects import Subjects
from leadgrade.erasure.tables import kept
from leadgrade.erasure.traces import raw_objects, trace
from leadgrade.publish.home import Home

Row = dict[str, Any]
# table -> what of it tells why somebody is here and what is made of them
_TOLD = {
    "hygiene.consent": "channel, jurisdiction, state, lawful_basis, captured_at, expires_at",
    "hygiene.consent_gaps": "channel, reason, severity, needs, due_at",
    "hygiene.retention_due": "jurisdiction, evidence_at, due_at, reason",
    "scores.quality": "grade, score, stage, next_action",
}


@dataclass(slots=True)
class Held:
    """What is held of a person.

    Attributes:
        people: Person ids.
        origins: Files with rows: object, source, file_id, taken_in_at, rows, current_rows, row_numbers.
        tables: Table of the last work file -> rows about the person.
        mentions: Table and column -> texts of others that hold an address, number or name of the person.
        told: Table of consent, gaps, retention and grade -> its rows.
        kept_shared: Addresses and numbers that others have, too.
    """

    people: list[str] = field(default_factory=list)
    origins: list[Row] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    told: dict[str, list[Row]] = field(default_factory=dict)
    kept_shared: int = 0


def access(home: Home, settings: Settings, subjects: Subjects, values: Path | None, now: datetime) -> tuple[Held, int]:
    """What is held of people; with a file for the values also how many rows were written into it.

    Raises:
        FileExistsError: the file is there.
    """
    if values and values.exists():
        raise FileExistsError(values)
    with means_for(home, settings, subjects.fingerprints) as means:
        found = held(means, base_of(home), subjects)
        return found, write_values(means, base_of(home), values, subjects, now) if values else 0


def held(means: Means, work: Path, subjects: Subjects) -> Held:
    """What a work file holds of people.

    Args:
        means: Knows their fingerprints.
        work: The work file.
        subjects: Who.
    """
    found = Held(kept_shared=subjects.kept_shared)
    with means.open({"work": work}) as databases:
        trace(databases)
        found.people = [person for (person,) in databases.rows("select id from trace_people order by id")]
        found.origins = _origins(databases)
        for table in databases.tables:
            how, name = kept(databases, table, "erasure"), table.split(".", 1)[1]
            rows = 0 if how.where == "true" else databases.count(f"{table} as t where not ({how.where})")
            found.tables |= {name: rows} if rows else {}
            marks = mentions(databases, how, means.redactor)
            found.mentions |= {f"{name}.{column}": len(texts) for column, texts in marks.items()}
        for name, columns in _TOLD.items():
            there = databases.find(name)
            if there:
                query = f"select {columns} from {there} where person_id in (select id from trace_people) order by all"
                found.told[name] = _dicts(databases, query)
    return found


def _dicts(opened: Opened, query: str) -> list[Row]:
    result = opened.connection.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _origins(opened: Opened) -> list[Row]:
    """The files with rows of theirs, leads first; where a row stands is told by its number."""
    files, versions = opened.find("raw.files"), opened.find("raw.versions")
    return _dicts(opened, f"""
        select * from (
        select rows.object, files.source, rows.file_id, files.ingested_at as taken_in_at, count(*) as rows,
            count_if(versions.state = 'current') as current_rows, list_sort(list(rows.row_number)) as row_numbers
        from trace_rows as rows
        left join {files} as files on rows.file_id = files.file_id
        left join {versions} as versions
            on rows.object = versions.object and rows.file_id = versions.file_id and rows.row_number = versions.row_number
        group by all
        ) order by object <> 'leads', object, taken_in_at, file_id
    """)  # fmt: skip


def write_values(means: Means, work: Path, target: Path, subjects: Subjects, now: datetime) -> int:
    """Write everything that is held of people into a JSON file (0600): their rows as they came, and what was made of them.

    Args:
        means: Knows their fingerprints.
        work: The work file.
        target: The file; one that is there is not written over.
        subjects: Who.
        now: The time, UTC.

    Returns:
        Rows written.

    Raises:
        FileExistsError: the file is there.
    """
    told = {"at": now.isoformat(timespec="seconds"), "people": subjects.people, "leads": subjects.leads}
    with means.open({"work": work}) as databases:
        trace(databases)
        values = dict(_values(databases))
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(told | {"tables": values}, file, ensure_ascii=False, indent=1, default=str)
    return sum(map(len, values.values()))


def _values(opened: Opened) -> Iterator[tuple[str, list[Row]]]:
    """Table -> rows, without empty columns."""
    tables = {f"raw.{name}": table for name, table in raw_objects(opened).items()}
    made = (
        "contacts.leads",
        "people.golden",
        "people.accounts",
        "scores.points",
        "hygiene.decay",
        "hygiene.risk",
        *_TOLD,
    )
    tables |= {name: table for name in ("raw.quarantine", *made) if (table := opened.find(name))}
    for name, table in tables.items():
        how = kept(opened, table, "erasure")
        rows = _dicts(opened, f"select * from {table} as t where not ({how.where}) order by all")
        if rows:
            yield name, [{key: value for key, value in row.items() if value is not None} for row in rows]
