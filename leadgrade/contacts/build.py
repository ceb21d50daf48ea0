"""Makes the tables of the stage that need Python: lead_fields, emails, phones."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import config_tables, emails, lead_fields, mail_servers, phones
from leadgrade.run import Run

# typed values under the fingerprint that joins them; "\x1f" keeps the parts of a fingerprint apart
EMAIL_ID = "substr(sha256(run.secret || chr(31) || {email}), 1, 20)"
_WANTED_EMAILS = f"""
    select distinct {EMAIL_ID.format(email="typed.email_raw")} as email_id, typed.email_raw
    from (
        select distinct lower(trim(lead_fields.email_raw)) as email_raw
        from contacts.lead_fields
        where lead_fields.email_raw is not null
    ) as typed
    cross join meta.run as run
"""
# a call costs as much as tens of thousands of values, and what a domain tells is computed once a call
_VALUES = 250_000
PHONE_ID = "substr(sha256(run.secret || chr(31) || {phone} || chr(31) || coalesce({region}, '')), 1, 20)"
_WANTED_PHONES = f"""
    select {PHONE_ID.format(phone="typed.phone_raw", region="typed.region_hint")} as phone_id, typed.phone_raw, typed.region_hint
    from (
        select lead_fields.phone_raw, lead_fields.phone_region_hint as region_hint
        from contacts.lead_fields
        where lead_fields.phone_raw is not null
        union
        select lead_fields.mobile_raw as phone_raw, lead_fields.mobile_region_hint as region_hint
        from contacts.lead_fields
        where lead_fields.mobile_raw is not null
    ) as typed
    cross join meta.run as run
"""


def build_lead_fields(run: Run) -> None:
    """Make contacts.lead_fields from the current rows of raw.leads that are not blocked."""
    if not run.engine.exists("config.sources"):
        config_tables.load(run)
    read = (*lead_fields.AS_TYPED, *lead_fields.TIMES, *lead_fields.TEXTS)
    columns = ", ".join(f"leads.{name}" for name in read if name != "source_country")
    default = run.settings.run.default_country
    query = f"""
        select {columns}, sources.country as source_country, {f"'{default}'" if default else "null::varchar"} as default_country
        from raw.leads as leads
        inner join raw.versions as versions
            on leads.file_id = versions.file_id and leads.row_number = versions.row_number
            and versions.object = 'leads' and versions.state = 'current'
        left join config.sources as sources on leads.source = sources.source
        anti join contacts.blocked_leads as blocked on leads.lead_id = blocked.lead_id
    """
    run.engine.map_batches(query, lead_fields.type_leads, "contacts.lead_fields")


def _validate_emails(batch: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([batch.select("email_id"), emails.validate(batch["email_raw"])], how="horizontal")


def _validate_phones(batch: pl.DataFrame) -> pl.DataFrame:
    answers = phones.validate(batch["phone_raw"], batch["region_hint"])
    return pl.concat([batch.select("phone_id"), answers.with_columns(batch["region_hint"])], how="horizontal")


def build_emails(run: Run) -> None:
    """Make contacts.emails from every distinct address, and contacts.mail_servers from their domains."""
    run.engine.map_batches(_WANTED_EMAILS, _validate_emails, "contacts.emails", batch_rows=_VALUES)
    mail_servers.refresh(run)


def build_phones(run: Run) -> None:
    """Make contacts.phones from every distinct number and region."""
    run.engine.map_batches(_WANTED_PHONES, _validate_phones, "contacts.phones", batch_rows=_VALUES)
