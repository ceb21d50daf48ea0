"""People who are equal in score and rules, counted: what the calibration is fitted on in place of single people.

The likelihood of a million people is that of their patterns with their numbers, and there are a few thousand patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.engine import DuckDBEngine

_BITS = 60  # rules to a column of bits


@dataclass(frozen=True, slots=True)
class Groups:
    """People who are equal in score and rules, with how many there are and what became of them."""

    frame: pl.DataFrame
    rules: tuple[str, ...]

    @property
    def fired(self) -> npt.NDArray[np.float64]:
        """A row a group, a column a rule."""
        columns = [(self.frame[f"bits_{n // _BITS}"].to_numpy() >> (n % _BITS)) & 1 for n in range(len(self.rules))]
        return np.column_stack(columns).astype(np.float64) if columns else np.zeros((self.frame.height, 0))

    def only(self, which: pl.Expr) -> Groups:
        """Those groups for which an expression holds."""
        return Groups(self.frame.filter(which), self.rules)

    def counted(self, column: str) -> list[int]:
        """For each rule the sum of a column over the groups for which it fired."""
        return [int(total) for total in self.frame[column].to_numpy().astype(np.float64) @ self.fired]


def bit_columns(rules: tuple[str, ...]) -> list[str]:
    """Names of the columns of bits."""
    return [f"bits_{column}" for column in range(max(1, -(-len(rules) // _BITS)))]


def make_patterns(engine: DuckDBEngine, rules: tuple[str, ...]) -> None:
    """scratch.patterns: person_id, score, and a bit for each rule that fired no later than the outcome."""
    columns = bit_columns(rules)
    weights = {
        name: [1 << (n % _BITS) if n // _BITS == place else 0 for n in range(len(rules))]
        for place, name in enumerate(columns)
    }
    schema = {"rule": pl.String, **dict.fromkeys(columns, pl.Int64)}
    engine.write("scratch.rule_bits", pl.DataFrame({"rule": list(rules), **weights}, schema=schema))
    either = ", ".join(f"bit_or(rule_bits.{name}) as {name}" for name in columns)
    clean = ", ".join(f"xor(coalesce(fired.{name}, 0), coalesce(late.{name}, 0)) as {name}" for name in columns)
    engine.sql(f"""
create or replace table scratch.patterns as
with fired as (
    select points.person_id, {either} from scores.points as points
    inner join scratch.rule_bits as rule_bits on points.rule = rule_bits.rule group by points.person_id
),
late as (
    select late_points.person_id, {either}, cast(sum(late_points.points) as bigint) as points
    from metrics.late_points as late_points
    inner join scratch.rule_bits as rule_bits on late_points.rule = rule_bits.rule group by late_points.person_id
)
select quality.person_id, greatest(quality.score - coalesce(late.points, 0), 0) as score, {clean}
from scores.quality as quality
left join fired on quality.person_id = fired.person_id
left join late on quality.person_id = late.person_id
where quality.score is not null""")
    engine.sql("drop table scratch.rule_bits")


def known_groups(engine: DuckDBEngine, rules: tuple[str, ...]) -> Groups:
    """The people of metrics.outcomes: score, bits, is_later, is_recent, is_decided, n (people), k (won), deals, y (share won)."""
    bits = ", ".join(f"patterns.{name}" for name in bit_columns(rules))
    frame = engine.collect(
        f"select patterns.score, {bits}, outcomes.is_later, outcomes.is_recent, outcomes.decided_at is not null as is_decided, "
        "count(*) as n, count(*) filter (outcomes.has_won) as k, count(*) filter (outcomes.has_deal) as deals "
        "from metrics.outcomes as outcomes inner join scratch.patterns as patterns "
        "on outcomes.person_id = patterns.person_id group by all order by all"
    )
    return Groups(frame.with_columns(y=pl.col("k") / pl.col("n")), rules)


def all_groups(engine: DuckDBEngine, rules: tuple[str, ...]) -> Groups:
    """Everybody: score and bits."""
    names = ", ".join(["score", *bit_columns(rules)])
    return Groups(engine.collect(f"select distinct {names} from scratch.patterns order by all"), rules)
