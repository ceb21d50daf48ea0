"""Write, audit, publish: what readers see before, during and after."""

import shutil
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from leadgrade import contract
from leadgrade.errors import AuditFailed, InputError, PublishConflict
from leadgrade.publish import Home, generation, open_branch, publish, rollback, tidy
from leadgrade.publish.branch import COPIES, open_copy
from tests.support import make_table, shipped_settings

NOW = datetime(2026, 10, 1, 2, 0)
SETTINGS = shipped_settings()
# other tests do without
COMMENT = generation._comment


def night(home: Path, run_id: str, people: int, at: datetime = NOW) -> Path:
    """A run that knows so many people, published."""
    with open_branch(Home(home), SETTINGS, run_id, now=at) as run:
        rows = [
            {"person_id": f"p_{i}", "full_name": "Ada Example", "email": f"ada{i}@acme.test"} for i in range(people)
        ]
        make_table(run.engine, "people.golden", rows)
        return publish(run, at)


def count(database: Path, table: str = "people.golden") -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"select count(*) from {table}").fetchall()[0][0]


def test_readers_get_both_databases_of_the_newest_run(home):
    night(home, "run-1", 3)
    night(home, "run-2", 5, NOW + timedelta(days=1))
    assert count(Home(home).warehouse) == 5
    assert count(Home(home).private) == 5


def test_every_contract_table_is_in_the_right_database_with_comments(home, monkeypatch):
    monkeypatch.setattr(generation, "_comment", COMMENT)
    night(home, "run-1", 1)
    found = {}
    for name in ("warehouse", "private"):
        with duckdb.connect(str(home / "published" / f"{name}.duckdb"), read_only=True) as connection:
            tables = "select schema_name || '.' || table_name, comment from duckdb_tables() where not internal"
            columns = (
                "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() where not internal"
            )
            found[name] = (dict(connection.execute(tables).fetchall()), connection.execute(columns).fetchall())
    for table in contract.tables().values():
        for name, columns in (("warehouse", table.warehouse_columns), ("private", table.private_columns)):
            tables, all_columns = found[name]
            here = [(c, about) for t, c, about in all_columns if t == table.name]
            if columns:
                assert tables[table.name].startswith(table.about)
                assert here == [(c.name, c.about) for c in columns]
            elif table.name != "meta.publication":
                assert table.name not in tables


def test_no_personal_column_is_in_the_warehouse(home):
    night(home, "run-1", 1)
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as connection:
        names = {row[0] for row in connection.execute("select column_name from duckdb_columns()").fetchall()}
    assert {"person_id", "email_domain"} <= names
    assert not {"email", "phone_e164", "full_name", "street", "payload", "answers"} & names


def test_text_that_people_typed_is_masked_in_the_warehouse(home):
    with open_branch(Home(home), SETTINGS, "run-1", now=NOW) as run:
        typed = "Head of IT, call +49 30 123456 78 or jane.doe@acme.test"
        make_table(run.engine, "people.golden", [{"person_id": "p_1", "job_title": typed}])
        publish(run, NOW)
    title = "select job_title from people.golden"
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as connection:
        assert connection.execute(title).fetchall() == [("Head of IT, call [number] or [e-mail]",)]
    with duckdb.connect(str(Home(home).private), read_only=True) as connection:
        assert connection.execute(title).fetchall() == [(typed,)]


def test_an_odd_id_or_header_from_outside_is_withheld_and_stops_no_night(home):
    with open_branch(Home(home), SETTINGS, "run-1", now=NOW) as run:
        make_table(run.engine, "people.golden", [{"person_id": "p_1", "campaign_id": "jane.doe@acme.test"}])
        name, headers = "crm +493012345678.csv", '["a+b", "zaph@x.example", "Revenue 2023/2024"]'
        make_table(run.engine, "raw.files", [{"file_id": "f", "file_name": name, "unmapped_headers": headers}])
        publish(run, NOW)
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as connection:
        assert connection.execute("select campaign_id from people.golden").fetchall() == [("[withheld]",)]
        found = connection.execute("select file_name, unmapped_headers from raw.files").fetchall()
    assert found == [("crm [withheld].csv", '["a+b", "[withheld]", "Revenue 2023/2024"]')]


