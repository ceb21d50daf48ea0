"""What the metrics are: their names, units, sums and benchmarks, read from the YAML files beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from leadgrade.config.base import Model
from leadgrade.yaml_files import read_yaml

Unit = Literal["share", "ratio", "money", "money_per_day", "days", "count"]


class Metric(Model):
    """One metric of metrics.funnel."""

    title: str = Field(description="How people call it.")
    unit: Unit = Field(description="Unit of the value; ratio may be below 0 and above 1.")
    better: Literal["high", "low"] = Field(description="What a person hopes for.")
    numerator: str | None = Field(None, description="Measure above the line; null where the metric has SQL of its own.")
    denominator: str | None = Field(None, description="Measure below the line.")
    needs: str | None = Field(None, description="Measure without which the metric is unknown, not 0.")
    zero_is_null: bool = Field(False, description="A numerator of 0 means that the cell is unknown.")


class Benchmark(Model):
    """The range that counts as usual."""

    lo: float | None = Field(description="Lower end; null: none.")
    hi: float | None = Field(description="Upper end; null: none.")
    source: str = Field(description="Where the range comes from.")


def _yaml(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(Path(__file__).parent / name)
    return loaded


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by its name, in the order of the funnel."""
    return {name: Metric.model_validate(spec) for name, spec in _yaml("definitions.yaml").items()}


@cache
def benchmarks() -> dict[str, Benchmark]:
    """The benchmark of each metric that has one."""
    return {name: Benchmark.model_validate(spec) for name, spec in _yaml("benchmarks.yaml").items()}
