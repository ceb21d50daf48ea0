"""Nights that compare only what changed, against nights that compare everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.night_changes import World, begin, pass_night
from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.people import blocking_rules, decide, matching_runs
from leadgrade.people.matching_runs import last_night, why_full
from leadgrade.run import Run
from tests.people.changing import (
    by_lead,
    clusters_of_everybody,
    f1,
    golden,
    last_row,
    members_of_everybody,
    night,
    pool,
    touch,
)
from tests.support import AS_OF, make_run

# as a full night makes them, whatever the order of the rows
SAME = ("people.inputs", "people.value_counts")


def patient(run: Run, **changes: Any) -> Run:
    """The run with settings that never ask for a full night."""
    settings = {"matching_full_share": 1000.0, "matching_full_nights": 1000} | changes
    return replace(run, settings=replace(run.settings, run=run.settings.run.model_copy(update=settings)))


def is_what_a_full_night_makes(done: Run, full: Run) -> None:
    """What of an incremental night does not depend on the nights before."""
    for table in SAME:
        one, other = (set(r.engine.read(table).rows()) for r in (done, full))
        assert one == other, table
    forms = [column.name for column in contract.table("people.normalised").columns]
    one, other = (set(r.engine.read("people.features", forms).rows()) for r in (done, full))
    assert one == other
    assert done.engine.count("people.lead_keys") == full.engine.count("people.lead_keys")
    assert by_lead(done.engine, "people.scored") >= by_lead(full.engine, "people.scored")


def test_every_lead_has_the_person_that_a_full_night_would_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caps are low: groups are split, compared by neighbours, or left out, and change sides by night."""
    monkeypatch.setattr(blocking_rules, "_cap", lambda rule, *_: max(int(rule["cap"] * 0.2), 2))
    world = begin(pool(90, 2), 130, 2)
    nights = patient(make_run(tmp_path))
    night(nights, world, 0)
    for number in (1, 2):
        before = nights.engine.read("people.members")
        pass_night(world, 0.15)
        touch(world, 0.05)
        done = night(nights, world, number)
        assert last_row(done)["mode"] == "incremental"
        assert done.engine.read("people.members").sort("lead_id").equals(members_of_everybody(done, before))
        assert set(done.engine.read("people.clusters").rows()) == clusters_of_everybody(done)
    is_what_a_full_night_makes(done, night(make_run(tmp_path, full=True), world, number))


def test_people_stay_who_they_are_within_the_tolerance(tmp_path: Path) -> None:
    world = begin(pool(700, 3), 1100, 3)
    nights = patient(make_run(tmp_path))
    known = night(nights, world, 0).engine.read("people.members", ["lead_id", "person_id"])
    for number in (1, 2, 3):
        pass_night(world, 0.02)
        done = night(nights, world, number)
        members = done.engine.read("people.members", ["lead_id", "person_id"])
        gone = set(known["person_id"]) - set(members["person_id"])
        assert gone <= set(done.engine.read("people.id_changes")["old_person_id"])
        known = members
    row = last_row(done)
    assert row["pairs_compared"] < 0.1 * row["pairs_kept"]
    found = f1(done, world)
    full = night(make_run(tmp_path, full=True), world, 3)
    is_what_a_full_night_makes(done, full)
    # so few leads teach another model each time
    assert found == pytest.approx(f1(full, world), abs=0.01)
    done.engine.sql("update people.matching_runs set is_finished = false")
    mended = night(nights, world, 4)
    assert last_row(mended)["mode"] == "full"
    assert found == pytest.approx(f1(mended, world), abs=0.001)


def test_decisions_hold_from_the_next_night_on_and_no_longer(tmp_path: Path) -> None:
    world = begin(pool(40, 6), 60, 6)
    run = patient(make_run(tmp_path))
    first = dict(night(run, world, 0).engine.read("people.members", ["lead_id", "person_id"]).rows())
    a, b, *_ = sorted(first)
    told = {"by": "kim", "reason": "asked them", "now": AS_OF}
    decide.merge(tmp_path, [decide.Named(lead, (lead,), first[lead]) for lead in (a, b)], **told)
    for number, is_one in ((1, True), (2, False)):
        before = run.engine.read("people.members")
        done = night(run, world, number)
        assert last_row(done)["mode"] == "incremental"
        members = done.engine.read("people.members").sort("lead_id")
        people = dict(members.select("lead_id", "person_id").rows())
        assert (people[a] == people[b]) is is_one
        assert members.equals(members_of_everybody(done, before))
        assert set(done.engine.read("people.clusters").rows()) == clusters_of_everybody(done)
        decide.undo(tmp_path, 1, **told) if is_one else None


