"""Pairs with the features of both leads, picked from slices, against the join."""

from __future__ import annotations

import polars as pl
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.people import paired
from leadgrade.people.blocking import build_candidates
from leadgrade.people.compare import compare_query
from leadgrade.people.matching import build_features
from leadgrade.people.normalise import normalise
from tests.people.test_blocking import leads


@pytest.mark.parametrize("leads_of_slice", [1_000_000, 70, 7])
def test_slices_give_what_a_join_gives(leads_of_slice: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired, "LEAST", leads_of_slice)
    monkeypatch.setattr(paired, "MOST", leads_of_slice)
    with DuckDBEngine() as engine:
        engine.write("people.normalised", normalise(leads(200 if leads_of_slice > 7 else 20)))
        build_features(engine)
        # numbers need not follow each other without a gap
        engine.sql("update people.features set record = record * 3")
        build_candidates(engine)
        joined = engine.collect(compare_query())
        pairs = paired.Paired(engine)
        for found in (pairs.blocks("people.candidates"), pairs.few("people.candidates", "")):
            added = [add(batch) for query, add in found for batch in engine.batches(query)]
            picked = pl.concat([frame for frame, _ in added])
            assert all(held.tolist() == frame[name].to_list() for frame, texts in added for name, held in texts.items())
            assert picked.columns == joined.columns
            assert picked.sort("record_a", "record_b").equals(joined.sort("record_a", "record_b"))
    assert joined.height > 10


def test_no_leads() -> None:
    with DuckDBEngine() as engine:
        for table in ("people.features", "people.candidates"):
            engine.ensure(table)
        assert list(paired.Paired(engine).blocks("people.candidates")) == []
