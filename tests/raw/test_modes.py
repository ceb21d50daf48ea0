"""Snapshots and lists of deletions side by side, and sources that are taken away."""

from __future__ import annotations

from datetime import datetime

import pytest

from leadgrade.raw.intake import take_in
from tests.raw.deliveries import CURRENT, FOUR, GONE, HEAD, OLD, ONE, TWIN, TWO, File, Nights, build, reasons, states
from tests.raw.files import csv_text, put, run_with
from tests.raw.files import states as file_states


def test_snapshots_and_deletions_from_files_to_states(tmp_path):
    head = ["Lead ID", "Email", "Updated At"]
    leads = [[str(n), f"p{n}@example.com", "2026-01-01"] for n in range(1, 5)]
    sources = {
        "crm": {"path": "inbox/crm*.csv", "object": "leads", "mode": "snapshot"},
        "gone": {"path": "inbox/gone*.csv", "object": "leads", "mode": "deletions", "of": "crm"},
    }
    put(tmp_path, "crm1.csv", csv_text(head, *leads))
    run = run_with(tmp_path, sources)
    take_in(run)
    assert {row[3] for row in file_states(run)} == {CURRENT}
    put(tmp_path, "crm2.csv", csv_text(head, *leads[:3]))
    put(tmp_path, "gone1.csv", csv_text(["Lead ID", "Deleted At"], ["1", "2026-02-01"], ["9", ""]))
    later = run_with(tmp_path, sources, run.engine, as_of=datetime(2026, 10, 2))
    take_in(later)
    assert [row[1:] for row in file_states(later)] == [
        ("crm1.csv", 1, OLD),
        ("crm1.csv", 2, CURRENT),
        ("crm1.csv", 3, CURRENT),
        ("crm1.csv", 4, GONE),
        ("crm2.csv", 1, OLD),
        ("crm2.csv", 2, TWIN),
        ("crm2.csv", 3, TWIN),
        ("gone1.csv", 1, GONE),
        ("gone1.csv", 2, GONE),
    ]
    assert sorted(reasons(later.engine).values()) == ["not_in_snapshot", "source_deleted", "source_deleted"]


@pytest.mark.parametrize("mode", ["snapshot", "deletions"])
def test_a_source_that_is_not_configured_any_more_keeps_its_mode(home, engine, mode):
    files = [
        File("a", [("r1", "x", None), ("r2", "x", None)], 1, source="lost" if mode == "snapshot" else "crm"),
        File("b", [("r1", "x", None)], 2, source="lost", mode=mode),
    ]
    files[0].mode = "snapshot"
    build(home, engine, files)
    expected = {"a1": CURRENT, "a2": GONE, "b1": TWIN}
    assert states(engine) == (expected if mode == "snapshot" else {"a1": OLD, "a2": CURRENT, "b1": GONE})


@pytest.mark.parametrize("gone", ["removed", "renamed"])
@pytest.mark.parametrize("mode", ["snapshot", "deletions"])
def test_a_source_that_is_taken_away_revives_nobody(tmp_path, mode, gone):
    crm = {"path": "inbox/crm*", "mode": "snapshot" if mode == "snapshot" else "append"}
    nights = Nights(tmp_path, crm=crm, other={"path": "inbox/other*"})
    if mode == "deletions":
        nights.sources["list"] = {"path": "inbox/list*", "object": "leads", "mode": mode, "of": "crm"}
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.put("other.csv", HEAD, FOUR)
    nights.night(1)
    nights.put("crm2.csv", HEAD, ONE) if mode == "snapshot" else nights.put("list.csv", ["id"], ["2"])
    expected = {"1": CURRENT, "2": GONE, "4": CURRENT}
    assert nights.night(2) == expected
    lost = nights.sources.pop("crm" if mode == "snapshot" else "list")
    if gone == "renamed":
        nights.sources["new"] = lost
    assert nights.night(3) == expected
