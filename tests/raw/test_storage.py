from __future__ import annotations

import glob
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.errors import InputError
from leadgrade.raw.inbox import buckets
from leadgrade.raw.inbox.storage import Matcher, PlaceLost, list_files, split_pattern

FILES = [
    "inbox/a.csv", "inbox/b.csv.part", "inbox/c.TMP", "inbox/.hidden.csv", "inbox/d.crdownload", "inbox/e.filepart",
    "inbox/crm/a.csv", "inbox/crm/2026/b.csv", "inbox/crm/.old/c.csv", "inbox/[x]/d.csv", "inbox/crm2/e.txt",
]  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("inbox/*.csv", ["a.csv"]),
        ("inbox/*", ["a.csv"]),
        ("inbox/a.csv", ["a.csv"]),
        ("inbox/.hidden.csv", []),
        ("inbox/**/*.csv", ["[x]/d.csv", "a.csv", "crm/2026/b.csv", "crm/a.csv"]),
        ("inbox/**", ["[x]/d.csv", "a.csv", "crm/2026/b.csv", "crm/a.csv", "crm2/e.txt"]),
        ("inbox/crm*/**/*.*", ["crm/2026/b.csv", "crm/a.csv", "crm2/e.txt"]),
        ("inbox/crm/20[0-9]?/*", ["2026/b.csv"]),
        ("inbox/crm/20[!2]?/*", []),
        ("inbox/[[]x]/*.csv", ["[x]/d.csv"]),
        ("inbox/*/.old/*.csv", ["crm/.old/c.csv"]),
        ("**/crm/a.csv", ["inbox/crm/a.csv"]),
        ("none/*.csv", []),
        ("inbox/a.csv/*.csv", []),
        ("inbox/", []),
    ],
)
def test_patterns_find_files_in_the_order_of_their_names(tree, pattern, expected):
    assert [place.name for place in list_files(tree, pattern)] == expected
    assert [place.name for place in list_files(Path("/none"), f"{tree}/{pattern}")] == expected


_names = st.sampled_from(["a", "b", "ab", ".a", "a.csv"])


@given(st.sets(st.lists(_names, min_size=1, max_size=3).map("/".join), max_size=6),
       st.lists(st.sampled_from(["a", "*", "**", "a*", "?", "[ab]", "*.csv"]), min_size=1, max_size=4))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_patterns_mean_what_they_mean_to_glob(tmp_path_factory, paths, segments):
    root = tmp_path_factory.mktemp("tree")
    for name in sorted(paths, key=len, reverse=True):
        if not (root / name).exists() and not any(p.is_file() for p in (root / name).parents):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x")
    pattern = "/".join(segments)
    meant = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207  the reference
    found = {name for name in meant if not name.endswith("/") and (root / name).is_file()}
    folder, rest = split_pattern(pattern)
    places = {(f"{folder}/" if folder else "") + place.name for place in list_files(root, pattern)}
    assert places == found
    matcher = Matcher(rest)
    files = {str(p.relative_to(root / folder)) for p in (root / folder).rglob("*") if p.is_file()}
    assert {name for name in files if matcher.fits(name)} == {place.name for place in list_files(root, pattern)}


def test_a_place_tells_where_and_since_when(tree):
    path = tree / "inbox/a.csv"
    os.utime(path, ns=(5, 5))
    [place] = list_files(tree, "inbox/*.csv")
    assert (place.location, place.bytes, place.modified_at) == ("inbox/a.csv", 1, 5)
    assert place.changed_at == path.stat().st_ctime_ns
    [absolute] = list_files(Path("/none"), f"{tree}/inbox/*.csv")
    assert absolute.location == str(path)
    with place.fetch(tree / "scratch") as fetched:
        assert fetched == path


def test_a_home_may_have_wildcards_in_its_name(tmp_path):
    home = tmp_path / "a[1]*"
    (home / "inbox").mkdir(parents=True)
    (home / "inbox/x.csv").write_text("x")
    assert [place.name for place in list_files(home, "inbox/*.csv")] == ["x.csv"]


