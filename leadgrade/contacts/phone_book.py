"""Answers to telephone numbers, each written down once: those of the compiled table, and what the library added."""

from __future__ import annotations

from functools import cache

import phonenumbers
import polars as pl

from leadgrade.contacts.phone_library import LENGTHS, NO_COUNTRY, PARSE_FAULTS, POSSIBLE, TYPES, Answer, fault_of_length
from leadgrade.contacts.phone_plan.compile import FAULT, NUMBER
from leadgrade.contacts.phone_plan.lookup import Lookup

# types that a salesperson can call or text; the others are hotlines, pagers and mailboxes
CALLABLE = ("fixed_line", "mobile", "fixed_line_or_mobile", "voip", "personal_number")
_COLUMNS: dict[str, type[pl.DataType]] = {
    "is_possible": pl.Boolean,
    "is_valid": pl.Boolean,
    "country_code": pl.Int64,
    "region": pl.String,
    "type": pl.String,
    "possible_reason": pl.String,
    "error": pl.String,
    "time_zone": pl.String,
    "carrier": pl.String,
    "answered_by": pl.String,
    "size": pl.UInt8,
    "is_reserved": pl.Boolean,
}


def _level(*, is_placeholder: bool) -> pl.Expr:
    """A number kept for fiction fits the plan and is still nobody's: it stops at possible."""
    valid = pl.col("is_valid") & (not is_placeholder)
    return (
        pl.when(valid & pl.col("type").is_in(CALLABLE))
        .then(pl.lit("line_type_ok"))
        .when(valid)
        .then(pl.lit("valid"))
        .when("is_possible")
        .then(pl.lit("possible"))
        .otherwise(pl.lit("invalid"))
    )


def _finished(answers: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("country_code")
    return answers.cast(_COLUMNS).with_columns(  # type: ignore[arg-type]
        code_size=pl.when(code.is_null())
        .then(0)
        .when(code < 10)
        .then(1)
        .when(code < 100)
        .then(2)
        .otherwise(3)
        .cast(pl.UInt8),
        is_toll_free=(pl.col("type") == "toll_free").fill_null(value=False),
        is_premium_rate=(pl.col("type") == "premium_rate").fill_null(value=False),
        level=_level(is_placeholder=False),
        level_of_placeholder=_level(is_placeholder=True),
    )


@cache
def of_table(lookup: Lookup) -> pl.DataFrame:
    """The outcomes of the table in our words, in the order of their numbers.

    Returns:
        is_possible, is_valid, country_code, region, type, possible_reason, error, time_zone, carrier, answered_by, code_size
        and size (digits of the calling code and of the national number, 0 where none was read), is_reserved (kept for
        fiction), is_toll_free, is_premium_rate, level, level_of_placeholder.
    """
    valid = (pl.col("type") != phonenumbers.PhoneNumberType.UNKNOWN).fill_null(value=False)
    is_number = pl.col("kind") == NUMBER
    of_length = {reason: fault_of_length(reason) for reason in LENGTHS}

    def named(column: str, names: dict[int, str]) -> pl.Expr:
        return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)

    fault = pl.when(pl.col("kind") == FAULT).then(named("error", PARSE_FAULTS))
    return _finished(
        lookup.plan.outcomes.select(
            is_possible=pl.col("reason").is_in(POSSIBLE).fill_null(value=False),
            is_valid=valid,
            country_code="country_code",
            region=pl.when(pl.col("region") != NO_COUNTRY).then("region"),
            type=named("type", TYPES),
            possible_reason=named("reason", LENGTHS),
            error=fault.when(is_number & ~valid).then(named("reason", of_length)),
            time_zone="time_zone",
            carrier="carrier",
            answered_by=pl.lit("table"),
            size=pl.col("length").fill_null(0),
            is_reserved=pl.col("is_reserved").fill_null(value=False),
        )
    )


def of_library(answers: list[Answer], answered_by: pl.Series) -> pl.DataFrame:
    """Answers that the table does not hold, and who gave them, as rows that may stand behind those of the table."""
    frame = pl.DataFrame(answers, schema={name: _COLUMNS.get(name, pl.String) for name in Answer._fields}, orient="row")
    size = pl.col("national_number").str.len_bytes().fill_null(0)
    # whether it is kept for fiction is asked of its digits
    return _finished(
        frame.with_columns(answered_by=answered_by, size=size, is_reserved=pl.lit(value=True)).select(*_COLUMNS)
    )
