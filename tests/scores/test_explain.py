from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from leadgrade.contract import tables
from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.scores.build import build_all
from leadgrade.scores.explain import Explanation, explain, render
from tests.scores.people import make_inputs
from tests.support import AS_OF, make_run, make_table

ADDRESS = "jane.roe@acme.example"
PERSON = {
    "name": "p_1",
    "golden": {"industry": "software", "employees": 500, "first_name": "Jane", "email": ADDRESS},
    "email": "corporate",
    "consent": "granted_proven",
    "account": "a_1",
    "events": [["demo_request", None, 1], ["trial_start", None, 2], ["page_view", "careers", 3]],
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two files of a publication, as the contract says who sees what."""
    home = tmp_path_factory.mktemp("home")
    run = make_run(home, DuckDBEngine(home / "work.duckdb"))
    others = [{"golden": {"seniority": "vp", "declared_timeline_days": 30}}, {"is_spam": True}]
    make_inputs(run.engine, [PERSON, *({"name": f"p_{i}", **other} for i, other in enumerate(others, 2))])
    shared = {"phone_e164": "+4930901821"}
    leads = [
        {"lead_id": "l_1", "source": "hubspot", "email": ADDRESS, "mobile_e164": "+4930901820"},
        {"lead_id": "l_2", "source": "meta", **shared},
        {"lead_id": "l_3", "source": "meta", **shared},
    ]
    make_table(run.engine, "contacts.leads", leads)
    members = [{"lead_id": lead, "person_id": "p_1", "is_survivor": lead == "l_1"} for lead in ("l_1", "l_2")]
    make_table(run.engine, "people.members", [*members, {"lead_id": "l_3", "person_id": "p_2", "is_survivor": True}])
    make_table(
        run.engine,
        "people.id_changes",
        [{"old_person_id": "p_0", "new_person_id": "p_1", "kind": "merged", "changed_at": AS_OF}],
    )
    gap = {
        "person_id": "p_1",
        "channel": "phone",
        "jurisdiction": "DE UWG",
        "reason": "de_phone_consent_proof",
        "severity": "block",
    }
    make_table(run.engine, "hygiene.consent_gaps", [gap])
    make_table(
        run.engine,
        "hygiene.decay",
        [{"person_id": "p_1", "field": "work_email", "state": "stale", "p_valid": 0.5, "age_days": 900}],
    )
    build_all(run)
    run.engine.close()
    for name in ("warehouse", "private"):
        with duckdb.connect(str(home / f"{name}.duckdb")) as connection:
            connection.execute(f"attach '{home / 'work.duckdb'}' as work (read_only)")
            for table in tables().values():
                columns = table.warehouse_columns if name == "warehouse" else table.private_columns
                if columns and table.stage in ("contacts", "people", "hygiene", "scores"):
                    connection.execute(f"create schema if not exists {table.stage}")
                    names = ", ".join(column.name for column in columns)
                    connection.execute(f"create table {table.name} as select {names} from work.{table.name}")
    return home


def explained(published: Path, key: str) -> Explanation:
    return explain(published / "warehouse.duckdb", published / "private.duckdb", key)


def printed(explanation: Explanation) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(render(explanation))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


KEYS = {
    "p_1": "person_id",
    "l_2": "lead_id",
    f" {ADDRESS.upper()} ": "e-mail address",
    "p_0": "person_id of before a merge",
    "+49 (30) 90-18 20": "number",
    "004930901820": "number",
}


@pytest.mark.parametrize(("key", "kind"), KEYS.items(), ids=range(len(KEYS)))
def test_found_by_each_key(published: Path, key: str, kind: str) -> None:
    explanation = explained(published, key)
    assert (explanation.person_id, explanation.found_by) == ("p_1", kind)


def test_shows_every_point_and_what_is_behind_it(published: Path) -> None:
    explanation = explained(published, "p_1")
    text = printed(explanation)
    for row in explanation.points:
        assert row["rule"] in text
        assert row["evidence"] in text
    expected = [
        "The cap of intent took 15 of 55.",
        "No quality lead".lower(),
        "timing.declared",
        "work_email stale",
        "de_phone_consent_proof",
    ]
    expected += ["bant 0 of 4: missing budget, authority, need, timeline", "questions 0 of 7: missing goal, trigger"]
    expected += ["granted_proven", "Leads merged: 2", "hubspot", "meta", "a_1", "corporate_email yes", "Ask next: "]
    assert [word for word in expected if word not in text] == []
    assert {row["rule"] for row in explanation.missing} & {row["rule"] for row in explanation.points} == set()


def test_checklists_are_told_with_evidence_and_what_is_missing(published: Path) -> None:
    text = " ".join(printed(explained(published, "p_2")).split())
    assert "bant 2 of 4: authority (seniority:vp), timeline (declared_timeline_days); missing budget, need" in text
    assert (
        "champ 2 of 4: authority (seniority:vp), prioritisation (declared_timeline_days); missing challenges, money"
        in text
    )
    assert "meddicc 0 of 7: missing metrics," in text


def test_gates_are_told(published: Path) -> None:
    assert "Gate failed: fit is 0, a quality lead needs 20." in printed(explained(published, "p_2"))


def test_a_total_below_zero_is_told_beside_the_score(published: Path) -> None:
    rows = [[cell.strip() for cell in line.split("│")] for line in printed(explained(published, "p_3")).splitlines()]
    assert [row[1:6] for row in rows if row[1:2] in (["total"], ["score"])] == [
        ["total", "", "", "-25", ""],
        ["score", "", "", "0", "never below 0"],
    ]


def test_shows_nothing_personal(published: Path) -> None:
    text = printed(explained(published, ADDRESS))
    assert ADDRESS not in text
    assert "Jane" not in text


def test_unknown_keys(published: Path) -> None:
    for number, words in {
        "+4930901829": "no person of the last publication has this number",
        "030 901820": "with its country code",
        "+4930901821": "2 people have this number: p_1, p_2; ask for one of them",
        "Jane": "nobody can be found by that; give a person_id",
    }.items():
        with pytest.raises(InputError, match=words) as caught:
            explained(published, number)
        assert number not in str(caught.value)
    with pytest.raises(InputError, match="p_9: no such person_id or lead_id"):
        explained(published, "p_9")
    with pytest.raises(InputError) as caught:
        explained(published, "nobody@acme.example")
    assert "nobody" not in str(caught.value)
    with pytest.raises(InputError, match=r"private\.duckdb"):
        explain(published / "warehouse.duckdb", None, ADDRESS)
    with pytest.raises(InputError, match="no such file"):
        explain(published / "nothing.duckdb", None, "p_1")
