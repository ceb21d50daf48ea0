"""Columns of Arrow as text, the way a csv file would hold them."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

_TEXT = pa.large_string()
_EXACT = float(2**53)  # whole numbers below are exact in a float


def as_text(array: pa.Array) -> pa.Array:
    """An array of any type as text; null where a value is null or cannot be shown as text.

    Times are ISO 8601 in UTC, booleans ``true`` and ``false``, whole numbers without ``.0``, lists of plain values joined by
    ``;``, other nested values JSON, bytes what they are in UTF-8.
    """
    array = _plain(array)
    kind = array.type
    convert = next((function for is_kind, function in _KINDS if is_kind(kind)), _as_json)
    return convert(array) if _is_text(kind) or is_valid(array) else _row_by_row(array)


def is_valid(array: pa.Array) -> bool:
    """Whether the array is what its type says; texts that are no UTF-8 are not."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _plain(array: pa.Array) -> pa.Array:
    """Without dictionary, run lengths and extension type."""
    if pt.is_dictionary(array.type):
        return array.dictionary_decode()
    if pt.is_run_end_encoded(array.type):
        return pc.run_end_decode(array)
    if isinstance(array.type, pa.UuidType):
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], _TEXT)
    return array.storage if isinstance(array.type, pa.BaseExtensionType) else array


def _cast(array: pa.Array) -> pa.Array:
    return pc.cast(array, _TEXT)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    wide = pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_binary_view(kind)
    return bool(wide or pt.is_fixed_size_binary(kind) or _is_text(kind))


def _from_bytes(array: pa.Array) -> pa.Array:
    if _is_text(array.type) and is_valid(array):
        return _cast(array)
    # a view casts to no bytes, and a text that is none can only be seen as bytes
    values = pc.cast(array, pa.large_binary())
    try:
        return _cast(values)
    except pa.ArrowInvalid:
        return pa.array([_decoded(value) for value in values.to_pylist()], _TEXT)


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _from_float(array: pa.Array) -> pa.Array:
    values = pc.cast(array, pa.float64())
    is_whole = pc.fill_null(pc.and_(pc.equal(pc.round(values), values), pc.less(pc.abs(values), _EXACT)), False)
    whole = pc.cast(pc.cast(pc.if_else(is_whole, values, 0.0), pa.int64()), _TEXT)
    return pc.if_else(is_whole, whole, _cast(array))


def _from_decimal(array: pa.Array) -> pa.Array:
    text = _cast(array)
    if not pc.any(pc.match_substring(text, "E")).as_py():
        return text
    values = text.to_pylist()
    return pa.array([None if value is None else f"{decimal.Decimal(value):f}" for value in values], _TEXT)


def _from_time(array: pa.Array) -> pa.Array:
    """ISO text; an instant with a zone is one of UTC underneath."""
    kind = array.type
    if pt.is_timestamp(kind):
        array = array.view(pa.timestamp(kind.unit))
        array = pc.cast(array, pa.timestamp("us"), safe=False) if kind.unit == "ns" else array
    text = pc.replace_substring_regex(_cast(array), r"\.0+$", "")
    return pc.if_else(pc.starts_with(text, "<"), pa.scalar(None, _TEXT), text)  # "<value out of range: ...>"


def _is_list(kind: pa.DataType) -> bool:
    lists = pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind)
    return bool(lists and not pt.is_nested(kind.value_type))


def _from_list(array: pa.Array) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(array), 0).cast(pa.int64())
    ends = pc.cumulative_sum(lengths)
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), ends])
    lists = pl.Series(pl.from_arrow(pa.LargeListArray.from_arrays(offsets, as_text(array.flatten()))))
    joined = lists.list.join(";", ignore_nulls=True)
    return joined.set(joined == "", None).to_arrow().cast(_TEXT)


def _row_by_row(array: pa.Array) -> pa.Array:
    """Null where a text inside is no UTF-8."""
    texts: list[str | None] = []
    for scalar in array:
        try:
            texts.append(as_text(pa.array([scalar.as_py()], array.type))[0].as_py())
        except UnicodeDecodeError:
            texts.append(None)
    return pa.array(texts, _TEXT)


def _as_json(array: pa.Array) -> pa.Array:
    return pa.array([_json(array[i]) for i in range(len(array))], _TEXT)


def _json(scalar: pa.Scalar) -> str | None:
    try:
        value = scalar.as_py()
        if value is None:
            return None
        if not pt.is_nested(scalar.type):
            return _plain_value(value)
        if pt.is_map(scalar.type):
            value = dict(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain_value, skipkeys=True)
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None


def _plain_value(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


_KINDS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (_is_bytes, _from_bytes),
    (pt.is_floating, _from_float),
    (pt.is_decimal, _from_decimal),
    (lambda kind: pt.is_timestamp(kind) or pt.is_time(kind), _from_time),
    (pt.is_date, lambda array: _from_time(pc.cast(array, pa.date32(), safe=False))),
    (lambda kind: pt.is_boolean(kind) or pt.is_integer(kind) or pt.is_null(kind), _cast),
    (_is_list, _from_list),
)
