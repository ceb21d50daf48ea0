"""The hook for vendors that are asked: a protocol, the providers that are installed, and what they answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Protocol

import polars as pl

from leadgrade.contacts.enrichment_facts import FIELDS, type_facts
from leadgrade.errors import ConfigError, Fault
from leadgrade.run import Run

ENTRY_POINTS = "leadgrade.enrichment"
# what a provider is shown of a lead
SUBJECTS: dict[str, pl.DataType] = {
    "lead_id": pl.String(),
    "first_name": pl.String(),
    "last_name": pl.String(),
    "email": pl.String(),
    "linkedin_url": pl.String(),
    "company_name": pl.String(),
    "company_domain": pl.String(),
    "country": pl.String(),
}
# what it gives back
ANSWERS: dict[str, pl.DataType] = {
    "lead_id": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
    "enriched_at": pl.Datetime("us"),
    "confidence": pl.Float64(),
    "licence_ends_at": pl.Datetime("us"),
}


class Provider(Protocol):
    """Somebody who knows more of people or companies, asked over the network or not.

    An entry point of the group ``leadgrade.enrichment`` names a function without arguments that returns one; it is asked
    where ``enrichment: providers`` of run.yaml lists its name.
    """

    def enrich(self, subjects: pl.DataFrame) -> pl.DataFrame:
        """What is known of some leads.

        Args:
            subjects: The columns of ``SUBJECTS``, one row a lead with an empty field; at most 50,000 rows a call.

        Returns:
            The columns of ``ANSWERS``, one row a fact: ``field`` is one of ``FIELDS``, ``value`` text as anybody would
            write it, ``enriched_at`` when the provider looked (UTC), ``confidence`` 0 to 1 or null, ``licence_ends_at`` the
            time from which the value may not be used (UTC) or null. Leads that it does not know are left out.
        """


def installed(names: list[str]) -> dict[str, Provider]:
    """The providers of these names, made.

    Raises:
        ConfigError: naming every one that is not installed.
    """
    there = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    known = f"installed: {', '.join(sorted(there)) or 'none'}"
    key = "enrichment.providers"
    faults = [Fault("run.yaml", key, f"unknown provider {name!r}", known) for name in names if name not in there]
    if faults:
        raise ConfigError(faults)
    return {name: there[name].load()() for name in names}


class _NotAnswered(Exception):
    """A provider failed, or gave what cannot be read; says what went wrong and quotes nothing of it."""


_OPEN = " or ".join(f"lead_fields.{name} is null" for name in FIELDS if name not in {"company_domain", "country"})
_SUBJECTS = f"""
    select lead_fields.lead_id, lead_fields.first_name, lead_fields.last_name, emails.email, lead_fields.linkedin_url,
        lead_fields.company_name, lead_evidence.company_domain, lead_evidence.country
    from contacts.lead_fields
    inner join contacts.lead_evidence on lead_fields.lead_id = lead_evidence.lead_id
    left join contacts.emails as emails on lead_evidence.email_id = emails.email_id
    where ({_OPEN} or lead_evidence.company_domain is null or lead_evidence.country is null)
"""


def _forget(run: Run) -> None:
    """Leave the answers of providers that are still asked, about leads that are still there, while they are fresh."""
    run.engine.ensure("contacts.provider_answers")
    names = ", ".join(f"'{name}'" for name in run.settings.run.enrichment.providers) or "null"
    oldest = run.as_of - timedelta(days=run.settings.run.enrichment.ask_again_days)
    kept = f"""
        select answers.* from contacts.provider_answers as answers
        semi join contacts.lead_fields on answers.lead_id = lead_fields.lead_id
        where answers.provider in ({names}) and answers.asked_at > timestamp '{oldest}'
    """
    run.engine.materialize("contacts.provider_answers", kept)


def _checked(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers in their types, of the fields that there are; what is said twice of a lead counts once, the surest."""
    if not isinstance(answers, pl.DataFrame):
        raise _NotAnswered(f"it gave no frame but {type(answers).__name__}")
    missing = sorted(set(ANSWERS) - set(answers.columns))
    if missing:
        raise _NotAnswered(f"it leaves out the columns {', '.join(missing)}")
    typed = answers.select(pl.col(column).cast(kind) for column, kind in ANSWERS.items())
    typed = typed.filter(pl.col("field").is_in(FIELDS) & pl.col("value").is_not_null())
    typed = typed.sort("confidence", "enriched_at", descending=True, nulls_last=True, maintain_order=True)
    return typed.unique(["lead_id", "field", "value"], keep="first", maintain_order=True)


def _answers(provider: Provider, shown: pl.DataFrame) -> pl.DataFrame:
    try:
        return _checked(provider.enrich(shown))
    except _NotAnswered:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  anything may be raised, and its message may quote people
        raise _NotAnswered(type(error).__name__) from None


def _asking(name: str, provider: Provider, run: Run) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A batch function that asks; a lead of which nothing is known gets one row without field, so it is not asked again."""

    def ask(subjects: pl.DataFrame) -> pl.DataFrame:
        shown = subjects.select(pl.col(column).cast(kind) for column, kind in SUBJECTS.items())
        found = _answers(provider, shown).join(shown.select("lead_id"), on="lead_id", how="semi")
        silent = shown.select("lead_id").join(found, on="lead_id", how="anti")
        told = pl.concat([found, silent], how="diagonal")
        return told.with_columns(provider=pl.lit(name), asked_at=pl.lit(run.as_of).cast(pl.Datetime("us")))

    return ask


def build_provider_answers(run: Run) -> None:
    """Make contacts.provider_answers: kept answers, and those of the providers about leads that they were not asked about.

    A provider that fails costs its answers, not the night: it is named in the log, and asked again by the next run.
    """
    _forget(run)
    for name, provider in installed(run.settings.run.enrichment.providers).items():
        new = f"""{_SUBJECTS} and not exists (
            select 1 from contacts.provider_answers as answers
            where answers.lead_id = lead_fields.lead_id and answers.provider = '{name}'
        )"""
        try:
            run.engine.map_batches(new, _asking(name, provider, run), "contacts.provider_answers", append=True)
        except _NotAnswered as error:
            log = logging.getLogger("leadgrade.progress")
            log.warning("provider %s: no answer (%s), asked again by the next run", name, error)


_FACTS = """
    select facts.record_id as fact_id, cast(null as varchar) as lead_id, facts.subject, facts.subject_email, facts.subject_id,
        facts.domain, facts.linkedin_url, facts.field, facts.value, coalesce(facts.provider, facts.source) as provider,
        facts.enriched_at, facts.confidence, facts.licence_ends_at
    from raw.enrichments as facts
    inner join raw.versions as versions
        on facts.file_id = versions.file_id and facts.row_number = versions.row_number
        and versions.object = 'enrichments' and versions.state = 'current'
    union all
    select
        'q_' || substr(md5(concat_ws(chr(31), lead_id, provider, field, value)), 1, 20) as fact_id, lead_id, null, null, null,
        null, null, field, value, provider, enriched_at, confidence, licence_ends_at
    from contacts.provider_answers where field is not null
"""


def build_enrichment_facts(run: Run) -> None:
    """Make contacts.enrichment_facts from the vendors' files and the providers' answers."""
    run.engine.map_batches(_FACTS, type_facts, "contacts.enrichment_facts")
