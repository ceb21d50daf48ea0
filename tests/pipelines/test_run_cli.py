"""What ``leadgrade run`` says of files that it could not take in, and of a refused night."""

from __future__ import annotations

from collections import Counter

import pytest
from click.testing import CliRunner

from assets.raw import told
from leadgrade.audit import Refusal
from leadgrade.engine import DuckDBEngine
from leadgrade.publish import Home
from leadgrade.publish.publication import replace_link
from leadgrade.raw.inbox.offers import OffersReport
from leadgrade.raw.intake import IntakeReport
from pipelines.cli import main
from pipelines.cli.run import _explain_failure
from pipelines.nightly import Exit, Outcome
from tests.pipelines.conftest import CONFIG, quiet_environment
from tests.support import make_run, make_table


def test_every_kind_of_file_that_was_left_is_told(engine: DuckDBEngine, tmp_path) -> None:
    run = make_run(tmp_path, engine)
    refused = {"source": "crm", "status": "refused", "reason": "no_table", "run_id": run.run_id}
    files = [refused, refused, refused | {"run_id": "another"}, refused | {"status": "taken", "reason": None}]
    make_table(engine, "raw.files", [{"file_id": str(n)} | file for n, file in enumerate(files)])
    offers = OffersReport(["web"], unsettled=Counter(crm=1), unreadable=Counter(shop=2))
    assert told(run, IntakeReport(offers=offers)) == [
        "source web: no file matches its path",
        "source crm: 1 file still being written, left for the next run",
        "source shop: 2 files cannot be read: look at the permissions of files and folders",
        "source crm: 2 files refused (no_table)",
    ]


def test_a_refused_night_says_details_and_what_to_do(tmp_path, capsys) -> None:
    refusal = Refusal("some_rule", "raw.files", "All is well.", 1, ("k",), ("k: 99 of 199 gone",), "look at the file")
    with pytest.raises(SystemExit, match="1"):
        _explain_failure(Outcome(Exit.REFUSED, "r", (), (refusal,)), Home(tmp_path))
    shown = capsys.readouterr().err
    for words in ("Broken rule: All is well. (some_rule)", "k: 99 of 199 gone", "-> look at the file"):
        assert words in shown


def published(home: Home, *nights: str) -> None:
    """Generations of which the work files are gone; the last one is current."""
    home.prepare().secret()
    for night in nights:
        generation = home.published / f"{night}T000000Z-gone"
        generation.mkdir()
        (generation / "manifest.json").write_text('{"run_id": "gone", "as_of": "2026-10-01T00:00:00"}')
        replace_link(home.published / "current", generation.name)


def test_what_fails_before_the_first_step_says_why(tmp_path) -> None:
    """The work file is opened before any step: its error is the run's. A day in the past is told before."""
    home = Home(tmp_path / "home")
    published(home, "20261001")
    with quiet_environment():
        found = CliRunner().invoke(
            main, ["run", "--home", str(home.root), "--config", str(CONFIG), "--as-of", "2020-01-01"]
        )
    told = " ".join(found.stderr.split())
    assert found.exit_code == Exit.BAD_INPUT
    assert "before the night of 2026-10-01 00:00 which readers have now" in told
    assert "the work files of all published generations are gone" in told
    assert "leadgrade run --full" in told


def test_a_rollback_to_where_no_run_goes_on_from_says_so(tmp_path) -> None:
    home = Home(tmp_path / "home")
    published(home, "20261001", "20261002")
    found = CliRunner().invoke(main, ["rollback", "--home", str(home.root)])
    assert found.exit_code == 0
    assert "readers now get 20261001T000000Z-gone" in found.stdout
    assert "Back to where they can: leadgrade rollback 20261002T000000Z-gone" in " ".join(found.stderr.split())
