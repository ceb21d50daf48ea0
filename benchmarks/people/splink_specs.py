"""How Splink is set up for each kind of table: its authors' own settings where they published some.

Source: the demos of Splink 5, https://moj-analytical-services.github.io/splink/demos/ (febrl3, febrl4 "detailed",
accuracy_analysis_from_labels_column, deduplicate_50k_synthetic). For leads there is no demo: what a specialist would write,
the best of eight models on leads_20000 and of seven on a demo set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import splink.comparison_library as cl
from splink import SettingsCreator, block_on

# the tutorial's and the 50k demo's cut-off for clusters
DEFAULT_CUT = 0.95


@dataclass(frozen=True)
class Spec:
    """A model and its training.

    Attributes:
        columns: SQL select list over the table ``given``.
        settings: The model.
        certain: Rules that hold for hardly any two strangers, for the share of matches among all pairs.
        recall: Share of the matches that those rules find, by the author's guess.
        train: Blocking rules of the rounds of expectation and maximisation.
        max_pairs: Pairs drawn for what strangers share.
        predict: Least probability that is kept, None for all.
        cut: Default cut-off of clusters.
        sources: SQL conditions that part the table in two that are only linked with each other.
    """

    columns: str
    settings: SettingsCreator
    certain: list[Any]
    recall: float
    train: list[Any]
    max_pairs: float = 1e6
    predict: float | None = None
    cut: float = DEFAULT_CUT
    sources: tuple[str, ...] = field(default=("true",))


def _settings(rules: list[Any], comparisons: list[Any], link: str = "dedupe_only") -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="lead_id",
        link_type=link,
        blocking_rules_to_generate_predictions=rules,
        comparisons=comparisons,
        # an input that is null throughout cannot be trained, and the demos ask for these columns only to draw them
        retain_intermediate_calculation_columns=False,
    )


def _with_frequency(comparison: Any) -> Any:
    return comparison.configure(term_frequency_adjustments=True)


_FEBRL_COLUMNS = (
    "* replace (trim(date_of_birth) as date_of_birth, trim(soc_sec_id) as soc_sec_id, trim(postcode) as postcode)"
)


def febrl3() -> Spec:
    """febrl3.ipynb; also for febrl1 and febrl2, which are made alike."""
    rules = [block_on(c) for c in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        _with_frequency(cl.ExactMatch("street_number")),
        _with_frequency(cl.ExactMatch("postcode")),
    ]
    certain = [
        block_on("soc_sec_id"),
        block_on("given_name", "surname", "date_of_birth"),
        "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
    ]
    train = [block_on("date_of_birth"), block_on("postcode")]
    return Spec(_FEBRL_COLUMNS, _settings(rules, comparisons), certain, 0.9, train, predict=0.2)


def febrl4() -> Spec:
    """febrl4.ipynb, the detailed model: it is told which rows are of which table and links only across."""
    rules = [
        block_on("given_name", "surname"),
        "l.given_name = r.surname and l.surname = r.given_name",
        block_on("date_of_birth"),
        block_on("soc_sec_id"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ]
    comparisons = [
        _with_frequency(cl.NameComparison("given_name")),
        _with_frequency(cl.NameComparison("surname")),
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        _with_frequency(cl.ExactMatch("street_number")),
        _with_frequency(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])),
    ]
    certain = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    return Spec(
        _FEBRL_COLUMNS, _settings(rules, comparisons, "link_only"), certain, 0.8,
        [block_on("date_of_birth"), block_on("postcode")], predict=0.2, cut=0.99,
        sources=("lead_id like '%-org'", "lead_id not like '%-org'"),
    )  # fmt: skip


def fake_1000() -> Spec:
    """accuracy_analysis_from_labels_column.ipynb."""
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        _with_frequency(cl.ExactMatch("city")),
        cl.EmailComparison("email"),
    ]
    certain = [
        "l.first_name = r.first_name and levenshtein(r.dob::varchar, l.dob::varchar) <= 1",
        "l.surname = r.surname and levenshtein(r.dob::varchar, l.dob::varchar) <= 1",
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        "l.email = r.email",
    ]
    rules = [block_on(c) for c in ("first_name", "surname", "dob", "email")]
    train = [block_on("dob"), block_on("email"), block_on("first_name", "surname")]
    return Spec("* replace (dob::date as dob)", _settings(rules, comparisons), certain, 0.7, train)


def historical_50k() -> Spec:
    """deduplicate_50k_synthetic.ipynb."""
    start = "substr(postcode_fake,1,3)"
    rules = [
        block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("postcode_fake", "first_name"),
        block_on("postcode_fake", "surname"),
        block_on("dob", "birth_place"),
        block_on(start, "dob"),
        block_on(start, "first_name"),
        block_on(start, "surname"),
        block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ]
    both = "first_name_surname_concat"
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name=both),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        _with_frequency(cl.ExactMatch("birth_place")),
        _with_frequency(cl.ExactMatch("occupation")),
    ]
    certain = [
        block_on("first_name", "surname", "dob"),
        block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        block_on("dob", "postcode_fake"),
    ]
    columns = f"*, first_name || ' ' || surname as {both}"
    train = [block_on("first_name", "surname"), block_on("dob")]
    return Spec(columns, _settings(rules, comparisons), certain, 0.6, train, max_pairs=1e7)


def pseudopeople() -> Spec:
    """pseudopeople-acs.ipynb, for several tables in one and with the numbers that some of them have."""
    rules = [
        block_on("ssn"),
        block_on("date_of_birth"),
        block_on("first_name", "last_name"),
        block_on("last_name", "street_name"),
        block_on("first_name", "street_name"),
        block_on("last_name", "substr(date_of_birth,7,4)"),
        block_on("first_name", "substr(date_of_birth,7,4)"),
    ]
    comparisons = [
        _with_frequency(cl.NameComparison("first_name", jaro_winkler_thresholds=[0.9])),
        _with_frequency(cl.ExactMatch("middle_initial")),
        _with_frequency(cl.NameComparison("last_name", jaro_winkler_thresholds=[0.9])),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1]),
        _with_frequency(cl.DamerauLevenshteinAtThresholds("address")),
        cl.DamerauLevenshteinAtThresholds("ssn", [1]),
        cl.ExactMatch("sex"),
    ]
    columns = "*, street_number || ' ' || street_name || ' ' || coalesce(unit_number, '') as address"
    certain = [block_on("ssn"), block_on("first_name", "last_name", "date_of_birth")]
    train = [block_on("date_of_birth"), block_on("first_name", "last_name")]
    return Spec(columns, _settings(rules, comparisons), certain, 0.8, train)


def leads() -> Spec:
    """Leads of a business: names, address, number, company.

    Colleagues share place and postal code as well as the company: with all of these as independent evidence, F1 was .75 to .81 at
    the best cut-off on leads_20000, against .89. Levels for addresses that are nearly the same made one person of namesakes: F1
    .70 instead of .93 on a demo set.
    """
    rules = [
        block_on("email"),
        block_on("phone"),
        block_on("last_name", "first_name"),
        block_on("last_name", "company"),
    ]
    comparisons = [
        _with_frequency(cl.NameComparison("first_name")),
        _with_frequency(cl.NameComparison("last_name")),
        _with_frequency(cl.ExactMatch("email")),
        _with_frequency(cl.ExactMatch("phone")),
        _with_frequency(cl.JaroWinklerAtThresholds("company", [0.92])),
    ]
    certain = [block_on("email"), block_on("phone", "last_name"), block_on("first_name", "last_name", "company")]
    columns = (
        "lead_id, lower(first_name) as first_name, lower(last_name) as last_name, lower(email) as email, "
        "right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) as phone, lower(company) as company"
    )
    train = [block_on("first_name", "last_name"), block_on("phone", "last_name"), block_on("email")]
    # ten times the demos' pairs, as Splink's authors advise outside a demo
    return Spec(columns, _settings(rules, comparisons), certain, 0.8, train, max_pairs=1e7)


def leads_all_fields() -> Spec:
    """Leads with every field as evidence and levels for what is nearly the same, as the demos set up their own tables.

    For the sets that are called leads_*, by ``--spec leads_all_fields``.
    """
    rules = [
        block_on("email"),
        block_on("phone"),
        block_on("last_name", "first_name"),
        block_on("last_name", "company"),
        block_on("first_name", "company"),
        block_on("last_name", "postal_code"),
    ]
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "last_name"),
        cl.EmailComparison("email"),
        _with_frequency(cl.LevenshteinAtThresholds("phone", [1, 2])),
        _with_frequency(cl.JaroWinklerAtThresholds("company", [0.92, 0.88])),
        cl.JaroWinklerAtThresholds("title", [0.92]),
        _with_frequency(cl.ExactMatch("city")),
        cl.LevenshteinAtThresholds("postal_code", [1]),
    ]
    certain = [block_on("email"), block_on("phone", "last_name"), block_on("first_name", "last_name", "company")]
    columns = (
        "lead_id, lower(first_name) as first_name, lower(last_name) as last_name, lower(email) as email, "
        "right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) as phone, lower(company) as company, "
        "lower(title) as title, lower(city) as city, zip as postal_code"
    )
    train = [block_on("first_name", "last_name"), block_on("email"), block_on("company")]
    return Spec(columns, _settings(rules, comparisons), certain, 0.8, train, max_pairs=1e7)


SPECS: dict[str, Callable[[], Spec]] = {
    f.__name__: f for f in (febrl3, febrl4, fake_1000, historical_50k, pseudopeople, leads, leads_all_fields)
}
