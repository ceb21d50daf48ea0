"""After an erasure nothing is left of the person, everything of everybody else, and every count adds up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.erasure import certificate as certificates
from leadgrade.erasure import databases, who
from leadgrade.erasure import erase as erasing
from leadgrade.erasure.order import Order
from leadgrade.errors import InputError
from leadgrade.publish import Home
from leadgrade.publish.guard import alone, working
from leadgrade.raw.inbox.offers import OffersReport, offered
from tests.erasure import world
from tests.erasure.conftest import Erased, manifest, order_for
from tests.erasure.world import ANN, BOB, CARL, NAME


def held(home: Path) -> dict[str, list[str]]:
    """Place -> traces of Ann that stand there."""
    found = {}
    for place, text in world.all_texts(home):
        mine = [trace for trace in world.TRACES if trace in text.replace("joann.lee", "")]
        if mine:
            found[place] = mine
    return found


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def warehouses(home: Path) -> list[Path]:
    return [Home(home).published / name / "warehouse.duckdb" for name in Home(home).generations()]


def test_nothing_of_her_is_left_in_any_file(seed: Path, erased: Erased) -> None:
    before = {place.split(" ")[0] for place in held(seed)}
    assert {"inbox/crm/leads.csv", "runs/n1/work.duckdb", "dagster/log.txt"} < before
    assert held(erased.home) == {}
    assert erased.certificate.check["found"] == {}
    assert erased.certificate.left == []


def test_everybody_else_is_there(erased: Erased) -> None:
    work = Home(erased.home).work_file("n1")
    assert {email for (email,) in rows(work, "select email from raw.leads")} == {
        BOB, CARL, "dora@dale.example.com", "e@dale.example.com"
    }  # fmt: skip
    assert rows(work, "select count(*) from people.golden") == [(4,)]
    assert rows(work, "select count(*) from contacts.phones") == [(1,)]
    [(note,)] = rows(work, f"select notes from raw.leads where email = '{BOB}'")
    assert note == "asked [erased] first; [erased]: [erased]"
    [(note,)] = rows(work, f"select notes from raw.leads where email = '{CARL}'")
    assert note == "joann.lee@acme.example.org is not she"
    assert rows(work, "select name from raw.opportunities") == [("Acme: [erased]",)]
    assert rows(work, f"select detail from raw.events where subject_email = '{BOB}'") == [("/r?e=[erased]",)]


def test_every_count_adds_up(seed: Path, erased: Erased, tmp_path: Path) -> None:
    shutil.copy(Home(erased.home).work_file("n1"), tmp_path / "work.duckdb")
    with DuckDBEngine(tmp_path / "work.duckdb") as engine:
        assert world.broken_rules(engine) == {}
        assert engine.count("raw.erased_rows") == 11
    for path in warehouses(erased.home):
        files = "select sum(rows_read), sum(rows_accepted), sum(rows_quarantined), sum(rows_erased) from raw.files"
        assert rows(path, files) == [(22, 11, 0, 11)]
        ledger = "select disposition, count(*), count(lead_id), count(distinct reason) from raw.row_ledger group by 1 order by 1"
        assert rows(path, ledger)[0] == ("erased", 11, 0, 1)
        assert rows(path, "select count(*) from raw.row_ledger") == [(22,)]
    assert rows(warehouses(seed)[0], "select count(*) from raw.row_ledger") == [(22,)]


def test_generations_tell_their_counts_and_stay_what_they_are(erased: Erased) -> None:
    for name in Home(erased.home).generations():
        folder = Home(erased.home).published / name
        told = manifest(erased.home, name)
        assert told["seal"] == "x"
        for database, counts in told["row_counts"].items():
            path = folder / f"{database}.duckdb"
            assert {t: rows(path, f"select count(*) from {t}")[0][0] for t in counts} == counts
            assert rows(path, "select comment from duckdb_tables() where table_name = 'files'") in (
                [("what it is",)],
                [],
            )
            [(options,)] = rows(path, "select tags from duckdb_databases() where path is not null")
            assert options["storage_version"] == "v1.0.0+"
            assert not path.with_name(f"{path.name}.wal").exists()


def test_rewritten_files_keep_times_and_rights(seed: Path, erased: Erased) -> None:
    for path in sorted((seed / "inbox").rglob("*.*")):
        was, now = path.stat(), (erased.home / path.relative_to(seed)).stat()
        assert (was.st_mtime_ns, was.st_mode) == (now.st_mtime_ns, now.st_mode)
    assert not list(erased.home.rglob(".*.part"))
    assert not (erased.home / ".erasure").exists()


def test_the_certificate_names_nobody_and_cannot_be_changed(erased: Erased) -> None:
    path = Home(erased.home).erasures / f"{erased.certificate.number}.json"
    text = path.read_text().lower()
    assert not [trace for trace in (*world.TRACES, "acme", "bob", "p_", "l_") if trace in text]
    secret = Home(erased.home).secret()
    read = certificates.read(path)
    assert certificates.is_sealed(read, secret)
    assert not certificates.is_sealed(read, "another home")
    read.places[0]["sha256_after"] = "0" * 64
    assert not certificates.is_sealed(read, secret)
    changed = {place["place"] for place in json.loads(path.read_text())["places"]}
    assert {"file of crm", "file of web", "runs/n1/work.duckdb", "dagster"} < changed


def test_the_files_are_known_as_what_they_were(erased: Erased, after: Path) -> None:
    shutil.copy(Home(after).work_file("n1"), after / "next.duckdb")
    with DuckDBEngine(after / "next.duckdb") as engine:
        before = engine.collect("select file_id, offer_number from raw.files order by all").rows()
        run = world.open_run(after, engine, "n2")
        report = OffersReport()
        assert {offer.file_id for offer in offered(run, report)} == {file_id for file_id, _ in before}
        world.take_in(run)
        assert engine.collect("select file_id, offer_number from raw.files order by all").rows() == before
        assert world.broken_rules(engine) == {}
        # read once more, because sources.yaml says something else of them: what was erased is counted as such
        engine.sql("update raw.files set settings_hash = 'other'")
        world.take_in(run)
        assert world.broken_rules(engine) == {}
        assert engine.count("raw.erased_rows") == 11
    (after / "next.duckdb").unlink()
    assert held(after) == {}


def test_a_broken_off_sweep_of_a_file_that_came_again_ends_as_a_whole_one(
    seed: Path, after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = after / "inbox" / "crm" / "again.csv"
    text = (seed / "inbox" / "crm" / "leads.csv").read_text(encoding="cp1252")
    again.write_text(
        text.replace(ANN, f"  {ANN.upper()} ").replace(NAME, "she").replace("Ann;", "Anne;"), encoding="cp1252"
    )
    with DuckDBEngine(Home(after).work_file("n1")) as engine:
        world.take_in(world.open_run(after, engine, "n1"))
        late = engine.collect("select row_number, came_erased from raw.erased_rows where came_erased order by 1").rows()
        assert late == [(1, True), (4, True)]
        assert world.broken_rules(engine) == {}
        assert engine.count("raw.leads") == 6
    # her own rows are nowhere but in the file itself; what Bob says of her waits for the sweep
    work = Home(after).work_file("n1")
    assert {place.split(" ")[0] for place in held(after)} == {"inbox/crm/again.csv", "runs/n1/work.duckdb"}
    assert rows(work, "select distinct source_record_id from raw.leads where contains(lower(notes), 'first; she')") == [
        ("2",)
    ]
    here = Home(after)
    order = Order(here, world.settings(), "sweep", who.all_erased(here), world.AS_OF)
    real, calls = databases.put, iter(range(100))

    def broken(path: Path) -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt
        real(path)

    with monkeypatch.context() as patch:
        patch.setattr("leadgrade.erasure.files.kept.put", broken)
        patch.setattr("leadgrade.erasure.places.put", broken)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(order)
    certificate = erasing.finish(order, erasing.erase(order), None)
    assert certificate.check["found"] == {}
    assert held(after) == {}
    with DuckDBEngine(here.work_file("n1")) as engine:
        assert world.broken_rules(engine) == {}
        assert engine.collect("select count(*) as n from raw.erased_rows where came_erased")["n"][0] == 0


def test_nobody_else_may_work_meanwhile(home: Path) -> None:
    here = Home(home)
    with working(here), working(here), pytest.raises(InputError, match="a run or another erasure"), alone(here):
        pass
    with alone(here), pytest.raises(InputError), alone(here):
        pass


def test_who_is_not_known_is_searched_for_all_the_same(home: Path) -> None:
    (home / "inbox" / "crm" / "new.csv").write_text(
        "email,notes\nnew@nobody.example.com,x\na@b.example.com,new@nobody.example.com\n"
    )
    order = order_for(home, "new@nobody.example.com")
    assert (order.subjects.people, order.subjects.missing) == (0, 1)
    counted = erasing.preview(order)
    assert counted == {"rows": {}, "files": {"crm": 1}, "mentions": {"crm": 1}}
