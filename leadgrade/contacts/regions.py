"""States and provinces as evidence of the country."""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from leadgrade.contacts import vocabulary

_SHORTEST = 4  # letters
_CODED = ("US", "CA", "AU")
# what the postal code must look like where the region is a code: CA is California and Canada
_POSTAL = {"US": r"^[0-9]{5}(?:-[0-9]{4})?$", "CA": r"^[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]$", "AU": r"^[0-9]{4}$"}


@cache
def _names() -> dict[str, str]:
    """Folded name of a state -> ISO2: those of the listed countries that no other country has, then the own names."""
    lists = vocabulary.load("regions")
    places: dict[str, set[str]] = {}
    for division in pycountry.subdivisions:
        places.setdefault(vocabulary.fold(division.name), set()).add(division.country_code)
    known = {name: min(codes) for name, codes in places.items() if len(codes) == 1 and codes <= {*lists["countries"]}}
    known |= {vocabulary.fold(str(name)): iso2 for iso2, names in lists["names"].items() for name in names}
    shared = {vocabulary.fold(str(name)) for name in lists["shared"]}
    # what is a country, too ("Georgia"), or as short as a code tells nothing
    return {name: iso2 for name, iso2 in known.items() if name not in shared and len(name) >= _SHORTEST}


@cache
def _codes(country: str) -> list[str]:
    """Two- and three-letter codes of the country's states."""
    return sorted(d.code.split("-")[1].lower() for d in pycountry.subdivisions if d.country_code == country)


def _by_name(values: pl.Series) -> pl.Series:
    def answer(distinct: pl.Series) -> pl.DataFrame:
        folded = vocabulary.fold_expr(pl.col("v"))
        return pl.DataFrame({"v": distinct}).select(
            iso2=folded.replace_strict(_names(), default=None, return_dtype=pl.String)
        )

    return vocabulary.over_distinct(values.cast(pl.String), answer)["iso2"]


def countries_of(regions: pl.Series, postal_codes: pl.Series) -> pl.Series:
    """Country of each state or province as typed.

    Args:
        regions: "California", "Bayern", "CA".
        postal_codes: Of the same address; a bare code of a state counts beside a postal code of its country only.

    Returns:
        ISO2; null where the name is not known, lies in several countries, or is the name of a country.
    """
    frame = pl.DataFrame({"region": regions, "postal": postal_codes, "named": _by_name(regions)})
    code, postal = pl.col("region").str.to_lowercase().str.strip_chars(), pl.col("postal").str.strip_chars()
    by_code = [
        pl.when(code.is_in(pl.Series(_codes(iso2)).implode()) & postal.str.contains(_POSTAL[iso2])).then(pl.lit(iso2))
        for iso2 in _CODED
    ]
    return frame.select(pl.coalesce("named", *by_code)).to_series()
