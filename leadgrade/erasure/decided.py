"""Decisions about who is who that name erased leads: the leads go, and the numbers of the decisions stay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from leadgrade.erasure.forms import MARK
from leadgrade.erasure.redaction import Redactor
from leadgrade.people import decisions
from leadgrade.people.decisions import Decision

_ID = re.compile(r"\b[lp]_[0-9a-f]{20}\b")
_ID_BYTES = re.compile(_ID.pattern.encode())


@dataclass(slots=True)
class _Cleaning:
    """Takes erased leads out of decisions, and what speaks of the people out of the reasons.

    Attributes:
        redactor: Knows whom to look for.
        ids: Ids that are known to be theirs without it.
        counts: Decisions that lost leads, reasons that bear marks.
    """

    redactor: Redactor
    ids: Collection[str]
    counts: Counter[str] = field(default_factory=Counter)

    def __call__(self, decision: Decision) -> Decision:
        theirs = self._theirs([*decision.leads, *_ID.findall(decision.reason)])
        kept = (tuple(lead for lead in part if lead not in theirs) for part in decision.parts)
        parts = tuple(part for part in kept if part)
        reason = _ID.sub(lambda found: MARK if found[0] in theirs else found[0], decision.reason)
        [reason] = self.redactor.redacted([reason])
        self.counts["leads"] += parts != decision.parts
        self.counts["reasons"] += reason != decision.reason
        return replace(decision, parts=parts, reason=reason)

    def _theirs(self, named: list[str]) -> set[str]:
        return self.redactor.finder.ids(named) | (set(named) & set(self.ids))


def clean(home: Path, redactor: Redactor, ids: Collection[str]) -> Counter[str]:
    """Write the file of decisions anew without erased people.

    Args:
        home: LEADGRADE_HOME.
        redactor: Knows whom to look for.
        ids: Ids of leads and people that are erased, too.

    Returns:
        ``leads``: decisions that lost leads; ``reasons``: those whose reason bears a mark.

    Raises:
        InputError: a line is no decision.
    """
    cleaning = _Cleaning(redactor, ids)
    decisions.rewrite(home, cleaning)
    return +cleaning.counts


def held(path: Path, redactor: Redactor) -> int:
    """How many ids of erased leads and people a file names."""
    return len(redactor.finder.ids(found.decode() for found in _ID_BYTES.findall(path.read_bytes())))