def test_a_leak_into_an_id_column_stops_the_publication_and_names_the_column_only(home):
    first = night(home, "run-1", 1)
    with open_branch(Home(home), SETTINGS, "run-2", now=NOW) as run:
        make_table(run.engine, "scores.quality", [{"person_id": "p_1", "model_id": "jane.doe@acme.test"}])
        with pytest.raises(AuditFailed, match=r"scores\.quality\.model_id \(1 rows\)") as raised:
            publish(run, NOW + timedelta(days=1))
    assert "jane" not in str(raised.value)
    assert Home(home).current() == first.name
    assert [p.name for p in (home / "published").glob("2*")] == [first.name]


def test_file_modes(home):
    night(home, "run-1", 1)
    here = Home(home)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (home, here.private, here.warehouse, here.work_file("run-1"))}
    assert list(modes.values()) == [0o700, 0o600, 0o444, 0o600]
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(("before", "after"), [(0o755, 0o700), (0o775, 0o700), (0o700, 0o700), (0o1777, 0o1777)])
def test_a_home_that_was_there_is_closed_by_the_first_run_alone(tmp_path, before, after):
    root = tmp_path / "home"
    root.mkdir()
    root.chmod(before)
    home = Home(root).prepare()
    assert stat.S_IMODE(root.stat().st_mode) == after
    home.secret()
    root.chmod(0o750)  # for the account that drops the exports
    home.prepare()
    assert stat.S_IMODE(root.stat().st_mode) == 0o750


def test_the_published_file_is_in_the_format_that_older_drivers_read(home):
    night(home, "run-1", 1)
    # the storage version stands behind the checksum and the magic bytes; 64 is DuckDB 1.0
    header = Home(home).warehouse.read_bytes()[8:20]
    assert header[:4] == b"DUCK"
    assert int.from_bytes(header[4:12], "little") == 64


def test_an_open_reader_keeps_what_it_opened(home):
    night(home, "run-1", 3)
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as reader:
        night(home, "run-2", 5, NOW + timedelta(days=1))
        assert reader.execute("select count(*) from people.golden").fetchall() == [(3,)]
    assert count(Home(home).warehouse) == 5


def test_readers_never_see_half_a_night(home):
    night(home, "run-0", 1)
    seen, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            here = Home(home).published / (Home(home).published / "current").readlink()
            seen.append((count(here / "warehouse.duckdb"), count(here / "private.duckdb")))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for i in range(1, 4):
            night(home, f"run-{i}", 1 + i, NOW + timedelta(days=i))
    finally:
        stop.set()
        reader.join()
    assert seen
    assert all(warehouse == private for warehouse, private in seen)
    assert [w for w, _ in seen] == sorted(w for w, _ in seen)


def test_who_publishes_second_from_the_same_base_is_refused(home):
    night(home, "run-0", 1)
    with open_branch(Home(home), SETTINGS, "slow", now=NOW) as slow:
        newer = night(home, "fast", 2, NOW + timedelta(hours=1))
        with pytest.raises(PublishConflict, match=newer.name):
            publish(slow, NOW + timedelta(hours=2))
    assert Home(home).current() == newer.name


