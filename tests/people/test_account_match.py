"""Which account a person belongs to, by which evidence, and why some belong to none."""

from __future__ import annotations

from typing import Any

import pytest

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.people.account_match import build_similar_companies
from leadgrade.run import Run
from tests.people.nights import failures, lead, night, people
from tests.support import make_run, make_table

ACCOUNTS = [
    {"source_record_id": "A1", "name": "Acme Ltd", "domain": "acme.com", "country": "UK"},
    {"source_record_id": "A2", "name": "Beta GmbH", "website": "https://www.beta.de/x", "country": "Germany"},
    # two of one domain and name, no family
    {"source_record_id": "A3", "name": "Gamma", "domain": "gamma.com", "country": "US"},
    {"source_record_id": "A4", "name": "Gamma", "domain": "gamma.com", "country": "US"},
    # a family: the head of it, and two below
    {"source_record_id": "A5", "name": "Delta Group", "domain": "delta.com", "country": "US"},
    {"source_record_id": "A6", "name": "Delta West", "domain": "delta.com", "country": "US", "parent_account_id": "A5"},
    {"source_record_id": "A7", "name": "Delta East", "domain": "delta.com", "country": "US", "parent_account_id": "A6"},
    # two below a head that has another domain
    {"source_record_id": "A8", "name": "Holding One", "domain": "holding.com"},
    {"source_record_id": "A9", "name": "Shop North", "domain": "shops.com", "parent_account_id": "A8"},
    {"source_record_id": "A10", "name": "Shop South", "domain": "shops.com", "parent_account_id": "A8"},
    # a circle of parents
    {"source_record_id": "A11", "name": "Loop A", "domain": "loop.com", "parent_account_id": "A12"},
    {"source_record_id": "A12", "name": "Loop B", "domain": "loop.com", "parent_account_id": "A11"},
    {"source_record_id": "A13", "name": "Northwind Traders", "country": "US"},
    {"source_record_id": "A14", "name": "Epsilon Analytics", "domain": "epsilon.io", "country": "FR"},
    {"source_record_id": "A15", "name": "Zeta", "country": "DE"},
    {"source_record_id": "A16", "name": "Zeta", "country": "FR"},
]
CASES: list[tuple[str, dict[str, Any], tuple[str | None, str, float | int]]] = [
    ("the id of the CRM before all else", {"account_source_id": "A2", "domain": "acme.com"}, ("A2", "crm_id", 1.0)),
    ("domain", {"domain": "acme.com"}, ("A1", "domain", 0.9)),
    ("the account's website", {"domain": "beta.de"}, ("A2", "website", 0.85)),
    ("the person's website", {"domain": "acme.com", "domain_from": "website"}, ("A1", "website", 0.85)),
    (
        "a website beside a domain that nobody has",
        {"domain": "acme-mail.com", "website": "www.acme.com"},
        ("A1", "website", 0.85),
    ),
    ("company and country", {"company": "beta", "country": "DE"}, ("A2", "company", 0.7)),
    ("company, country unknown", {"company": "acme"}, ("A1", "company", 0.6)),
    ("company of another country", {"company": "acme", "country": "DE"}, (None, "other_country", 1)),
    (
        "company decides among those of a domain",
        {"company": "delta west", "country": "US", "domain": "delta.com"},
        ("A6", "domain", 0.9),
    ),
    ("several of a domain", {"domain": "gamma.com"}, (None, "several_accounts", 2)),
    (
        "several of a name, whatever the domain",
        {"company": "gamma", "country": "US", "domain": "gamma.com"},
        (None, "several_accounts", 2),
    ),
    ("several countries of a name", {"company": "zeta"}, (None, "several_accounts", 2)),
    ("the head of a family", {"domain": "delta.com"}, ("A5", "parent", 0.5)),
    ("the parent that all have", {"domain": "shops.com"}, ("A8", "parent", 0.5)),
    ("a circle of parents", {"domain": "loop.com"}, (None, "several_accounts", 2)),
    ("a slip in the name", {"company": "northwind trader", "country": "US"}, ("A13", "similar_company", 0.565)),
    ("a slip in the first word", {"company": "norhtwind traders", "country": "US"}, ("A13", "similar_company", 0.565)),
    ("one word more", {"company": "northwind traders usa", "country": "US"}, (None, "unknown_company", 0)),
    (
        "a similar name in another country",
        {"company": "northwind trader", "country": "DE"},
        (None, "unknown_company", 0),
    ),
    (
        "a similar name and another domain",
        {"company": "epsilon analytic", "country": "FR", "domain": "other.fr"},
        (None, "unknown_company", 0),
    ),
    (
        "a similar name and the domain of another country",
        {"company": "epsilon analytic", "country": "FR", "domain": "epsilon.fr"},
        ("A14", "similar_company", 0.565),
    ),
    ("an id that no account has", {"account_source_id": "Z9"}, (None, "unknown_crm_id", 0)),
    (
        "an id that no account has, and a domain",
        {"account_source_id": "Z9", "domain": "acme.com"},
        ("A1", "domain", 0.9),
    ),
    ("a mailbox for private people", {"email": "q@free.example"}, (None, "free_mail", 0)),
    ("nothing", {}, (None, "no_evidence", 0)),
]


