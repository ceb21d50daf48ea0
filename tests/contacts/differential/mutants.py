"""Faults put into the compiler on purpose: each has to be seen by the differential test, or that test proves nothing.

    python -m tests.contacts.differential.mutants            all of them, some minutes

A mutant replaces one function of the compiler. The plan of some regions is compiled with it and held against the library on
edges of its intervals and on stress texts; a mutant that no answer shows is printed as alive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from phonenumbers import ValidationResult

from leadgrade.contacts.phone_library import ask_library
from leadgrade.contacts.phone_placeholders import reserved_patterns
from leadgrade.contacts.phone_plan import lookup, parsing, patterns, plans
from leadgrade.contacts.phone_plan.compile import CONTEXT_BITS, compile_plan, context_numbers, contexts
from leadgrade.contacts.phone_plan.lookup import Lookup
from leadgrade.contacts.phone_plan.probe import answers, edges


class Mutant(NamedTuple):
    """One fault: what is replaced, by what, and the contexts where it shows."""

    name: str
    target: Any
    attribute: str
    fault: Any
    contexts: tuple[str, ...]


def _no_zero_check(self: parsing.Parser, found: int, length: int, at_home: int) -> int:
    match = self.diagrams.value(found)
    if not isinstance(match, patterns.Match):
        return at_home
    left = length - match.end
    return self.diagrams.constant(parsing.Abroad(match.end) if left > 2 else parsing.Fault(2))


def _always_viable(self: parsing.Parser, plan: Any, found: int, length: int) -> int:
    return found


def _shortest_first(code: Any, threads: Any, best: Any, position: int, *, at_end: bool) -> Any:
    """The shortest match instead of the one that is preferred."""
    waiting, found = _FOLLOW(code, threads, None, position, at_end=at_end)
    return waiting, best or found


_FOLLOW = patterns._follow
_FITS = plans.Plans._fits


def _lengths_ignored(self: plans.Plans, description: Any, length: int) -> int:
    return self._full(description.national_number_pattern, length) if description is not None else self.diagrams.false


def _code_never_dropped(self: parsing.Parser, plan: Any, chosen: int, skipped: int, length: int, plain: int) -> int:
    return plain


def _first_region(self: plans.Plans, country_code: int, region: str, length: int, *, only: bool) -> tuple[int, int]:
    return _CLAIM(self, country_code, region, length, only=True)


_CLAIM = plans.Plans._claim
_TOO_FEW = (ValidationResult.TOO_SHORT, ValidationResult.INVALID_LENGTH)

MUTANTS = (
    Mutant("a 0 may follow an international prefix", parsing.Parser, "_dialled", _no_zero_check, ("GB",)),
    Mutant(
        "a prefix is taken away from a number that fits", parsing.Parser, "_viable", _always_viable, ("DE", "LT", "BY")
    ),
    Mutant("local-only lengths after a prefix count", parsing, "_NOT_STRIPPED", _TOO_FEW, ("US",)),
    Mutant("too short after a prefix counts", parsing, "_NOT_STRIPPED", (), ("GB", "US")),
    Mutant(
        "transform rules are forgotten",
        parsing,
        "transformed",
        lambda match, rule, length: tuple(range(match.end, length)),
        ("AR", "AG", "BR"),
    ),
    Mutant("the shortest match wins", patterns, "_follow", _shortest_first, ("AR", "BR", "BY")),
    Mutant("lengths of types are forgotten", plans.Plans, "_fits", _lengths_ignored, ("+",)),
    Mutant("the calling code is never dropped", parsing.Parser, "_with_code", _code_never_dropped, ("DE", "US")),
    Mutant("the first region takes all", plans.Plans, "_claim", _first_region, ("US",)),
    Mutant("premium rate comes last", plans, "_SPECIAL", plans._SPECIAL[::-1], ("+",)),
    Mutant("pagers have no carrier", plans, "_CARRIED", plans._CARRIED[:1], ("+",)),
    Mutant(
        "time zones of all types by area",
        plans.phonenumberutil,
        "is_number_type_geographical",
        lambda kind, code: True,
        ("US",),
    ),
    Mutant("+ means nothing where no code follows", lookup.Lookup, "_read_without_plus", lambda *_: None, ("+", "GB")),
    Mutant("what follows 00 is not cut off", lookup.Lookup, "_read_abroad", lambda *_: None, ("+", "GB")),
)


@contextmanager
def _broken(mutant: Mutant) -> Iterator[None]:
    with mock.patch.object(mutant.target, mutant.attribute, mutant.fault):
        yield


def _asked(found: Lookup, names: tuple[str, ...], every: int) -> list[tuple[str, str | None]]:
    numbers = {context_numbers()[name] for name in names}
    of = (found.plan.keys >> np.uint64(CONTEXT_BITS)).astype(int)
    chosen = np.flatnonzero(np.isin(of, list(numbers)))[::every]
    asked = edges(found, chosen)
    # the same digits behind signs that only the way to the table reads
    bare = [text.lstrip("+") for text, _ in asked[::97]]
    return asked + [(f"{sign}00{text}"[:15], "GB") for text in bare for sign in ("", "+")]


def survives(mutant: Mutant, every: int = 7) -> bool:
    """True where no answer shows the fault."""
    every = every if "+" in mutant.contexts or len(mutant.contexts) > 1 else 1
    with _broken(mutant):
        found = Lookup(compile_plan(reserved_patterns(), only={*mutant.contexts}))
        asked = _asked(found, mutant.contexts, every)
        told = answers(found, asked)
    right: Callable[[str, str | None], object] = ask_library
    return all(a is None or a == right(*q) for a, q in zip(told, asked, strict=True))


def main() -> int:
    """Run as a program."""
    assert contexts()[0] == parsing.INTERNATIONAL
    alive = 0
    for mutant in MUTANTS:
        dead = not survives(mutant)
        alive += not dead
        sys.stdout.write(f"{'caught' if dead else 'ALIVE ':<8}{mutant.name}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(MUTANTS)} faults, {alive} not seen\n")
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
