"""The stage's tables from small made inputs: ids over the nights, golden records, links, accounts, the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadgrade import contract
from leadgrade.audit.rules import load_rules
from leadgrade.engine import DuckDBEngine, sql_files
from leadgrade.people.build import build_all, build_members, build_normalised, build_pairs
from leadgrade.people.golden import picks
from leadgrade.people.matching import build_features
from leadgrade.run import Run
from tests.support import AS_OF, make_run, make_table

OBJECTS = ("events", "consents", "suppressions", "activities", "opportunities", "sales_decisions")
DAY = timedelta(days=1)


def lead(lead_id: str, **fields: Any) -> dict[str, Any]:
    """A current lead; people are told apart by first name, surname and address."""
    row: dict[str, Any] = {
        "lead_id": lead_id,
        "source": "crm",
        "system": "hubspot",
        "source_record_id": lead_id.upper(),
        "file_id": "f1",
    }
    row |= fields
    if row.get("email"):
        row |= {
            "email_raw": row["email"],
            "email_match": row["email"],
            "email_id": "e" + row["email"],
            "email_domain": row["email"].split("@")[1],
        }
    return row


def ada(lead_id: str, **fields: Any) -> dict[str, Any]:
    return lead(
        lead_id,
        **({"first_name": "Ada", "last_name": "Krog", "full_name": "Ada Krog", "email": "ada.krog@x.example"} | fields),
    )


def bo(lead_id: str, **fields: Any) -> dict[str, Any]:
    return lead(
        lead_id,
        **(
            {"first_name": "Bo", "last_name": "Lindqvist", "full_name": "Bo Lindqvist", "email": "bo@y.example"}
            | fields
        ),
    )


def versions(object_name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "object": object_name,
            "file_id": r["file_id"],
            "row_number": r["row_number"],
            "record_id": r["record_id"],
            "state": "current",
        }
        for r in rows
    ]


def night(run: Run, leads: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Run:
    """Make the inputs of the stage and every table of it."""
    engine = run.engine
    numbered = [{"row_number": i + 1} | row for i, row in enumerate(leads)]
    make_table(engine, "contacts.leads", numbered)
    addresses = sorted({r["email_id"] for r in numbered if r.get("email_id")})
    make_table(engine, "contacts.emails", [{"email_id": a, "is_role": a.startswith("einfo@")} for a in addresses])
    make_table(engine, "contacts.phones", tables.get("phones", []))
    make_table(engine, "contacts.blocked_leads", tables.get("blocked_leads", []))
    make_table(
        engine,
        "raw.files",
        tables.get("files", [{"file_id": "f1", "system": "hubspot", "source": "crm", "rows_read": len(leads)}]),
    )
    make_table(engine, "raw.leads", tables.get("raw_leads", []))
    make_table(engine, "raw.quarantine", tables.get("quarantine", []))
    state = tables.get("versions")
    if state is None:
        state = versions("leads", [r | {"record_id": r["lead_id"]} for r in numbered])
        for name in ("accounts", *OBJECTS):
            state += versions(name, tables.get(name, []))
    make_table(engine, "raw.versions", state)
    for name in ("accounts", *OBJECTS):
        make_table(engine, f"raw.{name}", tables.get(name, []))
    build_all(run)
    return run


def persons(run: Run, leads: list[dict[str, Any]]) -> Run:
    """As :func:`night`, up to the members: all that the ids depend on."""
    make_table(run.engine, "contacts.leads", leads)
    make_table(run.engine, "contacts.emails")
    build_normalised(run)
    build_features(run.engine)
    build_pairs(run)
    build_members(run)
    return run


def people(run: Run) -> dict[str, str]:
    return dict(run.engine.read("people.members", ["lead_id", "person_id"]).rows())


def failures(run: Run) -> dict[str, int]:
    rules = [r for r in load_rules() if r.stage == "people"]
    return {r.rule: run.engine.count(f"({r.failures_query})") for r in rules}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_run(tmp_path, DuckDBEngine())


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A good night, for changes that are rolled back."""
    made = make_run(tmp_path_factory.mktemp("broken"), DuckDBEngine())
    return night(made, [ada("a1"), ada("a2"), bo("b1")])


