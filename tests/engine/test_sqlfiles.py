"""Every SQL file: header, one table, reads as it says, and a dialect that carries over."""

import pytest
import sqlglot
from sqlglot import exp

from leadgrade import contract
from leadgrade.audit import load_rules
from leadgrade.engine import SqlFile, sql_file, sql_files

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


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_file_makes_a_table_of_the_contract_and_stays_readable(file: SqlFile):
    assert file.table in contract.tables()
    assert len(file.query.splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_the_query_never_asks_the_clock(file: SqlFile):
    tree = sqlglot.parse_one(file.query, dialect="duckdb")
    clocks = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime)
    assert not list(tree.find_all(*clocks))


def standing(graph) -> dict[str, set[str]]:
    """For every table those that are made when it is: itself, what its step makes with it, and all above."""
    made_with = {k: {".".join(s.path) for s in graph.get(k).assets_def.keys} for k in graph.get_all_asset_keys()}
    found: dict[str, set[str]] = {}
    for level in graph.toposorted_asset_keys_by_level:
        for k in level:
            above = [found[".".join(p.path)] for p in graph.get(k).parent_keys]
            found[".".join(k.path)] = made_with[k].union(*above)
    return found


def test_a_rule_reads_only_what_stands_when_its_table_is_made():
    """Else a blocking rule would wait for a table that waits for the rule."""
    from pipelines.definitions import defs

    there = standing(defs.resolve_asset_graph())
    late = {}
    for rule in load_rules():
        read = {t for t in tables_in(rule.failures_query) if t.split(".")[0] not in {"meta", "config"}}
        if read - there[rule.table]:
            late[rule.rule] = sorted(read - there[rule.table])
    assert late == {}


def test_sql_file_finds_the_query():
    assert sql_file("people.members" if "people.members" in IDS else IDS[0]).query
