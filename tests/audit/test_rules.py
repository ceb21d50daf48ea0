"""The audit: which rows break a rule, what blocks, and what is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadgrade import contract
from leadgrade.audit import Rule, check_table, load_rules, refusals, refuse_unless_passed
from leadgrade.audit import runner as audit_runner
from leadgrade.errors import AuditFailed
from leadgrade.stages import load_config_tables
from tests.support import AS_OF, make_run, make_table

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


def night(run, number, leads):
    """Check these leads in a run of its own, ``number`` days later."""
    later = replace(run, run_id=f"night-{number}", as_of=AS_OF + timedelta(days=number))
    members(later, leads)
    check_table(later, TABLE)
    return later


def listed(run):
    """(night, key, first night) of every kept failure; nights as days after the first one."""
    query = "select as_of, key, first_seen_at from meta.rule_failures where rule = 'lead_unique' order by all"
    return [((a - AS_OF).days, key, (first - AS_OF).days) for a, key, first in run.engine.collect(query).rows()]


def test_failing_rows_are_listed_by_key_and_detail(run):
    members(run, ["a", "a", "c", "c"])
    check_table(run, TABLE)
    found = run.engine.collect("select run_id, as_of, rule, key, detail, first_seen_at from meta.rule_failures").rows()
    expected = [("test-run", AS_OF, "lead_unique", key, "2", AS_OF) for key in "ac"]
    assert found == expected


def test_a_key_knows_since_which_night_it_fails(run):
    for number, leads in enumerate(["aab", "aabb", "a", "aa"]):
        night(run, number, list(leads))
    assert listed(run) == [(0, "a", 0), (1, "a", 0), (1, "b", 1), (3, "a", 3)]


def test_a_night_that_is_run_again_replaces_its_own_keys(run):
    night(run, 0, ["a", "a"])
    night(run, 1, ["a", "a", "b", "b"])
    members(run, ["a", "a", "c", "c"])
    check_table(replace(run, run_id="again", as_of=AS_OF + timedelta(days=1)), TABLE)
    assert listed(run) == [(0, "a", 0), (1, "a", 0), (1, "c", 1)]


def test_a_run_that_is_taken_up_again_at_another_time_replaces_its_own_keys(run):
    night(run, 0, ["a", "a"])
    check_table(replace(run, run_id="night-0", as_of=AS_OF + timedelta(days=2)), TABLE)
    assert listed(run) == [(2, "a", 2)]


def test_nights_beyond_those_kept_go(run):
    settings = run.settings
    short = replace(run, settings=replace(settings, run=settings.run.model_copy(update={"keep_history_nights": 2})))
    run.engine.sql("insert into meta.rule_failures (rule, key) values ('of a release without nights', 'k')")
    for number in range(4):
        night(short, number, ["a", "a"])
    assert listed(run) == [(2, "a", 0), (3, "a", 0)]
    assert run.engine.count("meta.rule_failures") == 2


def test_the_keys_that_fail_longest_are_kept_first(run, monkeypatch):
    monkeypatch.setattr(audit_runner, "KEPT_FAILURES", 2)
    night(run, 0, ["x", "x", "y", "y"])
    night(run, 1, [lead for lead in "abxy" for _ in range(2)])
    assert listed(run)[2:] == [(1, "x", 0), (1, "y", 0)]


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
        night(run, -1, ["z", "z"])  # the keys of another night are not told
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
        ({"current": True}, "goes with `where`"),
    ],
)
def test_a_faulty_rule_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Rule(**(UNIQUE.model_dump() | changes))


def test_a_rule_of_current_records_looks_at_no_other_version(run, monkeypatch):
    rule = Rule(
        rule="spend_positive",
        stage="raw",
        table="raw.campaign_spend",
        severity="warn",
        current=True,
        max_share=0.5,
        sentence="Money spent is not negative.",
        where="records.spend < 0 and records.occurred_at < run.as_of",
        key="records.record_id",
    )
    monkeypatch.setattr(audit_runner, "load_rules", lambda: (rule,))
    rows = [{"file_id": "f", "row_number": n, "source": "ads", "spend": -1.0, "occurred_at": AS_OF - timedelta(days=1)}
            for n in (1, 2, 3)]  # fmt: skip
    make_table(run.engine, rule.table, [r | {"record_id": f"m_{r['row_number']}"} for r in rows])
    states = ["superseded", "current", "current"]
    versions = [
        {"object": "campaign_spend", "file_id": "f", "row_number": n, "state": s} for n, s in enumerate(states, 1)
    ]
    make_table(run.engine, "raw.versions", [*versions, {"object": "leads", "state": "current"}])
    run.engine.sql("update raw.campaign_spend set spend = 1 where row_number = 3")
    (outcome,) = check_table(run, rule.table)
    assert (outcome.failures, outcome.rows_checked, outcome.share, outcome.passed) == (1, 2, 0.5, True)
    assert run.engine.collect("select key, detail from meta.rule_failures").rows() == [("m_2", "ads")]


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
