"""Lists of deletions: which records they end, and from when."""

from __future__ import annotations

import pytest

from leadgrade.raw import config_tables
from leadgrade.raw.mappings_data import OBJECTS
from leadgrade.raw.versions import build_versions
from tests.raw.deliveries import (
    CURRENT,
    FOUR,
    GONE,
    HEAD,
    OLD,
    ONE,
    THREE,
    TWIN,
    TWO,
    File,
    Nights,
    build,
    day,
    reasons,
    states,
)
from tests.raw.files import run_with
from tests.support import make_run, make_table

DELETIONS = {
    "without a time it holds from the day of the list": (
        [File("a", [("r1", "x", 5), ("r2", "x", 5)], 5), File("d", [("r1", "id", None)], 6, source="gone")],
        {"a1": OLD, "a2": CURRENT, "d1": GONE},
    ),
    "a later change brings the record back": (
        [
            File("a", [("r1", "x", 5)], 5),
            File("d", [("r1", "id", 6)], 6, source="gone"),
            File("b", [("r1", "y", 7)], 7),
        ],
        {"a1": OLD, "d1": OLD, "b1": CURRENT},
    ),
    "a list that comes late with an early time deletes nothing newer": (
        [File("a", [("r1", "x", 5)], 5), File("d", [("r1", "id", 2)], 6, source="gone")],
        {"a1": CURRENT, "d1": OLD},
    ),
    "a row of the same content is not the deletion": (
        [File("a", [("r1", "id", None)], 5), File("d", [("r1", "id", None)], 6, source="gone")],
        {"a1": OLD, "d1": GONE},
    ),
    "named twice, deleted once": (
        [File("d", [("r1", "id", None)], 6, source="gone"), File("e", [("r1", "id", None)], 7, source="gone")],
        {"d1": GONE, "e1": TWIN},
    ),
}


@pytest.mark.parametrize("case", DELETIONS)
def test_lists_of_deletions(home, engine, case):
    files, expected = DELETIONS[case]
    build(home, engine, files, gone={"mode": "deletions", "of": "crm", "object": "accounts"})
    assert states(engine) == expected
    assert set(reasons(engine).values()) <= {"source_deleted"}


def test_a_list_of_deletions_is_not_dated_by_the_creation_of_its_records(tmp_path):
    lists = {"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    nights = Nights(tmp_path, crm={"path": "inbox/crm*"}, list=lists)
    nights.put("crm.csv", ["id", "email", "created at", "updated at"], [*ONE, "2025-01-01", "2026-01-01"])
    nights.put("list.csv", ["id", "email", "created at"], [*ONE, "2025-01-01"])
    assert nights.night(1) == {"1": GONE}


@pytest.mark.parametrize("name", ["accounts", "orders", "events"])
def test_deletions_of_other_objects_count_from_their_own_time(home, engine, name):
    time = {"accounts": "created_at", "orders": "ordered_at", "events": "occurred_at"}[name]
    make_run(home, engine)
    rows = [{"file_id": "a", "row_number": 1, "record_id": "r", "source": "crm", time: day(5), "row_hash": "x"}]
    rows += [rows[0] | {"file_id": "d", "source": "list", "row_hash": "y", time: day(1)}]
    if name != "events":
        rows[0]["updated_at"], rows[1]["updated_at"] = day(5), day(4)
    if name == "orders":
        rows[0]["amount"] = 1.0
    for other in OBJECTS:
        make_table(engine, f"raw.{other}", rows if other == name else [])
    make_table(engine, "raw.files", [
        {"file_id": row["file_id"], "source": row["source"], "object": name, "status": "taken", "rows_accepted": 1,
         "ingested_at": day(6), "mode": "deletions" if row["file_id"] == "d" else "append"} for row in rows])  # fmt: skip
    run = run_with(home, {"crm": {"path": "x"}}, engine)
    config_tables.load(run)
    build_versions(run)
    # changed after it was deleted; an event cannot say so, and was listed the day after it happened
    assert states(engine) == ({"a1": OLD, "d1": GONE} if name == "events" else {"a1": CURRENT, "d1": OLD})


SHORT = "00Q1x000003AbCd"


@pytest.mark.parametrize("told", ["sources.yaml", "the files", "the files of a later night"])
def test_ids_of_a_list_of_deletions_are_those_of_the_records(tmp_path, told):
    nights = Nights(tmp_path)
    nights.sources = {
        "list": {"path": "inbox/list*", "object": "leads", "mode": "deletions", "of": "crm"},
        "crm": {"path": "inbox/crm*", "object": "leads"} | ({"system": "salesforce"} if told == "sources.yaml" else {}),
    }
    nights.put("list.csv", ["id"], [SHORT])
    if told == "the files of a later night":
        nights.night(1)
        assert nights.breaks("deletion_unknown_record") == [("list:leads", "1 of 1 records that no file has")]
    nights.put("crm.csv", ["Id", "FirstName", "LastName", "Email", "LastModifiedDate", "LeadSource", "IsConverted"],
               [f"{SHORT}EAQ"[:15], "Ada", "Byron", "a@example.com", "2026-01-01", "Web", "0"])  # fmt: skip
    assert set(nights.night(2).values()) == {GONE}
    assert nights.engine.collect("select distinct system from raw.files where source = 'crm'").item() == "salesforce"
    assert nights.breaks("deletion_unknown_record") == []


@pytest.mark.parametrize("text", ["03/04/2026", "some day"])
def test_a_deletion_without_a_clear_time_is_a_deletion(tmp_path, text):
    nights = Nights(
        tmp_path, crm={"path": "inbox/crm*"}, list={"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    )
    nights.put("crm.csv", [*HEAD, "updated at"], [*ONE, "2026-08-01"])
    nights.put("list.csv", ["id", "Deleted At"], ["1", text])
    assert nights.night(1) == {"1": GONE}


@pytest.mark.parametrize(("unknown", "expected"), [(1, []), (2, [("list:leads", "2 of 6 records that no file has")])])
def test_deletions_of_nobody_are_told(tmp_path, unknown, expected):
    nights = Nights(
        tmp_path, crm={"path": "inbox/crm*"}, list={"path": "inbox/list*", "mode": "deletions", "of": "crm"}
    )
    nights.put("crm.csv", HEAD, ONE, TWO, THREE, FOUR)
    nights.put("list.csv", ["id"], *([str(n)] for n in range(1, 5 + unknown)))
    nights.night(1)
    assert nights.breaks("deletion_unknown_record") == expected
