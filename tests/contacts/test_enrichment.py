"""What vendors say fills empty fields, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadgrade.contacts import enrichment
from leadgrade.contacts.enrichment_facts import FIELDS, type_facts
from leadgrade.errors import ConfigError
from leadgrade.raw.cells.vocabulary import vocabulary
from leadgrade.run import Run
from tests.contacts.stage import build_stage, make_raw
from tests.support import AS_OF, make_run, shipped_settings

LAST_YEAR = AS_OF - timedelta(days=300)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = make_run(tmp_path)
    yield made
    made.engine.close()


def lead(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {"lead_id": f"l_{number}", "source": "crm", "source_record_id": f"r{number}", **changes}


def fact(number: int = 1, **changes: Any) -> dict[str, Any]:
    base = {"record_id": f"n_{number}", "source": "vendor_files", "field": "industry", "value": "Banking"}
    return base | {"provider": "Acme Data", "enriched_at": LAST_YEAR, "confidence": 0.9, **changes}


def decided(run: Run, leads: list[dict[str, Any]], facts: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Reason of each fact that reached a lead."""
    make_raw(run, leads, enrichments=facts)
    build_stage(run)
    found = run.engine.read("contacts.enrichment")
    assert (found["used"] == (found["reason"] == "filled")).all()
    return {(row["fact_id"], row["field"]): row["reason"] for row in found.iter_rows(named=True)}


def test_every_field_is_filled_typed_and_marked(run: Run) -> None:
    said = {
        "job_title": "VP Sales",
        "company_name": "Acme GmbH",
        "company_domain": "https://www.acme.de/",
        "industry": "COMPUTER_SOFTWARE",
        "employees": "51-200",
        "annual_revenue": "$1.5M",
        "tech_stack": "Python, DuckDB",
        "country": "Deutschland",
    }
    facts = [
        fact(n, subject_email=" Ann@Gmail.com", field=f, value=v) for n, (f, v) in enumerate(said.items(), start=1)
    ]
    make_raw(run, [lead(email="ann@gmail.com")], enrichments=facts)
    found = build_stage(run)[0]
    expected = {
        "job_title": "VP Sales",
        "seniority": "vp",
        "department": "sales",
        "company_name": "Acme GmbH",
        "company_domain": "acme.de",
        "industry": "software",
        "employees": 125,
        "annual_revenue": 1_500_000.0,
        "tech_stack": "python;duckdb",
        "country": "DE",
    }
    assert {name: found[name] for name in expected} == expected
    assert {found[f"{name}_from"] for name in expected} == {"vendor:acme_data"}
    assert (found["company_key"], found["employees_lo"], found["employees_hi"]) == ("acme", 51, 200)
    assert set(expected) == set(FIELDS) == set((vocabulary("enrichments.field") or {}).values())


def test_what_the_lead_says_stays(run: Run) -> None:
    own = lead(email="ann@acme.com", industry="Retail", employees="100", job_title="CEO", company_name="Acme Ltd")
    facts = [
        fact(1, subject_email="ann@acme.com"),
        fact(2, subject_email="ann@acme.com", field="employees", value="51-200"),
        fact(3, subject_email="ann@acme.com", field="employees", value="100"),
        fact(4, subject_email="ann@acme.com", field="company_name", value="ACME, Inc."),
        fact(5, subject_email="ann@acme.com", field="seniority", value="Manager"),
        fact(6, subject_email="ann@acme.com", field="company_domain", value="other.com"),
    ]
    assert decided(run, [own], facts) == {
        ("n_1", "industry"): "first_party_wins",
        ("n_2", "employees"): "first_party_wins",
        ("n_3", "employees"): "first_party_agrees",
        ("n_4", "company_name"): "first_party_agrees",
        ("n_5", "seniority"): "first_party_wins",
        ("n_6", "company_domain"): "first_party_wins",
    }
    found = run.engine.read("contacts.leads").row(0, named=True)
    assert (found["industry"], found["industry_from"]) == ("retail", "synonym")
    assert (found["employees"], found["employees_from"], found["company_domain"]) == (100, "number", "acme.com")
    kept = run.engine.collect("select value, first_party_value from contacts.enrichment where fact_id = 'n_1'")
    assert kept.rows() == [("banking", "retail")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "filled"),
        ({"licence_ends_at": AS_OF + timedelta(seconds=1)}, "filled"),
        ({"licence_ends_at": AS_OF}, "licence_ended"),
        ({"confidence": 0.49}, "low_confidence"),
        ({"confidence": 0.5}, "filled"),
        ({"confidence": 51.0}, "filled"),
        ({"confidence": None}, "filled"),
        ({"confidence": -3.0}, "low_confidence"),
        ({"confidence": 250.0}, "low_confidence"),
        ({"confidence": float("nan")}, "low_confidence"),
        ({"enriched_at": AS_OF + timedelta(days=1)}, "not_yet"),
        ({"field": "country", "value": "Atlantis"}, "unreadable"),
    ],
)
def test_what_is_not_used(run: Run, changes: dict[str, Any], reason: str) -> None:
    found = decided(run, [lead(email="ann@gmail.com")], [fact(subject_email="ann@gmail.com", **changes)])
    assert list(found.values()) == [reason]
    row = run.engine.read("contacts.enrichment").row(0, named=True)
    assert (row["value"] is None) == (reason in {"licence_ended", "unreadable"})
    shown = run.engine.read("contacts.leads").row(0, named=True)
    assert (shown["industry_from"] == "vendor:acme_data") == (reason == "filled")


