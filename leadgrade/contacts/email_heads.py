"""Whether an address may be a row of known words before the @, told by its first four bytes alone.

A table holds one answer for each four bytes, of each the low five bits: letters of either case are one to twenty-six there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, partial

import numpy as np
import numpy.typing as npt

_BYTES = 4
_LOW = 31
_MARKS, _DIGITS, _ENDS = "._-", "0123456789", "+@"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz" + _MARKS + _DIGITS + _ENDS
# what may follow: the rest of a word, or one of these
_ANYTHING, _NUMBER = "*", "#"


def _after(left: str, letter: str, words: Iterable[str]) -> Iterator[str]:
    """What may follow, once a letter is read where ``left`` was to follow; nothing is left of a finished word."""
    if left == _ANYTHING or letter in _MARKS:
        yield left
    elif left in {"", _NUMBER} and letter in _ENDS:
        yield _ANYTHING
    elif left in {"", _NUMBER} and letter in _DIGITS:
        yield _NUMBER
    if left.startswith(letter):
        yield left[1:]
    elif not left:
        yield from (word[1:] for word in words if word.startswith(letter))


def _steps(left: str, words: Iterable[str]) -> dict[int, set[str]]:
    """What may follow ``left`` by the low bits of the letter that is read; letters that cannot come are left out."""
    steps: dict[int, set[str]] = defaultdict(set)
    for letter in _ALPHABET:
        for after in _after(left, letter, words):
            steps[ord(letter) & _LOW].add(after)
    return steps


def table(words: Iterable[str]) -> npt.NDArray[np.bool_]:
    """The table of some words: between them, and between their letters, may stand dots and dashes; digits at the end."""
    known = frozenset(words)
    # many heads leave the same to follow: it is worked out once
    steps = cache(partial(_steps, words=known))
    found = np.zeros((_LOW + 1,) * _BYTES, np.bool_)
    reached: dict[tuple[int, ...], set[str]] = {(): set(known)}
    for _ in range(_BYTES):
        longer: dict[tuple[int, ...], set[str]] = defaultdict(set)
        for head, states in reached.items():
            for left in states:
                for letter, following in steps(left).items():
                    longer[*head, letter] |= following
        reached = longer
    found[tuple(np.array(list(reached)).T)] = True
    return found.ravel()


def look_up(found: npt.NDArray[np.bool_], heads: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """The answers to heads of addresses, the first byte lowest."""
    places = (heads & _LOW) << 15 | (heads >> 8 & _LOW) << 10 | (heads >> 16 & _LOW) << 5 | heads >> 24 & _LOW
    return np.asarray(found.take(places))
