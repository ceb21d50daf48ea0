"""What email-validator itself is asked: whole addresses and single domains that no proof covers."""

from __future__ import annotations

from typing import NamedTuple

import email_validator.rfc_constants as limits
import polars as pl
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.syntax import validate_email_domain_name

# read from the installed library, so that a new release of it moves the proofs along
MAX_BYTES: int = limits.EMAIL_MAX_LENGTH
MAX_DOMAIN: int = limits.DOMAIN_MAX_LENGTH
MAX_LABEL: int = limits.DNS_LABEL_LENGTH_LIMIT
MAILBOX_NAMES: tuple[str, ...] = tuple(limits.CASE_INSENSITIVE_MAILBOX_NAMES)
SPECIAL_USE: tuple[str, ...] = tuple(SPECIAL_USE_DOMAIN_NAMES)

# the first text that the library's message holds decides the class; the rest is syntax
_FAULTS = (
    ("must have an @-sign", "no_at"),
    ("at-sign (@)", "no_at"),
    ('at" character', "no_at"),
    ("special-use", "special_use"),
    ("too long", "too_long"),
    ("separated by so many", "too_long"),
    ("after the @-sign", "domain"),
    ("After the @-sign", "domain"),
)


class Answer(NamedTuple):
    """What the library says of an address; all but ``error`` are null where it is not valid."""

    email: str | None
    local_part: str | None
    domain: str | None
    domain_unicode: str | None
    error: str | None


class DomainAnswer(NamedTuple):
    """What the library says of a domain; ``error`` is null where it is valid."""

    ascii: str | None
    unicode: str | None
    error: str | None


def fault_class(message: str) -> str:
    """Class of a message of email-validator: no_at, special_use, too_long, domain or syntax."""
    return next((kind for text, kind in _FAULTS if text in message), "syntax")


def ask_library(value: str | None) -> Answer:
    """What email-validator says of an address without the network; its message is never kept, for it quotes."""
    if value is None or not value.strip():
        return Answer(None, None, None, None, "empty")
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        return Answer(None, None, None, None, fault_class(str(error)))
    return Answer(found.normalized, found.local_part, found.ascii_domain, found.domain, None)


def ask_domain(domain: str) -> DomainAnswer:
    """What email-validator says of the part after the @, which is no address in brackets."""
    try:
        found = validate_email_domain_name(domain)
    except EmailNotValidError as error:
        return DomainAnswer(None, None, fault_class(str(error)))
    return DomainAnswer(found["ascii_domain"], found["domain"], None)


def library_answers(values: pl.Series) -> pl.DataFrame:
    """:class:`Answer` of each value."""
    rows = [ask_library(value) for value in values]
    return pl.DataFrame(rows, schema=dict.fromkeys(Answer._fields, pl.String), orient="row")


def domain_answers(domains: pl.Series) -> pl.DataFrame:
    """:class:`DomainAnswer` of each domain."""
    rows = [ask_domain(domain) for domain in domains]
    return pl.DataFrame(rows, schema=dict.fromkeys(DomainAnswer._fields, pl.String), orient="row")
