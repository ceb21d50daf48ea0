"""The audit: which rows break a rule, what blocks, and what is written down."""

import pytest

from leadgrade import contract
from leadgrade.audit import Rule, check_table, load_rules, refusals, refuse_unless_passed
from leadgrade.audit import runner as audit_runner
from leadgrade.errors import AuditFailed
from leadgrade.stages import load_config_tables
from tests.support import make_run, make_table

TABLE = "people.members"
UNIQUE = Rule(
    rule="lead_unique",
    stage="people",
    table=TABLE,
    severity="error",
    blocking=True,
    sentence="Every lead has one person.",
    query=f"select lead_id as key, count(*) as detail from {TABLE} group by lead_id having count(*) > 1",
)
LOOSE = Rule(
    rule="lead_loose",
    stage="people",
    table=TABLE,
    severity="warn",
    max_share=0.5,
    sentence="At most half of the links are loose.",
    where="match_probability < 0.9",
    key="lead_id",
)


@pytest.fixture
def run(home, engine, monkeypatch):
    for module in ("runner", "gate"):
        monkeypatch.setattr(f"leadgrade.audit.{module}.load_rules", lambda: (UNIQUE, LOOSE))
    made = make_run(home, engine)
    for table in ("meta.rule_results", "meta.rule_failures"):
        engine.ensure(table)
    return made


def members(run, leads, probability=1.0):
    rows = [{"lead_id": lead, "person_id": "p_1", "match_probability": probability} for lead in leads]
    make_table(run.engine, TABLE, rows)


@pytest.mark.parametrize(
    ("leads", "probability", "expected"),
    [
        (["a", "b"], 1.0, {"lead_unique": (0, True), "lead_loose": (0, True)}),
        (["a", "a", "b"], 1.0, {"lead_unique": (1, False), "lead_loose": (0, True)}),
        (["a", "b"], 0.5, {"lead_unique": (0, True), "lead_loose": (2, False)}),
        ([], 1.0, {"lead_unique": (0, True), "lead_loose": (0, True)}),
    ],
)
def test_the_rows_that_break_a_rule_are_counted(run, leads, probability, expected):
    members(run, leads, probability)
    outcomes = check_table(run, TABLE)
    assert {o.rule.rule: (o.failures, o.passed) for o in outcomes} == expected
    kept = run.engine.collect("select rule, failures, passed from meta.rule_results")
    assert {r["rule"]: (r["failures"], r["passed"]) for r in kept.to_dicts()} == expected


def test_a_share_exactly_at_the_limit_passes(run):
    rows = [{"lead_id": str(i), "match_probability": 0.5 if i < 5 else 1.0} for i in range(10)]
    make_table(run.engine, TABLE, rows)
    loose = check_table(run, TABLE)[1]
    assert (loose.share, loose.passed) == (0.5, True)


def test_failing_rows_are_listed_by_key_and_replaced_by_the_next_run(run):
    members(run, ["a", "a", "c", "c"])
    check_table(run, TABLE)
    query = "select rule, key, detail from meta.rule_failures order by key"
    assert run.engine.collect(query).rows() == [("lead_unique", "a", "2"), ("lead_unique", "c", "2")]
    members(run, ["a"])
    check_table(run, TABLE)
    assert run.engine.collect(query).rows() == []


def test_at_most_a_thousand_keys_are_kept_but_all_are_counted(run, monkeypatch):
    monkeypatch.setattr(audit_runner, "KEPT_FAILURES", 10)
    members(run, [str(i) for i in range(30)] * 2)
    assert check_table(run, TABLE)[0].failures == 30
    assert run.engine.count("meta.rule_failures") == 10


def test_the_gate_opens_when_every_blocking_rule_passed(run):
    members(run, ["a"], probability=0.1)  # the warning fails, and warnings do not block
    check_table(run, TABLE)
    refuse_unless_passed(run)


def test_the_gate_stays_shut_on_a_failure_and_names_it(run):
    members(run, ["a", "a"])
    check_table(run, TABLE)
    with pytest.raises(AuditFailed, match=r"lead_unique: 1 row\(s\) break it"):
        refuse_unless_passed(run)


def test_the_gate_stays_shut_where_a_blocking_rule_never_ran(run):
    with pytest.raises(AuditFailed, match="lead_unique: never ran"):
        refuse_unless_passed(run)


def test_refusals_tell_rule_sentence_count_and_keys(home, monkeypatch, tmp_path):
    from leadgrade.engine import DuckDBEngine

    monkeypatch.setattr("leadgrade.audit.runner.load_rules", lambda: (UNIQUE, LOOSE))
    path = tmp_path / "work.duckdb"
    with DuckDBEngine(path) as engine:
        run = make_run(home, engine)
        for table in ("meta.rule_results", "meta.rule_failures"):
            engine.ensure(table)
        members(run, ["a", "a"], 0.1)
        check_table(run, TABLE)
    found = refusals(path, "test-run")
    assert [(r.rule, r.table, r.failures, r.keys) for r in found] == [("lead_unique", TABLE, 1, ("a",))]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"query": None}, "either `where`"),
        ({"where": "true"}, "either `where`"),
        ({"query": None, "where": "true"}, "either `where`"),
        ({"severity": "warn"}, "only an error may block"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_faulty_rule_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Rule(**(UNIQUE.model_dump() | changes))


def test_every_rule_of_the_project_is_sound(home, engine):
    load_config_tables(make_run(home, engine))
    rules = load_rules()
    assert len({r.rule for r in rules}) == len(rules)
    for table in contract.tables():
        engine.ensure(table)
    for rule in rules:
        assert rule.table in contract.tables()
        assert rule.sentence.endswith(".")
        assert engine.connection.sql(f"select * from ({rule.failures_query}) limit 0").columns == ["key", "detail"], (
            rule.rule
        )
