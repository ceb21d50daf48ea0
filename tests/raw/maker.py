"""Draws files of leads whose every record and value is known: encodings, dialects, compressions, and what breaks records.

One integer makes one file, so that a failure is told by its seed alone.
"""

from __future__ import annotations

import bz2
import gzip
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import pyarrow as pa

from leadgrade.raw.cells.values import NULL_TOKENS
from leadgrade.raw.mappings_data import variants

FIELDS = ("source_record_id", "first_name", "last_name", "email", "company_name", "job_title", "city", "notes")
SYSTEMS = ("hubspot", "salesforce", "marketo", "zoho", "pipedrive", "generic", "leadgrade")
BOMS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le-bom": b"\xff\xfe", "utf-16-be-bom": b"\xfe\xff"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le-bom", "utf-16-be-bom", "utf-16-le", "cp1252", "latin-1")
COMPRESSIONS = ("none",) * 6 + ("gzip", "zstd", "bz2", "zip")
DEFECTS = ("few", "many", "empty_row", "blanks", "no_identity", "tail", "tail_lines", "open", "bytes", "control")
BROKEN_UTF8 = ("\udcff", "\udcc3", "\udce2\udc82", "\udced\udca0\udc80", "\udcc0\udcaf", "\udc80")
LONE_UTF16 = ("\ud83d", "\udc4d")
CONTROLS = "\x00\x01\x07\x0b\x0c\x1a\x1b\x1c\x1e\x7f"
OPEN, _OPEN_REASON = "\ue000", "open"  # stand for a stray quote until the text after it is known

PLAIN = ("Ada", "Grace Hopper", "x", "0", "007", "1,5", "a;b;c", "a|b", "a\tb", "=1+1", "+49 30 1", "-5", "@home", "Na", "Null",
         "31.12.2025", "true", "{}", '[1, "a"]', "\\", "\\n", "c:\\new", "it's", "%s", "# no comment", "nullable",
         "l" * 300)  # fmt: skip
LATIN = (
    "Müller",
    "Straße 5",
    "façade",
    "El Niño",
    "São Paulo",
    "Ångström",
    "Größe",
    "Señora Muñoz",
    "déjà vu",
    "Zürich",
)
CP1252 = ("“so”", "100 €", "a – b", "Žižek")
WIDE = ("e\u0301te\u0301", "עברית", "مرحبا بالعالم", "\u200fעב", "👩\u200d💻", "😀", "日本語", "Łódź", "a\u2028b", "a\x85b", "İI",
        "\u200bAda\u200b", "A\u2060da", "\ufeffAda", "ﬁ", "Ελλάδα", "\u3000Ada\u3000", "﷽")  # fmt: skip
QUOTED = ('say "hi" now', 'O"Brien', '5" pipe')
WILD = ('"', '""', '"quoted"', ' "after a blank"', 'size 5"', '"{d}"', "{d}", "{d}a", "a{d}", "\n", "\nb", "a\n", "a\n\nb",
        '"\n"', '{d}"{d}', "'", '\n"{d}"\n', "a{d}b")  # fmt: skip
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
UNMAPPED = (
    "Favourite colour",
    "zz 1",
    "zz 1",
    "Wie viele Plätze?",
    "zz a,b;c|d",
    'zz "so called"',
    "zz two\nlines",
    "",
)


