"""Who is meant: all leads of a person, what is theirs alone, and nobody who merely shares a number; what is held of them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.erasure import access, asked, who
from leadgrade.erasure.subjects import Shared, Subjects
from leadgrade.errors import InputError
from leadgrade.publish import Home
from tests.erasure import world
from tests.erasure.world import ANN, ANN_TOO, BOB, CARL, NAME, SHARED
from tests.support import make_table


def find(home: Path, *lines: str, with_others: bool = False) -> Subjects:
    return who.subjects_of(Home(home), world.settings(), asked.read(lines=lines), with_others=with_others)


@pytest.fixture(scope="module")
def ids(seed: Path) -> dict[str, str]:
    """Address -> person_id, ``lead`` -> a lead of Ann."""
    with DuckDBEngine(Home(seed).work_file("n1")) as engine:
        people = engine.collect("select email, person_id from people.golden").rows()
        [(lead,)] = engine.collect("select lead_id from raw.leads where source_record_id = '4'").rows()
    return {**dict(people), "lead": lead}


@pytest.mark.parametrize("key", [f" {ANN_TOO.upper()} ", "+1 415 555 0132", "person", "lead"])
def test_all_leads_of_a_person_are_found_by_any_of_them(seed: Path, ids: dict[str, str], key: str) -> None:
    """Also the lead with nothing but her address, which is a person of its own to the matching."""
    found = find(seed, {"person": ids[ANN], "lead": ids["lead"]}.get(key, key))
    assert (found.people, found.leads, found.missing, found.kept_shared) == (2, 4, 0, 0)
    kinds = {kind: len(keys) for kind, keys in found.fingerprints.keys.items()}
    assert kinds == {"email": 2, "lead": 4, "id": 8, "person": 2, "name": 2, "word": 1, "phone": kinds["phone"]}


def test_the_address_of_a_function_is_nobodys(home: Path) -> None:
    with DuckDBEngine(Home(home).work_file("n1")) as engine:
        engine.sql(
            f"update contacts.emails set is_role = true, email_match = lower(email_raw) where email_raw ilike '{ANN}'"
        )
    found = find(home, "+1 415 555 0132")
    assert (found.leads, found.kept_shared) == (3, 1)
    assert "email" in find(home, ANN).fingerprints.keys


def test_a_number_of_several_people_is_none_of_theirs(seed: Path) -> None:
    with pytest.raises(Shared, match=r"one number is that of 2 people \(2 leads\). Nothing was erased") as raised:
        find(seed, SHARED)
    assert SHARED not in str(raised.value)
    both = find(seed, SHARED, with_others=True)
    assert (both.people, both.leads) == (2, 2)
    assert "phone" in both.fingerprints.keys
    bob = find(seed, BOB)
    assert (bob.people, bob.leads, bob.kept_shared) == (1, 1, 1)
    assert "phone" not in bob.fingerprints.keys


def test_a_name_that_somebody_else_bears_is_not_looked_for(home: Path) -> None:
    with DuckDBEngine(Home(home).work_file("n1")) as engine:
        engine.sql(f"update contacts.leads set full_name = '{NAME}' where email = '{CARL}'")
    assert "name" not in find(home, ANN).fingerprints.keys


def test_ids_that_nobody_has_are_named(seed: Path) -> None:
    with pytest.raises(InputError, match=r"l_0{20}, p_0{20}: no such person or lead"):
        find(seed, "p_00000000000000000000", "l_00000000000000000000")


def test_without_a_night_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no work file of a published night"):
        find(tmp_path, ANN)


def test_whom_sources_and_limits_name(home: Path, ids: dict[str, str]) -> None:
    here = Home(home)
    with DuckDBEngine(here.work_file("n1")) as engine:
        make_table(engine, "raw.suppressions", [
            {"file_id": "s", "row_number": 1, "subject_email": ANN, "reason": "erasure"},
            {"file_id": "s", "row_number": 2, "subject_email": BOB, "reason": "unsubscribe"},
            # a mistake that its source has corrected
            {"file_id": "s", "row_number": 3, "subject_email": CARL, "reason": "erasure"},
        ])  # fmt: skip
        engine.sql("insert into raw.versions by name select 'suppressions' as object, 's' as file_id, "
                   "3 as row_number, 'superseded' as state")  # fmt: skip
        make_table(engine, "contacts.blocked_leads", [{"lead_id": ids["lead"], "disposition": "erased"}])
        make_table(engine, "hygiene.retention_due", [{"person_id": ids[CARL]}])
    assert who.requested(here, world.settings()) == asked.Asked(emails=(ANN,), leads=(ids["lead"],))
    with pytest.raises(InputError, match="enforce is false"):
        who.due(here, world.settings())
    due = who.due(here, world.settings(), only_look=True)
    assert due == asked.Asked(people=(ids[CARL],))


def test_what_is_held_is_told_by_counts_and_values_only_into_a_file(seed: Path, tmp_path: Path) -> None:
    here, subjects, target = Home(seed), find(seed, ANN), tmp_path / "values.json"
    found, rows = access.access(here, world.settings(), subjects, target, world.AS_OF)
    shown = str(found).lower()
    assert not [trace for trace in world.TRACES if trace in shown]
    assert found.tables["raw.leads"] == 4
    assert found.mentions["raw.opportunities.name"] == 1
    [first, *_] = found.origins
    assert (first["object"], first["source"]) == ("leads", "crm")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    told = json.loads(target.read_text())
    assert {row["email"] for row in told["tables"]["raw.leads"]} == {ANN, ANN.upper(), ANN_TOO}
    assert rows == sum(map(len, told["tables"].values()))
    assert BOB not in target.read_text()
    with pytest.raises(FileExistsError):
        access.access(here, world.settings(), subjects, target, world.AS_OF)


def _earlier(home: Path, record: str, email: str, phone: str) -> None:
    """A lead had another address and number before."""
    with DuckDBEngine(Home(home).work_file("n1")) as engine:
        engine.sql(f"""
            insert into raw.leads by name select * replace (row_number + 1000 as row_number, '{email}' as email,
                '{phone}' as phone, 'US' as country) from raw.leads where source_record_id = '{record}'""")
        engine.sql(f"""
            insert into raw.versions by name select v.* replace (v.row_number + 1000 as row_number, 'superseded' as state)
            from raw.versions as v inner join raw.leads as l
                on v.record_id = l.lead_id and v.file_id = l.file_id and v.row_number = l.row_number
            where l.source_record_id = '{record}' and l.row_number < 1000""")


def test_what_a_lead_was_reached_by_before_is_theirs_too_unless_somebody_has_it_by_now(home: Path) -> None:
    _earlier(home, "1", "ann.before@old.example.org", "(415) 555-0199")
    asked_by = [find(home, key) for key in ("ann.before@old.example.org", "+14155550199")]
    assert [(found.people, found.leads) for found in asked_by] == [(2, 4)] * 2
    assert [len(found.fingerprints.keys["email"]) for found in asked_by] == [3] * 2
    _earlier(home, "4", CARL, "")
    assert len(find(home, ANN).fingerprints.keys["email"]) == 3
    _earlier(home, "2", "ann.before@old.example.org", "")
    found = find(home, ANN)
    assert (len(found.fingerprints.keys["email"]), found.kept_shared) == (2, 1)
