"""leadgrade calibrate: shows what the tables say, and proposes a model without touching the one in use."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from leadgrade.engine import DuckDBEngine
from leadgrade.publish import Home
from leadgrade.scores.model import ScoringModel, default_model
from pipelines.cli import main
from tests.support import REPOSITORY, make_table

CONFIG = REPOSITORY / "config"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A home whose warehouse suggests 12 points for a demo request."""
    home = Home(tmp_path / "home").prepare()
    model_id = ScoringModel(default_model()).model_id
    lift = {"lift": 1.5, "lift_lo": 1.2, "lift_hi": 1.9, "people": 900, "fired": 300, "fired_won": 60, "points": 25}
    rows = [
        {"rule": "intent.demo", "suggested_points": 12, "verdict": "supported", **lift},
        {"rule": "fit.revenue", "verdict": "insufficient_data", "points": 0, "fired": 0, "fired_won": 0},
    ]
    with DuckDBEngine(home.warehouse) as engine:
        make_table(engine, "metrics.rule_lift", [{"outcome": "won", "model_id": model_id, **row} for row in rows])
        figures = {"auc": 0.71, "brier": 0.1, "ece": 0.012, "verdict": "calibrated", "basis": "first_night"}
        make_table(engine, "metrics.calibration", [{"model": "win_curve", "people": 900, "won": 90, **figures}])
        leak = {"kind": "field", "field": "lead_status", "verdict": "leak", "reason": "latest_state"}
        make_table(engine, "metrics.leaks", [leak])
    return home.root


def _called(home: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["calibrate", "--home", str(home), "--config", str(CONFIG), *more])
    return done.exit_code, done.output


def test_it_shows_quality_rules_and_leaks(published: Path) -> None:
    code, shown = _called(published)
    assert code == 0
    assert {"win_curve", "0.012", "1.20", "leak:", "lead_status", "intent.demo"} <= set(shown.split())


def test_it_proposes_a_model_of_its_own_once(published: Path, tmp_path: Path) -> None:
    before = (CONFIG / "scoring.yaml").read_text(encoding="utf-8")
    out = tmp_path / "next.yaml"
    assert _called(published, "--out", str(out))[0] == 0
    text = out.read_text(encoding="utf-8")
    points = {rule["id"]: rule["points"] for rule in yaml.safe_load(text)["rules"]}
    assert points["intent.demo"] == 12
    assert "intent.demo: 25 to 12 points" in text
    assert (CONFIG / "scoring.yaml").read_text(encoding="utf-8") == before
    code, shown = _called(published, "--out", str(out))
    assert (code, out.read_text(encoding="utf-8")) == (2, text)
    assert "there already" in shown


def test_a_model_that_did_not_grade_the_publication_gets_no_proposal(published: Path, tmp_path: Path) -> None:
    with DuckDBEngine(published / "published" / "warehouse.duckdb") as engine:
        engine.sql("update metrics.rule_lift set model_id = 'other-1'")
    code, shown = _called(published, "--out", str(tmp_path / "next.yaml"))
    assert code == 2
    assert "run first" in shown
    assert not (tmp_path / "next.yaml").exists()
