"""Which person a record belongs to, and which account a person."""

from __future__ import annotations

from typing import Any

import pytest

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.run import Run
from tests.people.nights import ada, bo, lead, night, people
from tests.support import make_table


def record(number: int, **fields: Any) -> dict[str, Any]:
    return {"file_id": "f1", "row_number": number, "record_id": f"r{number}", "source": "crm"} | fields


def test_links(run: Run) -> None:
    leads = [
        ada("a1", source_record_id="1"),
        ada("a2", source_record_id="2", phone_e164="+4722334455"),
        bo("b1", source="web", system="other", source_record_id="1"),
    ]
    raw_leads = [{"file_id": "f0", "row_number": 1, "lead_id": "b1", "email": "Bo.Old@y.example"}]
    events = [
        record(1, subject_id="1"),
        record(2, subject_id="1", source="web"),
        record(3, subject_id="2", source="elsewhere"),
        record(4, subject_email=" ADA.krog@x.example"),
        record(5, subject_email="bo.old@y.example"),
        record(6, subject_id="9", subject_email="who@y.example"),
        record(7),
    ]
    suppressions = [record(1, subject_phone="0047 22 33 44 55"), record(2, subject_phone="22334")]
    orders = [record(1, subject_email="bo@y.example")]
    night(run, leads, raw_leads=raw_leads, events=events, suppressions=suppressions, orders=orders)
    of = people(run)
    found = {
        (r["object"], r["record_id"]): (r["person_id"], r["method"]) for r in run.engine.read("people.links").to_dicts()
    }
    assert found == {
        ("events", "r1"): (of["a1"], "source_id"),
        ("events", "r2"): (of["b1"], "source_id"),
        ("events", "r3"): (of["a1"], "source_id"),
        ("events", "r4"): (of["a1"], "email"),
        ("events", "r5"): (of["b1"], "email"),
        ("events", "r6"): (None, "none"),
        ("events", "r7"): (None, "none"),
        ("orders", "r1"): (of["b1"], "email"),
        ("suppressions", "r1"): (of["a1"], "phone"),
        ("suppressions", "r2"): (None, "none"),
    }


def test_accounts(run: Run) -> None:
    accounts = [
        record(1, source_record_id="A1", name="Acme Ltd", domain="acme.com", country="UK"),
        record(2, source_record_id="A2", name="Beta GmbH", website="https://www.beta.de/x", country="Germany"),
        record(3, source_record_id="A3", name="Gamma", domain="gamma.com", country="US"),
        record(4, source_record_id="A4", name="Gamma", domain="gamma.com", country="US"),
    ]
    leads = [
        ada("l1", account_source_id="A2", company_domain="acme.com"),
        bo("l2", company_domain="acme.com"),
        lead("l3", first_name="Cleo", last_name="Zander", company_name="Beta", company_key="beta", country="DE"),
        lead(
            "l4",
            first_name="Dora",
            last_name="Yates",
            company_name="Gamma",
            company_key="gamma",
            company_domain="gamma.com",
            country="US",
        ),
    ]
    night(run, leads, accounts=accounts)
    lead_of = {v: k for k, v in people(run).items()}
    found = {
        lead_of[r["person_id"]]: (r["account_id"], r["method"]) for r in run.engine.read("people.accounts").to_dicts()
    }
    assert found == {"l1": ("r2", "crm_id"), "l2": ("r1", "domain"), "l3": ("r2", "company")}


@pytest.mark.parametrize("ids", [("p_1", "p_2"), ("p_2", "p_1")])
def test_an_address_of_two_people_goes_by_their_leads_and_not_by_their_ids(ids: tuple[str, str]) -> None:
    with DuckDBEngine() as engine:
        make_table(
            engine, "contacts.leads", [{"lead_id": lead, "email": "office@x.example"} for lead in ("l_1", "l_2")]
        )
        make_table(engine, "raw.leads", [])
        members = [{"lead_id": lead, "person_id": person} for lead, person in zip(("l_1", "l_2"), ids, strict=True)]
        make_table(engine, "people.members", members)
        engine.materialize("people.handles", sql_file("people.handles").query)
        assert engine.read("people.handles", ["person_id", "people"]).rows() == [(ids[0], 2)]
