from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from leadgrade import contract
from leadgrade.contacts import build, email_library, phone_reading
from leadgrade.engine.sqlfiles import SQL_ROOT
from leadgrade.run import Run
from tests.contacts.stage import build_stage, make_raw
from tests.support import AS_OF, make_run, make_table


def lead(number: int, **changes: Any) -> dict[str, Any]:
    return {"lead_id": f"l_{number:03}", "source": "meta_leads", "source_record_id": f"r{number}", **changes}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = make_run(tmp_path)
    yield made
    made.engine.close()


def many(count: int) -> list[dict[str, Any]]:
    countries = ("Germany", None, "United States", None, "UK")
    return [
        lead(
            n,
            source=("hubspot_contacts", "meta_leads", "unknown_source")[n % 3],
            first_name="ANN" if n % 7 else "Test",
            last_name=f"Lee{n}",
            email=None if n % 9 == 0 else f"Ann.{n % 20}@Acme{n % 4}.co.uk",
            phone=f"020 7031 3{n % 30:03}" if n % 2 else None,
            mobile=f"+49 170 12345{n % 30:02}" if n % 3 == 0 else None,
            country=countries[n % 5],
            job_title=("VP Sales", "Intern", None)[n % 3],
            created_at="2026-05-01T10:00:00Z",
        )
        for n in range(count)
    ]


def test_one_lead_with_every_field(run: Run) -> None:
    typed = lead(
        1,
        first_name="dr. ANN",
        last_name="O'NEIL",
        email="Ann <Ann.ONeil+x@Acme.co.uk>; other@acme.com",
        phone="(030) 9018 20",
        mobile="+44 7912 345678",
        job_title="VP Sales",
        seniority="Director",
        buying_role="Economic buyer",
        company_name="Acme Ltd.",
        website="https://www.acme.com/en",
        industry="COMPUTER_SOFTWARE",
        employees="51-200",
        annual_revenue="$1.5M",
        tech_stack="Python, DuckDB",
        country="Deutschland",
        lifecycle_stage="Marketing Qualified Lead",
        lead_status="Open - Not Contacted",
        source_channel="Google Ads",
        declared_timeline="1-3 months",
        budget="$10,000 - $50,000",
        use_case="lead grading",
        notes="call back",
        answers=json.dumps({"How many?": "ten", "Quote": 'a "b"'}),
        email_opt_out="No",
        phone_opt_out="yes",
        email_bounced="550 unknown user",
        consent_status="true",
        lawful_basis="Legitimate interest",
        is_converted="true",
        external_score="85",
        created_at="2026-05-01T10:00:00+02:00",
        mql_at="2026-05-02",
    )
    make_raw(run, [typed])
    found = build_stage(run)[0]
    expected = {
        "first_name": "Ann",
        "last_name": "O'Neil",
        "email_raw": "Ann.ONeil+x@Acme.co.uk",
        "email": "ann.oneil+x@acme.co.uk",
        "email_match": "ann.oneil@acme.co.uk",
        "email_domain": "acme.co.uk",
        "phone_raw": "(030) 9018 20",
        "phone_region_hint": "DE",
        "phone_e164": "+4930901820",
        "mobile_e164": "+447912345678",
        "company_name": "Acme Ltd.",
        "company_key": "acme",
        "company_domain": "acme.com",
        "company_domain_from": "website",
        "seniority": "vp",
        "department": "sales",
        "buying_role": "budget_holder",
        "industry": "software",
        "employees": 125,
        "employees_lo": 51,
        "employees_hi": 200,
        "annual_revenue": 1_500_000.0,
        "tech_stack": "python;duckdb",
        "country": "DE",
        "country_from": "field",
        "lifecycle_stage": "marketing_qualified_lead",
        "lead_status": "open_not_contacted",
        "source_channel": "paid_search",
        "declared_timeline_days": 90,
        "budget_lo": 10_000.0,
        "budget_hi": 50_000.0,
        "free_text": r"lead grading | call back | ten , a \ b\\".rstrip("\\"),
        "email_opt_out": None,
        "phone_opt_out": True,
        "email_bounced": True,
        "consent_status": "claimed",
        "lawful_basis": "legitimate_interest",
        "is_converted": True,
        "external_score": 85.0,
        "created_at": datetime(2026, 5, 1, 8),
        "mql_at": datetime(2026, 5, 2),
    }
    del expected["free_text"]
    assert {name: found[name] for name in expected} == expected
    assert "How many" not in found["free_text"]
    assert all(word in found["free_text"] for word in ("lead grading", "call back", "ten"))


