"""Checklists of sales: which item is known of whom. They carry no points, and are gates only where the model says so."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from leadgrade.config.scoring_conditions import Condition

GatedChecklist = Literal["bant", "champ", "meddicc", "questions"]
Checklist = Literal["bant", "champ", "meddicc", "questions", "need", "recurrence"]
GATED: tuple[GatedChecklist, ...] = get_args(GatedChecklist)
CHECKLISTS: tuple[Checklist, ...] = get_args(Checklist)
Item = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
Items = Annotated[dict[Item, Condition], Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]


def _completed(given: dict[Any, Any]) -> dict[Any, Any]:
    """A checklist that the file leaves out is the default one."""
    return {**DEFAULT_CHECKLISTS, **given}


_DECIDES = {"any": [
    {"field": "buying_role", "in": ["budget_holder", "decision_maker"]},
    {"field": "seniority", "in": ["owner", "c_level", "vp", "director"]},
]}  # fmt: skip
_BUDGET = {"any": [{"field": "budget", "known": True}, {"fact": "has_budget_owner"}]}
_TIMELINE = {"field": "declared_timeline_days", "known": True}
_NEED = {"any": [{"field": "use_case", "known": True}, {"field": "text", "contains_any": "icp.keywords"}]}
_PAIN = {"field": "text", "contains_any": [
    "problem", "challenge", "challenges", "issue", "struggle", "struggling", "pain", "bottleneck", "too slow", "manual",
]}  # fmt: skip
_GOAL = {"field": "text", "contains_any": [
    "goal", "goals", "objective", "target", "want to", "need to", "looking to", "increase", "improve", "reduce", "roi", "kpi",
]}  # fmt: skip
_TRIGGER = {"any": [
    {"event": ["funding", "rfp", "compliance_deadline", "trade_show"]},
    {"field": "text", "contains_any": ["deadline", "audit", "new funding", "merger", "migration", "new hire"]},
]}  # fmt: skip
_TOOLS = {"any": [{"field": "current_solution", "known": True}, {"field": "tech_stack", "known": True}]}
_SEVERAL = {"field": "engaged_people", "at_least": 2}
_RENEWAL = {"any": [{"field": "renewal_days", "known": True}, {"field": "contract_end_days", "known": True}]}

_DEFAULTS: dict[Checklist, dict[str, Any]] = {
    "bant": {"budget": _BUDGET, "authority": _DECIDES, "need": _NEED, "timeline": _TIMELINE},
    "champ": {"challenges": _PAIN, "authority": _DECIDES, "money": _BUDGET, "prioritisation": _TIMELINE},
    "meddicc": {
        "metrics": _GOAL,
        "economic_buyer": {"fact": "has_budget_owner"},
        "decision_criteria": {"field": "text", "contains_any": ["criteria", "requirements", "must have", "evaluating"]},
        "decision_process": {"any": [
            {"event": "rfp"},
            {"field": "text", "contains_any": ["procurement", "approval", "legal review"]},
        ]},
        "identify_pain": _PAIN,
        "champion": {"field": "buying_role", "is": "champion"},
        "competition": {"any": [
            {"event": "page_view", "page_class": "comparison"},
            {"field": "text", "contains_any": ["competitor", "alternative", "alternatives", "versus", "compared to"]},
        ]},
    },
    "questions": {
        "goal": _GOAL,
        "trigger": _TRIGGER,
        "tools": _TOOLS,
        "who_else": _SEVERAL,
        "do_nothing": {"field": "text", "contains_any": ["do nothing", "doing nothing", "status quo", "cost of inaction"]},
        "timeline": _TIMELINE,
        "budget_source": _BUDGET,
    },
    "need": {"goals": {"any": [_GOAL, {"field": "use_case", "known": True}]}, "challenges": _PAIN, "existing_solution": _TOOLS},
    "recurrence": {
        "growth": {"any": [{"event": "funding"}, {"field": "text", "contains_any": ["growing", "growth", "scaling"]}]},
        "several_uses": {"any": [{"field": "product_events", "at_least": 3}, {"field": "order_count", "at_least": 2}]},
        "stakeholders": _SEVERAL,
        "retention": {"any": [{"fact": "is_customer"}, _RENEWAL]},
    },
}  # fmt: skip

DEFAULT_CHECKLISTS: dict[Checklist, dict[str, Condition]] = {
    name: {item: Condition.model_validate(condition) for item, condition in items.items()}
    for name, items in _DEFAULTS.items()
}
"""What is asked where scoring.yaml says nothing: phrases are English."""

Checklists = Annotated[dict[Checklist, Items], AfterValidator(_completed)]
