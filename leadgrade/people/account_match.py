"""What people and accounts can be matched by: domains, and names of companies, also where these are only similar."""

from __future__ import annotations

import numpy
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from leadgrade.contacts.companies import normalise as normalise_companies
from leadgrade.contacts.countries import to_iso2
from leadgrade.contacts.domains import company_domains
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

# from here on two names are held to be spellings of one: a typo in ten letters, a plural, words in another order
LEAST_SIMILARITY = 0.9
# a first word that more names of accounts begin with is looked at together with the beginning of the second
_MOST_OF_A_WORD = 200

_ACCOUNTS = """
with current as (
    select accounts.*, files.system
    from raw.accounts as accounts
    inner join raw.versions as versions
        on
            accounts.file_id = versions.file_id
            and accounts.row_number = versions.row_number
            and versions.object = 'accounts'
            and versions.state = 'current'
    left join raw.files as files on accounts.file_id = files.file_id
),
parents as (
    select current.source, current.source_record_id, min(current.record_id) as record_id
    from current where current.source_record_id is not null
    group by current.source, current.source_record_id
)
select
    current.record_id as account_id,
    current.source,
    current.system,
    current.source_record_id,
    current.name,
    current.domain,
    current.website,
    current.country,
    nullif(parents.record_id, current.record_id) as parent_id
from current
left join parents
    on current.source = parents.source and current.parent_account_id = parents.source_record_id"""

# company and domain with the lead that the golden value came from: the match form stands there
_PEOPLE = """
with origins as (
    select
        fields.person_id,
        max(leads.company_key) filter (where fields.field = 'company_name') as company_key,
        max(leads.company_domain_from) filter (where fields.field = 'company_domain') as domain_from
    from people.golden_fields as fields
    inner join contacts.leads as leads on fields.lead_id = leads.lead_id
    where fields.field in ('company_name', 'company_domain')
    group by fields.person_id
),
known_to_crm as (
    select distinct members.person_id
    from people.members as members
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
    where leads.account_source_id is not null
)
select
    golden.person_id,
    origins.company_key,
    golden.country,
    golden.company_domain,
    origins.domain_from = 'website' as is_website,
    golden.website,
    coalesce(emails.is_free, false) as is_free_mail,
    known_to_crm.person_id is not null as has_crm_id
from people.golden as golden
left join origins on golden.person_id = origins.person_id
left join known_to_crm on golden.person_id = known_to_crm.person_id
left join contacts.emails as emails on golden.email_id = emails.email_id"""

# names that begin alike, in countries that do not contradict; equal names need no measure
_BLOCKS = f"""
with wanted as (
    select distinct keys.company_key, keys.country from people.person_keys as keys where keys.company_key is not null
),
known as (
    select distinct keys.company_key, keys.country from people.account_keys as keys where keys.company_key is not null
),
sides as (
    select 'people' as side, wanted.* from wanted
    union all
    select 'accounts' as side, known.* from known
),
worded as (
    select
        sides.*,
        split_part(sides.company_key, ' ', 1) as word,
        substr(sides.company_key, length(split_part(sides.company_key, ' ', 1)) + 2, 3) as beginning
    from sides
),
frequent as (
    select worded.word from worded where worded.side = 'accounts'
    group by worded.word having count(*) > {_MOST_OF_A_WORD}
),
keyed as (
    select
        worded.side, worded.company_key, worded.country,
        case when frequent.word is null then worded.word else worded.word || ' ' || worded.beginning end as key
    from worded left join frequent on worded.word = frequent.word
)
select
    a.company_key, a.country, b.company_key as account_company_key, b.country as account_country
from keyed as a
inner join keyed as b
    on
        a.key = b.key
        and a.side = 'people'
        and b.side = 'accounts'
        and a.company_key <> b.company_key
        and coalesce(a.country = b.country, true)
        and abs(length(a.company_key) - length(b.company_key)) <= {2 * (1 - LEAST_SIMILARITY)} * length(a.company_key)"""


def _account_keys(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.select(
        "account_id",
        "source",
        "system",
        "source_record_id",
        normalise_companies(batch["name"])["company_key"].alias("company_key"),
        company_domains(batch["domain"]).alias("domain"),
        company_domains(batch["website"]).alias("website_domain"),
        to_iso2(batch["country"]).alias("country"),
        "parent_id",
    )


def build_account_keys(run: Run) -> None:
    """Make ``people.account_keys`` from the current rows of raw.accounts."""
    run.engine.map_batches(_ACCOUNTS, _account_keys, "people.account_keys")


def _person_keys(batch: pl.DataFrame) -> pl.DataFrame:
    is_website = pl.col("is_website").fill_null(value=False)
    domain = pl.col("company_domain")
    keys = batch.with_columns(
        pl.when(~is_website).then(domain).alias("domain"),
        pl.coalesce(pl.when(is_website).then(domain), company_domains(batch["website"])).alias("website_domain"),
    )
    named = pl.any_horizontal(pl.col("company_key", "domain", "website_domain").is_not_null())
    text = pl.concat_str(
        (pl.col(c).fill_null("") for c in ("company_key", "country", "domain", "website_domain")), separator="\x1f"
    )
    return keys.with_columns(pl.when(named).then(text).alias("key_id")).select(*polars_schema("people.person_keys"))


def build_person_keys(run: Run) -> None:
    """Make ``people.person_keys`` from the golden records and the leads that their companies come from."""
    run.engine.map_batches(_PEOPLE, _person_keys, "people.person_keys")


def _similar(batch: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose names are similar enough, letter by letter or with their words in alphabetical order."""
    names = [batch[c].to_list() for c in ("company_key", "account_company_key")]
    least = 100 * LEAST_SIMILARITY
    scores = [
        cpdist(*names, scorer=s, score_cutoff=least, dtype=numpy.float64) for s in (fuzz.ratio, fuzz.token_sort_ratio)
    ]
    similarity = pl.Series("similarity", numpy.maximum(*scores) / 100)
    return batch.with_columns(similarity).filter(pl.col("similarity") >= LEAST_SIMILARITY)


def build_similar_companies(run: Run) -> None:
    """Make ``people.similar_companies``: each pair of names once, however many people and accounts bear them."""
    run.engine.map_batches(_BLOCKS, _similar, "people.similar_companies")
