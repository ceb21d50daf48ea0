"""Inputs for the differential tests of telephone numbers: edges of the table, and texts that are meant to break it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import phonenumbers
from phonenumbers import PhoneNumberFormat

from leadgrade.contacts.phone_plan.lookup import Lookup
from leadgrade.contacts.phone_plan.probe import edges

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
_CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)
_PUNCTUATION = [
    " ",
    "-",
    ".",
    "/",
    "(",
    ")",
    "[",
    "]",
    " - ",
    "\u00a0",
    "\u2013",
    "\u2011",
    "\uff0f",
    "~",
    "\u3000",
    "\u2060",
]
_ODD = [
    "+",
    "++",
    "\uff0b",
    "x",
    "X",
    "ext",
    "ext.",
    ",",
    ",,",
    ";",
    "#",
    "*",
    "a",
    "abc",
    "p",
    "w",
    "\t",
    "\n",
    "_",
    "\u00b7",
    "|",
    "=",
    "é",
    "\u0663",
    "\uff15",
    "\u0968",
    "\u00b2",
    "\ud55c",
    "\u202d",
    "\u200b",
    "\u20ac",
    "\U0001f4de",
    "\u0000",
    "\\",
    "/x",
    "/ x",
    "'",
    '"',
    ":",
    "!",
    ";ext=",
    ";isub=",
    ";phone-context=",
    "tel:",
    "\uff54",
    "\uff5e",
    "o",
    "int",
    "доб",
    "anexo",
    "\u0301",
]
_BEHIND = [
    " x{n}",
    "x{n}",
    " ext {n}",
    " ext. {n}",
    ", ext {n}",
    " extension {n}",
    ";ext={n}",
    " #{n}",
    " - {n}#",
    ",,{n}",
    ";{n}",
    " int {n}",
    " (x{n})",
    " доб. {n}",
    " xtn:{n}",
    " EXT {n}",
    " ~{n}",
    " x{n}/x12",
    " x {n}#",
    " extn{n}",
    " e xt {n}",
    " (home)",
    " ",
    ".",
    ")",
    "  ).",
]
_BEFORE = [
    "Tel: ",
    "tel:",
    "T ",
    "(",
    " ",
    "++",
    "Phone number ",
    "a",
    "00",
    "+ ",
    "(+",
    "+(",
    "-",
    ".",
    "x",
    "0",
    "p:",
    "n1: ",
    "é ",
    "; ",
]


def _random_digits(rng: random.Random, most: int = 17) -> str:
    return "".join(rng.choices("0123456789", k=rng.randint(1, most)))


def _near_example(rng: random.Random, region: str) -> str:
    """A number of the region as it may be typed there or abroad, some digits changed."""
    number = phonenumbers.example_number_for_type(region, rng.randint(0, 10)) or phonenumbers.example_number(region)
    if number is None:
        return _random_digits(rng)
    text = phonenumbers.format_number(number, rng.choice(_FORMATS))
    for _ in range(rng.choice((0, 0, 1, 1, 2, 5))):
        at = rng.randrange(len(text))
        change = rng.choice("0123456789") if text[at].isdigit() else text[at]
        text = text[:at] + change + text[at + rng.choice((0, 1, 1, 1)) :]
    return text


def _dialled(rng: random.Random, region: str) -> str:
    """Prefixes before a number: international, national, calling code, in any order."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    prefixes = [
        "00",
        "011",
        "0",
        "1",
        "8",
        "+",
        plan.national_prefix or "0",
        str(plan.country_code),
        str(rng.choice(_CODES)),
    ]
    example = phonenumbers.example_number_for_type(region, rng.randint(0, 1))
    national = phonenumbers.national_significant_number(example) if example else ""
    body = rng.choice([_random_digits(rng, 12), national, national[: rng.randint(0, 9)] + _random_digits(rng, 5)])
    return "".join(rng.choices(prefixes, k=rng.randint(0, 3))) + body


def _typed(rng: random.Random, text: str) -> str:
    """Punctuation and oddities put into a text."""
    if rng.random() < 0.5:
        marks = rng.choices(_PUNCTUATION, k=rng.randint(1, 4))
    else:
        marks = rng.choices(_ODD, k=rng.randint(1, 2)) if rng.random() < 0.4 else []
    for mark in marks:
        at = rng.randint(0, len(text))
        text = text[:at] + mark + text[at:]
    if rng.random() < 0.15:
        text += rng.choice(_BEHIND).format(n=_random_digits(rng, 9))
    if rng.random() < 0.1:
        text = rng.choice(_BEFORE) + text
    long = rng.random()
    if long < 0.002:
        return text * 20 if long < 0.001 else text[:1] + rng.choice(" -") * rng.randint(235, 255) + text[1:]
    return text


def stress(count: int, seed: int) -> Iterator[tuple[str | None, str | None]]:
    """Texts and the region that each is read in: every region, some no region at all."""
    rng = random.Random(seed)
    made = (_near_example, _dialled, lambda r, _: ("+" if r.random() < 0.3 else "") + _random_digits(r))
    for _ in range(count):
        region = rng.choice(REGIONS)
        text = _typed(rng, rng.choice(made)(rng, region))
        read_in = rng.choice((region, region, region, rng.choice(REGIONS), None))
        yield (text if rng.random() > 0.0005 else None), read_in


def examples() -> list[tuple[str, str]]:
    """Every number in the library's own metadata: of each region and type, as typed in four forms, and bare."""
    found = []
    for region in REGIONS:
        plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
        kinds = (
            "general_desc",
            "fixed_line",
            "mobile",
            "toll_free",
            "premium_rate",
            "shared_cost",
            "personal_number",
            "voip",
            "pager",
            "uan",
            "voicemail",
            "no_international_dialling",
            "emergency",
            "short_code",
            "standard_rate",
            "carrier_specific",
        )
        for kind in kinds:
            description = getattr(plan, kind)
            if description is None or not description.example_number:
                continue
            national = description.example_number
            found += [
                (national, region),
                (f"+{plan.country_code}{national}", region),
                (f"{plan.country_code}{national}", region),
            ]
            number = phonenumbers.parse(f"+{plan.country_code}{national}")
            found += [(phonenumbers.format_number(number, form), region) for form in _FORMATS]
    for code in _CODES:
        number = phonenumbers.example_number_for_non_geo_entity(code)
        if number is not None:
            found += [(phonenumbers.format_number(number, form), "US") for form in _FORMATS]
    return found


def interval_edges(lookup: Lookup, every: int) -> list[tuple[str, str | None]]:
    """The first and last number of each n-th interval of the table."""
    return edges(lookup, np.arange(0, len(lookup.plan.keys), every))