def test_a_value_goes_with_its_licence(tmp_path: Path, run: Run) -> None:
    facts = [fact(subject_email="ann@gmail.com", licence_ends_at=AS_OF + timedelta(days=1))]
    assert decided(run, [lead(email="ann@gmail.com")], facts) == {("n_1", "industry"): "filled"}
    later = make_run(tmp_path, run.engine, as_of=AS_OF + timedelta(days=2))
    assert decided(later, [lead(email="ann@gmail.com")], facts) == {("n_1", "industry"): "licence_ended"}
    assert run.engine.read("contacts.leads")["industry"].to_list() == [None]


def test_of_two_vendors_the_surer_one_then_the_newer_one(run: Run) -> None:
    leads = [lead(n, email=f"ann{n}@gmail.com") for n in (1, 2, 3)]
    newer = LAST_YEAR + timedelta(days=9)
    facts = [
        fact(1, subject_email="ann1@gmail.com", provider="a", confidence=0.7, enriched_at=newer),
        fact(2, subject_email="ann1@gmail.com", provider="b", confidence=0.8, value="Retail"),
        fact(3, subject_email="ann2@gmail.com", provider="a"),
        fact(4, subject_email="ann2@gmail.com", provider="b", enriched_at=newer, value="Retail"),
        fact(5, subject_email="ann3@gmail.com", provider="b"),
        fact(6, subject_email="ann3@gmail.com", provider="a", value="Retail"),
    ]
    found = decided(run, leads, facts)
    assert [n for (n, _), reason in sorted(found.items()) if reason == "filled"] == ["n_2", "n_4", "n_6"]
    assert [n for (n, _), reason in sorted(found.items()) if reason == "other_vendor_wins"] == ["n_1", "n_3", "n_5"]
    assert set(run.engine.read("contacts.leads")["industry"]) == {"retail"}


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ({"subject_email": "ANN@acme.com "}, "email"),
        ({"subject_id": "r1"}, "id"),
        ({"linkedin_url": "http://de.linkedin.com/in/ann-lee/?trk=1"}, "linkedin"),
        ({"domain": "www.acme.com"}, "domain"),
        ({"subject": "ann@acme.com"}, "email"),
        ({"subject": "https://www.linkedin.com/in/Ann-Lee"}, "linkedin"),
        ({"subject": "acme.com"}, "domain"),
        ({"subject": "r1"}, "id"),
        ({"subject": "r9"}, None),
        ({"subject_email": "bob@acme.com"}, None),
        ({"domain": "gmail.com"}, None),
    ],
)
def test_the_subject_in_any_form(run: Run, subject: dict[str, str], kind: str | None) -> None:
    own = lead(email="ann@acme.com", linkedin_url="https://linkedin.com/in/ann-lee")
    make_raw(run, [own, lead(2, email="eve@other.com")], enrichments=[fact(**subject)])
    build_stage(run)
    found = run.engine.collect("select lead_id, subject_kind from contacts.enrichment").rows()
    assert found == ([("l_1", kind)] if kind else [])


def test_an_id_that_two_sources_use_names_nobody(run: Run) -> None:
    twins = [lead(1, source_record_id="7"), lead(2, source_record_id="7", source="shop")]
    assert decided(run, twins, [fact(subject_id="7")]) == {}


