"""Takes corrected rows back: checks an edited export and places it where the next run finds it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from leadgrade.errors import InputError
from leadgrade.raw.headers import clean_headers
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniff import sniff
from leadgrade.raw.readers.sniffed import ROW_NUMBER as RECORD
from leadgrade.raw.readers.sniffed import column_names
from leadgrade.raw.rework.quarantine import FILE_ID, ROW_NUMBER, retry_folder
from leadgrade.raw.rework.spreadsheet import restore
from leadgrade.raw.rework.worklist import MARKS, SURPLUS, File, Published, Row, cells_of, known_file

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of an edited file that cannot be taken back; row 1 is the first after the header, 0 the file itself."""

    path: Path
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The corrected rows of one file, ready to be placed; ``is_known``: the same rows were given back before."""

    file: File
    path: Path
    rows: int
    content: bytes
    is_known: bool


@dataclass(slots=True)
class Checked:
    """What the edited files hold.

    Attributes:
        corrections: What can be placed, one for each file that rows came from.
        untouched: Rows that nobody changed, which stay open.
        problems: Rows that stop it; with any of them nothing may be placed.
    """

    corrections: list[Correction] = field(default_factory=list)
    untouched: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Edited:
    """An edited file: cells by header, formula marks off, and the number of each record."""

    path: Path
    cells: pl.DataFrame
    numbers: list[int]


@dataclass(slots=True)
class _Part:
    """The rows of an edited file that name rows of one file: (record, key, cells by header)."""

    file: File
    rows: list[tuple[int, Key, dict[str, str]]] = field(default_factory=list)


def check(published: Published, home: Path, paths: Sequence[Path], *, with_untouched: bool = False) -> Checked:
    """Check edited exports against the open entries.

    Args:
        published: The published quarantine.
        home: LEADGRADE_HOME.
        paths: Edited exports, as csv in any dialect or as workbooks.
        with_untouched: Take rows back that nobody changed, too.

    Raises:
        InputError: where a file is no table, or no export of the quarantine.
    """
    checked, seen = Checked(), set[Key]()
    for path in paths:
        edited = _read(path, checked)
        keys = _keys(edited, seen, checked)
        entries = _entries(published, keys.values())
        for part in _parts(published, edited, keys, checked):
            _check_part(part, edited, entries, home, checked, with_untouched=with_untouched)
    return checked


def place(checked: Checked) -> None:
    """Write the corrections into the retry folder: under another name first, 0600, for they hold personal data."""
    for correction in checked.corrections:
        if correction.is_known:
            continue
        for folder in (correction.path.parents[1], correction.path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = correction.path.with_suffix(".part")
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(correction.content)
            target.flush()
            os.fsync(target.fileno())
        partial.replace(correction.path)


def _read(path: Path, checked: Checked) -> _Edited:
    """Read an edited file; records that are no rows become problems."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    sniffed = sniff(path)
    if sniffed.refused:
        raise InputError(f"{path}: {sniffed.detail}; save it as csv or xlsx")
    # the older encodings can only be guessed, and a wrong guess would change names for good
    if sniffed.encoding and not sniffed.encoding.startswith("utf"):
        raise InputError(f"{path}: its letters are in the encoding {sniffed.encoding}; save it as CSV UTF-8 or xlsx")
    titles = pl.DataFrame({"title": clean_headers(sniffed.headers)}).select(restore(pl.col("title")))
    headers = titles["title"].to_list()
    if not {FILE_ID, ROW_NUMBER} <= set(headers):
        raise InputError(
            f"{path}: no column {FILE_ID} or {ROW_NUMBER}; give back a file of: leadgrade quarantine export"
        )
    names = column_names(len(headers))
    frames, numbers = [pl.DataFrame(schema=dict.fromkeys(names, pl.String()))], list[int]()
    for batch in read_batches(path, sniffed):
        frames.append(batch.rows.select(names))
        numbers += batch.rows[RECORD].to_list()
        checked.problems += [Problem(path, r.row_number, f"{r.reason}: {r.detail}") for r in batch.rejects]
    cells = pl.concat(frames).select(restore(pl.all()).fill_null(""))
    return _Edited(path, cells.rename(dict(zip(names, headers, strict=True))), numbers)


def _keys(edited: _Edited, seen: set[Key], checked: Checked) -> dict[int, Key]:
    """Record -> the entry that it names."""
    keys: dict[int, Key] = {}
    for row, (file_id, number) in zip(
        edited.numbers, edited.cells.select(FILE_ID, ROW_NUMBER).iter_rows(), strict=True
    ):
        key = (file_id.strip(), int(number)) if number.strip().isdecimal() else ("", 0)
        if not key[0]:
            why = f"{FILE_ID} or {ROW_NUMBER} is empty or changed: take them over from the export"
        elif key in seen:
            why = "its row was named before"
        else:
            seen.add(key)
            keys[row] = key
            continue
        checked.problems.append(Problem(edited.path, row, why))
    return keys


