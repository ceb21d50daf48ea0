"""consent.yaml: which law asks what before a channel may be used. Not legal advice."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from leadgrade.config.base import Model

Iso2 = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Region = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}(-[A-Z]{2,3})?|[A-Z]{3,10}|EU|\*)$")]
Channel = Literal["email", "phone", "sms"]
StopState = Literal["withdrawn", "objected", "denied"]
SuppressionReason = Literal[
    "unsubscribe",
    "complaint",
    "hard_bounce",
    "do_not_call",
    "dnc_registry",
    "tps",
    "erasure",
    "do_not_sell",
    "gpc",
    "competitor",
    "manual",
    "minor",
]
# each test is one branch of the predicate in sql/hygiene/consent_gaps.sql; docs/hygiene.md says when it is true
Test = Literal[
    "always",
    "withdrawn",
    "objected",
    "erased",
    "no_basis",
    "unproven",
    "no_scope",
    "no_purpose",
    "no_opt_in",
    "no_consent",
    "no_double_opt_in",
    "no_written_consent",
    "no_notice",
    "no_assessment",
    "no_business_reason",
    "no_relevance",
    "no_role_relevance",
    "no_text_version",
    "no_retention_period",
    "no_tps_screening",
    "no_dnc_screening",
    "no_registry_check",
    "expired_relationship",
    "expired_inquiry",
    "expired_purchase",
    "late_notice",
    "retention",
    "contacted_after_stop",
    "number_changed",
    "sale_opt_out",
    "global_privacy_control",
    "asked_again",
    "suppression_in_clear",
    "captured_in_future",
    "captured_after_contact",
]
Reason = Literal[
    "no_lawful_basis",
    "consent_unproven",
    "consent_scope_missing",
    "consent_withdrawn",
    "objection_to_marketing",
    "li_without_lia",
    "notice_missing",
    "art14_notice_overdue",
    "erased_subject_present",
    "eprivacy_no_optin",
    "doi_missing",
    "de_phone_consent_proof",
    "de_b2b_presumed_interest_missing",
    "retention_expired",
    "b2b_relevance_missing",
    "suppression_in_clear",
    "pecr_no_optin",
    "pecr_notice_missing",
    "tps_screen_stale",
    "opt_out_overdue",
    "tcpa_pewc_missing",
    "dnc_screen_stale",
    "ebr_expired",
    "revocation_overdue",
    "number_reassigned",
    "ccpa_opt_out_ignored",
    "gpc_ignored",
    "ccpa_notice_missing",
    "retention_undefined",
    "ccpa_reask_too_soon",
    "state_opt_out",
    "casl_no_consent",
    "casl_implied_expired_inquiry",
    "casl_implied_expired_ebr",
    "casl_relevance_missing",
    "qc_scope_missing",
    "au_no_consent",
    "sg_dnc_stale",
    "in_no_consent",
    "ch_no_optin",
    "jurisdiction_unknown",
    "text_version_unknown",
    "captured_in_future",
    "captured_after_first_contact",
]
# the figure that a test cannot do without
_NEEDS_FIGURE: dict[str, str] = {
    "no_tps_screening": "max_age_days",
    "no_dnc_screening": "max_age_days",
    "no_registry_check": "max_age_days",
    "late_notice": "max_age_days",
    "retention": "max_age_days",
    "asked_again": "max_age_days",
    "expired_inquiry": "inquiry_days",
    "expired_purchase": "purchase_days",
    "expired_relationship": "inquiry_days",
    "contacted_after_stop": "opt_out_days",
}


class ConsentRule(Model):
    """One demand of a rule set: where its test is true, the person has the gap ``reason`` on the channel."""

    reason: Reason = Field(description="Code of the gap, stable for ever.")
    test: Test = Field(description="The predicate that finds the gap, from the closed list.")
    severity: Literal["block", "warn"] = Field(description="block: the channel must not be used; warn: mend it.")
    channels: list[Channel] = Field(
        ["email", "phone", "sms"], min_length=1, description="Channels the rule speaks of; absent: all."
    )
    subject: Literal["any", "business", "consumer"] = Field("any", description="Kind of person the rule protects.")
    default_basis: Literal["legitimate_interest", "opt_out", "presumed"] | None = Field(
        None,
        description="Basis that stands without consent for this channel and subject; absent: a basis must be on record.",
    )
    requires_consent: bool = Field(False, description="The law asks for consent; for readers, the test decides.")
    record_fields: list[str] = Field(default_factory=list, description="What the record must hold as proof.")
    max_age_days: int | None = Field(None, gt=0, description="Longest age of the screening, notice or contact.")
    inquiry_days: int | None = Field(None, gt=0, description="Days that an inquiry stands for consent.")
    purchase_days: int | None = Field(None, gt=0, description="Days that a purchase stands for consent.")
    opt_out_days: int | None = Field(None, ge=0, description="Calendar days in which an opt-out must take effect.")
    proof_retention_days: int | None = Field(None, gt=0, description="Days that the proof must be kept.")
    dialling: Literal["manual", "autodialled"] | None = Field(
        None, description="The rule holds only where calls are placed this way; absent: always."
    )
    says: str = Field(min_length=3, description="What the law asks, in our own words; no legal advice.")
    needs: str = Field(min_length=3, description="What would mend the gap.")
    source: str = Field(min_length=3, description="Article that the rule comes from.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        figure = _NEEDS_FIGURE.get(self.test)
        if figure and getattr(self, figure) is None:
            raise ValueError(f"the test {self.test!r} needs {figure}")
        if self.requires_consent and self.default_basis:
            raise ValueError("a rule that requires consent has no default_basis")
        return self


class RuleSet(Model):
    """The demands of one law in the regions where it holds."""

    regions: list[Region] = Field(
        min_length=1, description="ISO2, ISO2-STATE, a name of `regions`, or '*' for everywhere."
    )
    strictness: int = Field(ge=0, le=100, description="Which set is named where several apply: the highest.")
    rules: list[ConsentRule] = Field(min_length=1, description="The demands.")


class ConsentConfig(Model):
    """consent.yaml."""

    channels: list[Channel] = Field(["email", "phone"], min_length=1, description="Channels of the sales motion.")
    calls: Literal["manual", "autodialled"] = Field(
        "manual", description="How calls are placed; autodialled calls ask for more."
    )
    purposes: list[Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]] = Field(
        default_factory=list,
        description="Purposes of the sales motion as records name them; what was said for another one is left aside. "
        "Empty: every purpose counts.",
    )
    unknown_as: Iso2 = Field(
        "DE", description="Country whose rules apply where the country is unknown or no set covers it."
    )
    forecast_days: list[Annotated[int, Field(gt=0, le=3650)]] = Field(
        [30, 60, 90],
        min_length=1,
        description="Days ahead for which hygiene.consent_forecast says what comes to an end.",
    )
    retention_days: int | None = Field(1095, gt=0, description="How long records are kept, as the notice tells people.")
    proof_fields: list[Literal["captured_at", "capture_source", "capture_method", "text_version"]] = Field(
        ["captured_at", "capture_source", "capture_method", "text_version"],
        min_length=1,
        description="Columns that a grant must fill to count as proven.",
    )
    screening_keys: dict[Literal["tps", "dnc"], list[str]] = Field(
        default_factory=dict, description="Registry -> headers that hold the day a number was screened against it."
    )
    suppression_states: dict[SuppressionReason, StopState] = Field(
        default_factory=dict, description="Reason of a suppression -> consent state; reasons left out stop nothing."
    )
    regions: dict[str, list[Iso2]] = Field(default_factory=dict, description="Names for lists of countries.")
    states: dict[str, list[str]] = Field(
        default_factory=dict, description="ISO2-STATE -> spellings of the state, lower case."
    )
    country_domains: dict[str, Iso2] = Field(
        default_factory=dict, description="Country endings of domains that differ from the country's code."
    )
    generic_domains: list[str] = Field(
        default_factory=list, description="Country endings that everybody uses; they say nothing about the country."
    )
    rule_sets: dict[str, RuleSet] = Field(min_length=1, description="The laws by name.")

    @model_validator(mode="after")
    def _known_regions(self) -> Self:
        for name, rule_set in self.rule_sets.items():
            for region in rule_set.regions:
                if len(region) > 3 and "-" in region and region not in self.states:
                    raise ValueError(f"rule_sets.{name}.regions: {region} is not among states")
                if not self._is_code(region) and region not in self.regions:
                    raise ValueError(f"rule_sets.{name}.regions: {region} is not among regions")
        return self

    @model_validator(mode="after")
    def _each_reason_once(self) -> Self:
        for name, rule_set in self.rule_sets.items():
            seen: set[tuple[str, str, str | None]] = set()
            for rule in rule_set.rules:
                keys = {(rule.reason, channel, rule.dialling) for channel in rule.channels}
                if keys & seen:
                    raise ValueError(f"rule_sets.{name}.rules: {rule.reason} stands twice for a channel")
                seen |= keys
        return self

    @model_validator(mode="after")
    def _unknown_is_covered(self) -> Self:
        if self.unknown_as not in self.countries():
            raise ValueError(f"unknown_as: no rule set covers {self.unknown_as}")
        return self

    def _is_code(self, region: str) -> bool:
        return region == "*" or "-" in region or (len(region) == 2 and region not in self.regions)

    def countries(self) -> set[str]:
        """ISO2 codes of all countries that a rule set covers."""
        named = {region for rule_set in self.rule_sets.values() for region in rule_set.regions if region != "*"}
        return {code for region in named for code in self.regions.get(region, [region.split("-")[0]])}


TESTS: tuple[str, ...] = get_args(Test)
REASONS: tuple[str, ...] = get_args(Reason)