def test_a_domain_tells_of_the_company_and_not_of_its_people(run: Run) -> None:
    leads = [lead(n, email=f"ann{n}@acme.com") for n in (1, 2)]
    facts = [fact(1, domain="acme.com"), fact(2, domain="acme.com", field="job_title", value="CEO")]
    assert decided(run, leads, facts) == {
        ("n_1", "industry"): "filled",
        ("n_2", "job_title"): "wrong_subject",
        ("n_2", "seniority"): "wrong_subject",
        ("n_2", "department"): "wrong_subject",
    }
    assert run.engine.read("contacts.leads")["industry"].to_list() == ["banking", "banking"]


def test_a_vendor_knows_more_of_the_country_than_the_source(run: Run) -> None:
    leads = [lead(1, source="meta_leads", email="a@acme.io"), lead(2, source="meta_leads", email="b@acme.it")]
    facts = [fact(n, subject_id=f"r{n}", field="country", value="FR") for n in (1, 2)]
    assert decided(run, leads, facts) == {("n_1", "country"): "filled", ("n_2", "country"): "first_party_wins"}
    found = [(row["country"], row["country_from"]) for row in run.engine.read("contacts.leads").to_dicts()]
    assert sorted(found) == [("FR", "vendor:acme_data"), ("IT", "domain")]


def test_nothing_of_erased_people_is_left(run: Run) -> None:
    erased = [{"record_id": "s1", "reason": "erasure", "scope": "person", "subject_email": "ann@acme.com"}]
    facts = [fact(1, subject_email="ann@acme.com"), fact(2, subject="r1"), fact(3, domain="acme.com")]
    make_raw(run, [lead(email="ann@acme.com")], erased, facts)
    assert build_stage(run) == []
    assert run.engine.count("contacts.enrichment") == 0


def test_only_the_newest_row_of_a_fact_counts(run: Run) -> None:
    facts = [fact(1, subject="r1", state="superseded"), fact(2, subject="r1", value="Retail")]
    assert decided(run, [lead()], facts) == {("n_2", "industry"): "filled"}


def test_a_title_that_tells_nothing_makes_no_further_facts() -> None:
    schema = {"fact_id": pl.String, "lead_id": pl.String, "subject": pl.String, "subject_email": pl.String,
              "subject_id": pl.String, "domain": pl.String, "linkedin_url": pl.String, "field": pl.String,
              "value": pl.String, "provider": pl.String, "enriched_at": pl.Datetime("us"), "confidence": pl.Float64,
              "licence_ends_at": pl.Datetime("us")}  # fmt: skip
    rows = [{"fact_id": "1", "subject": "r1", "field": "job_title", "value": value} for value in ("Ninja", "Executive")]
    found = type_facts(pl.DataFrame(rows, schema=schema))
    assert set(found["field"]) == {"job_title"}
    assert type_facts(pl.DataFrame(schema=schema)).height == 0


# --- providers that are asked


