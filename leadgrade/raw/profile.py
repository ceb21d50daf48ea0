"""What each column of a file is: how well it is filled, and what its values look like.

The counts are exact and cost nothing (the null counts of the batches). The look rests on a sample: up to 2,000 values of the
first batch that has any, and up to 2,000 of a later one, so that a column which changes its manner halfway is no surprise.
Of the sample only hits are kept, never a value.

The looks, in the order in which they are tried; a column has the first one that fits at least nine tenths of its sample:

- ``email``: addresses, also several in one cell or with a name before ``<...>``;
- ``url``: web addresses and bare domains;
- ``boolean``: yes and no in words (``true``, ``ja``, ``x``); 0 and 1 are numbers;
- ``date``: a calendar day with or without a time, in the forms of docs/intake.md, but for seconds since 1970;
- ``number``: a number with or without signs of currency, per cent or thousands, of less than nine plain digits;
- ``phone``: 7 to 15 digits with signs between or before them, or with a leading zero;
- ``id``: one word of letters, digits and ``-_.:/#`` with a digit in it, which a plain number of nine or more digits (record
  numbers; phones without any sign) is, too;
- ``text``: anything else; ``empty``: no accepted row has a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import polars as pl

from leadgrade.engine.duckdb import polars_schema
from leadgrade.raw.cells.values import to_boolean

SAMPLE = 2_000
LEAST_SHARE = 0.9

_MAIL = r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}"
_MAIL_CELL = rf"(?:[^<>@,;]*<{_MAIL}>|{_MAIL})"
_MONTH = r"(?:jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?"
_TIME = r"(?:[ ,T]+\d{1,2}:\d{2}.*)?"
_CURRENCY = r"(?:(?:r|us|a|c)?\$|[€£¥₹₺₽]|usd|eur|gbp|brl|chf|cad|aud|inr|jpy|kr\.?|zł)"
_GROUPS = r"[1-9]\d{0,2}(?:(?:,\d{2,3})*,\d{3}(?:\.\d+)?|(?:\.\d{3})+(?:,\d+)?|(?:[ '’]\d{3})+(?:[.,]\d+)?)"
_FIGURE = rf"(?:{_GROUPS}|(?:[1-9]\d{{0,7}}|0)(?:[.,]\d+)?)"
_PATTERNS = {
    "email": rf"^{_MAIL_CELL}(?:\s*[,;]\s*{_MAIL_CELL})*$",
    "url": r"(?i)^(?:(?:https?://|www\.)\S+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:[/?#]\S*)?)$",
    "date": rf"(?i)^(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}\.?[ -]{_MONTH},?[ -]\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])){_TIME}$",
    "number": rf"(?i)^\(?[-−]?\s*{_CURRENCY}?\s*[-−]?{_FIGURE}\s*(?:[kmb]|mio|mrd|mn|bn)?\s*(?:%|{_CURRENCY})?\)?$",
    "phone": r"(?i)^(?:p:|tel:)?\s*(?:\+|\(|0)?(?:[\s().\-/]*\d){7,15}(?:\s*(?:x|ext\.?)\s*\d{1,6})?$",
    "id": r"^[#A-Za-z0-9_\-.:/]{2,64}$",
}
_LOOKS = ("email", "url", "boolean", "date", "number", "phone", "id")


def _fits(look: str, value: pl.Expr) -> pl.Expr:
    """Whether a value has this look; one value may have several."""
    if look == "boolean":
        return to_boolean(value).is_not_null() & ~value.str.contains(r"\d")
    found = value.str.contains(_PATTERNS[look])
    record_number = value.str.contains(r"^\d{9,}$")
    if look == "phone":
        return found & ~record_number | value.str.contains(r"^0\d{6,14}$")
    return found & value.str.contains(r"\d") if look == "id" else found


@cache
def _hits() -> list[pl.Expr]:
    """How many of the column ``value`` have each look; made once, for there are many columns."""
    return [_fits(look, pl.col("value")).sum().alias(look) for look in _LOOKS]


def _sample(values: pl.Series) -> Counter[str]:
    """How many of the first filled values have each look, and how many there are (``all``)."""
    sample = values.drop_nulls().head(SAMPLE)
    hits = sample.to_frame("value").select(_hits()).row(0, named=True)
    return Counter(hits) + Counter(all=len(sample))


def _look(hits: Counter[str]) -> str:
    return next((look for look in _LOOKS if hits[look] >= LEAST_SHARE * hits["all"]), "text")


class Profile:
    """Counts of the columns of one file, batch by batch.

    Args:
        headers: Headers of the file, in its order.
        fields: Position (0 = first) -> canonical field; positions that are not there go to ``answers``.
    """

    def __init__(self, headers: list[str], fields: Mapping[int, str]) -> None:
        self._headers = headers
        self._fields = fields
        self._batches = 0
        self._filled = [0] * len(headers)
        self._null_tokens: Counter[int] = Counter()
        self._unread: Counter[int] = Counter()
        self._first: dict[int, Counter[str]] = {}
        self._later: dict[int, Counter[str]] = {}

    def add(
        self, cleaned: pl.DataFrame, null_tokens: Mapping[int, int], unread: Mapping[int, int] | None = None
    ) -> None:
        """Count a batch.

        Args:
            cleaned: Accepted rows, columns ``c0 .. cN`` of text, null where nothing is meant; other columns are ignored.
            null_tokens: Position -> accepted rows whose cell held a word that stands for nothing.
            unread: Position -> accepted rows whose text the typed field could not hold.
        """
        self._batches += not cleaned.is_empty()
        # batches 2, 4, 8, ...: the last one looked at lies in the second half of the file, and the looks stay few
        is_later = self._batches > 1 and self._batches & (self._batches - 1) == 0
        for position in range(len(self._headers)):
            values = cleaned.get_column(f"c{position}")
            filled = len(values) - values.null_count()
            self._filled[position] += filled
            if filled and position not in self._first:
                self._first[position] = _sample(values)
            elif filled and is_later:
                self._later[position] = _sample(values)
        self._null_tokens.update(null_tokens)
        self._unread.update(unread or {})

    def frame(self, file_id: str, source: str, object: str) -> pl.DataFrame:  # noqa: A002  as the column is called
        """The rows of raw.columns for the file."""
        rows = [
            {
                "file_id": file_id,
                "source": source,
                "object": object,
                "position": position + 1,
                "header": header,
                "field": self._fields.get(position),
                "filled": self._filled[position],
                "null_tokens": self._null_tokens[position],
                "unread": self._unread[position],
                "look": self._look_of(position),
            }
            for position, header in enumerate(self._headers)
        ]
        return pl.DataFrame(rows, schema=polars_schema("raw.columns"))

    def _look_of(self, position: int) -> str:
        hits = self._first.get(position)
        return _look(hits + self._later.get(position, Counter())) if hits else "empty"
