"""Draws files to break readers with: shapes made to choke them, and drawn or real files with their bytes changed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa

from tests.raw.maker import generate
from tests.raw.workbooks import write_workbook

MOST = 300_000  # bytes kept of a real file: what breaks a reader is small
MAGIC = (b"\x1f\x8b\x08\x00", b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"PAR1",
         b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x28\xb5\x2f\xfd", b"BZh9", b"{", b"[", b'{"', b'[{"', b"\xff\xfe",
         b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"%PDF", b"sep=;\n", b"\x00", b'"', b"\n\n", b"ORC",
         b"Obj\x01", b"<html>", b"<?xml", b"---\n", b"+/v8", b"7z\xbc\xaf\x27\x1c")  # fmt: skip
HEADER = "Record ID,First Name,Email\n"


def _table(rng: Random) -> list[dict[str, str]]:
    words = ("", "Ada", "Müller", "N/A", '"', "a\nb", "😀", "1", "x" * 50, "\u2028", "=1")
    return [
        {
            "Record ID": f"r{n}-{rng.random()}",
            "First Name": rng.choice(words),
            "Email": f"p{n}@example.com",
            "zz": rng.choice(words),
        }
        for n in range(rng.randint(0, 30))
    ]


def _text(rng: Random) -> bytes:
    file = generate(rng.randrange(10**9))
    return file.content if rng.random() < 0.2 else file.text


def _workbook(rng: Random) -> bytes:
    table = _table(rng)
    records = [["Record ID", "First Name", "Email", "zz"], *(list(row.values()) for row in table)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book"
        write_workbook(path, *([[["About"]], records] if rng.random() < 0.2 else [records]))
        return path.read_bytes()


def _parquet(rng: Random) -> bytes:
    table, out = _table(rng), io.BytesIO()
    schema = {
        "Record ID": pl.String,
        "First Name": pl.String,
        "Email": pl.String,
        "zz": rng.choice((pl.String, pl.Categorical)),
    }
    frame = pl.DataFrame(table, schema=schema).with_columns(
        n=pl.int_range(pl.len()),
        at=pl.lit(0).cast(pl.Datetime("us", "UTC")),
        many=pl.concat_list("zz"),
        one=pl.struct("zz"),
        day=pl.lit(0).cast(pl.Date),
    )
    frame.write_parquet(out, compression=rng.choice(("zstd", "snappy", "gzip", "uncompressed")))
    return out.getvalue()


def _json(rng: Random) -> bytes:
    table: list[object] = [*_table(rng)]
    odd: list[object] = [
        None,
        1,
        "text",
        [],
        {},
        {"Record ID": {"a": [1, None]}},
        {"": 1},
        {"Record ID": 10**400},
        {"zz": [[[]]]},
        True,
    ]
    for _ in range(rng.choice((0, 0, 1, 3))):
        table.insert(rng.randint(0, len(table)), rng.choice(odd))
    escaped = rng.random() < 0.5
    if rng.random() < 0.5:
        return "\n".join(json.dumps(row, ensure_ascii=escaped) for row in table).encode()
    whole = rng.choice((table, {"results": table, "paging": {}}, {"data": {"contacts": table}}))
    return json.dumps(whole, ensure_ascii=escaped, indent=rng.choice((None, 2))).encode()


def _zip(rng: Random) -> bytes:
    out = io.BytesIO()
    names = (
        "a.csv",
        "b/b.csv",
        "../../up.csv",
        "/abs.csv",
        "a.csv",
        "nested.zip",
        ".hidden.csv",
        "c.csv.part",
        "d/",
        "ü.csv",
        "x" * 200,
    )
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(out, "w") as archive:
        for name in dict.fromkeys(rng.choices(names, k=rng.randint(0, 4))):
            content = rng.choice(BASES[:4])(rng) if name != "nested.zip" else _stored(b"a,b\n1,2\n")
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def _stored(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("inner.csv"), content)
    return out.getvalue()


BASES: tuple[Callable[[Random], bytes], ...] = (_text, _json, _workbook, _parquet, _zip, _json, *[_text] * 6)


def _gzip(content: bytes, level: int = 9) -> bytes:
    """The same bytes each time."""
    return gzip.compress(content, level, mtime=0)


# made to choke: each takes an integer of 1 to 30,000
SHAPES: dict[str, Callable[[int], bytes]] = {
    "open quote on every line, closed on the next": lambda n: (HEADER + 'q",a,"b\n' * n).encode(),
    "the same, closed at the end": lambda n: (HEADER + 'q",a,"b\n' * n + '",c\n').encode(),
    "a quote on every line": lambda n: (HEADER + '"a,b,c\n' * n).encode(),
    "an open quote before many good lines": lambda n: (HEADER + '1,"a,b\n' + "2,a,b\n" * n).encode(),
    "many open quotes, one line apart": lambda n: (HEADER + '1,"a,b\n2,a,b\n' * n).encode(),
    "empty quotes after an open one": lambda n: (HEADER + '1,"a,b\n' + '2,"",b\n' * n).encode(),
    "quotes alone": lambda n: b'"' * n,
    "delimiters alone": lambda n: b"," * n,
    "line ends alone": lambda n: b"\r\n" * n,
    "carriage returns alone": lambda n: HEADER.encode() + b"\r" * n + b"1,a,b",
    "a line without end": lambda n: HEADER.encode() + b"a" * n * 30,
    "many columns": lambda n: (",".join(f"Email {i}" for i in range(n // 10 + 1)) + "\n" + "," * (n // 10) + "\n").encode(),
    "one header many times": lambda n: ("Record ID,Email" + ",zz" * (n // 10) + "\n1,a@b.co" + ",x" * (n // 10) + "\n").encode(),
    "a header alone": lambda _: HEADER.encode(),
    "a header without line end": lambda _: HEADER.strip().encode(),
    "a mark alone": lambda n: (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\xff\xfe\n\x00")[n % 5],
    "one byte": lambda n: bytes([n % 256]),
    "utf-16 with a byte too few": lambda _: (HEADER + "1,Ada,a@example.com\n").encode("utf-16")[:-1],
    "utf-16 with a byte too many": lambda _: (HEADER + "1,Ada,a@example.com\n").encode("utf-16") + b"1",
    "utf-32": lambda _: (HEADER + "1,Ada,a@example.com\n" * 5).encode("utf-32"),
    "ebcdic": lambda n: (HEADER + "1,Ada,a@example.com\n" * (n // 100 + 1)).encode("cp500"),
    "deep json array": lambda n: b"[" * n,
    "deep json object": lambda n: b'{"a":' * n + b"1" + b"}" * n,
    "json with a lone surrogate": lambda _: b'[{"Record ID": "1", "First Name": "\\ud800", "Email": "\\u0000a@example.com"}]',
    "json with odd numbers": lambda n: b'[{"Record ID": 1e999, "Email": -0}, {"Email": NaN}, {"Record ID": ' + b"9" * n + b"}]",
    "json with one key twice": lambda _: b'{"Record ID": 1, "Record ID": 2, "record id": 3, "Email": "a@example.com"}\n' * 3,
    "json lines, some broken": lambda n: b'{"Record ID": 1, "Email": "a@example.com"}\n{"Record ID": \n[1\n\n' * (n // 100 + 1),
    "json lines of other keys each": lambda n: b"\n".join(b'{"Record ID": "%d", "k%d": 1}' % (i, i) for i in range(n // 30 + 1)),
    "gzip of much": lambda n: _gzip(HEADER.encode() + b"1,a,b\n" * n * 20, 9),
    "gzip of zeros": lambda n: _gzip(bytes(n * 1000), 9),
    "gzip of gzip": lambda _: _gzip(_gzip(HEADER.encode() + b"1,a,b\n")),
    "two gzips": lambda _: _gzip(HEADER.encode()) + _gzip(b"1,a,b\n"),
    "gzip and more": lambda _: _gzip(HEADER.encode() + b"1,a,b\n") + b"more",
    "gzip of a workbook": lambda n: _gzip(_workbook(Random(n))),
    "bz2 cut": lambda n: bz2.compress(HEADER.encode() + b"1,a,b\n" * n)[: 20 + n % 40],
    "zstd cut": lambda n: pa.Codec("zstd").compress(HEADER.encode() + b"1,a,b\n" * n, asbytes=True)[: 8 + n % 40],
    "zip in zip": lambda _: _stored(_stored(HEADER.encode() + b"1,a,b\n")),
    "nul": lambda n: (HEADER + "1,A\x00da,a@example.com\n" * n).encode(),
    "form feeds and other line ends of unicode": lambda n: (HEADER + "1,a\x0cb\x1cc\u2028d\x85e,x\n" * n).encode(),
    "blanks between": lambda n: (HEADER + "1,a,b\n   \n\n\t\n" * (n // 10 + 1)).encode(),
}  # fmt: skip


def _at(rng: Random, content: bytes) -> int:
    return rng.randint(0, len(content))


def _insert(signs: tuple[bytes, ...]) -> Callable[[Random, bytes], bytes]:
    def change(rng: Random, content: bytes) -> bytes:
        for _ in range(rng.choice((1, 1, 2, 5, 40))):
            at = _at(rng, content)
            content = content[:at] + rng.choice(signs) + content[at:]
        return content

    return change


def _flip(rng: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 30)) if content else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: Random, content: bytes) -> bytes:
    return content[: _at(rng, content)] if rng.random() < 0.7 else content[_at(rng, content) :]


def _swap(rng: Random, content: bytes) -> bytes:
    at = _at(rng, content)
    return content[at:] + content[:at]


def _splice(rng: Random, content: bytes) -> bytes:
    """A stretch overwritten, doubled or taken out."""
    start, end = sorted((_at(rng, content), _at(rng, content)))
    middle = rng.choice(
        (b"", content[start:end] * 2, rng.randbytes(min(end - start, 500)), bytes(min(end - start, 500)))
    )
    return content[:start] + middle + content[end:]


CHANGES: dict[str, Callable[[Random, bytes], bytes]] = {
    "cut": _cut,
    "flip": _flip,
    "swap": _swap,
    "splice": _splice,
    "quotes": _insert((b'"', b'""', b'",', b'"\n', b',"', b'\n"')),
    "delimiters": _insert((b",", b";", b"\t", b"|", b",,,,")),
    "line ends": _insert((b"\n", b"\r", b"\r\n", b"\n\n", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8")),
    "nul": _insert((b"\x00", b"\x00\x00\x00", b"\x1a")),
    "bytes": _insert((b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\x81", b"\xf4\x90\x80\x80")),
    "magic": lambda rng, content: rng.choice(MAGIC) + content,
    "end": lambda rng, content: content + rng.choice((*MAGIC, rng.randbytes(20), b'\n"', b'"')),
    "gzip cut": lambda rng, content: _cut(rng, _gzip(content, 1)),
}


def mutated(seed: int, real: list[Path]) -> tuple[str, bytes]:
    """The kind and the bytes of the file of a seed; the same for the same real files. Seeds below 0 are the shapes."""
    if seed < 0:
        name = tuple(SHAPES)[-seed - 1]
        return f"shape {name}", SHAPES[name](10_000)
    rng = Random(seed)
    kind = rng.choices(("shape", "random", "drawn", "real"), (15, 5, 50, 30 if real else 0))[0]
    if kind == "shape":
        name = rng.choice(tuple(SHAPES))
        return f"shape {name}", SHAPES[name](rng.choice((1, 7, 300, 5000, 30_000)))
    if kind == "random":
        return kind, rng.choice(MAGIC) + rng.randbytes(rng.randint(0, 5000))
    content = rng.choice(real).read_bytes()[:MOST] if kind == "real" else rng.choice(BASES)(rng)
    for _ in range(rng.randint(1, 3)):
        # what is another format, or is cut off in its compression, is refused at once: less of that
        name = rng.choices(tuple(CHANGES), [1 if n in {"magic", "gzip cut"} else 4 for n in CHANGES])[0]
        content = CHANGES[name](rng, content)
    return kind, content
