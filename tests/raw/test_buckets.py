"""Object storage, against a real S3 server on this machine."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest
from pyarrow import fs

from leadgrade.errors import InputError
from leadgrade.raw.inbox import buckets, offers
from leadgrade.raw.inbox.offers import OffersReport, offered
from leadgrade.raw.inbox.storage import PlaceLost, list_files
from leadgrade.raw.intake import take_in
from tests.raw.exports import HEAD, lead
from tests.raw.files import csv_text, rows, run_with
from tests.raw.test_archives import make_zip

KEY, SECRET = "key-of-the-test", "hush-of-the-test"
CRM = {"crm": {"path": "s3://inbox/crm/**/*.csv", "system": "hubspot", "object": "leads"}}


@pytest.fixture(scope="module")
def server():
    """Endpoint of an S3 server that lives as long as the tests of this module."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    opened = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    opened.start()
    host, port = opened.get_host_and_port()
    yield f"http://{host}:{port}"
    opened.stop()


@pytest.fixture
def store(server, monkeypatch):
    """Puts objects into buckets; the environment leads to the server."""
    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    s3 = fs.S3FileSystem(endpoint_override=server, allow_bucket_creation=True, allow_bucket_deletion=True)
    s3.create_dir("inbox")

    def put(key, content):
        with s3.open_output_stream(f"inbox/{key}") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    yield put
    s3.delete_dir("inbox")


@pytest.fixture
def downloads(monkeypatch):
    """Keys of the objects that are downloaded."""
    seen, real = [], buckets.ObjectPlace._chunks

    def counted(place):
        seen.append(place.key)
        return real(place)

    monkeypatch.setattr(buckets.ObjectPlace, "_chunks", counted)
    return seen


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("s3://inbox/crm/*.csv", ["a b.csv", "ü+1.csv"]),
        ("s3://inbox/crm/**/*.csv", ["2026/c.csv", "a b.csv", "ü+1.csv"]),
        ("s3://inbox/*/20??/*", ["crm/2026/c.csv"]),
        ("s3://inbox/**", ["crm/2026/c.csv", "crm/a b.csv", "crm/ü+1.csv", "crmx/e.csv"]),
        ("s3://inbox/crm/a b.csv", ["a b.csv"]),
        ("s3://inbox/none/*.csv", []),
        ("s3://inbox/*.csv", []),
    ],
)
def test_objects_are_listed_by_a_pattern(tmp_path, store, pattern, expected):
    for key in ("crm/a b.csv", "crm/ü+1.csv", "crm/.hidden.csv", "crm/d.csv.part", "crm/2026/c.csv", "crmx/e.csv"):
        store(key, "x")
    places = list_files(tmp_path, pattern)
    assert [place.name for place in places] == expected
    for place in places:
        with place.fetch(tmp_path) as path:
            assert path.read_text() == "x"
    assert list(tmp_path.iterdir()) == []


