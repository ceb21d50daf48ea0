"""Reads delimited text in blocks of whole records: pyarrow where quotes are well formed, record by record where not.

A block is cut behind a record by the quotes before it. Every quote must open a field or close one; a block where one
does neither, or with bytes that do not decode, is read by ``malformed.py``, and only that block. So one bad record
costs the speed of its block and no other record.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from leadgrade.raw.readers.encodings import Content
from leadgrade.raw.readers.malformed import read_block
from leadgrade.raw.readers.sniffed import ROW_NUMBER, Batch, Reject, Sniffed, column_names

BLOCK = 16 << 20
# a record longer than this is taken for one whose quote was never closed
LONGEST_RECORD = 16 << 20
_QUOTE, _LF, _CR = ord('"'), ord("\n"), ord("\r")
_CONTROLS = bytes(set(range(32)) - {_LF, _CR, ord("\t")}) + b"\x7f"
# zero-width characters and marks of direction, as UTF-8
_INVISIBLE = tuple(c.encode() for c in "\u200b\u200e\u200f\u2060\ufeff")
_FIRST_BYTES = np.isin(np.arange(256), [sign[0] for sign in _INVISIBLE])

# UTF-16 has no escape for broken units: they become a surrogate all the same, which is invalid in UTF-8
codecs.register_error("leadgrade_broken", lambda error: ("\udcff", getattr(error, "end", 0)))


def read_delimited(path: Path, sniffed: Sniffed) -> Iterator[Batch]:
    """Batches of the records after the header, numbered from 1; blank lines are no records."""
    for _, found in read_blocks(split_header(path, sniffed)[1], sniffed):
        if found.records:
            yield found


def read_blocks(blocks: Iterator[bytes], sniffed: Sniffed) -> Iterator[tuple[bytes, Batch]]:
    """The text behind the header in pieces of whole records, each with what is read in it; together they are the text."""
    following, rest = 1, b""
    for block, is_last in _with_last(blocks):
        rest += block
        while rest:
            found, used = _read(rest, sniffed, following, is_last=is_last)
            if found is None:
                break
            following += found.records
            yield rest[:used], found
            rest = rest[used:]


def _utf8_blocks(path: Path, sniffed: Sniffed) -> Iterator[bytes]:
    """The text as UTF-8 without its mark. Bytes that do not decode stay invalid, for the reader to find their record."""
    content, encoding = Content(path, sniffed.compression), sniffed.encoding or "utf-8"
    if encoding == "utf-8":
        for n, chunk in enumerate(content.chunks(BLOCK)):
            yield chunk.removeprefix(codecs.BOM_UTF8) if n == 0 else chunk
        return
    errors = "leadgrade_broken" if "16" in encoding else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for n, chunk in enumerate((*content.chunks(BLOCK), b"")):
        text = decoder.decode(chunk, final=not chunk)
        yield (text.removeprefix("\ufeff") if n == 0 else text).encode("utf-8", "surrogateescape")


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks with a flag on the last one."""
    held: bytes | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True


def split_header(path: Path, sniffed: Sniffed) -> tuple[bytes, Iterator[bytes]]:
    """The lines up to the end of the header, and the blocks behind them, as UTF-8 without its mark."""
    lines, head, rest = sniffed.first_line, b"", b""
    blocks = _utf8_blocks(path, sniffed)
    while lines and (block := next(blocks, None)) is not None:
        text = rest + block
        # a line end may be cut in two, so what is left waits for more
        lines, rest = _drop_lines(text, lines)
        head += text[: len(text) - len(rest)]
    if lines:
        return head + rest, iter(())
    return head, chain([rest], blocks)


def _drop_lines(text: bytes, lines: int) -> tuple[int, bytes]:
    """Drop up to ``lines`` complete lines; return how many are still to be dropped, and the rest."""
    start = 0
    while lines:
        ends = [p for p in (text.find(b"\n", start), text.find(b"\r", start)) if p >= 0]
        if not ends or (text[min(ends)] == _CR and min(ends) + 1 == len(text)):
            break
        end = min(ends)
        start = end + (2 if text[end : end + 2] == b"\r\n" else 1)
        lines -= 1
    return lines, text[start:]