def test_links_are_followed_and_circles_are_not(tree):
    (tree / "inbox/link.csv").symlink_to(tree / "inbox/crm/a.csv")
    (tree / "inbox/crm/up").symlink_to(tree / "inbox")
    (tree / "inbox/more").symlink_to(tree / "inbox/crm/2026")
    names = [place.name for place in list_files(tree, "inbox/**/*.csv")]
    assert names == ["[x]/d.csv", "a.csv", "crm/2026/b.csv", "crm/a.csv", "link.csv", "more/b.csv"]


def test_pipes_are_no_files_and_dead_links_are_lost(tree):
    os.mkfifo(tree / "inbox/pipe.csv")
    (tree / "inbox/dead.csv").symlink_to(tree / "nowhere")
    places = {place.name: place for place in list_files(tree, "inbox/*.csv")}
    assert sorted(places) == ["a.csv", "dead.csv"]
    with pytest.raises(PlaceLost), places["dead.csv"].fetch(tree):
        pass


def test_a_folder_that_may_not_be_listed_is_a_lost_place(tree, monkeypatch):
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("crm"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr("leadgrade.raw.inbox.storage.os.scandir", guarded)
    places = {place.name: place for place in list_files(tree, "inbox/**/*.csv")}
    assert sorted(places) == ["[x]/d.csv", "a.csv", "crm"]
    with pytest.raises(PlaceLost), places["crm"].fetch(tree):
        pass


@pytest.mark.parametrize("change", ["grow", "touch", "replace"])
def test_a_changed_file_is_noticed(tree, change):
    [place] = list_files(tree, "inbox/a.csv")
    assert place.is_unchanged()
    path = tree / "inbox/a.csv"
    if change == "grow":
        path.write_text("xx")
        os.utime(path, ns=(place.modified_at, place.modified_at))
    elif change == "touch":
        os.utime(path, ns=(1, 1))
    else:
        other = path.with_name("other")
        other.write_text("y")
        os.utime(other, ns=(place.modified_at, place.modified_at))
        other.replace(path)
    assert not place.is_unchanged()
    path.unlink()
    with pytest.raises(PlaceLost):
        place.is_unchanged()


def test_ten_thousand_files_are_listed_within_a_second_of_cpu(tmp_path):
    (tmp_path / "inbox").mkdir()
    for number in range(10_000):
        (tmp_path / f"inbox/{number}.csv").touch()
    began = time.process_time()
    assert len(list_files(tmp_path, "inbox/**/*.csv")) == 10_000
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("pattern", "authority", "path", "options"),
    [
        ("s3://inbox/crm/lea?s*.csv", "inbox", "crm/lea?s*.csv", {}),
        (
            "s3://inbox/a?.csv?region=eu-west-1&scheme=http",
            "inbox",
            "a?.csv",
            {"region": "eu-west-1", "scheme": "http"},
        ),
        ("gs://inbox/**/*.csv", "inbox", "**/*.csv", {}),
        ("abfss://files@shop.dfs.core.windows.net/*.csv", "files@shop.dfs.core.windows.net", "*.csv", {}),
    ],
)
def test_an_address_is_cut_into_its_parts(pattern, authority, path, options):
    address = buckets.parse(pattern)
    assert (address.authority, address.pattern, address.options) == (authority, path, options)


@pytest.mark.parametrize(
    "pattern", ["ftp://user:hush@host/x.csv", "s3://key:hu/sh@inbox/x.csv", "s3:///x.csv", "s3://key:hush@/x.csv"]
)
def test_an_address_that_is_none_is_refused_without_its_secrets(pattern):
    with pytest.raises(InputError, match="expected a folder, or an address") as caught:
        list_files(Path(), pattern)
    assert "hu" not in str(caught.value)


def test_an_azure_container_needs_an_account(monkeypatch):
    for name in ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="AZURE_STORAGE_ACCOUNT"):
        list_files(Path(), "az://files/*.csv")
