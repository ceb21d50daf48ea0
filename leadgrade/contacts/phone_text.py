"""Texts that are more than plain digits, taken apart as the library would: words before, an extension behind.

What is not provably read the same way by the library is left to it: letters inside, several plus signs, digits of other scripts,
parameters (``;ext=``).
"""

from __future__ import annotations

import polars as pl

from leadgrade.contacts.numbering import placed

# punctuation of the library beyond ASCII (its VALID_PUNCTUATION but for the tildes, which may begin an extension)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\u00ad\u200b\u2060"
_OTHERS = {"\u00a0": " ", "\u3000": " ", "\uff0e": ".", "\uff0f": "/"}
_BRACKETS = {"\uff08": "(", "\uff09": ")", "\uff3b": "[", "\uff3d": "]"}
_PLAIN = {**dict.fromkeys(_DASHES, "-"), **_OTHERS, **_BRACKETS}
_BEFORE = r"[^0-9+;\x80-\x{10ffff}]*"
_CORE = r"(\+?[ ()\[\]./-]*[0-9](?:[0-9 ()\[\]./-]*[0-9])?)"
_EXTENSION = r"(?:[ ()\[\]./-]*,? *(?:e?xt(?:ension|n)?|x)[:.]? *([0-9]{1,7}))?"
_BEHIND = r"[^0-9A-Za-z#;\x80-\x{10ffff}]*"
_NUMBER = rf"(?i)^{_BEFORE}{_CORE}{_EXTENSION}{_BEHIND}$"
# "/ x12" begins a second number
_SECOND = r"[/\\] *[xX]"
# two digits are read only where nothing stands between them and no plus sign before them
_TWO = "[0-9][^0-9]*[0-9]"
_THREE = "[0-9][^0-9]*[0-9][^0-9]*[0-9]"
_NO_PAIR = r"[0-9][^0-9]+[0-9]|\+[^0-9]*[0-9]"
_LONGEST = 250  # characters that the library reads


def take_apart(texts: pl.Series) -> pl.DataFrame:
    """The number in each text, where the library would find the same.

    Args:
        texts: Text without nulls.

    Returns:
        core: the number with its punctuation, ending in a digit; null where it is left to the library. extension: its digits,
        null where there is none. fault: ``not_a_number`` or ``too_long`` where the library would say so of any such text.
    """
    plain = texts.str.replace_many(list(_PLAIN), list(_PLAIN.values()))
    found = plain.str.extract_groups(_NUMBER).struct.rename_fields(["core", "extension"]).struct.unnest()
    core = found["core"]
    fault = _faults(texts, ~core.str.contains(_THREE).fill_null(value=False))
    known = fault.is_null() & ~plain.str.contains(_SECOND)
    parts = found.select(pl.when(known).then(pl.col(name)).alias(name) for name in found.columns)
    return parts.with_columns(fault.alias("fault"))


def _faults(texts: pl.Series, are_short: pl.Series) -> pl.Series:
    """Which texts are too long for the library, and which have too few digits for it: only short ones may."""
    rows = are_short.arg_true()
    few = pl.DataFrame({"text": texts.gather(rows)}).select(_too_few(pl.col("text"))).to_series()
    none = pl.repeat(None, n=len(texts), dtype=pl.String, eager=True)
    faults = placed(none, rows.filter(few), pl.repeat("not_a_number", n=int(few.sum()), eager=True))
    long = (texts.str.len_chars() > _LONGEST).arg_true()
    return placed(faults, long, pl.repeat("too_long", n=len(long), eager=True))


def _too_few(text: pl.Expr) -> pl.Expr:
    """Too few digits for a number (only ASCII is looked at: other scripts have digits as well)."""
    too_few = ~text.str.contains(_TWO) | (~text.str.contains(_THREE) & text.str.contains(_NO_PAIR))
    return text.str.contains(r"^[\x00-\x7f]*$") & too_few
