"""Finds the person of a published night whom somebody means: by an id, an e-mail address or a number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import phonenumbers

from leadgrade.errors import InputError

Row = dict[str, Any]
KEYS = "a person_id (p_...), a lead_id (l_...), an e-mail address or a number with its country code (+49...)"
_ADDRESS = "lower(leads.email) = lower($key) or lower(leads.email_raw) = lower($key)"
_NUMBER = "leads.phone_e164 = $key or leads.mobile_e164 = $key"


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """A published file, read-only.

    Raises:
        InputError: there is none.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: no such file in {path.parent}; publish a run first (leadgrade run)")
    return duckdb.connect(str(path), read_only=True)


def person_of(warehouse: duckdb.DuckDBPyConnection, private: Path | None, key: str) -> tuple[str, str]:
    """The person of a key, and what the key was.

    Args:
        warehouse: The published warehouse.
        private: private.duckdb, in which addresses and numbers are looked up; None: ids only.
        key: A person_id, lead_id, e-mail address, or number with its country code.

    Raises:
        InputError: nobody has the key, or several people have it. An address or a number is not repeated.
    """
    if "@" in key:
        return _only(_by_contact(warehouse, private, _ADDRESS, key), "e-mail address"), "e-mail address"
    if re.fullmatch(r"[+(]?[\d\s()./-]{5,}", key):
        return _only(_by_contact(warehouse, private, _NUMBER, _e164(key)), "number"), "number"
    return _by_id(warehouse, key)


def _by_id(warehouse: duckdb.DuckDBPyConnection, key: str) -> tuple[str, str]:
    for kind, query in {
        "person_id": "select person_id from scores.quality where person_id = ?",
        "lead_id": "select person_id from people.members where lead_id = ?",
        "person_id of before a merge": (
            "select new_person_id from people.id_changes where old_person_id = ? and new_person_id is not null "
            "order by changed_at desc"
        ),
    }.items():
        found = warehouse.execute(query, [key]).fetchone()
        if found:
            return str(found[0]), kind
    if key.startswith(("p_", "l_")):
        raise InputError(f"{key}: no such person_id or lead_id in the last publication; an e-mail address works, too")
    raise InputError(f"nobody can be found by that; give {KEYS}")


def _by_contact(warehouse: duckdb.DuckDBPyConnection, private: Path | None, condition: str, key: str) -> list[str]:
    if private is None:
        raise InputError("addresses and numbers can be looked up in private.duckdb only; give a person_id or lead_id")
    with open_database(private) as connection:
        query = f"select leads.lead_id from contacts.leads as leads where {condition}"
        leads = [lead for (lead,) in connection.execute(query, {"key": key}).fetchall()]
    query = "select distinct person_id from people.members where list_contains($leads, lead_id) order by person_id"
    return [str(person) for (person,) in warehouse.execute(query, {"leads": leads}).fetchall()]


def _only(people: list[str], what: str) -> str:
    if not people:
        raise InputError(
            f"no person of the last publication has this {what} (addresses as typed, case folded; numbers in full). "
            "Rows that were refused: leadgrade quarantine list"
        )
    if len(people) > 1:
        more = f" and {len(people) - 9:,} more" if len(people) > 9 else ""
        raise InputError(f"{len(people):,} people have this {what}: {', '.join(people[:9])}{more}; ask for one of them")
    return people[0]


def _e164(typed: str) -> str:
    """The number as it is published."""
    try:
        parsed = phonenumbers.parse(re.sub(r"^\s*00", "+", typed))
    except phonenumbers.NumberParseException:
        raise InputError("a number is looked up with its country code, such as +49301234567") from None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