@dataclass(frozen=True, slots=True)
class Record:
    """What must become of a record: a reason, or the values of its row."""

    reason: str | None = None
    fields: Mapping[str, str | None] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file and the truth about it; ``text`` is its content before compression."""

    seed: int
    system: str
    content: bytes
    text: bytes
    records: tuple[Record, ...]
    traits: tuple[str, ...]


def cleaned(text: str) -> str | None:
    """What docs/intake.md makes of a cell of text."""
    trimmed = INVISIBLE.sub("", text).strip()
    return None if trimmed in NULL_TOKENS else trimmed


def spellings(system: str, name: str) -> list[str]:
    """Headers that mean a field in every list of leads of a system, the preferred ones."""
    known = [v.exact for v in variants() if v.system == system and v.object == "leads"]
    found = dict.fromkeys(h for exact in known for h, target in exact.items() if target == (name, 0))
    return [h for h in found if all(exact.get(h, (name,))[0] == name for exact in known)]


_BROKEN, _WIDE = re.compile("[\udc80-\udcff]"), re.compile("[\x80-\ud7ff]")


class _Maker:
    """Draws one file."""

    def __init__(self, seed: int) -> None:
        self.seed, self.rng = seed, Random(seed)
        rng = self.rng
        self.system = rng.choice(SYSTEMS)
        self.encoding, self.delimiter = rng.choice(ENCODINGS), rng.choice(",;\t|")
        self.line_end, self.quoting = rng.choice(("\n", "\r\n", "\r")), rng.choice(("minimal", "all", "some", "raw"))
        self.compression = rng.choice(COMPRESSIONS)
        is_small = rng.random() < 0.2
        self.size = rng.randint(1, 6) if is_small else rng.choice((rng.randint(12, 40), rng.randint(12, 40), 300))
        self.defects = [] if is_small else rng.sample(DEFECTS, rng.choice((0, 1, 1, 2, 3)))
        if "bytes" in self.defects and not (self.encoding.startswith("utf-8") or "16" in self.encoding):
            self.defects.remove("bytes")
        self.codec = self.encoding.removesuffix("-bom").replace("-sig", "")
        self.columns = self._columns()

    def _columns(self) -> list[tuple[str, str]]:
        """(field, or '' where nobody knows the header; header as written)"""
        rng = self.rng
        found = [(n, self._spelled(s)) for n in FIELDS if (s := spellings(self.system, n)) and rng.random() < 0.6]
        if not found or found[0][0] != FIELDS[0]:
            found.insert(0, (FIELDS[0], self._spelled(spellings(self.system, FIELDS[0]))))
        found += [("", header) for header in rng.sample(UNMAPPED, rng.randint(1 if len(found) < 2 else 0, 4))]
        rng.shuffle(found)
        return found

    def _spelled(self, headers: list[str]) -> str:
        header = self.rng.choice(headers)
        form = self.rng.choice(("{}", "{}", "{}", " {}", "{}\u00a0"))
        change = self.rng.choice((str, str, str, str.upper, str.lower, lambda h: h.replace(" ", "_")))
        return form.format(change(header))

    def headers(self) -> list[str]:
        """The headers under which unmapped columns are kept."""
        seen: list[str] = []
        for position, (_, header) in enumerate(self.columns, start=1):
            name = header.strip(" \u00a0") or f"column_{position}"
            seen.append(f"{name} (2)" if name in seen else name)
        return seen

    def value(self, *, calm: bool = False) -> str:
        """A cell; a calm one has no line end, and an open quote before it does not close by it."""
        rng, groups = self.rng, [PLAIN, LATIN, NULL_TOKENS, QUOTED]
        groups += (
            [CP1252] if self.encoding == "cp1252" else [WIDE] if self.codec == "utf-8" or "bom" in self.encoding else []
        )
        groups += [] if calm or "open" in self.defects else [WILD]
        text = rng.choice(rng.choice(groups)).replace("{d}", self.delimiter)
        if not self._fits(text):
            return "x"
        if "\n" in text and rng.random() < 0.3:
            text = text.replace("\n", rng.choice(("\r\n", "\r")))
        if not calm and rng.random() < 0.1:
            text = f"a{rng.choice((self.delimiter, self.line_end))}b"
        around = rng.choice(("", "", "", "", " ", "\u00a0", "  ", "\t" if self.delimiter != "\t" else " "))
        return around + text + rng.choice(("", around))

    def _fits(self, text: str) -> bool:
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            return False
        return True

    def row(self, number: int, *, calm: bool = False) -> list[str]:
        made = {"source_record_id": f"r{self.seed}-{number}", "email": f"p{number}@example.com"}
        return [made.get(name) or self.value(calm=calm) for name, _ in self.columns]

    def quoted(self, text: str) -> str:
        must = text.startswith('"') or any(sign in text for sign in (self.delimiter, "\n", "\r"))
        must |= '"' in text and self.quoting != "raw"
        if must or self.quoting == "all" or (self.quoting == "some" and self.rng.random() < 0.3):
            return '"' + text.replace('"', '""') + '"'
        return text

    def line(self, cells: Sequence[str]) -> str:
        return self.delimiter.join(map(self.quoted, cells))

    def good(self, cells: Sequence[str]) -> Record:
        named = [
            (name, header, cleaned(text))
            for (name, _), header, text in zip(self.columns, self.headers(), cells, strict=True)
        ]
        return Record(None, {n: t for n, _, t in named if n}, {h: t for n, h, t in named if not n and t is not None})

    def item(self, number: int, defect: str | None) -> tuple[str, list[Record]]:
        """The text of a record (of two, where a broken one falls apart) without its line end, and the truth."""
        width, rng = len(self.columns), self.rng
        # a line inside a record too wide could pass for a record of its own
        calm = defect in {"tail", "tail_lines", "open", "many"}
        cells = self.row(number, calm=calm)
        at = rng.randrange(width)
        if defect == "few":
            return self.line(cells[: rng.randrange(1, width)]) or "x", [Record("column_count")]
        if defect == "many":
            return self.line([*cells, *(rng.choice(("", "x", "a b")) for _ in range(rng.randint(1, 3)))]), [
                Record("column_count")
            ]
        if defect in {"empty_row", "blanks"}:
            cells = ["" if defect == "empty_row" else rng.choice((" ", "\u00a0", "N/A", "")) for _ in cells]
            return self.line(cells), [Record("empty_row")]
        if defect == "no_identity":
            return self._nobody(cells)
        if defect in {"tail", "tail_lines", "open"}:
            return self._misquoted(cells, defect, max(at, 1) if defect == "tail_lines" else at)
        signs = {"bytes": BROKEN_UTF8 if self.codec == "utf-8" else LONE_UTF16, "control": CONTROLS}
        if defect in signs:
            cells[at] += rng.choice(signs[defect]) + rng.choice(("", "b"))
        return self.line(cells), [Record("bad_encoding") if defect == "bytes" else self.good(cells)]

    def _nobody(self, cells: list[str]) -> tuple[str, list[Record]]:
        named = {"source_record_id", "first_name", "last_name", "email"}
        cells = [
            self.rng.choice(("", "-", "N/A")) if name in named else text
            for (name, _), text in zip(self.columns, cells, strict=True)
        ]
        is_filled = any(cleaned(text) is not None for text in cells)
        return self.line(cells), [Record("no_identity" if is_filled else "empty_row")]

    def _misquoted(self, cells: list[str], defect: str, at: int) -> tuple[str, list[Record]]:
        """The line with one field's quotes broken; ``open`` is judged when the rest of the text is known."""
        wrong = {
            "tail": '"abc"' + self.rng.choice(("x", " ", ' "b"', "é" if self.codec == "utf-8" else "e")),
            "tail_lines": f'"abc{self.line_end}def"x',
            "open": OPEN + "abc",
        }[defect]
        parts = [self.quoted(text) for text in cells]
        parts[at:] = [wrong, *(["x"] * (len(parts) - at - 1) if defect == "open" else parts[at + 1 :])]
        first = Record(_OPEN_REASON if defect == "open" else "bad_quote")
        return self.delimiter.join(parts), [first, *[Record("column_count")] * (defect == "tail_lines")]

    def kinds(self) -> list[str | None]:
        """The defect of each record."""
        drawn = [d for d in self.defects for _ in range(self.rng.randint(1, max(1, self.size // 24)))]
        kinds: list[str | None] = [*drawn, *[None] * (self.size - len(drawn))]
        self.rng.shuffle(kinds)
        return kinds

    def titles(self) -> list[str]:
        """Lines above the header, of which it can be told apart."""
        if len(self.columns) < 3 or self.size < 8 or self.rng.random() > 0.15:
            return []
        return self.rng.sample(
            ("Contacts export", "Exported on 2026-01-01 by nobody", "", "All rows"), self.rng.randint(1, 2)
        )

    def encoded(self, text: str) -> bytes:
        if "16" in self.codec:
            return BOMS.get(self.encoding, b"") + text.encode(self.codec, "surrogatepass")
        bad, wide = (len(signs.findall(text)) for signs in (_BROKEN, _WIDE))
        if self.encoding == "utf-8" and 0 < wide < 6 * bad:
            self.encoding = "utf-8-sig"  # nothing else would tell that it is not a western one
        return BOMS.get(self.encoding, b"") + text.encode(self.codec, "surrogateescape")


def _judged(text: str, records: list[Record], line_ends: str) -> tuple[str, list[Record]]:
    """The stray quotes in place; those that nothing after them ends are unterminated."""
    reasons = []
    for part in range(text.count(OPEN)):
        rest = text.split(OPEN, part + 1)[-1].replace(OPEN, '"')
        closing = re.search(r'(?<!")(?:"")*"(?!")', rest)
        assert closing is None or rest[closing.end() : closing.end() + 1] not in {"", *line_ends}, (
            "an open quote closes by chance"
        )
        reasons.append("bad_quote" if closing else "unterminated_quote")
    waiting = iter(reasons)
    return text.replace(OPEN, '"'), [Record(next(waiting)) if r.reason == _OPEN_REASON else r for r in records]


def _compressed(content: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(content, 1, mtime=0)
    if how == "bz2":
        return bz2.compress(content, 1)
    if how == "zstd":
        return pa.Codec("zstd").compress(content, asbytes=True)
    if how == "zip":
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("export.csv"), content)
        return sink.getvalue()
    return content


def generate(seed: int) -> GeneratedFile:
    """The file of a seed."""
    maker = _Maker(seed)
    rng, ends = maker.rng, {"\n", "\r", maker.line_end}
    titles, items = maker.titles(), [maker.item(n, kind) for n, kind in enumerate(maker.kinds(), start=1)]
    lines = [*titles, maker.line([header for _, header in maker.columns])]
    has_blanks = rng.random() < 0.3
    for text, _ in items:
        lines += [*[""] * (has_blanks and rng.random() < 0.2), text]
    is_ended = rng.random() < 0.7
    text = maker.line_end.join([*lines, *[""] * is_ended])
    text, records = _judged(text, [record for _, truth in items for record in truth], "".join(ends))
    content = maker.encoded(text)
    traits = (f"encoding={maker.encoding}", f"delimiter={maker.delimiter!r}", f"line_end={maker.line_end!r}",
              f"quoting={maker.quoting}", f"compression={maker.compression}", f"system={maker.system}",
              f"titles={len(titles)}", f"blank_lines={has_blanks}", f"final_line_end={is_ended}",
              *(f"defect={d}" for d in maker.defects or ["none"]))  # fmt: skip
    return GeneratedFile(seed, maker.system, _compressed(content, maker.compression), content, tuple(records), traits)