def _read(text: bytes, sniffed: Sniffed, following: int, *, is_last: bool) -> tuple[Batch | None, int]:
    """Read as many whole records as the text holds; None where it holds none yet. Also the bytes used."""
    signs = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    cut = len(text) if is_last and len(quotes) % 2 == 0 else _cut(signs, quotes, is_last=is_last)
    if cut and _well_formed(signs, quotes[: np.searchsorted(quotes, cut)], cut, sniffed):
        batch = _fast(text[:cut], sniffed, following)
        if batch:
            return batch, cut
    elif not cut and not is_last and len(text) <= LONGEST_RECORD:
        return None, 0
    must_move = is_last or len(text) > LONGEST_RECORD
    found, used = read_block(text, sniffed, following, is_last=is_last, must_move=must_move)
    return (found, used) if used else (None, 0)


def _cut(signs: NDArray[np.uint8], quotes: NDArray[np.int64], *, is_last: bool) -> int:
    """Bytes up to the last line end outside of quotes; 0 where there is none."""
    ends = np.flatnonzero((signs == _LF) | (signs == _CR))
    if not is_last and len(ends) and ends[-1] == len(signs) - 1 and signs[-1] == _CR:
        ends = ends[:-1]  # its other half may follow
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _well_formed(signs: NDArray[np.uint8], quotes: NDArray[np.int64], cut: int, sniffed: Sniffed) -> bool:
    """Every quote opens a field, closes one, or is half of a doubled one inside."""
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    edge = np.zeros(256, np.bool_)
    edge[[_QUOTE, _LF, _CR, ord(sniffed.delimiter or ",")]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = edge[signs[np.maximum(opening - 1, 0)]] | (opening == 0)
    after = edge[signs[np.minimum(closing + 1, cut - 1)]] | (closing == cut - 1)
    # a quote beside a quote always is one that closes and one that opens again: a doubled one
    return bool(before.all() and after.all())


def _fast(text: bytes, sniffed: Sniffed, following: int) -> Batch | None:
    """Read whole, well-formed records; None where one of them needs a closer look."""
    width, bad = len(sniffed.headers), list[pc.InvalidRow]()

    def keep(row: pc.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    try:
        table = _parse(text, sniffed.delimiter or ",", width, keep)
    except (pa.ArrowException, UnicodeError):
        return None  # undecodable, or no row of the right width at all
    if any("\n" in row.text.rstrip("\r\n") or "\r" in row.text.rstrip("\r\n") for row in bad):
        return None  # an open quote may have swallowed good lines
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    rejects = [_reject(row, width, following) for row in bad]
    rows = _numbered(frame, [reject.row_number for reject in rejects], following)
    return Batch(rows, rejects, is_plain=_is_plain(text), may_have_markup=b"<" in text or b"&" in text)


def _parse(text: bytes, delimiter: str, width: int, keep: object) -> pa.Table:
    names = column_names(width)
    return pc.read_csv(
        pa.BufferReader(text),
        # one block: the numbers of bad rows are those of the text
        read_options=pc.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
        parse_options=pc.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep),
        convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _reject(row: pc.InvalidRow, width: int, following: int) -> Reject:
    detail = f"expected {width} fields, found {row.actual_columns}"
    return Reject(following + row.number - 1, "column_count", detail, row.text.rstrip("\r\n"))


def _numbered(rows: pl.DataFrame, taken: list[int], following: int) -> pl.DataFrame:
    """The rows with the numbers that the rejects leave free."""
    numbers = pl.int_range(following, following + len(rows) + len(taken), eager=True, dtype=pl.Int64())
    free = numbers.filter(~numbers.is_in(taken)) if taken else numbers
    return rows.with_columns(free.alias(ROW_NUMBER))


def _is_plain(text: bytes) -> bool:
    """No control and no zero-width character. The first bytes of these are rare, so that the search itself is, too."""
    if len(text.translate(None, _CONTROLS)) < len(text):
        return False
    if text.isascii() or not _FIRST_BYTES[np.frombuffer(text, np.uint8)].any():
        return True
    return not any(sign in text for sign in _INVISIBLE)