def next_night(run: Run, nights: int = 1) -> Run:
    later = AS_OF + nights * DAY
    make_table(run.engine, "meta.run", [{"run_id": f"run-{nights}", "as_of": later, "secret": run.secret}])
    return run


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
    fields = [f for p in picks() for f in p.fields]
    assert sorted(fields) == sorted(columns - {"person_id", "lead_id", "leads", "sources", "in_review"})


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


def test_ids_live_on_while_a_person_grows_and_shrinks(run: Run) -> None:
    first = people(persons(run, [ada("a5"), bo("b1")]))
    grown = people(persons(next_night(run), [ada("a1"), ada("a5"), ada("a9"), bo("b1")]))
    assert {grown[k] for k in ("a1", "a5", "a9")} == {first["a5"]}
    assert grown["b1"] == first["b1"]
    shrunk = people(persons(next_night(run, 2), [ada("a9"), bo("b1")]))
    assert shrunk["a9"] == first["a5"]
    assert run.engine.count("people.id_changes") == 0


def test_merged_people_keep_the_older_id_and_the_log_follows(run: Run) -> None:
    other = {
        "first_name": "Ada",
        "last_name": "Krog",
        "email": "adak77@z.example",
        "company_key": "zeta",
        "city": "Rome",
    }
    old = people(persons(run, [ada("z1")]))
    apart = people(persons(next_night(run), [ada("z1"), ada("a1", **other), ada("a2", **other)]))
    assert apart["z1"] == old["z1"] != apart["a1"]
    bridge = ada("m1", email="ada.krog@x.example", company_key="zeta", city="Rome", phone_e164="+4799887766")
    linked = [
        ada("z1", phone_e164="+4799887766"),
        ada("a1", **other, phone_e164="+4799887766"),
        ada("a2", **other),
        bridge,
    ]
    merged = people(persons(next_night(run, 2), linked))
    assert set(merged.values()) == {old["z1"]}
    wanted = {
        "old_person_id": apart["a1"],
        "new_person_id": old["z1"],
        "kind": "merged",
        "changed_at": AS_OF + 2 * DAY,
        "run_id": "run-2",
    }
    assert run.engine.read("people.id_changes").to_dicts() == [wanted]
    persons(next_night(run, 3), [bo("b1")])
    changes = {
        r["old_person_id"]: (r["new_person_id"], r["kind"]) for r in run.engine.read("people.id_changes").to_dicts()
    }
    assert changes == {apart["a1"]: (None, "removed"), old["z1"]: (None, "removed")}


def test_a_split_leaves_the_id_with_the_biggest_part(run: Run) -> None:
    together = people(persons(run, [ada("a1"), ada("a2"), ada("a3")]))
    assert len(set(together.values())) == 1
    split = people(persons(next_night(run), [bo("a1"), ada("a2"), ada("a3")]))
    assert split["a2"] == split["a3"] == together["a1"]
    # the natural id of a1 is taken by the others now
    assert split["a1"] not in together.values()
    rule = next(r for r in load_rules() if r.rule == "person_id_reused")
    assert run.engine.count(f"({rule.failures_query})") == 0


def test_a_removed_id_does_not_come_back(run: Run) -> None:
    first = people(persons(run, [ada("a1"), bo("b1")]))
    persons(next_night(run), [bo("b1")])
    again = people(persons(next_night(run, 2), [ada("a1"), bo("b1")]))
    assert again["a1"] != first["a1"]
    assert again["b1"] == first["b1"]


def test_the_same_night_twice_changes_nothing(run: Run) -> None:
    leads = [ada("a1"), ada("a2"), bo("b1")]
    first = persons(run, leads).engine.read("people.members").sort("lead_id")
    assert persons(run, list(reversed(leads))).engine.read("people.members").sort("lead_id").equals(first)


