"""Which leads are compared: keys, caps, the budget of pairs, and what is told of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

import polars as pl
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.people import blocking_rules
from leadgrade.people.blocking import build_candidates, estimate
from leadgrade.people.blocking_gain import found_by
from leadgrade.people.blocking_plan import plan
from leadgrade.people.blocking_rules import BlockingRule, budget, config, rules
from leadgrade.people.matching import build_features
from leadgrade.people.normalise import normalise

FIRST = ("ada", "bert", "cleo", "dirk", "eva", "finn", "gina", "hugo")
LAST = ("abel", "busch", "cohen", "dorn", "ernst", "falk")
# kinds whose key is one plain column
PLAIN = {"email": "email", "full_name": "name_key", "last_name": "last"}


def leads(count: int, seed: int = 1) -> pl.DataFrame:
    """Leads of few names, companies and towns, so that every kind of key has groups of every size."""
    draw = random.Random(seed)
    rows = []
    for i in range(count):
        first, last, firm = draw.choice(FIRST), draw.choice(LAST), int(draw.expovariate(0.2))
        rows.append(
            {
                "lead_id": f"l{i:06}",
                "first_name": first if draw.random() < 0.9 else None,
                "last_name": last,
                "email": f"{first}.{last}{draw.randrange(count // 3)}@firm{firm}.example"
                if draw.random() < 0.7
                else None,
                "phone": f"+49 30 {5550000 + draw.randrange(count // 2)}" if draw.random() < 0.5 else None,
                "company": f"Firm {firm}",
                "city": f"Town {firm % 5}",
            }
        )
    return pl.DataFrame(rows)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as engine:
        yield engine


def prepared(engine: DuckDBEngine, frame: pl.DataFrame) -> DuckDBEngine:
    engine.write("people.normalised", normalise(frame))
    build_features(engine)
    return engine


def candidates(engine: DuckDBEngine) -> set[tuple[int, int]]:
    build_candidates(engine)
    return set(engine.read("people.candidates").rows())


@pytest.mark.parametrize("kind", PLAIN)
def test_whoever_shares_a_key_up_to_the_cap_is_compared(
    engine: DuckDBEngine, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config(), "rules", {kind: config()["rules"][kind]})
    cap, rare = rules(1)[0].cap, rules(1)[0].rare
    shared = [
        letter * 3
        for letter, size in zip("abcdef", (1, 2, cap - 1, cap, cap + 1, 2 * cap), strict=True)
        for _ in range(size)
    ]
    frame = pl.DataFrame({"lead_id": [f"l{i:04}" for i in range(len(shared))], "last_name": shared})
    frame = frame.with_columns(first_name=pl.lit("x"), email=pl.col("last_name") + "@x.example")
    found = candidates(prepared(engine, frame))
    groups = engine.collect(f"select {PLAIN[kind]} as value, list(record) as records from people.features group by 1")
    small = {p for group in groups["records"].to_list() if len(group) <= cap for p in combinations(sorted(group), 2)}
    near = {p for group in groups["records"].to_list() if len(group) > cap for p in neighbours(sorted(group))}
    assert found == (small if rare else small | near)


def neighbours(group: list[int]) -> Iterator[tuple[int, int]]:
    """Each lead of a group with the next ones; all have one name, so their order is that of the records."""
    for i, record in enumerate(group):
        yield from ((record, other) for other in group[i + 1 : i + 1 + config()["neighbours"]])


def test_pairs_are_known_before_they_are_made(engine: DuckDBEngine) -> None:
    build_candidates(prepared(engine, leads(1500)))
    report = engine.read("people.blocking_report")
    assert report["pairs"].to_list() == report["pairs_expected"].to_list()
    assert report.filter(pl.col("capped_keys") > 0).height >= 3
    assert 0 < engine.count("people.candidates") <= report["pairs"].sum()


def test_an_estimate_makes_no_pair(engine: DuckDBEngine) -> None:
    planned = estimate(prepared(engine, leads(500)))
    assert sum(kind.pairs for kind in planned) > 0
    assert not engine.exists("people.candidates")


@pytest.mark.parametrize("pairs_per_lead", [12, 3, 1, 0.2])
def test_the_budget_is_kept(engine: DuckDBEngine, pairs_per_lead: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(config(), "pairs_per_lead", pairs_per_lead)
    monkeypatch.setitem(config(), "budget_rows", 1)
    build_candidates(prepared(engine, leads(1000)))
    report = engine.read("people.blocking_report")
    assert report["pairs"].sum() <= budget(1000) == int(1000 * pairs_per_lead)
    # it is used, not only kept, where caps are fine enough for that; what was lowered is told
    assert report["pairs"].sum() > budget(1000) * 0.5 or pairs_per_lead < 1
    assert (report["cap"] < report["stated_cap"]).any()
    assert report["pairs"].to_list() == report["pairs_expected"].to_list()


def test_a_table_within_its_budget_keeps_its_caps(engine: DuckDBEngine) -> None:
    build_candidates(prepared(engine, leads(400)))
    report = {row["key_kind"]: row for row in engine.read("people.blocking_report").to_dicts()}
    kinds = {rule.kind: rule for rule in rules(400)}
    assert {kind: row["stated_cap"] for kind, row in report.items()} == {k: rule.cap for k, rule in kinds.items()}
    assert all(row["cap"] == kinds[kind].cap for kind, row in report.items() if not kinds[kind].rare)


def test_a_rare_key_gets_more_pairs_of_a_small_table_only_where_they_find_something() -> None:
    kinds = rules(12_000)
    # rare keys make most pairs, and find what is left by the others
    groups = [
        pl.DataFrame({"records": [4], "part_records": [0], "groups": [3000 if rule.rare else 100]}) for rule in kinds
    ]
    poor = dict.fromkeys(("first", "last", "city", "postal"), 0.9)
    rich = poor | dict.fromkeys(("email", "phone", "company", "domain", "local"), 0.9)
    little, much = (
        {one.rule.kind: one.rule.cap for one in plan(kinds, groups, 12_000, filled) if one.rule.rare}
        for filled in (poor, rich)
    )
    stated = {rule.kind: (rule.plain, rule.cap) for rule in kinds if rule.rare}
    assert all(stated[kind][0] <= much[kind] <= little[kind] <= stated[kind][1] for kind in stated)
    assert much["first_name_city"] < little["first_name_city"] == stated["first_name_city"][1]
    assert little["mail_domain"] == stated["mail_domain"][0]


def test_the_budget_takes_from_what_finds_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(config(), "pairs_per_lead", 3)
    monkeypatch.setitem(config(), "budget_rows", 1)
    kinds = (
        BlockingRule("surname", ("f.last",), "f.first", 40),
        BlockingRule("surname_and_address", ("f.last || f.email",), "f.first", 40),
        BlockingRule("phone", ("f.phone",), "f.first", 40),
    )
    # of each kind ten groups of every size up to thirty, whose leads nothing splits
    sizes = [(n, part, 10) for n in range(2, 31) for part in (0, n) if part != 2]
    groups = pl.DataFrame(sizes, schema=["records", "part_records", "groups"], orient="row")
    planned = plan(kinds, [groups] * 3, 9000, {"email": 0.9, "last": 0.9, "phone": 0.9})
    surname, both, phone = (kind.rule.cap for kind in planned)
    assert both < min(surname, phone)
    assert [kind.gain for kind in planned] == [planned[0].recall, 0.0, pytest.approx(planned[2].gain)]


def test_order_of_rows_does_not_matter(engine: DuckDBEngine) -> None:
    frame = leads(1000)
    plain = candidates(prepared(engine, frame))
    with DuckDBEngine() as other:
        assert candidates(prepared(other, frame.sample(fraction=1.0, shuffle=True, seed=4))) == plain


def test_thousands_of_equal_leads_have_a_bounded_number_of_pairs(engine: DuckDBEngine) -> None:
    row = {"first_name": "Ida", "last_name": "Krog", "email": "ida.krog@x.example", "phone": "+47 22 33 44 55"}
    pairs = candidates(prepared(engine, pl.DataFrame([row | {"lead_id": f"l{i:05}"} for i in range(3000)])))
    assert len(pairs) == 3000 * config()["neighbours"] - config()["neighbours"] * (config()["neighbours"] + 1) // 2


def test_what_is_expected_to_be_found_follows_from_what_is_filled() -> None:
    kinds = tuple(rule for rule in rules(1000) if rule.kind in ("email", "phone", "full_name"))
    everywhere = [1.0] * len(kinds)
    found = dict(
        zip(
            [kind.kind for kind in kinds],
            found_by(kinds, {"email": 1.0, "first": 1.0, "last": 0.5}, everywhere).mean(axis=1),
            strict=True,
        )
    )
    assert found["phone"] == 0
    assert found["email"] == pytest.approx(0.53, abs=0.02)
    assert found["full_name"] == pytest.approx(0.78 * 0.83 * 0.25, abs=0.02)


def test_every_column_of_a_key_is_known_to_the_model() -> None:
    """A kind of key whose columns are not known would be expected to find nothing, and lose its cap first."""
    filled = dict.fromkeys(
        ("first", "last", "email", "phone", "company", "city", "postal", "street", "dob", "identifier", "other"), 0.9
    )
    found = found_by(rules(), filled, [1.0] * len(rules()))
    assert {rule.kind for rule, pairs in zip(rules(), found, strict=True) if not pairs.any()} == set()


def test_caps_of_small_and_big_tables() -> None:
    small, usual, big = ({rule.kind: rule for rule in rules(n)} for n in (1_000, 100_000, 10_000_000))
    assert small["email"].cap == 4 * usual["email"].cap == 4 * big["email"].cap
    assert "last_name" in usual
    assert "last_name" not in big
    assert isinstance(usual["last_name"], BlockingRule)
    assert budget(10_000_000) == 10_000_000 * blocking_rules.config()["pairs_per_lead"]
