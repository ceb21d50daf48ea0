"""Takes corrected rows back: checks an edited export and places it where the next run finds it."""

from __future__ import annotations

import hashlib
import re
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
from leadgrade.raw.rework import pending
from leadgrade.raw.rework.letters import WINDOWS, as_windows, is_proof, is_spoilt
from leadgrade.raw.rework.pending import Key, Replaced
from leadgrade.raw.rework.quarantine import FILE_ID, ROW_NUMBER, retry_folder
from leadgrade.raw.rework.spreadsheet import restore
from leadgrade.raw.rework.worklist import MARKS, SURPLUS, File, Published, Row, cells_of, known_file, shown

_PROVE = "save it as CSV UTF-8 or xlsx"


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of an edited file that cannot be taken back; row 1 is the first after the header, 0 the file itself."""

    path: Path
    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The corrected rows of one file, ready to be placed; ``is_known``: the same cells were given back before."""

    file: File
    path: Path
    rows: int
    content: bytes
    is_known: bool
    keys: frozenset[Key]


@dataclass(slots=True)
class Checked:
    """What the edited files hold.

    Attributes:
        corrections: What can be placed, one for each file that rows came from.
        untouched: Rows that nobody changed, which stay open.
        problems: Rows that stop it; with any of them nothing may be placed.
        replaced: Files that wait for the next run and name rows that are corrected anew.
    """

    corrections: list[Correction] = field(default_factory=list)
    untouched: int = 0
    problems: list[Problem] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)


@dataclass(slots=True)
class _Edited:
    """An edited file.

    Attributes:
        path: The file.
        cells: Its cells by header, formula marks off.
        numbers: The number of each record.
        is_guessed: Nothing in its bytes tells the encoding, and western Windows is a guess.
        is_proven: Some cell or header shows that the guess is right.
    """

    path: Path
    cells: pl.DataFrame
    numbers: list[int]
    is_guessed: bool = False
    is_proven: bool = False


@dataclass(slots=True)
class _Part:
    """The rows of an edited file that name rows of one file: (record, key, cells by header)."""

    file: File
    rows: list[tuple[int, Key, dict[str, str]]] = field(default_factory=list)


def check(
    published: Published,
    home: Path,
    paths: Sequence[Path],
    sources: Collection[str],
    *,
    with_untouched: bool = False,
) -> Checked:
    """Check edited exports against the open entries.

    Args:
        published: The published quarantine.
        home: LEADGRADE_HOME.
        paths: Edited exports, as csv in any dialect or as workbooks.
        sources: Names of the sources that the next run looks for.
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
            if part.file.source in sources:
                _check_part(part, edited, entries, home, checked, with_untouched=with_untouched)
            else:
                why = f"the source {part.file.source!r} is not in sources.yaml, and no run would take these rows in; "
                checked.problems.append(Problem(path, 0, why + "name it there again, or leave them out"))
        if edited.is_guessed and not edited.is_proven:
            why = f"its letters are in an old encoding, and no unchanged cell proves which; {_PROVE}"
            checked.problems.append(Problem(path, 0, why))
    if not checked.problems:
        checked.replaced = list(_replaced(published, home, checked))
    return checked


def _replaced(published: Published, home: Path, checked: Checked) -> Iterator[Replaced]:
    """What the corrections replace in each folder of files that no run has taken in yet."""
    taken = pending.taken_files(published, home)
    fresh = [c for c in checked.corrections if hashlib.sha256(c.content).hexdigest() not in taken]
    for folder in sorted({c.path.parent for c in fresh}):
        here = [c for c in fresh if c.path.parent == folder]
        yield from pending.replaced(folder, frozenset().union(*(c.keys for c in here)), {c.path for c in here}, taken)


def place(checked: Checked) -> None:
    """Write the corrections into the retry folder, and take out of it what they replace.

    What is broken off can be done again: the rows that give way go first, so none is ever there twice unnoticed.
    """
    for old in checked.replaced:
        old.apply()
    for correction in checked.corrections:
        if correction.is_known:
            continue
        for folder in (correction.path.parents[1], correction.path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pending.write(correction.path, correction.content)


def _read(path: Path, checked: Checked) -> _Edited:
    """Read an edited file; records that are no rows become problems."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    sniffed = sniff(path)
    if sniffed.refused:
        raise InputError(f"{path}: {sniffed.detail}; save it as csv or xlsx")
    # the older encodings can only be guessed, and a wrong guess would change names for good: cells have to prove it
    is_guessed = bool(sniffed.encoding and not sniffed.encoding.startswith("utf"))
    as_guessed = as_windows(path, sniffed) if is_guessed else sniffed
    if not as_guessed:
        raise InputError(f"{path}: its letters are neither in UTF-8 nor in {WINDOWS}; {_PROVE}")
    sniffed = as_guessed
    titles = pl.DataFrame({"title": clean_headers(sniffed.headers)}).select(restore(pl.col("title")))
    headers = clean_headers(titles["title"].to_list())
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
    return _Edited(path, cells.rename(dict(zip(names, headers, strict=True))), numbers, is_guessed)


