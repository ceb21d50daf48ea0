from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.config.scoring import ScoringConfig
from leadgrade.engine import DuckDBEngine
from leadgrade.scores.conditions import telling_words, word_pattern
from leadgrade.scores.model import ScoringModel
from leadgrade.scores.passes import by_number, is_literal, numbered

TEXTS = st.text("ab -c.é", min_size=1, max_size=9)


@cache
def engine() -> DuckDBEngine:
    return DuckDBEngine()


def test_a_row_for_every_test_that_holds_with_the_expression_of_its_number() -> None:
    people = "select * from (values ('p1', 7, true), ('p2', 3, false), ('p3', 9, null)) as people(person_id, points, is_known)"
    query = numbered(people, ["points > 5", "coalesce(is_known, false)", "points > 100"])
    texts, amounts = ["'it''s'", "person_id", "'never'"], ["-1", "2", "3"]
    shown = f"person_id, {by_number(texts)} as text, {by_number(amounts)} as amount"
    assert sorted(engine().collect(f"select {shown} from ({query})").rows()) == [
        ("p1", "it's", -1),
        ("p1", "p1", 2),
        ("p3", "it's", -1),
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a'", True),
        ("'it''s'", True),
        ("-12", True),
        ("'a' || b", False),
        ("'a' || 'b'", False),
        ("b", False),
        ("1.5", False),
    ],
)
def test_literals(expression: str, expected: bool) -> None:
    assert is_literal(expression) == expected


@pytest.mark.parametrize(
    ("phrases", "words"),
    [
        (["too slow", "slow"], ["slow"]),
        (["challenge", "challenges"], ["challenge"]),
        (["Cost of inaction", " "], ["inaction"]),
        ([], []),
    ],
)
def test_telling_words(phrases: list[str], words: list[str]) -> None:
    assert telling_words(phrases) == words


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_no_text_that_the_phrases_are_found_in_lacks_every_word(phrases: list[str], text: str) -> None:
    pattern = word_pattern(phrases).replace(r"[^\p{L}\p{N}]", r"[\W_]")
    if pattern and re.search(pattern, text):
        assert any(word in text for word in telling_words(phrases))


def test_events_of_any_page_go_before_those_of_one() -> None:
    rules = [
        {"id": f"intent.{name}", "dimension": "intent", "points": 1, "when": when, "lookback_days": days}
        for name, when, days in (
            ("any", {"event": "page_view"}, 30),
            ("one", {"event": "page_view", "page_class": "pricing"}, 30),
            ("longer", {"event": "page_view", "page_class": ["pricing", "demo"]}, 60),
        )
    ]
    items = {
        name: {"known": {"field": "country", "known": True}}
        for name in ScoringConfig.model_fields["checklists"].default
    }
    model = ScoringModel(ScoringConfig.model_validate({"rules": rules, "checklists": items}))
    assert model.events_asked == (
        ("page_view", None, 30),
        ("page_view", "demo", 60),
        ("page_view", "pricing", 60),
    )
