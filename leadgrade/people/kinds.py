"""What a column of a foreign table is: by the caller's word, else by its name, else by what it holds."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadgrade.arguments import is_text, text
from leadgrade.people import kinds_by_look as look
from leadgrade.people.column_texts import each_word_once, first_of, identifiers, numbers, phones, texts, together
from leadgrade.people.dates_of_birth import date_of_birth, dates_in_parts, is_plausible
from leadgrade.people.kinds_by_name import is_second_best, kind_of

__all__ = ["KINDS", "as_input", "columns_by_kind", "kind_of"]

KINDS = (
    "first_name", "last_name", "full_name", "middle_name", "gender", "email", "phone", "company", "job_title", "street",
    "city", "region", "postal_code", "country", "date_of_birth", "identifier", "other",
)  # fmt: skip
# fewer rows do not tell what a column holds
_FEWEST = 20
# where a table has none of these, its rows are told apart by whatever else they hold
_NAMES = {"first_name", "last_name", "full_name", "email", "company"}


def _known(frame: pl.DataFrame) -> dict[str, str]:
    """Columns by their names, then by what they hold; nothing of a table without names is left out."""
    columns = [c for c in frame.columns if c != "lead_id"]
    known = {c: kind for c in columns if (kind := kind_of(c))}
    # what is no text is told to the caller
    if frame.height < _FEWEST or not all(is_text(frame.schema[c]) for c in known):
        return _best(known)
    known = {c: kind for c, kind in known.items() if _is_of_kind(frame, c, kind)}
    open_columns = [c for c in columns if kind_of(c) is None]
    if "date_of_birth" not in {kind for c, kind in known.items() if not is_second_best(c, kind)}:
        known |= dates_in_parts(frame, open_columns)
    known = _best(known)
    known |= look.kinds_by_look(frame, [c for c in open_columns if c not in known], set(known.values()))
    known |= look.names_by_length(frame, known)
    if not _NAMES & set(known.values()):
        known |= look.of_things(frame, known)
    return known


def _is_of_kind(frame: pl.DataFrame, column: str, kind: str) -> bool:
    if kind == "date_of_birth":
        return is_plausible(frame, column)
    return not look.says_nothing(frame[column], column, kind)


def _best(known: dict[str, str]) -> dict[str, str]:
    """Without the second best columns of a kind that has a better one."""
    better = {kind for column, kind in known.items() if not is_second_best(column, kind)}
    if better & {"first_name", "last_name"}:
        better.add("full_name")  # an alias is nobody's name where there are names
    return {c: kind for c, kind in known.items() if kind not in better or not is_second_best(c, kind)}


def columns_by_kind(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> dict[str, list[str]]:
    """Columns of the frame for each kind, in the frame's order.

    Args:
        frame: Any table with a column ``lead_id``.
        columns: Name of a column -> kind; without it, columns are taken by their names (data/kinds.yaml), from twenty rows on
            those whose names say nothing by what they look like, and others left out. A table without names, addresses and
            companies is one of things or of coded answers: there the others are read together.

    Raises:
        TypeError: ``columns`` is no mapping, or a column holds anything but one text a row.
        ValueError: there is no ``lead_id``, a named column is missing, or a kind is unknown.
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(
            f"columns: expected column -> kind, such as {{'mail': 'email'}}, found {type(columns).__name__}"
        )
    if "lead_id" not in frame.columns:
        raise ValueError(f"the table needs a column lead_id; it has: {', '.join(frame.columns) or 'no columns'}")
    known = _known(frame) if columns is None else dict(columns)
    missing = sorted(set(known) - set(frame.columns), key=str)
    if missing:
        turned = " (a column stands before its kind)" if set(missing) <= set(KINDS) else ""
        raise ValueError(
            f"columns names {', '.join(map(str, missing))}, which the table does not have: {', '.join(frame.columns)}{turned}"
        )
    for column, kind in known.items():
        if kind not in KINDS:
            raise ValueError(f"column {column!r}: unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    for column in ("lead_id", *known):
        if not is_text(frame.schema[column]):
            raise TypeError(
                f"column {column!r}: expected one text a row, found {frame.schema[column]}; take one value of each, or rename it"
            )
    return {kind: [c for c in frame.columns if known.get(c) == kind and c != "lead_id"] for kind in KINDS}


def _decoded(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> pl.DataFrame:
    """Bytes of columns that are read as text; a TypeError where they are none."""
    raw = [column for column, kind in frame.schema.items() if kind == pl.Binary]
    read = [c for c in raw if c == "lead_id" or (kind_of(c) if columns is None else c in columns)]
    return frame.with_columns(text(frame[c], f"column {c!r}") for c in read)


def as_input(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> pl.DataFrame:
    """The table as :data:`leadgrade.people.normalise.INPUT`.

    Of several columns of a kind the first that is filled counts; of phones the first two are kept; parts of a street, of a date
    of birth, of middle names, and columns of kind ``other``, are read together. A second given name is a middle name. What stands
    where nothing is known (n/a, null) is null; a number that went through a float loses its ``.0``.
    """
    frame = _decoded(frame, columns)
    found = columns_by_kind(frame, columns)
    apart = {"first_name", "middle_name", "phone", "street", "other", "date_of_birth", "postal_code", "identifier"}
    one = [first_of(texts(found[k])).alias(k) for k in KINDS if k not in apart]
    # a second given name is a middle name
    names = [
        first_of(texts(found["first_name"][:1])).alias("first_name"),
        together(texts(found["first_name"][1:] + found["middle_name"])).alias("middle_name"),
    ]
    of_two = [
        first_of(phones(part)).alias(name)
        for name, part in (("phone", found["phone"][:1]), ("mobile", found["phone"][1:]))
    ]
    return frame.select(
        pl.col("lead_id").cast(pl.String),
        *one,
        *names,
        *of_two,
        first_of(numbers(found["postal_code"])).alias("postal_code"),
        first_of(identifiers(found["identifier"])).alias("identifier"),
        date_of_birth(frame, found["date_of_birth"]).alias("date_of_birth"),
        each_word_once(numbers(found["street"])).alias("street"),
        together(numbers(found["other"])).alias("other"),
        pl.lit(None, pl.String).alias("company_domain"),
        pl.lit(None, pl.Boolean).alias("email_is_role"),
    )
