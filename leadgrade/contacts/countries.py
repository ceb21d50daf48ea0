"""Country names, codes and aliases to ISO 3166-1 alpha-2."""

from __future__ import annotations

import gettext
from functools import cache

import phonenumbers
import polars as pl
import pycountry

from leadgrade import arguments
from leadgrade.contacts import vocabulary

# country names in these languages come with pycountry (from the iso-codes project)
_LANGUAGES = (
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "hu",
    "ro",
    "tr",
    "el",
    "ru",
    "uk",
    "ja",
    "ko",
    "ar",
    "he",
    "hr",
    "sk",
    "sl",
    "bg",
    "sr",
    "lt",
    "lv",
    "et",
    "ca",
    "vi",
    "id",
    "th",
    "zh_CN",
    "zh_TW",
)


_TWICE = r"^([^/|;]+?)\s*(?:[/|;]|\s[-–]\s)\s*([^/|;]+)$"


def _translations() -> dict[str, str]:
    """Folded name in each language -> ISO2."""
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        for country in pycountry.countries:
            for name in (country.name, getattr(country, "common_name", country.name)):
                translated = catalogue.gettext(name)
                found.setdefault(vocabulary.fold(translated), country.alpha_2)
                # "Russie, Fédération de": nobody types what stands behind the comma
                short = vocabulary.fold(translated.split(",")[0])
                if short not in ("korea", "congo"):
                    found.setdefault(short, country.alpha_2)
    return found


@cache
def names() -> dict[str, str]:
    """Every known way to write a country, folded, -> ISO2; own aliases win over official names, those over translations."""
    found = {vocabulary.fold(a): iso2 for iso2, aliases in vocabulary.load("countries").items() for a in aliases}
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                found.setdefault(vocabulary.fold(name), country.alpha_2)
    return _translations() | found


@cache
def regions_by_calling_code() -> dict[str, str]:
    """Calling code as text -> its main region (``1`` -> US); codes of no country are left out."""
    table = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return {str(code): regions[0] for code, regions in table.items() if regions[0] != "001"}


def _known(folded: pl.Expr) -> pl.Expr:
    return folded.replace_strict(names(), default=None, return_dtype=pl.String)


def to_iso2(values: pl.Series) -> pl.Series:
    """ISO 3166-1 alpha-2 of each country as typed.

    Args:
        values: Codes of two or three letters, names in English and 36 other languages, aliases ("UK", "Deutschland").

    Returns:
        ISO2 in upper case; null where the text names no country. Each distinct value is looked up once.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        whole = vocabulary.fold_expr(pl.col("v")).str.replace(r"^the ", "")
        # the short form may follow in brackets: United States of America (USA)
        bare = vocabulary.fold_expr(pl.col("v").str.replace(r"\s*\(.*\)\s*$", ""))
        # "Berlin, Germany" ends in the country; "Schweiz / Suisse" names it twice
        last = vocabulary.fold_expr(pl.col("v").str.extract(r",([^,]+)$"))
        first, second = (vocabulary.fold_expr(pl.col("v").str.extract(_TWICE, n)) for n in (1, 2))
        forms = [_known(e) for e in (whole, bare, last)]
        twice = pl.when(_known(first) == _known(second)).then(_known(first))
        return pl.DataFrame({"v": distinct}).select(iso2=pl.coalesce(*forms, twice))

    return vocabulary.over_distinct(arguments.series(values, "values"), answer)["iso2"].alias(values.name)


def from_international(number: pl.Expr) -> pl.Expr:
    """Main region of the calling code that a number with ``+`` begins with; null without ``+``."""
    digits = number.str.extract(r"^[^0-9+＋]*[+＋]([0-9\s().-]+)").str.replace_all(r"[^0-9]", "")
    table = regions_by_calling_code()
    # no calling code is the beginning of another one
    return pl.coalesce(
        digits.str.slice(0, length).replace_strict(table, default=None, return_dtype=pl.String) for length in (1, 2, 3)
    )
