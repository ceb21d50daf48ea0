"""Every SQL file: header, one table, reads as it says, and a dialect that carries over."""

import pytest
import sqlglot
from sqlglot import exp

from leadgrade import contract
from leadgrade.audit import load_rules
from leadgrade.engine import SqlFile, sql_file, sql_files, sql_reads, sql_steps

FILES = [file for stage in contract.STAGES for file in sql_files(stage).values()]
IDS = [file.table for file in FILES]


def tables_in(query: str) -> set[str]:
    """Schema-qualified tables that a query reads."""
    tree = sqlglot.parse_one(query, dialect="duckdb")
    return {f"{t.db}.{t.name}" for t in tree.find_all(exp.Table) if t.db}


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_header_names_what_the_query_reads(file: SqlFile):
    assert tables_in(file.query) == set(file.reads)


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_header_says_what_and_at_which_grain(file: SqlFile):
    lines = file.path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"-- {file.table}: ")
    assert any(line.startswith("-- grain: ") for line in lines[:6])


@pytest.mark.parametrize("file", [f for f in FILES if f.views], ids=[f.table for f in FILES if f.views])
def test_views_are_internal_and_each_is_defined_after_the_views_that_it_reads(file: SqlFile):
    defined: set[str] = set()
    for view in file.views:
        assert contract.table(view).internal
        assert set(sql_file(view).reads) & set(file.views) <= defined
        defined.add(view)


def test_a_view_is_for_one_table_alone():
    views = [view for file in FILES for view in file.views]
    by_file = {tables[0] for stage in contract.STAGES for tables in sql_steps(stage)}
    assert len(views) == len(set(views))
    assert not by_file & set(views)
    readers = {view: {f.table for f in FILES if view in f.reads} for view in views}
    for file in FILES:
        for view in file.views:
            assert readers[view] <= {file.table, *file.views}


def test_what_a_table_reads_through_its_views_it_reads():
    reads = sql_reads("metrics.person_facts")
    assert set(sql_file("metrics.person_sales").reads) <= set(reads)
    assert "metrics.person_sales" not in reads


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_file_makes_a_table_of_the_contract_and_stays_readable(file: SqlFile):
    assert file.table in contract.tables()
    assert len(file.query.splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_query_never_asks_the_clock(file: SqlFile):
    tree = sqlglot.parse_one(file.query, dialect="duckdb")
    clocks = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime)
    assert not list(tree.find_all(*clocks))


def standing() -> dict[str, set[str]]:
    """For every table those that are made when it is: what its step makes, and all above."""
    from assets.graph import ASSET_STEPS, asset_of

    found: dict[str, set[str]] = {}
    for step in ASSET_STEPS:  # in an order in which they can be made
        there = set(step.all_tables).union(*(found[asset_of(t)] for t in step.reads))
        found |= dict.fromkeys(step.all_tables, there)
    return found


def test_a_rule_reads_only_what_stands_when_its_table_is_made():
    """Else a blocking rule would wait for a table that waits for the rule."""
    there = standing()
    late = {}
    for rule in load_rules():
        read = {t for t in tables_in(rule.failures_query) if t.split(".")[0] not in {"meta", "config"}}
        stands = there[rule.table].union(*(there[t] for t in rule.waits_for))
        if read - stands:
            late[rule.rule] = sorted(read - stands)
    assert late == {}


def test_sql_file_finds_the_query():
    assert sql_file("people.members" if "people.members" in IDS else IDS[0]).query
