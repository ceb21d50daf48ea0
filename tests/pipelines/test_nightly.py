"""The whole job: what is published, what is accounted for, and what a bad night leaves behind."""

import csv
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.publish import Home
from pipelines.cli import main
from pipelines.nightly import Exit, Outcome, run_nightly
from tests.pipelines.conftest import AS_OF, CONFIG, quiet_environment
from tests.support import REPOSITORY


def query(database: Path, text: str, *parameters):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(text, list(parameters)).fetchall()


def decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def data_rows(path: Path) -> int:
    """Records after the header, counted by Python's own csv module."""
    raw = path.read_bytes()
    encodings = ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    text = next(t for t in (decoded(raw, e) for e in encodings) if t is not None)
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    return sum(1 for record in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if record) - 1


# a file under a new name is a new offer, though nothing of it is taken in
OF_RUNS = {"run_id", "published_at", "offer_number", "delivery_number"}


def published_content(home: Path) -> dict[str, list]:
    """Every published table of the stages, sorted. What names or counts the runs themselves differs by nature."""
    content = {}
    for name in ("warehouse", "private"):
        with duckdb.connect(str(home / "published" / f"{name}.duckdb"), read_only=True) as connection:
            for table in contract.tables().values():
                columns = table.warehouse_columns if name == "warehouse" else table.private_columns
                names = [f'"{c.name}"' for c in columns if c.name not in OF_RUNS]
                if names and table.stage != "meta" and table.name != "people.matching_runs":
                    text = f"select {', '.join(names)} from {table.name} order by all"
                    content[f"{name}:{table.name}"] = connection.execute(text).fetchall()
    return content


LEDGER = """
select count(*), count(distinct row_number), min(row_number), max(row_number), count(disposition)
from raw.row_ledger
where file_id = ?
"""


def test_every_row_of_every_file_has_exactly_one_disposition(first_night):
    warehouse = Home(first_night.home).warehouse
    paths = {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in (first_night.home / "inbox").rglob("*.csv")}
    assert {f for (f,) in query(warehouse, "select file_id from raw.files")} == set(paths)
    assert len(paths) == 13
    for file_id, path in paths.items():
        rows = data_rows(path)
        assert query(warehouse, LEDGER, file_id) == [(rows, rows, 1, rows, rows)], path.name


def test_dispositions_are_of_the_closed_set_and_the_usual_ones_occur(first_night):
    found = {d for (d,) in query(Home(first_night.home).warehouse, "select distinct disposition from raw.row_ledger")}
    known = {
        "golden",
        "merged_into",
        "superseded",
        "exact_duplicate",
        "quarantined",
        "test_lead",
        "suppressed",
        "erased",
    }
    assert {"golden", "merged_into", "exact_duplicate", "quarantined", "test_lead"} <= found <= known


def test_every_person_is_graded_once_and_the_points_add_up(first_night):
    text = """
    select count(*), count(distinct quality.person_id), count_if(quality.raw_total is distinct from summed.points)
    from scores.quality as quality
    left join (select person_id, sum(points)::bigint as points from scores.points group by person_id) as summed
        on quality.person_id = summed.person_id
    where summed.points is not null or quality.raw_total <> 0
    """
    graded, people, wrong = query(Home(first_night.home).warehouse, text)[0]
    assert graded == people > 0
    assert wrong == 0


def test_a_second_night_on_the_same_files_publishes_the_same_and_takes_in_nothing(night):
    """Even where somebody renamed one of them: the content is what counts."""
    path = next((night.home / "inbox" / "salesforce").glob("leads*.csv"))
    path.rename(path.with_name("leads_copy_of_today.csv"))
    before = published_content(night.home)
    files = query(Home(night.home).warehouse, "select count(*), max(run_id) from raw.files")
    outcome = run_nightly(night.home, CONFIG, as_of=AS_OF)
    assert outcome.code == Exit.PUBLISHED
    after = published_content(night.home)
    assert [t for t in before if before[t] != after[t]] == []
    assert query(Home(night.home).warehouse, "select count(*), max(run_id) from raw.files") == files
    assert len(Home(night.home).generations()) == 2


