"""leadgrade calibrate: the scoring model against outcomes, and a proposal for the next one."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from leadgrade.errors import InputError
from leadgrade.metrics.calibration import propose
from leadgrade.publish import Home
from leadgrade.report.reader import Row, open_warehouse
from leadgrade.scores.model import ScoringModel
from pipelines.cli.common import (
    checked_settings,
    config_option,
    console,
    faults_told,
    home_option,
    published_warehouse,
    resolve,
)

_ORDER = "order by array_position(['contradicted', 'no_evidence', 'supported', 'insufficient_data'], verdict), rule"


@click.command()
@home_option
@config_option
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the proposed scoring.yaml here (a new file)."
)
def calibrate(home: Path | None, config: Path | None, out: Path | None) -> None:
    """Hold the scoring model against what became of the leads, and propose the next one.

    Reads the last publication. Without --out nothing is written; the scoring.yaml in use is never changed.
    """
    root, folder = resolve(home, config)
    with faults_told(), open_warehouse(published_warehouse(Home(root).warehouse)) as warehouse:
        models = warehouse.rows("select * from metrics.calibration order by model, sample")
        rules = warehouse.rows(f"select * from metrics.rule_lift where outcome = 'won' {_ORDER}")
        leaks = warehouse.rows("select * from metrics.leaks where verdict = 'leak' order by kind, field")
        _show(models, rules, leaks)
        if out:
            _write(out, folder, rules)


def _show(models: list[Row], rules: list[Row], leaks: list[Row]) -> None:
    table = Table(
        "Model", "Score of", "People", "Won", "AUC", "Brier", "ECE", "Verdict", title="On later leads", box=None
    )
    for row in models:
        figures = (_figure(row[name]) for name in ("auc", "brier", "ece"))
        table.add_row(row["model"], row["basis"], f"{row['people']:,}", f"{row['won']:,}", *figures, row["verdict"])
    console.print(table)
    table = Table("Rule", "Points", "Fired", "Won", "Lift", "95 %", "Verdict", "Proposed", title="Rules", box=None)
    for row in rules:
        span = "" if row["lift"] is None else f"{row['lift_lo']:.2f} to {row['lift_hi']:.2f}"
        proposed = "" if row["suggested_points"] is None else str(row["suggested_points"])
        counts = (str(row["points"]), f"{row['fired']:,}", f"{row['fired_won']:,}", _figure(row["lift"]), span)
        table.add_row(row["rule"], *counts, row["verdict"], proposed)
    console.print(table)
    for row in leaks:
        console.print(f"leak: {row['kind']} {row['field']} ({row['reason']})", markup=False)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _write(out: Path, folder: Path, rules: list[Row]) -> None:
    settings = checked_settings(folder)
    model = ScoringModel(settings.scoring, settings.run.profile)
    used = {row["model_id"] for row in rules}
    if used != {model.model_id}:
        raise InputError(
            f"the last publication was graded by {sorted(used)}, {folder} holds {model.model_id}: run first"
        )
    if out.exists():
        raise InputError(f"{out} is there already: name a new file")
    changed = [row for row in rules if row["suggested_points"] is not None]
    if not changed:
        console.print("The outcomes bear out no other points: nothing is proposed.")
        return
    notes = {row["rule"]: _note(row) for row in changed}
    text = (folder / "scoring.yaml").read_text(encoding="utf-8")
    points = {row["rule"]: int(row["suggested_points"]) for row in changed}
    out.write_text(propose(text, points, f"{settings.scoring.model.version}-proposed", notes), encoding="utf-8")
    console.print(f"{len(changed)} rules with other points: {out}", markup=False, soft_wrap=True)


def _note(row: Row) -> str:
    return (
        f"{row['points']} to {row['suggested_points']} points; lift {row['lift']:.2f} "
        f"({row['lift_lo']:.2f} to {row['lift_hi']:.2f}), fired for {row['fired']} of {row['people']} people, {row['verdict']}"
    )