def somebody(number: int, told: dict[str, Any]) -> dict[str, Any]:
    """A lead of its own person who has this evidence."""
    company, domain = told.get("company"), told.get("domain")
    return lead(
        f"l{number:02}",
        first_name=f"Name{chr(97 + number)}xy",
        last_name=f"Sur{chr(97 + number)}qo",
        company_name=company,
        company_key=company,
        company_domain=domain,
        company_domain_from=told.get("domain_from", "source") if domain else None,
        website=told.get("website"),
        country=told.get("country"),
        account_source_id=told.get("account_source_id"),
        email=told.get("email"),
    )


def account(number: int, told: dict[str, Any]) -> dict[str, Any]:
    return {"file_id": "f1", "row_number": number, "record_id": f"r{number}", "source": "crm"} | told


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """Each case is a person of its own; what was found of each, and why not."""
    run = make_run(tmp_path_factory.mktemp("accounts"), DuckDBEngine())
    accounts = [account(n, told) for n, told in enumerate(ACCOUNTS, 1)]
    night(run, [somebody(n, told) for n, (_, told, _) in enumerate(CASES)], accounts=accounts)
    ids = {f"r{n}": told["source_record_id"] for n, told in enumerate(ACCOUNTS, 1)}
    lead_of = {person: name for name, person in people(run).items()}
    assert len(lead_of) == len(CASES)
    found: dict[str, Any] = {
        lead_of[r["person_id"]]: (ids[r["account_id"]], r["method"], r["score"])
        for r in run.engine.read("people.accounts").to_dicts()
    }
    gaps = run.engine.read("people.account_gaps").to_dicts()
    return run, found | {lead_of[r["person_id"]]: (None, r["reason"], r["candidates"]) for r in gaps}


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, *_ in CASES])
def test_accounts_and_gaps(matched: tuple[Run, dict[str, Any]], number: int) -> None:
    _, told, wanted = CASES[number]
    assert matched[1][f"l{number:02}"] == wanted, told


def test_everybody_has_an_account_or_a_reason(matched: tuple[Run, dict[str, Any]]) -> None:
    run, _ = matched
    assert set(failures(run, "account_or_gap", "account_once_per_person").values()) == {0}
    run.engine.sql("begin")
    run.engine.sql("delete from people.account_gaps where reason = 'free_mail'")
    broken = failures(run, "account_or_gap")
    run.engine.sql("rollback")
    assert broken == {"account_or_gap": 1}


def test_no_accounts_at_all(run: Run) -> None:
    make_table(run.engine, "people.person_keys", [{"person_id": "p1", "key_id": "k", "domain": "acme.com"}])
    for table in ("people.accounts", "people.account_keys", "people.account_choices"):
        make_table(run.engine, table)
    run.engine.materialize("people.account_gaps", sql_file("people.account_gaps").query)
    assert run.engine.read("people.account_gaps").rows() == [("p1", "no_accounts", None, 0)]


@pytest.mark.parametrize(
    ("a", "b", "similarity"),
    [
        ("northwind trader", "northwind traders", 0.941),
        ("shah auidt", "shah audit", 0.9),
        ("data bay systems", "data systems bay", 0.99),
        ("robles technologies", "roberson technologies", None),
        ("goldland shipping", "goldman shipping", None),
        ("studio 54 north", "studio 55 north", None),
        ("acme inc", "acne inc", 0.875),
        ("acme", "acne", None),
        ("acme", "acme software", None),
    ],
)
def test_similar_names(run: Run, a: str, b: str, similarity: float | None) -> None:
    make_table(run.engine, "people.person_keys", [{"person_id": "p1", "key_id": "k", "company_key": a}])
    make_table(run.engine, "people.account_keys", [{"account_id": "a1", "company_key": b}])
    build_similar_companies(run)
    found = run.engine.read("people.similar_companies")["similarity"].to_list()
    assert found == ([] if similarity is None else [pytest.approx(similarity, abs=0.005)])
