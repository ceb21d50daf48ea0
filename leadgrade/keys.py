"""Keyed fingerprints: the one way from an address or a number to what may be kept and shown in its place.

HMAC-SHA256 under keys derived from ``secret.key`` of the home, one for each purpose, so that a fingerprint made for one
purpose says nothing to another. Without the secret nobody can try addresses against a fingerprint; with another secret
all of them change. ``FINGERPRINT_DIGITS`` hex digits (128 bits) are kept.

Values are given in their normal form: addresses as ``contacts.emails.validate`` normalises them (in small letters, else
as typed and trimmed), numbers in E.164, source ids as ``<source>:<id>``, domains in small letters.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

from leadgrade.engine import Engine

Kind = Literal["email", "phone", "domain", "id"]
FINGERPRINT_DIGITS = 32
_BLOCK = 64  # bytes that sha256 takes at a time
_SEPARATOR = "\x1f"


def derived(secret: str, purpose: str) -> bytes:
    """The key for one purpose, 32 bytes: HMAC of the purpose's name under the secret of the home."""
    return hmac.digest(secret.encode(), f"leadgrade/{purpose}".encode(), "sha256")


def subject_key(secret: str, kind: Kind, value: str) -> str:
    """Fingerprint of a contact point.

    Args:
        secret: The content of ``secret.key`` (``Run.secret``).
        kind: What the value is; the same text as an address and as an id has two fingerprints.
        value: The value in its normal form.
    """
    message = f"{kind}{_SEPARATOR}{value}".encode()
    return hmac.digest(derived(secret, "subject"), message, "sha256").hex()[:FINGERPRINT_DIGITS]


def write_macros(engine: Engine, secret: str) -> None:
    """Make ``config.subject_key(kind, value)``, the same in SQL; null for null. The macro stays in the work file."""
    message = f"encode(kind || chr({ord(_SEPARATOR)}) || value)"
    body = hmac_sql(derived(secret, "subject"), message)
    engine.sql(f"create or replace macro config.subject_key(kind, value) as substr({body}, 1, {FINGERPRINT_DIGITS})")


def hmac_sql(key: bytes, message: str) -> str:
    """HMAC-SHA256 of a SQL expression of type BLOB as a SQL expression: hex digits in small letters.

    DuckDB has sha256 and no HMAC, so both passes are written out, the padded keys as literals.
    """
    padded = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (_blob(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    return f"sha256({outer} || unhex(sha256({inner} || {message})))"


def _blob(data: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in data) + "'::blob"
