"""Regular expressions over digits as decision diagrams.

Python's own parser reads them (``re._parser``, the module behind ``re.compile``), so that what is compiled here is what the
library runs. Known are digits, sets, groups, alternatives, greedy repetitions and ``$``: all that the numbering plans use.
Anything else raises :class:`UnsupportedPatternError`, and the number stays with the library.
"""

from __future__ import annotations

import re._constants as op  # type: ignore[import-not-found]  # typeshed leaves both out
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from leadgrade.contacts.phone_plan.diagrams import DIGITS, Diagrams

_END = "end"
_SAVE = "save"
_SPLIT = "split"
_MATCH = "match"
_ZERO = ord("0")
ALL = frozenset(DIGITS)


class UnsupportedPatternError(Exception):
    """The pattern uses syntax that is not compiled; says which."""


class Program(NamedTuple):
    """Instructions: a set of digits to read (then the next), (split, targets in order of preference), (save, n), end, match."""

    code: tuple[Any, ...]
    groups: int


class Match(NamedTuple):
    """A match at the beginning: where it ends, and where each group begins and ends (-1: the group took no part)."""

    end: int
    spans: tuple[int, ...]


def _digit_set(items: Iterable[tuple[Any, Any]]) -> frozenset[int]:
    found: set[int] = set()
    for kind, value in items:
        if kind is op.LITERAL:
            found.add(value - _ZERO)
        elif kind is op.RANGE:
            found.update(range(value[0] - _ZERO, value[1] - _ZERO + 1))
        elif kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
            found.update(DIGITS)
        else:
            raise UnsupportedPatternError(f"{kind} in a set")
    if not found <= ALL:
        raise UnsupportedPatternError("something other than digits in a set")
    return frozenset(found)


class _Compiler:
    """Writes the instructions of one pattern."""

    def __init__(self) -> None:
        self.code: list[Any] = []

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> None:
        for kind, value in items:
            self.item(kind, value)

    def item(self, kind: Any, value: Any) -> None:
        if kind is op.LITERAL:
            self.code.append(_digit_set([(kind, value)]))
        elif kind is op.IN:
            self.code.append(_digit_set(value))
        elif kind is op.SUBPATTERN:
            self.group(value)
        elif kind is op.BRANCH:
            self.branch(value[1])
        elif kind is op.MAX_REPEAT:
            self.repeat(*value)
        elif kind is op.AT and value is op.AT_END:
            self.code.append(_END)
        else:
            raise UnsupportedPatternError(str(kind))

    def group(self, value: tuple[int | None, int, int, Any]) -> None:
        number, added, removed, items = value
        if added or removed:
            raise UnsupportedPatternError("flags in a group")
        if number is None:
            return self.sequence(items)
        self.code.append((_SAVE, 2 * (number - 1)))
        self.sequence(items)
        self.code.append((_SAVE, 2 * number - 1))
        return None

    def branch(self, choices: list[Any]) -> None:
        at, leaps = len(self.code), []
        self.code.append(None)
        starts = []
        for choice in choices:
            starts.append(len(self.code))
            self.sequence(choice)
            leaps.append(len(self.code))
            self.code.append(None)
        self.code[at] = (_SPLIT, tuple(starts))
        for leap in leaps:
            self.code[leap] = (_SPLIT, (len(self.code),))

    def repeat(self, least: int, most: Any, items: Any) -> None:
        if most is op.MAXREPEAT:
            raise UnsupportedPatternError("repetition without an end")
        for _ in range(least):
            self.sequence(items)
        holes = []
        for _ in range(most - least):
            holes.append(len(self.code))
            self.code.append(None)
            self.sequence(items)
        for hole in holes:
            self.code[hole] = (_SPLIT, (hole + 1, len(self.code)))


@cache
def compile_pattern(pattern: str) -> Program:
    """The instructions of a regular expression.

    Raises:
        UnsupportedPatternError: The pattern uses anything beyond digits, sets, groups, alternatives, repetition and ``$``.
    """
    tree = parser.parse(pattern)
    compiler = _Compiler()
    compiler.sequence(tree)
    return Program((*compiler.code, _MATCH), tree.state.groups - 1)


