"""How alike the texts of pairs are, whole batches at a time: rapidfuzz, as far as a level of agreement may hang on it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA, Indel, JaroWinkler
from rapidfuzz.process import cpdist

from leadgrade.contacts.numbering import numbered
from leadgrade.people.names import nickname_frame

# columns of pairs as texts of Python, which rapidfuzz takes as they are: making them anew for each pair costs what comparing does
Texts = Mapping[str, np.ndarray[Any, np.dtype[np.object_]]]
Held = tuple[np.ndarray[Any, np.dtype[np.object_]], np.ndarray[Any, np.dtype[np.object_]]]
# no level asks for less: what is less alike than this is told as 0, what is further apart as one edit more
LEAST_ALIKE = {"first": 0.8, "last": 0.8, "company": 0.92, "title": 0.9, "street": 0.75, "city": 0.88, "other": 0.9}
MOST_EDITS = {"first": 2, "last": 2, "email": 5, "phone": 1, "dob": 2, "identifier": 3, "postal": 2}
LEAST_WORDS = {"other": 0.65}
# names less alike than the first may stand in each other's box, if crossed they are as alike as the second
_STRAIGHT, _CROSSED = 0.8, 0.95
# fields of which many pairs have the same two values
_REPEATED = ("title", "city")
# rapidfuzz works with the cut-off inside: what is just at it must not fall under it by the last digit
_MARGIN = 1e-6


def alike(field: str, least: float) -> pl.Expr:
    """The two texts of the field are at least so alike, Jaro-Winkler, 0..1; null where one is missing or both are equal."""
    assert least >= LEAST_ALIKE[field], f"LEAST_ALIKE of {field} has to be {least} at most"
    return pl.col(f"{field}_jw") >= least


def same_words(field: str, least: float) -> pl.Expr:
    """The words of the two texts, in order of the alphabet, are at least so alike (Indel, 0..1); null where one is missing."""
    assert least >= LEAST_WORDS[field], f"LEAST_WORDS of {field} has to be {least} at most"
    return pl.col(f"{field}_words") >= least


def edits(field: str, most: int) -> pl.Expr:
    """So many edits at most (neighbours swapped count once) make one text of the other; null as for :func:`alike`."""
    assert most <= MOST_EDITS[field], f"MOST_EDITS of {field} has to be {most} at least"
    return pl.col(f"{field}_edits") <= most


def _once(a: pl.Series, b: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Pairs that stand for all pairs of the same two values, and the place of each pair among them."""
    both = pl.DataFrame([a.alias("a"), b.alias("b")])
    _, places = numbered(both.hash_rows())
    speakers = pl.DataFrame({"place": places}).with_row_index().unique("place", keep="any").sort("place")["index"]
    told = both[speakers]
    if any((told[side][places] != both[side]).any() for side in "ab"):  # two pairs share a hash
        return a, b, pl.int_range(len(a), dtype=pl.UInt32, eager=True)
    return told["a"], told["b"], places


def similarity(
    a: pl.Series, b: pl.Series, scorer: Any, cutoff: float, *, once: bool = False, held: Held | None = None
) -> pl.Series:
    """The scorer's value for each pair of texts; null where one is missing.

    Equal texts are not scored but get null too: callers ask for equality first.

    Args:
        a: Texts.
        b: The texts that they are compared with.
        scorer: Of rapidfuzz; it compares the whole batch at once.
        cutoff: A similarity below it is told as 0, a distance beyond it as one more.
        once: Compare each two values once; pays where many pairs have the same two.
        held: The same texts as Python's, where somebody holds them.
    """
    blank = pl.Series("score", [None], dtype=pl.Float64).new_from_index(0, len(a))
    if any(side.null_count() == len(side) for side in (a, b)):
        return blank
    rows = (a != b).fill_null(value=False).arg_true()
    places = None
    if once:
        told_a, told_b, places = _once(a.gather(rows), b.gather(rows))
        left, right = told_a.to_list(), told_b.to_list()
    elif held:
        left, right = (texts[rows.to_numpy()].tolist() for texts in held)
    else:
        left, right = a.gather(rows).to_list(), b.gather(rows).to_list()
    values = cpdist(left, right, scorer=scorer, score_cutoff=cutoff, dtype=np.float64)
    return blank.scatter(rows, pl.Series(values if places is None else values[places.to_numpy()], dtype=pl.Float64))


