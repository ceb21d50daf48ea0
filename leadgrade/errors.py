"""Everything leadgrade raises on purpose.

LeadgradeError
├── ConfigError     the configuration has faults (all of them are named at once)
├── InputError      there is nothing to grade, or an input cannot be used at all
├── ContractError   a step made a table other than its contract says (a fault of ours)
├── AuditFailed     a blocking check failed; yesterday stays published
└── PublishConflict somebody else published in between; yesterday's successor stays

Messages carry ids, counts and config keys, never personal data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LeadgradeError(Exception):
    """Base of all errors raised on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the configuration: where, what was found, what was expected, what to do."""

    file: str
    key: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}: {self.key}: {self.problem}{hint}"


class ConfigError(LeadgradeError):
    """The configuration has faults; ``faults`` holds every one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{len(self.faults)} fault(s) in the configuration:\n{lines}")


class InputError(LeadgradeError):
    """There is nothing to grade, or an input cannot be used at all."""


class ContractError(LeadgradeError):
    """A step made a table other than its contract says."""


class AuditFailed(LeadgradeError):
    """A blocking check failed."""


class PublishConflict(LeadgradeError):
    """Another run published after this one began."""
