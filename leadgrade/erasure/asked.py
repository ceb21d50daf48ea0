"""What an erasure is asked for: addresses, numbers, ids of people and of leads, read from options or lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from leadgrade.errors import InputError


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody wants erased.

    Attributes:
        emails: Addresses as typed.
        phones: Numbers in E.164.
        people: Person ids.
        leads: Lead ids.
    """

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.emails or self.phones or self.people or self.leads)

    def __len__(self) -> int:
        return len(self.emails) + len(self.phones) + len(self.people) + len(self.leads)


def read(emails: Iterable[str] = (), phones: Iterable[str] = (), people: Iterable[str] = (), leads: Iterable[str] = (),
         lines: Iterable[str] = (), country: str | None = None) -> Asked:  # fmt: skip
    """What options and lines ask for; of a line its look tells what it is.

    Args:
        emails: Addresses.
        phones: Numbers.
        people: Person ids.
        leads: Lead ids.
        lines: Any of these, one a line; blank lines and those behind a ``#`` are left out.
        country: ISO2 of the country in which a number without ``+`` is dialled.

    Raises:
        InputError: one is none of these. It is told by its place, for what was typed may be personal.
    """
    sorted_lines: dict[str, list[str]] = {
        "emails": [*emails],
        "phones": [*phones],
        "people": [*people],
        "leads": [*leads],
    }
    for text in map(str.strip, lines):
        if text and not text.startswith("#"):
            sorted_lines[_kind(text)].append(text)
    for kind, begins in (("people", "p_"), ("leads", "l_")):
        _check(kind, [text.startswith(begins) for text in sorted_lines[kind]], f"ids that begin with {begins}")
    _check("emails", ["@" in text.strip("@") for text in sorted_lines["emails"]], "addresses such as name@example.com")
    numbers = [_number(text, country) for text in sorted_lines["phones"]]
    _check("phones", [number is not None for number in numbers], "numbers with a country code, such as +4930901820")
    return Asked(
        tuple(dict.fromkeys(text.strip() for text in sorted_lines["emails"])),
        tuple(dict.fromkeys(number for number in numbers if number)),
        tuple(dict.fromkeys(sorted_lines["people"])),
        tuple(dict.fromkeys(sorted_lines["leads"])),
    )


def _kind(text: str) -> str:
    if "@" in text:
        return "emails"
    return {"p_": "people", "l_": "leads"}.get(text[:2], "phones")


def _check(kind: str, sound: list[bool], expected: str) -> None:
    wrong = [str(place) for place, is_sound in enumerate(sound, start=1) if not is_sound]
    if wrong:
        raise InputError(f"{kind}: number {', '.join(wrong[:9])} of {len(sound)} cannot be read; expected {expected}")


def _number(text: str, country: str | None) -> str | None:
    """E.164; None where it is no possible number."""
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
