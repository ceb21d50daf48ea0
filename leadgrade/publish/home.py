"""LEADGRADE_HOME: where everything of one installation lies.

::

    inbox/                                files as the systems export them
    runs/<run>/work.duckdb                the private branch of a run (0600)
    published/<time>-<run>/               a generation: warehouse.duckdb, private.duckdb, manifest.json
    published/current                     link to the generation that readers get
    published/{warehouse,private}.duckdb  fixed links through current
    reports/                              the quality reports
    decisions.jsonl                       what people decided about who is who (0600); grows, and loses whom an erasure takes out
    erasures/                             certificates of erasure: keyed fingerprints and counts
    secret.key                            key of the fingerprints (0600); lose it and the fingerprints change
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadgrade.errors import InputError

_RESTORE_KEY = (
    "restore it from a backup. With another key every email_id, phone_id and subject of the ledger of consent is another one, "
    "and nobody who was erased is known; to begin anew all the same remove secret.key, runs/ and published/"
)


@dataclass(frozen=True, slots=True)
class Home:
    """The folders below one LEADGRADE_HOME."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where sources drop their files."""
        return self.root / "inbox"

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self.root / "runs"

    @property
    def published(self) -> Path:
        """The generations and the links for readers."""
        return self.root / "published"

    @property
    def reports(self) -> Path:
        """The quality reports."""
        return self.root / "reports"

    @property
    def erasures(self) -> Path:
        """The certificates of erasure."""
        return self.root / "erasures"

    @property
    def warehouse(self) -> Path:
        """The fixed path that BI tools open."""
        return self.published / "warehouse.duckdb"

    @property
    def private(self) -> Path:
        """The fixed path of the contact data."""
        return self.published / "private.duckdb"

    def prepare(self) -> Home:
        """Make the folders (0700: work files hold personal data) and return itself.

        A folder that was there before the first run is closed to others, once: whoever opens it later did so on purpose.
        """
        if not self.has_secret():
            _close(self.root)
        for folder in (self.root, self.inbox, self.runs, self.published, self.reports):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def has_secret(self) -> bool:
        """True where the key of the fingerprints is there."""
        return (self.root / "secret.key").is_file()

    def check_secret(self) -> None:
        """Make sure that what was published before does not meet another key.

        Raises:
            InputError: something is published, and the key is gone or damaged.
        """
        if self.has_secret():
            self.secret()
        elif self.current():
            raise InputError(f"{self.root / 'secret.key'} is gone, and something is published: {_RESTORE_KEY}")

    def secret(self) -> str:
        """The key of the fingerprints, made at the first call.

        Raises:
            InputError: the file is there and holds no key.
        """
        path = self.root / "secret.key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = path.read_text(encoding="ascii", errors="replace").strip()
            if not re.fullmatch("[0-9a-f]{64}", key):
                raise InputError(f"{path} is damaged, for it holds no key of 64 hex digits: {_RESTORE_KEY}") from None
            return key
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        return self.secret()

    def current(self) -> str | None:
        """Name of the generation that readers get; None before the first publication."""
        link = self.published / "current"
        return link.readlink().name if link.is_symlink() else None

    def generations(self) -> list[str]:
        """Names of the complete generations, oldest first."""
        return sorted(p.parent.name for p in self.published.glob("[0-9]*/manifest.json") if p.parent.suffix != ".part")

    def manifest(self, generation: str) -> dict[str, Any]:
        """What a generation says of itself: run_id, as_of, published_at, row counts.

        Raises:
            InputError: its manifest is missing or damaged.
        """
        path = self.published / generation / "manifest.json"
        try:
            loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            what = "damaged" if isinstance(error, ValueError) else "missing"
            raise InputError(
                f"{path} is {what}: restore it from a backup, or go back to another generation (leadgrade rollback --list). "
                f"Where there is none, remove {path.parent} and {self.published / 'current'}: leadgrade run then begins anew"
            ) from None
        return loaded

    def ledger_line(self, generation: str) -> list[str]:
        """Kept generations whose ledgers of consent go on in that of a generation, which comes first.

        A rollback, and a work file that was lost, leave generations behind that no later one goes on from.
        """
        kept, line = self.generations(), list[str]()
        found: str | None = generation
        while found in kept:
            line.append(found)
            # before manifests said it, each went on from the one before
            before = [g for g in kept if g < found][-1:]
            found = self.manifest(found).get("consent_ledger_from", before[0] if before else None)
        return line

    def consent_seals(self, generation: str) -> list[str]:
        """Seals that the ledger of consent of a generation must hold, as manifests of kept generations say."""
        seals = (self.manifest(g).get("consent_seal") for g in self.ledger_line(generation))
        return [str(seal) for seal in seals if seal]

    def work_file(self, run_id: str) -> Path:
        """The work file of a run."""
        return self.runs / run_id / "work.duckdb"


def _close(folder: Path) -> None:
    """Take the rights of group and others from a folder of ours; one that all share, such as /tmp, stays as it is."""
    if not folder.is_dir():
        return
    found = folder.stat()
    is_open = found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if is_open and found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)
