"""The engine seam: six operations, the contract enforced on every write."""

from datetime import datetime

import duckdb
import polars as pl
import pytest

from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.errors import ContractError

BLOCKED = "contacts.blocked_leads"  # three columns of text
THREE = pl.DataFrame({"lead_id": ["a", "b", "c"], "disposition": ["1", "2", "3"], "reason": [None, None, "x"]})


def test_write_then_read_gives_the_same_rows(engine):
    assert engine.write(BLOCKED, THREE) == 3
    assert engine.read(BLOCKED).to_dicts() == THREE.to_dicts()
    assert engine.read(BLOCKED, ["disposition"]).columns == ["disposition"]


def test_append_adds_and_write_replaces(engine):
    engine.write(BLOCKED, THREE)
    assert engine.write(BLOCKED, THREE, append=True) == 3
    assert engine.count(BLOCKED) == 6
    engine.write(BLOCKED, THREE)
    assert engine.count(BLOCKED) == 3


def test_materialize_casts_to_the_contract_and_orders_its_columns(engine):
    engine.materialize(BLOCKED, "select null as reason, 7 as disposition, 'r' as lead_id")
    frame = engine.read(BLOCKED)
    assert frame.columns == ["lead_id", "disposition", "reason"]
    assert frame.to_dicts() == [{"lead_id": "r", "disposition": "7", "reason": None}]


def test_a_table_other_than_its_contract_is_refused_and_the_columns_are_named(engine):
    with pytest.raises(
        ContractError, match=r"contacts\.blocked_leads: columns missing \['reason'\], not in the contract \['more'\]"
    ):
        engine.materialize(BLOCKED, "select 'r' as lead_id, 'k' as disposition, 1 as more")


def test_tables_outside_the_contract_pass_through(engine):
    engine.write("config.anything", pl.DataFrame({"a": [1]}))
    assert engine.read("config.anything").to_dicts() == [{"a": 1}]


def test_map_batches_streams_every_row_through_the_function_once(engine):
    seen = []

    def function(frame: pl.DataFrame) -> pl.DataFrame:
        seen.append(frame.height)
        return frame.select(
            lead_id=pl.col("n").cast(pl.String), disposition=pl.lit("d"), reason=pl.lit(None, pl.String)
        )

    rows = engine.map_batches("select range as n from range(120000)", function, BLOCKED)
    assert rows == 120_000 == sum(seen)
    assert max(seen) <= 50_000
    assert engine.collect(f"select count(distinct lead_id) as n from {BLOCKED}").item() == 120_000


def test_map_batches_of_nothing_makes_an_empty_table(engine):
    assert engine.map_batches("select 1 as n where false", lambda f: f, BLOCKED) == 0
    assert engine.count(BLOCKED) == 0


@pytest.mark.parametrize(("append", "rows"), [(False, 3), (True, 50_003)])
def test_a_batch_that_fails(engine, append, rows):
    """What replaces a table leaves the old one; what is appended batch by batch stays as far as it went."""
    engine.write(BLOCKED, THREE)

    def function(frame: pl.DataFrame) -> pl.DataFrame:
        if frame["n"][0] > 0:
            raise ValueError("the second batch")
        text = pl.lit(None, pl.String)
        return frame.select(lead_id=pl.col("n").cast(pl.String), disposition=text, reason=text)

    with pytest.raises(ValueError, match="the second batch"):
        engine.map_batches("select range as n from range(120000)", function, BLOCKED, append=append)
    assert engine.count(BLOCKED) == rows
    assert engine.write(BLOCKED, THREE) == 3


def test_ensure_adds_the_columns_that_the_contract_gained(engine):
    engine.sql("create table contacts.blocked_leads (lead_id varchar)")
    engine.sql("insert into contacts.blocked_leads values ('old')")
    engine.ensure(BLOCKED)
    assert engine.read(BLOCKED).to_dicts() == [{"lead_id": "old", "disposition": None, "reason": None}]


def test_a_transaction_is_all_or_nothing(engine):
    engine.write(BLOCKED, THREE)
    engine.sql("create table config.one (n integer check (n = 1))")

    def delete_and_fail() -> None:
        with engine.transaction():
            engine.sql(f"delete from {BLOCKED}")
            engine.sql("insert into config.one values (2)")

    with pytest.raises(duckdb.ConstraintException):
        delete_and_fail()
    assert engine.count(BLOCKED) == 3


def test_a_transaction_inside_another_is_part_of_it(engine):
    engine.write(BLOCKED, THREE)

    def twice() -> None:
        with engine.transaction():
            with engine.transaction():
                engine.write(BLOCKED, THREE, append=True)
            raise LookupError

    with pytest.raises(LookupError):
        twice()
    assert engine.count(BLOCKED) == 3
    with engine.transaction():
        engine.write(BLOCKED, THREE, append=True)
    assert engine.count(BLOCKED) == 6


def test_parameters_are_bound(engine):
    injected = "'; drop table contacts.blocked_leads; --"
    engine.ensure(BLOCKED)
    assert engine.collect("select $text as text", {"text": injected}).item() == injected
    assert engine.exists(BLOCKED)


def test_times_come_back_as_they_went(engine):
    at = datetime(2026, 3, 29, 2, 30)
    engine.write("config.times", pl.DataFrame({"at": [at]}))
    assert engine.read("config.times").item() == at


def test_rewriting_a_table_does_not_grow_the_file(tmp_path):
    path = tmp_path / "work.duckdb"
    with DuckDBEngine(path) as engine:
        sizes = []
        for _ in range(6):
            engine.materialize("config.big", "select range as a, md5(range::varchar) as b from range(100000)")
            sizes.append(path.stat().st_size)
    assert sizes[-1] <= 2.5 * sizes[0]


def test_more_than_memory_spills_instead_of_failing(tmp_path):
    with DuckDBEngine(tmp_path / "work.duckdb", memory_limit="200MB", spill=tmp_path / "spill") as engine:
        engine.sql("set threads = 2")
        query = "select md5(range::varchar) as a, md5((range + 1)::varchar) as b from range(4000000) order by a, b"
        assert engine.collect(f"select count(*) as n from (select distinct a, b from ({query}))").item() == 4_000_000


def test_closing_lets_go_of_the_lock(tmp_path):
    path = tmp_path / "work.duckdb"
    with pytest.raises(ZeroDivisionError), DuckDBEngine(path):
        raise ZeroDivisionError
    duckdb.connect(str(path), read_only=True).close()


def test_a_missing_sql_file_is_named_with_its_path():
    with pytest.raises(KeyError, match=r"sql/people/nothing\.sql"):
        sql_file("people.nothing")


def test_a_table_takes_the_place_of_a_view_and_the_other_way_round(engine: DuckDBEngine) -> None:
    for _ in range(2):
        engine.materialize("config.thing", "select 1 as a")
        engine.define("config.thing", "select 2 as a")
        assert engine.read("config.thing")["a"].to_list() == [2]
    with pytest.raises(duckdb.CatalogException):
        engine.define("config.thing", "select * from config.nothing")
    assert engine.read("config.thing")["a"].to_list() == [2]
