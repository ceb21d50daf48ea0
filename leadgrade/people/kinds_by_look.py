"""What columns hold whose names do not tell: addresses, postal codes, streets, given names and the surnames beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

import polars as pl

from leadgrade.arguments import is_text
from leadgrade.contacts.vocabulary import fold_expr
from leadgrade.people.kinds_by_name import is_of_record, words
from leadgrade.people.names import groups

# rows that are looked at
_ROWS = 2000
# this share of the values makes a column what its name does not tell
_MOST = 0.6
_HOUSE_FIRST, _HOUSE_LAST = (
    r"\d{1,5}[a-z]?,? \p{L}{2,}(?: \p{L}+)+\.?",
    r"\p{L}[\p{L} .-]+(?:str\.|stra(?:ß|ss)e|weg|platz|gasse) \d{1,4} ?[a-z]?",
)
_LOOKS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    # of Britain, Canada, the Netherlands: five digits may be anything
    "postal_code": r"(?i)^(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|[a-z]\d[a-z] ?\d[a-z]\d|\d{4} ?[a-z]{2})$",
    "phone": r"^(?:\+\d[\d .()/-]{7,}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})$",
    "street": rf"(?i)^(?:{_HOUSE_FIRST}|{_HOUSE_LAST})$",
}
_NAME = r"^\p{L}[\p{L}'’. -]*$"
# a third of the people has a given name out of a list of a thousand, a tenth a surname that is one, too
_GIVEN, _SURNAMES = 0.25, 0.2
_ONE_WORD, _TWO_WORDS = 1.3, 1.7
# a name is not one of a few values
_FEWEST_NAMES = 20
# so many columns tell who is who, those of most values first; comparing long texts costs
_MOST_COLUMNS = 12
_HONORIFICS = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "mme", "sr", "sra", "rev", "sir"]
# what a column of a record is called that says nothing of what is recorded
_OF_THE_RECORD = {"id", "ids", "uid", "guid", "uuid", "key", "source", "src", "file", "dataset", "row", "index", "timestamp",
                  "created", "updated", "date"}  # fmt: skip


@cache
def _given_names() -> list[str]:
    return sorted({name for group in groups() for name in group})


def _sample(values: pl.Series) -> pl.Series:
    filled = values.drop_nulls()
    return filled.gather_every(max(len(filled) // _ROWS, 1)).cast(pl.String, strict=False).str.strip_chars()


def _share(values: pl.Series) -> float:
    """Share of true values; 0 where there are none."""
    return float(values.sum()) / max(len(values), 1)


def _words_in(values: pl.Series) -> float:
    return float(values.str.split(" ").list.len().sum()) / max(len(values), 1)


def says_nothing(values: pl.Series, column: str, kind: str) -> bool:
    """Whether a column is not of the kind of its name: numbers of records each there but once, and Mr and Mrs for job titles."""
    if kind == "identifier" and is_of_record(column):
        return bool(values.drop_nulls().is_unique().all())
    if kind == "job_title" and words(column) == ("title",):
        return _share(_sample(values).str.to_lowercase().str.strip_chars(".").is_in(_HONORIFICS)) >= _MOST
    return False


def kinds_by_look(frame: pl.DataFrame, columns: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Column -> kind, of those columns that look like a kind which is not known yet."""
    held = {c: _sample(frame[c]) for c in columns if frame.schema[c] in (pl.String, pl.Categorical, pl.Enum)}
    found: dict[str, str] = {}
    for kind, look in _LOOKS.items():
        # a street may have parts of other names beside it
        if kind not in known or kind == "street":
            found |= {c: kind for c, values in held.items() if _share(values.str.contains(look)) >= _MOST}
    return found | _names_by_look({c: values for c, values in held.items() if c not in found}, known)


def _names_by_look(held: dict[str, pl.Series], known: Collection[str]) -> dict[str, str]:
    """Given names are told by a list; a surname is the next column of names beside them."""
    if {"first_name", "full_name"} & set(known):
        return {}
    names = {c: values for c, values in held.items() if _is_of_names(values)}
    given = {c: _share_given(values) for c, values in names.items()}
    length = {c: _words_in(values) for c, values in names.items()}
    alone = [c for c in names if given[c] >= _GIVEN and length[c] < _ONE_WORD]
    if not alone:
        whole = [c for c in names if given[c] >= _GIVEN and length[c] >= _TWO_WORDS]
        return {whole[0]: "full_name"} if whole and "last_name" not in known else {}
    first, order = max(alone, key=lambda c: given[c]), list(held)
    others = [c for c in names if c != first and given[c] < _SURNAMES and length[c] < _TWO_WORDS]
    if "last_name" in known or not others:
        return {first: "first_name"}
    return {first: "first_name", min(others, key=lambda c: abs(order.index(c) - order.index(first))): "last_name"}


def _is_of_names(values: pl.Series) -> bool:
    return _share(values.str.contains(_NAME)) >= _MOST and values.n_unique() >= _FEWEST_NAMES


def _share_given(values: pl.Series) -> float:
    """Share of the values one word of which is a known given name."""
    split = values.to_frame("v").select(fold_expr(pl.col("v")).str.split(" ")).to_series()
    return _share(split.list.eval(pl.element().is_in(_given_names())).list.any())


def names_by_length(frame: pl.DataFrame, known: dict[str, str]) -> dict[str, str]:
    """Columns of names that are not what they are called: beside Vorname a Name is a surname, and alone it may be both."""
    of = {kind: [c for c, k in known.items() if k == kind] for kind in ("first_name", "last_name", "full_name")}
    if bool(of["first_name"]) == bool(of["last_name"]):
        return {}
    if of["full_name"]:
        other = "last_name" if of["first_name"] else "first_name"
        return {of["full_name"][0]: other} if _words_in(_sample(frame[of["full_name"][0]])) < _ONE_WORD else {}
    column = (of["first_name"] or of["last_name"])[0]
    return {column: "full_name"} if _words_in(_sample(frame[column])) >= _TWO_WORDS else {}


def of_things(frame: pl.DataFrame, known: dict[str, str]) -> dict[str, str]:
    """The columns of a table without names that no kind was found for, to be read together."""
    left = [c for c in frame.columns if c != "lead_id" and c not in known and _may_tell(frame.schema[c])]
    # where nobody has a name it is a song's or a book's
    titles = [c for c in known if words(c) == ("title",)]
    told = [c for c in left if not _OF_THE_RECORD & set(words(c)) and _tells(frame[c])]
    told = sorted(told, key=lambda c: -frame[c].n_unique())[:_MOST_COLUMNS]
    return dict.fromkeys((*titles, *told), "other")


def _may_tell(kind: pl.DataType) -> bool:
    return is_text(kind) and kind not in (pl.Null, pl.Binary)


def _tells(values: pl.Series) -> bool:
    """Whether a column may say who is who: not the same for all, and no number of the record."""
    filled = values.drop_nulls()
    is_number = values.dtype != pl.String or _share(_sample(values).str.contains(r"^\S*\d\S*$")) >= _MOST
    return filled.n_unique() > 1 and not (is_number and bool(filled.is_unique().all()))
