"""A killed intake leaves nothing that the next one would not have made."""

from __future__ import annotations

from random import Random

import pytest

from tests.raw.interrupted import differences, undisturbed

SCALE = 400  # rows of each file


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return undisturbed(tmp_path_factory.mktemp("kill"), SCALE)


def test_the_undisturbed_intake_takes_every_format(reference):
    # one file is of no known kind; an archive counts by its members
    assert len(reference.tables["files"]) == 13
    assert len(reference.tables["leads"]) + len(reference.tables["quarantine"]) == 12 * SCALE + 1


def test_after_a_kill_the_next_intake_makes_the_same_tables(reference):
    rng, killed = Random(7), 0
    for _ in range(3):
        is_killed, _, told = differences(reference, rng.uniform(0.05, 0.8) * reference.seconds)
        killed += is_killed
        assert told == []
    assert killed