class Vendor:
    """Knows the industry of everybody at Acme."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def enrich(self, subjects: pl.DataFrame) -> pl.DataFrame:
        self.asked += subjects["lead_id"].sort().to_list()
        known = subjects.filter(pl.col("company_domain") == "acme.com")
        return known.select(
            "lead_id",
            field=pl.lit("industry"),
            value=pl.lit("Banking"),
            enriched_at=pl.lit(datetime(2026, 9, 1)),
            confidence=pl.lit(0.9),
            licence_ends_at=pl.lit(None, pl.Datetime("us")),
        )


class Broken:
    def enrich(self, subjects: pl.DataFrame) -> pl.DataFrame:
        raise ValueError(subjects["email"][0])


def with_provider(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, vendor: object, **changes: Any) -> Run:
    monkeypatch.setattr(enrichment, "installed", lambda names: dict.fromkeys(names, vendor))
    settings = shipped_settings()
    own = settings.run.enrichment.model_copy(update={"providers": ["api"]})
    changed = settings.run.model_copy(update={"enrichment": own})
    object.__setattr__(settings, "run", changed)
    return make_run(tmp_path, run.engine, settings=settings, **changes)


LEADS = [lead(1, email="ann@acme.com"), lead(2, email="bob@other.com")]


def test_a_provider_is_asked_once_about_each_lead(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = Vendor()
    asking = with_provider(tmp_path, run, monkeypatch, vendor)
    for _ in range(2):
        make_raw(asking, LEADS)
        found = build_stage(asking)
    assert vendor.asked == ["l_1", "l_2"]
    assert [row["industry_from"] for row in found] == ["vendor:api", None]
    make_raw(asking, [*LEADS, lead(3)])
    build_stage(asking)
    assert vendor.asked == ["l_1", "l_2", "l_3"]
    later = with_provider(tmp_path, run, monkeypatch, vendor, as_of=AS_OF + timedelta(days=91))
    make_raw(later, LEADS)
    build_stage(later)
    assert vendor.asked == ["l_1", "l_2", "l_3", "l_1", "l_2"]


def test_no_provider_is_asked_unless_the_configuration_says_so(run: Run) -> None:
    assert run.settings.run.enrichment.providers == []
    make_raw(run, LEADS)
    build_stage(run)
    assert run.engine.count("contacts.provider_answers") == 0


def test_answers_about_erased_people_are_forgotten(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = with_provider(tmp_path, run, monkeypatch, Vendor())
    make_raw(asking, LEADS)
    build_stage(asking)
    erased = [{"record_id": "s1", "reason": "erasure", "scope": "person", "subject_email": "ann@acme.com"}]
    make_raw(asking, LEADS, erased)
    build_stage(asking)
    assert run.engine.read("contacts.provider_answers")["lead_id"].to_list() == ["l_2"]
    assert run.engine.count("contacts.enrichment") == 0


def test_a_provider_that_fails_costs_its_answers_and_tells_nothing(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asking = with_provider(tmp_path, run, monkeypatch, Broken())
    make_raw(asking, LEADS)
    with caplog.at_level(logging.WARNING):
        assert len(build_stage(asking)) == 2
    assert "provider api: no answer (ValueError)" in caplog.text
    assert "@" not in caplog.text


ODD_ANSWERS = {
    "nothing": lambda told: None,
    "rows": lambda told: told.to_dicts(),
    "a plan": lambda told: told.lazy(),
    "no columns": lambda told: pl.DataFrame(),
    "a column less": lambda told: told.drop("confidence"),
    "text for a number": lambda told: told.with_columns(confidence=pl.lit("ann@acme.com")),
    "text for a time": lambda told: told.with_columns(enriched_at=pl.lit("yesterday, bob@other.com")),
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_answer_that_cannot_be_read_costs_itself_and_quotes_nobody(
    answer: Any, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Careless:
        def enrich(self, subjects: pl.DataFrame) -> object:
            return answer(Vendor().enrich(subjects))

    asking = with_provider(tmp_path, run, monkeypatch, Careless())
    make_raw(asking, LEADS)
    with caplog.at_level(logging.WARNING):
        assert len(build_stage(asking)) == 2
    assert "provider api: no answer" in caplog.text
    assert "@" not in caplog.text


def test_what_a_provider_says_twice_counts_once(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Echo:
        def enrich(self, subjects: pl.DataFrame) -> pl.DataFrame:
            told = Vendor().enrich(subjects)
            return pl.concat([told.with_columns(confidence=pl.lit(0.6)), told])

    asking = with_provider(tmp_path, run, monkeypatch, Echo())
    make_raw(asking, LEADS)
    build_stage(asking)
    found = run.engine.read("contacts.enrichment")
    assert found.height
    assert found.select("lead_id", "field", "fact_id").is_unique().all()
    assert (found["reason"] != "other_vendor_wins").all()


@pytest.mark.parametrize("reason", ["erasure", "minor"])
def test_an_id_of_two_leads_names_nobody_when_one_of_them_is_gone(run: Run, reason: str) -> None:
    twins = [
        lead(1, source="crm", source_record_id="7", email="gone@x.com"),
        lead(2, source="shop", source_record_id="7", email="bob@y.com"),
    ]
    gone = {"record_id": "s1", "reason": reason, "scope": "person", "subject_email": "gone@x.com"}
    make_raw(run, twins, [gone], enrichments=[fact(subject_id="7")])
    assert len(build_stage(run)) == 1
    assert run.engine.count("contacts.enrichment") == 0


def test_the_page_of_a_company_names_no_person(run: Run) -> None:
    pages = ["https://linkedin.com/company/acme", "https://www.linkedin.com/in/"]
    leads = [lead(n, linkedin_url=page) for n, page in enumerate(pages)]
    facts = [fact(n, field="job_title", value="CEO", linkedin_url=page) for n, page in enumerate(pages)]
    assert decided(run, leads, facts) == {}


def test_a_provider_that_is_not_installed_is_named() -> None:
    with pytest.raises(ConfigError, match="unknown provider 'nobody'"):
        enrichment.installed(["nobody"])


def test_a_provider_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name = "api"

        def load(self) -> type[Vendor]:
            return Vendor

    monkeypatch.setattr(enrichment, "entry_points", lambda group: [Entry()] if group == "leadgrade.enrichment" else [])
    assert isinstance(enrichment.installed(["api"])["api"], Vendor)
