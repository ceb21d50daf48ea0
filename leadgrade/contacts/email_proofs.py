"""Proofs of what email-validator would say of an address, as expressions: nothing is asked of it.

Four proofs, each checked against the library by ``tests/contacts/differential``:

- the local part is an ASCII dot-atom and the domain plain (letters, digits, dots, single hyphens): valid;
- the local part is a dot-atom of ASCII and common letters: the domain decides, one answer for all its addresses;
- the domain has Latin letters with accents: valid, and its ASCII form is Punycode;
- common faults, in the library's own order: no @, a bad local part, then the faults of an ASCII domain.

What no proof covers (quotes, angle brackets, rare characters before the @, brackets after it) goes to the library.
Clauses are kept by name, so that a test can take each of them away and see that it is missed.
"""

from __future__ import annotations

import re

import polars as pl

from leadgrade.contacts import email_library as library

_ATEXT = r"a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~"
_SPECIAL = "|".join(re.escape(name) for name in library.SPECIAL_USE)


def _dot_atom(characters: str) -> str:
    return rf"^[{characters}]+(?:\.[{characters}]+)*"


_ANY_LOCAL = _dot_atom(_ATEXT) + "@"
# what the library lets through to its checks of Unicode; anything else is a fault before the @
_WIDE_LOCAL = _dot_atom(_ATEXT + r"\x{80}-\x{10FFFF}") + "$"
# letters that need no look: every Unicode of the last ten years has them, and they are their own composed form (Latin,
# Cyrillic, kana, Han, Hangul)
_LETTERS = (
    r"\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{24f}\x{410}-\x{44f}"
    r"\x{3041}-\x{3096}\x{30a1}-\x{30fa}\x{4e00}-\x{9fcc}\x{ac00}-\x{d7a3}"
)
_SIMPLE_LOCAL = _dot_atom(_ATEXT + _LETTERS) + "$"
# Python's str.strip() takes the four separators below the blank, Rust's \s does not
_BLANK = r"^[\s\x1c-\x1f]*$"
_SPECIAL_USE = rf"(?:^|\.)(?:{_SPECIAL})$"

# a name and a sound address in angle brackets, which the library reads and then refuses
_IN_ANGLES = rf"(?i)^[^@<]*<{_ANY_LOCAL[1:]}(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:[a-z0-9]+-)*[a-z0-9]*[a-z]> *$"
_SPECIAL_IN_ANGLES = rf"(?i)\.(?:{_SPECIAL})> *$"

_DOMAIN = pl.col("domain")

# all must hold of a domain in lower case for it to be valid as it stands
PLAIN_DOMAIN: dict[str, pl.Expr] = {
    "labels": _DOMAIN.str.contains(r"^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z0-9]+(?:-[a-z0-9]+)*$"),
    "ends_in_letter": _DOMAIN.str.contains(r"[a-z]$"),
    # no label of a domain so short is too long
    "length": _DOMAIN.str.len_bytes() <= library.MAX_LABEL,
    "special_use": ~_DOMAIN.str.contains(_SPECIAL_USE),
}

# a domain in lower case with letters of Latin-1 beside the plain ones: each is allowed in a label as it stands, so that the
# ASCII form is the letters' Punycode; its length, ending and reserved names are told by the clauses above
LATIN_LETTERS = r"a-z0-9\x{df}-\x{f6}\x{f8}-\x{ff}"


def latin_labels(letters: str) -> str:
    """At least two labels of these letters, with single hyphens between them."""
    label = f"[{letters}]+(?:-[{letters}]+)*"
    return rf"^(?:{label}\.)+{label}$"


