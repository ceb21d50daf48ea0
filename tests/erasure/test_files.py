"""A kept file is written anew with single records changed, whatever its format; every other record reads as it did."""

from __future__ import annotations

import bz2
import gzip
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadgrade.config.sources import Source
from leadgrade.erasure import forms
from leadgrade.erasure.files.changes import CannotWrite, Changes
from leadgrade.erasure.files.kept import KeptFile, Outcome, Work, erase_from
from leadgrade.erasure.files.rewriting import Part, write
from leadgrade.erasure.fingerprints import Finder, Fingerprints
from leadgrade.erasure.redaction import Redactor
from leadgrade.raw.inbox import archives
from leadgrade.raw.readers.batches import read_batches
from leadgrade.raw.readers.sniff import file_hash, sniff
from leadgrade.raw.readers.sniffed import ROW_NUMBER
from tests.erasure.world import csv_text
from tests.raw import maker
from tests.raw.workbooks import write_workbook

HEAD = ["Id", "Email", "Name", "Notes"]
ROWS = [
    ["1", "bob@x.example", "Bob Müller", 'he said "hi",\r\n and ann@acme.example too; Ann Lee'],
    ["2", "ann@acme.example", "Ann Lee", "x"],
    ["3", "joe@x.example", "Joe", ""],
    ["4", "c@x.example", "Cé", "5, rue"],
]
OBJECTS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
WRAPPED = {"total": 4, "results": [{"id": o["Id"], "properties": o} for o in OBJECTS], "paging": {"next": None}}
PLAIN = csv_text([HEAD, *ROWS])
FILES = {
    "comma.csv": PLAIN.encode(),
    "mark.csv": csv_text([HEAD, *ROWS], ";").encode("utf-8-sig"),
    "windows.txt": csv_text([HEAD, *ROWS], "\t").encode("cp1252"),
    "wide.csv": PLAIN.encode("utf-16"),
    "wide_big.csv": b"\xfe\xff" + csv_text([HEAD, *ROWS], "|").encode("utf-16-be"),
    "packed.csv.gz": gzip.compress(PLAIN.encode()),
    "packed.csv.bz2": bz2.compress(PLAIN.encode()),
    "titled.csv": b"Leads\n\n" + PLAIN.encode() + b'\n\n5,"open,x,y\n6,z@x.example,Z,n',
    "lines.jsonl": "\n".join(map(json.dumps, OBJECTS)).encode(),
    "array.json": json.dumps(OBJECTS, indent=2, ensure_ascii=False).encode(),
    "wrapped.json": json.dumps(WRAPPED).encode("utf-16"),
    "broken.json": (json.dumps(OBJECTS[:2])[:-1] + ', {"Id": 5 "x": 1}, ' + json.dumps(OBJECTS[2]) + "]").encode(),
}


@pytest.fixture(scope="module")
def redactor() -> Iterator[Redactor]:
    """Knows Ann."""
    with duckdb.connect() as connection:
        forms.make_known(connection, "s")
        told = [("email", "ann@acme.example"), ("name", "ann lee"), ("word", "lee")]
        keys = [
            (k, connection.execute("select erasure_key($k, $f)", {"k": k, "f": f}).fetchall()[0][0]) for k, f in told
        ]
    with Finder(Fingerprints.of(keys), "s") as finder:
        yield Redactor(finder)


def read(path: Path, sheet: str | None = None) -> dict[int, list[str]]:
    """Filled cells of the rows, and payloads of the rejects, by number."""
    found: dict[int, list[str]] = {}
    for batch in read_batches(path, sniff(path, sheet)):
        for row in batch.rows.iter_rows(named=True):
            number = row.pop(ROW_NUMBER)
            found[number] = [cell.replace("\r\n", "\n") for cell in row.values() if cell]
        found |= {r.row_number: [r.payload or ""] for r in batch.rejects}
    return found


def work(redactor: Redactor, tmp_path: Path, rows: dict[str, frozenset[int]] | None = None) -> Work:
    (tmp_path / "scratch").mkdir(exist_ok=True)
    return Work(redactor, rows or {}, {}, lambda _: None, tmp_path / "scratch")


def erased(path: Path, redactor: Redactor, tmp_path: Path) -> Outcome:
    source = Source(path="-", object="leads")
    return erase_from(KeptFile(path, "crm", source), work(redactor, tmp_path))


def check(before: dict[int, list[str]], after: dict[int, list[str]]) -> None:
    assert after[2] == ["[erased]"]
    notes = next(cell for cell in after[1] if "he said" in cell)
    assert notes == 'he said "hi",\n and [erased] too; [erased]'
    assert {n: cells for n, cells in after.items() if n > 2} == {n: cells for n, cells in before.items() if n > 2}


