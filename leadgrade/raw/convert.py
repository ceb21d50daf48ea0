"""From the columns of a file to the columns of a table, batch by batch: pure polars.

``convert`` gives every row of a batch either to the table of its object or to the quarantine, with a reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from leadgrade import contract
from leadgrade.raw import dates
from leadgrade.raw.dates import DateForm
from leadgrade.raw.headers import REQUIRED, Match
from leadgrade.raw.mappings_data import canonical_fields
from leadgrade.raw.readers import ROW_NUMBER
from leadgrade.raw.values import band_mid, clean_text, to_boolean, to_number
from leadgrade.raw.vocabulary import canonical_value, vocabulary

# text in raw.leads, but made ISO where it can be read
LEAD_TIMES = (
    "created_at", "updated_at", "last_activity_at", "last_contacted_at", "first_response_at", "mql_at", "sql_at",
    "converted_at", "double_opt_in_at", "contract_end", "renewal_date",
)  # fmt: skip
# true in any of several columns counts: an opt-out must not hide behind the "false" of another column
_ANY_TRUE = {"email_opt_out", "phone_opt_out", "is_test", "is_deleted"}
_NUMERIC_DATE = r"^\d{1,2}[/\-]\d{1,2}[/\-]\d{2}"
_REASON, _COLUMN, _DETAIL = "reason", "column_name", "detail"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one file are read.

    Attributes:
        match: What its headers mean.
        headers: Its headers, cleaned.
        forms: Position of a date column -> its order of day and month.
    """

    match: Match
    headers: list[str]
    forms: Mapping[int, DateForm] = field(default_factory=dict)

    @property
    def object(self) -> str:
        """What a row is."""
        return self.match.variant.object

    @property
    def types(self) -> dict[str, str]:
        """Field -> type of the contract, for the fields that this file fills."""
        types = {c.name: c.type for c in contract.table(f"raw.{self.object}").columns}
        there = set(self.match.fields) | set(self.match.variant.constants)
        return {name: types.get(name, "VARCHAR") for name in canonical_fields(self.object) if name in there}

    @property
    def time_fields(self) -> list[str]:
        """Fields of this file that hold times."""
        return [n for n, t in self.types.items() if t == "TIMESTAMP" or (self.object == "leads" and n in LEAD_TIMES)]

    @property
    def time_positions(self) -> list[int]:
        """Positions of the date columns."""
        return [position for name in self.time_fields for position in self.match.fields.get(name, ())]


def _first(positions: tuple[int, ...], name: str) -> pl.Expr:
    """The first filled of several columns; of flags the first true one before that."""
    columns = [pl.col(f"c{p}") for p in positions]
    if name in _ANY_TRUE and len(columns) > 1:
        columns = [*(pl.when(to_boolean(c)).then(c) for c in columns), *columns]
    return pl.coalesce(columns)


