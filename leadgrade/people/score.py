"""From levels of agreement to the probability that two leads are one person."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from leadgrade.people.compare import FIELDS
from leadgrade.people.likelihood import posterior
from leadgrade.people.model import MOVED, PERSON, STRANGER, Model, encode

# what a rule that needs no model is worth
CERTAIN = 0.999
# what half a name at a workplace is worth at most: somebody should look
HALF_KNOWN = 0.6
# from this probability on, people of two given names are held to be of one workplace or household
RELATED = 0.5


@cache
def _is_certain() -> pl.Expr:
    """Both names and something that belongs to one person: this holds in every table, however odd.

    So do both names, the date of birth and the home, and the personal address of somebody without any name: a table of which half
    is one person, or of addresses alone, would teach that they say nothing.
    """
    names = pl.col("first_name").is_in(["same", "nickname"]) & (pl.col("last_name") == "same")
    own = (pl.col("email") == "same") | (pl.col("identifier") == "same")
    is_home = pl.any_horizontal(pl.col(field) == "same" for field in ("street", "postal_code", "phone"))
    whole = (pl.col("first_name") == "same") & (pl.col("date_of_birth") == "same") & is_home
    nameless = (pl.col("first_name") == "missing") & (pl.col("last_name") == "missing")
    return (names & (own | whole)) | (nameless & (pl.col("email") == "same"))


@cache
def _is_half_known() -> pl.Expr:
    """Half a name and a workplace, and nothing that belongs to one person: Ms Berg of Acme may have a cousin there."""
    half = (pl.col("first_name") == "missing") | pl.col("last_name").is_in(["missing", "initial"])
    own = {
        "email": ["same", "same_local", "typo"],
        "phone": ["same", "typo"],
        "date_of_birth": ["same", "swapped", "slip"],
        "identifier": ["same", "similar"],
        "street": ["same"],
    }
    personal = pl.any_horizontal(pl.col(field).is_in(levels) for field, levels in own.items())
    return half & ~personal & pl.col("company").is_in(["same", "same_domain"])


@cache
def _evidence() -> pl.Expr:
    """JSON object of the fields that speak for or against, with their levels."""
    each = [
        pl.when(pl.col(f) != "missing").then(pl.concat_str(pl.lit(f'"{f}":"'), pl.col(f), pl.lit('"'))) for f in FIELDS
    ]
    return pl.concat_str(pl.lit("{"), pl.concat_str(each, separator=",", ignore_nulls=True), pl.lit("}"))


def score(compared: pl.DataFrame, model: Model, evidence_from: float) -> pl.DataFrame:
    """Weigh compared pairs.

    Args:
        compared: The result of :func:`leadgrade.people.compare.compare`.
        model: The model of the table.
        evidence_from: Match probability from which the evidence is written down.

    Returns:
        record_a, record_b, match_weight (bits), match_probability (0..1), is_related (two people
        of one workplace or household), evidence (JSON: field -> level).
    """
    found = posterior(model, encode(compared))
    person = np.clip(found[PERSON] + found.get(MOVED, 0.0), 1e-18, 1 - 1e-12)
    person = np.minimum(person, np.where(compared.select(_is_half_known()).to_series().to_numpy(), HALF_KNOWN, 1.0))
    related = sum(
        (share for name, share in found.items() if name not in (PERSON, MOVED, STRANGER)), np.zeros(len(person))
    )
    person = np.maximum(person, np.where(compared.select(_is_certain()).to_series().to_numpy(), CERTAIN, 0.0))
    weighed = compared.with_columns(
        pl.Series("match_weight", (np.log2(person) - np.log2(1 - person)).round(3)),
        pl.Series("match_probability", person.round(6)),
        pl.Series("is_related", (related >= RELATED) & (compared["first_name"] == "different").to_numpy()),
    )
    told = (weighed["match_probability"] >= evidence_from).arg_true()
    evidence = pl.Series("evidence", [None], dtype=pl.String).new_from_index(0, weighed.height)
    written = weighed[told].select(_evidence()).to_series()
    return weighed.select(
        "record_a", "record_b", "match_weight", "match_probability", "is_related", evidence.scatter(told, written)
    )
