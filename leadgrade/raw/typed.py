"""The canonical fields of a batch, in the types of the contract."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadgrade.raw.cells.ids import first_id, salesforce_id
from leadgrade.raw.cells.values import band_mid, names_day, to_boolean, to_number
from leadgrade.raw.cells.vocabulary import canonical_value, vocabulary
from leadgrade.raw.headers import ANY_TRUE
from leadgrade.raw.plan import Plan

_LISTED_IDS = ("subject_id", "account_source_id", "opportunity_source_id")
_IDS = (*_LISTED_IDS, "source_record_id", "parent_account_id")


def fields(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The batch with the canonical fields that the file fills.

    Args:
        rows: Cleaned cells ``c0 .. cN``, and ``t<position>`` beside the date columns.
        plan: How the file is read.
    """
    table = rows.with_columns(_typed(plan, name, kind).alias(name) for name, kind in plan.types.items())
    if plan.object == "opportunities":
        table = table.with_columns(_outcome(plan)).drop("deal_status", strict=False)
    table = table.with_columns(first_id(pl.col(n)) for n in _LISTED_IDS if n in table.columns)
    if plan.id_system == "salesforce":
        table = table.with_columns(salesforce_id(pl.col(n)) for n in _IDS if n in table.columns)
    if plan.object != "leads":
        return table
    # a list of deletions tells when the record was deleted or it tells nothing: its creation is no version
    telling = ("updated_at",) if plan.is_deletions else ("updated_at", "created_at")
    stamps = [f"t{p}" for n in telling for p in plan.match.fields.get(n, ())]
    return table.with_columns(version_at=pl.coalesce(stamps) if stamps else pl.lit(None, dtype=pl.Datetime("us")))


def _typed(plan: Plan, name: str, kind: str) -> pl.Expr:
    """The value of a field in its type of the contract."""
    variant, positions = plan.match.variant, plan.match.fields.get(name, ())
    if not positions:
        return pl.lit(variant.constants[name], dtype=pl.String())
    if name in plan.time_fields:
        return _lead_time(plan, name) if plan.object == "leads" else pl.coalesce([pl.col(f"t{p}") for p in positions])
    text = _first(positions, name)
    by_kind = {
        "DOUBLE": lambda: to_number(text),
        "BIGINT": lambda: pl.coalesce(to_number(text), band_mid(text)).round().cast(pl.Int64(), strict=False),
        "BOOLEAN": lambda: to_boolean(_coded(text, variant.vocabulary.get(name, {}))),
    }
    if kind in by_kind:
        return by_kind[kind]()
    words = f"{plan.object}.{name}"
    return canonical_value(text, words, variant.vocabulary.get(name, {})) if vocabulary(words) else text


def _first(positions: tuple[int, ...], name: str) -> pl.Expr:
    """The first filled of several columns; before that of flags the first true one, of consents the first refusal."""
    columns = [pl.col(f"c{p}") for p in positions]
    if len(columns) == 1:
        return columns[0]
    if name in ANY_TRUE:
        columns = [*(pl.when(to_boolean(c) | names_day(c)).then(c) for c in columns), *columns]
    elif name == "consent_status":
        columns = [*(pl.when(_refuses(c)).then(c) for c in columns), *columns]
    return pl.coalesce(columns)


def _refuses(text: pl.Expr) -> pl.Expr:
    """True for a word of refusal; a bare "No" is an unticked box."""
    action = canonical_value(text, "consents.action", {})
    return action.is_in(["denied", "withdrawn", "objected"]) & to_boolean(text).is_null()


def _lead_time(plan: Plan, name: str) -> pl.Expr:
    """ISO text; the text as it came where it cannot be read."""
    read = [pl.coalesce(_iso_text(pl.col(f"t{p}")), pl.col(f"c{p}")) for p in plan.match.fields[name]]
    return pl.coalesce(read) if len(read) > 1 else read[0]


def _iso_text(at: pl.Expr) -> pl.Expr:
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")


def _coded(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The text, a word of the system's own replaced by what it stands for."""
    if not words:
        return text
    key = text.str.to_lowercase().str.replace_all(r"[\s_\-/]+", " ")
    return pl.coalesce(key.replace_strict(words, default=None, return_dtype=pl.String()), text)


def _outcome(plan: Plan) -> list[pl.Expr]:
    """Deals: closed and won by the flags where they are filled, else by the words of status and stage."""
    there = set(plan.types)
    words = pl.concat_str([pl.col(n) for n in ("deal_status", "stage") if n in there] or [pl.lit(None, dtype=pl.String())],
                          separator=" ", ignore_nulls=True).str.to_lowercase()  # fmt: skip
    won, lost = words.str.contains(r"\bwon\b|closedwon"), words.str.contains(r"\blost\b|closedlost|abandoned")
    lost = lost & ~won
    known = pl.when(words.str.len_chars() > 0)
    is_won = pl.coalesce(*([pl.col("is_won")] if "is_won" in there else []), known.then(won))
    closed = pl.coalesce(*([pl.col("is_closed")] if "is_closed" in there else []), known.then(won | lost), is_won)
    return [is_won.alias("is_won"), (closed | is_won.fill_null(False)).alias("is_closed")]
