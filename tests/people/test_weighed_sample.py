"""Pairs that say the same are weighed once: the model is the one that each pair by itself would teach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.people import matching, resolve, weighed_sample
from leadgrade.people.blocking import build_candidates
from leadgrade.people.kinds import as_input
from leadgrade.people.learn import Learned, learn
from leadgrade.people.matching import build_features
from leadgrade.people.model import Model
from leadgrade.people.normalise import normalise
from leadgrade.people.paired import Paired
from tests.people.test_learning import register


def taught() -> Model:
    """The model of a register of which some people are there twice."""
    with DuckDBEngine() as engine:
        engine.write("people.normalised", normalise(as_input(register(600, 5).drop("truth"), None)))
        build_features(engine)
        build_candidates(engine)
        return learn(engine, Paired(engine)).model


def test_together_they_teach_what_each_teaches(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    spoken_for = weighed_sample._spoken_for

    def counted(*arguments: Any) -> tuple[Any, Any]:
        found = spoken_for(*arguments)
        rows.append((len(found[0]), len(found[1])))
        return found

    monkeypatch.setattr(weighed_sample, "_spoken_for", counted)
    together = taught()
    monkeypatch.setattr(weighed_sample, "_spoken_for", lambda encoded, _: (np.arange(encoded.codes.shape[1]),) * 2)
    each = taught()
    assert rows[0][0] < 0.5 * rows[0][1]
    assert together.odds == pytest.approx(each.odds, abs=1e-9)
    for name, tables in together.tables.items():
        for one, other in zip(tables, each.tables[name], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)


def test_candidates_that_the_sample_holds_come_out_as_those_compared_batch_by_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leads = register(600, 5).drop("truth")
    once, held = resolve(leads), []

    def forgetful(engine: DuckDBEngine, paired: Paired) -> Learned:
        held.append(learn(engine, paired))
        return Learned(held[0].model)

    monkeypatch.setattr(matching, "learn", forgetful)
    assert resolve(leads).equals(once)
    assert held[0].compared is not None
    assert held[0].compared.height > 100
