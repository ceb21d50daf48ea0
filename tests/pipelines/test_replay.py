"""leadgrade replay on a published night: the same night again, and under another model; nothing that is published changes."""

from __future__ import annotations

import hashlib

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from leadgrade.publish import Home
from pipelines.cli import main
from pipelines.cli.replay import _months_back
from tests.pipelines.conftest import AS_OF, CONFIG
from tests.support import AS_OF as OCTOBER


def replay(home: Home, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["replay", *arguments, "--home", str(home.root), "--config", str(CONFIG)])
    assert result.exit_code == code, result.output
    return result.output


def fingerprints(home: Home) -> dict[str, str]:
    files = [path for path in home.root.rglob("*") if path.is_file() and "inbox" not in path.parts]
    return {str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_night_again_and_under_another_model(night, tmp_path):
    home = Home(night.home)
    before = fingerprints(home)
    model = tmp_path / "easy.yaml"
    model.write_text("base: seed\nmodel: {name: easy}\nthresholds: {quality: 60, near_miss: 50}\n")
    out = tmp_path / "grades.parquet"
    shown = replay(home, "--model", str(model), "--as-of", AS_OF, "--out", str(out))
    assert fingerprints(home) == before

    grades = pl.read_parquet(out)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        published = connection.sql("select person_id, score, is_quality from scores.quality order by person_id").pl()
    again = grades.select("person_id", score="score_before", is_quality="is_quality_before").sort("person_id")
    assert again.equals(published)
    assert f"{published.height:,} of {published.height:,}" in shown

    up = grades.filter(pl.col("crossed") == "up")
    assert grades.filter(pl.col("crossed") == "down").is_empty()
    assert up.height > 0
    assert set(up["person_id"]) == set(grades.filter("is_quality")["person_id"]) - set(
        published.filter("is_quality")["person_id"]
    )
    assert f"{up.height:,} become quality leads" in shown
    assert sum(person in shown for person in up["person_id"]) == min(up.height, 20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as-of", "soon"], "expected an ISO 8601 date or time"),
        (["--as-of", "2026-10-02"], "lies after the last publication"),
        ([], "say which past"),
        (["--as-of", AS_OF, "--out", "x.txt"], "ends in .csv or .parquet"),
        (["--as-of", AS_OF, "--out", "/nowhere/x.csv"], "there is no folder /nowhere"),
        (["--as-of", AS_OF, "--model", "missing.yaml"], "without --model the configured one"),
    ],
)
def test_what_cannot_be_asked(first_night, arguments, message):
    assert message in " ".join(replay(Home(first_night.home), *arguments, code=2).split())


def test_months_back_from_the_end_of_a_month():
    dates = [at.isoformat()[:10] for at in _months_back(OCTOBER.replace(month=3, day=31), 3)]
    assert dates == ["2026-03-31", "2026-02-28", "2026-01-31"]
