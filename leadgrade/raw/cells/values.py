"""Cells as people and systems type them, read as text, booleans, numbers, bands and ISO times.

Every function takes a polars expression of text and returns an expression; what cannot be read becomes null, nothing
raises. The text itself is kept by the callers where it matters (``answers``, quarantine).
"""

from __future__ import annotations

import polars as pl

# Case matters: "NA" and "null" are what systems write for nothing, "Na" and "Null" are surnames.
_NULL_WORDS: dict[str, tuple[str, ...]] = {
    "left_blank": ("-", "--", "---", "—", "–", ".", "?", "(blank)", "(empty)"),
    "not_selected": ("Select", "--None--", "-None-", "- None -", "--none--", "-none-", "None", "(none)"),
    "not_applicable": ("N/A", "n/a", "N/a", "NA", "N.A.", "n.a."),
    "unknown": ("(unknown)", "(Unknown)", "(not set)", "(not provided)", "Not Specified", "not specified",
                "Not specified"),
    "system_null": ("null", "NULL", "(null)", "<null>", "\\N", "nan", "NaN", "NAN", "undefined", "Undefined"),
    "spreadsheet_error": ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"),
    "sample_text": ("Example-Job-title",),
}  # fmt: skip
NULL_WORDS: tuple[str, ...] = tuple(word for words in _NULL_WORDS.values() for word in words)
NULL_TOKENS: tuple[str, ...] = ("", *NULL_WORDS)
# word -> the reason as it is kept beside the row
NULL_REASONS = {word: f"{reason} ({word})" for reason, words in _NULL_WORDS.items() for word in words}

INVISIBLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{200b}\x{200e}\x{200f}\x{2060}\x{feff}]"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "x", "checked", "ja", "si", "sí", "oui", "sim", "wahr")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "unchecked", "nein", "non", "não", "falsch")

_CURRENCY = r"(?:r\$|us\$|a\$|c\$|[$€£¥₹₺₽]|usd|eur|gbp|brl|chf|cad|aud|inr|jpy|sek|nok|dkk|pln|zar|mxn|kr\.?|zł)"
_SCALE = r"(?:thousand|million|billion|mrd|mio|mln|mm|mn|bn|k|m|b)"
_AMOUNT = rf"[-+−]?\s*{_CURRENCY}?\s*[-+−]?\d[\d.,'’\s]*(?:\s*{_SCALE}\b)?\s*(?:%|{_CURRENCY})?"
_NUMBER = rf"(?i)^(?:\(\s*{_AMOUNT}\s*\)|{_AMOUNT})$"
# a lone dot before exactly three digits groups thousands only next to a currency that is written that way
_DOT_GROUPS = r"(?i)r\$|€|₺|\beur|\bbrl|\bdkk|\bkr|\bpln|zł"
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "million": 1e6,
           "b": 1e9, "bn": 1e9, "mrd": 1e9, "billion": 1e9}  # fmt: skip

_RANGE = rf"(?i)^\s*({_AMOUNT})\s*(?:-|–|—|to|bis|until|\.\.)\s*({_AMOUNT})(?:\s+\D*)?$"
_FROM = (
    rf"(?i)^\s*(?:(?:>=?|over|more than|from|ab|über)\s*({_AMOUNT})|({_AMOUNT})\s*(?:\+|and more|or more))(?:\s+\D*)?$"
)
_UP_TO = rf"(?i)^\s*(?:<=?|up to|under|less than|fewer than|bis)\s*({_AMOUNT})(?:\s+\D*)?$"
_PLAIN = rf"(?i)^\s*({_AMOUNT})(?:\s+(?:employees|people|staff|mitarbeiter\w*))?\s*$"

_ZONE_TAIL = r"(?i)(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(?:z|utc|gmt|([+-]\d{2}(?::?\d{2})?))$"


def trim_text(expr: pl.Expr) -> pl.Expr:
    """The text without control and zero-width characters and without blanks (of any kind) around it."""
    return expr.str.replace_all(INVISIBLE, "").str.strip_chars()


def clean_text(expr: pl.Expr) -> pl.Expr:
    """Trimmed text; null where it stands for nothing (``NULL_TOKENS``)."""
    trimmed = trim_text(expr)
    return pl.when(~trimmed.is_in(NULL_TOKENS)).then(trimmed)


def to_boolean(expr: pl.Expr) -> pl.Expr:
    """True or false where the text says so in one of the spellings of CRM exports, else null."""
    text = expr.str.strip_chars().str.to_lowercase()
    return pl.when(text.is_in(_TRUE)).then(True).when(text.is_in(_FALSE)).then(False)


def names_day(expr: pl.Expr) -> pl.Expr:
    """True for a day in figures; in a column of opt-outs it is the day on which it happened."""
    return expr.str.contains(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}")


