"""What callers hand to the functions of the library, checked.

An error names the argument, what was found, what was expected, and what to do. No message quotes a value of a cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TypeVar

import polars as pl

T = TypeVar("T")
PROFILES = ("b2b", "b2c")


def frame(value: object, name: str) -> pl.DataFrame:
    """A table, or a TypeError that says how to make one."""
    if isinstance(value, pl.DataFrame):
        return value
    step = "collect() it first" if isinstance(value, pl.LazyFrame) else "pl.DataFrame(...) makes one of most tables"
    raise TypeError(f"{name}: expected a polars DataFrame, found {_kind(value)}; {step}")


def records(value: object, name: str) -> pl.DataFrame:
    """A table whose empty cells are null, as in a file that is taken in: a blank is no address, no proof and no id."""
    table = frame(value, name)
    texts = [column for column, kind in table.schema.items() if kind in (pl.String, pl.Categorical, pl.Enum)]
    blank = [pl.col(column).cast(pl.String).str.strip_chars() == "" for column in texts]
    return table.with_columns(
        pl.when(~is_blank).then(pl.col(column)).alias(column) for column, is_blank in zip(texts, blank, strict=True)
    )


def series(value: object, name: str) -> pl.Series:
    """A column as text, or a TypeError that says how to make one."""
    if not isinstance(value, pl.Series):
        step = "take one column of it" if isinstance(value, pl.DataFrame | pl.LazyFrame) else "pl.Series(...) makes one"
        raise TypeError(f"{name}: expected a polars Series, found {_kind(value)}; {step}")
    return text(value, name)


def text(values: pl.Series, name: str) -> pl.Series:
    """The column as text; numbers and categories are written out."""
    if not is_text(values.dtype):
        raise TypeError(f"{name}: expected text, found {values.dtype}; give one text a row")
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:  # its message quotes the value
        raise TypeError(f"{name}: expected text, found {values.dtype} that is none; decode it first") from None


def is_text(kind: pl.DataType) -> bool:
    """True where a value of the type is one text, or can be written as one."""
    return not (kind.is_nested() or kind in (pl.Object, pl.Duration))


def ids(values: pl.Series, name: str) -> None:
    """Raise a ValueError where an id is missing or stands twice."""
    if values.null_count():
        raise ValueError(f"{name} is missing in {values.null_count()} row(s); every row needs one of its own")
    repeated = len(values) - values.n_unique()
    if repeated:
        raise ValueError(
            f"{name} is not unique: {repeated} row(s) repeat one; give each row its own, or drop the repeats"
        )


def typed(table: pl.DataFrame, name: str, kinds: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The table with the columns of ``kinds`` that it has in these types; a ValueError names the one that cannot be read so."""
    columns = [
        _cast(table[column], f"{name}.{column}", kind) for column, kind in kinds.items() if column in table.columns
    ]
    return table.with_columns(columns)


def _cast(values: pl.Series, name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    if values.dtype == kind:
        return values
    is_time = kind in (pl.Date, pl.Datetime)
    step = "str.to_datetime() reads text" if is_time else "cast it first"
    if is_time and values.dtype.is_numeric():  # polars would take seconds since 1970 for microseconds
        raise ValueError(f"{name}: expected {kind}, found {values.dtype}; pl.from_epoch() reads numbers, by their unit")
    try:
        return values.cast(kind)
    except pl.exceptions.PolarsError:  # its message quotes values
        raise ValueError(f"{name}: expected {kind}, found {values.dtype} that cannot be read so; {step}") from None


def moment(value: object, name: str) -> datetime:
    """A time as UTC without zone; a day is its first moment."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise TypeError(f"{name}: expected a datetime (UTC), found {_kind(value)}; such as datetime(2026, 10, 1)")


def instance(value: object, kind: type[T], name: str, step: str) -> T:
    """The value, or a TypeError that says where one comes from."""
    if isinstance(value, kind):
        return value
    raise TypeError(f"{name}: expected {kind.__name__}, found {_kind(value)}; {step}")


def profile(value: object) -> str:
    """A profile, or a ValueError that names them."""
    if value in PROFILES:
        return str(value)
    raise ValueError(f"profile: expected {' or '.join(PROFILES)}, found {value!r}")


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__.split('.')[0]} {kind.__name__}"
