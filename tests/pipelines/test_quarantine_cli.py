"""The commands of the quarantine, on the demo set's first night."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from leadgrade.publish import Home
from pipelines.cli import main
from tests.pipelines.conftest import CONFIG


def call(home: Path, *arguments: str):
    return CliRunner().invoke(main, ["quarantine", *arguments, "--home", str(home)])


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def open_entries(home: Path) -> int:
    with duckdb.connect(str(Home(home).private), read_only=True) as connection:
        query = "select count(*) from raw.quarantine where closed_at is null"
        return connection.execute(query).fetchall()[0][0]


def test_the_list_for_people_and_for_machines_count_the_same(first_night):
    shown = call(first_night.home, "list")
    assert shown.exit_code == 0, shown.output
    found = json.loads(call(first_night.home, "list", "--json").output)
    assert sum(group["rows"] for group in found) == open_entries(first_night.home) > 0
    assert all(f"{group['reason']}: {group['meaning']}" in shown.output for group in found)
    narrowed = json.loads(call(first_night.home, "list", "--json", "--reason", found[0]["reason"]).output)
    assert {group["reason"] for group in narrowed} == {found[0]["reason"]}
    shown = call(first_night.home, "list", "--source", "nobody").output
    assert "nothing is open" in shown
    assert f"open are: {found[0]['source']} {found[0]['reason']}" in shown


def test_nothing_published_and_unknown_reasons_are_bad_input(first_night, tmp_path):
    found = call(tmp_path, "list")
    assert (found.exit_code, "leadgrade run" in found.output) == (2, True)
    assert call(first_night.home, "list", "--reason", "bad_luck").exit_code == 2


def test_the_export_tells_places_and_counts_but_no_values(first_night, tmp_path):
    found = call(first_night.home, "export", "--out", str(tmp_path / "out"))
    assert found.exit_code == 0, found.output
    files = sorted((tmp_path / "out").glob("*/*.quarantine.csv"))
    rows = [row for path in files for row in records(path)]
    assert len(rows) == open_entries(first_night.home)
    assert "@" not in found.output
    assert all(str(path) in found.output.replace("\n", "") for path in files)
    again = call(first_night.home, "export", "--out", str(tmp_path / "out"))
    assert (again.exit_code, "is there already" in again.output) == (2, True)


def test_a_row_without_an_open_entry_places_nothing(first_night, tmp_path):
    call(first_night.home, "export", "--out", str(tmp_path / "out"))
    path = next((tmp_path / "out").glob("*/*.quarantine.csv"))
    wrong = [row | {"_row_number": "999999999"} for row in records(path)]
    found = call(first_night.home, "retry", str(write(path, wrong)), "--config", str(CONFIG))
    assert found.exit_code == 2
    assert "row 1: the quarantine has no such row" in found.output
    assert "nothing was placed" in found.output
    assert not (first_night.home / "retry").exists()


def test_rows_of_a_source_that_is_gone_place_nothing(first_night, tmp_path):
    call(first_night.home, "export", "--out", str(tmp_path / "out"))
    path = next((tmp_path / "out").glob("*/*.quarantine.csv"))
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "config" / "sources.yaml").write_text("sources: {other: {path: inbox/*}}", encoding="utf-8")
    found = call(first_night.home, "retry", str(path), "--untouched", "--config", str(tmp_path / "config"))
    assert found.exit_code == 2
    assert "is not in sources.yaml" in found.output
    assert not (first_night.home / "retry").exists()


def test_the_export_says_how_to_open_it_and_may_have_semicolons(first_night, tmp_path):
    found = call(first_night.home, "export", "--out", str(tmp_path / "out"), "--delimiter", ";")
    assert "Open them as text" in found.output
    path = next((tmp_path / "out").glob("*/*.quarantine.csv"))
    assert path.read_text("utf-8-sig").startswith("_file_id;_row_number;")


def mended(row: dict[str, str], number: int) -> dict[str, str]:
    """The row with something in every cell that a lead is known by."""
    names = [name for name in row if not name.startswith("_")]
    email = next((name for name in names if "mail" in name.lower()), names[0])
    return row | {email: f"mended{number}@example.com", "_surplus": ""}


LEDGER = """
select count(*) as dispositions, count(distinct (file_id, row_number)) as row_count,
    count_if(reason = 'corrected' and disposition = 'superseded') as corrected
from raw.row_ledger
"""


@pytest.mark.slow
def test_mended_rows_come_in_with_the_night_and_close_their_entries(night, tmp_path):
    before = open_entries(night.home)
    call(night.home, "export", "--out", str(tmp_path / "out"))
    leads = [
        path for path in (tmp_path / "out").glob("*/*.quarantine.csv") if "mail" in path.read_text("utf-8").lower()
    ]
    path = max(leads, key=lambda path: len(records(path)))
    rows = records(path)
    write(path, [mended(row, n) for n, row in enumerate(rows)])
    found = CliRunner().invoke(
        main, ["quarantine", "retry", str(path), "--home", str(night.home), "--config", str(CONFIG), "--run"]
    )
    assert found.exit_code == 0, found.output
    with duckdb.connect(str(Home(night.home).warehouse), read_only=True) as connection:
        text = "select rows_read, rows_quarantined from raw.files where file_name like 'retry/%'"
        ((read, refused),) = connection.execute(text).fetchall()
        ((dispositions, row_count, corrected),) = connection.execute(LEDGER).fetchall()
        ((total,),) = connection.execute("select sum(rows_read)::bigint from raw.files").fetchall()
    assert read == corrected == len(rows)
    assert dispositions == row_count == total
    assert open_entries(night.home) == before - len(rows) + refused
    assert refused < len(rows)