def test_a_failed_write_leaves_yesterday_byte_for_byte(home, monkeypatch):
    first = night(home, "run-1", 2)
    before = {p.name: p.read_bytes() for p in first.iterdir()}
    monkeypatch.setattr("leadgrade.publish.publication.verify", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        night(home, "run-2", 9, NOW + timedelta(days=1))
    assert Home(home).current() == first.name
    assert {p.name: p.read_bytes() for p in first.iterdir()} == before
    assert not list((home / "published").glob("*.part"))


def test_a_run_starts_from_the_last_published_work_file(home):
    night(home, "run-1", 4)
    with open_branch(Home(home), SETTINGS, "run-2", now=NOW) as run:
        assert run.engine.count("people.golden") == 4


def test_a_run_taken_up_again_keeps_its_tables_and_its_time(home):
    with open_branch(Home(home), SETTINGS, "run-1", now=NOW) as run:
        make_table(run.engine, "people.golden", [{"person_id": "p_1"}])
    with open_branch(Home(home), SETTINGS, "run-1", now=NOW + timedelta(hours=5)) as run:
        assert run.engine.count("people.golden") == 1
        assert run.as_of == NOW
        publish(run, NOW)
    assert count(Home(home).warehouse) == 1


def test_lost_work_files_are_named_not_ignored(home):
    night(home, "run-1", 1)
    Home(home).work_file("run-1").unlink()
    with pytest.raises(InputError, match="leadgrade run --full"), open_branch(Home(home), SETTINGS, "run-2", now=NOW):
        pass
    with open_branch(Home(home), SETTINGS, "run-3", now=NOW, full=True) as run:
        assert not run.engine.exists("people.golden")


def test_old_generations_and_work_files_go(home):
    config = SETTINGS.run.model_copy(update={"keep_generations": 2, "keep_work_files": 1})
    for i in range(4):
        night(home, f"run-{i}", 1, NOW + timedelta(days=i))
        tidy(Home(home), config)
    here = Home(home)
    assert [here.manifest(g)["run_id"] for g in here.generations()] == ["run-2", "run-3"]
    assert [p.name for p in here.runs.iterdir()] == ["run-3"]
    assert count(here.warehouse) == 1


def test_a_copy_that_a_kill_left_goes_with_the_next_publication(home):
    night(home, "run-1", 1)
    with open_copy(Home(home), SETTINGS, f"{COPIES}1", NOW):
        for left in ("2", "3"):
            shutil.copytree(home / "runs" / f"{COPIES}1", home / "runs" / f"{COPIES}{left}")
        (home / "runs" / f"{COPIES}3" / ".in-use").unlink()  # killed before it said that it is at work
        assert tidy(Home(home), SETTINGS.run) == [f"{COPIES}2", f"{COPIES}3"]
        assert {folder.name for folder in (home / "runs").iterdir()} == {"run-1", f"{COPIES}1"}
    assert {folder.name for folder in (home / "runs").iterdir()} == {"run-1"}


def test_rollback_gives_readers_the_generation_before_and_the_next_run_starts_from_it(home):
    first = night(home, "run-1", 1)
    night(home, "run-2", 2, NOW + timedelta(days=1))
    assert rollback(Home(home)) == first.name
    assert count(Home(home).warehouse) == 1
    with open_branch(Home(home), SETTINGS, "run-3", now=NOW) as run:
        assert run.engine.count("people.golden") == 1
        publish(run, NOW + timedelta(days=2))
    assert Home(home).manifest(Home(home).current())["run_id"] == "run-3"


def test_a_generation_is_named_by_how_it_or_its_run_begins(home):
    names = ["20261001T020000Z-5fab", "20261001T030000Z-5fcd", "20261002T020000Z-90ab"]
    for name in names:
        (home / "published" / name).mkdir(parents=True)
        (home / "published" / name / "manifest.json").write_text("{}")
    for words, found in {"20261002": names[2], "5fa": names[0], "90ab": names[2], names[1]: names[1]}.items():
        assert rollback(Home(home), words) == found
    for words in ("5f", "20261001T0"):
        with pytest.raises(InputError, match=f"2 generations begin with {words}: {names[0]}, {names[1]}"):
            rollback(Home(home), words)
    for words in ("ab", ""):
        with pytest.raises(InputError, match="there are: 2026"):
            rollback(Home(home), words)


def test_rollback_to_nowhere_is_an_input_error(home):
    Home(home).prepare()
    with pytest.raises(InputError, match="before the current one"):
        rollback(Home(home))
    with pytest.raises(InputError, match="no generation 2020"):
        rollback(Home(home), "2020")


def test_the_secret_is_made_once(home):
    here = Home(home).prepare()
    assert here.secret() == here.secret()
    assert len(here.secret()) == 64


def test_publication_says_what_it_was_made_from(home):
    with open_branch(Home(home), SETTINGS, "run-1", now=NOW) as run:
        files = [
            {"file_id": "b", "status": "taken"},
            {"file_id": "a", "status": "taken"},
            {"file_id": "c", "status": "refused"},
        ]
        make_table(run.engine, "raw.files", files)
        publish(run, NOW + timedelta(minutes=9))
    with duckdb.connect(str(Home(home).warehouse), read_only=True) as connection:
        query = (
            "select run_id, as_of, published_at, input_hashes, row_counts ->> '$.\"raw.files\"' from meta.publication"
        )
        assert connection.execute(query).fetchall() == [("run-1", NOW, NOW + timedelta(minutes=9), '["a", "b"]', "3")]
