"""The report's section on people: how well they hold together, who waits for a decision, and why pairs are what they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from leadgrade.report.charts import Waterfall, waterfall
from leadgrade.report.reader import Row, Warehouse
from leadgrade.report.text import code

_TITLES = {
    "clear_match": "One person without doubt",
    "close_match": "Just one person",
    "close_review": "In doubt",
    "held_apart": "Other leads speak against",
    "decided_same": "Made one person by a decision",
    "decided_different": "Parted by a decision",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A weighed pair as a picture.

    Attributes:
        title: What it is an example of.
        words: Its probability and the decision that counts instead, if any.
        ids: The two leads.
        picture: Field by field.
    """

    title: str
    words: str
    ids: tuple[str, str]
    picture: Waterfall


def sizes(warehouse: Warehouse) -> list[Row]:
    """How well people of each size hold together; the biggest sizes in one line from ten leads on."""
    return warehouse.rows(
        "select case when leads < 10 then cast(leads as varchar) else '10 and more' end as leads, "
        "cast(sum(people) as bigint) as people, cast(sum(all_leads) as bigint) as all_leads, "
        "sum(compared_share * people) / sum(people) as compared_share, sum(density * people) / sum(people) as density, "
        "min(weakest_link) as weakest_link, cast(sum(bridged_people) as bigint) as bridged_people, "
        "cast(sum(decided_people) as bigint) as decided_people "
        "from people.cluster_quality group by all order by min(people.cluster_quality.leads)"
    )


def review(warehouse: Warehouse) -> Row:
    """How many pairs of people wait for a decision, and the decisions that there are."""
    found = warehouse.row(
        "select count(*) as waiting, count(case when why = 'held_apart' then 1 end) as held_apart from people.review"
    )
    decided = warehouse.row(
        "select count(distinct case when kind = 'merge' then decision end) as merges, "
        "count(distinct case when kind = 'split' then decision end) as splits from people.overrides where is_in_force"
    )
    return {**found, **decided}


def accounts(warehouse: Warehouse) -> dict[str, list[tuple[str, int]]]:
    """People by what their account was found by, and those without one by the reason why."""
    queries = {
        "found": "select method as words, count(*) as people from people.accounts group by method",
        "open": "select reason as words, count(*) as people from people.account_gaps group by reason",
    }
    return {
        name: [(code(row["words"]), row["people"]) for row in warehouse.rows(f"{query} order by people desc, words")]
        for name, query in queries.items()
    }


def examples(warehouse: Warehouse) -> list[Example]:
    """The pairs of people.examples, each as a waterfall."""
    rows = warehouse.rows("select * from people.examples order by example, step")
    return [_example(list(steps)) for _, steps in groupby(rows, key=lambda row: row["example"])]


def _example(rows: list[Row]) -> Example:
    first = rows[0]
    decision = f"; decision {first['decision']} counts instead" if first["decision"] else ""
    words = f"{100 * first['match_probability']:.1f} % one person by the evidence{decision}"
    named = [(code(f"{row['field']} {row['level']}"), row["bits"]) for row in rows]
    # what rounds to nothing is no step
    shown = [step for row, step in zip(rows, named, strict=True) if row["field"] != "rest" or abs(step[1]) >= 0.05]
    return Example(_TITLES[first["kind"]], words, (first["lead_id_a"], first["lead_id_b"]), waterfall(shown))