def test_order_of_evidence_for_the_country(run: Run) -> None:
    cases: list[Any] = [
        ({"country": "France", "phone": "+49 30 901820", "email": "a@acme.it"}, "FR", "field"),
        ({"phone": "+49 30 901820", "email": "a@acme.it"}, "DE", "phone"),
        ({"mobile": "+49 170 1234521", "email": "a@acme.it"}, "DE", "phone"),
        ({"phone": "+49 30 23125 123", "email": "a@acme.it"}, "IT", "domain"),  # a number of the films
        ({"email": "a@acme.it"}, "IT", "domain"),
        ({"phone": "020 7031 3000", "email": "a@acme.it"}, "IT", "domain"),  # GB was only assumed
        ({"phone": "020 7031 3000", "email": "a@acme.io"}, "GB", "source"),
        ({"email": "a@acme.io"}, "GB", "source"),
        ({"email": "a@acme.io", "source": "elsewhere"}, None, None),
    ]
    make_raw(run, [lead(n, **fields) for n, (fields, _, _) in enumerate(cases)])
    found = [(row["country"], row["country_from"]) for row in build_stage(run)]
    assert found == [(country, evidence) for _, country, evidence in cases]


def test_order_of_the_phone_hint(run: Run) -> None:
    cases: list[Any] = [
        ({"country": "France", "phone": "+49 30 901820"}, "FR"),
        ({"phone": "+49 30 901820"}, "DE"),
        ({"phone": "020 7031 3000"}, "GB"),
        ({"phone": "020 7031 3000", "source": "elsewhere"}, None),
        ({}, None),
    ]
    make_raw(run, [lead(n, **fields) for n, (fields, _) in enumerate(cases)])
    assert [row["phone_region_hint"] for row in build_stage(run)] == [hint for _, hint in cases]


def test_a_lead_status_of_do_not_contact_counts(run: Run) -> None:
    make_raw(run, [lead(1, lead_status="Do Not Contact", email_opt_out="No"), lead(2, lead_status="New")])
    assert [(r["email_opt_out"], r["phone_opt_out"]) for r in build_stage(run)] == [(True, True), (None, None)]


def test_order_of_the_company_domain(run: Run) -> None:
    cases: list[Any] = [
        ({"company_domain": "acme.de", "website": "acme.com", "email": "a@acme.it"}, "acme.de", "source"),
        ({"company_domain": "gmail.com", "website": "www.acme.com", "email": "a@acme.it"}, "acme.com", "website"),
        ({"website": "facebook.com/acme", "email": "a@mail.acme.it"}, "acme.it", "email"),
        ({"email": "a@gmail.com"}, None, None),
        ({"email": "a@ox.ac.uk"}, None, None),
    ]
    make_raw(run, [lead(n, **fields) for n, (fields, _, _) in enumerate(cases)])
    found = [(row["company_domain"], row["company_domain_from"]) for row in build_stage(run)]
    assert found == [(domain, evidence) for _, domain, evidence in cases]


def test_erased_and_blocked_people_go_no_further(run: Run) -> None:
    leads = [
        lead(1, email="Ann <ANN@acme.com>"),
        lead(2, email="x@acme.com", additional_emails="y@acme.com;ann@acme.com"),
        lead(3, email="bob@acme.com"),
        lead(4, email="kid@acme.com"),
        lead(5, email="eve@acme.com"),
        lead(6, email="past@acme.com"),
        lead(7, email="old@acme.com"),
        lead(8, email="ann@acme.com", state="superseded"),
    ]
    suppressions = [
        {"record_id": "s1", "reason": "erasure", "scope": "person", "subject_email": " Ann@Acme.com"},
        {"record_id": "s2", "reason": "manual", "scope": "person", "subject_id": "r3"},
        {"record_id": "s3", "reason": "minor", "scope": "person", "subject_email": "kid@acme.com"},
        {"record_id": "s4", "reason": "unsubscribe", "scope": "address", "subject_email": "eve@acme.com"},
        {"record_id": "s5", "reason": "manual", "scope": "person", "subject_email": "past@acme.com"} | {"expires_at": AS_OF},
        {"record_id": "s6", "reason": "erasure", "scope": "person", "subject_email": "old@acme.com", "state": "superseded"},
        {"record_id": "s7", "reason": "manual", "scope": "person", "subject_email": "ann@acme.com"},
    ]  # fmt: skip
    make_raw(run, leads, suppressions)
    assert [row["lead_id"] for row in build_stage(run)] == ["l_005", "l_006", "l_007"]
    blocked = run.engine.read("contacts.blocked_leads").sort("lead_id").rows()
    assert blocked == [
        ("l_001", "erased", "erasure"),
        ("l_002", "erased", "erasure"),
        ("l_003", "suppressed", "manual"),
        ("l_004", "suppressed", "minor"),
    ]
    assert "ann@acme.com" not in run.engine.read("contacts.emails")["email_raw"].to_list()


