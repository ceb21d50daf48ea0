"""The command line, ``leadgrade``: what COMMANDS lists.

A command's module is imported when the command is called: Dagster and the engine take seconds.
"""

from __future__ import annotations

from importlib import import_module

import click

from pipelines.cli.groups import Group

# name -> what holds the command, and the first sentence of its help
COMMANDS = {
    "run": ("run:run", "Run the nightly job: take in, validate, match, grade, check, publish."),
    "check": ("check:check", "Name every fault of the configuration at once; exit code 2 where there is one."),
    "inspect": ("inspect:inspect_files", "Show what the intake would make of files: format, mapping, rows, reasons."),
    "quarantine": ("quarantine:quarantine", "Work the refused rows: list them, export them, give them back corrected."),
    "explain": ("explain:explain", "Show the grade of a person, point by point, with the evidence of each."),
    "people": ("people:people", "Look into the matching and correct it: why leads are one person, and who should be."),
    "consent": ("consent:consent", "Look after the ledger of consent: verify that nothing in it was changed."),
    "calibrate": ("calibrate:calibrate", "Hold the scoring model against what became of the leads, and propose the next one."),
    "report": ("report:report", "Write the quality report of the last publication (one HTML file, offline) and print its path."),
    "subject": ("subject:subject", "Show what is held of a person, and why they are here; values on request only."),
    "erase": ("erase:erase", "Erase people from everything below the home, and write a certificate that names nobody."),
    "replay": ("replay:replay", "Score the past under another model and name who crosses the threshold."),
    "export": ("export:export", "Write a file for an ad platform or a CRM, from the last publication."),
    "rollback": ("rollback:rollback", "Let readers see an earlier generation again (the one before the current, or GENERATION)."),
    "demo": ("demo:demo", "Make raw leads of several systems with known truth (truth beside the exports, never in them)."),
}  # fmt: skip


class _Commands(Group):
    """A group that imports a command when it is called, and lists them without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(f"pipelines.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def sentence(self, ctx: click.Context, name: str) -> str:
        del ctx
        return COMMANDS[name][1]


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="leadgrade")
def main() -> None:
    """Grade a company's sales leads every night and show why."""
