"""leadgrade replay: the past under another model."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl
from rich.table import Table

from leadgrade.config.loader import load_model
from leadgrade.config.scoring import ScoringConfig
from leadgrade.errors import ConfigError, InputError
from leadgrade.publish import Home
from leadgrade.scores.past import Facts
from pipelines.cli.common import (
    checked_settings,
    config_option,
    console,
    fail,
    faults_told,
    home_option,
    published_warehouse,
    resolve,
)

if TYPE_CHECKING:
    from assets.past import Replay

SHOWN = 20


@click.command()
@click.option(
    "--model", "model_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A scoring model; absent: the configured one, held against what was published.",
)  # fmt: skip
@click.option("--as-of", "times", multiple=True, metavar="T", help="A time in the past, ISO 8601; may be repeated.")
@click.option(
    "--monthly", type=click.IntRange(1, 120), metavar="N", help="The last publication and N - 1 months before it."
)
@click.option(
    "--facts", type=click.Choice(["arrived", "dated"]), default=None,
    help="What was known: rows that had arrived (where any had; what the night saw), or rows by their own dates.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Everybody's grades under both models, csv or parquet by the name of the file.",
)  # fmt: skip
@home_option
@config_option
def replay(
    model_file: Path | None, times: tuple[str, ...], monthly: int | None, facts: Facts | None, out: Path | None,
    home: Path | None, config: Path | None,
) -> None:  # fmt: skip
    """Score the past under another model and name who crosses the threshold. What is published stays as it is."""
    root, folder = resolve(home, config)
    here, settings = Home(root), checked_settings(folder)
    published_warehouse(here.warehouse)
    _check_out(out)
    dates, model = _dates(times, monthly, here), _model(model_file)
    from assets.past import Past  # noqa: PLC0415  Dagster takes seconds to import

    past, nights = Past(here, settings, facts), []
    with faults_told():
        for as_of in dates:
            nights.append(past.replay(as_of, model))
            console.print(f"{as_of:%Y-%m-%d %H:%M}  {nights[-1].grades.height:,} people", markup=False)
    _show(nights, facts)
    if out:
        grades = pl.concat([night.grades for night in nights])
        grades.write_parquet(out) if out.suffix == ".parquet" else grades.write_csv(out)
        console.print(f"{grades.height:,} grades: {out}", markup=False, soft_wrap=True)


def _check_out(out: Path | None) -> None:
    if out and out.suffix not in (".csv", ".parquet"):
        fail(f"--out: expected a name that ends in .csv or .parquet, found {out.name}")
    if out and not out.absolute().parent.is_dir():
        fail(f"--out: there is no folder {out.absolute().parent}; make it first")


def _model(path: Path | None) -> ScoringConfig | None:
    try:
        return load_model(path.expanduser()) if path else None
    except ConfigError as error:
        fail(
            f"{path}: {error}\nMend it and ask again; docs/configuration.md says what each key of a scoring model holds"
        )
    except InputError as error:
        fail(f"--model: {error}; without --model the configured one is replayed")


def _show(nights: list[Replay], facts: Facts | None) -> None:
    console.print(_table(nights))
    if not any(night.grades.height for night in nights):
        hint = "--facts dated goes by the dates of the rows" if facts == "arrived" else "give a later --as-of"
        console.print(f"nobody was known by then; {hint}", markup=False)
    for night in nights:
        for line in _crossers(night.as_of, night.grades):
            console.print(line, markup=False, soft_wrap=True)


def _dates(times: tuple[str, ...], monthly: int | None, home: Home) -> list[datetime]:
    """The times asked for, latest first."""
    from pipelines.resources import parse_as_of  # noqa: PLC0415  Dagster takes seconds to import

    published = datetime.fromisoformat(home.manifest(str(home.current()))["as_of"])
    dates = set(_months_back(published, monthly or 0))
    for text in times:
        try:
            parsed = parse_as_of(text)
        except ValueError:
            fail(f"--as-of: expected an ISO 8601 date or time such as 2026-10-01, found {text}")
        assert parsed is not None
        if parsed > published:
            fail(f"--as-of: {text} lies after the last publication ({published:%Y-%m-%d %H:%M}); run the night first")
        dates.add(parsed)
    if not dates:
        fail("say which past: --as-of T (may be repeated) or --monthly N")
    return sorted(dates, reverse=True)


def _months_back(end: datetime, count: int) -> Iterator[datetime]:
    """The same day of month and time in each month before; the last of a shorter month."""
    for back in range(count):
        year, month = divmod(end.year * 12 + end.month - 1 - back, 12)
        day = min(end.day, calendar.monthrange(year, month + 1)[1])
        yield end.replace(year=year, month=month + 1, day=day)


def _table(nights: list[Replay]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("as of", "facts", "people", "quality", "with the model", "up", "down", "as published"):
        table.add_column(title, justify="left" if title in ("as of", "facts") else "right")
    for night in nights:
        grades, history = night.grades, night.history
        counts = [grades.height, grades["is_quality_before"].sum(), grades["is_quality"].sum()]
        counts += [int((grades["crossed"] == way).sum()) for way in ("up", "down")]
        shown = "unknown" if history is None else f"{history['same']:,} of {history['published']:,}"
        table.add_row(f"{night.as_of:%Y-%m-%d %H:%M}", night.facts, *(f"{n:,}" for n in counts), shown)
    return table


def _crossers(as_of: datetime, grades: pl.DataFrame) -> Iterator[str]:
    for way, words in (("up", "become quality leads"), ("down", "are none any more")):
        found = grades.filter(pl.col("crossed") == way)
        if found.height:
            yield f"{as_of:%Y-%m-%d}: {found.height:,} {words}" + (
                f", the first {SHOWN}:" if found.height > SHOWN else ":"
            )
            for row in found.sort("score", "person_id", descending=[True, False]).head(SHOWN).iter_rows(named=True):
                yield f"  {row['person_id']}  {row['score_before']} -> {row['score']}"
