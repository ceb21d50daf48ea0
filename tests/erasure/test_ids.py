"""Ids of erased leads and people: gone from every table and file that is kept over nights."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from leadgrade import contract
from leadgrade.erasure import decided, tables, traces
from leadgrade.erasure.fingerprints import Finder, Fingerprints
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.errors import InputError
from leadgrade.people import decisions
from leadgrade.publish import Home
from tests.erasure import world
from tests.erasure.conftest import Erased

ANN, OTHER = "0" * 20, "1" * 20
# columns that may name a lead, a person or a record, by what they are called
NAMED = re.compile(r"(^|_)(lead|person|record|member|cluster)s?($|_)|together|^fact_id$|_ids?$")
# what is called so and names none of them
HARMLESS = {
    "file_id": "a file", "closed_by_file_id": "a file", "retry_file_id": "a file", "run_id": "a run",
    "account_id": "a company", "parent_id": "a company", "parent_account_id": "a company",
    "account_source_id": "a company in its source", "model_id": "a model", "model_id_before": "a model",
    "campaign_id": "a campaign", "form_id": "a form", "review_id": "a pair of leads, which the row names",
    "click_id": "goes with its row", "source_record_id": "goes with its row", "subject_id": "goes with its row",
    "opportunity_source_id": "goes with its row", "email_id": "of contacts.emails, else goes with its row",
    "phone_id": "of contacts.phones, else goes with its row", "mobile_id": "goes with its row",
    "key_id": "goes with its row", "lead_status": "a word", "fast_lead": "goes with its row",
    "honeypot_lead": "goes with its row", "multi_page_record": "goes with its row",
    "follow_up_record": "goes with its row", "intent_record": "of an account, or goes with its row",
}  # fmt: skip
# rows that nobody is told apart in
WHOLE = {"hygiene.consent_ledger", "raw.row_ledger", "raw.erased_rows"}


def reached(column: str) -> bool:
    return any(p.search(column) for p in (*tables._IDS, tables._POINTS_AT_LEAD))


def kind_of(column: str) -> str:
    """First letter of the ids that a column holds."""
    if "lead" in column or tables._POINTS_AT_LEAD.search(column):
        return "l"
    return "p" if "person" in column else "e"


def kept_columns() -> dict[str, list[str]]:
    """Table -> its columns that name a lead, a person or a record."""
    found = {
        name: [c.name for c in table.columns if c.type == "VARCHAR" and NAMED.search(c.name) and c.name not in HARMLESS]
        for name, table in contract.tables().items()
    }
    return {name: columns for name, columns in found.items() if columns and name not in WHOLE}


def test_every_column_that_names_somebody_is_reached_or_said_to_be_harmless() -> None:
    unknown = {f"{table}.{c}" for table, columns in kept_columns().items() for c in columns if not reached(c)}
    assert unknown == set()
    assert {"metrics.first_scores", "scores.history", "people.id_changes"} <= set(kept_columns())


def test_rows_about_erased_people_go_from_every_table_that_bears_ids() -> None:
    """Each column by itself names an erased lead, person or record; the row of another stays."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table trace_rows (object varchar, file_id varchar, row_number bigint)")
        for name, kind in zip(traces.IDS, ("l", "p", "e", "x", "x"), strict=True):
            connection.execute(f"create table {name} as select '{kind}_{ANN}' as id")
        for name, columns in kept_columns().items():
            declared = {c.name: c.type for c in contract.table(name).columns}
            for column in columns:
                spec = ", ".join(f'"{c}" {kind}' for c, kind in declared.items())
                connection.execute(f"create or replace table told ({spec})")
                kind = kind_of(column)
                for person in (ANN, OTHER):
                    connection.execute(f'insert into told ("{column}") values (?)', [f"{kind}_{person}"])
                kept = tables.kept(Opened(connection, {f"memory.{name}": declared}), f"memory.{name}", "erasure")
                shown = kept.values.get(column, f't."{column}"')
                left = connection.execute(f"select {shown} from told as t where {kept.where}").fetchall()
                assert [row for row in left if row != (None,)] == [(f"{kind}_{OTHER}",)], f"{name}.{column}"


def test_who_merged_into_an_erased_person_goes_too() -> None:
    """A person of two merges ago has a history under an id that no lead bears."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table trace_people as select 'p_c' as id")
        connection.execute("""
            create table id_changes as from (values
                ('p_a', 'p_b'), ('p_b', 'p_c'), ('p_x', 'p_y'), ('p_c', null)) as told(old_person_id, new_person_id)
        """)
        connection.execute("create schema people; create table people.id_changes as from id_changes")
        columns = {"old_person_id": "VARCHAR", "new_person_id": "VARCHAR"}
        traces._trace_earlier_ids(Opened(connection, {"memory.people.id_changes": columns}))
        assert connection.execute("from trace_people order by 1").fetchall() == [("p_a",), ("p_b",), ("p_c",)]


def test_nothing_in_the_home_names_her_ids(seed: Path, erased: Erased) -> None:
    hers = world.ids(seed)[world.NAME]
    assert set(hers) == {name for name in hers if name in (seed / decisions.FILE).read_text()}
    assert [place for place, text in world.all_texts(erased.home) if any(name in text for name in hers)] == []


def test_decisions_lose_her_leads_and_keep_their_numbers(seed: Path, erased: Erased) -> None:
    known = world.ids(seed)
    bob, carl = known["Bob Bracken"][0], known["Carl Cobham"][0]
    now = decisions.read(erased.home)
    assert [(d.number, d.kind, d.parts, d.undoes) for d in now] == [
        (1, "erased", (), None), (2, "merge", ((bob,), (carl,)), None), (3, "erased", (), None), (4, "undo", (), 1),
        (5, "split", ((bob,), (carl,)), None), (6, "undo", (), 5),
    ]  # fmt: skip
    assert [d.reason for d in now] == ["the same", "as [erased] said", "two", "[erased] says no", "not one", "one"]
    assert [d.number for d in decisions.in_force(now)] == [2]
    assert (erased.home / decisions.FILE).stat().st_mode & 0o777 == 0o600
    [place] = [place for place in erased.certificate.places if place["place"] == decisions.FILE]
    assert (place["rows"], place["mentions"]) == ({"decisions": 3}, {"decisions": 2})
    assert place["sha256_before"] != place["sha256_after"]


def test_a_decision_that_names_her_again_is_found_and_a_damaged_file_is_named(
    erased: Erased, seed: Path, tmp_path: Path
) -> None:
    hers = world.ids(seed)[world.NAME]
    shutil.copy(seed / decisions.FILE, tmp_path / decisions.FILE)
    with Finder(erased.certificate.keys, Home(erased.home).secret()) as finder:
        assert decided.held(tmp_path / decisions.FILE, Redactor(finder)) == len(hers)
        assert decided.held(erased.home / decisions.FILE, Redactor(finder)) == 0
        (tmp_path / decisions.FILE).write_text("{}\n")
        with pytest.raises(InputError, match="line 1 is no decision"):
            decided.clean(tmp_path, Redactor(finder), ())
    with Finder(Fingerprints(), "another home") as finder:
        assert finder.ids(hers) == set()
