"""The proofs of e-mail addresses against email-validator itself.

    python -m tests.contacts.differential.emails --count 2000000 --seed 1

Prints for each kind of address how many were compared, how many were decided without the library and how many differ; never
an address. Ends with status 1 on a difference.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from email_validator import EmailNotValidError, validate_email

from leadgrade.contacts import email_accept, email_answers, email_library, emails
from tests.contacts.differential.email_values import GENERATORS

COLUMNS = ("is_valid", "email", "local_part", "domain", "domain_unicode", "error")
_BATCH = 100_000


@dataclass(slots=True)
class Outcome:
    """What was compared."""

    count: int = 0
    proven: int = 0
    mismatches: int = 0

    def add(self, other: Outcome) -> None:
        """Add the figures of another batch."""
        self.count += other.count
        self.proven += other.proven
        self.mismatches += other.mismatches

    def __str__(self) -> str:
        share = self.proven / self.count if self.count else 0
        return f"{self.count:>9,} compared, {share:7.2%} decided without the library, {self.mismatches:,} mismatches"


def expected(value: str) -> tuple[object, ...]:
    """The library's answer, asked for here and nowhere else."""
    if not value.strip():
        return False, None, None, None, None, "empty"
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        return False, None, None, None, None, email_library.fault_class(str(error))
    return True, found.normalized, found.local_part, found.ascii_domain, found.domain, None


def _proven(values: pl.Series) -> int:
    """Values whose answer needs no library."""
    rest = values.filter(email_accept.accepted(values).places.is_null())
    by_hand = (email_answers.answers(rest)["decided_by"] != "proof").sum()
    return len(values) - int(by_hand)


def answers(values: list[str]) -> Iterator[tuple[object, ...]]:
    """Our answers: :data:`COLUMNS` of each value."""
    found = emails.validate(pl.Series("email_raw", values, dtype=pl.String))
    # a made-up word without @ is called placeholder on top of what the library says
    return found.with_columns(pl.col("error").replace("placeholder", "no_at")).select(COLUMNS).iter_rows()


def compare(values: list[str], *, count_proven: bool = True) -> Outcome:
    """Compare ``emails.validate`` with the library, value by value."""
    differ = sum(row != expected(value) for value, row in zip(values, answers(values), strict=True))
    proven = _proven(pl.Series("email_raw", values, dtype=pl.String)) if count_proven else 0
    return Outcome(len(values), proven, differ)


def generated(kind: str, count: int, seed: int) -> list[str]:
    """Addresses of a kind; the same for the same seed."""
    rng = random.Random(f"{kind} {seed}")
    return [GENERATORS[kind](rng) for _ in range(count)]


def run(kind: str, count: int, seed: int) -> Outcome:
    """Compare so many addresses of a kind, batch by batch."""
    total = Outcome()
    for number in range(0, count, _BATCH):
        total.add(compare(generated(kind, min(_BATCH, count - number), seed * 1000 + number // _BATCH)))
    return total


def main() -> int:
    """Compare a third of the count of each kind and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = Outcome()
    for kind in GENERATORS:
        outcome = run(kind, -(-options.count // len(GENERATORS)), options.seed)
        sys.stdout.write(f"{kind:<10}{outcome}\n")
        total.add(outcome)
    sys.stdout.write(f"{'in all':<10}{total}; seed {options.seed}\n")
    return 1 if total.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
