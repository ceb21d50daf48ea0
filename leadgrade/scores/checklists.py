"""Compiles the checklists of a model, as rules are compiled."""

from __future__ import annotations

from leadgrade.config.scoring_checklists import CHECKLISTS, Checklist
from leadgrade.config.scoring_conditions import Condition
from leadgrade.scores.conditions import Compiler, literal
from leadgrade.scores.model import ScoringModel

_SHARES: dict[Checklist, str] = {
    "bant": "bant", "champ": "champ", "meddicc": "meddicc", "questions": "questions", "need": "need_coverage",
    "recurrence": "ltv_index",
}  # fmt: skip


def checklists_query(model: ScoringModel) -> str:
    """The query of the items that are known: person_id, checklist, item, evidence.

    Items of several checklists that ask the same are looked for once.
    """
    asked: dict[str, tuple[Condition, list[tuple[str, str]]]] = {}
    for checklist in CHECKLISTS:
        for item, condition in model.config.checklists[checklist].items():
            asked.setdefault(condition.model_dump_json(), (condition, []))[1].append((checklist, item))
    return "\nunion all\n".join(_known_select(condition, items, model) for condition, items in asked.values())


def _known_select(condition: Condition, items: list[tuple[str, str]], model: ScoringModel) -> str:
    compiler = Compiler(model.config.icp)
    compiled = compiler.compile(condition, model.config.lookback_days)
    names = ", ".join(f"({literal(checklist)}, {literal(item)})" for checklist, item in items)
    return (
        f"select person.person_id, names.checklist, names.item, {compiled.evidence} as evidence\n"
        f"from scores.facts as person {' '.join(compiler.joins)}\n"
        f"cross join (values {names}) as names(checklist, item)\nwhere {compiled.test}"
    )


def coverage_query(model: ScoringModel) -> str:
    """The query of scores.coverage: the known share of each checklist in one pass over the people."""
    compiler = Compiler(model.config.icp)
    tests = [
        f"{compiler.compile(condition, model.config.lookback_days).test} as {checklist}__{item}"
        for checklist in CHECKLISTS
        for item, condition in model.config.checklists[checklist].items()
    ]
    shares = [_share(checklist, column, model) for checklist, column in _SHARES.items()]
    missing = ", ".join(
        f"case when not bant__{item} then {literal(item)} end" for item in sorted(model.config.checklists["bant"])
    )
    return (
        f"with checked as (select person.person_id, {', '.join(tests)}\n"
        f"from scores.facts as person {' '.join(compiler.joins)})\n"
        f"select person_id, {', '.join(shares)}, nullif(concat_ws(',', {missing}), '') as missing from checked"
    )


def _share(checklist: Checklist, column: str, model: ScoringModel) -> str:
    items = model.config.checklists[checklist]
    known = " + ".join(f"cast({checklist}__{item} as integer)" for item in items)
    return f"({known}) / {len(items)}::double as {column}"
