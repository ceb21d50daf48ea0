"""What a scoring rule may ask about: the columns of scores.facts and scores.behaviour, and the questions a form may put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "flag"]


@dataclass(frozen=True, slots=True)
class FactField:
    """One column that a condition may name.

    Attributes:
        kind: text, number or flag; decides which comparisons fit.
        about: Its meaning, for the documentation.
        table: Table that holds it: facts (attributes) or behaviour (drawn from events).
        evidence: SQL text expression that shows why a flag is set; empty: the name of the flag. Never a personal value.
        asks: Question of a form that would fill it; empty: a form cannot.
    """

    kind: Kind
    about: str
    table: Literal["facts", "behaviour"] = "facts"
    evidence: str = ""
    asks: str = ""


def _text(about: str, asks: str = "") -> FactField:
    return FactField("text", about, asks=asks)


def _number(about: str, asks: str = "") -> FactField:
    return FactField("number", about, asks=asks)


def _flag(about: str, evidence: str = "", asks: str = "") -> FactField:
    return FactField("flag", about, evidence=evidence, asks=asks)


def _behaviour(kind: Kind, about: str, evidence: str = "") -> FactField:
    return FactField(kind, about, table="behaviour", evidence=evidence)


FIELDS: dict[str, FactField] = {
    # --- who they are
    "industry": _text("Industry of the person, else of the account", asks="industry"),
    "employees": _number("Employees of the company, else of the account", asks="employees"),
    "annual_revenue": _number("Annual revenue, else of the account", asks="annual_revenue"),
    "tech_stack": _text("Technologies of person and account, ';' between them", asks="tech_stack"),
    "country": _text("Country, ISO2", asks="country"),
    "region": _text("State or province"),
    "city": _text("City"),
    "text": _text("Free text of all leads of the person, lower case", asks="use_case"),
    "job_title": _text("Job title as typed", asks="job_title"),
    "seniority": _text("owner, c_level, vp, director, manager, ic, intern, student", asks="job_title"),
    "department": _text("Department", asks="job_title"),
    "buying_role": _text("budget_holder, decision_maker, influencer, champion, end_user, other", asks="buying_role"),
    "source": _text("Source of the earliest lead"),
    "source_channel": _text("Channel of the earliest lead"),
    "lifecycle_stage": _text("Lifecycle stage as the source says"),
    "lead_status": _text("Lead status as the source says"),
    # --- how soon
    "declared_timeline_days": _number("Days until they say they will buy", asks="declared_timeline_days"),
    "renewal_days": _number("Days from as_of to the renewal of their contract; negative: past", asks="contract_end"),
    "contract_end_days": _number("Days from as_of to the end of their contract; negative: past", asks="contract_end"),
    "budget": _number("Upper end of the declared budget, else the lower", asks="budget"),
    "use_case": _text("Use case as declared", asks="use_case"),
    "current_solution": _text("What they use today"),
    # --- facts about the person
    "has_budget_owner": _flag("The person holds the budget", "'buying_role:budget_holder'", asks="buying_role"),
    "is_email_valid": _flag("Valid address that did not bounce", asks="email"),
    "is_corporate_email": _flag("Corporate address that did not bounce", "'email_class:corporate'", asks="email"),
    "is_free_email": _flag(
        "Address at a provider for private people, throw-away providers not counted", "'email_class:free'"
    ),
    "is_disposable_email": _flag("Throw-away address", "'email_class:disposable'"),
    "is_role_email": _flag("Address of a function, such as info@", "'email_class:role'"),
    "is_academic_email": _flag("Address at a university or school", "'email_class:academic'"),
    "is_bounced": _flag("The address bounced: hard, or 3 soft in 30 days, and no later delivery", "'email:bounced'"),
    "is_phone_verified": _flag(
        "Number at phone.min_level or above, no placeholder, not known as wrong",
        "'phone_level:' || person.phone_level",
        asks="phone",
    ),
    "is_phone_bad": _flag("A number is there but is invalid, a placeholder or known as wrong", "'phone:bad'"),
    "is_consent_captured": _flag("Consent state counts as captured on the model's channel", "person.consent_evidence"),
    "has_no_duplicate": _flag("No pair with another person waits for a decision", "'review_pairs:none'"),
    "is_account_matched": _flag("Matched to an account", "person.account_id"),
    "is_low_risk": _flag("No hard risk signal", "'hard_risks:none'"),
    "is_student": _flag("The title says student", "'seniority:student'"),
    "is_competitor": _flag("Works for a competitor", "'risk:competitor'"),
    "is_spam": _flag("The combined spam indicator", "coalesce(nullif(person.spam_signals, ''), 'risk:spam')"),
    "has_intent_surge": _flag("A third party reports a surge for the company's domain", "person.intent_record"),
    "is_customer": _flag("Has a won opportunity"),
    # --- what they bought
    "order_count": _number("Orders that were neither cancelled nor refunded"),
    "order_amount": _number("Sum of these orders, in the currency of most"),
    "days_since_order": _number("Days from the latest order to as_of"),
    "rfm_recency": _number("1 to 5: fifth of all who ordered by how lately"),
    "rfm_frequency": _number("1 to 5: fifth by number of orders"),
    "rfm_monetary": _number("1 to 5: fifth by amount"),
    # --- what they did
    "has_multi_page": _behaviour(
        "flag", "2 different high-intent pages inside the window", "behaviour.multi_page_record"
    ),
    "has_follow_up": _behaviour("flag", "Engaged soon after a trigger event", "behaviour.follow_up_record"),
    "has_committee": _behaviour("flag", "Enough engaged people in the same account", "behaviour.committee_account"),
    "engaged_people": _behaviour("number", "Engaged people in the same account, the person included"),
    "product_events": _behaviour("number", "Product-use events inside the default lookback"),
}

QUESTIONS: dict[str, str] = {
    "industry": "person.industry is null",
    "employees": "person.employees is null",
    "annual_revenue": "person.annual_revenue is null",
    "tech_stack": "person.tech_stack is null",
    "country": "person.country is null",
    "use_case": "person.text is null",
    "job_title": "person.job_title is null and person.seniority is null",
    "buying_role": "person.buying_role is null",
    "declared_timeline_days": "person.declared_timeline_days is null",
    "contract_end": "person.renewal_days is null and person.contract_end_days is null",
    "budget": "person.budget is null",
    "email": "not person.has_email",
    "phone": "not person.has_phone",
}
"""What a form may ask, and the SQL test that says it is not known yet."""

EVENT_TYPES = (
    "page_view", "form_submit", "demo_request", "trial_start", "product_use", "email_open", "email_click", "email_reply",
    "email_bounce", "email_delivered", "unsubscribe", "spam_report", "webinar", "download", "calculator", "ad_click",
    "funding", "rfp", "trade_show", "compliance_deadline", "job_left", "call_connected", "email_verified", "email_invalid",
    "phone_verified", "phone_invalid", "other",
)  # fmt: skip
PAGE_CLASSES = (
    "pricing", "demo", "comparison", "roi_calculator", "contact_sales", "docs_integration", "careers", "product", "blog", "other",
)  # fmt: skip

SENSITIVE = frozenset({
    "gender", "sex", "sexual", "sexuality", "female", "male", "woman", "women", "man", "men", "age", "birthday", "birthdate",
    "ethnicity", "ethnic", "race", "nationality", "religion", "religious", "muslim", "christian", "jewish", "political",
    "disability", "disabled", "pregnant", "pregnancy", "marital",
})  # fmt: skip
"""Words that point at a protected attribute; a rule that names one is refused unless allow_sensitive has its id."""
