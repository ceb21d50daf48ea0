"""Compiles the checklists of a model, as rules are compiled."""

from __future__ import annotations

from leadgrade.config.scoring_checklists import CHECKLISTS, Checklist
from leadgrade.scores.conditions import Compiled, Compiler, literal
from leadgrade.scores.model import ScoringModel
from leadgrade.scores.passes import by_number, is_literal, numbered

_SHARES: dict[Checklist, str] = {
    "bant": "bant", "champ": "champ", "meddicc": "meddicc", "questions": "questions", "need": "need_coverage",
    "recurrence": "ltv_index",
}  # fmt: skip


def checklists_query(model: ScoringModel) -> str:
    """The query of the items that are known: person_id, checklist, item, evidence.

    What several items ask is looked for once.
    """
    compiler = Compiler(model.config.icp)
    asked: dict[str, tuple[int, Compiled]] = {}
    items: list[tuple[str, str, int]] = []
    for checklist in CHECKLISTS:
        for item, condition in model.config.checklists[checklist].items():
            key = condition.model_dump_json()
            if key not in asked:
                asked[key] = (len(asked), compiler.compile(condition, model.config.lookback_days))
            items.append((checklist, item, asked[key][0]))
    columns = [f"{found.test} as known_{n}" for n, found in asked.values()]
    evidence = {n: found.evidence if is_literal(found.evidence) else f"evidence_{n}" for n, found in asked.values()}
    columns += [
        f"case when {found.test} then {found.evidence} end as {evidence[n]}"
        for n, found in asked.values()
        if evidence[n] != found.evidence
    ]
    people = f"select person.person_id, {', '.join(columns)}\nfrom scores.facts as person {compiler.joins}"
    return (
        f"select person_id, {by_number([literal(checklist) for checklist, _, _ in items])} as checklist, "
        f"{by_number([literal(item) for _, item, _ in items])} as item, "
        f"{by_number([evidence[n] for _, _, n in items])} as evidence\n"
        f"from ({numbered(people, [f'known_{n}' for _, _, n in items])})"
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
        f"from scores.facts as person {compiler.joins})\n"
        f"select person_id, {', '.join(shares)}, nullif(concat_ws(',', {missing}), '') as missing from checked"
    )


def _share(checklist: Checklist, column: str, model: ScoringModel) -> str:
    items = model.config.checklists[checklist]
    known = " + ".join(f"cast({checklist}__{item} as integer)" for item in items)
    return f"({known}) / {len(items)}::double as {column}"
