"""What the name of a column tells; the words are in data/kinds.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from leadgrade.contacts.vocabulary import fold
from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "kinds.yaml"
_PLACES = {"street", "city", "region", "postal_code", "country"}
# too little is left of "last contact" or "client title" without the other word
_WHOLE = {"first", "last", "title", "role", "position", "mail", "job", "place", "location"}


@cache
def words_of() -> dict[str, Any]:
    """The content of data/kinds.yaml, its lists as sets of folded words."""
    found = read_yaml(_FILE)
    names = {fold(name).replace(" ", ""): kind for kind, listed in found.pop("names").items() for name in listed}
    return {"names": names, **{key: frozenset(str(word) for word in listed) for key, listed in found.items()}}


@cache
def words(column: str) -> tuple[str, ...]:
    """The words of a column's name: birthDate, birth_date and "Birth Date" are the same two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])", " ", column.strip())
    found = fold(re.sub(r"[_.\-/#&+]+", " ", apart)).split()
    return ("".join(found),) if found and all(len(word) == 1 for word in found) else tuple(found)


def _named(found: tuple[str, ...]) -> str | None:
    names = words_of()["names"]
    kind: str | None = names.get("".join(found))
    if kind or len(found) == 1:
        return kind
    # State/Province: each word says the same
    each = {names.get(word) for word in found}
    return each.pop() if len(each) == 1 else None


def _singular(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(re.sub(r"(?<=ss)es$|(?<=[^s])s$", "", re.sub(r"ies$", "y", word)) for word in found)


def _is_birth(found: tuple[str, ...]) -> bool:
    known = words_of()
    parts = known["year"] | known["month"] | known["day"] | known["date"] | known["beside"]
    rest = [word for word in found if word not in known["birth"]]
    return len(rest) < len(found) and all(word in parts or word.isdigit() for word in rest)


def kind_of(column: str) -> str | None:
    """The kind that a column's name tells, or None: the name itself, or what is left without words that change nothing."""
    found, known = words(column), words_of()
    if kind := _named(found) or _named(_singular(found)):
        return kind
    if _is_birth(found):
        return "date_of_birth"
    rest = tuple(word for word in found if word not in known["beside"] and not word.isdigit())
    if (kind := _named(rest)) and "".join(rest) not in _WHOLE:
        return kind
    for extra, kinds in (("beside_place", _PLACES), ("beside_phone", {"phone"})):
        less = tuple(word for word in rest if word not in known[extra])
        if (kind := _named(less)) in kinds:
            return kind
    return None


def is_second_best(column: str, kind: str) -> bool:
    """Whether the column counts only where no other is of its kind: a place of birth, an age, a record's number."""
    found = words(column)
    if kind == "identifier" and is_of_record(column):
        return True
    return kind != "email" and bool(words_of()["second_best"] & set(found)) and not _is_birth(found)


def is_of_record(column: str) -> bool:
    """Whether the name is one of numbers that may be a record's and not a person's."""
    return bool(words_of()["of_record"] & set(words(column)))
