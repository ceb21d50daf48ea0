"""Twelve monthly nights, and the same twelve nights replayed from the last work file: is the past what was published?

    python -m benchmarks.replay                       12 deliveries of 1,500 rows of leads
    python -m benchmarks.replay --rows 300 --nights 3
    python -m benchmarks.replay --night-by-night      nights go on from each other's matching, as they do in use

Each month a demo set of its own comes in and the nightly job publishes. Then the replay is asked for each of the dates. People
are compared by their leads: who has the same leads and another grade is a fault and makes the exit code 1. Other leads in one
person are told apart: without --night-by-night every night compares all leads, as a replay does, and there must be none.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import polars as pl

from assets.past import Past, grade
from leadgrade.config import load_settings
from leadgrade.demo import generate
from leadgrade.engine import DuckDBEngine
from leadgrade.publish import Home
from pipelines.nightly import run_nightly

ROOT = Path(__file__).resolve().parents[1]
_PEOPLE = """
select
    members.person_id, string_agg(members.lead_id, ',' order by members.lead_id) as leads,
    any_value(quality.score) as score, any_value(quality.is_quality) as is_quality
from people.members as members
inner join scores.quality as quality on members.person_id = quality.person_id
group by members.person_id"""


def dates(nights: int) -> list[datetime]:
    """The first of a month each, the last in October 2026."""
    return [datetime((months := 2026 * 12 + 9 - back) // 12, months % 12 + 1, 1) for back in reversed(range(nights))]


def publish(home: Home, at: datetime, number: int, rows: int, full: bool) -> tuple[pl.DataFrame, float]:
    """Deliver a demo set, run the night, and return its people and the CPU seconds."""
    generate(rows, number, home.inbox, at)
    began = time.process_time()
    outcome = run_nightly(home.root, ROOT / "config", as_of=at.isoformat(), full=full)
    if outcome.code:
        sys.exit(f"{at:%Y-%m-%d}: the night was not published: {outcome.messages} {outcome.refusals}")
    cost = time.process_time() - began
    with DuckDBEngine(home.work_file(outcome.run_id)) as engine:
        return engine.collect(_PEOPLE), cost


def replayed(past: Past, at: datetime) -> tuple[pl.DataFrame, float]:
    """The people of a night made again, and the CPU seconds."""
    began = time.process_time()
    with past.night(at) as (run, _):
        grade(run, "before")
        return run.engine.collect(_PEOPLE), time.process_time() - began


def compared(published: pl.DataFrame, again: pl.DataFrame) -> dict[str, int]:
    """People by what became of them: same, other grade, other leads, and of the same those with another id."""
    both = published.join(again, on="leads", suffix="_again")
    is_same = (pl.col("score") == pl.col("score_again")) & (pl.col("is_quality") == pl.col("is_quality_again"))
    return {
        "published": published.height,
        "same": both.filter(is_same).height,
        "other grade": both.filter(~is_same).height,
        "other leads": published.height - both.height,
        "other id": both.filter(pl.col("person_id") != pl.col("person_id_again")).height,
    }


def main() -> None:
    """Pass the nights, replay them, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--nights", type=int, default=12)
    parser.add_argument("--night-by-night", action="store_true")
    options = parser.parse_args()
    titles = ("published", "same", "other grade", "other leads", "other id")
    print(f"{'as of':<12}" + "".join(f"{title:>13}" for title in titles) + f"{'night CPU s':>13}{'replay CPU s':>14}")
    faults = 0
    with tempfile.TemporaryDirectory(prefix="leadgrade-replay-") as folder:
        home = Home(Path(folder) / "home").prepare()
        full = not options.night_by_night
        nights = {at: publish(home, at, n, options.rows, full) for n, at in enumerate(dates(options.nights), 1)}
        past = Past(home, load_settings(ROOT / "config"))
        for at, (people, cost) in nights.items():
            again, cost_again = replayed(past, at)
            found = compared(people, again)
            faults += found["other grade"] + (found["other leads"] if full else 0)
            print(
                f"{at:%Y-%m-%d}  " + "".join(f"{found[t]:>13,}" for t in titles) + f"{cost:>13.1f}{cost_again:>14.1f}",
                flush=True,
            )
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
