"""How well people hold together: links and bridges against a plain count of parts, and nights that are unlike those before."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadgrade.people import decide
from leadgrade.people.decide import Named
from leadgrade.people.graph import bridges, spanning_forest
from leadgrade.people.quality import build_history, held
from leadgrade.run import Run
from tests.people.nights import DAY, ada, bo, failures, next_night, night
from tests.support import AS_OF, make_table

Edges = list[tuple[int, int]]


def count_parts(nodes: int, edges: Edges) -> int:
    """Parts of a graph, one edge after the other."""
    part = list(range(nodes))
    for a, b in edges:
        part = [part[a] if p == part[b] else p for p in part]
    return len(set(part))


def random_graph(draw: random.Random) -> tuple[int, Edges, list[float]]:
    nodes = draw.randint(2, 12)
    edges = sorted({tuple(sorted(draw.sample(range(nodes), 2))) for _ in range(draw.randint(0, 16))})
    return nodes, edges, [draw.choice([0.9, 0.95, 1.0]) for _ in edges]  # type: ignore[return-value]


def columns(edges: Edges) -> list[np.ndarray[Any, Any]]:
    return [np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1)]


def test_forests_and_bridges_are_those_of_a_plain_count() -> None:
    for seed in range(150):
        nodes, edges, weights = random_graph(random.Random(seed))
        parts = count_parts(nodes, edges)
        without = [count_parts(nodes, edges[:i] + edges[i + 1 :]) > parts for i in range(len(edges))]
        assert bridges(nodes, *columns(edges)).tolist() == without, seed
        plain: Edges = []
        for i in sorted(range(len(edges)), key=lambda i: (-weights[i], i)):
            if count_parts(nodes, [*plain, edges[i]]) < count_parts(nodes, plain):
                plain.append(edges[i])
        chosen = spanning_forest(nodes, *columns(edges), np.array(weights))
        assert {e for e, is_chosen in zip(edges, chosen, strict=True) if is_chosen} == set(plain), seed


def test_long_chains_and_big_knots_are_no_trouble() -> None:
    chain = np.arange(4000)
    assert bridges(4001, chain, chain + 1).all()
    a, b = (side.astype(np.int64) for side in np.triu_indices(60, 1))
    assert not bridges(60, a, b).any()


def links(*rows: tuple[str, int, int, float, bool]) -> pl.DataFrame:
    names = ["person_id", "record_a", "record_b", "match_probability", "is_decided"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([("p", 5, 7, 0.99, False), ("p", 7, 9, 0.95, False)], (0.95, 2)),
        ([("p", 5, 7, 0.99, False), ("p", 7, 9, 0.95, False), ("p", 5, 9, 0.91, False)], (0.95, 0)),
        ([("p", 5, 7, 0.99, False), ("p", 7, 9, 1.0, True)], (0.99, 1)),
        ([("p", 5, 7, 1.0, True), ("p", 7, 9, 1.0, True)], (None, 0)),
        # two pairs of triangles that one link joins
        (
            [("p", *pair, 0.999, False) for pair in ((1, 2), (1, 3), (2, 3), (4, 5), (4, 6), (5, 6))]
            + [("p", 3, 4, 0.92, False)],
            (0.92, 1),
        ),
    ],
)
def test_weakest_link_and_bridges(
    rows: list[tuple[str, int, int, float, bool]], wanted: tuple[float | None, int]
) -> None:
    assert held(links(*rows)).rows() == [("p", *wanted)]


def test_cohesion_of_people(run: Run) -> None:
    leads = [ada(f"a{i}") for i in range(3)]
    decide.merge(run.home, [Named(n, (n,), "p") for n in ("b1", "a0")], by="kim", reason="asked", now=AS_OF)
    night(run, [*leads, bo("b1"), bo("c1", first_name="Cleo", last_name="Zander", email="c@z.example")])
    found = run.engine.read("people.cohesion").to_dicts()
    assert len(found) == 1
    person = found[0]
    assert (person["leads"], person["pairs"], person["links"], person["bridges"]) == (4, 6, 4, 0)
    assert person["is_decided"]
    assert 0.9 < person["weakest_link"] < 1
    golden = {row["leads"]: row for row in run.engine.read("people.golden").to_dicts()}
    assert (golden[4]["weakest_link"], golden[4]["is_bridged"]) == (person["weakest_link"], False)
    assert (golden[1]["weakest_link"], golden[1]["is_bridged"]) == (None, False)
    quality = {row["leads"]: row for row in run.engine.read("people.cluster_quality").to_dicts()}
    assert {n: (q["people"], q["all_leads"], q["decided_people"]) for n, q in quality.items()} == {
        1: (1, 1, 0),
        4: (1, 4, 1),
    }
    assert quality[4]["density"] == pytest.approx(4 / 6)


def test_a_night_has_one_line_of_history_however_often_it_runs(run: Run) -> None:
    before = [{"lead_id": f"a{n}", "person_id": "p1"} for n in range(4)]
    make_table(run.engine, "people.previous", before)
    make_table(run.engine, "people.members", [row | {"person_id": f"p{n // 3}"} for n, row in enumerate(before)])
    make_table(run.engine, "people.golden", [{"person_id": "p0", "leads": 3, "is_bridged": True}, {"leads": 1}])
    make_table(run.engine, "people.review", [{"review_id": "r_1"}])
    make_table(run.engine, "people.overrides", [{"decision": d, "is_in_force": d > 1} for d in (1, 1, 2, 2, 3)])
    kinds = [("merged", AS_OF), ("removed", AS_OF), ("merged", AS_OF - DAY)]
    make_table(run.engine, "people.id_changes", [{"kind": kind, "changed_at": at} for kind, at in kinds])
    for _ in range(2):
        build_history(run)
    build_history(next_night(run))
    rows = run.engine.read("people.cluster_history").drop("run_id").sort("as_of").rows()
    assert rows == [(AS_OF, 2, 4, 3, 1, 1, 1, 1, 1, 2), (AS_OF + DAY, 2, 4, 3, 1, 1, 0, 1, 1, 2)]


HISTORY = [{"as_of": AS_OF - n * DAY, "people": 1000, "large_people": 200, "biggest_person": 8, "merged_people": 2,
            "bridged_people": 10} for n in range(1, 10)]  # fmt: skip


NIGHTS: list[tuple[list[dict[str, Any]], dict[str, int], set[str]]] = [
    (HISTORY, {}, set()),
    (HISTORY, {"biggest_person": 13}, {"biggest_person_usual"}),
    (HISTORY, {"biggest_person": 12}, set()),
    (HISTORY, {"bridged_people": 21}, {"bridged_people_usual"}),
    (HISTORY, {"bridged_people": 14}, set()),
    (HISTORY, {"merged_people": 21}, {"merged_people_usual"}),
    (HISTORY, {"merged_people": 19}, set()),
    ([], {"biggest_person": 30, "merged_people": 500}, set()),
    ([], {"bridged_people": 81}, {"bridged_people_usual"}),
]


def test_nights_unlike_those_before_are_told(run: Run) -> None:
    usual = {"people": 1000, "large_people": 200, "biggest_person": 8, "merged_people": 2, "bridged_people": 10}
    sizes = [{"person_id": f"p{n}", "leads": n, "is_bridged": n == 3, "weakest_link": 0.9} for n in range(1, 41)]
    make_table(run.engine, "people.golden", sizes)
    change = {"old_person_id": "p_a", "new_person_id": "p_b", "kind": "merged", "changed_at": AS_OF}
    make_table(run.engine, "people.id_changes", [change])
    for before, tonight, broken in NIGHTS:
        make_table(run.engine, "people.cluster_history", [*before, {"as_of": AS_OF} | usual | tonight])
        found = failures(run, "biggest_person_usual", "bridged_people_usual", "merged_people_usual")
        assert {rule for rule, rows in found.items() if rows} == broken, tonight