def test_options_of_the_address_win_over_the_environment(tmp_path, store, server, monkeypatch):
    store("a.csv", "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    host = server.removeprefix("http://")
    [place] = list_files(tmp_path, f"s3://inbox/*.csv?scheme=http&endpoint_override={host}")
    assert place.location == "s3://inbox/a.csv"
    [place] = list_files(tmp_path, f"s3://{KEY}:{SECRET}@inbox/*.csv?scheme=http&endpoint_override={host}")
    assert place.location == "s3://inbox/a.csv"


def test_the_intake_takes_objects_once_and_replaced_ones_again(tmp_path, store, downloads, monkeypatch):
    monkeypatch.setattr(offers, "RACY_SECONDS", -2)
    store("crm/2026/a.csv", csv_text(HEAD, lead(1), lead(2)))
    store("crm/b.csv", csv_text(HEAD, lead(3)))
    run = run_with(tmp_path, CRM)
    assert take_in(run).files_taken == 2
    assert run.engine.count("raw.leads") == 3
    assert downloads == ["inbox/crm/2026/a.csv", "inbox/crm/b.csv"]
    downloads.clear()
    assert take_in(run).files_known == 2
    assert downloads == []
    store("crm/b.csv", csv_text(HEAD, lead(3, status="Qualified", at="2026-02-01")))
    later = run_with(tmp_path, CRM, run.engine, as_of=datetime(2026, 10, 2))
    assert take_in(later).files_taken == 1
    assert downloads == ["inbox/crm/b.csv"]
    found = rows(
        run, "select file_name, offered_at, lead_status from raw.files join raw.leads using (file_id) order by all"
    )
    assert [(r["file_name"], r["offered_at"].day, r["lead_status"]) for r in found] == [
        ("2026/a.csv", 1, "New"), ("2026/a.csv", 1, "New"), ("b.csv", 1, "New"), ("b.csv", 2, "Qualified")
    ]  # fmt: skip


def test_an_object_replaced_within_a_tick_is_looked_at_again(tmp_path, store, downloads):
    store("crm/a.csv", "one")
    run = run_with(tmp_path, CRM)
    first = [offer.file_id for offer in offered(run)]
    store("crm/a.csv", "two")
    assert [offer.file_id for offer in offered(run)] != first
    assert len(downloads) == 2


def test_members_of_an_archive_in_a_bucket_are_unpacked_late(tmp_path, store, downloads, monkeypatch):
    monkeypatch.setattr(offers, "RACY_SECONDS", -2)
    store("x.zip", make_zip(tmp_path / "x.zip", [("a.csv", "one"), ("b.csv", "two")]).read_bytes())
    run = run_with(tmp_path, {"crm": {"path": "s3://inbox/*.zip"}})
    for _ in range(2):
        found = {}
        for offer in offered(run):
            with offer.open() as path:
                found[offer.name] = path.read_text()
            assert offer.is_unchanged()
        assert found == {"x.zip/a.csv": "one", "x.zip/b.csv": "two"}
    assert len(downloads) == 2
    downloads.clear()
    assert len(list(offered(run))) == 2
    assert downloads == []


def test_a_vanished_object_stops_nothing_else(tmp_path, store, monkeypatch):
    for key in ("crm/a.csv", "crm/b.csv"):
        store(key, key)
    real = list_files

    def listed(home, pattern):
        found = real(home, pattern)
        for place in found:
            if place.name == "a.csv" and place.location.startswith("s3"):
                place.filesystem.delete_file(place.key)
        return found

    monkeypatch.setattr(offers, "list_files", listed)
    run, report = run_with(tmp_path, CRM), OffersReport()
    assert [offer.name for offer in offered(run, report)] == ["b.csv"]
    assert report.unreadable == {"crm": 1}


def test_a_full_disk_is_no_fault_of_the_object(tmp_path, store):
    store("a.csv", "x")
    [place] = list_files(tmp_path, "s3://inbox/*.csv")
    with pytest.raises(FileNotFoundError) as caught, place.fetch(tmp_path / "none"):
        pass
    assert not isinstance(caught.value, PlaceLost)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("s3://nowhere/*.csv", "there is no such bucket"),
        ("s3://inbox/*.csv?endpoint_override=127.0.0.1:9&connect_timeout=1", "not understood"),
        ("s3://inbox/*.csv?scheme=nonsense", "not understood"),
    ],
)
def test_a_bucket_that_is_not_there_is_named_without_secrets(tmp_path, store, path, words):
    with pytest.raises(InputError, match=words) as caught:
        take_in(run_with(tmp_path, {"crm": {"path": path}}))
    assert str(caught.value).startswith("source crm: s3://")
    assert KEY not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(f"AWS Error ACCESS_DENIED during ListObjectsV2 with key {KEY} {SECRET}"), "forbidden"),
        (PermissionError(f"{SECRET}"), "forbidden"),
        (OSError(f"AWS Error NETWORK_CONNECTION: curlCode 7, {SECRET}"), "cannot be reached"),
        (ValueError(f"Unexpected query parameter {SECRET}"), "not understood"),
    ],
)
def test_the_cause_is_told_without_the_message_of_the_library(tmp_path, store, monkeypatch, error, words):
    def fail(address):
        raise error

    monkeypatch.setattr(buckets, "_connect", fail)
    with pytest.raises(InputError, match=words) as caught:
        list_files(tmp_path, f"s3://{KEY}:{SECRET}@inbox/*.csv")
    assert KEY not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
