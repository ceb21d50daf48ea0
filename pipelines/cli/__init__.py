"""The command line: leadgrade run, check, inspect, explain, report, demo, quarantine, rollback."""

from __future__ import annotations

import click

from pipelines.cli.check import check
from pipelines.cli.demo import demo
from pipelines.cli.explain import explain
from pipelines.cli.inspect import inspect_files
from pipelines.cli.quarantine import quarantine
from pipelines.cli.report import report
from pipelines.cli.rollback import rollback
from pipelines.cli.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="leadgrade")
def main() -> None:
    """Grade a company's sales leads every night and show why."""


for command in (run, check, inspect_files, explain, report, demo, quarantine, rollback):
    main.add_command(command)
