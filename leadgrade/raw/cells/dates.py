"""Dates: one order of day and month for a column of a file, decided by what the whole column shows.

``12/11/2025`` alone tells nothing, ``25/12/2025`` anywhere in the column tells for all of it. Where neither the column
nor its file nor the source tells, or where the column shows both orders, only values that can be read one way are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from leadgrade.raw.cells.values import iso_timestamp

Order = Literal["dmy", "mdy"]

_CLOCK = (
    r"(?:[,\sT]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap])?\.?(?:m\.?)?)?"
    r"\s*(?:z|utc|gmt|(?P<zone>[+-]\d{2}:?\d{2}))?$"
)
_NUMERIC = r"(?i)^(?P<first>\d{1,2})(?P<mark>[/.\-])(?P<second_part>\d{1,2})[/.\-](?P<year>\d{4}|\d{2})" + _CLOCK
_YEAR_FIRST = r"(?i)^(?P<year>(?:19|20)\d{2})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})" + _CLOCK
# without marks only eight digits are a day: 202411 may be a month, a week or a number
_EIGHT_DIGITS = r"(?i)^(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})" + _CLOCK
_WEEKDAY = r"(?i)^(?:[a-zäé]{2,10}\.?,?\s+)?"
_MONTH = r"(?P<name>[a-zäéû]{3,10})\.?"
_DAY_NAMED = _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s\-./]+(?:de\s+)?" + _MONTH + r",?[\s\-./]+(?:de\s+)?(?P<year>\d{4}|\d{2})" + _CLOCK  # fmt: skip  # noqa: E501
_NAME_DAY = _WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _CLOCK

# the first three letters tell in English, German, French, Spanish, Portuguese, Italian and Dutch alike, with these few
_MONTHS = {
    1: "jan ene gen", 2: "feb fév fev", 3: "mar mär mrz maa", 4: "apr avr abr", 5: "may mai mag mei", 6: "jun giu",
    7: "jul lug", 8: "aug aoû aou ago", 9: "sep set", 10: "oct okt out ott", 11: "nov", 12: "dec dez déc dic",
}  # fmt: skip
_MONTH_NUMBERS = {word: str(number) for number, words in _MONTHS.items() for word in words.split()}
_MONTH_NUMBERS |= {"juin": "6", "juil": "7"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a column shows: numeric dates whose day can only stand first, or only second."""

    numeric: int = 0
    day_first: int = 0
    month_first: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.numeric + other.numeric, self.day_first + other.day_first, self.month_first + other.month_first
        )


@dataclass(frozen=True, slots=True)
class DateForm:
    """How the numeric dates of a column are read, and why.

    ``evidence``: the column tells; ``file``: other columns of the file tell, and agree; ``configured``, ``system``,
    ``country``: it does not tell, but its source does (``date_order``, its system's own, its country's); ``mixed``: the
    column shows both orders; ``unknown``: nothing tells.

    Attributes:
        order: Order of day and month.
        reason: One of the above.
        is_known: False where a value that can be read in two ways must not be read.
    """

    order: Order
    reason: str = "unknown"
    is_known: bool = True

    @property
    def is_mixed(self) -> bool:
        """True where values of both orders stand side by side, so that each is read by itself."""
        return self.reason == "mixed" or not self.is_known

    def reads_otherwise(self, other: DateForm) -> bool:
        """True where some date means another day, or none, by the other form."""
        return (self.order, self.is_mixed, self.is_known) != (other.order, other.is_mixed, other.is_known)