def _plain_decimal(digits: pl.Expr, dot_groups: pl.Expr) -> pl.Expr:
    """Digits with separators as digits with at most one decimal point."""
    has_dot, has_comma = digits.str.contains(".", literal=True), digits.str.contains(",", literal=True)
    no_dots = digits.str.replace_all(".", "", literal=True)
    no_commas = digits.str.replace_all(",", "", literal=True)
    comma_decimal = no_dots.str.replace(",", ".", literal=True)
    comma_last = digits.str.contains(r"\.[^,]*,\d*$")
    grouped_comma = digits.str.contains(r"^-?[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}$")
    grouped_dot = digits.str.contains(r"^-?[1-9]\d{0,2}(?:\.\d{3}){2,}$") | (
        digits.str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$") & dot_groups
    )
    both = pl.when(comma_last).then(comma_decimal).otherwise(no_commas)
    one_comma = pl.when(grouped_comma).then(no_commas).otherwise(comma_decimal)
    one_dot = pl.when(grouped_dot).then(no_dots).otherwise(digits)
    return pl.when(has_dot & has_comma).then(both).when(has_comma).then(one_comma).otherwise(one_dot)


def to_number(expr: pl.Expr) -> pl.Expr:
    """A float from text such as ``$22,700.00``, ``146536,25``, ``R$ 100.000``, ``$342.09K``, ``(1 200)``, ``38 %`` (38.0).

    A comma before exactly three digits groups thousands. A single dot before three digits is a decimal point unless a
    currency stands beside it whose countries group with dots. Anything else than one number is null.
    """
    text = expr.str.strip_chars().str.to_lowercase()
    number = pl.when(text.str.contains(_NUMBER)).then(text)
    digits = number.str.replace_all(r"[^\d.,]", "").str.strip_chars_end(".,")
    scale = number.str.extract(rf"(?i)\d[.,\s]*({_SCALE})\b", 1)
    factor = scale.replace_strict(_SCALES, default=1.0, return_dtype=pl.Float64)
    negative = number.str.contains(r"^\(|^\D*[-−]\s*\D*\d")
    sign = pl.when(negative).then(-1.0).otherwise(1.0)
    value = _plain_decimal(digits, number.str.contains(_DOT_GROUPS)).cast(pl.Float64, strict=False)
    return value * factor * sign


def band_lo(expr: pl.Expr) -> pl.Expr:
    """Lower end of a band such as ``51-200``, ``1,001 to 5,000``, ``10000+``, ``< 10`` (0); a plain number is both ends."""
    low = pl.coalesce(expr.str.extract(_RANGE, 1), expr.str.extract(_FROM, 1), expr.str.extract(_FROM, 2))
    below = pl.when(expr.str.contains(_UP_TO)).then(0.0)
    return pl.coalesce(to_number(low), below, to_number(expr.str.extract(_PLAIN, 1)))


def band_hi(expr: pl.Expr) -> pl.Expr:
    """Upper end of a band; null where it is open (``10000+``)."""
    high = pl.coalesce(expr.str.extract(_RANGE, 2), expr.str.extract(_UP_TO, 1))
    plain = pl.when(~expr.str.contains(_FROM)).then(expr.str.extract(_PLAIN, 1))
    return pl.coalesce(to_number(high), to_number(plain))


def band_mid(expr: pl.Expr) -> pl.Expr:
    """Middle of a band, its lower end where it is open, the number itself where it is one."""
    low, high = band_lo(expr), band_hi(expr)
    return pl.when(high.is_not_null()).then((low + high) / 2).otherwise(low)


def iso_timestamp(expr: pl.Expr) -> pl.Expr:
    """Datetime (microseconds, UTC, no zone) from ISO 8601 text, with or without time, fraction and zone; else null.

    Text without a zone is UTC. A date alone is its midnight.
    """
    trimmed = expr.str.strip_chars()
    # %Y alone would also read the 31 of 31-12-24 as a year
    text = pl.when(trimmed.str.contains(r"^\d{4}-")).then(trimmed).str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})[Tt]", "${1} ")
    offset = text.str.extract(_ZONE_TAIL, 2)
    hours = offset.str.slice(0, 3).cast(pl.Int64, strict=False).fill_null(0)
    minutes = offset.str.slice(3).str.strip_chars_start(":").cast(pl.Int64, strict=False).fill_null(0)
    signed = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    local = text.str.replace(_ZONE_TAIL, "${1}").str.replace(r"(:\d{2}),(\d+)$", "${1}.${2}")
    parsed = pl.coalesce(
        *(
            local.str.to_datetime(form, strict=False, time_unit="us", time_zone=None, ambiguous="null")
            for form in ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
        ),
        local.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    return parsed - pl.duration(hours=hours, minutes=signed)
