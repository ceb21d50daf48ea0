"""Geometry of the charts: numbers to coordinates. The template draws them, so that all text is escaped there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadgrade.report.text import number, percent

WIDTH, HEIGHT = 720.0, 200.0
LINE_WIDTH, LINE_HEIGHT = 340.0, 110.0
# a waterfall: words on the left, bars, figures on the right of 340
BARS_X, BARS_WIDTH, STEP_HEIGHT = 150.0, 150.0, 16.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: place in the chart, what it stands for, and its class: fill (quality), near (just missed), fill-soft."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int
    kind: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: bars, ticks of the axis, and where the threshold lies."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    threshold_x: float
    threshold: int
    highest: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line: points as an SVG path, its ends in words."""

    title: str
    path: str
    dots: tuple[tuple[float, float, str], ...]
    first: str
    last: str
    lowest: str
    highest: str
    latest: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A step of a waterfall: its words, its figure, and the bar from the sum before it to the sum after it."""

    y: float
    words: str
    figure: str
    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What adds up to a weight: the steps from the top, where zero lies, and how high the picture is."""

    falls: tuple[Fall, ...]
    zero_x: float
    height: float


def waterfall(steps: Sequence[tuple[str, float]]) -> Waterfall:
    """Steps in words and bits; the last bar is their sum, from zero."""
    sums = [0.0]
    for _, bits in steps:
        sums.append(sums[-1] + bits)
    low, high = min(sums), max(*sums, min(sums) + 1)
    drawn = [*zip(steps, sums, sums[1:], strict=False), (("all", sums[-1]), 0.0, sums[-1])]
    falls = []
    for row, ((words, bits), start, end) in enumerate(drawn):
        left, right = sorted(BARS_X + BARS_WIDTH * (at - low) / (high - low) for at in (start, end))
        kind = "fresh" if bits >= 0 else "dead"
        width = max(right - left, 1.0)
        falls.append(Fall(row * STEP_HEIGHT, words, f"{bits:+.1f}", round(left, 2), round(width, 2), kind))
    zero = round(BARS_X - BARS_WIDTH * low / (high - low), 2)
    return Waterfall(tuple(falls), zero, len(drawn) * STEP_HEIGHT)


def histogram(counts: Mapping[int, int], step: int, maximum: int, threshold: int, near_miss: int) -> Bars:
    """Counts by lower bound of their class, drawn from 0 to the maximum score."""
    end = max([maximum, *counts]) // step * step + step
    highest = max([1, *counts.values()])
    unit = WIDTH / (end / step)
    bars = []
    for index, start in enumerate(range(0, end, step)):
        count = counts.get(start, 0)
        # a bar of one person in a million still shows
        height = max(HEIGHT * count / highest, 1.5) if count else 0
        x, y = round(index * unit + 1, 2), round(HEIGHT - height, 2)
        kind = "fill" if start >= threshold else "near" if start >= near_miss else "fill-soft"
        label = f"{start} to {start + step - 1}"
        bars.append(Bar(x, y, round(unit - 2, 2), round(height, 2), label, count, kind))
    ticks = tuple((round(WIDTH * at / end, 2), str(at)) for at in range(0, end, 20))
    return Bars(tuple(bars), ticks, round(WIDTH * threshold / end, 2), threshold, highest)


def line(title: str, nights: Sequence[tuple[datetime, float]], *, is_share: bool) -> Line:
    """The nights of one figure from left to right; the axis runs from its lowest to its highest value."""
    values = [v for _, v in nights]
    low, high = min(values), max(values)
    span = high - low or 1.0
    step = LINE_WIDTH / max(len(values) - 1, 1)
    words = [percent(v) if is_share else number(v, 0 if v >= 100 else 1) for v in (low, high, values[-1])]
    dots = []
    for index, (night, amount) in enumerate(nights):
        x = index * step if len(nights) > 1 else LINE_WIDTH / 2
        y = LINE_HEIGHT - LINE_HEIGHT * (amount - low) / span if high > low else LINE_HEIGHT / 2
        shown = percent(amount) if is_share else number(amount, 0 if amount >= 100 else 1)
        dots.append((round(x, 2), round(y, 2), f"{night:%Y-%m-%d}: {shown}"))
    path = " ".join(f"{'M' if index == 0 else 'L'}{x} {y}" for index, (x, y, _) in enumerate(dots))
    ends = (f"{nights[0][0]:%Y-%m-%d}", f"{nights[-1][0]:%Y-%m-%d}")
    return Line(title, path, tuple(dots), *ends, *words)