def evidence(column: pl.Series) -> Evidence:
    """Count the values of a column that tell the order of day and month."""
    # dates with dots are day first wherever they are written; they say nothing about the column
    numeric = column.drop_nulls().filter(column.drop_nulls().str.contains(r"^\d{1,2}[/\-]\d{1,2}[/\-]\d{2}"))
    if numeric.is_empty():
        return Evidence()
    parts = numeric.str.extract_groups(r"^(?P<a>\d{1,2})[/\-](?P<b>\d{1,2})").struct.unnest()
    a, b = parts["a"].cast(pl.Int64), parts["b"].cast(pl.Int64)
    return Evidence(len(numeric), int(((a > 12) & (b <= 12)).sum()), int(((b > 12) & (a <= 12)).sum()))


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the order before a look at the column: the order, and who says so; None where nobody does."""

    order: Order | None = None
    reason: str = "unknown"

    @property
    def form(self) -> DateForm:
        """The form of a column that does not tell."""
        return DateForm(self.order or "dmy", self.reason, is_known=self.order is not None)


def decide(found: Evidence, told: Told) -> DateForm:
    """The order of a column: by its evidence, else as told; mixed where both orders are shown."""
    if found.day_first and found.month_first:
        return DateForm(told.order or "dmy", "mixed", is_known=told.reason in {"configured", "system"})
    if found.day_first:
        return DateForm("dmy", "evidence")
    return DateForm("mdy", "evidence") if found.month_first else told.form


def decide_all(found: Mapping[int, Evidence], told: Told) -> dict[int, DateForm]:
    """The order of each column of numeric dates; a column that does not tell follows the columns that do."""
    forms = {position: decide(one, told) for position, one in found.items() if one.numeric}
    shown: set[Order] = {form.order for form in forms.values() if form.reason == "evidence"}
    if len(shown) == 1:
        by_file = DateForm(shown.pop(), "file")
        forms = {p: form if form.reason in {"evidence", "mixed"} else by_file for p, form in forms.items()}
    return forms


def is_ambiguous(text: pl.Expr) -> pl.Expr:
    """True for a numeric date that can be read in two ways: ``03/04/2025``, but neither ``03/03/2025`` nor ``3.4.2025``."""
    parts = text.str.extract_groups(r"^(?P<a>\d{1,2})[/\-](?P<b>\d{1,2})[/\-]\d{2}")
    a = parts.struct.field("a").cast(pl.Int64, strict=False)
    b = parts.struct.field("b").cast(pl.Int64, strict=False)
    return ((a <= 12) & (b <= 12) & (a != b)).fill_null(False)


def _iso(parts: pl.Expr) -> pl.Expr:
    """ISO text from the named parts of a match; null where there was none."""

    def part(name: str) -> pl.Expr:
        return parts.struct.field(name)

    year = part("year")
    short = year.cast(pl.Int64, strict=False)
    century = pl.when(short < 70).then(short + 2000).otherwise(short + 1900).cast(pl.String)
    hour = part("hour").cast(pl.Int64, strict=False).fill_null(0)
    half = part("half").str.to_lowercase()
    clock = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    full_year = pl.when(year.str.len_chars() == 2).then(century).otherwise(year)
    day = pl.concat_str([full_year, part("month"), part("day")], separator="-")
    time = [clock.cast(pl.String), part("minute").fill_null("00"), part("second").fill_null("00")]
    return pl.concat_str([day, pl.lit(" "), pl.concat_str(time, separator=":"), part("zone").fill_null("")])


def _named(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern)
    name = parts.struct.field("name").str.to_lowercase()
    letters = pl.coalesce(
        name.str.slice(0, 4).replace_strict(_MONTH_NUMBERS, default=None, return_dtype=pl.String),
        name.str.slice(0, 3).replace_strict(_MONTH_NUMBERS, default=None, return_dtype=pl.String),
    )
    return _iso(parts.struct.with_fields(letters.alias("month")))


def _numeric(text: pl.Expr, form: DateForm) -> pl.Expr:
    parts = text.str.extract_groups(_NUMERIC)
    first, second = parts.struct.field("first"), parts.struct.field("second_part")
    dotted = parts.struct.field("mark") == "."
    day_first = dotted if form.order == "mdy" else pl.lit(True)
    if form.is_mixed:
        a, b = first.cast(pl.Int64, strict=False), second.cast(pl.Int64, strict=False)
        known = (a > 12) | (b > 12) | (a == b) | dotted | pl.lit(form.is_known)
        either = pl.lit(form.order == "dmy")
        day_first = (a > 12) | (dotted & (b <= 12)) | (either & (b <= 12))
        first, second = pl.when(known).then(first), pl.when(known).then(second)
    day = pl.when(day_first).then(first).otherwise(second)
    month = pl.when(day_first).then(second).otherwise(first)
    return _iso(parts.struct.with_fields(day.alias("day"), month.alias("month")))


def _epoch(text: pl.Expr) -> pl.Expr:
    """Seconds, milliseconds or microseconds since 1970, told by their digits (years 2001 to 2033)."""
    number = pl.when(text.str.contains(r"^1\d{9}(?:\d{3}){0,2}(?:\.\d+)?$")).then(text.str.extract(r"^(\d+)"))
    value, digits = number.cast(pl.Int64, strict=False), number.str.len_chars()
    micros = pl.when(digits == 10).then(value * 1_000_000).when(digits == 13).then(value * 1_000).otherwise(value)
    return micros.cast(pl.Datetime("us"))


def _other_forms(values: pl.Series, form: DateForm) -> pl.DataFrame:
    """Distinct values that are not ISO, with their time where another form fits."""
    text = pl.col("text")
    year_first, digits = text.str.extract_groups(_YEAR_FIRST), text.str.extract_groups(_EIGHT_DIGITS)
    # a value fits one form at most; column by column, for one expression of all would be computed many times over
    frame = pl.DataFrame({"text": values}).with_columns(
        epoch=_epoch(text), numeric=_numeric(text, form), year_first=_iso(year_first), digits=_iso(digits),
        day_named=_named(text, _DAY_NAMED), name_day=_named(text, _NAME_DAY),
    )  # fmt: skip
    frame = frame.with_columns(iso=pl.coalesce("numeric", "year_first", "digits", "day_named", "name_day"))
    return frame.select("text", at=pl.coalesce("epoch", iso_timestamp(pl.col("iso"))))


_FAST_ISO = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f",
)  # fmt: skip
# as raw.leads holds the times of every source
_INTAKE = ("%Y-%m-%d %H:%M:%S", r"^\d{4}-")
_FAST_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def _fast_formats(form: DateForm) -> list[tuple[str, str]]:
    """Formats that polars parses at column speed, with the pattern that a value must match before."""
    found = [(name, r"^\d{4}-") for name in _FAST_ISO]
    if form.is_mixed:
        return found
    day = "%d/%m/%Y" if form.order == "dmy" else "%m/%d/%Y"
    return found + [(day + clock, r"^\d{1,2}/\d{1,2}/\d{4}\b") for clock in _FAST_CLOCKS]


def _fast(text: pl.Expr, name: str, guard: str) -> pl.Expr:
    checked = pl.when(text.str.contains(guard)).then(text)
    if "%H" in name or "%I" in name:
        return checked.str.to_datetime(name, strict=False, time_unit="us", ambiguous="null")
    return checked.str.to_date(name, strict=False).cast(pl.Datetime("us"))


def _fast_format(column: pl.Series, form: DateForm) -> tuple[str, str] | None:
    """The format of the first filled value; most columns have no other."""
    first = column.drop_nulls().head(1).to_frame("text")
    fits = (f for f in _fast_formats(form) if len(first) and first.select(_fast(pl.col("text"), *f)).item() is not None)
    return next(fits, None)


def parse(column: pl.Series, form: DateForm) -> pl.Series:
    """A column of text as Datetime (microseconds, UTC, no zone); what cannot be read, or only in two ways, is null."""
    chosen, text = _fast_format(column, form), pl.col("text")
    at = _fast(text, *chosen) if chosen else pl.lit(None, dtype=pl.Datetime("us"))
    return _with_rest(column, at, lambda rest: _parse_rest(rest, form))


def iso_times(column: pl.Series) -> pl.Series:
    """What :func:`~leadgrade.raw.cells.values.iso_timestamp` says of each text; the form that the intake writes costs a tenth."""

    def other(rest: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"text": rest}).with_columns(at=iso_timestamp(pl.col("text")))

    return _with_rest(column, _fast(pl.col("text"), *_INTAKE), other)


def _with_rest(column: pl.Series, at: pl.Expr, other: Callable[[pl.Series], pl.DataFrame]) -> pl.Series:
    """The times of a column by a fast form of its ``text``; the distinct texts that it does not read get what ``other`` says."""
    frame = pl.DataFrame({"text": column}).with_columns(at=at)
    rest = frame.filter(pl.col("at").is_null() & pl.col("text").is_not_null())["text"].unique()
    if rest.is_empty():
        return frame["at"].alias(column.name)
    joined = frame.join(other(rest), on="text", how="left", maintain_order="left", suffix="_other")
    return joined.select(pl.coalesce("at", "at_other").alias(column.name)).to_series()


def _parse_rest(values: pl.Series, form: DateForm) -> pl.DataFrame:
    """Distinct values with their time, by every form there is."""
    frame = pl.DataFrame({"text": values}).with_columns(at=iso_timestamp(pl.col("text")))
    rest = frame.filter(pl.col("at").is_null())["text"]
    return pl.concat([frame.drop_nulls("at"), _other_forms(rest, form).drop_nulls("at")])
