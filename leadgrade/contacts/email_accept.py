"""Addresses that are plainly valid, nearly all of a list: every column without a look at one address alone.

The columns are put together from what needs the fewest passes over the texts: the address as typed is its own normalised
form but for capital letters; what depends on the domain is computed once a domain and spread by number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.contacts import email_bytes, email_domains, email_persons
from leadgrade.contacts import email_proofs as proofs
from leadgrade.contacts.email_match import dotless_providers, match_form
from leadgrade.contacts.numbering import numbered, placed


@dataclass(frozen=True, slots=True)
class Accepted:
    """Proven addresses of a column.

    Attributes:
        values: The column as typed.
        lower: The same in lower case, where the address is plain.
        shapes: What their bytes tell.
        proven: Whether the address is proven.
        places: For each row its domain in ``domains``; null where the address is not proven.
        domains: Distinct plain domains.
    """

    values: pl.Series
    lower: pl.Series
    shapes: email_bytes.Shapes
    proven: npt.NDArray[np.bool_]
    places: pl.Series
    domains: pl.Series

    def parts(self, rows: pl.Series) -> pl.DataFrame:
        """``local``, ``domain`` (both in lower case), ``address`` (the two) and ``at`` of some rows."""
        at = pl.Series("at", self.shapes.at[rows.to_numpy()])
        frame = pl.DataFrame({"address": self.lower.gather(rows), "at": at})
        address = pl.col("address")
        return frame.with_columns(local=address.str.slice(0, "at"), domain=address.str.slice(pl.col("at") + 1))

    def at_domains(self, chosen: pl.Series) -> npt.NDArray[np.bool_]:
        """Rows of the proven addresses at some of the domains."""
        return chosen.gather(self.places).fill_null(value=False).to_numpy(writable=True)


def _rows(chosen: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.Series(np.flatnonzero(chosen).astype(np.uint32))


def _domains(lower: pl.Series, shapes: email_bytes.Shapes) -> pl.Series:
    """What stands after the @ of plain addresses, as bytes: a third of the cost of texts; nothing of the others."""
    # an address holds at most 254 bytes
    at = pl.Series("at", np.where(shapes.plain, shapes.at + 1, 1 << 40))
    frame = pl.DataFrame({"lower": lower, "at": at})
    return frame.select(pl.col("lower").cast(pl.Binary).bin.slice("at")).to_series()


def accepted(values: pl.Series) -> Accepted:
    """Find the plainly valid addresses of a column."""
    shapes = email_bytes.shapes(values)
    capitals = _rows(shapes.plain & shapes.capitals)
    lower = placed(values, capitals, values.gather(capitals).str.to_lowercase())
    distinct, places = numbered(_domains(lower, shapes))
    distinct = distinct.cast(pl.String)
    plain = distinct.to_frame("domain").select(proofs.is_plain_domain().fill_null(value=False)).to_series()
    new_places = pl.select(pl.when(plain).then(plain.cum_sum() - 1).cast(pl.UInt32)).to_series()
    found = new_places.gather(places)
    return Accepted(values, lower, shapes, found.is_not_null().to_numpy(), found, distinct.filter(plain))


def domain_columns(found: Accepted) -> pl.DataFrame:
    """What the domain tells, by distinct domain, in the order of ``found.domains``."""
    return email_domains.plain_domains(found.domains)


def normalised(found: Accepted) -> tuple[pl.Series, pl.Series]:
    """``email`` and ``local_part`` where proven: as typed, but the domain and mailbox names of RFC 2142 in lower case."""
    rows = _rows(found.proven & found.shapes.capitals)
    parts = found.parts(rows).with_columns(typed=found.values.gather(rows))
    domain_lower = pl.concat_str(pl.col("typed").str.slice(0, pl.col("at") + 1), "domain")
    mailbox = proofs.is_mailbox_name(pl.col("local"))
    changed = parts.select(pl.when(mailbox).then("address").otherwise(domain_lower)).to_series()
    email = placed(found.values, rows, changed).alias("email")
    frame = pl.DataFrame({"email": email, "at": np.where(found.proven, found.shapes.at, 0)})
    # as bytes, which need no look for characters
    local = pl.col("email").cast(pl.Binary).bin.slice(0, "at").cast(pl.String)
    return email, frame.select(local_part=local).to_series()


def matched(found: Accepted) -> pl.Series:
    """``email_match`` where proven: the lower case, but for plus tags and providers that ignore dots."""
    providers = dotless_providers()
    main = found.domains.is_in([name for name, folded in providers.items() if name == folded])
    alias = found.domains.is_in([name for name, folded in providers.items() if name != folded])
    with_dots = _rows(found.at_domains(main))
    ats = pl.Series(found.shapes.at[with_dots.to_numpy()])
    with_dots = with_dots.filter(found.lower.gather(with_dots).str.find(".", literal=True) < ats)
    changed = found.at_domains(alias) | (found.proven & found.shapes.plus)
    changed[with_dots.to_numpy()] = True
    rows = _rows(changed)
    forms = found.parts(rows).select(match_form(pl.col("local"), pl.col("domain"))).to_series()
    return placed(found.lower, rows, forms)


def no_persons(found: Accepted, by_domain: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``is_role`` and ``is_placeholder`` where proven.

    Args:
        found: The proven addresses.
        by_domain: For each row, whether its domain alone makes it a placeholder.
    """
    rows = _rows(found.proven & email_persons.may_begin_as_word(found.shapes.head))
    rows = rows.filter(email_persons.may_be_no_person(found.lower.gather(rows)))
    parts = found.parts(rows)
    # info@ and sales@ stand at many domains: each word is looked at once
    words, places = numbered(parts["local"])
    kinds = words.to_frame("local").select(
        role=email_persons.is_role(pl.col("local")), made_up=email_persons.may_be_made_up(pl.col("local"))
    )
    made_up = kinds["made_up"].gather(places)
    few = rows.filter(made_up)
    frame = parts.filter(made_up).with_columns(by_domain=by_domain.gather(few))
    placeholder = frame.select(email_persons.is_placeholder(pl.col("local"), pl.col("domain"), pl.col("by_domain")))
    none = pl.repeat(value=False, n=len(by_domain), dtype=pl.Boolean, eager=True)
    return placed(none, rows, kinds["role"].gather(places)), placed(by_domain, few, placeholder.to_series())
