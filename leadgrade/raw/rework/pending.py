"""Corrected rows that no run has taken in yet: a newer correction of the same row takes their place."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from leadgrade.erasure.certificate import known_files
from leadgrade.errors import InputError
from leadgrade.publish.home import Home
from leadgrade.raw.headers import clean_headers
from leadgrade.raw.inbox.storage import is_left_alone
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniff import file_hash, sniff
from leadgrade.raw.readers.sniffed import column_names
from leadgrade.raw.rework.quarantine import FILE_ID, ROW_NUMBER, is_retry, row_number
from leadgrade.raw.rework.worklist import Published

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A pending file some of whose rows are corrected anew.

    Attributes:
        path: The file.
        rows: Its rows that give way.
        left: Its rows that stay.
        content: What is left of it; None where nothing is.
    """

    path: Path
    rows: int
    left: int
    content: bytes | None

    def apply(self) -> None:
        """Write what is left under the name of its content, and remove the file."""
        if self.content is not None:
            stem = re.sub(r"_[0-9a-f]{8}$", "", self.path.stem)
            write(self.path.with_name(named(stem, self.content)), self.content)
        self.path.unlink(missing_ok=True)


def named(stem: str, content: bytes) -> str:
    """The name of a corrected file: the same content has the same one."""
    # an underscore sorts behind a full stop: what corrects a corrected file is read after it
    return f"{stem}_{hashlib.sha256(content).hexdigest()[:8]}.csv"


def write(path: Path, content: bytes) -> None:
    """Write a file under another name first, 0600, for it holds personal data."""
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    partial.replace(path)


def taken_files(published: Published, home: Path) -> set[str]:
    """Contents of the files that a published run took in, as they were and as erasures left them."""
    taken = {row["file_id"] for row in published.rows("from warehouse.raw.files select file_id where status = 'taken'")}
    return taken | {content for content, file_id in known_files(Home(home)).items() if file_id in taken}


def replaced(folder: Path, keys: Collection[Key], but: Collection[Path], taken: Collection[str]) -> Iterator[Replaced]:
    """The pending files of a folder that name some of these rows.

    Args:
        folder: The retry folder of a source.
        keys: Rows that are corrected anew.
        but: The files that correct them.
        taken: Ids of files that are no longer pending.

    Raises:
        InputError: where such a file holds records that are no rows, so that it cannot be written anew.
    """
    for path in sorted(folder.glob("*.csv")):
        if path not in but and not is_left_alone(path.name) and file_hash(path) not in taken:
            found = _replaced(path, keys)
            if found:
                yield found


def _replaced(path: Path, keys: Collection[Key]) -> Replaced | None:
    sniffed = sniff(path)
    headers = clean_headers(sniffed.headers)
    if sniffed.refused or not is_retry(headers):
        return None
    names = column_names(len(headers))
    frames, rejects = [pl.DataFrame(schema=dict.fromkeys(names, pl.String()))], 0
    for batch in read_batches(path, sniffed):
        frames.append(batch.rows.select(names))
        rejects += len(batch.rejects)
    cells = pl.concat(frames).fill_null("")
    named_keys = pl.DataFrame(list(keys), schema={"key_file": pl.String(), "key_row": pl.Int64()}, orient="row")
    file_id, number = (pl.col(names[headers.index(name)]) for name in (FILE_ID, ROW_NUMBER))
    marked = cells.with_columns(file_id.str.strip_chars().alias("key_file"), row_number(number).alias("key_row"))
    left = marked.join(named_keys, on=["key_file", "key_row"], how="anti", maintain_order="left").select(names)
    if len(left) == len(cells):
        return None
    if rejects:
        raise InputError(f"{path}: waits for the next run, names the same rows and is damaged; move it away")
    content = left.rename(dict(zip(names, headers, strict=True))).write_csv().encode() if len(left) else None
    return Replaced(path, len(cells) - len(left), len(left), content)
