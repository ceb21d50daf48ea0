"""Thirty nights of which each changes one hundredth of the leads: what matching costs beside comparing all, and what it finds.

    python -m benchmarks.nights                                     200,000 leads, thirty nights
    python -m benchmarks.nights --leads 20000 --nights 10 --every 5

The leads are a demo set that went through intake and validation; a night brings new leads, edits (job changes, typos made and
corrected, gaps filled) and deletions. Every few nights all leads are compared in a second work file, for the same question.
CPU seconds are those of the steps from contacts.leads to people.members; "share" is that of a full rebuild of the same night.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from assets.graph import ASSET_STEPS
from benchmarks.night_changes import World, begin, pass_night
from benchmarks.people.measures import pairwise
from leadgrade.config import load_settings
from leadgrade.demo import generate
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.people import account_match, build, quality
from leadgrade.publish.branch import open_branch
from leadgrade.publish.home import Home
from leadgrade.run import Run
from leadgrade.stages import load_config_tables

AS_OF = datetime(2026, 10, 1)
CONFIG = Path(__file__).parents[1] / "config"
MATCHING = (build.build_normalised, build.build_features, build.build_pairs, build.build_members)
_TRUTH = """
select leads.*, truth.person as truth
from contacts.leads as leads
inner join raw.files as files on leads.file_id = files.file_id
inner join read_csv($truth, all_varchar = true) as truth
    on truth.file = files.system || '/' || files.file_name and cast(truth.row_number as bigint) = leads.row_number
order by leads.lead_id"""


def make_pool(folder: Path, rows: int) -> Path:
    """A work file with the stages raw and contacts of a demo set; one that is there is used again."""
    work = Home(folder).work_file("pool")
    if work.is_file():
        return work
    generate(rows, 11, folder / "inbox", AS_OF)
    with open_branch(Home(folder), load_settings(CONFIG), "pool", now=AS_OF, full=True) as run:
        load_config_tables(run)
        for step in (s for asset in ASSET_STEPS for s in (*asset.before, asset.step)):
            if step.name.split(".")[0] in ("raw", "contacts") and step.name != "raw.row_ledger":
                step.run(run)
    return work


def _sql(*tables: str) -> list[Callable[[Run], object]]:
    return [lambda run, t=t: run.engine.materialize(t, sql_file(t).query) for t in tables]  # type: ignore[misc]


AFTER = {
    "review": [*_sql("people.review"), quality.build_cohesion],
    "golden": [build.build_golden],
    "accounts": [
        account_match.build_account_keys, account_match.build_person_keys, account_match.build_similar_companies,
        *_sql("people.account_choices", "people.accounts", "people.account_gaps"),
    ],
    "links": _sql("people.subjects", "people.handles", "people.links"),
    "ledger": _sql("raw.row_ledger"),
}  # fmt: skip


def cpu_of(run: Run, *steps: Callable[[Run], object]) -> float:
    """CPU seconds of the process while the steps run."""
    start = time.process_time()
    for step in steps:
        step(run)
    return time.process_time() - start


class Chain:
    """A work file that goes from night to night."""

    def __init__(self, pool: Path, work: Path, *, full: bool) -> None:
        shutil.copyfile(pool, work)
        self.work = work
        self.engine = DuckDBEngine(work, memory_limit="4GB", spill=work.parent / "spill")
        self.run = Run(self.engine, load_settings(CONFIG), work.parent, "night-0", AS_OF, "secret", full)

    def night(self, world: World, number: int) -> float:
        """Compare the leads of a night; return CPU seconds."""
        as_of = AS_OF + timedelta(days=number)
        self.run = replace(self.run, run_id=f"night-{number}", as_of=as_of)
        self.engine.write("contacts.leads", world.leads.drop("truth"))
        row = self.engine.read("meta.run").with_columns(
            run_id=pl.lit(self.run.run_id), as_of=pl.lit(as_of).cast(pl.Datetime("us"))
        )
        self.engine.write("meta.run", row)
        self.engine.checkpoint()
        return cpu_of(self.run, *MATCHING)

    def after(self) -> dict[str, float]:
        """CPU seconds of what is made from the people."""
        return {name: cpu_of(self.run, *steps) for name, steps in AFTER.items()}

    def members(self) -> pl.DataFrame:
        """lead_id and person_id."""
        return self.engine.read("people.members", ["lead_id", "person_id"])

    def row(self) -> dict[str, Any]:
        """What people.matching_runs says of the night."""
        return self.engine.collect("select * from people.matching_runs order by night desc limit 1").to_dicts()[0]

    def ids_gone(self) -> set[str]:
        """Ids that people.id_changes says went away, on all nights."""
        return set(self.engine.read("people.id_changes")["old_person_id"])


def f1(members: pl.DataFrame, truth: pl.DataFrame) -> float:
    """Pair by pair, against the truth or against another night's people."""
    return pairwise(members.join(truth, on="lead_id"))[2]


