"""Compiles the rules of a model to the query of scores.points: which rules fired for whom, and the caps shared out.

A dimension over its cap is shared out in proportion, in whole points: every rule gets the part before the decimal point,
what is left goes to the largest remainders, ties by rule id. The negative rules have no cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadgrade.scores.conditions import Compiler, literal
from leadgrade.scores.model import ScoringModel
from leadgrade.scores.passes import by_number, is_literal, numbered
from leadgrade.scores.rules import compile_rule

_NOBODY = """
select
    cast(null as varchar) as person_id, cast(null as varchar) as model_id, cast(null as varchar) as dimension,
    cast(null as varchar) as rule, 0 as points_raw, 0 as points, cast(null as varchar) as evidence
where false"""


@dataclass(frozen=True, slots=True)
class Share:
    """Columns that share out one dimension: those of the first layer, of the second, and the points of each rule over both."""

    sums: str
    least: str
    points: Mapping[str, str]


def points_query(model: ScoringModel) -> str:
    """The query of scores.points, in one pass over scores.facts."""
    rules = model.rules
    if not rules:
        return _NOBODY
    compiler = Compiler(model.config.icp)
    compiled = [compile_rule(rule, model, compiler) for rule in rules]
    columns = [f"{one.test} as fired_{n}" for n, one in enumerate(compiled)]
    # what is the same for everybody is written into the rows and not carried along
    evidence = [one.evidence if is_literal(one.evidence) else f"evidence_{n}" for n, one in enumerate(compiled)]
    points_raw = [one.points if is_literal(one.points) else f"points_{n}" for n, one in enumerate(compiled)]
    for n, one in enumerate(compiled):
        found = {evidence[n]: one.evidence, points_raw[n]: one.points}
        columns += [f"case when {one.test} then {what} end as {name}" for name, what in found.items() if name != what]
    asked = (
        f"select person.person_id, {', '.join(columns)}\n"
        f"from scores.facts as person cross join meta.run as run {compiler.joins}"
    )
    raw = {rule.id: f"case when fired_{n} then {points_raw[n]} end" for n, rule in enumerate(rules)}
    of_dimensions = {name: {rule.id: raw[rule.id] for rule in rules if rule.dimension == name} for name in model.caps}
    shared, points = _shared_out(asked, of_dimensions, model)
    return (
        f"select person_id, {literal(model.model_id)} as model_id, "
        f"{by_number([literal(rule.dimension) for rule in rules])} as dimension, "
        f"{by_number([literal(rule.id) for rule in rules])} as rule, {by_number(points_raw)} as points_raw, "
        f"{by_number([points.get(rule.id, points_raw[n]) for n, rule in enumerate(rules)])} as points, "
        f"{by_number(evidence)} as evidence\n"
        f"from ({numbered(shared, [f'fired_{n}' for n in range(len(rules))])})"
    )


def _shared_out(
    asked: str, of_dimensions: Mapping[str, Mapping[str, str]], model: ScoringModel
) -> tuple[str, dict[str, str]]:
    """The query with what sharing needs, and the points of the rules of dimensions that can get above their cap."""
    shares = [
        share(name, model.caps[name], raw)
        for name, raw in of_dimensions.items()
        if model.points_most(name) > model.caps[name]
    ]
    if not shares:
        return asked, {}
    summed = f"select *, {', '.join(one.sums for one in shares)} from ({asked})"
    query = f"select *, {', '.join(one.least for one in shares)} from ({summed})"
    return query, {rule: points for one in shares for rule, points in one.points.items()}


def share(dimension: str, cap: int, raw: Mapping[str, str]) -> Share:
    """How a dimension is shared out.

    Args:
        dimension: Its name; the columns ``sum_<name>`` and ``least_<name>`` are made.
        cap: Its largest points.
        raw: Rule id -> column with its points before the cap; null where it did not fire.
    """
    total = f"sum_{dimension}"
    known = {rule: f"coalesce({column}, 0)" for rule, column in raw.items()}
    whole = {rule: f"{column} * {cap} // {total}" for rule, column in known.items()}
    # no two rules have the same code: the larger remainder is the larger code, of equals the smaller rule id's
    code = {
        rule: f"({known[rule]} * {cap} % {total} * {len(raw)} + {len(raw) - 1 - place})"
        for place, rule in enumerate(sorted(raw))
    }
    left_over = f"{cap} - ({' + '.join(whole.values())})"
    least = f"case when {total} > {cap} then list_reverse_sort([{', '.join(code.values())}])[{left_over}] end"
    points = {
        rule: f"case when {total} > {cap} then {column} * {cap} // {total} "
        f"+ case when {code[rule]} >= least_{dimension} then 1 else 0 end else {column} end"
        for rule, column in raw.items()
    }
    return Share(f"{' + '.join(known.values())} as {total}", f"{least} as least_{dimension}", points)