def _keys(edited: _Edited, seen: set[Key], checked: Checked) -> dict[int, Key]:
    """Record -> the entry that it names."""
    keys: dict[int, Key] = {}
    for row, (file_id, number) in zip(
        edited.numbers, edited.cells.select(FILE_ID, ROW_NUMBER).iter_rows(), strict=True
    ):
        key = (file_id.strip(), _number(number))
        if not key[0] or not key[1]:
            why = f"{FILE_ID} or {ROW_NUMBER} is empty or changed: take them over from the export"
        elif key in seen:
            why = "its row was named before"
        else:
            seen.add(key)
            keys[row] = key
            continue
        checked.problems.append(Problem(edited.path, row, why))
    return keys


def _number(text: str) -> int:
    """A row number in digits of ASCII that fits 64 bits; 0 for anything else, for the first row is 1."""
    number = int(text) if re.fullmatch(r"\s*[0-9]{1,19}\s*", text) else 0
    return number if number < 1 << 63 else 0


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
        why = f"{len(missing)} column(s) of {shown(part.file.name)} are missing: {', '.join(map(shown, missing[:8]))}"
        why += " (an old encoding may have changed its letters; " + _PROVE + ")" if edited.is_guessed else ""
        checked.problems.append(Problem(edited.path, 0, why))
        return
    extra = [name for name in edited.cells.columns if name not in {*part.file.headers, *MARKS, SURPLUS}]
    edited.is_proven |= any(not header.isascii() for header in part.file.headers)
    touched, closed = list[dict[str, str]](), list[int]()
    for row, key, cells in part.rows:
        entry = entries.get(key)
        fault, is_touched = _look(part.file, entry, cells, extra, edited)
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


def _look(
    file: File, entry: Row | None, cells: dict[str, str], extra: Sequence[str], edited: _Edited
) -> tuple[str | None, bool]:
    """Why a row cannot be taken back, and whether anybody changed it."""
    if entry is None:
        return "the quarantine has no such row", False
    if entry["payload"] is None:
        return "its whole file was refused: mend the file or its source, and the next run takes it", False
    before = [*map(_plain, cells_of(file, entry["reason"], entry["payload"]))]
    rest = cells.get(SURPLUS, "")
    now = [*(_plain(cells[header]) for header in file.headers), _plain(rest)]
    is_touched = before != now or any(cells[name] for name in extra)
    pairs = list(zip(before, now, strict=True))
    if is_touched and any(is_spoilt(*pair, is_guessed=edited.is_guessed) for pair in pairs):
        return f"letters of it were lost when it was saved; {_PROVE}", True
    edited.is_proven |= edited.is_guessed and any(is_proof(*pair) for pair in pairs)
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
    path = retry_folder(home, file.source) / pending.named(file.stem, content)
    keys = frozenset((row[FILE_ID].strip(), _number(row[ROW_NUMBER])) for row in rows)
    return Correction(file, path, len(rows), content, path.exists(), keys)
