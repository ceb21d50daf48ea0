"""Golden records from small made inputs: the value that counts, the lead that it comes from."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from leadgrade import contract
from leadgrade.people.golden import picks
from leadgrade.run import Run
from tests.people.nights import DAY, ada, bo, failures, night, persons
from tests.support import AS_OF


def test_checks_pass_and_golden_traces(run: Run) -> None:
    newer = {"updated_at": datetime(2026, 5, 1), "created_at": datetime(2026, 4, 1)}
    older = {"updated_at": datetime(2025, 5, 1), "created_at": datetime(2025, 4, 1)}
    leads = [
        ada(
            "a1",
            **older,
            job_title="CTO",
            phone_e164="+4722334455",
            phone_id="p1",
            street="Gate 1",
            city="Oslo",
            is_converted=True,
            free_text="old",
            source_channel="event",
        ),
        ada(
            "a2",
            **newer,
            first_name="A",
            full_name="A Krog",
            city="Bergen",
            is_converted=False,
            mql_at=datetime(2026, 4, 3),
            free_text="new",
            source="web",
            source_channel="paid_search",
        ),
        bo("b1", **older, email_bounced=True),
    ]
    night(run, leads, phones=[{"phone_id": "p1", "region": "NO", "type": "mobile"}])
    assert {k: v for k, v in failures(run).items() if v} == {}
    golden = {r["lead_id"]: r for r in run.engine.read("people.golden").iter_rows(named=True)}
    found = next(r for r in golden.values() if r["leads"] == 2)
    wanted = {
        "lead_id": "a1",
        "sources": 2,
        "source": "crm",
        "source_channel": "event",
        "full_name": "Ada Krog",
        "first_name": "Ada",
        "email": "ada.krog@x.example",
        "phone_e164": "+4722334455",
        "phone_region": "NO",
        "phone_type": "mobile",
        "job_title": "CTO",
        "street": "Gate 1",
        "city": "Oslo",
        "is_converted": True,
        "created_at": older["created_at"],
        "updated_at": newer["updated_at"],
        "mql_at": datetime(2026, 4, 3),
        "free_text": "new\nold",
        "in_review": False,
    }
    assert {k: found[k] for k in wanted} == wanted


def test_every_golden_value_is_its_leads_value(run: Run) -> None:
    leads = [
        ada(
            f"a{i}",
            created_at=AS_OF - i * DAY,
            updated_at=AS_OF - (i % 3) * DAY,
            city=f"Town {i}" if i % 2 else None,
            employees=i * 10 if i % 4 else None,
            industry="it" if i == 2 else None,
        )
        for i in range(6)
    ]
    night(run, [*leads, bo("b1", created_at=AS_OF, city="Ulm")])
    golden = {r["person_id"]: r for r in run.engine.read("people.golden").iter_rows(named=True)}
    by_id = {r["lead_id"]: r for r in run.engine.read("contacts.leads").iter_rows(named=True)}
    fields = run.engine.read("people.golden_fields").rows()
    for person_id, field, lead_id, _ in fields:
        assert golden[person_id][field] == by_id[lead_id][field], field
    traced = {(person_id, field) for person_id, field, *_ in fields}
    known = {f for p in picks() for f in p.fields}
    assert traced == {(p, f) for p, row in golden.items() for f, v in row.items() if f in known and v is not None}


def test_what_a_vendor_says_of_one_lead_never_hides_what_another_says(run: Run) -> None:
    own = {"industry": "retail", "industry_from": "field", "country": "DE", "country_from": "field"}
    vendors = {"industry": "banking", "industry_from": "vendor:x", "country": "FR", "country_from": "vendor:x"}
    only = {"company_name": "Acme", "company_name_from": "vendor:x"}
    night(run, [ada("a1", updated_at=AS_OF - DAY, **own), ada("a2", updated_at=AS_OF, **vendors, **only)])
    found = run.engine.read("people.golden").row(0, named=True)
    assert (found["leads"], found["industry"], found["country"], found["company_name"]) == (2, "retail", "DE", "Acme")


def test_every_golden_column_has_a_rule() -> None:
    columns = {c.name for c in contract.table("people.golden").columns}
    of_the_person = {"person_id", "lead_id", "leads", "sources", "in_review", "weakest_link", "is_bridged"}
    fields = [f for p in picks() for f in p.fields]
    assert sorted(fields) == sorted(columns - of_the_person)


def test_survivor_is_the_one_that_can_be_reached(run: Run) -> None:
    persons(
        run,
        [
            ada("a1", email=None, phone_e164="+4722334455"),
            ada("a2", phone_e164="+4722334455"),
            ada("a3", created_at=AS_OF),
        ],
    )
    survivors = run.engine.read("people.members").filter(pl.col("is_survivor"))
    assert survivors["lead_id"].to_list() == ["a2"]
