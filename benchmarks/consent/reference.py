"""The state of a channel in plain steps: one person after the other, one event after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from benchmarks.consent.crowd import AS_OF, DAY, Person, Row

CALLS = ("phone", "sms")
NEVER = datetime(1, 1, 1)
UNDATED = datetime(1900, 1, 1)
# where a channel may be used without consent, by place: of businesses alone, or of anybody
BUSINESS, ANYBODY = (True,), (True, False)
FREE = {
    "Germany": {"phone": BUSINESS},
    "France": {"email": BUSINESS},
    "United Kingdom": {"email": BUSINESS, "phone": ANYBODY},
    "United States": {"email": ANYBODY, "phone": ANYBODY},
    "California": {"email": ANYBODY, "phone": ANYBODY},
    "Singapore": {"phone": ANYBODY},
}
# Canada lets an inquiry or a purchase stand for consent to messages, for a time
LIMITS = {"implied_inquiry": 183 * DAY, "implied_purchase": 730 * DAY}
# of two things said at the same moment the later one in this list counts
STRICT = ("granted_proven", "granted_unproven", "soft_opt_in", "basis", "implied", "claimed_unproven", "expired",
          "denied", "withdrawn", "objected")  # fmt: skip
STOPS = {"unsubscribe": "withdrawn", None: "withdrawn", "complaint": "objected", "do_not_call": "objected",
         "spam_report": "objected"} | {state: state for state in ("denied", "withdrawn", "objected")}  # fmt: skip
# what leads: proof, then weaker words, then flags of leads, then what has ended, then an end on record
PROVEN, SAID, FLAG, ENDED, VOID = range(5)


@dataclass(frozen=True)
class Said:
    """Anything weaker than a no."""

    at: datetime
    tier: int
    state: str
    basis: str | None = None
    end: datetime | None = None
    lifts: bool = False
    come: tuple[int, int] = (0, 0)

    @property
    def order(self) -> tuple[int, datetime, int, tuple[int, int]]:
        """The highest counts."""
        return -self.tier, self.at, STRICT.index(self.state), self.come


def state(person: Person, channel: str) -> tuple[str, datetime | None]:
    """The state of a channel and when it began."""
    said, noes = list(_said(person, channel)), list(_noes(person, channel))
    stopped = max((at for at, _ in noes), default=NEVER)
    if noes and max((s.at for s in said if s.lifts), default=NEVER) <= stopped:
        return max((no for at, no in noes if at == stopped), key=STRICT.index), stopped
    void = max((s.at for s in said if s.tier == VOID), default=NEVER)
    left = [s for s in said if s.at > stopped and (s.at > void or s.tier == VOID)]
    return _under_the_law(person, channel, max(left, key=lambda s: s.order, default=None))


def _named(person: Person, record: Row) -> tuple[str | None, str | None]:
    """Address and number that a record names; what it leaves out is that of the lead it names."""
    lead = next((lead for lead in person.leads if lead["lead_id"] == record["subject_id"]), {})
    email = record["subject_email"].lower() if record["subject_email"] else lead.get("email")
    return email, record["subject_phone"] or lead.get("phone_e164")


def _is_about(person: Person, record: Row, channel: str) -> bool:
    """Is a yes about the golden address or number? It is about the number where it names one and speaks of calls."""
    email, phone = _named(person, record)
    if phone and (record["channel"] in CALLS or (channel == "phone" and record["channel"] != "email")):
        return phone == person.phone
    return email == person.email


def _is_known(person: Person, record: Row, channel: str) -> bool:
    """Does a no that its source has deleted still find the person, by the golden address or number?"""
    email, phone = _named(person, record)
    if record["channel"] in ("any", None) and email and phone:
        points = {phone} if channel == "phone" else {email, phone}
    else:
        points = {phone if phone and (record["channel"] in CALLS or not email) else email}
    return bool(points & {person.email, person.phone})


def _speaks_of(record: Row, channel: str) -> bool:
    return record["state"] != "superseded" and record["channel"] in (channel, "any", None)


def _noes(person: Person, channel: str) -> Iterator[tuple[datetime, str]]:
    """Every no: since when, and the state that it leads to. It holds for the person, whichever address it names."""
    for record in (r for r in person.records if _speaks_of(r, channel)):
        is_over = record["object"] == "suppressions" and record["expires_at"] and record["expires_at"] <= AS_OF
        if record["action"] not in STOPS or is_over:
            continue
        if record["state"] == "current" or _is_known(person, record, channel):
            yield min(record["captured_at"] or AS_OF, AS_OF), STOPS[record["action"]]
    for lead in person.leads:
        if lead[f"{channel}_opt_out"] or lead["consent_status"] == "denied":
            yield lead["updated_at"], "withdrawn" if lead[f"{channel}_opt_out"] else "denied"
    yield from ((lead["version_at"], "withdrawn") for lead in person.old_leads if lead[f"{channel}_opt_out"])


def _said(person: Person, channel: str) -> Iterator[Said]:
    for record in _consents(person, channel):
        at, come = record["captured_at"] or UNDATED, (record["night"], record["row_number"])
        if record["action"] == "expired":
            yield Said(at, VOID, "expired", come=come)
        elif _is_yes(record) and _is_about(person, record, channel):
            yield _yes(record, at, come)
    for lead in person.leads:
        point = lead["email"] if channel == "email" else lead["phone_e164"]
        if lead["consent_status"] == "claimed" and point in (person.email, person.phone):
            yield Said(lead["created_at"], FLAG, "claimed_unproven")


def _consents(person: Person, channel: str) -> list[Row]:
    """Consents that count today: a source that forgets a yes takes it back, and nothing comes from the future."""
    current = (r for r in person.records if r["object"] == "consents" and r["state"] == "current")
    return [r for r in current if _speaks_of(r, channel) and (r["captured_at"] or UNDATED) <= AS_OF]


def _is_yes(record: Row) -> bool:
    return record["action"] in ("granted", "renewed", "implied", "claimed_unproven")


def _yes(record: Row, at: datetime, come: tuple[int, int]) -> Said:
    action, basis, end = record["action"], record["lawful_basis"], record["expires_at"]
    is_grant = action in ("granted", "renewed") and basis != "legitimate_interest"
    has_proof = is_grant and bool(record["captured_at"] and record["text_version"])
    by_action = {"claimed_unproven": "claimed_unproven", "implied": "implied"}
    name = by_action.get(action, "granted_proven" if has_proof else "granted_unproven" if is_grant else "basis")
    if basis == "soft_opt_in" and action != "claimed_unproven":
        name = "soft_opt_in"
    tier = ENDED if end and end <= AS_OF else PROVEN if has_proof else SAID
    return Said(at, tier, name, basis, end, has_proof and basis in (None, "consent"), come)


def _under_the_law(person: Person, channel: str, best: Said | None) -> tuple[str, datetime | None]:
    """What the law of the place makes of what leads, or of nothing."""
    is_casl = person.place == "Canada" and channel == "email"
    end = best.end if best else None
    if best and is_casl and best.basis in LIMITS:
        end = min(filter(None, (end, best.at + LIMITS[best.basis])))
    is_over = best is not None and (best.tier in (ENDED, VOID) or (end is not None and end <= AS_OF))
    seen = max(_seen(person), default=None) if is_casl else None
    newest = max((at for _, at in _seen(person)), default=NEVER)
    if seen and (best is None or best.state == "claimed_unproven" or (is_over and newest > best.at)):
        return ("implied" if seen[0] > AS_OF else "expired"), seen[1]
    began = best.at if best and best.at > UNDATED else None
    if best and (is_over or best.state != "basis"):
        return ("expired" if is_over else best.state), began
    return _without_consent(person, channel, is_free=best is not None), began


def _seen(person: Person) -> Iterator[tuple[datetime, datetime]]:
    """Until when a purchase and an inquiry stand for consent, and when they were."""
    if person.converted_at:
        yield person.converted_at + LIMITS["implied_purchase"], person.converted_at
    if person.form_at:
        yield person.form_at + LIMITS["implied_inquiry"], person.form_at


def _without_consent(person: Person, channel: str, *, is_free: bool) -> str:
    is_free = is_free or person.is_business in FREE.get(person.place, {}).get(channel, ())
    told = _consents(person, channel)
    notices = [r for r in told if r["action"] == "notice_given"]
    texts = [r for r in told if r["text_version"] and (not _is_yes(r) or _is_about(person, r, channel))]
    if any(r["lawful_basis"] == "legitimate_interest" for r in notices) or (is_free and (notices or texts)):
        return "not_required_with_notice"
    return "not_required" if is_free else "unknown"
