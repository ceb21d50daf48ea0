"""Fits the law of one field to its checks, under what decay.yaml believes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadgrade.config.decay import DecayConfig
from leadgrade.hygiene.survival import DAYS, Checks, Codes, Fit, Floats, Prior
from leadgrade.hygiene.survival_fit import fit

DIMENSIONS = ("seniority", "source", "industry")


@dataclass(frozen=True, slots=True)
class Levels:
    """What the values of people are told apart by: the levels of each dimension that has several.

    Attributes:
        segments: One row a segment: segment_id, people, and the level of each dimension.
        names: Levels of each dimension that has more than one, in order.
    """

    segments: pl.DataFrame
    names: dict[str, list[str]]

    @classmethod
    def of(cls, segments: pl.DataFrame) -> Levels:
        """Levels of ``hygiene.segments``."""
        found = segments.group_by("segment_id", *(f"{d}_level" for d in DIMENSIONS)).agg(pl.col("people").sum())
        found = found.rename({f"{d}_level": d for d in DIMENSIONS}).sort("segment_id")
        names = {d: sorted(found[d].unique()) for d in DIMENSIONS}
        return cls(found, {d: levels for d, levels in names.items() if len(levels) > 1})

    @property
    def size(self) -> int:
        """Parameters of one kind: the whole and every level."""
        return 1 + sum(map(len, self.names.values()))

    def codes(self, frame: pl.DataFrame) -> list[Codes]:
        """Places of the levels of a frame's rows, for each dimension; one behind the last where the row has none."""
        placed = frame.select(
            pl.col(dimension).cast(pl.Enum(levels)).to_physical().cast(pl.Int64).fill_null(len(levels))
            for dimension, levels in self.names.items()
        )
        return [column.to_numpy() for column in placed]

    def mixes(self, frame: pl.DataFrame) -> Floats:
        """A row for each: the whole, and of every dimension the row's level, or the average person's where that is null."""
        blocks = [np.ones((frame.height, 1))]
        for dimension, codes in zip(self.names, self.codes(frame), strict=True):
            shares = self._shares(dimension)
            blocks.append(np.vstack([np.eye(len(shares)), shares])[codes])
        return np.hstack(blocks)

    def _shares(self, dimension: str) -> Floats:
        people = self.segments.group_by(dimension).agg(pl.col("people").sum()).sort(dimension)["people"].to_numpy()
        shares: Floats = people / people.sum()
        return shares


@dataclass(frozen=True, slots=True)
class FieldFit:
    """A field's law before and after its checks."""

    prior: Prior
    fit: Fit


def prior_of(config: DecayConfig, field: str) -> Prior:
    """What decay.yaml believes of a field; the flat mode is a law of shape 1 that nothing changes."""
    learning, spec = config.learning, config.fields[field]  # type: ignore[index]
    if config.mode == "flat":
        return Prior(-math.log1p(-config.flat_rate), 1.0)
    return Prior(
        spec.eta**-spec.k,
        spec.k,
        learning.prior_years,
        learning.shape_sd,
        learning.segment_sd,
        learning.segment_shape_sd,
        learning.share_weight,
    )


def fit_field(config: DecayConfig, field: str, cells: pl.DataFrame, levels: Levels) -> FieldFit:
    """Learn one field.

    Args:
        config: decay.yaml.
        field: Its name.
        cells: Rows of ``hygiene.decay_checks`` of the field, with the level of each dimension.
        levels: The levels.
    """
    prior = prior_of(config, field)
    is_learned = config.learning.enabled and config.mode != "flat"
    return FieldFit(prior, fit(checks_of(cells if is_learned else cells.clear(), levels), prior))


def checks_of(cells: pl.DataFrame, levels: Levels) -> Checks:
    """The cells as arrays; the age of a cell is the mean of its checks."""
    ages = (cells["age_days"] / cells["checks"]).to_numpy()
    return Checks(
        np.log(ages / DAYS),
        cells["checks"].cast(pl.Float64).to_numpy(),
        cells["failures"].cast(pl.Float64).to_numpy(),
        cells["is_captured"].to_numpy(),
        tuple(levels.codes(cells)),
        tuple(map(len, levels.names.values())),
    )
