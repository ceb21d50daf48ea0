"""Addresses that are plainly valid, nearly all of a list: every column without a look at one address alone.

The columns are put together from what needs the fewest passes over the texts: the address as typed is its own normalised
form but for capital letters; what depends on the domain is computed once a domain and spread by number.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadgrade.contacts import email_domains, email_persons
from leadgrade.contacts import email_library as library
from leadgrade.contacts import email_proofs as proofs
from leadgrade.contacts.email_match import dotless_providers, match_form
from leadgrade.contacts.numbering import numbered, placed


@dataclass(frozen=True, slots=True)
class Accepted:
    """Proven addresses of a column.

    Attributes:
        values: The column as typed.
        lower: The same in lower case, where ``has_local``.
        domain: What stands after the @ in ``lower``.
        local: What stands before it.
        capitals: Rows whose typed form is not in lower case.
        places: For each row its domain in ``domains``; null where the address is not proven.
        domains: Distinct plain domains.
    """

    values: pl.Series
    lower: pl.Series
    domain: pl.Series
    local: pl.Series
    capitals: pl.Series
    places: pl.Series
    domains: pl.Series


def _lowered(values: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The column with addresses in lower case, where the local part is a dot-atom, and rows that were changed.

    Most lists are in lower case already: the first pattern sees to it, and only what it turns down is looked at again.
    """
    has_local = values.str.contains(proofs.LOWER_LOCAL).fill_null(value=False)
    rows = (~has_local).arg_true()
    other = values.gather(rows)
    # capital letters beyond ASCII are left to the library
    fits = other.str.contains(proofs.ANY_LOCAL) & (other.str.len_bytes() == other.str.len_chars())
    rows, other = rows.filter(fits), other.filter(fits)
    return placed(values, rows, other.str.to_lowercase()), placed(has_local, rows, fits.filter(fits)), rows


def accepted(values: pl.Series) -> Accepted:
    """Find the plainly valid addresses of a column."""
    lower, has_local, capitals = _lowered(values)
    parts = lower.to_frame("lower").select(pl.col("lower").str.splitn("@", 2)).unnest("lower")
    frame = parts.select(local="field_0", domain="field_1").with_columns(values.alias("typed"), has_local=has_local)
    distinct, places = numbered(frame["domain"])
    plain = distinct.to_frame("domain").select(proofs.is_plain_domain().fill_null(value=False)).to_series()
    new_places = pl.select(pl.when(plain).then(plain.cum_sum() - 1).cast(pl.UInt32)).to_series()
    proven = pl.col("has_local") & (pl.col("typed").str.len_bytes() <= library.MAX_BYTES)
    frame = frame.with_columns(place=new_places.gather(places))
    found = frame.select(pl.when(proven).then("place")).to_series()
    return Accepted(values, lower, frame["domain"], frame["local"], capitals, found, distinct.filter(plain))


def domain_columns(found: Accepted) -> pl.DataFrame:
    """What the domain tells, by distinct domain, in the order of ``found.domains``."""
    return email_domains.plain_domains(found.domains)


def normalised(found: Accepted) -> tuple[pl.Series, pl.Series]:
    """``email`` and ``local_part`` where proven: as typed, but the domain and mailbox names of RFC 2142 in lower case."""
    rows = found.capitals
    frame = pl.DataFrame(
        {"typed": found.values.gather(rows), "local": found.local.gather(rows), "domain": found.domain.gather(rows)}
    )
    typed = pl.col("typed").str.slice(0, pl.col("local").str.len_bytes())
    local = pl.when(proofs.is_mailbox_name(pl.col("local"))).then("local").otherwise(typed)
    changed = frame.with_columns(local=local).select("local", email=pl.concat_str("local", pl.lit("@"), "domain"))
    return placed(found.values, rows, changed["email"]), placed(found.local, rows, changed["local"])


def matched(found: Accepted) -> pl.Series:
    """``email_match`` where proven: the lower case, but for plus tags and providers that ignore dots."""
    dotless = found.domains.is_in(list(dotless_providers())).gather(found.places)
    rows = (found.lower.str.contains("+", literal=True) | dotless).fill_null(value=False).arg_true()
    frame = pl.DataFrame({"local": found.local.gather(rows), "domain": found.domain.gather(rows)})
    return placed(found.lower, rows, frame.select(match_form(pl.col("local"), pl.col("domain"))).to_series())


def no_persons(found: Accepted, by_domain: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``is_role`` and ``is_placeholder`` where proven.

    Args:
        found: The proven addresses.
        by_domain: For each row, whether its domain alone makes it a placeholder.
    """
    rows = email_persons.may_be_no_person(found.lower).arg_true()
    # info@ and sales@ stand at many domains: each word is looked at once
    words, places = numbered(found.local.gather(rows))
    kinds = words.to_frame("local").select(
        role=email_persons.is_role(pl.col("local")), made_up=email_persons.may_be_made_up(pl.col("local"))
    )
    few = rows.filter(kinds["made_up"].gather(places))
    columns = {"local": found.local, "domain": found.domain, "by_domain": by_domain}
    frame = pl.DataFrame({name: column.gather(few) for name, column in columns.items()})
    made_up = frame.select(email_persons.is_placeholder(pl.col("local"), pl.col("domain"), pl.col("by_domain")))
    none = pl.repeat(value=False, n=len(by_domain), dtype=pl.Boolean, eager=True)
    return placed(none, rows, kinds["role"].gather(places)), placed(by_domain, few, made_up.to_series())
