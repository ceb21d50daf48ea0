"""leadgrade people on a published home: the queue worked off, decisions taken and taken back, pairs explained."""

import duckdb
import pytest
from click.testing import CliRunner

from leadgrade.people import decisions
from leadgrade.people import review as reviews
from leadgrade.publish import Home
from pipelines.cli import main


@pytest.fixture
def called(night):
    """Calls ``leadgrade people`` on a copy of the first night."""

    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["people", *arguments, "--home", str(night.home)])
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    return call


def rows(night, query: str) -> list:
    with duckdb.connect(str(Home(night.home).warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_queue_is_worked_off(night, called):
    waiting = rows(
        night, "select review_id, person_id_a, person_id_b from people.review order by worth desc, review_id"
    )
    assert len(waiting) > 2
    shown = called("review", "--limit", "1000")
    assert [review_id for review_id, *_ in waiting if review_id not in shown] == []
    (one, *people), (other, *_) = waiting[:2]
    told = called("review", "--same", one, "--different", other, "--by", "kim")
    assert "Decision 1: merge" in told
    assert "Decision 2: split" in told
    assert "next run" in told
    left = called("review", "--limit", "1000")
    assert one not in left
    assert other not in left
    assert f"{len(waiting) - 2} pairs of people who wait" in left
    of = dict(rows(night, "select lead_id, person_id from people.members"))
    merge, _ = decisions.read(night.home)
    assert {of[lead] for lead in merge.leads} == set(people)
    assert len(merge.leads) == sum(person in people for person in of.values())


def test_a_decision_is_listed_and_taken_back(night, called):
    person, leads = rows(
        night,
        "select person_id, list(lead_id order by lead_id) from people.members group by all having count(*) = 3 limit 1",
    )[0]
    assert "nobody has decided" in called("decisions")
    assert "Decision 1: split 2 lead(s)" in called("split", person, leads[2], "--reason", "a [namesake]")
    assert "decision 1 (split)" in called("merge", leads[0], leads[2], "--reason", "one", code=2)
    told = called("explain", leads[0], leads[2])
    assert "the next run follows it" in told
    assert "they are two: a [namesake]" in told
    assert "a [namesake]" in called("decisions")
    called("undo", "1", "--reason", "wrong")
    assert "no decision is in force" in called("decisions")
    assert "undo" in called("decisions", "--all")


def test_what_cannot_be_decided_is_refused(night, called):
    person, other = rows(night, "select min(person_id), max(person_id) from people.members")[0]
    assert "has the id 'p_nobody'" in called("merge", person, "p_nobody", "--reason", "r", code=2)
    assert "two different" in called("merge", person, person, "--reason", "r", code=2)
    assert "address or a number" in called("merge", person, other, "--reason", "ask a@b.example", code=2)
    assert "not in the queue" in called("review", "--same", "r_0000000000", code=2)
    assert "on a terminal alone" in called("review", "--values", code=2)
    called("merge", person, code=2)
    assert decisions.read(night.home) == []


def test_values_come_from_the_private_file_alone(first_night):
    home = Home(first_night.home)
    row = next(reviews.waiting(home.warehouse, []))
    leads = [row["lead_id_a"], row["lead_id_b"]]
    values = reviews.values(home.private, leads)
    assert set(values) == set(leads)
    assert all(value["source"] for value in values.values())
    assert any("@" in (value["email"] or "") for value in values.values())


def test_a_publication_of_before_has_no_queue(tmp_path):
    home = Home(tmp_path).prepare()
    with duckdb.connect(str(home.warehouse)):
        pass
    for arguments in (["review"], ["review", "--same", "r_1"]):
        result = CliRunner().invoke(main, ["people", *arguments, "--home", str(tmp_path)])
        assert result.exit_code == 2
        assert "no queue yet" in result.output


def test_nothing_is_published_yet(tmp_path):
    for arguments in (["review"], ["merge", "a", "b", "--reason", "r"]):
        result = CliRunner().invoke(main, ["people", *arguments, "--home", str(tmp_path)])
        assert result.exit_code == 2
        assert "leadgrade run" in result.output