def _entries(published: Published, keys: Collection[Key]) -> dict[Key, Row]:
    """The entries of these keys, open and closed."""
    pairs = pl.DataFrame(list(keys), schema={"file_id": pl.String(), "row_number": pl.Int64()}, orient="row")
    published.connection.register("named_rows", pairs.to_arrow())
    query = """
        select entry.file_id, entry.row_number, entry.reason, entry.payload, entry.closed_at is not null as is_closed
        from private.raw.quarantine as entry
        inner join named_rows on entry.file_id = named_rows.file_id and entry.row_number = named_rows.row_number
    """
    return {(row["file_id"], row["row_number"]): row for row in published.rows(query)}


def _parts(published: Published, edited: _Edited, keys: dict[int, Key], checked: Checked) -> Iterator[_Part]:
    """The rows by the file that they came from."""
    parts: dict[str, _Part | None] = {}
    for row, cells in zip(edited.numbers, edited.cells.iter_rows(named=True), strict=True):
        if row not in keys:
            continue
        file_id = keys[row][0]
        if file_id not in parts:
            file = known_file(published, file_id)
            parts[file_id] = _Part(file) if file else None
        part = parts[file_id]
        if part:
            part.rows.append((row, keys[row], cells))
        else:
            checked.problems.append(Problem(edited.path, row, f"nothing is known of a file with this {FILE_ID}"))
    yield from (part for part in parts.values() if part)


def _check_part(
    part: _Part, edited: _Edited, entries: dict[Key, Row], home: Path, checked: Checked, *, with_untouched: bool
) -> None:
    missing = [header for header in part.file.headers if header not in edited.cells.columns]
    if missing:
        why = f"{len(missing)} column(s) of {part.file.name} are missing: {', '.join(missing[:8])}"
        checked.problems.append(Problem(edited.path, 0, why))
        return
    extra = [name for name in edited.cells.columns if name not in {*part.file.headers, *MARKS, SURPLUS}]
    touched, closed = list[dict[str, str]](), list[int]()
    for row, key, cells in part.rows:
        entry = entries.get(key)
        fault, is_touched = _look(part.file, entry, cells, extra)
        if fault:
            checked.problems.append(Problem(edited.path, row, fault))
        elif is_touched or with_untouched:
            touched.append(cells)
            closed += [row] if entry and entry["is_closed"] else []
        else:
            checked.untouched += 1
    correction = _correction(home, part.file, touched, extra)
    if closed and not correction.is_known:
        why = "its entry is closed: a corrected row came in before; go on in a fresh export"
        checked.problems += [Problem(edited.path, row, why) for row in closed]
    if touched:
        checked.corrections.append(correction)


def _look(file: File, entry: Row | None, cells: dict[str, str], extra: Sequence[str]) -> tuple[str | None, bool]:
    """Why a row cannot be taken back, and whether anybody changed it."""
    if entry is None:
        return "the quarantine has no such row", False
    if entry["payload"] is None:
        return "its whole file was refused: mend the file or its source, and the next run takes it", False
    *before, surplus = cells_of(file, entry["reason"], entry["payload"])
    now = [cells[header] for header in file.headers]
    rest = cells.get(SURPLUS, "")
    same = [*map(_plain, before), _plain(surplus)] == [*map(_plain, now), _plain(rest)]
    is_touched = not same or any(cells[name] for name in extra)
    if is_touched and rest:
        return f"{SURPLUS} is still filled: move its text under the headers and empty it", True
    return None, is_touched


def _plain(cell: str) -> str:
    """Line ends as one sign: spreadsheets rewrite them."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _correction(home: Path, file: File, rows: Sequence[dict[str, str]], extra: Sequence[str]) -> Correction:
    """The file that the next run takes: the headers as they were, and the keys of the rows that it replaces."""
    names = [FILE_ID, ROW_NUMBER, *file.headers, *(name for name in extra if any(row[name] for row in rows))]
    records = [[row[name] for name in names] for row in rows]
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String()), orient="row")
    content = frame.write_csv().encode()
    # an underscore sorts behind a full stop: what corrects a corrected file is read after it
    name = f"{file.stem}_{hashlib.sha256(content).hexdigest()[:8]}.csv"
    path = retry_folder(home, file.source) / name
    return Correction(file, path, len(rows), content, path.exists())
