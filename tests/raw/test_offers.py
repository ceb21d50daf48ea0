from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime

import pytest

from leadgrade.raw.inbox import offers
from leadgrade.raw.inbox.offers import LATEST_OFFERS, OffersReport, PlaceLost, offered
from leadgrade.raw.readers import sheets
from tests.raw.files import put, rows, run_with
from tests.raw.test_archives import encrypt, make_zip
from tests.raw.workbooks import write_workbook

SOURCES = {"crm": {"path": "inbox/**/*"}}
LATER = datetime(2026, 10, 2)


def sha(content):
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def contents(run, report=None):
    """Name -> (content, refusal) of everything offered."""
    found = {}
    for offer in offered(run, report):
        content = None
        if not offer.refused:
            with offer.open() as path:
                content = path.read_bytes()
            assert offer.is_unchanged()
        found[offer.name] = (content, offer.refused)
    return found


@pytest.fixture
def at_once(monkeypatch):
    """Files count as old enough to be remembered the moment they are written."""
    monkeypatch.setattr(offers, "RACY_SECONDS", 0)


@pytest.fixture
def hashed(monkeypatch):
    """Counts the files that are read to be hashed."""
    seen, real = [], offers._hash

    def counted(path):
        seen.append(path.name)
        return real(path)

    monkeypatch.setattr(offers, "_hash", counted)
    return seen


def test_files_come_in_the_order_of_the_sources_with_their_corrections(tmp_path):
    put(tmp_path, "b/2.csv", "two")
    put(tmp_path, "a/1.csv", "one")
    retry = tmp_path / "retry" / "b" / "fixed.csv"
    retry.parent.mkdir(parents=True)
    retry.write_text("three")
    run = run_with(
        tmp_path, {"b": {"path": "inbox/b/*.csv"}, "a": {"path": "inbox/a/*.csv"}, "c": {"path": "inbox/c/*"}}
    )
    report = OffersReport()
    found = [(o.source_name, o.name, o.location, o.file_id, o.bytes, o.is_retry) for o in offered(run, report)]
    assert found == [
        ("b", "2.csv", "inbox/b/2.csv", sha("two"), 3, False),
        ("b", "retry/fixed.csv", "retry/b/fixed.csv", sha("three"), 5, True),
        ("a", "1.csv", "inbox/a/1.csv", sha("one"), 3, False),
    ]
    assert report.empty_sources == ["c"]


def test_an_unchanged_place_is_not_read_again(tmp_path, at_once, hashed):
    put(tmp_path, "a.csv", "one")
    make_zip(tmp_path / "inbox/x.zip", [("b!.csv", "two"), ("c%21.csv", "three")])
    write_workbook(tmp_path / "inbox/book.xlsx", [["a"], ["1"]])
    run = run_with(tmp_path, SOURCES)
    first = contents(run)
    assert len(hashed) == 5
    hashed.clear()
    report = OffersReport()
    assert contents(run, report) == first
    assert (hashed, report.known_places) == ([], 3)
    full = run_with(tmp_path, SOURCES, run.engine, full=True)
    assert contents(full) == first
    assert len(hashed) == 5


def test_a_file_written_a_moment_ago_is_hashed_again(tmp_path, hashed):
    put(tmp_path, "a.csv", "one")
    run = run_with(tmp_path, SOURCES)
    contents(run)
    contents(run)
    assert len(hashed) == 2
    assert rows(run, "select modified_at, file_id from raw.offers") == [{"modified_at": None, "file_id": sha("one")}]


def test_the_same_size_and_time_hide_no_change(tmp_path, at_once):
    path = put(tmp_path, "a.csv", "one")
    os.utime(path, ns=(10**18, 10**18))
    run = run_with(tmp_path, SOURCES)
    contents(run)
    put(tmp_path, "a.csv", "two")
    os.utime(path, ns=(10**18, 10**18))
    assert contents(run)["a.csv"] == (b"two", None)


def test_content_that_comes_back_is_offered_anew(tmp_path, at_once):
    nights = [("A", datetime(2026, 10, day)) for day in (1, 2)] + [
        ("B", datetime(2026, 10, 3)),
        ("A", datetime(2026, 10, 4)),
    ]
    engine, seen = None, []
    for content, as_of in nights:
        put(tmp_path, "a.csv", content)
        run = run_with(tmp_path, SOURCES, engine, as_of=as_of)
        engine = run.engine
        contents(run)
        seen += [
            (r["file_id"] == sha(content), r["offered_at"].day, r["seen_at"].day) for r in rows(run, "from raw.offers")
        ]
    assert seen == [(True, 1, 1), (True, 1, 2), (True, 3, 3), (True, 4, 4)]


