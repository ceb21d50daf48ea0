"""From the columns of a file to the columns of a table, batch by batch: pure polars.

``convert`` gives every row of a batch either to the table of its object or to the quarantine, with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadgrade.raw.cells import dates
from leadgrade.raw.cells.answers import json_objects
from leadgrade.raw.cells.cleaning import Cells, null_reason
from leadgrade.raw.cells.dates import DateForm
from leadgrade.raw.cells.vocabulary import is_known, vocabulary
from leadgrade.raw.faults import REFUSED, is_faulty, refused
from leadgrade.raw.mappings_data import canonical_fields
from leadgrade.raw.plan import Plan
from leadgrade.raw.readers.sniffed import ROW_NUMBER
from leadgrade.raw.typed import fields


@dataclass(frozen=True, slots=True)
class Converted:
    """A batch, split.

    Attributes:
        accepted: ``row_number``, the fields that the file fills (typed), ``answers``; for leads ``version_at`` and, where
            there are any, ``null_reasons``.
        refused: ``row_number``, ``reason``, ``column_name``, ``detail``, ``value_class``, ``payload`` (JSON of the cells as
            they came).
        kept: The cleaned cells of the accepted rows.
        unread: Position -> accepted rows whose text the typed field could not hold.
    """

    accepted: pl.DataFrame
    refused: pl.DataFrame
    kept: pl.DataFrame
    unread: dict[int, int]


def convert(rows: pl.DataFrame, cells: Cells, plan: Plan) -> Converted:
    """Split a batch into rows of the object and refused rows.

    Args:
        rows: The batch as it was read: text columns ``c0 .. cN`` and ``row_number``.
        cells: The same, cleaned.
        plan: How the file is read.
    """
    table = fields(_times(cells.rows, plan), plan)
    table = table.with_columns(is_bad=is_faulty(plan))
    has_bad = bool(table["is_bad"].any())
    good = table.filter(~pl.col("is_bad")) if has_bad else table
    unread = good.select(text.alias(str(p)) for p, text in _unread(plan))
    more = [_answers(good, unread, plan)]
    if plan.object == "leads" and cells.null_tokens:
        more.append(_null_reasons(good, cells, plan))
    bad = refused(rows, table.filter("is_bad"), plan) if has_bad else REFUSED.clone()
    accepted = good.select(ROW_NUMBER, *_filled(good, plan)).with_columns(more)
    counts = {int(name): unread[name].count() for name in unread.columns}
    return Converted(accepted, bad, good, {p: count for p, count in counts.items() if count})


def _filled(table: pl.DataFrame, plan: Plan) -> list[str]:
    """Columns of the object's table that the batch fills."""
    names = {*canonical_fields(plan.object), "version_at"} - {"deal_status"}
    wanted = names if plan.object in {"leads", "opportunities"} else set(plan.types)
    return [name for name in table.columns if name in wanted]


def _times(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """A column ``t<position>`` of times beside each date column."""
    default = DateForm("dmy")
    parsed = [dates.parse(rows[f"c{p}"], plan.forms.get(p, default)).alias(f"t{p}") for p in plan.time_positions]
    return rows.with_columns(parsed)


def _null_reasons(good: pl.DataFrame, cells: Cells, plan: Plan) -> pl.Series:
    words = good.select(ROW_NUMBER).join(cells.words, on=ROW_NUMBER, how="left", maintain_order="left")
    reasons = [(plan.headers[p], null_reason(pl.col(f"c{p}"))) for p in cells.null_tokens]
    return json_objects(words, reasons).alias("null_reasons")


def _unread(plan: Plan) -> list[tuple[int, pl.Expr]]:
    """Mapped columns, by position, with the text that the typed field could not hold."""
    kept: list[tuple[int, pl.Expr]] = []
    for name, kind in plan.types.items():
        if plan.object == "leads" and kind == "VARCHAR":
            continue  # the text itself is the field
        is_listed = vocabulary(f"{plan.object}.{name}") is not None
        for p in plan.match.fields.get(name, ()):
            if name in plan.time_fields:
                lost = pl.col(f"t{p}").is_null()
            elif is_listed:
                own = plan.match.variant.vocabulary.get(name, {})
                lost = ~is_known(pl.col(f"c{p}"), f"{plan.object}.{name}", own)
            elif kind == "VARCHAR":
                continue
            else:
                lost = pl.col(name).is_null()
            kept.append((p, pl.when(lost).then(pl.col(f"c{p}"))))
    return kept


def _answers(good: pl.DataFrame, unread: pl.DataFrame, plan: Plan) -> pl.Series:
    mapped = plan.match.positions
    # in the order of the headers' names: the same row with its columns in another order is the same row
    lost = [(plan.headers[int(name)], pl.col(name)) for name in unread.columns]
    free = sorted((header, p) for p, header in enumerate(plan.headers) if p not in mapped)
    texts = [(header, pl.col(f"c{p}")) for header, p in free] + lost
    return json_objects(good.hstack(unread), texts).alias("answers")