def full_match(diagrams: Diagrams, pattern: str | None, length: int) -> int:
    """Whether strings of so many digits match the whole pattern; an empty pattern matches nothing, as in the library."""
    if not pattern:
        return diagrams.false
    code = compile_pattern(pattern).code
    known: dict[tuple[frozenset[int], int], int] = {}
    closures: dict[frozenset[int], frozenset[int]] = {}

    def walk(states: frozenset[int], left: int) -> int:
        if not states:
            return diagrams.false
        key = (states, left)
        if key not in known:
            known[key] = step(states, left)
        return known[key]

    def step(states: frozenset[int], left: int) -> int:
        if left == 0:
            return (
                diagrams.true if any(code[s] == _MATCH for s in _closure(code, states, at_end=True)) else diagrams.false
            )
        inner = closures.get(states)
        if inner is None:
            inner = closures[states] = _closure(code, states, at_end=False)
        reads = [(code[s], s + 1) for s in inner if isinstance(code[s], frozenset)]
        return diagrams.node([walk(frozenset(to for digits, to in reads if d in digits), left - 1) for d in DIGITS])

    return walk(frozenset((0,)), length)


def _closure(code: tuple[Any, ...], states: frozenset[int], *, at_end: bool) -> frozenset[int]:
    """All instructions that are reached without reading a digit."""
    found: set[int] = set()
    open_states = list(states)
    while open_states:
        state = open_states.pop()
        if state in found:
            continue
        found.add(state)
        what = code[state]
        if what == _END:
            open_states.extend([state + 1] if at_end else [])
        elif isinstance(what, tuple):
            open_states.extend(what[1] if what[0] == _SPLIT else [state + 1])
    return frozenset(found)


_Thread = tuple[int, tuple[int, ...]]


def prefix_match(diagrams: Diagrams, pattern: str, length: int) -> int:
    """What the beginning of strings of so many digits matches: a :class:`Match`, or None.

    Threads are kept in order of preference, so that of several ways to match the one is taken that ``re`` would take.
    """
    program = compile_pattern(pattern)
    none = diagrams.constant(None)
    known: dict[tuple[tuple[_Thread, ...], Match | None, int], int] = {}

    def walk(threads: tuple[_Thread, ...], best: Match | None, position: int) -> int:
        threads, best = _follow(program.code, threads, best, position, at_end=position == length)
        if not threads or position == length:
            return none if best is None else diagrams.constant(best)
        key = (threads, best, position)
        if key not in known:
            known[key] = diagrams.node([walk(_read(program.code, threads, d), best, position + 1) for d in DIGITS])
        return known[key]

    return walk(((0, (-1,) * (2 * program.groups)),), None, 0)


def _read(code: tuple[Any, ...], threads: tuple[_Thread, ...], digit: int) -> tuple[_Thread, ...]:
    return tuple((state + 1, spans) for state, spans in threads if digit in code[state])


def _follow(
    code: tuple[Any, ...], threads: tuple[_Thread, ...], best: Match | None, position: int, *, at_end: bool
) -> tuple[tuple[_Thread, ...], Match | None]:
    """The threads that wait for a digit, in order; a thread that matches ends those behind it."""
    waiting: list[_Thread] = []
    seen: set[int] = set()
    stack = list(reversed(threads))
    while stack:
        state, spans = stack.pop()
        if state in seen:
            continue
        seen.add(state)
        what = code[state]
        if what == _MATCH:
            return tuple(waiting), Match(position, spans)
        if what == _END:
            stack.extend([(state + 1, spans)] if at_end else [])
        elif isinstance(what, frozenset):
            waiting.append((state, spans))
        elif what[0] == _SPLIT:
            stack.extend((target, spans) for target in reversed(what[1]))
        else:
            stack.append((state + 1, (*spans[: what[1]], position, *spans[what[1] + 1 :])))
    return tuple(waiting), best
