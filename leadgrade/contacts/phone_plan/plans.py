"""What phonenumbers says of a national number: region, type, length, time zone, carrier, as diagrams over its digits.

Follows ``region_code_for_number``, ``_number_type_helper``, ``is_possible_number_with_reason``, ``time_zones_for_number`` and
``carrier.name_for_number`` of the library, condition by condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType, carrier, phonenumberutil, timezone
from phonenumbers.carrierdata import CARRIER_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

from leadgrade.contacts.phone_plan.diagrams import Diagrams, State
from leadgrade.contacts.phone_plan.patterns import full_match, prefix_match

NON_GEO = "001"
# the order in which the library asks; fixed line and mobile come last and together
_SPECIAL = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)
_CARRIED = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PAGER)


class Facts(NamedTuple):
    """What is known of a national number."""

    country_code: int
    region: str | None
    type: int
    reason: int
    time_zone: str | None
    carrier: str | None
    is_reserved: bool


def main_plan(country_code: int) -> Any:
    """Metadata of the main region of a calling code."""
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[country_code][0]
    return PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)


def length_reason(plan: Any, length: int) -> int:
    """What the library says of a number of so many digits (a ValidationResult): it looks at the length alone."""
    return int(phonenumberutil._test_number_length("0" * length, plan))


def _carrier(prefix: str) -> str | None:
    """What the library makes of a prefix without an English name: releases differ on whether a shorter one is taken."""
    code = next(n for n in (1, 2, 3) if int(prefix[:n]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    national = prefix[code:]
    zeros = len(national) - len(national.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        country_code=int(prefix[:code]),
        national_number=int(national or 0),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros,
    )
    return carrier.name_for_valid_number(number, "en") or None


@cache
def _trie(source: str) -> dict[str, Any]:
    """Prefixes of full numbers as nested dicts; the value of a prefix stands under the empty text."""
    carriers = {prefix: names["en"] if "en" in names else _carrier(prefix) for prefix, names in CARRIER_DATA.items()}
    zones = {prefix: zones[0] for prefix, zones in TIMEZONE_DATA.items()}
    root: dict[str, Any] = {}
    for prefix, value in (carriers if source == "carrier" else zones).items():
        at = root
        for digit in prefix:
            at = at.setdefault(digit, {})
        at[""] = value
    return root


def _country_zone(country_code: int) -> str | None:
    number = phonenumbers.PhoneNumber(country_code=country_code, national_number=1)
    zone = timezone._country_level_time_zones_for_number(number)[0]
    return None if zone == timezone.UNKNOWN_TIMEZONE else str(zone)


class Plans:
    """Diagrams of national numbers by calling code and number of digits.

    Args:
        diagrams: The store that they are made in.
        reserved: Calling code -> pattern of the national numbers that a regulator keeps for fiction.
    """

    def __init__(self, diagrams: Diagrams, reserved: Mapping[int, str]) -> None:
        self.diagrams = diagrams
        self._reserved = reserved
        self._kept: dict[tuple[str, str | int, int], int] = {}

    def general(self, plan: Any, length: int) -> int:
        """Whether the number fits the general description of the plan; its lengths do not matter here."""
        return self._full(plan.general_desc.national_number_pattern if plan.general_desc else None, length)

    def _full(self, pattern: str | None, length: int) -> int:
        key = ("full", pattern or "", length)
        if key not in self._kept:
            self._kept[key] = full_match(self.diagrams, pattern, length)
        return self._kept[key]

    def _fits(self, description: Any, length: int) -> int:
        if description is None or (description.possible_length and length not in description.possible_length):
            return self.diagrams.false
        return self._full(description.national_number_pattern, length)

    def types(self, plan: Any, length: int) -> int:
        """The PhoneNumberType of numbers of a plan."""
        yes, no = self.diagrams.true, self.diagrams.false
        answers = [self.diagrams.constant(kind) for _, kind in _SPECIAL]
        unknown = self.diagrams.constant(PhoneNumberType.UNKNOWN)

        def decide(state: State) -> int | State:
            general, *special, fixed, mobile = state
            if general == no or all(part == no for part in state[1:]):
                return unknown
            for answer, part in zip(answers, special, strict=True):
                if part != no:
                    return answer if part == general == yes else state
            line = self._line(fixed, mobile, same=plan.same_mobile_and_fixed_line_pattern)
            return state if general != yes or line is None else line

        kinds = [*(name for name, _ in _SPECIAL), "fixed_line", "mobile"]
        roots = (self._fits(plan.general_desc, length), *(self._fits(getattr(plan, kind), length) for kind in kinds))
        return self.diagrams.combine(roots, decide)

    def _line(self, fixed: int, mobile: int, *, same: bool) -> int | None:
        """Fixed line, mobile, either or neither; None where more digits are needed."""
        yes, no = self.diagrams.true, self.diagrams.false
        if fixed not in (yes, no) or not (same or mobile in (yes, no)):
            return None
        is_mobile = fixed == yes if same else mobile == yes
        kinds = {
            (True, True): PhoneNumberType.FIXED_LINE_OR_MOBILE,
            (True, False): PhoneNumberType.FIXED_LINE,
            (False, True): PhoneNumberType.MOBILE,
            (False, False): PhoneNumberType.UNKNOWN,
        }
        return self.diagrams.constant(kinds[fixed == yes, is_mobile])

    def _regions(self, country_code: int, length: int) -> int:
        """(region, type) of numbers under a calling code; the first region in the library's order that claims the number."""
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[country_code]
        parts = [self._claim(country_code, region, length, only=len(regions) == 1) for region in regions]
        nobody = self.diagrams.constant((None, PhoneNumberType.UNKNOWN))
        no = self.diagrams.false

        def decide(state: State) -> int | State:
            for at in range(0, len(state), 2):
                claim, answer = state[at : at + 2]
                if claim >= 0:
                    # what stands before was turned down and no longer matters
                    return (no,) * at + state[at:]
                if self.diagrams.value(claim):
                    return answer
            return nobody

        return self.diagrams.combine(tuple(d for part in parts for d in part), decide)

    def _claim(self, country_code: int, region: str, length: int, *, only: bool) -> tuple[int, int]:
        """Whether a region takes the number, and (region, type) if it does."""
        plan: Any = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
        answer = self.diagrams.map_values(self.types(plan, length), lambda kind: (region, kind))
        if only:
            return self.diagrams.true, answer
        if plan.leading_digits is not None:
            found = prefix_match(self.diagrams, plan.leading_digits, length)
            return self.diagrams.map_values(found, lambda match: match is not None), answer
        return self.diagrams.map_values(self.types(plan, length), lambda kind: kind != PhoneNumberType.UNKNOWN), answer

    def _region_and_type(self, constant: int) -> tuple[str | None, int]:
        found = self.diagrams.value(constant)
        assert isinstance(found, tuple)
        return found

    def _longest_prefix(self, source: str, country_code: int, length: int) -> int:
        at: Any = _trie(source)
        best = None
        for digit in str(country_code):
            at = at.get(digit, {})
            best = at.get("", best)

        def walk(node: Mapping[str, Any], best: str | None, left: int) -> int:
            best = node.get("", best)
            if left == 0 or not node.keys() - {""}:
                return self.diagrams.constant(best)
            return self.diagrams.node([walk(node.get(str(d), {}), best, left - 1) for d in range(10)])

        return walk(at, best, length)

    def facts(self, country_code: int, length: int) -> int:
        """:class:`Facts` of national numbers of so many digits under a calling code."""
        key = ("facts", country_code, length)
        if key not in self._kept:
            self._kept[key] = self._facts(country_code, length)
        return self._kept[key]

    def _facts(self, country_code: int, length: int) -> int:
        reason = length_reason(main_plan(country_code), length)
        nowhere, constant, value = self.diagrams.constant(None), self.diagrams.constant, self.diagrams.value
        by_country = constant(_country_zone(country_code))

        def decide(state: State) -> int | State:
            known, zone, first_carrier, reserved = state
            if known >= 0:
                return state
            region, kind = self._region_and_type(known)
            if kind == PhoneNumberType.UNKNOWN:
                zone = nowhere
            elif not phonenumberutil.is_number_type_geographical(kind, country_code):
                zone = by_country
            first_carrier = first_carrier if kind in _CARRIED else nowhere
            if max(zone, first_carrier, reserved) >= 0:
                return (known, zone, first_carrier, reserved)
            told = (value(zone), value(first_carrier), value(reserved))
            return constant(Facts(country_code, region, kind, reason, *told))  # type: ignore[arg-type]  # as the roots below hold

        roots = (
            self._regions(country_code, length),
            self._longest_prefix("zone", country_code, length),
            self._longest_prefix("carrier", country_code, length),
            self._full(self._reserved.get(country_code), length),
        )
        return self.diagrams.combine(roots, decide)
