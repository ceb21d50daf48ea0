"""What :func:`leadgrade.hygiene.decay` is given: evidence checked, and the law of each field and segment."""

from __future__ import annotations

import math

import polars as pl

from leadgrade import arguments
from leadgrade.config.decay import DecayConfig
from leadgrade.hygiene.field_fits import prior_of
from leadgrade.hygiene.survival import DAYS

_CAPTURED = ["created", "updated", "form"]
_GIVEN: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("person_id", "field", "evidence", "ended_by", "segment"), pl.String),
    "hazard": pl.Float64,
    "is_proven": pl.Boolean,
}


def require(frame: pl.DataFrame, name: str, columns: list[str]) -> None:
    """Raise a ValueError that names the columns that a frame lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"{name}: columns missing: {', '.join(missing)}; found: {', '.join(frame.columns)}")


def laws_of(config: DecayConfig, models: pl.DataFrame | None) -> pl.DataFrame:
    """field, segment, segment_id, rate, shape, half_life_days and never_share: as learned, else as published."""
    if models is None:
        return pl.DataFrame([_published(config, field) for field in config.fields])
    require(models, "models", ["field", "segment", "shape", "annual_decay", "half_life_days", "never_share"])
    return models.select(
        "field",
        "segment",
        segment_id=pl.col("segment").rank("dense").cast(pl.Int64),
        rate=-(1 - pl.col("annual_decay")).log(),
        shape="shape",
        half_life_days="half_life_days",
        never_share="never_share",
    )


def _published(config: DecayConfig, field: str) -> dict[str, str | float]:
    prior = prior_of(config, field)
    half_life = DAYS * (math.log(2) / prior.rate) ** (1 / prior.shape)
    law = {"rate": prior.rate, "shape": prior.shape, "half_life_days": half_life, "never_share": 0.0}
    return {"field": field, "segment": "all", "segment_id": 1, **law}


def checked(evidence: pl.DataFrame, config: DecayConfig, laws: pl.DataFrame) -> pl.DataFrame:
    """The evidence with its optional columns filled and ``segment_id``; a ValueError names what cannot be, and how often."""
    require(evidence, "evidence", ["person_id", "field", "evidence_at"])
    columns = evidence.columns
    filled = arguments.typed(evidence, "evidence", _GIVEN).with_columns(
        hazard=pl.col("hazard").fill_null(1.0) if "hazard" in columns else pl.lit(1.0),
        segment=pl.col("segment").fill_null("all") if "segment" in columns else pl.lit("all"),
        is_proven=_is_proven(columns),
        is_future=pl.lit(value=False),
    )
    _refuse(filled, "person_id", pl.col("person_id").is_null(), "every row needs the id of its person")
    _refuse(
        filled,
        "field",
        ~pl.col("field").is_in(list(config.fields)),
        f"not in decay.yaml; there are: {', '.join(config.fields)}",
    )
    _refuse(filled, "hazard", (pl.col("hazard") > 0).not_() | pl.col("hazard").is_nan(), "expected a factor above 0")
    # of the laws here: a column of the night's table counts those of another list
    unnumbered = filled.drop("segment_id", strict=False)
    joined = unnumbered.join(laws.select("field", "segment", "segment_id"), on=["field", "segment"], how="left")
    _refuse(joined, "segment", pl.col("segment_id").is_null(), "models has no such segment of the field")
    return joined


def _is_proven(columns: list[str]) -> pl.Expr:
    told = ~pl.col("evidence").is_in(_CAPTURED) if "evidence" in columns else pl.lit(value=True)
    return (pl.coalesce("is_proven", told) if "is_proven" in columns else told).fill_null(value=True)


def _refuse(frame: pl.DataFrame, column: str, fault: pl.Expr, expected: str) -> None:
    at_fault = frame.filter(fault.fill_null(value=True))
    if at_fault.height:
        found = ", ".join(sorted(map(str, at_fault[column].unique()))[:5])
        raise ValueError(f"evidence.{column}: {at_fault.height} row(s) with {found}; {expected}")
