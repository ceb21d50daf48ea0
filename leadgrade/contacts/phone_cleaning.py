"""Repairs of what spreadsheets and people do to telephone numbers, before the library reads them."""

from __future__ import annotations

from itertools import pairwise

import phonenumbers
import polars as pl

from leadgrade.contacts.numbering import placed

_BIDI = r"[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}\x{ad}]"
_SEPARATOR = r"[\t_·•\n\r]"  # the library refuses them inside a number
# several numbers in one cell; ";ext=" and ";phone-context=" belong to a number (RFC 3966), "030/1234567" is one number
_CONNECTORS = "or|and|oder|und|ou|o|y|e|et"
_BETWEEN = rf"(?i)\s*(?:;|\||\n|\r|,|\s/\s|\s(?:{_CONNECTORS})\s)\s*"
_PARAMETER = r"(?i);(ext|isub|phone-context|extension)="
# where the library does not know 00
NO_IDD = tuple(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
_FORMULA = r"""^=?\s*["']\s*([+(]?[0-9].*?)["']?$"""  # ="0650..." or '0650...
_FLOAT = r"^(\+?[0-9]{6,15})\.0+$"
_EXPONENT = r"^\+?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}$"
_TAIL_WORD = (
    r"(?:home|house|office|work|business|mobile|mobil|mobiel|cell|cellular|cellphone|handy|direct|main|hq|switchboard|fax"
    r"|private|privat|personal|whatsapp|landline|telefon|phone|tel|mob|portable|bureau|domicile|casa|trabajo|oficina|celular"
    r"|preferred|primary|secondary|old|new|wrong|do not call|dnc)"
)
_TAIL = rf"(?i)^(.*[0-9])[\s,:\-–]*(?:[\(\[]\s*[\p{{L}} .,'/-]*[\)\]]|[\s\-–]{_TAIL_WORD})[\s.]*$"
# what a value must have somewhere for a repair to change it: most have nothing of this, and are left as they are
_SUSPECT = (
    rf"""(?i){_BIDI}|{_SEPARATOR}|[;|,'"=]|\s/\s|\s(?:{_CONNECTORS})\s"""
    r"""|^\s|\s$|[0-9][^0-9]+$|\.0+$|^\(?00|[e]\+?[0-9]{1,2}$"""
)
_STEPS = ("bidi", "split", "excel", "tail", "separator", "idd")
_DIGITS_OF_A_NUMBER = 6
# of plain digits with a dot or a slash in them only these may be damaged (see the patterns above)
DAMAGED_MARK = r"\s/\s|\.0+$"


def _first_number(text: pl.Expr) -> pl.Expr:
    """The first piece of the cell that may be a number, where at least two may; else null."""
    protected = text.str.replace_all(_PARAMETER, "\x1e${1}=")
    pieces = protected.str.replace_all(_BETWEEN, "\x1f").str.split("\x1f")
    digits = pl.element().str.count_matches("[0-9]")
    numbers = pieces.list.filter(digits >= _DIGITS_OF_A_NUMBER)
    first = numbers.list.first().str.replace_all("\x1e", ";", literal=True)
    return pl.when(numbers.list.len() >= 2).then(first)


def _first_numbers(texts: pl.Series) -> pl.Series:
    """:func:`_first_number`, worked out only where something stands between two things."""
    at = texts.str.contains(_BETWEEN).fill_null(value=False).arg_true()
    found = pl.DataFrame({"text": texts.gather(at)}).select(_first_number(pl.col("text"))).to_series()
    return placed(pl.repeat(None, n=len(texts), dtype=pl.String, eager=True), at, found)


def _is_excel_exponent(text: pl.Expr) -> pl.Expr:
    """A spreadsheet wrote the number as 6.50253E+09: its digits are lost."""
    return text.str.strip_chars().str.contains(_EXPONENT)


def _international(text: pl.Expr, region: pl.Expr) -> pl.Expr:
    """``00`` before a calling code, glued to it or not, as ``+``.

    Abroad it is dialled so; in North America (011) the library does not know it.
    """
    other = region.is_null() | region.is_in(NO_IDD)
    return pl.when(other).then(text.str.replace(r"^\(?00[) .-]*\(?([1-9])", "+$1")).otherwise(text)


def as_typed(numbers: pl.Series) -> pl.DataFrame:
    """What :func:`clean` gives, with nothing repaired."""
    return pl.DataFrame({"text": numbers}).with_columns(cleaned=pl.lit(None, pl.String), is_lost=pl.lit(value=False))


def clean(numbers: pl.Series, regions: pl.Series) -> pl.DataFrame:
    """Numbers as typed, made readable.

    Args:
        numbers: Text as typed.
        regions: ISO2 that each is read in, or null.

    Returns:
        text: what the library is to read; cleaned: what was repaired, ``+`` between several (null = nothing):
        bidi (invisible marks), split (several numbers in the cell, the first is taken), excel (``.0`` at the end, quoted as
        text), tail (``(home)`` after the number), separator (tab, underscore, dot in the middle, line break), idd
        (``001-650...`` read in North America or nowhere). is_lost: a spreadsheet wrote the number as 6.5E+09.
    """
    at = numbers.str.contains(_SUSPECT).fill_null(value=False).arg_true()
    repaired = repair(numbers.gather(at), regions.gather(at))
    return pl.DataFrame([placed(column, at, repaired[column.name]) for column in as_typed(numbers)])


def repair(numbers: pl.Series, regions: pl.Series) -> pl.DataFrame:
    """As :func:`clean`, with every step tried on every number."""
    steps = pl.DataFrame({"text": numbers.cast(pl.String), "region": regions}).select(
        "text", "region", bidi=pl.col("text").str.replace_all(_BIDI, "").str.strip_chars()
    )
    steps = steps.with_columns(split=pl.coalesce(_first_numbers(steps["bidi"]), "bidi"))
    unquoted = pl.coalesce(pl.col("split").str.extract(_FORMULA), "split")
    steps = steps.with_columns(excel=pl.coalesce(unquoted.str.extract(_FLOAT), unquoted).str.strip_chars())
    steps = steps.with_columns(tail=pl.coalesce(pl.col("excel").str.extract(_TAIL), "excel"))
    steps = steps.with_columns(separator=pl.col("tail").str.replace_all(_SEPARATOR, " "))
    steps = steps.with_columns(idd=_international(pl.col("separator"), pl.col("region")))
    return steps.select(
        pl.col("idd").alias("text"),
        _reasons(steps).alias("cleaned"),
        _is_excel_exponent(pl.col("idd")).fill_null(value=False).alias("is_lost"),
    )


def _reasons(steps: pl.DataFrame) -> pl.Series:
    """Names of the steps that changed something; few rows were changed at all."""
    had_bidi = pl.col("text").str.contains(_BIDI)
    rows = steps.select(((pl.col("idd") != pl.col("text")) | had_bidi).fill_null(value=False).arg_true()).to_series()
    changed = [had_bidi, *(pl.col(now) != pl.col(before) for before, now in pairwise(_STEPS))]
    names = [pl.when(c).then(pl.lit(name)) for name, c in zip(_STEPS, changed, strict=True)]
    told = pl.concat_str(names, separator="+", ignore_nulls=True)
    found = steps[rows].select(pl.when(told != "").then(told)).to_series()
    return placed(pl.repeat(None, n=steps.height, dtype=pl.String, eager=True), rows, found)