@pytest.mark.parametrize("name", FILES)
def test_texts(name: str, redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    before, told = read(path), path.stat()
    outcome = erased(path, redactor, tmp_path)
    assert (outcome.problem, outcome.rows, outcome.mentions) == (None, 1, 1)
    check(before, read(path))
    assert outcome.after == file_hash(path) != outcome.before
    assert outcome.known_as == {outcome.after: outcome.before}
    assert (path.stat().st_mtime_ns, path.stat().st_mode) == (told.st_mtime_ns, told.st_mode)


def test_every_other_byte_stays(redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "comma.csv"
    path.write_bytes(FILES["comma.csv"])
    outcome = erased(path, redactor, tmp_path)
    assert erased(path, redactor, tmp_path).after == outcome.after  # once more changes nothing
    kept = FILES["comma.csv"].replace(b"2,ann@acme.example,Ann Lee,x", b"[erased],,,")
    assert path.read_bytes() == kept.replace(b"and ann@acme.example too; Ann Lee", b"and [erased] too; [erased]")


def test_parquet_keeps_its_types(redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    schema = pa.schema([pa.field("Id", pa.int64(), nullable=False), ("Email", pa.string()), ("Notes", pa.string()),
                        ("Tags", pa.list_(pa.string()))])  # fmt: skip
    columns = [[int(r[0]) for r in ROWS], [r[1] for r in ROWS], [r[3] for r in ROWS], [["a"], ["b"], None, ["Ann Lee"]]]
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd")
    assert erased(path, redactor, tmp_path).problem is None
    table = pq.read_table(path)
    assert table.schema.equals(schema)
    assert table.to_pylist()[1] == {"Id": 0, "Email": "[erased]", "Notes": None, "Tags": None}
    assert table.to_pylist()[3]["Tags"] == ["[erased]"]
    assert pq.ParquetFile(path).metadata.row_group(0).column(1).compression == "ZSTD"


def test_workbooks_keep_every_sheet(redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(
        path, [["Leads of May"], [], HEAD, *ROWS], [["Id", "Email"], [9, "q@x.example"], [10, "ann@acme.example"]]
    )
    before = read(path, "S1")
    outcome = erased(path, redactor, tmp_path)
    assert (outcome.problem, outcome.rows, outcome.mentions) == (None, 2, 1)
    check(before, read(path, "S1"))
    assert read(path, "S2") == {1: ["9", "q@x.example"], 2: ["[erased]"]}
    assert sniff(path, "S1").title_lines == 1


def test_archives_are_packed_again_with_the_others_as_they_were(redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("x/leads.csv", FILES["comma.csv"])
        archive.writestr("notes.txt", "Id,Email\n1,z@x.example\n")
        archive.writestr("__MACOSX/x", b"mac")
    outcome = erased(path, redactor, tmp_path)
    assert (outcome.problem, outcome.rows) == (None, 1)
    with archives.Archive(path) as archive:
        assert archive.names == ["notes.txt", "x/leads.csv"]
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["x/leads.csv", "notes.txt", "__MACOSX/x"]
        assert b"ann@" not in archive.read("x/leads.csv")
        assert archive.read("notes.txt") == b"Id,Email\n1,z@x.example\n"
    assert len(outcome.known_as) == 2  # the archive and its member


def test_a_row_that_the_databases_know_is_emptied_though_it_says_nothing(redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("Lead ID,Company\n1,Acme\n2,Other\n")
    rows = {file_hash(path): frozenset({2})}
    outcome = erase_from(KeptFile(path, "crm", Source(path="-", object="leads")), work(redactor, tmp_path, rows))
    assert outcome.rows == 1
    assert path.read_text() == "Lead ID,Company\n1,Acme\n[erased],\n"


@pytest.mark.parametrize("content", [b"%PDF-1.7 ann", b"PK\x03\x04broken", b""])
def test_what_is_no_table_stays_and_is_counted(content: bytes, redactor: Redactor, tmp_path: Path) -> None:
    path = tmp_path / "doc.pdf"
    path.write_bytes(content)
    outcome = erased(path, redactor, tmp_path)
    assert (outcome.problem, outcome.rows, outcome.unread) == (None, 0, int(bool(content)))
    assert path.read_bytes() == content


def test_a_file_that_would_not_read_as_it_should_stays(
    redactor: Redactor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "comma.csv"
    path.write_bytes(FILES["comma.csv"])
    monkeypatch.setattr("leadgrade.erasure.files.delimited.MARK", "[erased],more")
    outcome = erased(path, redactor, tmp_path)
    assert outcome.problem is not None
    assert "nothing was changed" in outcome.problem
    assert path.read_bytes() == FILES["comma.csv"]
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["comma.csv"]


def test_a_kill_before_the_new_file_takes_its_place_leaves_the_old_one(
    redactor: Redactor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, noted = tmp_path / "comma.csv", list[Outcome]()
    path.write_bytes(FILES["comma.csv"])
    kept, means = KeptFile(path, "crm", Source(path="-", object="leads")), work(redactor, tmp_path)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("leadgrade.erasure.files.kept.put", killed)
        with pytest.raises(KeyboardInterrupt):
            erase_from(kept, replace(means, note=noted.append))
    assert path.read_bytes() == FILES["comma.csv"]
    # the intake knows the new content before it lies there
    assert list(noted[0].known_as.values()) == [file_hash(path)]
    assert erase_from(kept, means).after == noted[0].after == file_hash(path)


@pytest.mark.parametrize("seed", range(10))
def test_files_of_every_encoding_dialect_and_defect(seed: int, redactor: Redactor, tmp_path: Path) -> None:
    """Any records of any file can be emptied, or the file is left alone; the comparison with the old one is in the writing."""
    drawn = maker.generate(seed)
    path = tmp_path / "drawn"
    path.write_bytes(drawn.content)
    container = archives.kind(path)
    sniffed = sniff(path)
    if sniffed.refused or container not in {"file", "workbook"}:
        return
    numbers = sorted(read(path))
    rows = frozenset(random.Random(seed).sample(numbers, min(3, len(numbers))))
    before = path.read_bytes()
    try:
        write(path, tmp_path / "new", {None: Part(sniffed, Changes(rows))}, None, redactor)
    except CannotWrite:
        assert not (tmp_path / "new").exists()
        assert path.read_bytes() == before
    else:
        assert {n for n, cells in read(tmp_path / "new").items() if cells == ["[erased]"]} >= rows
