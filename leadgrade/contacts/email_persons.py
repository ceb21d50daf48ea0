"""Whether a person is behind the part before the @: functions (info@) and made-up names (test@) are none."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.contacts import email_heads, vocabulary


@cache
def _role_pattern() -> str:
    lists = vocabulary.load("emails")
    role = vocabulary.words_pattern(lists["roles"])
    company = vocabulary.words_pattern([*lists["roles"], *lists["role_company"]])
    # do-not-reply@, customer.service@ and sales_emea1@ are read like donotreply@, customerservice@ and sales@
    return rf"^(?:{company}[._-]+)*{role}(?:[._-]*(?:{company}))*[._-]?[0-9]{{0,3}}$"


def is_role(local: pl.Expr) -> pl.Expr:
    """The part before the @ is a function: info, sales.emea, no-reply."""
    plain = local.str.to_lowercase().str.replace(r"\+.*$", "")
    joined = plain.str.replace_all(r"[._-]", "")
    return (plain.str.contains(_role_pattern()) | joined.str.contains(_role_pattern())).fill_null(value=False)


@cache
def _words() -> frozenset[str]:
    lists = vocabulary.load("emails")
    names = ("roles", "role_company", "placeholder_local", "placeholder_local_strong")
    return frozenset(str(word) for name in names for word in lists[name])


@cache
def _words_pattern() -> str:
    loose = vocabulary.words_pattern("[._-]*".join(re.escape(letter) for letter in word) for word in _words())
    return rf"^[._-]*(?:{loose}[._-]*)+[0-9._-]*[+@]"


@cache
def _head_table() -> npt.NDArray[np.bool_]:
    return email_heads.table(_words())


def may_begin_as_word(heads: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """False only where :func:`may_be_no_person` is; of the first four bytes, the first one lowest. Case plays no part."""
    return email_heads.look_up(_head_table(), heads)


def may_be_no_person(addresses: pl.Series) -> pl.Series:
    """False only where neither :func:`is_role` nor the local part of :func:`is_placeholder` can hold.

    One pattern for both, words and nothing but words before the @, far cheaper than the two: few addresses pass it.

    Args:
        addresses: Valid addresses in lower case, the local part an ASCII dot-atom.
    """
    return addresses.str.contains(_words_pattern())


def _plain(local: pl.Expr) -> pl.Expr:
    """Lower case without tag, dots, dashes and up to three digits at the end."""
    untagged = local.str.to_lowercase().str.replace(r"\+.*$", "")
    return untagged.str.replace_all(r"[._-]", "").str.replace(r"[0-9]{1,3}$", "")


def may_be_made_up(local: pl.Expr) -> pl.Expr:
    """False only where :func:`is_placeholder` can only hold because of the domain."""
    lists = vocabulary.load("emails")
    words = [*lists["placeholder_local_strong"], *lists["placeholder_local"]]
    return _plain(local).is_in(pl.Series(words).implode()).fill_null(value=False)


def is_placeholder(local: pl.Expr, domain: pl.Expr, by_domain: pl.Expr) -> pl.Expr:
    """The address was made up: a reserved domain, test@, none@none.com."""
    lists = vocabulary.load("emails")
    plain = _plain(local)
    name = domain.str.to_lowercase().str.extract(r"^([^.]+)")
    strong = plain.is_in(pl.Series(lists["placeholder_local_strong"]).implode())
    repeated = plain.is_in(pl.Series(lists["placeholder_local"]).implode()) & (plain == name)
    return by_domain | strong.fill_null(value=False) | repeated.fill_null(value=False)
