"""What people in charge decided about who is who: one file of LEADGRADE_HOME that only ever grows.

Each line of ``decisions.jsonl`` is a decision: leads that are one person, leads that are not, or an earlier decision taken
back. The file holds ids of leads, a name and a reason, and belongs to no run: a lost work file, a rollback and a run from the
raw rows find the same decisions. Only an erasure writes it anew, and every decision keeps its number.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from leadgrade.errors import InputError
from leadgrade.masking import CONTACT

FILE = "decisions.jsonl"
MOST_CHARACTERS = 500
# what the publication masks as an address or a number; a reason holds neither
_PERSONAL = re.compile(CONTACT)
# ids and dates are neither, whatever their digits
_HARMLESS = re.compile(r"\b[a-z]_[0-9a-f]{20}\b|\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
Kind = Literal["merge", "split", "undo", "erased"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the file.

    Attributes:
        number: Its place in the file, from 1.
        kind: merge: all leads are one person; split: nobody has leads of both parts; undo: an earlier decision is void;
            erased: its leads were erased, and it says nothing any more.
        parts: Ids of leads: of a merge one part for each id that was named, of a split two, of the others none.
        decided_at: When, UTC without zone.
        decided_by: Who.
        reason: Why, in words.
        undoes: Number of the decision that an undo takes back.
    """

    number: int
    kind: Kind
    parts: tuple[tuple[str, ...], ...]
    decided_at: datetime
    decided_by: str
    reason: str
    undoes: int | None = None

    @property
    def leads(self) -> list[str]:
        """The leads of all parts in order."""
        return [lead for part in self.parts for lead in part]


def read(home: Path) -> list[Decision]:
    """Every decision of an installation in order, those that were taken back, too.

    Raises:
        InputError: a line is no decision. Nothing is skipped: a decision that is lost would undo itself.
    """
    path = home / FILE
    return _parsed(path, path.read_bytes()) if path.is_file() else []


def in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """The merges and splits that nobody took back."""
    void = {d.undoes for d in decisions}
    return [d for d in decisions if d.kind in ("merge", "split") and d.number not in void]


def append(home: Path, make: Callable[[list[Decision]], Decision]) -> Decision:
    """Add the decision that ``make`` returns for those there are; nobody else writes meanwhile.

    Args:
        home: LEADGRADE_HOME.
        make: Given the decisions so far, the new one; what it raises leaves the file as it was.
    """
    with _locked(home / FILE) as descriptor:
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        decision = make(_parsed(home / FILE, content))
        # the rest of a line that a crash cut off was never said to be kept
        whole = content.rfind(b"\n") + 1
        os.ftruncate(descriptor, whole)
        os.pwrite(descriptor, _line(decision), whole)
        os.fsync(descriptor)
    return decision


def rewrite(home: Path, change: Callable[[Decision], Decision]) -> int:
    """Write the file anew where decisions change; nobody else writes meanwhile, and a kill leaves the old file or the new one.

    Args:
        home: LEADGRADE_HOME.
        change: Given a decision, the same or one of its number with fewer leads or another reason; one that says nothing
            any more becomes ``erased``.

    Returns:
        How many decisions changed.

    Raises:
        InputError: a line is no decision.
    """
    path = home / FILE
    if not path.is_file():
        return 0
    with _locked(path):
        known = read(home)
        new = [made if _fits(made) else replace(made, kind="erased", parts=()) for made in map(change, known)]
        changes = sum(a != b for a, b in zip(known, new, strict=True))
        if changes:
            _replace(path, b"".join(map(_line, new)))
    return changes


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def words(text: str, what: str) -> str:
    """A reason or a name as it is kept: one line without addresses and numbers.

    Raises:
        InputError: it is empty, too long, or looks like it holds an address or a number of somebody.
    """
    tidy = " ".join(text.split())
    if not tidy:
        raise InputError(f"{what} is empty; say in a few words what decided")
    if len(tidy) > MOST_CHARACTERS:
        raise InputError(f"{what} has {len(tidy)} characters; at most {MOST_CHARACTERS} are kept")
    if _PERSONAL.search(_HARMLESS.sub("", tidy)):
        raise InputError(
            f"{what} seems to hold an address or a number; say it without, ids of leads and people are enough"
        )
    return tidy


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    descriptor = _open_locked(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
    if is_new:
        _sync(path.parent)


def _open_locked(path: Path) -> int:
    """The file that bears the name once the lock is ours: an erasure may have put another in its place meanwhile."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
        os.close(descriptor)


def _line(decision: Decision) -> bytes:
    kept = {
        "decision": decision.number,
        "kind": decision.kind,
        "parts": decision.parts,
        "undoes": decision.undoes,
        "at": decision.decided_at.isoformat(),
        "by": decision.decided_by,
        "reason": decision.reason,
    }
    return (json.dumps({k: v for k, v in kept.items() if v}, ensure_ascii=False) + "\n").encode()


def _parsed(path: Path, content: bytes) -> list[Decision]:
    lines = content.split(b"\n")[:-1]
    return [_decision(path, number, line) for number, line in enumerate(lines, 1)]


def _decision(path: Path, number: int, line: bytes) -> Decision:
    try:
        found = json.loads(line)
        made = Decision(
            found["decision"],
            found["kind"],
            tuple(tuple(str(lead) for lead in part) for part in found.get("parts", ())),
            datetime.fromisoformat(found["at"]),
            found["by"],
            found["reason"],
            found.get("undoes"),
        )
        is_whole = made.number == number and _fits(made)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise InputError(
            f"{path}: line {number} is no decision as `leadgrade people` writes them; restore the file from a backup"
        )
    return made


def _fits(made: Decision) -> bool:
    """Whether kind and parts go together."""
    is_apart = len(made.parts) == 2 and all(made.parts) and not set(made.parts[0]) & set(made.parts[1])
    parts: dict[Any, bool] = {
        "merge": len(set(made.leads)) > 1 and made.undoes is None,
        "split": is_apart and made.undoes is None,
        "erased": not made.parts and made.undoes is None,
        "undo": not made.parts and isinstance(made.undoes, int) and 0 < made.undoes < made.number,
    }
    return parts.get(made.kind, False)
