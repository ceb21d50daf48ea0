"""Record ids as each system gives them; they tell nothing about the person."""

from __future__ import annotations

import polars as pl

from leadgrade.demo.dice import scramble, u64

_BASE62 = pl.Series(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
_CHECK = pl.Series(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))
_BLOCK = 1 << 34  # as many ids as scramble gives
SEEDS = 10_000
"""Sets whose seeds differ by less than this share no id; ids stay of a length that the systems write."""


def numeric_id(key: pl.Expr, seed: int, offset: int) -> pl.Expr:
    """A number, as HubSpot, Marketo and Meta have them; each seed has a block of its own, the offset tells the kind."""
    return (scramble(key, seed + offset) + u64((seed % SEEDS) * _BLOCK + offset)).cast(pl.String)


def salesforce_id(key: pl.Expr, seed: int) -> pl.Expr:
    """An 18-character id: 15 characters that tell upper from lower case, and three that guard the case."""
    number = scramble(key, seed)
    # four characters are the seed's, six the record's
    own = "".join(_BASE62[(seed % SEEDS) // 62**power % 62] for power in (3, 2, 1, 0))
    own_case = sum(1 << place for place, letter in enumerate(own) if letter.isupper())
    digits = [(number // u64(62**power)) % u64(62) for power in (5, 4, 3, 2, 1, 0)]
    upper = [((digit > 9) & (digit < 36)).cast(pl.UInt64) for digit in digits]
    # one check character for five characters: bit n is set where character n is upper case; "00Q5g" gives E
    last = sum((bit * u64(1 << place) for place, bit in enumerate(upper[1:])), u64(0))
    text = [pl.lit(_BASE62).gather(digit) for digit in digits]
    checks = [pl.lit("E"), pl.lit(_CHECK).gather(upper[0] * u64(16) + u64(own_case)), pl.lit(_CHECK).gather(last)]
    return pl.concat_str(pl.lit(f"00Q5g{own}"), *text, *checks)


def add_record_id(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add ``record_id`` in the manner of the row's system."""
    record, system = pl.col("record"), pl.col("system")
    return frame.with_columns(
        record_id=pl.when(system == 1)
        .then(salesforce_id(record, seed))
        .when(system == 2)
        .then(numeric_id(record, seed, 1_000_000))
        .when(system == 3)
        .then(pl.concat_str(pl.lit("l:8"), numeric_id(record, seed, 10**14)))
        .otherwise(numeric_id(record, seed, 50_000_000))
    )


def company_id(key: pl.Expr, seed: int) -> pl.Expr:
    """HubSpot's id of a company."""
    return numeric_id(key, seed, 9_000_000_000)
