from __future__ import annotations

import io
import random
import zipfile

import pytest

from leadgrade.raw.inbox import archives
from leadgrade.raw.inbox.archives import Archive, Refusal, kind
from tests.raw.workbooks import write_workbook


def make_zip(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, **options)
    return path


def encrypt(path):
    """Set the flag that says that a member is encrypted, in both headers."""
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([("a.csv", "x")], "archive"),
        ([], "archive"),
        ([("[Content_Types].xml", "x"), ("word/document.xml", "x")], "file"),
        ([("mimetype", "application/epub+zip"), ("a.xml", "x")], "file"),
        ([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "x")], "workbook"),
        ([("[Content_Types].xml", "x"), ("xl/workbook.xml", "x")], "workbook"),
    ],
)
def test_the_members_tell_what_a_zip_is(tmp_path, members, expected):
    assert kind(make_zip(tmp_path / "x", members)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "file"), (b"a,b\n", "file"), (b"PK\x03\x04 and nothing", "damaged"), (b"\xd0\xcf\x11\xe0", "workbook")],
)
def test_the_first_bytes_tell_the_rest(tmp_path, content, expected):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert kind(path) == expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_are_unpacked_one_by_one(tmp_path):
    members = {"a.csv": "1", "b/b.csv": "2", "../../up.csv": "3", "/root.csv": "4", "w\\win.csv": "5", "c ä.csv": "6"}
    left_alone = ["b/", "__MACOSX/a.csv", ".DS_Store", "b/.x/c.csv", "d.csv.part"]
    names = [*members.items(), *((name, "") for name in left_alone), ("a.csv", "7")]
    target = tmp_path / "scratch" / "member"
    target.parent.mkdir()
    found = {}
    with Archive(make_zip(tmp_path / "x.zip", names)) as archive:
        for name in archive.names:
            archive.unpack(name, target)
            found[name] = target.read_text()
    assert found == {
        "a.csv": "1", "a.csv (2)": "7", "b/b.csv": "2", "up.csv": "3", "root.csv": "4", "w/win.csv": "5", "c ä.csv": "6"
    }  # fmt: skip
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["member", "scratch", "x.zip"]


def test_an_encrypted_member_is_refused(tmp_path):
    path = make_zip(tmp_path / "x.zip", [("a.csv", "1")])
    encrypt(path)
    with Archive(path) as archive, pytest.raises(Refusal, match="encrypted"):
        archive.unpack("a.csv", tmp_path / "out")


def test_a_damaged_member_is_refused_and_the_others_are_not(tmp_path):
    path = make_zip(tmp_path / "x.zip", [("a.csv", random.Random(1).randbytes(5000)), ("b.csv", "2")])
    content = bytearray(path.read_bytes())
    content[1000:1010] = b"0123456789"
    path.write_bytes(content)
    with Archive(path) as archive:
        with pytest.raises(Refusal, match="damaged"):
            archive.unpack("a.csv", tmp_path / "out")
        archive.unpack("b.csv", tmp_path / "out")
        assert (tmp_path / "out").read_text() == "2"


def test_an_archive_inside_an_archive_is_refused_and_a_workbook_is_not(tmp_path):
    inner = make_zip(tmp_path / "inner.zip", [("a.csv", "1")]).read_bytes()
    write_workbook(tmp_path / "book.xlsx", [["a"], ["1"]])
    book = (tmp_path / "book.xlsx").read_bytes()
    with Archive(make_zip(tmp_path / "x.zip", [("i.zip", inner), ("b.xlsx", book)])) as archive:
        with pytest.raises(Refusal, match="archive inside an archive"):
            archive.unpack("i.zip", tmp_path / "out")
        archive.unpack("b.xlsx", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == book


def test_a_zip_bomb_is_refused_and_a_big_export_is_not(tmp_path, monkeypatch):
    path = make_zip(tmp_path / "x.zip", [("a.csv", bytes(1_000_000))])
    Archive(path).close()
    monkeypatch.setattr(archives, "MOST_BYTES", 500_000)
    with pytest.raises(Refusal, match="over 200 times its size"):
        Archive(path)
    Archive(make_zip(tmp_path / "y.zip", [("a.csv", random.Random(1).randbytes(1_000_000))])).close()


def test_an_empty_archive_is_refused(tmp_path):
    for members in ([], [("__MACOSX/a", "x")]):
        with pytest.raises(Refusal, match="no file") as caught:
            Archive(make_zip(tmp_path / "x.zip", members))
        assert caught.value.reason == "empty"


def test_broken_archives_are_refused_and_never_raise_otherwise(tmp_path):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "b/ü.csv", "c.csv"):
            archive.writestr(name, "x,y\n" * 50)
    dice, path, opened = random.Random(7), tmp_path / "x.zip", 0
    for _ in range(400):
        content = bytearray(whole.getvalue())
        for _ in range(dice.randint(1, 6)):
            content[dice.randrange(4, len(content))] = dice.randrange(256)
        path.write_bytes(content[: dice.choice([len(content), dice.randrange(4, len(content))])])
        if kind(path) != "archive":
            continue
        try:
            with Archive(path) as archive:
                for name in archive.names:
                    opened += 1
                    archive.unpack(name, tmp_path / "out")
        except Refusal:
            pass
    assert opened > 50
