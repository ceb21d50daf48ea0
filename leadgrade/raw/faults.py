"""Why a row is refused: what it lacks, or what nobody can read in one way."""

from __future__ import annotations

import polars as pl

from leadgrade.raw.cells.answers import json_objects
from leadgrade.raw.cells.dates import is_ambiguous
from leadgrade.raw.cells.vocabulary import vocabulary
from leadgrade.raw.plan import Plan
from leadgrade.raw.readers.sniffed import ROW_NUMBER
from leadgrade.raw.rework.quarantine import value_class

_REASON, _COLUMN, _DETAIL = "reason", "column_name", "detail"
# refused rows of a batch: payload is the JSON of the cells as they came
REFUSED = pl.DataFrame(
    schema={ROW_NUMBER: pl.Int64()} | dict.fromkeys((_REASON, _COLUMN, _DETAIL, "value_class", "payload"), pl.String())
)


def is_faulty(plan: Plan) -> pl.Expr:
    """True for a row that is refused. Cheap: what is wrong with it is asked of these rows alone."""
    return pl.any_horizontal([when for when, _ in _faults(plan)])


def refused(rows: pl.DataFrame, bad: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Refused rows for the quarantine, in the columns of ``REFUSED``.

    Args:
        rows: The batch as it was read.
        bad: Its faulty rows, converted.
        plan: How the file is read.
    """
    told = bad.select(ROW_NUMBER, *_texts(plan), fault=pl.coalesce(pl.when(w).then(f) for w, f in _faults(plan)))
    told = told.unnest("fault")
    looks = [pl.when(pl.col(_COLUMN) == n).then(value_class(pl.col(f"text_{n}"))) for n in _named(plan)]
    told = told.select(ROW_NUMBER, _REASON, _COLUMN, _DETAIL, value_class=pl.coalesce(looks))
    as_read = rows.join(told, on=ROW_NUMBER, how="semi")
    payload = json_objects(as_read, [(header, pl.col(f"c{p}")) for p, header in enumerate(plan.headers)])
    return told.join(as_read.select(ROW_NUMBER, payload.alias("payload")), on=ROW_NUMBER, how="left")


def _faults(plan: Plan) -> list[tuple[pl.Expr, pl.Expr]]:
    """What can be wrong with a row: when it is, and the fault (reason, column_name, detail). The first one counts."""
    blank = pl.all_horizontal([pl.col(f"c{p}").is_null() for p in range(len(plan.headers))])
    found = [(blank, _fault("empty_row", "", "no cell of the record is filled"))]
    found += _repeated_header(plan)
    if not plan.is_deletions:
        # who was deleted is deleted, whenever that was
        found += [_ambiguous(plan, name) for name in plan.time_fields if _is_open(plan, name)]
    for group in plan.required:
        there = [name for name in group if name in plan.types]
        found.append((pl.all_horizontal([pl.col(name).is_null() for name in there]), _reason_of(plan, group)))
    return found


def _repeated_header(plan: Plan) -> list[tuple[pl.Expr, pl.Expr]]:
    """The header once more, as it stands between exports that were put together: nobody is called First Name Last Name.

    The mapped columns tell; in a single one a word may be a value.
    """
    cells = [(pl.col(f"c{p}"), plan.headers[p]) for positions in plan.match.fields.values() for p in positions]
    if len(cells) < 2:
        return []
    return [
        (
            pl.all_horizontal([c.eq_missing(pl.lit(h)) for c, h in cells]),
            _fault("repeated_header", "", "the header of the file again"),
        )
    ]


def _named(plan: Plan) -> list[str]:
    """Fields that some column of the file fills."""
    return [name for name in plan.types if plan.match.fields.get(name)]


def _texts(plan: Plan) -> list[pl.Expr]:
    return [pl.coalesce(pl.col(f"c{p}") for p in plan.match.fields[n]).alias(f"text_{n}") for n in _named(plan)]


def _fault(reason: str, column: str, detail: str) -> pl.Expr:
    return pl.struct(pl.lit(reason).alias(_REASON), pl.lit(column).alias(_COLUMN), pl.lit(detail).alias(_DETAIL))


def _is_open(plan: Plan, name: str) -> bool:
    return any(p in plan.open_positions for p in plan.match.fields.get(name, ()))


def _ambiguous(plan: Plan, name: str) -> tuple[pl.Expr, pl.Expr]:
    """A date that means two days, in a column of which nothing tells the order of day and month."""
    columns = [pl.col(f"c{p}") for p in plan.match.fields[name] if p in plan.open_positions]
    detail = "day and month can be told apart by nothing: set date_order of the source"
    return pl.any_horizontal(map(is_ambiguous, columns)), _fault("ambiguous_date", name, detail)


def _reason_of(plan: Plan, group: tuple[str, ...]) -> pl.Expr:
    """The fault of a row that lacks all fields of a group: empty, or filled with what cannot be read."""
    if plan.object == "leads":
        return _fault("no_identity", "", f"none of {', '.join(group)} is filled")
    there = [name for name in group if name in plan.types]
    filled = pl.any_horizontal(
        [pl.col(f"c{p}").is_not_null() for n in there for p in plan.match.fields.get(n, ())] or [False]
    )
    name = there[0] if there else group[0]
    kind, listed = plan.types.get(name), vocabulary(f"{plan.object}.{name}")
    unread = {"TIMESTAMP": ("bad_date", "no date that can be read"), "DOUBLE": ("bad_number", "no number")}
    reason, detail = unread.get(
        kind or "", ("unknown_value", "not in the list") if listed else ("missing_value", "empty")
    )
    missing = _fault("missing_value", name, f"none of {', '.join(group)} is filled")
    return pl.when(filled).then(_fault(reason, name, detail)).otherwise(missing)
