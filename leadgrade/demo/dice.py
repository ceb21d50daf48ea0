"""Random draws that depend on nothing but the seed, a key and a name.

A draw is a hash of (key, name, seed), so every fact of person 7 is the same wherever and whenever it is worked out: rows
of different files agree without a join, and the set does not depend on the size of a chunk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

# Constants of splitmix64 (Steele, Lea, Flood 2014), a mixer whose output passes the usual batteries.
_STEP = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB


def u64(value: int) -> pl.Expr:
    """A literal that keeps arithmetic in 64 unsigned bits, where it wraps."""
    return pl.lit(value, dtype=pl.UInt64)


def _mix(x: pl.Expr) -> pl.Expr:
    # the last shift of splitmix64 is left out: it mends the low bits, which no draw looks at (an expression that stands twice
    # in another is worked out twice, so each step costs as much as all before it)
    x = (x ^ (x // u64(1 << 30))) * u64(_MIX_1)
    return (x ^ (x // u64(1 << 27))) * u64(_MIX_2)


def scramble(key: pl.Expr, salt: int, bits: int = 34) -> pl.Expr:
    """Turn keys below 2**bits into other numbers below 2**bits, one to one, so that an id tells nothing about its key."""
    mask = u64((1 << bits) - 1)
    x = (key.cast(pl.UInt64) ^ u64(salt % (1 << bits))) & mask
    for factor in (_STEP, _MIX_1 | 1, _MIX_2):
        x = (x * u64(factor)) & mask
        x = x ^ (x // u64(1 << (bits // 2)))
    return x


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws for the rows of a frame; ``key`` says whose draws they are."""

    seed: int
    key: str

    def bits(self, name: str) -> pl.Expr:
        """64 bits, of which the upper half is random."""
        digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return _mix(pl.col(self.key) * u64(_STEP) + u64(int.from_bytes(digest, "big")))

    def unit(self, name: str) -> pl.Expr:
        """A number in [0, 1)."""
        return (self.bits(name) // u64(1 << 11)).cast(pl.Float64) / float(1 << 53)

    def chance(self, name: str, share: float | pl.Expr) -> pl.Expr:
        """True in this share of the rows."""
        return self.unit(name) < share

    def below(self, name: str, stop: int) -> pl.Expr:
        """A whole number in [0, stop)."""
        return (self.bits(name) // u64(1 << 24)) % u64(stop)

    def pick(self, name: str, pool: pl.Series) -> pl.Expr:
        """A value of the pool; expand the pool with :func:`skewed` where some are to be frequent."""
        return pl.lit(pool).gather(self.below(name, len(pool)))

    def pick_row(self, name: str, table: pl.Series, row: pl.Expr, width: int) -> pl.Expr:
        """A value of one row of a table that is laid out row after row, each ``width`` long."""
        return pl.lit(table).gather(row.cast(pl.UInt64) * u64(width) + self.below(name, width))

    def normal(self, name: str) -> pl.Expr:
        """About a standard normal: the sum of four uniforms."""
        total = pl.lit(0.0)
        for part in range(4):
            total = total + self.unit(f"{name}/{part}")
        return (total - 2.0) * 1.7320508


def skewed(values: Sequence[str], size: int, exponent: float = 0.9) -> list[str]:
    """Repeat values so that a uniform draw from the result is a Zipf-Mandelbrot draw from the values.

    Args:
        values: The values, most frequent first.
        size: Length of the result; values rarer than 1/size may be left out.
        exponent: 0 draws evenly; 1 is Zipf's law.
    """
    weights = [1.0 / (rank + 2.0) ** exponent for rank in range(len(values))]
    total = sum(weights)
    table: list[str] = []
    reached = 0.0
    for value, weight in zip(values, weights, strict=True):
        reached += weight
        table += [value] * (round(reached / total * size) - len(table))
    return table


def table_of(values: Sequence[str], size: int) -> list[str]:
    """Repeat the values in turn until the table is full: an even draw."""
    return [values[index % len(values)] for index in range(size)]