def test_a_full_run_equals_a_run_on_kept_answers(night):
    before = published_content(night.home)
    assert run_nightly(night.home, CONFIG, as_of=AS_OF, full=True).code == Exit.PUBLISHED
    after = published_content(night.home)
    assert [t for t in before if before[t] != after[t]] == []


def break_scores(monkeypatch):
    """A step that makes wrong points, as a bug would."""
    materialize = DuckDBEngine.materialize

    def broken(self, table, text):
        if table == "scores.points":
            text = f"select * replace (points + 1 as points) from ({text})"
        return materialize(self, table, text)

    monkeypatch.setattr(DuckDBEngine, "materialize", broken)


def files_of(here: Home) -> dict[str, bytes]:
    """What readers get."""
    return {p.name: p.read_bytes() for p in (here.published / here.current()).iterdir()}


@dataclass(frozen=True)
class Refused:
    """A home after a night that was not published, what readers got before it, how it ended and what the command said."""

    home: Path
    before: tuple[str, dict[str, bytes]]
    outcome: Outcome
    command: Result


@pytest.fixture(scope="module")
def refused(first_night, tmp_path_factory) -> Refused:
    home = tmp_path_factory.mktemp("refused") / "home"
    shutil.copytree(first_night.home, home, symlinks=True)
    before = Home(home).current(), files_of(Home(home))
    outcomes = []

    def remembered(*arguments, **options):
        outcomes.append(run_nightly(*arguments, **options))
        return outcomes[-1]

    with quiet_environment(), pytest.MonkeyPatch.context() as patch:
        break_scores(patch)
        patch.setattr("pipelines.nightly.run_nightly", remembered)
        command = CliRunner().invoke(main, ["run", "--home", str(home), "--as-of", AS_OF])
    return Refused(home, before, outcomes[0], command)


def test_a_blocking_failure_leaves_yesterday_byte_for_byte(refused):
    here = Home(refused.home)
    assert refused.outcome.code == Exit.REFUSED
    assert refused.outcome.refusals
    assert all(r.failures and r.keys and r.sentence for r in refused.outcome.refusals)
    assert (here.current(), files_of(here)) == refused.before


def test_the_command_says_which_check_and_which_rows(refused):
    result = refused.command
    assert result.exit_code == 1
    assert "points_" in result.output or "caps_hold" in result.output
    assert "row(s) of" in result.output
    assert f"Readers still get generation {Home(refused.home).current()}" in result.output.replace("\n", " ")


MARKER = "zebulon.marker"


@pytest.fixture(scope="module")
def recovered(refused, tmp_path_factory) -> Path:
    """The home after the night that follows the refused one, with a lead that can be recognised."""
    home = tmp_path_factory.mktemp("recovered") / "home"
    shutil.copytree(refused.home, home, symlinks=True)
    leads = home / "inbox" / "hubspot" / "contacts_marker.csv"
    leads.write_text(
        f"Record ID,First Name,Last Name,Email,Phone Number\n9999,Zebulon,Marker,{MARKER}@acme-gmbh.de,+49 30 901820 77\n"
    )
    with quiet_environment():
        assert run_nightly(home, CONFIG, as_of=AS_OF).code == Exit.PUBLISHED
    return home


def test_the_night_after_a_refused_one_is_published(refused, recovered):
    assert Home(recovered).current() != Home(refused.home).current()


