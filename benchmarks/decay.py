"""How fast values decay, learned from checks whose truth is known: do the stated intervals hold as often as they say?

    python -m benchmarks.decay                       checks counted as the stage counts them, many repetitions
    python -m benchmarks.decay --stage               people, addresses and mail events through the SQL of the stage

A simulated value has a true Weibull law by segment. It is written down or proved, checked some time later, and the check says
no more than that it still holds or that it ended in between. Truths are drawn from the priors (then intervals must hold as
stated, whatever the number of checks), or stand far off them (then few checks stay at the prior, and many find the truth).
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadgrade.hygiene.survival import DAYS, Checks, Laws, Prior, laws
from leadgrade.hygiene.survival_fit import fit

Floats = npt.NDArray[np.float64]
INTERVAL = 0.9
SIZES = (0, 30, 300, 3_000, 30_000)
WORK_EMAIL = Prior(-math.log(0.78), 0.75)


@dataclass(frozen=True, slots=True)
class Truth:
    """True laws: of each segment its log hazard after one year and its shape; and what fails whatever the age."""

    rates: Floats
    shapes: Floats
    mistaken: float = 0.0
    captured: float = 0.0

    @property
    def half_lives(self) -> Floats:
        """Days until half are wrong."""
        days: Floats = DAYS * (math.log(2) / np.exp(self.rates)) ** (1 / self.shapes)
        return days


def drawn(prior: Prior, rng: np.random.Generator, segments: int = 4) -> Truth:
    """A truth as the prior believes it to be."""
    rate = math.log(rng.gamma(prior.years * prior.rate) / prior.years)
    shape = rng.normal(prior.shape, prior.shape_sd)
    rates = rate + rng.normal(0, prior.segment_sd, segments)
    shapes = shape + rng.normal(0, prior.segment_shape_sd, segments)
    mistaken, captured = rng.beta(1, 1 + prior.share_weight, 2)
    return Truth(rates, np.clip(shapes, 0.2, None), mistaken, captured)


def far_off(rng: np.random.Generator, segments: int = 4) -> Truth:
    """A company whose addresses die at twice to four times the published rate, evenly over time, one in eight mistyped."""
    return Truth(math.log(0.75) + rng.normal(0, 0.35, segments), np.full(segments, 1.0), 0.005, 0.125)


def simulate(truth: Truth, checks: int, rng: np.random.Generator) -> Checks:
    """Checks at random ages, counted by segment, by whether anything had proved the value, and by age a fifth wide."""
    segments = len(truth.rates)
    segment = rng.integers(0, segments, checks)
    days = np.maximum(np.floor(np.exp(rng.normal(4.6, 1.2, checks))), 1)
    is_captured = rng.random(checks) < 0.4
    decayed = -np.expm1(-np.exp(truth.rates[segment]) * (days / DAYS) ** truth.shapes[segment])
    share = np.where(is_captured, truth.captured, truth.mistaken)
    failed = rng.random(checks) < share + (1 - share) * decayed
    bucket = np.floor(4 * np.log2(days)).astype(np.int64)
    keys = (bucket * 2 + is_captured) * segments + segment
    cells, places = np.unique(keys, return_inverse=True)
    counts = np.bincount(places, minlength=len(cells)).astype(np.float64)
    return Checks(
        np.log(np.bincount(places, days, len(cells)) / counts / DAYS),
        counts,
        np.bincount(places, failed, len(cells)),
        (cells // segments % 2).astype(bool),
        (cells % segments,),
        (segments,),
    )


def learned(data: Checks, prior: Prior) -> Laws:
    """The laws of the segments."""
    segments = data.levels[0]
    return laws(fit(data, prior), np.hstack([np.ones((segments, 1)), np.eye(segments)]), INTERVAL)


def coverage(prior: Prior, draw: str, checks: int, repetitions: int, rng: np.random.Generator) -> dict[str, float]:
    """Shares of the intervals that hold, and how much is left of the prior."""
    held: dict[str, list[Floats]] = {"half-life": [], "shape": [], "scale": [], "weight": [], "off": []}
    for _ in range(repetitions):
        truth = drawn(prior, rng) if draw == "drawn" else far_off(rng)
        law = learned(simulate(truth, checks, rng), prior)
        scales = np.exp(-truth.rates / truth.shapes)
        half = truth.half_lives
        held["half-life"].append((law.half_life_low_days <= half) & (half <= law.half_life_high_days))
        held["shape"].append((law.shape_low <= truth.shapes) & (truth.shapes <= law.shape_high))
        held["scale"].append((law.scale_low_years <= scales) & (scales <= law.scale_high_years))
        held["weight"].append(law.prior_weight)
        held["off"].append(np.abs(np.log(law.half_life_days / half)))
    return {name: float(np.mean(values)) for name, values in held.items()}


def _table(title: str, prior: Prior, draw: str, repetitions: int, seed: int) -> None:
    print(f"\n{title}; {repetitions} repetitions of 4 segments, intervals of {INTERVAL:.0%}")
    print(
        f"{'checks':>8}{'half-life held':>16}{'shape held':>12}{'scale held':>12}{'prior weight':>14}{'off by, mean':>15}"
    )
    for checks in SIZES:
        found = coverage(prior, draw, checks, repetitions, np.random.default_rng([seed, checks]))
        off = math.exp(found["off"]) - 1
        print(
            f"{checks:>8,}{found['half-life']:>15.1%}{found['shape']:>12.1%}{found['scale']:>12.1%}"
            f"{found['weight']:>14.3f}{off:>14.0%}"
        )


def main() -> None:
    """Simulate, learn, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stage", action="store_true")
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    start = time.process_time()
    if options.stage:
        from benchmarks.decay_stage import run  # noqa: PLC0415

        run(options.people, max(options.repetitions // 25, 1), options.seed)
    else:
        _table("Truths as the priors believe", WORK_EMAIL, "drawn", options.repetitions, options.seed)
        _table("Truths far off the priors", WORK_EMAIL, "far", options.repetitions, options.seed)
        loose = replace(WORK_EMAIL, years=10.0, shape_sd=0.4, segment_sd=0.7)
        _table("The same with priors that say less", loose, "far", options.repetitions, options.seed)
    print(f"\n{time.process_time() - start:.1f} CPU s")


if __name__ == "__main__":
    main()
