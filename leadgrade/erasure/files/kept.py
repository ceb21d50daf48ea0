"""The files that lie below a home: which they are, what the intake calls them, and how one is written anew."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.erasure.databases import beside, put
from leadgrade.erasure.files.changes import CannotWrite
from leadgrade.erasure.files.look import look
from leadgrade.erasure.files.rewriting import Part, write
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.inbox import archives, buckets
from leadgrade.raw.inbox.offers import derived
from leadgrade.raw.inbox.places import LocalPlace
from leadgrade.raw.inbox.storage import is_left_alone, list_files
from leadgrade.raw.readers import sheets
from leadgrade.raw.readers.sniff import file_hash, sniff
from leadgrade.raw.rework.quarantine import source_folder

_ANY = Source.model_construct(path="-")
# folders below the home that hold what the code itself wrote: databases, certificates, history, pages
_OWN = ("runs", "published", "erasures", "dagster", "reports")
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".gz", ".zip", ".xlsx", ".xls")
FOLDERS = ("inbox", "retry")
_DECISIONS = "decisions.jsonl"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file below the home that holds what sources sent.

    Attributes:
        path: Where it lies.
        source: Name of its source; None where no source names it.
        settings: What sources.yaml says of the source.
    """

    path: Path
    source: str | None
    settings: Source


