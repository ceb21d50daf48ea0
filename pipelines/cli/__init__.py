"""The command line: leadgrade run, check, explain, report, demo, rollback."""

from __future__ import annotations

import click

from pipelines.cli.check import check
from pipelines.cli.demo import demo
from pipelines.cli.explain import explain
from pipelines.cli.report import report
from pipelines.cli.rollback import rollback
from pipelines.cli.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="leadgrade")
def main() -> None:
    """Grade a company's sales leads every night and show why."""


for command in (run, check, explain, report, demo, rollback):
    main.add_command(command)
