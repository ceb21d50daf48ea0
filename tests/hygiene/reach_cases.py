"""People who can and who cannot be reached, and crowds that come from one block of network addresses."""

from __future__ import annotations

from typing import Any

from tests.hygiene.world import Case, ago

MAIL = {"email": "ann@acme.com", "country": "US", "full_name": "Ann Ba", "created_at": ago(30)}


def visit(kind: str = "page_view", days: float = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "occurred_at": ago(days)} | more


def crowd(name: str, address: str, minutes: float, size: int = 11, **more: Any) -> dict[str, Case]:
    """People who came one after the other, so many minutes apart; {} in the address is the number of each."""
    return {
        f"{name}{n}": Case(
            MAIL | {"email": f"{name}{n}@acme.com"},
            events=[visit(ip=address.format(n + 1), days=3 - n * minutes / 1440, **more)],
        )
        for n in range(size)
    }


CROWDS = {
    "block": crowd("block", "203.0.113.{}", 1),
    "six": crowd("six", "2001:db8:0:7::{}", 1),
    "mapped": crowd("mapped", "::ffff:198.18.4.{}", 1),
    "office": crowd("office", "198.51.100.{}", 2),
    "few": crowd("few", "192.0.2.{}", 0.5, size=9),
    "scattered": crowd("scattered", "10.{}.0.9", 1),
    "mailed": crowd("mailed", "198.18.0.{}", 1, kind="email_open"),
    "long": crowd("long", "2001:db8:{}:8::1", 1),
}
PHONE = {
    "phone_e164": "+14155550100",
    "phone_type": "fixed_line",
    "country": "US",
    "company_name": "Acme",
    "created_at": ago(30),
}
BOUNCE = {"type": "email_bounce", "bounce_kind": "hard", "occurred_at": ago(2)}

# person -> why not on e-mail, why not on the phone
REACH: dict[str, tuple[Case, str | None, str | None]] = {
    "reachable": (Case(MAIL | PHONE), None, None),
    "mail_only": (Case(MAIL), None, "no_contact"),
    "mail_invalid": (Case({"created_at": ago(9)}, leads=[{"email_raw": "ann@@acme"}]), "invalid", "no_contact"),
    "mail_made_up": (Case(MAIL, email={"is_placeholder": True}), "invalid", "no_contact"),
    "mail_bounced": (Case(MAIL, events=[BOUNCE]), "bounced", "no_contact"),
    "mail_too_old": (Case(MAIL | {"created_at": ago(5000)}), "dead", "no_contact"),
    "mail_unlawful": (Case(MAIL | {"country": "DE"}), "consent", "no_contact"),
    "wrong_number": (
        Case(PHONE, activities=[{"channel": "call", "outcome": "wrong_number", "occurred_at": ago(2)}]),
        "no_contact",
        "bounced",
    ),
}
