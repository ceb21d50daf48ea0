"""The batch function of the stage: current raw leads to typed and normalised fields."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import (
    answers,
    bands,
    categories,
    companies,
    countries,
    domains,
    free_text,
    names,
    regions,
    titles,
    vocabulary,
)
from leadgrade.raw.cells.dates import iso_times
from leadgrade.raw.cells.values import to_boolean, to_number

AS_TYPED = (
    "lead_id",
    "file_id",
    "row_number",
    "source",
    "system",
    "source_record_id",
    "job_title",
    "website",
    "linkedin_url",
    "street",
    "city",
    "region",
    "postal_code",
    "unqualified_reason",
    "source_detail",
    "campaign_id",
    "campaign_name",
    "click_id",
    "owner",
    "external_grade",
    "use_case",
    "current_solution",
    "account_source_id",
    "answers",
    "source_country",
)
TIMES = (
    "contract_end",
    "renewal_date",
    "double_opt_in_at",
    "created_at",
    "updated_at",
    "last_activity_at",
    "last_contacted_at",
    "first_response_at",
    "mql_at",
    "sql_at",
    "converted_at",
)
# columns that are read besides those above
TEXTS = (
    "first_name",
    "last_name",
    "full_name",
    "email",
    "additional_emails",
    "phone",
    "mobile",
    "seniority",
    "department",
    "buying_role",
    "company_name",
    "company_domain",
    "industry",
    "employees",
    "annual_revenue",
    "tech_stack",
    "country",
    "lifecycle_stage",
    "lead_status",
    "source_channel",
    "external_score",
    "declared_timeline",
    "budget",
    "email_opt_out",
    "phone_opt_out",
    "email_bounced",
    "consent_status",
    "lawful_basis",
    "is_converted",
    "notes",
)
_ADDRESS = r"""[^\s;,|<>()\[\]"']+@[^\s;,|<>()\[\]"'@]+\.[^\s;,|<>()\[\]"'@]+"""


def first_address(cell: pl.Expr) -> pl.Expr:
    """The first address of a cell: "Ann <ann@acme.com>", "a@x.com; b@x.com"; the cell itself where it holds no such thing."""
    plain = cell.str.strip_chars().str.replace(r"(?i)^mailto:\s*", "")
    several = plain.str.contains(r"[\s;,|<>]")
    return pl.when(several).then(pl.coalesce(plain.str.extract(f"({_ADDRESS})"), plain)).otherwise(plain)


def _emails() -> pl.Expr:
    typed = pl.coalesce(first_address(pl.col("email")), first_address(pl.col("additional_emails")))
    return pl.when(typed != "").then(typed).alias("email_raw")


def _hint(number: pl.Expr) -> pl.Expr:
    """Region that a number is read in: the lead's country, the calling code typed, the source's country, the configured one."""
    own = pl.coalesce("country_field", "region_country")
    return pl.coalesce(own, countries.from_international(number), "source_country", "default_country")


def _phones(frame: pl.DataFrame) -> pl.DataFrame:
    phone, mobile = (pl.col(c).str.strip_chars() for c in ("phone", "mobile"))
    first = pl.coalesce(pl.when(phone != "").then(phone), mobile)
    return frame.select(
        phone_raw=first,
        phone_region_hint=pl.when(first.is_not_null()).then(_hint(first)),
        mobile_raw=mobile,
        mobile_region_hint=pl.when(mobile.is_not_null()).then(_hint(mobile)),
    )


def _titles(frame: pl.DataFrame) -> pl.DataFrame:
    """From the title, else from what the source says of seniority and department."""
    columns = ("job_title", "seniority", "department")
    # one call for the three columns: making the rules ready costs more than a thousand titles
    answers_of_all = titles.classify(pl.concat([frame[c].rename("title") for c in columns]))
    title, seniority, department = (answers_of_all.slice(i * frame.height, frame.height) for i in range(len(columns)))
    stated = titles.source_seniority(frame["seniority"])
    by_source = {
        "seniority": pl.select(pl.coalesce(stated, seniority["seniority"])).to_series(),
        "department": department["department"],
    }
    return title.select(
        *(pl.coalesce(name, other).alias(name) for name, other in by_source.items()),
        *(_origin(name, other).alias(f"{name}_from") for name, other in by_source.items()),
    )


def _origin(by_title: str, by_source: pl.Series) -> pl.Expr:
    return (
        pl.when(pl.col(by_title).is_not_null())
        .then(pl.lit("title"))
        .when(by_source.is_not_null())
        .then(pl.lit("source"))
    )


def _company(frame: pl.DataFrame) -> pl.DataFrame:
    from_source = domains.company_domains(frame["company_domain"])
    from_website = domains.company_domains(frame["website"])
    named = companies.normalise(frame["company_name"])
    return named.with_columns(
        company_domain=pl.coalesce(from_source, from_website),
        company_domain_from=pl.when(from_source.is_not_null())
        .then(pl.lit("source"))
        .when(from_website.is_not_null())
        .then(pl.lit("website")),
    )


def _scalars() -> list[pl.Expr]:
    c = pl.col
    return [
        categories.technologies(c("tech_stack")).alias("tech_stack"),
        categories.under_scores(c("lifecycle_stage")).alias("lifecycle_stage"),
        categories.under_scores(c("lead_status")).alias("lead_status"),
        _opt_out("email_opt_out", calls=False),
        _opt_out("phone_opt_out", calls=True),
        answers.bounced(c("email_bounced")).alias("email_bounced"),
        answers.consent_status(c("consent_status")).alias("consent_status"),
        to_boolean(c("is_converted")).alias("is_converted"),
    ]


def _opt_out(name: str, *, calls: bool) -> pl.Expr:
    """By its own column, else by the lead status: "Do Not Contact" is said in either."""
    by_status = answers.status_says(categories.under_scores(pl.col("lead_status")), calls=calls)
    return pl.coalesce(answers.opt_out(pl.col(name)), by_status).alias(name)


def _time(values: pl.Series) -> pl.Series:
    """The times of a column. Most sources fill few of them."""
    if values.null_count() == values.len():
        return pl.Series(values.name, [None], pl.Datetime("us")).new_from_index(0, values.len())
    return iso_times(values)


def type_leads(batch: pl.DataFrame) -> pl.DataFrame:
    """Typed and normalised fields of current raw leads.

    Args:
        batch: Rows of raw.leads with ``source_country`` and ``default_country`` (ISO2 or null).

    Returns:
        One row per row, the columns of contacts.lead_fields.
    """
    frame = batch.with_columns(
        country_field=countries.to_iso2(batch["country"]),
        region_country=regions.countries_of(batch["region"], batch["postal_code"]),
    )
    series = {
        "buying_role": categories.buying_role(frame["buying_role"]),
        "industry": categories.industry(frame["industry"]),
        "industry_from": categories.industry_from(frame["industry"]),
        "source_channel": categories.channel(frame["source_channel"]),
        "lawful_basis": categories.lawful_basis(frame["lawful_basis"]),
        "annual_revenue": vocabulary.by_value(frame["annual_revenue"], to_number),
        "external_score": vocabulary.by_value(frame["external_score"], to_number),
        "declared_timeline_days": answers.timeline_days(frame["declared_timeline"]),
    }
    parts = [
        frame.select(*AS_TYPED, "country_field", "region_country", _emails(), *_scalars()),
        names.clean(frame),
        _phones(frame),
        _titles(frame),
        _company(frame),
        free_text.describe(frame),
        bands.employees(frame["employees"]),
        bands.budget(frame["budget"]),
        pl.DataFrame([_time(frame[name]) for name in TIMES]),
        pl.DataFrame([values.alias(name) for name, values in series.items()]),
    ]
    return pl.concat(parts, how="horizontal")
