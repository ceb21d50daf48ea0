"""Why a file as a whole cannot be taken in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadgrade.config.sources import Source
from leadgrade.raw.headers import REQUIRED, Match, better_system
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniffed import Sniffed


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason of docs/intake.md, and what to do, for people."""

    reason: str
    detail: str

    @staticmethod
    def count(path: Path, sniffed: Sniffed) -> int:
        """Records of the file, which are all refused."""
        return sum(batch.records for batch in read_batches(path, sniffed))


def refusal_of(sniffed: Sniffed, headers: list[str], match: Match | None, source: Source) -> Refusal | None:
    """The reason; None where the file can be taken in."""
    if sniffed.refused:
        return Refusal(sniffed.refused, sniffed.detail)
    other = better_system(headers, source, match)
    if other:
        hint = f"the headers are those of {other}: set system: {other}, or drop the key"
        return Refusal("wrong_system", f"system: {source.system} knows no header of the file; {hint}")
    if match is None:
        # the headers themselves are not shown: of a file without any they are its first row
        hint = "name object (and system) of the source in sources.yaml, or map its headers there"
        return Refusal("unknown_object", f"its {len(headers)} header(s) tell of no known kind of row; {hint}")
    if match.conflict:
        first, second, name = match.conflict
        hint = f"put one of them under mapping in sources.yaml ({name}, or answers to keep it aside)"
        return Refusal("header_conflict", f"{first!r} and {second!r} both mean {name}; {hint}")
    missing = match.missing(REQUIRED[match.variant.object]) if source.mode != "deletions" else _lacks_id(match)
    if missing:
        return Refusal("missing_column", f"no column for {' or '.join(missing)}; map its header in sources.yaml")
    return None


def _lacks_id(match: Match) -> tuple[str, ...] | None:
    """A list of deletions needs the id of the record and nothing else."""
    return match.missing((("source_record_id",),))
