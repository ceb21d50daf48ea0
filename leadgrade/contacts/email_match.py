"""The form of an address that is compared between leads; mail goes to the address as it is normalised."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import vocabulary


def match_form(local: pl.Expr, domain: pl.Expr) -> pl.Expr:
    """Canonical form for matching: lower case, no plus tag, and no dots where the provider ignores them.

    Two people never share it; one person's aliases do.
    """
    plain = local.str.to_lowercase()
    before_tag = plain.str.splitn("+", 2).struct.field("field_0")
    untagged = pl.when(before_tag != "").then(before_tag).otherwise(plain)
    provider = pl.coalesce(pl.when(domain == name).then(pl.lit(main)) for name, main in dotless_providers().items())
    name = pl.when(provider.is_not_null()).then(untagged.str.replace_all(".", "", literal=True)).otherwise(untagged)
    return pl.concat_str(name, pl.lit("@"), pl.coalesce(provider, domain))


def dotless_providers() -> dict[str, str]:
    """Domains whose mailboxes ignore dots, and the domain that each is folded into."""
    found: dict[str, str] = vocabulary.load("emails")["dotless"]
    return found
