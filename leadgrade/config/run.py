"""run.yaml: when and with what the nightly job runs, and what is own, foreign or enough."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from leadgrade.config.base import Model

# an address, with or without a port; an IPv6 address with a port stands in brackets
_NAMESERVER = r"^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*|\[[0-9a-fA-F:.]+\](:\d{1,5})?)$"


@cache
def _zones() -> frozenset[str]:
    """The time zones of this machine; looking for them walks through a folder of 600 files."""
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("not an IANA time zone, e.g. Europe/Berlin")
    return value


class MailServersConfig(Model):
    """Whether and how domains are looked up in the domain name system."""

    enabled: bool = Field(default=False, description="Look up whether domains take mail; off, nothing is asked.")
    timeout_seconds: float = Field(5, gt=0, le=60, description="Seconds that one domain may take, all its questions.")
    time_to_live_days: int = Field(30, ge=1, le=365, description="Days that an answer holds before it is asked again.")
    queries_per_second: float = Field(20, gt=0, le=1000, description="Domains looked up a second at most.")
    max_domains_per_night: int = Field(
        20_000, ge=1, description="Domains looked up a night at most, those of most addresses first."
    )
    seconds_per_night: float = Field(
        900, gt=0, description="Seconds that the look-ups of a night may take; what is left waits for the next."
    )
    nameservers: list[Annotated[str, Field(pattern=_NAMESERVER)]] = Field(
        default_factory=list, description="Servers to ask, address or address:port; empty: those of the machine."
    )


class Enrichment(Model):
    """What of the vendors' values is used."""

    min_confidence: float = Field(
        0.5, ge=0, le=1, description="Confidence below which a vendor's value is not used; one without confidence is."
    )
    providers: list[str] = Field(
        default_factory=list,
        description="Installed providers that are asked about leads with empty fields, by entry point "
        "(docs/contacts.md); none: no lead is shown to anybody.",
    )
    ask_again_days: int = Field(90, ge=1, description="Days that an answer of a provider is kept, empty ones too.")


class RetentionLimit(Model):
    """How long people of a country are kept."""

    days: int = Field(gt=0, description="Days from the last contact by the person, else from their creation.")
    source: str = Field(min_length=3, description="Where the limit comes from: article, guideline or own notice.")


class Retention(Model):
    """How long people are kept; not legal advice."""

    enforce: bool = Field(
        default=False,
        description="Whether `leadgrade erase --retention` and its job may erase people whose time is over; off, they are "
        "only listed in hygiene.retention_due.",
    )
    default_days: int | None = Field(
        None, gt=0, description="Days for people of countries that are not listed; null: they are kept."
    )
    limits: dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], RetentionLimit] = Field(
        default_factory=dict, description="Country (ISO2) -> its limit."
    )


class ServiceLevels(Model):
    """When sales works, and what it promised."""

    time_zone: str = Field("UTC", description="Time zone of the working days, an IANA name.")
    holidays: list[date] = Field(
        default_factory=list, description="Days on which sales does not work, e.g. 2026-12-25."
    )
    first_touch_minutes: float = Field(5, gt=0, description="Minutes within which a new lead is touched.")
    touches_first_hour: int = Field(2, ge=1, description="Touches in the first hour.")
    cadence_touches: int = Field(12, ge=1, description="Touches within the business days of the cadence.")
    cadence_business_days: int = Field(10, ge=1, le=60, description="Business days of the cadence, the first included.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _zone(value)


class RunConfig(Model):
    """run.yaml. Every key has a safe default."""

    # --- when
    time_zone: str = Field("UTC", description="Time zone of the schedule, an IANA name.")
    schedule: str = Field("0 2 * * *", description="When the nightly job starts, as a cron line.")
    # --- with what
    memory_limit: str = Field(
        "auto",
        pattern=r"^(auto|\d+(\.\d+)?(MB|GB|TB))$",
        description="Memory DuckDB may hold before it spills; auto: half.",
    )
    keep_generations: int = Field(7, ge=2, le=400, description="Published generations kept for rollback.")
    keep_work_files: int = Field(
        2, ge=1, le=400, description="Work files of published runs kept (the newest is the next base)."
    )
    keep_dagster_days: int = Field(
        90, ge=1, description="Days that Dagster's own records of runs are kept (housekeeping job)."
    )
    keep_history_nights: int = Field(400, ge=1, description="Nights kept in scores.history and meta.rule_failures.")
    settle_seconds: float = Field(
        2, ge=0, le=3600, description="Age from which a file counts as written; a younger one is looked at twice."
    )
    # --- who is who
    profile: Literal["b2b", "b2c"] = Field(
        "b2b", description="Business or consumer leads; switches the free-mail rules."
    )
    default_country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="ISO2 used where neither row nor source has a country; null: unknown stays unknown.",
    )
    internal_domains: list[str] = Field(default_factory=list, description="Own domains; their people are internal.")
    competitor_domains: list[str] = Field(default_factory=list, description="Domains of competitors.")
    # --- what is asked on the network
    mail_servers: MailServersConfig = Field(
        default_factory=MailServersConfig, description="Optional look-up of mail servers."
    )
    # --- what others say
    enrichment: Enrichment = Field(default_factory=Enrichment, description="Values that vendors give.")
    # --- how long
    retention: Retention = Field(default_factory=Retention, description="How long people are kept.")
    # --- what sales promised
    service_levels: ServiceLevels = Field(
        default_factory=ServiceLevels, description="Working days of sales and its promises (metrics.sla)."
    )
    # --- what is enough
    match_threshold: float = Field(
        0.9, gt=0, lt=1, description="Match probability from which two leads are one person."
    )
    review_threshold: float = Field(
        0.3, gt=0, lt=1, description="Match probability from which a pair is kept for review."
    )
    # --- when all leads are compared anew
    matching_full_nights: int = Field(
        90, ge=1, description="Nights after which all leads are compared and the model of matching is learned anew."
    )
    matching_full_share: float = Field(
        0.5,
        ge=0,
        description="The same once so many leads are new, changed or gone since, as a share of all; 0: every night.",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _zone(value)