def _held(texts: Texts, field: str) -> Held | None:
    return (texts[f"{field}_a"], texts[f"{field}_b"]) if f"{field}_a" in texts else None


def _jw(frame: pl.DataFrame, field: str, texts: Texts) -> pl.Series:
    a, b, once = frame[f"{field}_a"], frame[f"{field}_b"], field in _REPEATED
    least = LEAST_ALIKE[field] - _MARGIN
    return similarity(a, b, JaroWinkler.similarity, least, once=once, held=_held(texts, field))


def _words_in_order(texts: pl.Series) -> pl.Series:
    """The words of each text in the order of the alphabet; each text is put in order once, for it stands in many pairs."""
    distinct, numbers = numbered(texts)
    return distinct.str.split(" ").list.sort().list.join(" ")[numbers]


def _words(frame: pl.DataFrame, field: str) -> pl.Series:
    if any(frame[f"{field}_{side}"].null_count() == frame.height for side in "ab"):
        return pl.Series("score", [None], dtype=pl.Float64).new_from_index(0, frame.height)
    a, b = (_words_in_order(frame[f"{field}_{side}"]) for side in "ab")
    said = similarity(a, b, Indel.normalized_similarity, LEAST_WORDS[field] - _MARGIN)
    return pl.select(pl.when(a == b).then(1.0).otherwise(said)).to_series()


def _edits(frame: pl.DataFrame, field: str, texts: Texts) -> pl.Series:
    """Edits between the texts of a field; null, too, where their lengths alone lie further apart than any level asks for."""
    a, b = frame[f"{field}_a"], frame[f"{field}_b"]
    longer = a.str.len_chars().cast(pl.Int32) - b.str.len_chars().cast(pl.Int32)
    near = pl.select(pl.when(longer.abs() <= MOST_EDITS[field]).then(b)).to_series()
    return similarity(a, near, OSA.distance, MOST_EDITS[field], held=_held(texts, field))


def _swapped(frame: pl.DataFrame, first: pl.Series, last: pl.Series) -> pl.Series:
    """Names in each other's box: neither is alike as it stands, and crossed they are."""
    straight = ((first < _STRAIGHT) & (last < _STRAIGHT)).fill_null(value=False)
    names = frame.filter(straight).select(
        pl.concat_str("first_a", "last_a", separator=" ").alias("a"),
        pl.concat_str("last_b", "first_b", separator=" ").alias("b"),
    )
    crossed = similarity(names["a"], names["b"], JaroWinkler.similarity, _CROSSED - _MARGIN)
    found = (crossed >= _CROSSED).fill_null(value=False) | (names["a"] == names["b"])
    return straight.scatter(straight.arg_true(), found)


def _nicknames(frame: pl.DataFrame) -> pl.Series:
    names = frame.select("first_a", "first_b")
    return names.join(nickname_frame(), on=["first_a", "first_b"], how="left", maintain_order="left")["is_nickname"]


def with_similarity(frame: pl.DataFrame, texts: Texts = MappingProxyType({})) -> pl.DataFrame:
    """Rows of compare.compare_query with ``<field>_jw``, ``_edits`` and ``_words``, ``is_swapped`` and ``is_nickname``."""
    alikes = [_jw(frame, field, texts).alias(f"{field}_jw") for field in LEAST_ALIKE]
    distances = [_edits(frame, field, texts).alias(f"{field}_edits") for field in MOST_EDITS]
    words = [_words(frame, field).alias(f"{field}_words") for field in LEAST_WORDS]
    swapped = _swapped(frame, *alikes[:2])
    return frame.with_columns(
        *alikes, *distances, *words, swapped.alias("is_swapped"), _nicknames(frame).alias("is_nickname")
    )
