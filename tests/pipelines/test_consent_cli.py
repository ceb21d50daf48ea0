"""The ledger of consent after a published night, looked after from the command line."""

from __future__ import annotations

from pathlib import Path

import duckdb
from click.testing import CliRunner, Result

from leadgrade.publish import Home
from leadgrade.publish.branch import newest_base
from pipelines.cli import main


def verify(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["consent", "verify", "--home", str(home), *arguments])


def test_a_night_is_verified_in_the_warehouse_and_in_the_work_file(first_night) -> None:
    found = verify(first_night.home)
    assert found.exit_code == 0, found.output
    assert found.output.count("nothing was changed") == 2
    assert "work.duckdb" in found.output


def test_a_change_is_named(night) -> None:
    base = newest_base(Home(night.home))
    assert base is not None
    with duckdb.connect(str(base[1])) as connection:
        row = "(select subject_key, sequence from hygiene.consent_ledger where action = 'withdrawn' order by entry limit 1)"
        subject, sequence = connection.execute(f"from {row}").fetchall()[0]
        connection.execute(
            f"update hygiene.consent_ledger set action = 'granted' where (subject_key, sequence) in {row}"
        )
    found = verify(night.home)
    assert found.exit_code == 1
    assert f"{subject}, number {sequence}: changed" in found.output
    # the published warehouse is another file, and whole
    assert verify(night.home, "--database", str(Home(night.home).warehouse)).exit_code == 0
    assert verify(night.home, "--database", str(base[1])).exit_code == 1


def test_a_ledger_that_was_put_back_is_named_by_the_manifest(night) -> None:
    base = newest_base(Home(night.home))
    assert base is not None
    with duckdb.connect(str(base[1])) as connection:
        for table in ("ledger", "heads", "seals"):
            connection.execute(f"delete from hygiene.consent_{table}")
    found = verify(night.home)
    assert (found.exit_code, "night_missing" in found.output) == (1, True)


def test_nothing_to_verify_is_bad_input(tmp_path, first_night) -> None:
    assert (verify(tmp_path).exit_code, "leadgrade run" in verify(tmp_path).output) == (2, True)
    other = verify(tmp_path, "--database", str(Home(first_night.home).warehouse))
    assert (other.exit_code, "no secret.key" in other.output) == (2, True)
    assert not (tmp_path / "secret.key").exists()
