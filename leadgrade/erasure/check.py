"""Searches everything below a home once more: at the end of an erasure, and whenever somebody holds up its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadgrade.config import Settings
from leadgrade.erasure import decided, search
from leadgrade.erasure.certificate import Certificate
from leadgrade.erasure.files.kept import Work, erase_from, kept_files
from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.erasure.order import Means, means_for
from leadgrade.erasure.subjects import borne
from leadgrade.people import decisions
from leadgrade.publish.branch import newest_base
from leadgrade.publish.home import Home


@dataclass(slots=True)
class Found:
    """What a search found.

    Attributes:
        searched: What was searched: ``files`` by their bytes, ``databases`` by every text of every table, ``exports`` as
            the intake reads them; ``unread``: files that nobody can read as a table (documents, locked archives).
        found: Place -> how much of theirs it holds.
    """

    searched: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("files", "databases", "exports", "unread"), 0)
    )
    found: dict[str, int] = field(default_factory=dict)

    def add(self, place: str, held: int) -> None:
        """Note what a place holds."""
        if held:
            self.found[place] = self.found.get(place, 0) + held


def check(home: Home, settings: Settings, fingerprints: Fingerprints, beside: Sequence[Path] = ()) -> Found:
    """Search every file below the home, and below folders beside it, for what belongs to people.

    Args:
        home: The home.
        settings: The checked configuration.
        fingerprints: Their fingerprints.
        beside: Further folders.
    """
    result = Found()
    with means_for(home, settings, fingerprints) as means:
        for folder in (home.root, *beside):
            for path in search.files_below(folder, [means.scratch, home.erasures]):
                _check_file(home, path, means, result)
        work = Work(means.redactor, {}, {}, lambda _: None, means.scratch)
        for file in kept_files(home.root, settings.sources):
            outcome = erase_from(file, work, change=False)
            result.searched["exports"] += 1
            result.searched["unread"] += outcome.unread
            result.add(f"file of {outcome.source or 'no source'}", outcome.rows + outcome.mentions)
    return result


def _check_file(home: Home, path: Path, means: Means, result: Found) -> None:
    result.searched["files"] += 1
    if search.is_database(path):
        result.searched["databases" if search.can_be_opened(path) else "unread"] += 1
    held = search.held(path, means)
    if path.name == decisions.FILE:
        held += decided.held(path, means.redactor)
    result.add(_shown(home, path), held)


def _shown(home: Home, path: Path) -> str:
    """A place without the name of a file of a source, which may name somebody."""
    if not path.is_relative_to(home.root):
        return "beside the home"
    below = path.relative_to(home.root)
    return str(below) if below.parts[0] in {"runs", "published"} else below.parts[0]


def verify(home: Home, settings: Settings, certificate: Certificate, beside: Sequence[Path] = ()) -> Found:
    """Search everything again for whom a certificate is about; for names only where nobody bears them by now."""
    keys, base = certificate.keys, newest_base(home)
    if base:
        with means_for(home, settings, Fingerprints()) as means, means.open({"work": base[1]}) as databases:
            theirs = set(borne(databases).pairs())
        keys = Fingerprints.of(pair for pair in keys.pairs() if pair not in theirs)
    return check(home, settings, keys, beside)
