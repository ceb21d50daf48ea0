"""decay.yaml: how long a value stays true."""

from __future__ import annotations

import math
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from leadgrade.config.base import Model

FieldName = Literal[
    "work_email",
    "personal_email",
    "direct_phone",
    "mobile_phone",
    "job_title",
    "job_title_csuite",
    "employer",
    "company_name_domain",
    "employees_band",
    "annual_revenue",
    "industry",
    "tech_stack",
    "postal_address_business",
    "postal_address_home",
]
Evidence = Literal[
    "opt_in",
    "form",
    "reply",
    "click",
    "delivered",
    "email_verified",
    "connected",
    "phone_verified",
    "account",
    "vendor",
]
End = Literal["email_bounce", "wrong_number", "job_left", "newer_employer", "domain_gone"]
Segment = Literal["seniority", "source", "industry"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
AcceleratorName = Literal["purchased_list", "role_address", "c_suite", "small_company"]
GoldenField = Literal[
    "email",
    "phone_e164",
    "job_title",
    "company_name",
    "company_domain",
    "employees",
    "annual_revenue",
    "industry",
    "tech_stack",
    "street",
]


class DecayField(Model):
    """How one field decays."""

    golden_field: GoldenField = Field(description="Column of people.golden that holds the value.")
    k: float = Field(1.0, gt=0, le=5, description="Shape of the Weibull law; below 1 the risk falls with age.")
    annual_decay: float | None = Field(None, gt=0, lt=1, description="Share that is no longer true after one year.")
    eta_years: float | None = Field(None, gt=0, description="Scale of the law in years, where it is known directly.")
    evidence: list[Evidence] = Field(default_factory=list, description="What sets the clock back, besides creation.")
    ends: list[End] = Field(default_factory=list, description="Events after which the value is dead.")
    refresh_days: int = Field(
        gt=0, description="After this many days without evidence the value is worth verifying again."
    )
    source: str = Field(min_length=3, description="Where the figure comes from.")

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.annual_decay is None) == (self.eta_years is None):
            raise ValueError("give either annual_decay or eta_years")
        return self

    @property
    def eta(self) -> float:
        """Scale in years. From S(1) = exp(-(1/eta)^k) = 1 - annual_decay follows eta = (-ln(1 - annual_decay))^(-1/k)."""
        if self.eta_years is not None:
            return self.eta_years
        assert self.annual_decay is not None
        return float((-math.log1p(-self.annual_decay)) ** (-1 / self.k))


class States(Model):
    """Least survival of each state; below ``stale`` a value is dead."""

    fresh: float = Field(0.85, gt=0, lt=1, description="From here on fresh.")
    ageing: float = Field(0.6, gt=0, lt=1, description="From here on ageing.")
    stale: float = Field(0.3, gt=0, lt=1, description="From here on stale.")

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if not self.fresh > self.ageing > self.stale:
            raise ValueError("expected fresh > ageing > stale")
        return self


class Accelerator(Model):
    """A circumstance that multiplies the hazard."""

    multiplier: float = Field(gt=0, le=10, description="Factor of the cumulative hazard; above 1 decays faster.")
    fields: list[FieldName] = Field(min_length=1, description="Fields it acts on.")
    source: str = Field(min_length=3, description="Where the factor comes from.")


class Learning(Model):
    """How own bounces and checks change the published rates."""

    enabled: bool = Field(True, description="Learn from own checks; off, the published rates stand.")
    prior_years: float = Field(
        50, gt=0, le=1e6, description="Lead-years of own data that weigh as much as the published rate."
    )
    shape_sd: float = Field(0.15, gt=0, le=2, description="Standard deviation of the shape k around the field's own.")
    segments: list[Segment] = Field(
        default_factory=lambda: list(SEGMENTS),
        description="What the values of people are told apart by.",
    )
    segment_sd: float = Field(
        0.35, gt=0, le=5, description="Standard deviation of what one segment adds to the log of the hazard."
    )
    segment_shape_sd: float = Field(
        0.1, gt=0, le=2, description="Standard deviation of what one segment adds to the shape."
    )
    most_levels: int = Field(20, ge=1, le=200, description="Largest values of each segment; the others are one.")
    most_people: int = Field(
        100_000, ge=1000, description="People learned from at most; of more a part is taken, the same every night."
    )
    share_weight: float = Field(
        50,
        gt=0,
        le=1e6,
        description="Checks that weigh as much as the belief that none fails for other reasons than age.",
    )
    interval: float = Field(0.9, gt=0, lt=1, description="Probability that the published intervals hold.")
    backtest_days: int = Field(90, ge=1, description="Days before as_of whose checks are predicted from those before.")

    @model_validator(mode="after")
    def _no_segment_twice(self) -> Self:
        if len(set(self.segments)) < len(self.segments):
            raise ValueError("segments names one twice")
        return self


class Reverify(Model):
    """What of the values is worth a check."""

    most_rows: int = Field(10_000, ge=1, description="Rows of the queue at most.")
    deal_value: float | None = Field(
        None, gt=0, description="Money that the best score stands for; null: the mean of own won deals, else 1."
    )


class DecayConfig(Model):
    """decay.yaml."""

    mode: Literal["weibull", "flat"] = Field(
        "weibull", description="Law of survival; flat: one yearly rate for every field."
    )
    flat_rate: float = Field(0.225, gt=0, lt=1, description="Yearly loss of the mode flat.")
    states: States = Field(default_factory=lambda: States(fresh=0.85, ageing=0.6, stale=0.3), description="Thresholds.")
    required_fields: list[FieldName] = Field(min_length=1, description="Fields that the sales motion needs.")
    soft_bounces: int = Field(3, ge=1, description="Soft bounces that count as a hard one.")
    soft_bounce_days: int = Field(30, ge=1, description="Days within which they must fall.")
    apply_accelerators: bool = Field(False, description="Use the accelerators; their figures are assumptions.")
    accelerators: dict[AcceleratorName, Accelerator] = Field(
        default_factory=dict, description="What makes values decay faster or slower."
    )
    learning: Learning = Field(default_factory=Learning, description="How own checks change the published rates.")
    reverify: Reverify = Field(default_factory=Reverify, description="What of the values is worth a check.")
    fields: dict[FieldName, DecayField] = Field(min_length=1, description="The fields.")

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        used = set(self.required_fields) | {f for a in self.accelerators.values() for f in a.fields}
        unknown = sorted(used - set(self.fields))
        if unknown:
            raise ValueError(
                f"required_fields and accelerators name fields that are not in fields: {', '.join(unknown)}"
            )
        return self


FIELDS: tuple[str, ...] = get_args(FieldName)
ACCELERATORS: tuple[str, ...] = get_args(AcceleratorName)
