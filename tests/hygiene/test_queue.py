"""What to verify first: value at stake times what a check would resolve; and what was not used because of its date."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from leadgrade.config import load_settings
from leadgrade.engine import DuckDBEngine
from leadgrade.hygiene import decay_tables, last_scores, steps
from leadgrade.run import Run
from tests.hygiene.world import Row, ago
from tests.support import REPOSITORY, make_run, make_table

OPEN = {"is_closed": False, "is_won": False}
WON = {"is_closed": True, "is_won": True}
# person -> p_valid, what is different, expected value at stake; null: not in the queue. Won deals are worth 1000 on average
PEOPLE: dict[str, tuple[float | None, Row, float | None]] = {
    "even_chance": (0.5, {"score": 100}, 1000),
    "half_the_score": (0.5, {"score": 50}, 500),
    "nearly_sure": (0.95, {"score": 100}, 1000),
    "nearly_dead": (0.05, {"score": 100}, 1000),
    "open_deal": (0.9, {"score": 50, "deals": [OPEN | {"amount": 5000}]}, 5500),
    "two_open_deals": (0.9, {"score": 50, "deals": [OPEN | {"amount": 5000}, {"amount": 500}]}, 6000),
    "closed_deal": (0.5, {"score": 50, "deals": [WON | {"amount": 1000}]}, 500),
    "foreign_money": (0.5, {"score": 50, "deals": [OPEN | {"amount": 9000, "currency": "SEK"}]}, 500),
    "older_version": (0.5, {"score": 50, "deals": [OPEN | {"amount": 9000, "state": "superseded"}]}, 500),
    "new_person": (0.5, {}, 1000 * (1100 / 17) / 100),
    "age_unknown": (None, {"score": 100}, 1000),
    "just_verified": (0.5, {"score": 100, "age": 10}, None),
    "dead_for_sure": (0.0, {"score": 100, "ended": True}, None),
    "may_not_be_mailed": (0.5, {"score": 100, "may": False}, None),
    "not_an_address": (0.5, {"score": 100, "valid": False}, None),
    "competitor": (0.5, {"score": 0, "risk": "competitor"}, None),
    "spam": (0.5, {"score": 0, "spam": True}, None),
    "field_nobody_needs": (0.5, {"score": 0, "field": "industry"}, None),
}


def tables() -> dict[str, list[Row]]:
    """The inputs of the queue."""
    made: dict[str, list[Row]] = {
        name: []
        for name in (
            "hygiene.decay",
            "hygiene.reach",
            "hygiene.people",
            "hygiene.risk",
            "hygiene.last_scores",
            "people.links",
            "raw.opportunities",
            "raw.versions",
        )
    }
    for name, (p_valid, more, _) in PEOPLE.items():
        person = {"person_id": name}
        made["hygiene.decay"].append(
            person
            | {"field": more.get("field", "work_email"), "p_valid": p_valid}
            | {"age_days": None if p_valid is None else more.get("age", 200)}
            | {"ended_at": ago(3) if more.get("ended") else None}
        )
        may, valid = more.get("may", True), more.get("valid", True)
        made["hygiene.reach"].append(person | {"channel": "email", "may_contact": may, "is_valid": valid})
        made["hygiene.people"].append(person | {"is_spam": more.get("spam", False)})
        if "risk" in more:
            made["hygiene.risk"].append(person | {"signal": more["risk"]})
        if "score" in more:
            made["hygiene.last_scores"].append(person | {"score": more["score"]})
        for number, deal in enumerate(more.get("deals", [])):
            record = {"record_id": f"o_{name}{number}"}
            place = record | {"file_id": "f", "row_number": len(made["raw.opportunities"])}
            values = {key: value for key, value in deal.items() if key != "state"}
            made["raw.opportunities"].append({"currency": "EUR"} | place | values)
            made["raw.versions"].append(place | {"object": "opportunities", "state": deal.get("state", "current")})
            made["people.links"].append(person | record | {"object": "opportunities"})
    return made


def queue(**changes: object) -> pl.DataFrame:
    config = load_settings(REPOSITORY / "config").decay
    reverify = config.reverify.model_copy(update=changes)
    with DuckDBEngine() as engine:
        decay_tables.write_decay(engine, config.model_copy(update={"reverify": reverify}))
        for table, rows in tables().items():
            make_table(engine, table, rows)
        steps.make(engine, ("reverify_queue",))
        return engine.read("hygiene.reverify_queue").sort("rank")


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    return queue()


@pytest.mark.parametrize("name", PEOPLE)
def test_value_at_stake(found: pl.DataFrame, name: str) -> None:
    p_valid, _, value = PEOPLE[name]
    rows = found.filter(person_id=name).to_dicts()
    assert len(rows) == (value is not None)
    for row in rows:
        assert row["value_at_stake"] == pytest.approx(value)
        assert row["uncertainty"] == pytest.approx(0.25 if p_valid is None else p_valid * (1 - p_valid))
        assert row["gain"] == pytest.approx(row["value_at_stake"] * row["uncertainty"])
        assert row["how"] == "mail"


def test_the_greatest_gain_comes_first(found: pl.DataFrame) -> None:
    assert found["rank"].to_list() == list(range(1, len(found) + 1))
    assert found["gain"].is_sorted(descending=True)
    assert found["person_id"].head(2).to_list() == ["two_open_deals", "open_deal"]


def test_the_queue_ends_where_it_is_told() -> None:
    assert queue(most_rows=2)["person_id"].to_list() == ["two_open_deals", "open_deal"]


def test_a_deal_value_of_the_house_goes_before_the_mean() -> None:
    assert queue(deal_value=10.0).filter(person_id="half_the_score")["value_at_stake"].item() == 5


@pytest.fixture
def run(tmp_path: object) -> Iterator[Run]:
    made = make_run(tmp_path)  # type: ignore[arg-type]
    yield made
    made.engine.close()


def test_scores_are_those_of_the_last_night(run: Run) -> None:
    nights = [("a", 2, 10), ("a", 1, 20), ("old", 1, 70), ("new", 1, 30), ("a", 0, 99)]
    make_table(run.engine, "scores.history", [{"person_id": p, "as_of": ago(d), "score": s} for p, d, s in nights])
    make_table(run.engine, "people.id_changes", [{"old_person_id": "old", "new_person_id": "new"}])
    last_scores.build(run.engine)
    # tonight's own scores are a later stage; who merged hands over the better one
    assert sorted(run.engine.read("hygiene.last_scores").rows()) == [("a", 20), ("new", 70)]


def test_on_the_first_night_nobody_has_a_score(run: Run) -> None:
    last_scores.build(run.engine)
    assert run.engine.count("hygiene.last_scores") == 0


def test_what_has_no_usable_date_is_told(small_world: Run) -> None:
    faults = small_world.engine.read("hygiene.evidence_faults")
    found = {(r["object"], r["person_id"], r["fault"]) for r in faults.iter_rows(named=True)}
    assert {
        ("events", "bounce_that_is_yet_to_come", "in_future"),
        ("events", "in_the_future", "in_future"),
        ("leads", "created_tomorrow", "in_future"),
        ("leads", "created_in_the_future", "in_future"),
        ("leads", "no_date", "no_date"),
    } <= found
    assert ("events", "reply", "in_future") not in found