def _cleaned(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """All cells trimmed and without null tokens, the system's prefixes off."""
    strip = plan.match.variant.strip
    cells = clean_text(pl.exclude(ROW_NUMBER))
    return rows.with_columns(cells.str.replace(strip, "${1}") if strip else cells)


def _times(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """A column ``t<position>`` of times beside each date column."""
    default = DateForm("dmy")
    parsed = [dates.parse(rows[f"c{p}"], plan.forms.get(p, default)).alias(f"t{p}") for p in plan.time_positions]
    return rows.with_columns(parsed)


def _lead_time(plan: Plan, name: str) -> pl.Expr:
    """ISO text; the text as it came where it cannot be read, null where it can be read in two ways."""
    choices = []
    for p in plan.match.fields[name]:
        text = pl.col(f"c{p}")
        kept = pl.when(~text.str.contains(_NUMERIC_DATE)).then(text) if _is_mixed(plan, p) else text
        choices.append(pl.coalesce(pl.col(f"t{p}").dt.strftime("%Y-%m-%d %H:%M:%S"), kept))
    return pl.coalesce(choices)


def _is_mixed(plan: Plan, position: int) -> bool:
    return position in plan.forms and plan.forms[position].is_mixed


def _typed(plan: Plan, name: str, kind: str) -> pl.Expr:
    """The value of a field in its type of the contract."""
    variant, positions = plan.match.variant, plan.match.fields.get(name, ())
    if not positions:
        return pl.lit(variant.constants[name], dtype=pl.String)
    if name in plan.time_fields:
        return _lead_time(plan, name) if plan.object == "leads" else pl.coalesce([pl.col(f"t{p}") for p in positions])
    text = _first(positions, name)
    by_kind = {
        "DOUBLE": lambda: to_number(text),
        "BIGINT": lambda: pl.coalesce(to_number(text), band_mid(text)).round().cast(pl.Int64, strict=False),
        "BOOLEAN": lambda: to_boolean(_coded(text, variant.vocabulary.get(name, {}))),
    }
    if kind in by_kind:
        return by_kind[kind]()
    words = f"{plan.object}.{name}"
    return canonical_value(text, words, variant.vocabulary.get(name, {})) if vocabulary(words) else text


def _coded(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The text, a word of the system's own replaced by what it stands for."""
    if not words:
        return text
    key = text.str.to_lowercase().str.replace_all(r"[\s_\-/]+", " ")
    return pl.coalesce(key.replace_strict(words, default=None, return_dtype=pl.String), text)


def _outcome(plan: Plan) -> list[pl.Expr]:
    """Deals: closed and won by the flags where they are filled, else by the words of status and stage."""
    there = set(plan.types)
    words = pl.concat_str([pl.col(n) for n in ("deal_status", "stage") if n in there] or [pl.lit(None, dtype=pl.String)],
                          separator=" ", ignore_nulls=True).str.to_lowercase()  # fmt: skip
    won, lost = words.str.contains(r"\bwon\b|closedwon"), words.str.contains(r"\blost\b|closedlost|abandoned")
    lost = lost & ~won
    known = pl.when(words.str.len_chars() > 0)
    is_won = pl.coalesce(*([pl.col("is_won")] if "is_won" in there else []), known.then(won))
    closed = pl.coalesce(*([pl.col("is_closed")] if "is_closed" in there else []), known.then(won | lost), is_won)
    return [is_won.alias("is_won"), (closed | is_won.fill_null(False)).alias("is_closed")]


def _first_id(name: str) -> pl.Expr:
    """The first of several ids in one cell (``12;34``), without the mark that Meta puts before the ids of leads."""
    return pl.col(name).str.split(";").list.first().str.strip_chars().str.replace(r"^l:(\d+)$", "${1}").alias(name)


def _fields(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The canonical fields that the file fills, typed."""
    table = rows.with_columns(_typed(plan, name, kind).alias(name) for name, kind in plan.types.items())
    if plan.object == "opportunities":
        table = table.with_columns(_outcome(plan)).drop("deal_status", strict=False)
    ids = [n for n in ("subject_id", "account_source_id", "opportunity_source_id") if n in table.columns]
    if plan.object == "leads" and "updated_at" not in plan.types and "created_at" not in plan.types:
        return table.with_columns(map(_first_id, ids), version_at=pl.lit(None, dtype=pl.Datetime("us")))
    if plan.object == "leads":
        stamps = [f"t{p}" for n in ("updated_at", "created_at") for p in plan.match.fields.get(n, ())]
        return table.with_columns(map(_first_id, ids), version_at=pl.coalesce(stamps))
    return table.with_columns(map(_first_id, ids))


def _json(pairs: list[tuple[str, pl.Expr]]) -> pl.Expr:
    """A JSON object of the filled ones of these texts; null where none is."""
    if not pairs:
        return pl.lit(None, dtype=pl.String)

    def quoted(text: pl.Expr) -> pl.Expr:
        for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
            text = text.str.replace_all(sign, escaped, literal=True)
        return text.str.replace_all(r"[\x00-\x1f]", " ")

    entries = [
        pl.lit(json.dumps(name, ensure_ascii=False) + ': "') + quoted(text) + pl.lit('"') for name, text in pairs
    ]
    joined = pl.concat_str(entries, separator=", ", ignore_nulls=True)
    return pl.when(joined.str.len_bytes() > 0).then(pl.lit("{") + joined + pl.lit("}"))


def _unread(plan: Plan) -> list[tuple[str, pl.Expr]]:
    """Mapped columns whose text the typed field could not hold: the text is kept beside the unmapped ones."""
    kept: list[tuple[str, pl.Expr]] = []
    for name, kind in plan.types.items():
        is_listed = vocabulary(f"{plan.object}.{name}") is not None
        for p in plan.match.fields.get(name, ()):
            text = pl.col(f"c{p}")
            if name in plan.time_fields:
                lost = pl.col(f"t{p}").is_null() & (pl.lit(plan.object != "leads") | pl.lit(_is_mixed(plan, p)))
            elif is_listed:
                lost = pl.col(name).is_null() | (pl.col(name) == "other")
            elif kind == "VARCHAR":
                continue
            else:
                lost = pl.col(name).is_null()
            kept.append((plan.headers[p], pl.when(lost).then(text)))
    return kept


def _answers(plan: Plan) -> pl.Expr:
    mapped = plan.match.positions
    free = [(header, pl.col(f"c{p}")) for p, header in enumerate(plan.headers) if p not in mapped]
    return _json(free + _unread(plan))


def _fault(reason: str, column: str, detail: str) -> pl.Expr:
    return pl.struct(pl.lit(reason).alias(_REASON), pl.lit(column).alias(_COLUMN), pl.lit(detail).alias(_DETAIL))


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
    unread = {
        "TIMESTAMP": ("bad_date", "no date, or one that can be read in two ways"),
        "DOUBLE": ("bad_number", "no number"),
    }
    reason, detail = unread.get(
        kind or "", ("unknown_value", "not in the list") if listed else ("missing_value", "empty")
    )
    missing = _fault("missing_value", name, f"none of {', '.join(group)} is filled")
    return pl.when(filled).then(_fault(reason, name, detail)).otherwise(missing)


def _faults(plan: Plan) -> pl.Expr:
    """The first fault of a row; null where it has none."""
    blank = pl.all_horizontal([pl.col(f"c{p}").is_null() for p in range(len(plan.headers))])
    faults: list[pl.Expr] = [pl.when(blank).then(_fault("empty_row", "", "no cell of the record is filled"))]
    for group in REQUIRED[plan.object]:
        there = [name for name in group if name in plan.types]
        empty = pl.all_horizontal([pl.col(name).is_null() for name in there])
        faults.append(pl.when(empty).then(_reason_of(plan, group)))
    return pl.coalesce(faults)


def convert(rows: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a batch into rows of the object and refused rows.

    Args:
        rows: Text columns ``c0 .. cN`` and ``row_number``.
        plan: How the file is read.

    Returns:
        The accepted rows: ``row_number``, the fields that the file fills (typed), ``answers``, and for leads
        ``version_at``. The refused rows: ``row_number``, ``reason``, ``column_name``, ``detail``, ``payload`` (JSON of
        the cells as they came).
    """
    table = _fields(_times(_cleaned(rows, plan), plan), plan)
    table = table.with_columns(_faults(plan).alias("fault"), _answers(plan).alias("answers"))
    is_good = pl.col("fault").is_null()
    names = [name for name in table.columns if name in _columns(plan)]
    accepted = table.filter(is_good).select(ROW_NUMBER, *names, "answers")
    faults = table.filter(~is_good).select(ROW_NUMBER, "fault").unnest("fault")
    payload = _json([(header, pl.col(f"c{p}")) for p, header in enumerate(plan.headers)])
    refused = rows.join(faults, on=ROW_NUMBER, how="semi").select(ROW_NUMBER, payload=payload)
    return accepted, faults.join(refused, on=ROW_NUMBER, how="left")


def _columns(plan: Plan) -> set[str]:
    names = {*canonical_fields(plan.object), "version_at"} - {"deal_status"}
    return names if plan.object in {"leads", "opportunities"} else set(plan.types)
