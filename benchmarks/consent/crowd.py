"""Random people over twelve jurisdictions, with leads, bare flags and a history of consent each."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
AS_OF = datetime(2026, 10, 1)
DAY = timedelta(days=1)
# jurisdiction -> country and state
PLACES = {
    "Netherlands": ("NL", None),
    "Germany": ("DE", None),
    "France": ("FR", None),
    "United Kingdom": ("GB", None),
    "Switzerland": ("CH", None),
    "United States": ("US", None),
    "California": ("US", "California"),
    "Canada": ("CA", None),
    "Australia": ("AU", None),
    "Brazil": ("BR", None),
    "Singapore": ("SG", None),
    "India": ("IN", None),
}
_ACTIONS = ("granted",) * 6 + ("renewed", "implied", "implied", "claimed_unproven", "withdrawn", "denied", "objected",
                               "expired", "notice_given", "notice_given")  # fmt: skip
_BASES = (None, "consent", "consent", "soft_opt_in", "legitimate_interest")
_IMPLIED_BASES = (None, "implied_inquiry", "implied_purchase", "soft_opt_in")
_PROOF = {"capture_source": "form", "capture_method": "web_form", "text_version": "v1"}


@dataclass
class Person:
    """A person, the leads they are made of (the first one is golden), and what is on record.

    Attributes:
        leads: lead_id, email, phone_e164, flags and times, as they stand today.
        old_leads: Versions of the golden lead that carried an opt-out.
        records: Consents, suppressions and unsubscriptions: whom they name (``subject_``), channel, action (reason, type),
            proof, ``state`` of the version on the second night, ``night`` on which it came.
        form_at: Last form.
        converted_at: Purchase.
    """

    name: str
    place: str
    is_business: bool
    leads: list[Row]
    old_leads: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    form_at: datetime | None = None
    converted_at: datetime | None = None

    @property
    def email(self) -> str:
        """The golden address."""
        return str(self.leads[0]["email"])

    @property
    def phone(self) -> str:
        """The golden number."""
        return str(self.leads[0]["phone_e164"])


def people(count: int, seed: int) -> list[Person]:
    """Random people; times are whole days, so that many events fall on the same moment."""
    dice = random.Random(seed)
    return [_person(dice, number) for number in range(count)]


def _person(dice: random.Random, number: int) -> Person:
    leads = [_lead(dice, number, n) for n in range(dice.choice((1, 1, 2)))]
    leads[-1] |= {"phone_e164": dice.choice((leads[0]["phone_e164"], leads[-1]["phone_e164"]))}
    person = Person(f"p{number:06d}", dice.choice(list(PLACES)), dice.random() < 0.5, leads)
    person.records = [_record(dice, person, number * 10 + n) for n in range(dice.choice((0, 1, 2, 2, 3, 4, 6)))]
    if dice.random() < 0.1:
        flags = {"email_opt_out": None, "phone_opt_out": None} | {
            dice.choice(("email_opt_out", "phone_opt_out")): "yes"
        }
        person.old_leads.append({"lead_id": leads[0]["lead_id"], "version_at": AS_OF - 90 * DAY} | flags)
    if dice.random() < 0.2:
        person.form_at = AS_OF - dice.randint(1, 300) * DAY
    if dice.random() < 0.1:
        person.converted_at = AS_OF - dice.randint(1, 1000) * DAY
    return person


def _lead(dice: random.Random, person: int, number: int) -> Row:
    return {
        "lead_id": f"p{person:06d}-{number}",
        "email": f"p{person:06d}.{number}@acme.test",
        "phone_e164": f"+1415{2_000_000 + person * 2 + number}",
        "email_opt_out": dice.random() < 0.03,
        "phone_opt_out": dice.random() < 0.03,
        "consent_status": dice.choice((None,) * 10 + ("claimed", "claimed", "denied")),
        "created_at": AS_OF - dice.randint(100, 500) * DAY,
        "updated_at": AS_OF - dice.randint(0, 100) * DAY,
    }


def _record(dice: random.Random, person: Person, number: int) -> Row:
    kind = dice.choice(("consents",) * 8 + ("suppressions", "events"))
    state = dice.choice(("current",) * 18 + ("superseded", "source_deleted"))
    record: Row = {
        "object": kind,
        "record_id": f"r{number}",
        "row_number": number,
        "channel": dice.choice(("email", "email", "phone", "any", None, "sms")),
        "captured_at": None if dice.random() < 0.03 else AS_OF - dice.randint(-5, 400) * DAY,
        "expires_at": AS_OF + dice.randint(-200, 200) * DAY if dice.random() < 0.2 else None,
        "state": state,
        # what has changed since came on the first night
        "night": dice.choice((1, 2)) if state == "current" else 1,
    }
    return record | _whom(dice, person, kind) | _what(dice, kind)


def _whom(dice: random.Random, person: Person, kind: str) -> Row:
    lead, other = dice.choice(person.leads), dice.choice(person.leads)
    names = dice.choice(("email", "id") if kind == "events" else ("email", "email", "id", "phone", "both"))
    return {
        "subject_id": lead["lead_id"] if names == "id" else None,
        "subject_email": lead["email"].upper() if names in ("email", "both") else None,
        "subject_phone": other["phone_e164"] if names in ("phone", "both") else None,
    }


def _what(dice: random.Random, kind: str) -> Row:
    empty: Row = dict.fromkeys(("lawful_basis", *_PROOF))
    if kind == "events":
        return empty | {"channel": "email", "action": dice.choice(("unsubscribe", "spam_report")), "expires_at": None}
    if kind == "suppressions":
        return empty | {"action": dice.choice(("unsubscribe", "complaint", "do_not_call", "hard_bounce", None))}
    action = dice.choice(_ACTIONS)
    basis = dice.choice(_IMPLIED_BASES if action == "implied" else _BASES)
    return empty | {"action": action, "lawful_basis": basis} | (_PROOF if dice.random() < 0.6 else {})