def test_golden_records_are_made_anew_where_something_changed(tmp_path: Path) -> None:
    world = begin(pool(70, 4), 100, 4)
    run = patient(make_run(tmp_path))
    golden(night(run, world, 0))
    pass_night(world, 0.08)
    touch(world, 0.03)
    done = night(run, world, 1)
    made = golden(done)
    assert 0 < last_row(done)["golden_people"] < len(made["people.golden"])
    assert golden(replace(done, full=True)) == made


class _BrokenOff(Exception):
    """The night ends here."""


def test_a_night_that_broke_off_is_followed_by_a_full_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begin(pool(40, 5), 60, 5)
    nights = patient(make_run(tmp_path))
    night(nights, world, 0)
    run = DuckDBEngine.sql
    for number, statement in ((1, 20), (3, 62)):
        pass_night(world, 0.2)
        left = iter(range(statement))

        def breaking(engine: DuckDBEngine, *arguments: Any, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise _BrokenOff
            run(engine, *arguments)

        monkeypatch.setattr(DuckDBEngine, "sql", breaking)
        with pytest.raises(_BrokenOff):
            night(nights, world, number)
        monkeypatch.setattr(DuckDBEngine, "sql", run)
        before = nights.engine.read("people.members")
        done = night(nights, world, number + 1)
        row = last_row(done)
        assert (row["mode"], row["reason"]) == ("full", "unfinished")
        # people would change by another model, for nothing that they did
        assert row["learned_at"] == AS_OF
        assert done.engine.read("people.members").sort("lead_id").equals(members_of_everybody(done, before))


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, World]:
    """A first night that nothing is wrong with, for damage that is rolled back."""
    world = begin(pool(30, 7), 40, 7)
    return night(make_run(tmp_path_factory.mktemp("stood")), world, 0), world


@pytest.fixture
def tonight(stood: tuple[Run, World]) -> Iterator[Run]:
    """The night after."""
    run = replace(stood[0], run_id="night-1")
    run.engine.sql("begin")
    yield run
    run.engine.sql("rollback")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("update people.matching_runs set night = night", None),
        ("delete from people.matching_runs", "first_night"),
        ("update people.matching_runs set is_finished = false", "unfinished"),
        ("update people.matching_runs set fingerprint = 'of other code'", "version"),
        ("drop table people.lead_keys", "tables"),
        ("alter table people.inputs drop column order_hash", "tables"),
        ("delete from people.scored where record_a = (select min(record_a) from people.scored)", "tables"),
        ("delete from people.features where record = 1", "tables"),
        ("update people.matching_runs set is_finished = null", "unfinished"),
        ("update people.matching_runs set erased_leads = 1", "erased"),
    ],
)
def test_what_does_not_stand_is_not_gone_on_from(tonight: Run, damage: str, reason: str | None) -> None:
    tonight.engine.sql(damage)
    assert why_full(tonight, last_night(tonight.engine)) == reason


def test_a_full_night_when_it_is_due(tonight: Run) -> None:
    last = last_night(tonight.engine)
    assert why_full(replace(tonight, full=True), last) == "asked"
    assert why_full(patient(tonight, matching_full_nights=1), last) == "nights"
    assert why_full(patient(tonight, match_threshold=0.8), last) == "version"


def test_a_full_night_when_much_has_changed(stood: tuple[Run, World]) -> None:
    run, world = stood
    pass_night(world, 0.3)
    assert last_row(night(patient(run, matching_full_share=0.9), world, 1))["reason"] is None
    pass_night(world, 0.3)
    assert last_row(night(patient(run, matching_full_share=0.5), world, 2))["reason"] == "share"


def test_data_files_and_packages_are_part_of_the_fingerprint(
    stood: tuple[Run, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = stood[0].settings.run
    known = matching_runs.fingerprint(settings)
    matching_runs._code.cache_clear()
    monkeypatch.setattr(matching_runs, "version", lambda name: "another")
    assert matching_runs.fingerprint(settings) != known
    matching_runs._code.cache_clear()