@pytest.mark.parametrize(("mode", "day"), [("append", 1), ("snapshot", 2)])
def test_a_part_of_a_full_list_that_is_written_again_is_delivered_again(tmp_path, at_once, mode, day):
    engine = None
    for as_of in (datetime(2026, 10, 1), LATER):
        put(tmp_path, "a.csv", "one")
        run = run_with(tmp_path, {"crm": {"path": "inbox/*.csv", "mode": mode}}, engine, as_of=as_of)
        engine = run.engine
        contents(run)
    assert [(r["offered_at"].day, r["seen_at"].day) for r in rows(run, "from raw.offers")] == [(day, 2)]


@pytest.mark.parametrize(
    ("touched", "day"),
    [
        (lambda path: path.chmod(0o640), 1),
        # a copying tool that keeps the time of modification, another that keeps its seconds
        (lambda path: os.utime(path, ns=(path.stat().st_mtime_ns,) * 2), 1),
        (lambda path: os.utime(path, ns=(path.stat().st_mtime_ns // 10**9 * 10**9,) * 2), 1),
        (lambda path: os.utime(path, ns=(path.stat().st_mtime_ns + 1,) * 2), 2),
    ],
)
def test_a_file_that_was_merely_touched_is_no_delivery(tmp_path, at_once, hashed, touched, day):
    path = put(tmp_path, "a.csv", "one")
    os.utime(path, ns=(10**18 + 10**6 + 7, 10**18 + 10**6 + 7))
    sources = {"crm": {"path": "inbox/*.csv", "mode": "snapshot"}}
    run = run_with(tmp_path, sources, as_of=datetime(2026, 10, 1))
    contents(run)
    touched(path)
    contents(run_with(tmp_path, sources, run.engine, as_of=LATER))
    assert len(hashed) == 2
    found = rows(run, "select offered_at, offer_number, delivery_number from raw.offers")
    assert [(r["offered_at"].day, r["offer_number"], r["delivery_number"]) for r in found] == [(day,) * 3]


def test_runs_are_counted_whatever_time_they_call_now(tmp_path, at_once):
    run = run_with(tmp_path, SOURCES)
    for number, as_of in enumerate([LATER, LATER, datetime(2026, 9, 1)], 1):
        put(tmp_path, f"{number}.csv", str(number))
        contents(run_with(tmp_path, SOURCES, run.engine, as_of=as_of))
    assert [r["offer_number"] for r in rows(run, "from raw.offers order by location")] == [1, 2, 3]


def test_what_comes_without_all_files_of_its_source_is_no_delivery_until_it_does(tmp_path, at_once):
    put(tmp_path, "a.csv", "one")
    (tmp_path / "inbox/b.csv").symlink_to(tmp_path / "nowhere")
    put(tmp_path, "other/c.csv", "three")
    sources = {"crm": {"path": "inbox/*.csv", "mode": "snapshot"}, "other": {"path": "inbox/other/*.csv"}}
    run, report = run_with(tmp_path, sources), OffersReport()
    query = "select location, offer_number, delivery_number from raw.offers order by location"
    contents(run, report)
    assert report.incomplete == {"crm"}
    assert [tuple(r.values()) for r in rows(run, query)] == [("inbox/a.csv", 1, None), ("inbox/other/c.csv", 1, 1)]
    (tmp_path / "inbox/b.csv").unlink()
    put(tmp_path, "b.csv", "two")
    contents(run)
    assert [tuple(r.values()) for r in rows(run, query)] == [
        ("inbox/a.csv", 1, 2),
        ("inbox/b.csv", 2, 2),
        ("inbox/other/c.csv", 1, 1),
    ]


def test_lists_of_deletions_come_last(tmp_path):
    put(tmp_path, "a.csv", "one")
    put(tmp_path, "b.csv", "two")
    gone = {"path": "inbox/a.csv", "mode": "deletions", "of": "crm", "object": "leads"}
    run = run_with(tmp_path, {"gone": gone, "crm": {"path": "inbox/b.csv"}})
    assert [offer.source_name for offer in offered(run)] == ["crm", "gone"]


def test_a_new_place_makes_the_content_newly_offered(tmp_path, at_once):
    path = put(tmp_path, "a.csv", "one")
    run = run_with(tmp_path, SOURCES)
    contents(run)
    path.rename(path.with_name("b.csv"))
    later = run_with(tmp_path, SOURCES, run.engine, as_of=LATER)
    contents(later)
    expected = {"source": "crm", "file_id": sha("one"), "offered_at": LATER, "offer_number": 2, "delivery_number": 2}
    assert rows(later, LATEST_OFFERS) == [expected]
    assert [r["location"] for r in rows(later, "from raw.offers")] == ["inbox/a.csv", "inbox/b.csv"]


def test_members_of_an_archive_are_files_of_their_own(tmp_path, at_once):
    put(tmp_path, "leads.csv", "one")
    make_zip(
        tmp_path / "inbox/export.zip",
        [("crm/leads.csv", "one"), ("inner.zip", make_zip(tmp_path / "i", [("a", "1")]).read_bytes())],
    )
    run = run_with(tmp_path, SOURCES)
    for _ in range(2):
        found = {o.name: (o.file_id == sha("one"), o.bytes, o.refused) for o in offered(run)}
        assert found.pop("export.zip/inner.zip")[2] == "unreadable"
        assert found == {"leads.csv": (True, 3, None), "export.zip/crm/leads.csv": (True, 3, None)}
    assert contents(run)["export.zip/crm/leads.csv"] == (b"one", None)
    assert not list(tmp_path.glob("**/intake-*"))


def test_a_member_is_unpacked_late(tmp_path, at_once):
    make_zip(
        tmp_path / "inbox/x.zip" if (tmp_path / "inbox").mkdir() is None else None, [("a.csv", "1"), ("b.csv", "2")]
    )
    run = run_with(tmp_path, SOURCES)
    list(offered(run))
    assert contents(run) == {"x.zip/a.csv": (b"1", None), "x.zip/b.csv": (b"2", None)}
    (tmp_path / "inbox/x.zip").unlink()
    make_zip(tmp_path / "inbox/x.zip", [("b.csv", "2")])
    assert contents(run) == {"x.zip/b.csv": (b"2", None)}
    assert [r["location"] for r in rows(run, "from raw.offers order by all")] == ["inbox/x.zip!", "inbox/x.zip!b.csv"]


@pytest.mark.parametrize("kind", ["damaged", "encrypted", "empty"])
def test_an_archive_that_cannot_be_unpacked_is_refused_every_time(tmp_path, at_once, kind):
    put(tmp_path, "a.csv", "one")
    path = make_zip(tmp_path / "inbox/x.zip", [] if kind == "empty" else [("b.csv", "two")])
    if kind == "damaged":
        path.write_bytes(path.read_bytes()[:40])
    elif kind == "encrypted":
        encrypt(path)
    run = run_with(tmp_path, SOURCES)
    for _ in range(2):
        found = [(o.name, o.refused, o.detail != "") for o in offered(run)]
        name = "x.zip/b.csv" if kind == "encrypted" else "x.zip"
        assert found == [("a.csv", None, False), (name, "empty" if kind == "empty" else "unreadable", True)]


def test_further_sheets_of_a_workbook_are_files_of_their_own(tmp_path, at_once, monkeypatch):
    monkeypatch.setattr(sheets, "filled_sheets", lambda path: ["S1", "S2", "S3"], raising=False)
    (tmp_path / "inbox").mkdir()
    path = tmp_path / "inbox/book.xlsx"
    write_workbook(path, [["a"]], [["b"]], [["c"]])
    make_zip(tmp_path / "inbox/x.zip", [("deep/book.xlsx", path.read_bytes())])
    run = run_with(tmp_path, SOURCES)
    file_id = sha(path.read_bytes())
    ids = [file_id, sha(f"{file_id}/S2"), sha(f"{file_id}/S3")]
    for _ in range(2):
        found = [(o.name, o.sheet, o.file_id) for o in offered(run)]
        assert found == [
            (prefix + suffix, sheet, file_id)
            for prefix in ("book.xlsx", "x.zip/deep/book.xlsx")
            for suffix, sheet, file_id in zip(("", "/S2", "/S3"), (None, "S2", "S3"), ids, strict=True)
        ]
    for offer in offered(run):
        with offer.open() as opened:
            assert sha(opened.read_bytes()) == file_id


def test_a_file_that_is_still_being_written_is_left(tmp_path, monkeypatch):
    growing, touched, done = (put(tmp_path, f"{name}.csv", name) for name in ("growing", "touched", "done"))
    old, ahead = put(tmp_path, "old.csv", "old"), put(tmp_path, "ahead.csv", "ahead")
    now = time.time()
    os.utime(done, (now - 1, now - 1))
    os.utime(old, (now - 99, now - 99))
    os.utime(ahead, (now + 99, now + 99))
    waits = []

    def write_meanwhile(seconds):
        waits.append(seconds)
        growing.write_text("growing and growing")
        os.utime(touched)

    monkeypatch.setattr(offers, "sleep", write_meanwhile)
    run, report = run_with(tmp_path, SOURCES), OffersReport()
    assert run.settings.run.settle_seconds == 2
    assert sorted(contents(run, report)) == ["ahead.csv", "done.csv", "old.csv"]
    assert report.unsettled == {"crm": 2}
    assert len(waits) == 1
    assert 0 < waits[0] <= 2
    monkeypatch.setattr(offers, "sleep", waits.append)
    assert sorted(contents(run)) == ["ahead.csv", "done.csv", "growing.csv", "old.csv", "touched.csv"]


def test_nobody_waits_for_old_files(tmp_path, monkeypatch):
    os.utime(put(tmp_path, "a.csv", "one"), (1, 1))
    monkeypatch.setattr(offers, "sleep", lambda seconds: pytest.fail("waited"))
    assert contents(run_with(tmp_path, SOURCES)) == {"a.csv": (b"one", None)}


def test_a_file_that_changes_while_it_is_hashed_is_left(tmp_path, monkeypatch):
    path, real = put(tmp_path, "a.csv", "one"), offers._hash

    def slow(where):
        file_id = real(where)
        path.write_text("one and more")
        return file_id

    monkeypatch.setattr(offers, "_hash", slow)
    report = OffersReport()
    assert contents(run_with(tmp_path, SOURCES), report) == {}
    assert report.unsettled == {"crm": 1}


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path):
    path = put(tmp_path, "a.csv", "one")
    [offer] = list(offered(run_with(tmp_path, SOURCES)))
    assert offer.is_unchanged()
    path.write_text("one and more")
    assert not offer.is_unchanged()
    path.unlink()
    assert not offer.is_unchanged()


def test_a_reader_that_falls_over_a_changed_file_says_so(tmp_path):
    path = put(tmp_path, "a.csv", "one")
    [offer] = list(offered(run_with(tmp_path, SOURCES)))
    with pytest.raises(ValueError, match="of the reader"), offer.open():
        raise ValueError("of the reader")

    def read():
        with offer.open() as opened:
            path.unlink()
            return opened.read_bytes()

    with pytest.raises(PlaceLost) as caught:
        read()
    assert str(path) not in str(caught.value)


def test_what_cannot_be_read_stops_nothing_else(tmp_path, at_once):
    gone, known = put(tmp_path, "a.csv", "one"), put(tmp_path, "b.csv", "two")
    put(tmp_path, "c.csv", "three")
    (tmp_path / "inbox/dead.csv").symlink_to(tmp_path / "nowhere")
    run, report = run_with(tmp_path, SOURCES), OffersReport()
    known_ones = list(offered(run_with(tmp_path, {"crm": {"path": "inbox/b.csv"}}, run.engine)))
    assert len(known_ones) == 1
    names = []
    for offer in offered(run, report):
        names.append(offer.name)
        if offer.name == "a.csv":
            gone.unlink()
            known.unlink()
        else:
            with pytest.raises(PlaceLost) if offer.name == "b.csv" else offer.open():
                offer.open().__enter__()
    assert names == ["a.csv", "b.csv", "c.csv"]
    assert report.unreadable == {"crm": 1}


def test_a_file_without_the_right_to_read_is_counted(tmp_path, monkeypatch):
    secret = put(tmp_path, "a.csv", "one")
    put(tmp_path, "b.csv", "two")
    real = type(secret).open

    def guarded(path, *rest, **options):
        if path == secret:
            raise PermissionError(13, "denied", str(path))
        return real(path, *rest, **options)

    monkeypatch.setattr(type(secret), "open", guarded)
    run, report = run_with(tmp_path, SOURCES), OffersReport()
    assert [o.name for o in offered(run, report)] == ["b.csv"]
    assert report.unreadable == {"crm": 1}
