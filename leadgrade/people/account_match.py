"""What people and accounts can be matched by: domains, and names of companies, also where these are only similar."""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from leadgrade.contacts.companies import normalise as normalise_companies
from leadgrade.contacts.countries import to_iso2
from leadgrade.contacts.domains import company_domains
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

# names of fewer letters differ in one letter too often by chance
_LEAST_LETTERS = 8
# what names are worth whose words stand in another order
_REORDERED = 0.99
# a key that more accounts share is taken finer
_MOST_OF_A_KEY = 200

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

# Names with the same first word, or with the same words after one that begins alike, in countries that do not contradict. A
# key that too many accounts share is taken finer. Equal names need no measure, and a slip in a figure is another name. What
# is asked of a name is asked before names meet: a pair costs what twenty names cost.
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
        substr(sides.company_key, length(split_part(sides.company_key, ' ', 1)) + 2) as rest,
        list_sort(string_split(sides.company_key, ' ')) as words,
        regexp_replace(sides.company_key, '[^0-9]', '', 'g') as figures
    from sides
),
keys as (
    select worded.*, worded.word as key, worded.word || ' ' || substr(worded.rest, 1, 3) as finer_key from worded
    union all
    select
        worded.*,
        left(worded.word, 1) || '* ' || worded.rest as key,
        left(worded.word, 1) || '*' || right(worded.word, 1) || ' ' || worded.rest as finer_key
    from worded where worded.rest <> ''
),
frequent as (
    select keys.key from keys where keys.side = 'accounts' group by keys.key having count(*) > {_MOST_OF_A_KEY}
),
blocks as (
    select
        keys.side, keys.company_key, keys.country, keys.words, keys.figures,
        case when frequent.key is null then keys.key else keys.finer_key end as key
    from keys left join frequent on keys.key = frequent.key
)
select distinct
    a.company_key, a.country, b.company_key as account_company_key, b.country as account_country,
    a.words = b.words as has_same_words
from blocks as a
inner join blocks as b
    on
        a.key = b.key
        and a.side = 'people'
        and b.side = 'accounts'
        and a.company_key <> b.company_key
        and coalesce(a.country = b.country, true)
        and abs(length(a.company_key) - length(b.company_key)) <= 1
        and (
            a.words = b.words
            or (a.figures = b.figures and greatest(length(a.company_key), length(b.company_key)) >= {_LEAST_LETTERS})
        )"""


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
    """The pairs that are spellings of one name: one slip of the pen, or the same words in another order.

    More would take Robles Technologies for Roberson Technologies.
    """
    names = ("company_key", "account_company_key")
    edits = cpdist(*(batch[name].to_list() for name in names), scorer=OSA.distance, score_cutoff=1)
    letters = pl.max_horizontal(pl.col(name).str.len_chars() for name in names)
    similarity = (
        pl.when("has_same_words").then(_REORDERED).when(pl.Series(edits) <= 1).then(1 - 1 / letters).alias("similarity")
    )
    return batch.with_columns(similarity).drop("has_same_words").filter(pl.col("similarity").is_not_null())


def build_similar_companies(run: Run) -> None:
    """Make ``people.similar_companies``: each pair of names once, however many people and accounts bear them."""
    run.engine.map_batches(_BLOCKS, _similar, "people.similar_companies")
