"""What a stranger meets who mistypes a command, or comes upon a fault that no command foresaw."""

from __future__ import annotations

import errno
import io
import os

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.cli.common import _Output
from pipelines.cli.groups import Group
from tests.support import REPOSITORY

FAULTS = {
    "a place that cannot be written": (
        PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "/x: Permission denied; look at its owner",
    ),
    "a full disk": (OSError(errno.ENOSPC, "No space left", "/x"), 2, "make room on the disk"),
    "a database in use": (duckdb.IOException("IO Error: could not lock /x\nof Jane"), 3, "could not lock /x"),
    "what nobody foresaw": (ValueError("Jane Doe"), 3, "its message is withheld"),
}  # fmt: skip


@pytest.mark.parametrize(("error", "code", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_ends_in_a_sentence_without_values(error: Exception, code: int, words: str) -> None:
    group = Group()

    @group.command("go")
    def go() -> None:
        raise error

    found = CliRunner().invoke(group, ["go"])
    assert (found.exit_code, words in found.stderr) == (code, True), found.stderr
    assert "Jane" not in found.output


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["rnu"], "leadgrade run"), (["people", "megre"], "people merge"), (["consent", "verfy"], "verify")],
)
def test_a_mistyped_command_names_the_one_that_was_meant(typed: list[str], meant: str) -> None:
    found = CliRunner().invoke(main, typed, prog_name="leadgrade")
    assert found.exit_code == 2
    assert "Did you mean leadgrade " in found.stderr
    assert f"{meant}?" in found.stderr
    assert "Did you mean" not in CliRunner().invoke(main, ["zzz"]).stderr


def test_groups_list_whole_sentences() -> None:
    for group in ("people", "quarantine", "consent"):
        listed = CliRunner().invoke(main, [group, "--help"]).output.partition("Commands:")[2]
        assert listed.rstrip().endswith(".")
        assert "...\n" not in listed


@pytest.mark.parametrize("command", [["merge", "l_1", "l_2"], ["split", "l_1", "l_2"], ["undo", "1"]])
def test_a_decision_needs_a_reason(command: list[str], tmp_path) -> None:
    found = CliRunner().invoke(main, ["people", *command, "--home", str(tmp_path)])
    assert (found.exit_code, "Missing option '--reason'" in found.stderr) == (2, True)


@pytest.mark.parametrize("time", ["9999-12-31", "0001-01-01", "soon"])
def test_a_time_that_cannot_be_is_bad_input(time: str, tmp_path) -> None:
    config = str(REPOSITORY / "config")
    found = CliRunner().invoke(main, ["run", "--as-of", time, "--home", str(tmp_path), "--config", config])
    assert (found.exit_code, "from 1970 to 2199" in " ".join(found.stderr.split())) == (2, True)


def test_what_nobody_reads_any_more_stops_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with io.TextIOWrapper(io.FileIO(writer, "w"), write_through=True) as file:
        console = _Output(file=file)
        for _ in range(3):
            console.print("a line")
        file.write("the file goes to nowhere by now")