def test_personal_data_reaches_neither_dagster_nor_the_warehouse_nor_the_report(recovered, tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(recovered, home, symlinks=True)
    materialize = DuckDBEngine.materialize

    def quoting(self, table, text):
        if table == "people.accounts":
            raise duckdb.ConversionException(f"could not convert '{MARKER}@acme-gmbh.de'")
        return materialize(self, table, text)

    monkeypatch.setattr(DuckDBEngine, "materialize", quoting)
    with quiet_environment():
        outcome = run_nightly(home, CONFIG, as_of=AS_OF)
    assert outcome.code == Exit.FAILED
    assert "ConversionException" in " ".join(outcome.messages)
    places = [home / "dagster", home / "reports", Home(home).warehouse.resolve()]
    files = [f for p in places for f in (p.rglob("*") if p.is_dir() else [p]) if f.is_file()]
    assert len(files) > 5
    marks = [MARKER.encode(), MARKER.encode("utf-16-le"), b"90182077"]
    assert [f.name for f in files if any(m in f.read_bytes() for m in marks)] == []
    person = "select count(*) from people.golden where email = ?"
    assert query(Home(home).private, person, f"{MARKER}@acme-gmbh.de") == [(1,)]


def test_nothing_to_grade_is_bad_input(home):
    with quiet_environment():
        outcome = run_nightly(home, CONFIG)
    assert outcome.code == Exit.BAD_INPUT
    assert "leadgrade demo" in " ".join(outcome.messages)


def add_files(home: Path) -> None:
    """A large one, and four of which something or everything is wrong."""
    inbox = home / "inbox" / "hubspot"
    rows = "".join(f"88{i},kim{i}@acme.org,Kim,Number{i}\n" for i in range(2000))
    (inbox / "contacts_more.csv").write_text("Record ID,Email,First Name,Last Name\n" + rows)
    (inbox / "contacts_empty.csv").write_bytes(b"")
    (inbox / "contacts_binary.csv").write_bytes(bytes(range(256)) * 40)
    (inbox / "contacts_odd.csv").write_text("colour,shape\nred,round\nblue,square\n")
    (inbox / "contacts_mixed.csv").write_text(
        "Record ID,Email\n777001,ok@acme.org\n777002,too,many,cells\n777003,fine@acme.org\n"
    )


@pytest.fixture(scope="module")
def undisturbed(first_night, tmp_path_factory) -> Path:
    """The home after a second night with more files that nobody disturbed."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(first_night.home, home, symlinks=True)
    add_files(home)
    with quiet_environment():
        assert run_nightly(home, CONFIG, as_of=AS_OF).code == Exit.PUBLISHED
    return home


def test_bad_files_cost_only_themselves(undisturbed):
    text = (
        "select status, rows_read, rows_accepted, rows_quarantined from raw.files where file_name like ? order by all"
    )
    found = {
        n: query(Home(undisturbed).warehouse, text, f"%contacts_{n}.csv")
        for n in ("more", "empty", "binary", "odd", "mixed")
    }
    assert found["more"] == [("taken", 2000, 2000, 0)]
    assert found["mixed"] == [("taken", 3, 2, 1)]
    assert [rows[0][0] for rows in (found["empty"], found["binary"], found["odd"])] == ["refused"] * 3
    assert found["odd"][0][1:] == (2, 0, 2)


@pytest.fixture(scope="module")
def undisturbed_content(undisturbed) -> dict[str, list]:
    """What that night published."""
    return published_content(undisturbed)


def run_and_kill(home: Path, delay: float) -> None:
    """Start the command, and kill it so many seconds after its work file appears."""
    known = {p.name for p in Home(home).runs.iterdir()}
    command = [str(Path(sys.executable).parent / "leadgrade"), "run", "--home", str(home), "--as-of", AS_OF]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not [p for p in Home(home).runs.glob("*/work.duckdb") if p.parent.name not in known]:
        assert process.poll() is None, "ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "ended before it could be killed"


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.1, 1.5])
def test_a_killed_run_leaves_yesterday_and_the_next_run_is_as_if_nothing_had_been(night, undisturbed_content, delay):
    add_files(night.home)
    current = Home(night.home).current()
    run_and_kill(night.home, delay)
    assert Home(night.home).current() == current
    assert run_nightly(night.home, CONFIG, as_of=AS_OF).code == Exit.PUBLISHED
    content = published_content(night.home)
    assert [t for t in undisturbed_content if undisturbed_content[t] != content[t]] == []


def test_as_of_is_kept_in_the_publication(first_night):
    found = query(Home(first_night.home).warehouse, "select run_id, as_of from meta.publication")
    assert found == [(first_night.outcome.run_id, datetime.fromisoformat(AS_OF))]
