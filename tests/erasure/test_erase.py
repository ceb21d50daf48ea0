"""After an erasure nothing is left of the person, everything of everybody else, and every count adds up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.erasure import certificate as certificates
from leadgrade.erasure import erase as erasing
from leadgrade.erasure import places, search, who
from leadgrade.erasure.databases import Why
from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.erasure.order import Order, means_for
from leadgrade.erasure.subjects import Subjects
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
    assert world.ANN in (seed / "dagster" / "log.txt").read_text()
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
    # the next night may not go on from tables that leads were taken out of
    assert rows(work, "select night, erased_leads from people.matching_runs order by 1") == [(0, None), (1, 4)]
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
    assert len(Home(erased.home).generations()) == 2
    for name in Home(erased.home).generations():
        told = manifest(erased.home, name)
        assert told["seal"] == "x"
        for database, counts in told["row_counts"].items():
            path = Home(erased.home).published / name / f"{database}.duckdb"
            assert dict(rows(path, " union all ".join(f"select '{t}', count(*) from {t}" for t in counts))) == counts
            assert rows(path, "select distinct comment from duckdb_tables()") == [("what it is",)]
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
        assert not engine.collect("select 1 from raw.erased_rows where came_erased").height
    with DuckDBEngine() as engine:  # the work files are lost: nobody sent again what was emptied in the inbox
        world.take_in(world.open_run(after, engine, "n3"))
        assert engine.collect("select came_erased, count(*) from raw.erased_rows group by 1").rows() == [(False, 11)]


def test_who_comes_again_is_turned_away_and_the_sweep_finds_the_rows(seed: Path, after: Path) -> None:
    text = (seed / "inbox" / "crm" / "leads.csv").read_text(encoding="cp1252")
    text = text.replace(ANN, f"  {ANN.upper()} ").replace(NAME, "she").replace("Ann;", "Anne;")
    (after / "inbox" / "crm" / "again.csv").write_text(text, encoding="cp1252")
    here = Home(after)
    with DuckDBEngine(here.work_file("n1")) as engine:
        world.take_in(world.open_run(after, engine, "n1"))
        late = engine.collect("select row_number, came_erased from raw.erased_rows where came_erased order by 1").rows()
        assert late == [(1, True), (4, True)]
        assert world.broken_rules(engine) == {}
        assert engine.count("raw.leads") == 6
    # her own rows are nowhere but in the file itself; what Bob says of her waits for the sweep
    assert {place.split(" ")[0] for place in held(after)} == {"inbox/crm/again.csv", "runs/n1/work.duckdb"}
    order = Order(here, world.settings(), "sweep", who.all_erased(here), world.AS_OF)
    counted = erasing.preview(order)
    assert (counted["files"]["crm"], counted["mentions"]) == (4, {"crm": 2})


def test_a_broken_off_erasure_is_finished_by_any_that_erases_the_same_people(tmp_path: Path, erased: Erased) -> None:
    here = Home(tmp_path)
    broken = certificates.begun("request", erased.certificate.keys, world.AS_OF)
    certificates.write(here, broken)
    other = certificates.begun("request", Fingerprints.of([("lead", "x")]), world.AS_OF)
    certificates.write(here, other)
    assert who.all_erased(here).fingerprints == erased.certificate.keys | other.keys
    done = erasing.erase(Order(here, world.settings(), "sweep", Subjects(erased.certificate.keys), world.AS_OF))
    read = {one.number: one for one in certificates.all_certificates(here)}
    assert (read[broken.number].finished_by, read[other.number].cleared_at) == (done.number, None)
    assert all(certificates.is_sealed(one, here.secret()) for one in read.values())
    assert "name" not in dict(who.all_erased(here).fingerprints.keys)


def test_nobody_else_may_work_meanwhile(home: Path) -> None:
    here = Home(home)
    with working(here), working(here), pytest.raises(InputError, match="a run or another erasure"), alone(here):
        pass
    with alone(here), pytest.raises(InputError), alone(here):
        pass


def test_who_is_not_known_is_searched_for_all_the_same(seed: Path) -> None:
    subjects = order_for(seed, "new@nobody.example.com").subjects
    assert (subjects.people, subjects.missing, [*subjects.fingerprints.keys]) == (0, 1, ["email"])


def test_what_a_killed_replay_left_is_searched_and_goes(home: Path) -> None:
    here, order = Home(home), order_for(home, ANN)
    shutil.copytree(home / "runs" / "n1", home / "runs" / "replay-7")
    (home / "runs" / "replay-8").mkdir()
    (home / "runs" / "replay-8" / "work.part").write_bytes(b"half a copy")
    with means_for(here, order.settings, order.subjects.fingerprints) as means:
        assert search.held(here.work_file("replay-7"), means) > 0
        places.tidy(here)
        assert [folder.name for folder in sorted(here.runs.iterdir())] == ["n1", "replay-7"]
        why = Why("erasure", world.AS_OF)
        done = places.clear_work_file(means, here.work_file("replay-7"), {"n1"}, why)
    assert done == {"place": "runs/replay-7", "removed": True}
    assert [folder.name for folder in here.runs.iterdir()] == ["n1"]


def test_databases_of_others_are_named_with_what_to_do(home: Path) -> None:
    """One that holds an address, one that nobody can open, and one that holds nothing of hers."""
    order = order_for(home, ANN)
    for name, text in (("theirs", ANN), ("harmless", BOB)):
        (home / name).mkdir()
        with duckdb.connect(str(home / name / "x.duckdb")) as connection:
            connection.execute("create table t as select ? as note from range(3000)", [text])
    (home / "broken").mkdir()
    (home / "broken" / "x.duckdb").write_bytes(b"12345678DUCK" + bytes(5000))
    certificate = certificates.begun("request", order.subjects.fingerprints, world.AS_OF)
    with means_for(Home(home), order.settings, order.subjects.fingerprints) as means:
        erasing._Clearing(order, means, certificate, lambda _: None)._others()
    told = {left["place"]: left["why"] for left in certificate.left if left["kind"] == ".duckdb"}
    assert set(told) == {"theirs", "broken"}
    assert all("delete it, or take them out of it by hand" in why for why in told.values())
    assert "cannot be opened" in told["broken"]
    assert "leadgrade did not write" in told["theirs"]
