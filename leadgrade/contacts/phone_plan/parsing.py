"""How phonenumbers reads digits: prefixes stripped, calling code found, in each region, as diagrams.

Follows ``parse``, ``_maybe_extract_country_code`` and ``_maybe_strip_national_prefix_carrier_code`` of the library. A number is
read in a context: ``INTERNATIONAL`` (behind a plus sign) or a region.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, ValidationResult, phonenumberutil

from leadgrade.contacts.phone_plan.diagrams import Diagrams, State
from leadgrade.contacts.phone_plan.patterns import Match, full_match, prefix_match
from leadgrade.contacts.phone_plan.plans import Facts, Plans, length_reason, main_plan

INTERNATIONAL = "+"
# lengths that leave the number as it was before the national prefix was taken away
_NOT_STRIPPED = (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY, ValidationResult.INVALID_LENGTH)
_LEAST = phonenumberutil._MIN_LENGTH_FOR_NSN
_MOST = phonenumberutil._MAX_LENGTH_FOR_NSN
# behind a carrier code of so many digits stands the whole plan once more: thousands of copies of China's. Nobody types them
_LONG_PREFIX = 5
Entries = tuple[int, ...]


class Number(NamedTuple):
    """A number that was read: its digits (positions of the digits given, or ``-1 - d`` for a digit d put in), and its facts."""

    entries: Entries
    facts: Facts


class Fault(NamedTuple):
    """A number that the library refuses, with the error type of NumberParseException."""

    error: int


class Abroad(NamedTuple):
    """An international prefix of so many digits: what follows is read as behind a plus sign."""

    digits: int


class Unknown(NamedTuple):
    """Behind a plus sign, no calling code: the library then reads the number as if there were no plus sign."""


class Left(NamedTuple):
    """Not compiled: the library itself is asked."""


def transformed(match: Match, rule: str | None, length: int) -> Entries:
    r"""Digits of the number after its prefix was taken away, or replaced by a rule such as ``9\1``."""
    rest = tuple(range(match.end, length))
    if not rule or not match.spans or match.spans[-2] < 0:
        return rest
    made: list[int] = []
    at = 0
    while at < len(rule):
        if rule[at] == "\\":
            group = int(rule[at + 1]) - 1
            made.extend(range(match.spans[2 * group], match.spans[2 * group + 1]))
            at += 2
        else:
            made.append(-1 - int(rule[at]))
            at += 1
    return (*made, *rest)


def _is_long(match: Match, rule: str | None, length: int) -> bool:
    """The prefix that is taken away is too long to be followed through the table."""
    kept = [entry for entry in transformed(match, rule, length) if entry >= 0]
    return length - len(kept) >= _LONG_PREFIX


class Parser:
    """Diagrams of what the library makes of strings of digits; the arguments are those of :class:`Plans`."""

    def __init__(self, diagrams: Diagrams, reserved: Mapping[int, str]) -> None:
        self.diagrams = diagrams
        self.plans = Plans(diagrams, reserved)
        self._kept: dict[tuple[Hashable, ...], int] = {}

    def read(self, context: str, length: int) -> int:
        """Number, Fault, Abroad, Unknown or Left for each string of so many digits (at least 3) in a context."""
        if context == INTERNATIONAL:
            return self._international(length)
        return self._national(PhoneMetadata.metadata_for_region(context), length)

    def _international(self, length: int) -> int:
        def walk(code: str) -> int:
            if code and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
                country_code = int(code)
                rest = self._rest(main_plan(country_code), country_code, length - len(code))
                return self._moved(rest, tuple(range(len(code), length)))
            if code == "0" or len(code) == phonenumberutil._MAX_LENGTH_COUNTRY_CODE:
                return self.diagrams.constant(Unknown())
            return self.diagrams.node([walk(code + str(d)) for d in range(10)])

        return walk("")

    def _moved(self, diagram: int, entries: Entries) -> int:
        """The diagram with the digits of its numbers told by the entries that they are made of."""

        def change(value: Hashable) -> Hashable:
            if isinstance(value, Number):
                return Number(tuple(entries[e] if e >= 0 else e for e in value.entries), value.facts)
            return value

        return self.diagrams.map_values(diagram, change)

    def _made(self, diagram: int, entries: Entries, length: int) -> int:
        """What a diagram says of the number that is made by the entries out of so many digits."""
        return self.diagrams.substitute(self._moved(diagram, entries), entries, length)

    def _stripped(self, plan: Any, length: int) -> int:
        """The national prefix that is taken away: a :class:`Match`, or None where the number stays."""
        key = ("stripped", id(plan), length)
        if key not in self._kept:
            self._kept[key] = self._strip(plan, length)
        return self._kept[key]

    def _strip(self, plan: Any, length: int) -> int:
        if not plan.national_prefix_for_parsing or length == 0:
            return self.diagrams.constant(None)
        found = prefix_match(self.diagrams, plan.national_prefix_for_parsing, length)
        cases = {constant: self._viable(plan, constant, length) for constant in self.diagrams.reachable(found, {})}
        return self.diagrams.switch(found, cases)

    def _viable(self, plan: Any, found: int, length: int) -> int:
        """The match, but None where the number fitted the plan before and would not fit it after."""
        match = self.diagrams.value(found)
        none = self.diagrams.constant(None)
        if not isinstance(match, Match):
            return none
        entries = transformed(match, plan.national_prefix_transform_rule, length)
        after = self.diagrams.substitute(self.plans.general(plan, len(entries)), entries, length)

        def decide(state: State) -> int | State:
            before, after = state
            if before == self.diagrams.false or after == self.diagrams.true:
                return found
            return none if (before, after) == (self.diagrams.true, self.diagrams.false) else state

        return self.diagrams.combine((self.plans.general(plan, length), after), decide)

    def _rest(self, plan: Any, country_code: int, length: int) -> int:
        """A national number as typed behind its calling code: prefix taken away where that leaves a possible length."""
        key = ("rest", id(plan), country_code, length)
        if key not in self._kept:
            self._kept[key] = self._read_rest(plan, country_code, length)
        return self._kept[key]

    def _read_rest(self, plan: Any, country_code: int, length: int) -> int:
        if length < _LEAST:
            return self.diagrams.constant(Fault(NumberParseException.TOO_SHORT_NSN))
        chooser = self._stripped(plan, length)
        cases = {c: self._after_strip(plan, country_code, c, length) for c in self.diagrams.reachable(chooser, {})}
        return self.diagrams.switch(chooser, cases)

    def _after_strip(self, plan: Any, country_code: int, chosen: int, length: int) -> int:
        match = self.diagrams.value(chosen)
        entries: Entries = tuple(range(length))
        if isinstance(match, Match) and _is_long(match, plan.national_prefix_transform_rule, length):
            return self.diagrams.constant(Left())
        if isinstance(match, Match):
            new = transformed(match, plan.national_prefix_transform_rule, length)
            if length_reason(plan, len(new)) not in _NOT_STRIPPED:
                entries = new
        if len(entries) > _MOST:
            return self.diagrams.constant(Fault(NumberParseException.TOO_LONG))
        size = len(entries)
        own = tuple(range(size))
        number = self.diagrams.map_values(self.plans.facts(country_code, size), lambda facts: Number(own, facts))  # type: ignore[arg-type]
        return self._made(number, entries, length)

    def _national(self, plan: Any, length: int) -> int:
        """Digits as they are dialled in a region."""
        found = prefix_match(self.diagrams, plan.international_prefix, length)
        at_home = self._at_home(plan, length)
        cases = {c: self._dialled(c, length, at_home) for c in self.diagrams.reachable(found, {})}
        return self.diagrams.switch(found, cases)

    def _dialled(self, found: int, length: int, at_home: int) -> int:
        """An international prefix counts only where no 0 follows, for no calling code begins with it."""
        match = self.diagrams.value(found)
        if not isinstance(match, Match):
            return at_home
        left = length - match.end
        abroad = Abroad(match.end) if left > _LEAST else Fault(NumberParseException.TOO_SHORT_AFTER_IDD)
        if left == 0:
            return self.diagrams.constant(abroad)
        zero = self.diagrams.substitute(full_match(self.diagrams, "0", 1), (match.end,), length)
        return self.diagrams.switch(
            zero, {self.diagrams.true: at_home, self.diagrams.false: self.diagrams.constant(abroad)}
        )

    def _at_home(self, plan: Any, length: int) -> int:
        """A number without international prefix: perhaps with the calling code of the region before it, without plus."""
        plain = self._rest(plan, plan.country_code, length)
        code = str(plan.country_code)
        left = length - len(code)
        if left < 0:
            return plain
        begins = full_match(self.diagrams, code, len(code))
        begins = self.diagrams.substitute(begins, tuple(range(len(code))), length)
        chooser = self.diagrams.substitute(self._stripped(plan, left), tuple(range(len(code), length)), length)
        cases = {c: self._with_code(plan, c, len(code), length, plain) for c in self.diagrams.reachable(chooser, {})}
        with_code = self.diagrams.switch(chooser, cases)
        return self.diagrams.switch(begins, {self.diagrams.true: with_code, self.diagrams.false: plain})

    def _with_code(self, plan: Any, chosen: int, skipped: int, length: int, plain: int) -> int:
        """The number without the calling code, where that fits the plan and the whole did not, or where the whole is too long."""
        match = self.diagrams.value(chosen)
        left = length - skipped
        if isinstance(match, Match) and _is_long(match, plan.national_prefix_transform_rule, left):
            return self.diagrams.constant(Left())
        inner = (
            transformed(match, plan.national_prefix_transform_rule, left) if isinstance(match, Match) else range(left)
        )
        entries = tuple(e + skipped if e >= 0 else e for e in inner)
        size = len(entries)
        without = self._made(self._rest(main_plan(plan.country_code), plan.country_code, size), entries, length)
        if length_reason(plan, length) == ValidationResult.TOO_LONG:
            return without
        after = self.diagrams.substitute(self.plans.general(plan, size), entries, length)
        before = self.plans.general(plan, length)

        def decide(state: State) -> int | State:
            before, after, without, plain = state
            if before == self.diagrams.true or after == self.diagrams.false:
                return plain
            return without if (before, after) == (self.diagrams.false, self.diagrams.true) else state

        return self.diagrams.combine((before, after, without, plain), decide)