@dataclass(slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        source: Name of its source.
        before: sha256 of the file as it was.
        after: sha256 of the file as it is; the same where nothing was to change.
        rows: Records that were emptied.
        mentions: Records of others that bear marks.
        known_as: New hash -> id under which the intake knows the content, of the file and of each member of an archive.
        unread: Tables of it that nobody can read: documents, damaged or locked files.
        problem: Why it could not be written anew; None where it was, or need not be.
    """

    source: str | None
    before: str = ""
    after: str = ""
    rows: int = 0
    mentions: int = 0
    known_as: dict[str, str] = field(default_factory=dict)
    unread: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is needed to write files anew.

    Attributes:
        redactor: Knows whom to look for.
        rows: Id of a file -> numbers of its rows that are theirs.
        known_as: Hash of a file that was written anew before -> its id.
        note: Called with an outcome before the file takes its place, so that the intake knows it whatever happens.
        scratch: Folder for members of archives while they are looked at.
    """

    redactor: Redactor
    rows: Mapping[str, frozenset[int]]
    known_as: Mapping[str, str]
    note: Callable[[Outcome], None]
    scratch: Path


def kept_files(home: Path, sources: SourcesConfig) -> Iterator[KeptFile]:
    """The files of the sources below the home, then what else lies in its inbox and retry folders, then tables anywhere else.

    The last are exports that somebody made: copies of rows for a spreadsheet, of an inbox, of a truth.
    """
    seen: set[Path] = set()
    for name, source in sources.sources.items():
        patterns = [source.path] if not buckets.is_address(source.path) else []
        for pattern in (*patterns, f"retry/{source_folder(name)}/*.csv"):
            for place in list_files(home, pattern):
                path = place.path.resolve() if isinstance(place, LocalPlace) else home
                if path.is_relative_to(home.resolve()) and path not in seen and path.is_file():
                    seen.add(path)
                    yield KeptFile(path, name, source)
    for path in (*_others(home), *_strays(home)):
        if path.resolve() not in seen:
            yield KeptFile(path.resolve(), None, _ANY)


def _others(home: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (p for p in sorted((home / folder).rglob("*")) if p.is_file() and not is_left_alone(p.name))


def _strays(home: Path) -> Iterator[Path]:
    """Tables that lie neither in an inbox nor where the code writes."""
    for path in sorted(home.rglob("*")):
        top = path.relative_to(home).parts[0]
        is_table = path.suffix.lower() in _TABLES and path.is_file() and not path.is_symlink()
        if is_table and top not in (*_OWN, *FOLDERS, _DECISIONS) and not is_left_alone(top):
            yield path


def elsewhere(home: Path, sources: SourcesConfig) -> list[str]:
    """Sources whose files lie outside of the home, where nothing is changed."""
    outside = []
    for name, source in sources.sources.items():
        if buckets.is_address(source.path) or any(
            isinstance(place, LocalPlace) and not place.path.resolve().is_relative_to(home.resolve())
            for place in list_files(home, source.path)
        ):
            outside.append(name)
    return outside


def erase_from(file: KeptFile, work: Work, *, change: bool = True) -> Outcome:
    """Take erased people out of a file, which keeps its name, its times and its rights.

    Args:
        file: The file.
        work: What is needed.
        change: False only counts.
    """
    outcome = Outcome(file.source)
    try:
        outcome.before = outcome.after = file_hash(file.path)
        with tempfile.TemporaryDirectory(dir=work.scratch) as scratch:
            is_new = _erase(file, work, outcome, Path(scratch), change=change)
        if is_new:
            outcome.after = file_hash(beside(file.path))
            outcome.known_as[outcome.after] = work.known_as.get(outcome.before, outcome.before)
            _take_over(file.path, beside(file.path))
            work.note(outcome)
            put(file.path)
    except (CannotWrite, OSError, zipfile.BadZipFile, archives.Refusal) as error:
        beside(file.path).unlink(missing_ok=True)
        outcome.after = outcome.before
        outcome.problem = str(error) if isinstance(error, CannotWrite) else f"cannot be written: {type(error).__name__}"
    return outcome


def _take_over(old: Path, new: Path) -> None:
    """Times, rights and owner of the old file: for the intake it is the file that it was."""
    told = old.stat()
    new.chmod(told.st_mode & 0o7777)
    if os.geteuid() == 0:
        os.chown(new, told.st_uid, told.st_gid)
    os.utime(new, ns=(told.st_atime_ns, told.st_mtime_ns))


def _erase(file: KeptFile, work: Work, outcome: Outcome, scratch: Path, *, change: bool) -> bool:
    """Write the file anew beside itself where it has to change; True where it does."""
    file_id = work.known_as.get(outcome.before, outcome.before)
    if archives.kind(file.path) == "archive":
        return _erase_members(file, work, outcome, scratch, change=change)
    parts = _parts(file.path, file_id, file.settings, work, outcome)
    _count(outcome, parts)
    is_new = any(part.changes for part in parts.values())
    if is_new and change:
        write(file.path, beside(file.path), parts, file.settings.encoding, work.redactor)
    return is_new and change


def _count(outcome: Outcome, parts: Mapping[str | None, Part]) -> None:
    outcome.rows += sum(len(part.changes.rows) for part in parts.values())
    outcome.mentions += sum(len(part.changes.mentions) for part in parts.values())


def _parts(path: Path, file_id: str, source: Source, work: Work, outcome: Outcome) -> dict[str | None, Part]:
    """The tables of a file that is no archive, with their changes."""
    if archives.kind(path) == "damaged":
        outcome.unread += 1
        return {}
    names: list[str | None] = [*sheets.filled_sheets(path)] if archives.kind(path) == "workbook" else [None]
    parts: dict[str | None, Part] = {}
    for place, sheet in enumerate(names):
        sniffed = sniff(path, sheet, source.encoding)
        known = work.rows.get(derived(file_id, sheet) if place and sheet else file_id, frozenset())
        if not sniffed.refused:
            parts[sheet] = Part(sniffed, look(path, sniffed, source, known, work.redactor), sheet)
        elif known:
            raise CannotWrite("a row of it is known, and it cannot be read any more")
        elif sniffed.refused != "empty":
            outcome.unread += 1
    return parts


def _erase_members(file: KeptFile, work: Work, outcome: Outcome, scratch: Path, *, change: bool) -> bool:
    """The members of an archive one by one; those that stay are copied as they are."""
    changed: dict[str, Path] = {}
    with archives.Archive(file.path) as archive:
        for number, name in enumerate(archive.names):
            member = scratch / "member"
            archive.unpack(name, member)
            before = file_hash(member)
            file_id = work.known_as.get(before, before)
            parts = _parts(member, file_id, file.settings, work, outcome)
            _count(outcome, parts)
            if change and any(part.changes for part in parts.values()):
                changed[name] = scratch / f"member-{number}"
                write(member, changed[name], parts, file.settings.encoding, work.redactor)
                outcome.known_as[file_hash(changed[name])] = file_id
        if changed:
            archive.copy(beside(file.path), changed)
    return bool(changed)
