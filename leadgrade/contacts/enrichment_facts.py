"""What vendors say, typed as the leads' own fields are: subject recognised, values normalised, confidence from 0 to 1."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import bands, categories, companies, countries, domains, titles, vocabulary
from leadgrade.raw.cells.values import to_number

# fields that a vendor may fill; addresses and numbers are not among them: nobody gave leave to use those
FIELDS = (
    "job_title",
    "seniority",
    "department",
    "company_name",
    "company_domain",
    "industry",
    "employees",
    "annual_revenue",
    "tech_stack",
    "country",
)
# pages of people, not of companies; sql/contacts/enrichment.sql cuts the leads' own alike
PROFILE = r"linkedin\.com/((?:in|pub)/[^/?#]+)"


def _subject(frame: pl.DataFrame) -> pl.DataFrame:
    """subject_kind (lead, id, email, linkedin, domain) and subject_key: the most exact of what a fact names."""
    c = pl.col
    loose = c("subject").str.strip_chars()
    is_page, is_email = loose.str.contains("linkedin.com/", literal=True), loose.str.contains("@", literal=True)
    is_domain = loose.str.contains(r"^(?:https?://)?(?:[\w-]+\.)+[A-Za-z]{2,}/?$")
    page = pl.coalesce(c("linkedin_url"), pl.when(is_page).then(loose))
    email = pl.coalesce(c("subject_email"), pl.when(is_email).then(loose)).str.to_lowercase().str.strip_chars()
    site = pl.coalesce(c("domain"), pl.when(is_domain & ~is_page & ~is_email).then(loose))
    number = pl.coalesce(c("subject_id"), pl.when(~is_domain & ~is_page & ~is_email).then(loose)).str.strip_chars()
    profile = page.str.to_lowercase().str.extract(PROFILE)
    keys = frame.select(lead=c("lead_id"), id=number, email=email, linkedin=profile, site=site)
    keys = keys.with_columns(domain=domains.company_domains(keys["site"])).drop("site")
    kinds = [pl.when(c(kind).is_not_null()).then(pl.lit(kind)) for kind in keys.columns]
    return keys.select(subject_kind=pl.coalesce(kinds), subject_key=pl.coalesce(keys.columns))


def _title_values(frame: pl.DataFrame) -> pl.DataFrame:
    """Seniority and department that a stated level, department or title tells; a title is no level in anybody's words."""
    stated = titles.source_seniority(frame["value"])
    level = pl.when(frame["from_title"]).then("seniority").otherwise(pl.coalesce(stated, "seniority"))
    return titles.classify(frame["value"]).with_columns(seniority=level)


def _values(frame: pl.DataFrame) -> pl.DataFrame:
    """The value in the form of the leads' own column, as text, and the parts that further columns need."""
    text = pl.col("value").str.strip_chars()
    named = companies.normalise(frame["value"])
    forms = _title_values(frame).with_columns(
        *named.get_columns(),
        *bands.employees(frame["value"]).get_columns(),
        company_domain=domains.company_domains(frame["value"]),
        industry=categories.industry(frame["value"]),
        country=countries.to_iso2(frame["value"]),
    )
    more = frame.select(
        job_title=pl.when(text != "").then(text),
        annual_revenue=to_number(text),
        tech_stack=categories.technologies(text),
    )
    forms = pl.concat([forms, more], how="horizontal")
    is_field = {name: frame["field"] == name for name in FIELDS}
    value = pl.coalesce(pl.when(is_field[name]).then(pl.col(name).cast(pl.String)) for name in FIELDS)
    numbers = [pl.when(is_field["employees"]).then(n).alias(n) for n in ("employees", "employees_lo", "employees_hi")]
    return forms.select(
        value.alias("value"),
        pl.when(is_field["company_name"]).then("company_key").alias("company_key"),
        *numbers,
        pl.when(is_field["annual_revenue"]).then("annual_revenue").alias("annual_revenue"),
    )


def _with_title_facts(frame: pl.DataFrame) -> pl.DataFrame:
    """A title tells seniority and department as well: two more facts, where it does."""
    title = frame.filter(pl.col("field") == "job_title")
    more = [title.with_columns(field=pl.lit(name)) for name in ("seniority", "department")]
    return pl.concat([frame.with_columns(from_title=False), *(m.with_columns(from_title=True) for m in more)])


def _confidence() -> pl.Expr:
    """0 to 1; what is above 1 was a percentage. What is above 100, below 0 or no number is no confidence at all: 0."""
    given = pl.col("confidence")
    share = pl.when(given > 1).then(given / 100).otherwise(given)
    possible = pl.when(share.is_between(0, 1)).then(share).otherwise(0.0)
    return pl.when(given.is_not_null()).then(possible).alias("confidence")


def type_facts(batch: pl.DataFrame) -> pl.DataFrame:
    """Facts of vendors in the form of the leads' own fields.

    Args:
        batch: fact_id, lead_id, subject, subject_email, subject_id, domain, linkedin_url, field, value, provider,
            enriched_at, confidence, licence_ends_at; a subject column or several may be filled.

    Returns:
        The columns of contacts.enrichment_facts: one row per row, and two more per title (its seniority and department) where
        it tells them. ``value`` is null where the text cannot be read as the field.
    """
    facts = _with_title_facts(batch)
    provider = vocabulary.fold_expr(pl.col("provider")).str.replace_all(r"[^\w]+", "_").str.strip_chars("_")
    parts = [
        facts.select(
            "fact_id", "field", provider=provider, enriched_at="enriched_at", licence_ends_at="licence_ends_at"
        ),
        facts.select(_confidence()),
        _subject(facts),
        _values(facts),
        facts.select("from_title"),
    ]
    typed = pl.concat(parts, how="horizontal")
    # a title that tells nothing is no fault of the vendor's
    return typed.filter(~pl.col("from_title") | pl.col("value").is_not_null()).drop("from_title")
