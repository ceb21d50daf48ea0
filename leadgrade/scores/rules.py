"""Compiles the rules of a model to the queries that fire them, sum them and find the next question."""

from __future__ import annotations

from dataclasses import dataclass

from leadgrade.config.scoring import DIMENSIONS, Rule
from leadgrade.config.scoring_fields import FIELDS, QUESTIONS
from leadgrade.scores.conditions import Compiler, literal
from leadgrade.scores.model import ScoringModel


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """SQL expressions of a rule: does it fire, with how many points, and why."""

    test: str
    points: str
    evidence: str


def compile_rule(rule: Rule, model: ScoringModel, compiler: Compiler) -> CompiledRule:
    """The SQL of a rule; ``compiler`` gathers the joins that it needs."""
    lookback = model.lookback(rule)
    points = str(rule.points)
    if rule.when.event:
        condition, number = compiler.compile_event(rule.when, lookback)
        points = _event_points(rule, number)
    else:
        condition = compiler.compile(rule.when, lookback)
    evidence = literal(rule.evidence) if rule.evidence else condition.evidence
    return CompiledRule(condition.test, points, evidence)


def _event_points(rule: Rule, number: int) -> str:
    """Points for up to max_count events, halved every half_life_days since the latest one, rounded half up in size."""
    times = f" * least(events.events_{number}, {rule.max_count})" if rule.max_count > 1 else ""
    if not rule.half_life_days:
        return f"cast({rule.points}{times} as bigint)" if times else str(rule.points)
    age_days = f"(epoch(run.as_of) - epoch(events.latest_{number})) / 86400.0"
    left = f"pow(0.5, {age_days} / {literal(rule.half_life_days)})"
    sign = -1 if rule.points < 0 else 1
    return f"cast({sign} * floor({abs(rule.points)}{times} * {left} + 0.5) as bigint)"


def integrity_query(model: ScoringModel) -> str:
    """The query of scores.integrity: the sum of the integrity rules, uncapped and capped, and the seven checks."""
    compiler = Compiler(model.config.icp)
    rules = [rule for rule in model.rules if rule.dimension == "integrity"]
    compiled = [compile_rule(rule, model, compiler) for rule in rules]
    points = " + ".join(f"case when {rule.test} then {rule.points} else 0 end" for rule in compiled) or "0"
    return (
        f"with summed as (select person.*, {points} as summed_points\n"
        f"from scores.facts as person cross join meta.run as run {compiler.joins})\n"
        f"select person_id, {literal(model.model_id)} as model_id, summed_points as integrity_score, "
        f"least(summed_points, {model.caps['integrity']}) as points, is_email_valid, is_corporate_email, is_phone_verified, "
        "is_consent_captured, has_no_duplicate as is_no_duplicate, is_account_matched, is_low_risk from summed"
    )


def question_gains(model: ScoringModel) -> dict[str, dict[str, int]]:
    """Question -> dimension -> points of the rules that an answer could make fire, before the cap."""
    gains: dict[str, dict[str, int]] = {name: {} for name in model.config.questions}
    for rule in model.rules:
        names = {c.field or c.fact for c in rule.when.walk()} - {None}
        for question in {FIELDS[name].asks for name in names if name} & set(gains):
            of_question = gains[question]
            of_question[rule.dimension] = of_question.get(rule.dimension, 0) + rule.points
    return gains


def questions_query(model: ScoringModel) -> str:
    """The query of scores.questions: the missing field with the most points that the caps still let in."""
    columns = [
        f"case when {QUESTIONS[name]} then {_gain(by_dimension, model)} else 0 end as {name}"
        for name, by_dimension in question_gains(model).items()
        if any(dimension in DIMENSIONS for dimension in by_dimension)
    ]
    names = [column.rsplit(" as ", 1)[1] for column in columns]
    if not names:
        return "select person_id, cast(null as varchar) as next_question, 0 as gain from scores.totals"
    most = f"greatest({', '.join(names)})"
    cases = " ".join(f"when {name} = gain then {literal(name)}" for name in names)
    return (
        f"with gains as (select totals.person_id, {', '.join(columns)}\nfrom scores.totals as totals "
        "inner join scores.facts as person on totals.person_id = person.person_id),\n"
        f"best as (select gains.*, {most} as gain from gains)\n"
        f"select person_id, case when gain <= 0 then null {cases} end as next_question, gain from best"
    )


def _gain(by_dimension: dict[str, int], model: ScoringModel) -> str:
    parts = [
        f"least({points}, {model.caps[dimension]} - totals.{dimension})"
        for dimension, points in sorted(by_dimension.items())
        if dimension in DIMENSIONS
    ]
    return " + ".join(parts)
