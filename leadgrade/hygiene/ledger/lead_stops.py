"""Opt-outs that leads carry as bare flags: a flag that was true once is an event, whatever the next export says."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import answers, countries, vocabulary
from leadgrade.contacts.lead_fields import first_address
from leadgrade.engine.duckdb import DuckDBEngine, polars_schema
from leadgrade.raw.cells.values import iso_timestamp

TABLE = "hygiene.lead_stops"
READS = ("raw.leads", "raw.versions", "hygiene.ledger_new_files")
# channel, action and the flag that says so
_FLAGS = (
    ("email", "opted_out", "email_opt_out"),
    ("phone", "opted_out", "phone_opt_out"),
    ("any", "denied", "consent_status"),
)
_NEW_ROWS = """
select
    new_files.arrival_rank, leads.file_id, leads.row_number, leads.lead_id, leads.source, leads.version_at, leads.email,
    leads.additional_emails, leads.phone, leads.mobile, leads.country, leads.email_opt_out, leads.phone_opt_out,
    leads.consent_status, sources.country as source_country, sources.default_country
from raw.leads as leads
inner join hygiene.ledger_new_files as new_files on leads.file_id = new_files.file_id
left join config.sources as sources on leads.source = sources.source
where
    coalesce(leads.email_opt_out, leads.phone_opt_out, leads.consent_status) is not null
    and (leads.file_id, leads.row_number) not in (
        select (versions.file_id, versions.row_number)
        from raw.versions as versions
        semi join hygiene.ledger_new_files as new_files on versions.file_id = new_files.file_id
        where versions.object = 'leads' and versions.state in ('exact_duplicate', 'test_lead')
    )"""


def build(engine: DuckDBEngine) -> int:
    """Make ``hygiene.lead_stops`` from the new rows of raw.leads, superseded versions too; return its rows."""
    return engine.map_batches(_NEW_ROWS, stops, TABLE)


def stops(leads: pl.DataFrame) -> pl.DataFrame:
    """The opt-outs among rows of raw.leads.

    Args:
        leads: Rows of raw.leads with ``arrival_rank``, ``source_country`` and ``default_country`` (ISO2 or null).

    Returns:
        One row a true flag, the columns of hygiene.lead_stops. "No" is no information and makes no row.
    """
    found = [_events(leads.filter(_says_stop(leads[flag])), channel, action, flag) for channel, action, flag in _FLAGS]
    return pl.concat(found)


def _says_stop(values: pl.Series) -> pl.Series:
    read = answers.consent_status if values.name == "consent_status" else answers.opt_out

    def answer(distinct: pl.Series) -> pl.DataFrame:
        said = read(pl.col("v")).cast(pl.String)
        return pl.DataFrame({"v": distinct}).select(stop=said.is_in(["true", "denied"]).fill_null(value=False))

    return vocabulary.over_distinct(values, answer)["stop"].fill_null(value=False)


def _events(leads: pl.DataFrame, channel: str, action: str, flag: str) -> pl.DataFrame:
    email = pl.coalesce(first_address(pl.col("email")), first_address(pl.col("additional_emails")))
    phone = pl.coalesce("phone", "mobile").str.strip_chars()
    region = pl.coalesce("stated_country", countries.from_international(phone), "source_country", "default_country")
    schema = polars_schema(TABLE)
    return leads.with_columns(stated_country=countries.to_iso2(leads["country"])).select(
        "arrival_rank",
        "file_id",
        "row_number",
        "lead_id",
        "source",
        # who opts out of calls is known by the number, of mails by the address
        pl.when(pl.lit(channel != "phone") | phone.is_null())
        .then(email)
        .alias("email_typed")
        .cast(schema["email_typed"]),
        pl.when(pl.lit(channel != "email") | email.is_null())
        .then(phone)
        .alias("phone_typed")
        .cast(schema["phone_typed"]),
        pl.when(phone.is_not_null()).then(region).alias("phone_region").cast(schema["phone_region"]),
        pl.lit(channel).alias("channel"),
        pl.lit(action).alias("action"),
        # a day in the column of an opt-out is the day on which it happened
        pl.coalesce(iso_timestamp(pl.col(flag)), "version_at").alias("captured_at"),
    )
