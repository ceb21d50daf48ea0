"""Where files lie: the files of a pattern in a local folder or in object storage.

Patterns are globs: ``*``, ``?`` and ``[]`` within a name, ``**`` for any number of folders. Hidden files and folders
and unfinished uploads are left alone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from leadgrade.raw.inbox import buckets
from leadgrade.raw.inbox.places import LocalPlace, Place, PlaceLost, local_place

__all__ = ["Matcher", "Place", "PlaceLost", "is_left_alone", "list_files", "split_pattern"]
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
_States = frozenset[int]
_NOWHERE: frozenset[tuple[int, int]] = frozenset()


def list_files(home: Path, pattern: str) -> list[Place]:
    """The files of a pattern in the order of their names.

    A folder that may not be listed and a link that leads nowhere come as places, too: fetching them raises
    :class:`PlaceLost`, so that the caller can count them.

    Args:
        home: Folder that relative patterns start from.
        pattern: Glob, or glob behind ``s3://bucket/``, ``gs://bucket/``, ``abfs://container@account.../``.

    Raises:
        InputError: The object storage cannot be reached, forbids to look, or has no such bucket.
    """
    found = _remote(pattern) if buckets.is_address(pattern) else _local(home, pattern)
    return sorted(found, key=lambda place: place.name)


def is_left_alone(name: str) -> bool:
    """True for the name of a hidden file or an unfinished upload."""
    return name.startswith(".") or name.lower().endswith(UNFINISHED)


def split_pattern(pattern: str) -> tuple[str, tuple[str, ...]]:
    """The fixed folder of a pattern, and its segments from the first one with a wildcard on (at least the last)."""
    parts = pattern.split("/")
    if parts[-1] == "**":
        parts.append("*")  # a file has a name: at the end the wildcard stands for at least that
    wild = (i for i, part in enumerate(parts[:-1]) if any(sign in part for sign in "*?["))
    fixed = next(wild, len(parts) - 1)
    return "/".join(parts[:fixed]), tuple(part for part in parts[fixed:] if part)


class Matcher:
    """Follows a path through the segments of a pattern, name by name."""

    def __init__(self, segments: Sequence[str]) -> None:
        self._segments = tuple(segments)
        self.start = self._closed({0})

    def step(self, states: _States, name: str) -> _States:
        """Where the pattern stands behind one more name; nowhere where the name does not fit."""
        found: set[int] = set()
        for state in states - {len(self._segments)}:
            segment = self._segments[state]
            if segment == "**":
                found |= set() if name.startswith(".") else {state}
            elif fnmatchcase(name, segment) and (segment.startswith(".") or not name.startswith(".")):
                found.add(state + 1)
        return self._closed(found)

    def ends(self, states: _States) -> bool:
        """True where the pattern may end."""
        return len(self._segments) in states

    def fits(self, path: str) -> bool:
        """True for the path of a file of the pattern."""
        states, names = self.start, path.split("/")
        for name in names:
            states = self.step(states, name)
        return self.ends(states) and not is_left_alone(names[-1])

    def _closed(self, states: set[int]) -> _States:
        """With the states behind ``**``, which also stands for no folder at all."""
        found = set(states)
        for state, segment in enumerate(self._segments):
            if state in found and segment == "**":
                found.add(state + 1)
        return frozenset(found)


def _remote(pattern: str) -> Iterator[Place]:
    address = buckets.parse(pattern)
    folder, segments = split_pattern(address.pattern)
    matcher = Matcher(segments)
    is_deep = len(segments) > 1 or "**" in segments
    return (p for p in buckets.objects(address, folder, is_deep=is_deep) if matcher.fits(p.name))


def _local(home: Path, pattern: str) -> Iterator[Place]:
    folder, segments = split_pattern(pattern)
    prefix = f"{folder}/" if folder or pattern.startswith("/") else ""
    root = home / (prefix or ".")

    def place(name: str) -> LocalPlace:
        # without a name: the folder itself, which could not be listed
        return local_place(root / name, (prefix + name).rstrip("/"), name or root.name)

    return _walk(root, "", Matcher(segments), place)


def _walk(folder: Path, below: str, matcher: Matcher, place: Callable[[str], LocalPlace],
          states: _States | None = None, above: frozenset[tuple[int, int]] = _NOWHERE) -> Iterator[Place]:  # fmt: skip
    """The files of a folder, and of those folders below it where the pattern may go on."""
    try:
        info, entries = folder.stat(), list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        yield place(below.rstrip("/"))
        return
    here = (info.st_dev, info.st_ino)
    if here in above:  # a link that leads back up
        return
    for entry in entries:
        after = matcher.step(matcher.start if states is None else states, entry.name)
        if after and _is_folder(entry):
            yield from _walk(folder / entry.name, f"{below}{entry.name}/", matcher, place, after, above | {here})
        elif matcher.ends(after) and not is_left_alone(entry.name) and _is_file(entry):
            yield place(below + entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """False for pipes, sockets and devices; a link that leads nowhere passes, for it should be reported."""
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True
