"""scoring.yaml: the model that grades people. Every fault is reported at once, by the id of its rule."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from leadgrade.config.base import Model
from leadgrade.config.scoring_base import BASES, with_base
from leadgrade.config.scoring_checklists import DEFAULT_CHECKLISTS, Checklists, GatedChecklist, Share
from leadgrade.config.scoring_conditions import Bands, Condition, hint
from leadgrade.config.scoring_faults import fault, named_by_rule, sensitive_faults
from leadgrade.config.scoring_fields import EVENT_TYPES, PAGE_CLASSES, QUESTIONS

DIMENSIONS = ("fit", "intent", "access", "timing", "integrity")
Dimension = Literal["fit", "intent", "access", "timing", "integrity", "negative"]
PhoneLevel = Literal["possible", "valid", "line_type_ok", "evidence"]
Channel = Literal["email", "phone", "any"]


def _known(known: tuple[str, ...]) -> Any:
    """Names out of a closed list; each unknown one is a fault with the nearest known name."""

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown {name!r} ({hint(name, known)})")
        return name

    return AfterValidator(check)


def _country(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("YAML reads NO without quotes as false: write 'NO'")
    return value


CONSENT_STATES = (
    "granted_proven", "granted_unproven", "soft_opt_in", "implied", "not_required_with_notice", "not_required",
    "claimed_unproven", "denied", "withdrawn", "objected", "erased", "expired", "unknown",
)  # fmt: skip

EventType = Annotated[str, _known(EVENT_TYPES)]
PageClass = Annotated[str, _known(PAGE_CLASSES)]
Base = Annotated[str, _known(BASES)]
Question = Annotated[str, _known(tuple(QUESTIONS))]
Word = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\x00-\x1f]+$")
]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), BeforeValidator(_country)]


class ModelName(Model):
    """Name and version of the model."""

    name: str = Field("seed", pattern="^[a-z][a-z0-9_]{0,39}$", description="Name of the model; begins its model_id.")
    version: str = Field(
        "1", pattern=r"^[A-Za-z0-9._-]{1,20}$", description="Version for people; the hash is what counts."
    )


class DimensionConfig(Model):
    """Bounds of a dimension."""

    cap: int = Field(ge=0, le=1000, description="Most points that the dimension gives.")
    gate: int = Field(0, ge=0, description="Fewest points a quality lead needs here; 0 is no gate.")

    @model_validator(mode="after")
    def _reachable(self) -> DimensionConfig:
        if self.gate > self.cap:
            raise ValueError(f"gate {self.gate} is above cap {self.cap}: no lead could pass it")
        return self


class Dimensions(Model):
    """The five scored dimensions."""

    fit: DimensionConfig = Field(
        DimensionConfig(cap=50, gate=20), description="Are they the kind of customer we serve?"
    )
    intent: DimensionConfig = Field(DimensionConfig(cap=40, gate=10), description="Do they want to buy?")
    access: DimensionConfig = Field(DimensionConfig(cap=20, gate=0), description="Do we talk to those who decide?")
    timing: DimensionConfig = Field(DimensionConfig(cap=20, gate=0), description="Will it be soon?")
    integrity: DimensionConfig = Field(DimensionConfig(cap=15, gate=0), description="Is the record whole and lawful?")


class Thresholds(Model):
    """Where classes begin."""

    quality: int = Field(80, ge=1, description="Score from which a lead is a quality lead, gates passed.")
    near_miss: int = Field(75, ge=0, description="Score from which a lead just missed it.")
    mql_fit: int = Field(20, ge=0, description="Fit from which a lead may be an MQL.")
    mql_intent: int = Field(10, ge=0, description="Intent from which a lead may be an MQL.")
    pql_product_events: int = Field(3, ge=1, description="Product-use events inside the lookback that make a PQL.")
    grades: dict[str, int] = Field(
        {"A": 80, "B": 60, "C": 40, "D": 20, "F": 0},
        description="Lowest score of each grade, best first; the last is 0.",
    )

    @field_validator("grades")
    @classmethod
    def _ordered(cls, value: dict[str, int]) -> dict[str, int]:
        bounds = list(value.values())
        if not value or not all(re.fullmatch("[A-F]", grade) for grade in value):
            raise ValueError("grades are A to F")
        if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0 or list(value) != sorted(value):
            raise ValueError(
                "grades out of order: from the best down, each bound lower than the one before, the last 0"
            )
        return value


class Icp(Model):
    """The ideal customer."""

    industries: list[Word] = Field(default_factory=list, description="Industries that we serve.")
    employees: Bands = Field(
        default_factory=list, description="Bands of employees, [low, high] or several; null is open."
    )
    revenue: Bands = Field(default_factory=list, description="Bands of annual revenue.")
    tech: list[Word] = Field(default_factory=list, description="Technologies that our product works with.")
    countries: list[Country] = Field(default_factory=list, description="Countries that we sell to, ISO2.")
    keywords: list[Word] = Field(default_factory=list, description="Words and phrases of use cases that we serve.")

    @field_validator("employees", "revenue")
    @classmethod
    def _bands_in_order(cls, value: list[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
        if any(high is not None and low > high for low, high in value):
            raise ValueError("a band goes from low to high")
        return value


class Phone(Model):
    """When a phone counts as verified."""

    min_level: PhoneLevel = Field(
        "valid", description="Lowest level that counts: possible, valid, line_type_ok, evidence."
    )


class Consent(Model):
    """When consent counts as captured."""

    states: list[Annotated[str, _known(CONSENT_STATES)]] = Field(
        ["granted_proven", "soft_opt_in", "not_required_with_notice"],
        description="States of hygiene.consent that count.",
    )


class Engagement(Model):
    """What counts as engagement, and as a committee that is engaged."""

    types: list[EventType] = Field(
        [
            "page_view",
            "form_submit",
            "demo_request",
            "trial_start",
            "product_use",
            "email_click",
            "email_reply",
            "webinar",
            "download",
            "calculator",
            "ad_click",
            "call_connected",
        ],
        description="Event types that are engagement; opens are not, for machines open mail too.",
    )
    not_pages: list[PageClass] = Field(["careers"], description="Page classes whose views are no engagement.")
    committee_people: int = Field(2, ge=2, description="Engaged people of one account that make a committee.")
    committee_days: int = Field(90, ge=1, le=3650, description="How long an engagement counts for the committee.")


class MultiPage(Model):
    """Several high-intent pages in a short time: two different classes inside one window."""

    pages: list[PageClass] = Field(
        ["pricing", "demo", "comparison", "roi_calculator", "contact_sales", "docs_integration"],
        description="Page classes that show high intent.",
    )
    window_hours: int = Field(168, ge=1, description="Length of the sliding window.")
    lookback_days: int = Field(90, ge=1, le=3650, description="How far back the window may lie.")


class FollowUp(Model):
    """Engagement soon after a trigger event."""

    triggers: list[EventType] = Field(
        ["trade_show", "funding", "rfp", "compliance_deadline"], description="Event types that are triggers."
    )
    account_triggers: list[EventType] = Field(
        ["funding", "rfp", "compliance_deadline"], description="Of these, those that hold for everybody in the account."
    )
    days: int = Field(7, ge=1, le=365, description="How soon the engagement has to follow.")
    lookback_days: int = Field(90, ge=1, le=3650, description="How long ago the engagement may be.")


class ThirdParty(Model):
    """When a third-party signal is a surge."""

    min_score: float = Field(60, description="Score from which a topic surges.")
    min_topic_share: float = Field(
        0.25, gt=0, le=1, description="Share of the company's topics that have to surge (Bombora)."
    )
    signal_types: list[Word] = Field(["pricing", "compare", "category"], description="Kinds of visit that count (G2).")
    lookback_days: int = Field(90, ge=1, le=3650, description="How old the latest week may be.")


class Rule(Model):
    """One rule. Its id is for ever: dashboards join on it."""

    id: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$", max_length=60, description="Stable id: <dimension>.<statement>.")
    dimension: Dimension = Field(description="fit, intent, access, timing, integrity or negative.")
    points: int = Field(
        ge=-1000, le=1000, description="Points; 0 only measures; below 0 in the dimension negative only."
    )
    when: Condition = Field(description="The condition, see docs/scoring.md.")
    lookback_days: int | None = Field(
        None, ge=1, le=3650, description="How far back events count; absent: as the model says."
    )
    max_count: int = Field(1, ge=1, le=1000, description="How many events may earn the points.")
    half_life_days: float | None = Field(
        None, gt=0, description="Points halve in this time after the event; absent: never."
    )
    profiles: list[Literal["b2b", "b2c"]] = Field(
        ["b2b", "b2c"], min_length=1, description="Profiles of run.yaml it holds for."
    )
    evidence: str | None = Field(
        None, pattern=r"^[a-z0-9_.: -]{1,60}$", description="Fixed evidence in place of the found one."
    )

    @model_validator(mode="after")
    def _fits(self) -> Rule:
        problems = [*self._sign_problems(), *self._event_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _sign_problems(self) -> list[str]:
        if self.dimension == "negative":
            return ["points of a negative rule are 0 or less"] if self.points > 0 else []
        return [f"points below 0 belong to the dimension negative, not {self.dimension}"] if self.points < 0 else []

    def _event_problems(self) -> list[str]:
        keys = ("lookback_days", "max_count", "half_life_days")
        changed = [key for key in keys if getattr(self, key) != Rule.model_fields[key].default]
        inside = any(condition.event for condition in self.when.walk())
        problems = [f"{key} has no effect without an event in the condition" for key in changed if not inside]
        nested = inside and not self.when.event
        return problems + [
            f"{key} needs an event as the whole condition" for key in changed[:] if nested and key != "lookback_days"
        ]


class ScoringConfig(Model):
    """scoring.yaml."""

    base: Base | None = Field(
        None,
        description="Model that comes with the project, for every key that is not given here; rules go by their ids.",
    )
    model: ModelName = Field(ModelName(name="seed", version="1"), description="Name and version.")
    dimensions: Dimensions = Field(Dimensions(), description="Caps and gates.")
    thresholds: Thresholds = Field(Thresholds(), description="Where classes begin.")
    lookback_days: int = Field(90, ge=1, le=3650, description="How far back events count where a rule says nothing.")
    channel: Channel = Field("email", description="Channel that the company uses: for consent, and for reverify.")
    phone: Phone = Field(Phone(), description="When a phone counts as verified.")
    consent: Consent = Field(Consent(), description="When consent counts as captured.")
    engagement: Engagement = Field(Engagement(), description="What counts as engagement.")
    multi_page: MultiPage = Field(MultiPage(), description="The fact has_multi_page.")
    follow_up: FollowUp = Field(FollowUp(), description="The fact has_follow_up.")
    third_party: ThirdParty = Field(ThirdParty(), description="The fact has_intent_surge.")
    hard_exclude: list[Literal["competitor", "spam", "erased", "student"]] = Field(
        ["competitor", "spam", "erased"], description="Who is never routed, whatever the score."
    )
    questions: list[Question] = Field(
        default_factory=list, description="What a form may ask; of two worth the same points the earlier is asked."
    )
    checklists: Checklists = Field(
        DEFAULT_CHECKLISTS, description="Items of each checklist, and the condition under which each is known."
    )
    checklist_gates: dict[GatedChecklist, Share] = Field(
        default_factory=dict, description="Share of a checklist that a quality lead needs known; none: no gate."
    )
    icp: Icp = Field(Icp(), description="The ideal customer.")
    allow_sensitive: list[str] = Field(
        default_factory=list,
        description="Ids of rules, and <checklist>.<item>, that may name a protected attribute. Mind the law.",
    )
    rules: list[Rule] = Field(min_length=1, description="The rules.")

    @model_validator(mode="wrap")
    @classmethod
    def _every_fault(cls, data: Any, handler: ModelWrapValidatorHandler[ScoringConfig]) -> ScoringConfig:
        """Faults between keys are looked for even where single keys are at fault, so that all are told at once."""
        data = with_base(data) if isinstance(data, dict) else data
        faults = _cross_faults(data) if isinstance(data, dict) else []
        try:
            model = handler(data)
        except ValidationError as error:
            faults = [*named_by_rule(cls, error, data), *faults]
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return model


def _cross_faults(data: dict[str, Any]) -> list[InitErrorDetails]:
    rules = (
        [rule for rule in data.get("rules") or [] if isinstance(rule, dict)]
        if isinstance(data.get("rules"), list)
        else []
    )
    counts = Counter(str(rule.get("id")) for rule in rules)
    faults = [
        fault(("rules", name, "id"), f"the rule id stands {n} times", name) for name, n in counts.items() if n > 1
    ]
    return (
        faults + sensitive_faults(data.get("allow_sensitive"), rules, data.get("checklists")) + _threshold_faults(data)
    )


def _threshold_faults(data: dict[str, Any]) -> list[InitErrorDetails]:
    try:
        bounds = Thresholds.model_validate(data.get("thresholds", {}))
        dimensions = Dimensions.model_validate(data.get("dimensions", {}))
    except ValidationError:
        return []
    most = sum(getattr(dimensions, name).cap for name in DIMENSIONS)
    faults = []
    if bounds.near_miss >= bounds.quality:
        faults.append(
            (("thresholds", "near_miss"), f"out of order: has to be below quality ({bounds.quality})", bounds.near_miss)
        )
    if bounds.quality > most:
        faults.append((("thresholds", "quality"), f"cannot be reached: the caps add up to {most}", bounds.quality))
    return [fault(loc, message, found) for loc, message, found in faults]
