"""Numbers and bands as people pick or type them: employees, budgets."""

from __future__ import annotations

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import vocabulary
from leadgrade.raw.cells.values import band_hi, band_lo

_MIDDLE_OF = 2


# what people write around numbers, in the words that the reader of bands knows: -, <, >, +
_WORDS = (
    (r"^[^(]*\(([^()]*[0-9][^()]*)\)$", "$1"),
    (
        r"^(?:[a-z]\s*[:.)]\s*|[~≈±]|approx(?:imately)?\.?|about|around|circa|ca\.?|c\.|etwa|rund|env(?:iron)?\.?|unos)\s*",
        "",
    ),
    (r"^(?:just me|self[ -]?employed|solo|one|freelancer?)$", "1"),
    (
        r"^(?:de|from|von|entre|between|tra|da|van|od)\s+([0-9].*?)\s+(?:à|a|to|bis|et|y|and|e|tot|do)\s+([0-9])",
        "$1 - $2",
    ),
    (r"^(?:moins de|weniger als|unter|menos de|meno di|minder dan|mniej niż|fewer than|under)\s*", "< "),
    (r"^(?:hasta|jusqu'?[àa]|fino a|até|up to|tot|do)\s+", "< "),
    (r"^(?:plus de|mehr als|über|más de|mas de|mais de|più di|oltre|meer dan|ponad|at least|mindestens|≥|>=)\s*", "> "),
    (
        r"\s*(?:o más|o mas|ou plus|et plus|oder mehr|und mehr|ou mais|o più|of meer|and more|or more|and above)\b.*$",
        "+",
    ),
    (r"^([0-9.,\s]+[-–—][0-9.,\s]+)\+$", "$1"),
)
# nobody has a thousandth of an employee: 1.000 is a thousand
_GROUPED = r"\b([0-9]{1,3})\.([0-9]{3})\b"


def _plain_words(text: pl.Expr) -> pl.Expr:
    plain = text.str.to_lowercase().str.strip_chars()
    for pattern, words in _WORDS:
        plain = plain.str.replace(pattern, words)
    return plain


def ends(values: pl.Series) -> pl.DataFrame:
    """Both ends of a band, each distinct text once: a form offers few bands, and reading one takes twenty patterns.

    Args:
        values: ``51-200``, ``10000+``, ``$10k - $50k``, ``120``.

    Returns:
        low and high (float): equal for one number; high is null for an open band, both where no number stands.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        plain = vocabulary.computed(pl.DataFrame({"v": distinct}), _plain_words(pl.col("v")).alias("v"))
        return vocabulary.computed(plain, band_lo(pl.col("v")).alias("low"), band_hi(pl.col("v")).alias("high"))

    return vocabulary.over_distinct(values.cast(pl.String), answer)


def employees(values: pl.Series) -> pl.DataFrame:
    """Employees of a company from a number or band as typed.

    Returns:
        employees (middle of the band, lower end of an open one), employees_lo, employees_hi (whole numbers), employees_from
        (number, band, open_band).
    """
    low, high = pl.col("low"), pl.col("high")
    middle = pl.when(high.is_not_null()).then((low + high) / _MIDDLE_OF).otherwise(low)
    columns = {"employees": middle, "employees_lo": low, "employees_hi": high}
    whole = [e.floor().cast(pl.Int64, strict=False).alias(name) for name, e in columns.items()]
    kind = (
        pl.when(high.is_null())
        .then(pl.lit("open_band"))
        .when(low < high)
        .then(pl.lit("band"))
        .otherwise(pl.lit("number"))
    )
    origin = pl.when(middle.is_not_null()).then(kind)
    text = pl.DataFrame({"v": arguments.series(values, "values")}).select(
        pl.col("v").str.replace_all(_GROUPED, "$1$2")
    )["v"]
    # what has no sense is no band: fewer than none, or an end before its beginning
    sound = pl.col("low").ge(0) & (pl.col("high").is_null() | (pl.col("low") <= pl.col("high")))
    told = ends(text).with_columns(pl.when(sound).then(pl.col(c)).alias(c) for c in ("low", "high"))
    return told.select(*whole, origin.alias("employees_from"))


def budget(values: pl.Series) -> pl.DataFrame:
    """budget_lo and budget_hi of a budget as typed."""
    return ends(values).rename({"low": "budget_lo", "high": "budget_hi"})