def test_people_in_review(run: Run) -> None:
    night(run, [ada("a1"), ada("a2", first_name="Ole", full_name="Ole Krog"), bo("b1")])
    assert run.engine.read("people.pairs")["decision"].to_list() == ["review"]
    assert dict(run.engine.read("people.golden", ["lead_id", "in_review"]).rows()) == {
        "a1": True,
        "a2": True,
        "b1": False,
    }


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
    night(run, leads, raw_leads=raw_leads, events=events, suppressions=suppressions)
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
        lead("l3", first_name="Cleo", last_name="Zander", company_key="beta", country="DE"),
        lead("l4", first_name="Dora", last_name="Yates", company_key="gamma", company_domain="gamma.com", country="US"),
    ]
    night(run, leads, accounts=accounts)
    lead_of = {v: k for k, v in people(run).items()}
    found = {
        lead_of[r["person_id"]]: (r["account_id"], r["method"]) for r in run.engine.read("people.accounts").to_dicts()
    }
    assert found == {"l1": ("r2", "crm_id"), "l2": ("r1", "domain"), "l3": ("r2", "name_country")}


def test_ledger_gives_every_row_one_disposition(run: Run) -> None:
    states = [
        "current",
        "current",
        "superseded",
        "exact_duplicate",
        "test_lead",
        "source_deleted",
        "current",
        "current",
    ]
    ids = ["a1", "a2", "a1", "a2", "t1", "d1", "e1", "s1"]
    rows = [
        {"object": "leads", "file_id": "f1", "row_number": i + 1, "record_id": ids[i], "state": states[i]}
        for i in range(8)
    ]
    rows += [{"object": "events", "file_id": "f2", "row_number": 1, "record_id": "ev", "state": "current"}]
    rows += [{"object": "events", "file_id": "f2", "row_number": 2, "record_id": "ev", "state": "superseded"}]
    quarantine = [
        {"file_id": "f2", "row_number": 3, "object": "events", "reason": r} for r in ("no_subject", "bad_date")
    ]
    files = [{"file_id": "f1", "rows_read": 8}, {"file_id": "f2", "rows_read": 3}, {"file_id": "f3", "rows_read": 0}]
    blocked = [
        {"lead_id": "e1", "disposition": "erased", "reason": "erasure"},
        {"lead_id": "s1", "disposition": "suppressed", "reason": "minor"},
    ]
    night(
        run,
        [ada("a1", created_at=AS_OF), ada("a2")],
        versions=rows,
        quarantine=quarantine,
        files=files,
        blocked_leads=blocked,
    )
    ledger = run.engine.read("raw.row_ledger").sort("file_id", "row_number")
    assert ledger.select("file_id", "row_number", "disposition", "reason").rows() == [
        ("f1", 1, "golden", None),
        ("f1", 2, "merged_into", None),
        ("f1", 3, "superseded", None),
        ("f1", 4, "exact_duplicate", None),
        ("f1", 5, "test_lead", None),
        ("f1", 6, "suppressed", "source_deleted"),
        ("f1", 7, "erased", "erasure"),
        ("f1", 8, "suppressed", "minor"),
        ("f2", 1, "golden", None),
        ("f2", 2, "superseded", None),
        ("f2", 3, "quarantined", "bad_date"),
    ]
    assert ledger["person_id"].drop_nulls().n_unique() == 1
    assert failures(run)["ledger_complete"] == 0


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("raw.row_ledger", "delete from raw.row_ledger where row_number = 1", "ledger_complete"),
        ("raw.row_ledger", "update raw.row_ledger set disposition = null where row_number = 1", "ledger_complete"),
        ("people.members", "delete from people.members where lead_id = 'a1'", "lead_has_one_person"),
        ("people.members", "update people.members set is_survivor = true", "person_has_one_survivor"),
        ("people.golden", "insert into people.golden select * from people.golden limit 1", "golden_person_unique"),
        ("people.golden_fields", "update people.golden_fields set lead_id = 'b1'", "golden_fields_trace"),
    ],
)
def test_checks_find_what_is_broken(broken: Run, table: str, change: str, rule: str) -> None:
    broken.engine.sql("begin")
    broken.engine.sql(change)
    found = failures(broken)[rule]
    broken.engine.sql("rollback")
    assert found > 0, table


def test_no_leads_at_all(run: Run) -> None:
    night(run, [])
    assert failures(run) == dict.fromkeys(failures(run), 0)
    assert run.engine.count("people.golden") == 0


def test_sql_files_make_tables_of_the_contract() -> None:
    assert set(sql_files("people")) <= set(contract.tables())