def main() -> None:
    """Make the pool, pass the nights, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--every", type=int, default=10, help="a full rebuild beside it every so many nights")
    parser.add_argument("--pool", type=Path, help="folder for the demo set, to be used again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadgrade-nights-") as folder:
        root = Path(folder)
        wanted = options.leads * (1 + options.share * options.nights * 0.6)
        pool = make_pool(options.pool or root / "pool", round(wanted * 1.24 + 500))
        nights = Chain(pool, root / "nights.duckdb", full=False)
        beside = Chain(pool, root / "full.duckdb", full=True)
        leads = nights.engine.collect(
            _TRUTH, {"truth": str(next(pool.parents[2].glob("inbox_truth/truth_leads*.csv")))}
        )
        if leads.height < wanted:
            sys.exit(f"the pool holds {leads.height:,} leads, {round(wanted):,} are needed: give another --pool")
        _pass(begin(leads, options.leads), nights, beside, options)


_OF_ROW = {
    "mode": "mode", "new": "new_leads", "edited": "changed_leads", "gone": "gone_leads", "shared": "shared_leads",
    "compared": "pairs_compared", "kept": "pairs_kept",
}  # fmt: skip
# title, width, format
_COLUMNS = {
    "night": (5, ""), "leads": (9, ","), "mode": (13, ""), "new": (7, ","), "edited": (7, ","), "gone": (6, ","),
    "shared": (7, ","), "compared": (10, ","), "kept": (10, ","), "CPU s": (7, ".2f"), "full s": (7, ".2f"), "share": (7, ".1%"),
    "F1": (8, ".4f"), "F1 full": (9, ".4f"), "alike": (8, ".4f"), "moved": (7, ","), "ids gone": (9, ","), "untold": (7, ","),
    "MiB": (7, ",.0f"),
}  # fmt: skip


def _line(values: Mapping[str, Any]) -> str:
    return "".join(
        f"{values[c]:>{width}{form}}" if c in values else " " * width for c, (width, form) in _COLUMNS.items()
    )


def _pass(world: World, nights: Chain, beside: Chain, options: argparse.Namespace) -> None:
    """The nights, a line each.

    alike: F1 of the people against those of a full rebuild; moved: leads that are in another person than the night before;
    ids gone: so far; untold: ids that went away and are not in people.id_changes.
    """
    print("".join(f"{c:>{width}}" for c, (width, _) in _COLUMNS.items()) + "  after: " + ", ".join(AFTER))
    known, full = None, 0.0
    for number in range(options.nights + 1):
        if number:
            pass_night(world, options.share)
        cpu, members, row = nights.night(world, number), nights.members(), nights.row()
        truth, gone = world.leads.select("lead_id", "truth"), nights.ids_gone()
        line = {
            "night": number,
            "leads": world.leads.height,
            "CPU s": cpu,
            "F1": f1(members, truth),
            "ids gone": len(gone),
        }
        line |= {title: row[name] for title, name in _OF_ROW.items()}
        if known is not None:
            both = known.join(members, on="lead_id", suffix="_now")
            line["moved"] = both.filter(pl.col("person_id") != pl.col("person_id_now")).height
            line["untold"] = len(set(known["person_id"]) - set(members["person_id"]) - gone)
        after = ""
        if number % options.every == 0 or number == options.nights:
            full = line["full s"] = beside.night(world, number)
            others = beside.members()
            line |= {"F1 full": f1(others, truth), "MiB": nights.work.stat().st_size / 2**20}
            line["alike"] = f1(members, others.select("lead_id", truth="person_id"))
            after = ", ".join(f"{seconds:.2f}" for seconds in nights.after().values())
        print(_line(line | {"share": cpu / full}) + "  " + after, flush=True)
        known = members


if __name__ == "__main__":
    main()