# (name, what shows it, class): the first that fits is the library's answer for an ASCII domain of any case. None: the
# library has to say.
DOMAIN_FAULTS: tuple[tuple[str, pl.Expr, str | None], ...] = (
    ("too_long", _DOMAIN.str.len_chars() > library.MAX_DOMAIN, "too_long"),
    ("character", _DOMAIN.str.contains(r"[\x00-,/:-@\[-`{-\x7f]"), "domain"),
    ("not_ascii", _DOMAIN.str.len_bytes() != _DOMAIN.str.len_chars(), None),
    ("punycode", _DOMAIN.str.contains("(?i)xn--"), None),
    ("dot_at_end", _DOMAIN.str.ends_with("."), "syntax"),
    ("dot_first", _DOMAIN.str.starts_with("."), "domain"),
    ("two_dots", _DOMAIN.str.contains("..", literal=True), "syntax"),
    ("hyphen_at_end", _DOMAIN.str.ends_with("-"), "syntax"),
    ("hyphen_first", _DOMAIN.str.starts_with("-"), "domain"),
    ("dot_beside_hyphen", _DOMAIN.str.contains(r"\.-|-\."), "syntax"),
    ("reserved_label", _DOMAIN.str.contains(r"(?:^|\.)[^.]{2}--"), "domain"),
    ("long_label", _DOMAIN.str.contains(rf"[^.]{{{library.MAX_LABEL + 1}}}"), "too_long"),
    ("no_dot", ~_DOMAIN.str.contains(".", literal=True), "domain"),
    ("ends_in_no_letter", ~_DOMAIN.str.contains("[a-zA-Z]$"), "domain"),
    ("special_use", _DOMAIN.str.contains(f"(?i){_SPECIAL_USE}"), "special_use"),
)

_VALUE = pl.col("email_raw")
_HAS_AT = _VALUE.str.contains("@", literal=True)


def _in_angles() -> pl.Expr:
    # no label of a value so short is too long
    short = _VALUE.str.len_bytes() <= library.MAX_LABEL
    sound = _VALUE.str.contains(_IN_ANGLES) & ~_VALUE.str.contains(_SPECIAL_IN_ANGLES)
    return short & sound & ~_VALUE.str.contains('"', literal=True)


# the same for a whole value, before its domain is looked at; ``local`` stands before the first @,
# ``domain`` after it
VALUE_FAULTS: tuple[tuple[str, pl.Expr, str | None], ...] = (
    ("empty", _VALUE.is_null() | _VALUE.str.contains(_BLANK), "empty"),
    ("in_angles", _in_angles(), "syntax"),
    ("angle_bracket", _VALUE.str.contains("<", literal=True), None),
    ("no_at", ~_HAS_AT, "no_at"),
    ("quoted", _VALUE.str.contains('"', literal=True), None),
    ("local", ~pl.col("local").str.contains(_WIDE_LOCAL), "syntax"),
    ("local_not_simple", ~pl.col("local").str.contains(_SIMPLE_LOCAL), None),
    # an address of a machine: the message quotes it
    ("in_brackets", _DOMAIN.str.starts_with("[") & _DOMAIN.str.ends_with("]"), None),
)


def first_fault(faults: tuple[tuple[str, pl.Expr, str | None], ...], otherwise: str) -> pl.Expr:
    """Class of the first fault that shows, "library" where the library has to say, ``otherwise`` where none shows."""
    classes = [pl.when(shows).then(pl.lit(kind or "library")) for _, shows, kind in faults]
    return pl.coalesce(*classes, pl.lit(otherwise))


def is_plain_domain() -> pl.Expr:
    """The column ``domain``, in lower case, is valid and its own normalised form."""
    return pl.all_horizontal(PLAIN_DOMAIN.values())


def is_latin_domain() -> pl.Expr:
    """The column ``domain``, in lower case, is of Latin letters; its ASCII form has to be looked at."""
    return _DOMAIN.str.contains(latin_labels(LATIN_LETTERS))


def is_plain_ascii_form() -> pl.Expr:
    """The column ``domain``, Punycode of a Latin domain, is valid."""
    return pl.all_horizontal(shows for name, shows in PLAIN_DOMAIN.items() if name != "labels")


def is_mailbox_name(local: pl.Expr) -> pl.Expr:
    """RFC 2142: the library puts these names into lower case; all others keep their case."""
    return local.str.to_lowercase().is_in(pl.Series(library.MAILBOX_NAMES).implode())
