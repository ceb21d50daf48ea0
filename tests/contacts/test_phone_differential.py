from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from benchmarks.phones import realistic
from leadgrade.contacts import phone_digits, phone_text
from leadgrade.contacts.phone_plan import table
from tests.contacts.differential import mutants, phones
from tests.contacts.differential.phone_inputs import examples, interval_edges, stress
from tests.contacts.differential.phones import compare


def test_every_example_of_the_metadata() -> None:
    compared, by_table, wrong = compare(examples())
    assert wrong == 0
    assert compared > 7000
    assert by_table > 0.99 * compared


def test_edges_of_intervals_of_every_region() -> None:
    lookup = table.load()
    assert lookup is not None
    compared, by_table, wrong = compare(interval_edges(lookup, every=61))
    assert wrong == 0
    assert by_table > 0.9 * compared > 25_000


@pytest.mark.parametrize("clean", [False, True])
def test_numbers_as_people_type_them(clean: bool) -> None:
    compared, by_table, wrong = compare(realistic(20_000, seed=3).rows(), clean=clean)
    assert wrong == 0
    assert by_table > 0.98 * compared


CHEAP = [m for m in mutants.MUTANTS if "+" not in m.contexts]


@pytest.mark.parametrize("mutant", CHEAP[:4], ids=lambda m: m.name)
def test_a_fault_in_the_compiler_is_seen(mutant: mutants.Mutant) -> None:
    assert not mutants.survives(mutant, every=11)


TEXT_FAULTS = [
    (phone_digits, "_plus_comes_first", lambda text, begins: text[begins[:-1]] < 255, "a plus sign may stand anywhere"),
    (phone_digits, "_MOST", 16, "sixteen digits"),
    (phone_text, "_NO_PAIR", "[0-9]", "two digits are never a number"),
    (phone_text, "_SECOND", "^never$", "a second extension is read"),
    (phone_text, "_LONGEST", 10_000, "any length"),
    (phone_text, "_NUMBER", phone_text._NUMBER.replace("[^0-9A-Za-z#;", "[^0-9#;"), "letters behind are left out"),
]


@pytest.fixture(scope="module")
def library() -> Iterator[None]:
    """Meanwhile the library is asked about each number once: what it says does not hang on faults of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phones, "expected", cache(phones.expected))
        yield


@pytest.fixture(scope="module")
def texts() -> list[phones.Asked]:
    return list(stress(40_000, seed=5))


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("count", "clean"), [(40_000, False), (10_000, True)])
def test_texts_that_are_meant_to_break_it(count: int, clean: bool, texts: list[phones.Asked]) -> None:
    compared, by_table, wrong = compare(texts[:count], clean=clean)
    assert wrong == 0
    assert by_table > 0.5 * compared


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("module", "name", "fault"), [f[:3] for f in TEXT_FAULTS], ids=[f[3] for f in TEXT_FAULTS])
def test_a_fault_in_reading_text_is_seen(
    module: object, name: str, fault: object, texts: list[phones.Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, fault)
    assert compare(texts)[2] > 0