def test_an_id_blocks_whom_it_names_and_nobody_of_another_system(run: Run) -> None:
    def of(number: int, system: str, record_id: str) -> dict[str, Any]:
        return lead(number, source=f"{system}_leads", system=system, source_record_id=record_id)

    leads = [
        of(1, "zoho", "17"), of(2, "hubspot", "17"),  # two people of one number
        of(3, "zoho", "18"), of(4, "hubspot", "18"),
        of(5, "zoho", "19"),  # the only one
        of(6, "zoho", "20"), of(7, "hubspot", "20"),
    ]  # fmt: skip
    erasure = {"reason": "erasure", "scope": "person"}
    suppressions = [
        erasure | {"record_id": "s1", "source": "requests", "subject_id": "17"},
        erasure | {"record_id": "s2", "source": "zoho_leads", "subject_id": "18"},
        erasure | {"record_id": "s3", "source": "requests", "subject_id": " 19 "},
        erasure | {"record_id": "s4", "source": "zoho_requests", "file_id": "f_zoho", "subject_id": "20"},
    ]
    make_raw(run, leads, suppressions)
    make_table(run.engine, "raw.files", [{"file_id": "f_zoho", "system": "zoho"}])
    build_stage(run)
    assert sorted(run.engine.read("contacts.blocked_leads")["lead_id"]) == ["l_003", "l_005", "l_006"]


def test_fifty_leads_join_their_answers(run: Run) -> None:
    make_raw(run, many(50))
    found = pl.DataFrame(build_stage(run), infer_schema_length=None)
    addresses = run.engine.read("contacts.emails")
    numbers = run.engine.read("contacts.phones")
    assert found.height == 50
    assert found.columns == [c.name for c in contract.table("contacts.leads").columns]
    assert set(found["email_id"].drop_nulls()) == set(addresses["email_id"])
    used = set(found["phone_id"].drop_nulls()) | set(found["mobile_id"].drop_nulls())
    assert used == set(numbers["phone_id"])
    assert found["email"].null_count() == found["email_raw"].null_count() == 6
    assert found.filter(pl.col("phone_raw").is_null())["phone_id"].null_count() == found["phone_raw"].null_count()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Every value that a library is asked about from now on."""
    asked: list[str | None] = []
    for module in (email_library, phone_reading):
        real = module.ask_library
        monkeypatch.setattr(module, "ask_library", lambda *a, real=real: (asked.append(a[0]), real(*a))[1])
    return asked


def test_a_second_night_gives_the_same_rows_and_those_of_new_values(run: Run) -> None:
    make_raw(run, many(50))
    first = build_stage(run)
    assert build_stage(run) == first
    make_raw(run, [*many(49), lead(60, email="new@acme.com")])
    build_stage(run)
    used = run.engine.read("contacts.emails")["email_raw"].to_list()
    assert len(used) == len(set(used))
    assert "new@acme.com" in used


def test_values_that_are_gone_are_dropped(run: Run) -> None:
    make_raw(run, [lead(1, email="a@acme.com", phone="020 7031 3000"), lead(2, email="b@acme.com")])
    build_stage(run)
    make_raw(run, [lead(2, email="b@acme.com")])
    build_stage(run)
    assert run.engine.read("contacts.emails")["email_raw"].to_list() == ["b@acme.com"]
    assert run.engine.count("contacts.phones") == 0


def test_no_answer_is_kept_from_another_night(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make_raw(run, [lead(1, email="jürg·x@acme.com", phone="1-800-FLOWERS")])
    build_stage(run)
    asked = counted(monkeypatch)
    build.build_emails(run)
    build.build_phones(run)
    assert asked == ["jürg·x@acme.com", "1-800-FLOWERS"]


def test_no_leads_at_all(run: Run) -> None:
    make_raw(run, [])
    assert build_stage(run) == []
    assert run.engine.count("contacts.emails") == 0


def failures(run: Run, rule: dict[str, Any]) -> list[Any]:
    query = rule.get("query") or f"select {rule['key']} as key from {rule['table']} where {rule['where']}"
    return run.engine.collect(query)["key"].to_list()


def test_checks_pass_on_good_rows_and_find_broken_ones(run: Run) -> None:
    rules = yaml.safe_load((SQL_ROOT / "checks" / "contacts.yaml").read_text(encoding="utf-8"))
    make_raw(run, [lead(1, email="ann@acme.com", phone="020 7031 3000")])
    build_stage(run)
    assert {name: failures(run, rule) for name, rule in rules.items()} == {name: [] for name in rules}
    for table in ("leads", "emails", "phones"):
        run.engine.sql(f"insert into contacts.{table} from contacts.{table}")
    run.engine.sql("insert into contacts.blocked_leads values ('l_001', 'erased', 'erasure')")
    twice = "select 'l_001' as lead_id, 'industry' as field, 'n_1' as fact_id from range(2)"
    run.engine.sql(f"insert into contacts.enrichment by name {twice}")
    run.engine.sql("insert into contacts.leads by name select 'l_9' as lead_id, 'e' as email_id, 'p' as phone_id")
    run.engine.sql("update contacts.emails set is_valid = false, is_placeholder = true, mail_status = 'none'")
    run.engine.sql("insert into contacts.mail_servers by name select 'acme.com' as domain, 'timeout' as status")
    run.engine.sql("update contacts.phones set is_valid = false, is_placeholder = true, answered_by = 'library_alone'")
    assert [name for name, rule in rules.items() if not failures(run, rule)] == []
