"""Commands that need no Dagster do not wait for it, and the list of commands says what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipelines.cli import COMMANDS, main
from tests.support import REPOSITORY

CALL = """
import sys
from pipelines.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print("code", end.code)
print("heavy", sorted({"dagster", "polars"} & set(sys.modules)))
"""


def called(*arguments: str) -> str:
    command = [sys.executable, "-c", CALL, *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(option: str) -> None:
    shown = called(option)
    assert "code 0" in shown
    assert "heavy []" in shown


def test_commands_that_run_nothing_do_not_import_dagster(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("Email,First Name,Last Name\na@acme.org,A,B\n")
    config = ["--config", str(REPOSITORY / "config")]
    for arguments in (["check", *config], ["inspect", str(tmp_path / "leads.csv"), *config],
                      ["quarantine", "list", "--home", str(tmp_path)]):  # fmt: skip
        assert "heavy ['polars']" in called(*arguments), arguments


def test_the_list_says_what_the_commands_say() -> None:
    context = click.Context(main)
    for name, (_, words) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        text = " ".join((command.help or "").split())
        assert text == words or text.startswith(f"{words} "), name
    shown = CliRunner().invoke(main, ["--help"]).output
    assert [name for name in COMMANDS if f"  {name} " not in shown] == []


def test_an_unknown_command_is_bad_input() -> None:
    assert CliRunner().invoke(main, ["retry"]).exit_code == 2
