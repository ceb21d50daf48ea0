"""Certificates of erasure, ``<home>/erasures/<number>.json``: what was taken out where, and nobody's name.

They are at once the list by which later nights turn erased people away, and what says under which id the intake knows a
file that was written anew. So a certificate is written before anything is changed, and again whenever a file takes its
place; ``finished_at`` is filled when all is done and was checked.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import leadgrade
from leadgrade import keys
from leadgrade.erasure.fingerprints import BLOCKING, Fingerprints
from leadgrade.errors import InputError
from leadgrade.publish.home import Home

Kind = Literal["request", "retention", "sweep"]
_PURPOSE = "certificate"
# of a person whose time is over the records stay away; who writes again is welcome
_BLOCKS: dict[Kind, tuple[str, ...]] = {"request": BLOCKING, "retention": ("lead",), "sweep": ()}


@dataclass(slots=True)
class Certificate:
    """A certificate.

    Attributes:
        number: Its number: time and eight hex digits.
        kind: ``request`` of a person, ``retention`` (the time is over), ``sweep`` (people erased earlier came back).
        asked_at: When it was begun, UTC.
        cleared_at: When every place was cleared, UTC; null: it was broken off.
        finished_by: Number of the certificate of the erasure that finished one that was broken off.
        finished_at: When all was searched once more and nothing found, UTC.
        lifted_at: When somebody decided that rows of theirs are turned away no more, UTC.
        code_version: Version of leadgrade.
        people: People erased.
        leads: Leads erased.
        fingerprints: Kind -> keyed fingerprints of what was theirs alone.
        blocks: Kinds of fingerprint by which later rows are turned away.
        places: For each file that was changed: what it is, its sha256 before and after, rows and mentions taken out.
        known_as: sha256 of a file of a source that was written anew -> id under which the intake knows it.
        left: What could not be changed, and why.
        check: What was searched at the end, and what was found.
        rebuilt: The run that made anew what was derived, and whether it was published.
        seal: HMAC-SHA256 of all the above under the key of the home.
    """

    number: str
    kind: Kind
    asked_at: str
    cleared_at: str | None = None
    finished_by: str | None = None
    finished_at: str | None = None
    lifted_at: str | None = None
    code_version: str = leadgrade.__version__
    people: int = 0
    leads: int = 0
    fingerprints: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    known_as: dict[str, str] = field(default_factory=dict)
    left: list[dict[str, Any]] = field(default_factory=list)
    check: dict[str, Any] = field(default_factory=dict)
    rebuilt: dict[str, Any] | None = None
    seal: str = ""

    @property
    def keys(self) -> Fingerprints:
        """Its fingerprints."""
        return Fingerprints.of((kind, key) for kind, found in self.fingerprints.items() for key in found)


def begun(kind: Kind, fingerprints: Fingerprints, now: datetime) -> Certificate:
    """A new certificate."""
    listed: dict[str, list[str]] = {}
    for name, key in fingerprints.pairs():
        listed.setdefault(name, []).append(key)
    number = f"{now:%Y%m%dT%H%M%S}Z-{secrets.token_hex(4)}"
    at = now.isoformat(timespec="seconds")
    return Certificate(number, kind, at, fingerprints=listed, blocks=[*_BLOCKS[kind]])


def write(home: Home, certificate: Certificate) -> Path:
    """Write a certificate durably, in one step, and seal it."""
    home.erasures.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate.seal = _seal(certificate, home.secret())
    path = home.erasures / f"{certificate.number}.json"
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(asdict(certificate), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return path


def read(path: Path) -> Certificate:
    """Read a certificate.

    Raises:
        InputError: there is none, or it is none.
    """
    try:
        return Certificate(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (TypeError, ValueError):
        raise InputError(f"{path}: no certificate of leadgrade erase") from None


def lift(home: Home, certificate: Certificate, now: datetime) -> None:
    """Turn rows of these people away no more: they came back of their own will."""
    certificate.blocks, certificate.lifted_at = [], now.isoformat(timespec="seconds")
    write(home, certificate)


def all_certificates(home: Home) -> Iterator[Certificate]:
    """The certificates of a home, the oldest first."""
    yield from map(read, sorted(home.erasures.glob("*.json")))


def known_files(home: Home) -> dict[str, str]:
    """Hash of a file that was written anew -> the id that it keeps."""
    return {content: file_id for one in all_certificates(home) for content, file_id in one.known_as.items()}


def is_sealed(certificate: Certificate, secret: str) -> bool:
    """Whether nobody changed it who has not the key of the home."""
    return hmac.compare_digest(certificate.seal, _seal(certificate, secret))


def _seal(certificate: Certificate, secret: str) -> str:
    told = {name: value for name, value in asdict(certificate).items() if name != "seal"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hmac.digest(keys.derived(secret, _PURPOSE), text.encode(), "sha256").hex()
