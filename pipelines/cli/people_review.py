"""leadgrade people review: the queue of people who may be one."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from leadgrade.people import decide, decisions
from leadgrade.people import review as reviews
from leadgrade.publish import Home
from pipelines.cli.common import console, fail, faults_told, home_option, resolve
from pipelines.cli.people_decisions import NEXT_RUN, name_of, now, told, who_and_why

Row = dict[str, Any]
_WHY = {"unsure": "unsure", "held_apart": "other leads speak against"}
_REASON = "looked at in the review"


@click.command("review")
@click.option("--same", multiple=True, metavar="REVIEW_ID", help="The two people are one; may be given several times.")
@click.option("--different", multiple=True, metavar="REVIEW_ID", help="They are two, for good; likewise.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Pairs shown.")
@click.option("--values", is_flag=True, help="Names and numbers side by side, on a terminal alone.")
@who_and_why(needs_reason=False)
@home_option
def review_command(
    same: tuple[str, ...],
    different: tuple[str, ...],
    limit: int,
    values: bool,
    by: str | None,
    reason: str | None,
    home: Path | None,
) -> None:
    """Show the next pairs of people who may be one, what is worth most first, or decide about some of them."""
    here = Home(resolve(home, None)[0])
    both = sorted(set(same) & set(different))
    if both:
        fail(f"{both[0]} is named as the same and as different; expected one of the two")
    with faults_told():
        if same or different:
            _decide(here, same, different, name_of(by), reason or _REASON)
        else:
            _show(here, limit, with_values=values)


def _decide(here: Home, same: tuple[str, ...], different: tuple[str, ...], by: str, reason: str) -> None:
    rows = reviews.find(here.warehouse, [*same, *different])
    for row in rows:
        named = decide.look_up(here.warehouse, [row["person_id_a"], row["person_id_b"]])
        take = decide.merge if row["review_id"] in same else decide.split
        told(take(here.root, named, by=by, reason=reason, now=now()))
    console.print(NEXT_RUN)


def _show(here: Home, limit: int, *, with_values: bool) -> None:
    if with_values and not sys.stdout.isatty():
        fail("--values shows personal data on a terminal alone; this output goes elsewhere")
    rows = list(reviews.waiting(here.warehouse, decisions.read(here.root)))
    if not rows:
        console.print("nobody waits for a decision")
        return
    for row in islice(rows, limit):
        _print_pair(row, reviews.values(here.private, [row["lead_id_a"], row["lead_id_b"]]) if with_values else {})
    console.print(
        f"{min(limit, len(rows)):,} of {len(rows):,} pairs of people who wait. Decide: --same ID, --different ID;"
    )
    console.print("field by field: leadgrade people explain LEAD_ID LEAD_ID")


def _print_pair(row: Row, values: dict[str, Row]) -> None:
    quality = ", quality lead" if row["is_quality"] else ""
    odds = f"{row['match_probability']:.0%} one person, {_WHY[row['why']]}; {row['leads']} leads{quality}"
    console.print(f"{row['review_id']}  {odds}", style="bold", markup=False, soft_wrap=True)
    for side in "ab":
        line = f"  {row[f'person_id_{side}']}  {row[f'lead_id_{side}']}"
        console.print(line, markup=False, soft_wrap=True)
    for name, words in (("agrees", "same"), ("is_close", "close"), ("differs", "other")):
        if row[name]:
            console.print(f"  {words:<7}{row[name]}", markup=False, soft_wrap=True)
    if values:
        console.print(_side_by_side(values.get(row["lead_id_a"], {}), values.get(row["lead_id_b"], {})))
    console.print()


def _side_by_side(a: Row, b: Row) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    for name in dict.fromkeys([*a, *b]):
        cells = [str(side.get(name) or "") for side in (a, b)]
        if any(cells):
            table.add_row(name, *(cell.replace("[", r"\[") for cell in cells))
    return table
