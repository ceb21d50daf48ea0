"""Compiles the checklists of a model, as rules are compiled."""

from __future__ import annotations

from leadgrade.config.scoring_checklists import Checklist
from leadgrade.scores.conditions import Compiler, literal
from leadgrade.scores.model import ScoringModel


def checklist_query(checklist: Checklist, model: ScoringModel) -> str:
    """The query of the items of a checklist that are known: person_id, checklist, item, evidence."""
    items = model.config.checklists[checklist]
    return "\nunion all\n".join(_item_select(checklist, item, model) for item in items)


def _item_select(checklist: Checklist, item: str, model: ScoringModel) -> str:
    compiler = Compiler(model.config.icp)
    condition = compiler.compile(model.config.checklists[checklist][item], model.config.lookback_days)
    return (
        f"select person.person_id, {literal(checklist)} as checklist, {literal(item)} as item, "
        f"{condition.evidence} as evidence\n"
        f"from scores.facts as person {' '.join(compiler.joins)}\nwhere {condition.test}"
    )
