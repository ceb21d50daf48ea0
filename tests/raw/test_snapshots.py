"""Which row of a record counts where every delivery holds all records."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadgrade.raw.inbox import offers
from tests.raw.deliveries import (
    CURRENT,
    FOUR,
    GONE,
    HEAD,
    OLD,
    ONE,
    SNAPSHOT,
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

SNAPSHOTS = {
    "what the newest delivery lacks is deleted": (
        [File("a", [("r1", "x", 1), ("r2", "x", 1)], 1), File("b", [("r1", "x", 1)], 2)],
        {"a1": CURRENT, "a2": GONE, "b1": TWIN},
    ),
    "what comes back is current again": (
        [
            File("a", [("r1", "x", 1), ("r2", "x", 1)], 1),
            File("b", [("r1", "x", 1)], 2),
            File("c", [("r2", "x", 1)], 3),
        ],
        {"a1": GONE, "a2": CURRENT, "b1": TWIN, "c1": TWIN},
    ),
    "files that came together are one delivery": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 2)],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT},
    ),
    "a refused file is no delivery": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r2", "x", 1)], 2, status="refused")],
        {"a1": CURRENT},
    ),
    "an empty delivery deletes nobody": (
        [File("a", [("r1", "x", 1)], 1), File("b", [], 2)],
        {"a1": CURRENT},
    ),
    "an earlier content offered again is the newest delivery": (
        [File("a", [("r1", "x", 1)], 1, offered=3), File("b", [("r2", "x", 1)], 2)],
        {"a1": CURRENT, "b1": GONE},
    ),
    "corrected rows belong to the delivery that they correct": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 3, corrects="b")],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT},
    ),
    "corrected rows of an earlier delivery do not come back": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("r1", "x", 1)], 2), File("c", [("r2", "x", 1)], 3, corrects="a")],
        {"a1": CURRENT, "b1": TWIN, "c1": GONE},
    ),
    "corrected rows of nobody knows what delete nobody": (
        [File("a", [("r1", "x", 1)], 1), File("c", [("r2", "x", 1)], 3, corrects="lost")],
        {"a1": CURRENT, "c1": CURRENT},
    ),
    "rows that were corrected twice belong to the first list": (
        [
            File("a", [("r1", "x", 1)], 1),
            File("b", [("r1", "x", 1)], 2),
            File("c", [("r2", "x", 1)], 3, corrects="b"),
            File("d", [("r3", "x", 1)], 4, corrects="c"),
        ],
        {"a1": CURRENT, "b1": TWIN, "c1": CURRENT, "d1": CURRENT},
    ),
    "the order of the runs counts, not their time": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 9, number=1, delivery=1),
            File("b", [("r1", "y", None)], 9, number=2, delivery=2),
            File("0", [("r1", "z", None)], 3, number=3, delivery=3),
        ],
        {"01": CURRENT, "a1": OLD, "a2": GONE, "b1": OLD},
    ),
    "what is not whole adds and deletes nobody": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 1, number=1, delivery=1),
            File("b", [("r1", "x", None)], 2, number=2, delivery=2),
            File("c", [("r2", "x", None), ("r3", "x", None)], 3, number=3),
        ],
        {"a1": CURRENT, "a2": CURRENT, "b1": TWIN, "c1": TWIN, "c2": CURRENT},
    ),
    "what was never whole is gone with the next list": (
        [
            File("a", [("r1", "x", None)], 1, number=1, delivery=1),
            File("b", [("r2", "x", None)], 2, number=2),
            File("c", [("r1", "x", None)], 3, number=3, delivery=3),
        ],
        {"a1": CURRENT, "b1": GONE, "c1": TWIN},
    ),
    "a list that is offered again but not whole stays the newest one": (
        [
            File("a", [("r1", "x", None), ("r2", "x", None)], 1, number=1, delivery=1),
            File("b", [("r1", "x", None)], 2, offered=3, number=3, delivery=2),
        ],
        {"a1": CURRENT, "a2": GONE, "b1": TWIN},
    ),
    "files of before runs were counted come first": (
        [
            File("a", [("r1", "x", 1), ("r2", "x", 1), ("r3", "x", 1)], 8),
            File("b", [("r1", "x", 1), ("r2", "x", 1)], 9),
            File("c", [("r1", "x", 1)], 3, number=1, delivery=1),
        ],
        {"a1": TWIN, "a2": GONE, "a3": GONE, "b1": TWIN, "b2": TWIN, "c1": CURRENT},
    ),
    "each object has deliveries of its own": (
        [File("a", [("r1", "x", 1)], 1), File("b", [("o1", "x", 1)], 2, object="orders")],
        {"a1": CURRENT, "b1": CURRENT},
    ),
}


@pytest.mark.parametrize("case", SNAPSHOTS)
def test_snapshots(home, engine, case):
    files, expected = SNAPSHOTS[case]
    build(home, engine, files, crm={"mode": "snapshot"})
    assert states(engine) == expected
    assert set(reasons(engine).values()) <= {"not_in_snapshot"}


def test_another_source_is_not_touched_by_a_snapshot(home, engine):
    files = [
        File("a", [("r1", "x", 1)], 1),
        File("b", [("r2", "x", 1)], 2, source="shop"),
        File("c", [("r3", "x", 1)], 3),
    ]
    build(home, engine, files, crm={"mode": "snapshot"}, shop={})
    assert states(engine) == {"a1": GONE, "b1": CURRENT, "c1": CURRENT}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([File("a", [(f"r{i}", "x", 1) for i in range(10)], 1)], []),
        (
            [File("a", [(f"r{i}", "x", 1) for i in range(10)], 1), File("b", [(f"r{i}", "x", 1) for i in range(7)], 2)],
            [("crm", "accounts", day(2), 10, 3, False)],
        ),
        (
            [File("a", [("r1", "x", 1)], 1), File("b", [], 2), File("c", [("r1", "x", 1), ("r2", "x", 1)], 3)],
            [("crm", "accounts", day(3), 1, 0, False)],
        ),
    ],
)
def test_what_a_delivery_lacks_of_the_one_before(home, engine, files, expected):
    build(home, engine, files, crm={"mode": "snapshot"})
    assert engine.collect("select * from raw.snapshot_losses").rows() == expected


def test_a_copy_of_the_folder_that_keeps_the_times_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(offers, "RACY_SECONDS", 0)
    nights = Nights(tmp_path / "old", crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.night(1)
    nights.put("crm2.csv", HEAD, ONE)
    assert nights.night(2) == {"1": CURRENT, "2": GONE}
    nights.home = Path(shutil.copytree(tmp_path / "old", tmp_path / "new"))
    (nights.home / "inbox/crm1.csv").chmod(0o640)
    assert nights.night(3) == {"1": CURRENT, "2": GONE}


@pytest.mark.parametrize("kind", ["unreadable", "refused", "unsettled"])
def test_a_list_without_one_of_its_parts_deletes_nobody(tmp_path, kind, monkeypatch):
    nights = Nights(tmp_path, crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    part = nights.put("crm2.csv", HEAD, THREE, FOUR)
    everybody = dict.fromkeys("1234", CURRENT)
    assert nights.night(1) == everybody
    nights.put("crm1.csv", HEAD, ["1", "new@example.com"])
    part.unlink()
    if kind == "unreadable":
        part.symlink_to(tmp_path / "nowhere")
    elif kind == "refused":
        part.write_bytes(b"%PDF-1.7 no table")
    else:
        part.write_text("id,email\n3,")
        monkeypatch.setattr(offers, "sleep", lambda _: part.write_text("id,email\n3,p3@exam"))
    assert nights.night(2) == everybody
    newest = "select email from raw.leads join raw.versions using (file_id, row_number) where state = 'current'"
    assert "new@example.com" in nights.engine.collect(newest)["email"]
    assert nights.breaks("snapshot_incomplete") == [("crm:leads", "1 files wait for the rest of their list")]
    monkeypatch.undo()
    part.unlink()
    nights.put("crm2.csv", HEAD, THREE)
    assert nights.night(3) == {"1": CURRENT, "2": GONE, "3": CURRENT, "4": GONE}
    assert nights.breaks("snapshot_incomplete") == []


@pytest.mark.parametrize("days", [(5, 5), (5, 1)])
def test_deliveries_follow_the_runs_whatever_time_they_call_now(tmp_path, days):
    nights = Nights(tmp_path, crm=SNAPSHOT)
    nights.put("crm1.csv", HEAD, ONE, TWO)
    nights.night(days[0])
    nights.put("crm2.csv", HEAD, ONE)
    assert nights.night(days[1]) == {"1": CURRENT, "2": GONE}
