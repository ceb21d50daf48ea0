"""leadgrade erase and leadgrade subject: what they say, what they never say, and how they end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadgrade.erasure import certificate as certificates
from leadgrade.publish import Home
from leadgrade.publish.guard import working
from tests.erasure import world
from tests.erasure.conftest import Erased, call


def test_a_dry_run_counts_and_changes_nothing(home: Path, config: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in home.rglob("*") if p.is_file()}
    found = call(home, config, "erase", "--from", "-", "--dry-run", typed=f"# who asked\n{world.ANN}\n")
    assert found.exit_code == 0, found.output
    assert "Would erase 2 people, 4 leads. Nothing was changed." in found.output
    assert "rows of the last night: 11" in found.output
    assert "rows in files that are kept: 25" in found.output
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert not Home(home).erasures.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say who"),
        (["--email", world.ANN, "--sweep"], "say who"),
        (["--phone", "555"], "with a country code"),
        (["--phone", world.SHARED], "--all-with-this-number"),
        (["--retention"], "enforce is false"),
        (["--retention", "--dry-run"], "nobody to be erased"),
        (["--sweep"], "nobody was erased here yet"),
        (["--verify", "nowhere.json"], "nowhere.json: no such file; nobody was erased here yet"),
        (["--verify"], "say which certificate; nobody was erased here yet"),
        (["--email", "ann.misspelt@nowhere.example", "--dry-run"], "nobody has what was asked for"),
    ],
)
def test_what_cannot_be_done_says_why(seed: Path, config: Path, arguments: list[str], words: str) -> None:
    found = call(seed, config, "erase", *arguments)
    assert (found.exit_code, words in " ".join(found.stderr.split())) == (2, True), found.output


def test_an_address_of_nobody_is_no_success(home: Path, config: Path) -> None:
    found = call(home, config, "erase", "--email", "ann.misspelt@nowhere.example", "--no-run")
    assert (found.exit_code, "nobody has what was asked for" in found.stderr) == (2, True), found.output


def test_nothing_is_erased_while_a_run_is_going_on(home: Path, config: Path) -> None:
    with working(Home(home)):
        found = call(home, config, "erase", "--person", "p_9d5c1b5a1ae075f0bd96", "--no-run")
    assert (found.exit_code, "try again when it has ended" in found.stderr) == (2, True)


def test_a_certificate_is_verified_or_found_broken(erased: Erased, after: Path, config: Path) -> None:
    path = Home(after).erasures / f"{erased.certificate.number}.json"
    for folder in ("runs", "published", "dagster"):
        shutil.rmtree(after / folder)
    (after / "inbox" / "crm" / "back.csv").write_text(f"email\n{world.ANN}\n")
    path.write_text(path.read_text().replace('"people": 2', '"people": 3'))
    found = call(after, config, "erase", "--verify", str(path))
    assert found.exit_code == 1
    assert "its seal is broken" in found.output
    assert "still there: 1 in file of crm" in found.stderr
    assert call(after, config, "erase", "--lift", str(path)).exit_code == 2
    listed = call(after, config, "erase", "--lift").stderr
    assert f"there are: {path.stem}. The last one: leadgrade erase --lift {path.stem}" in " ".join(listed.split())
    shutil.copy(Home(erased.home).erasures / path.name, path)
    lifted = call(after, config, "erase", "--lift", path.stem)
    assert lifted.exit_code == 0
    assert certificates.is_sealed(certificates.read(path), Home(after).secret())
    assert certificates.read(path).blocks == []


def test_what_is_held_is_written_over_no_file(seed: Path, config: Path, tmp_path: Path) -> None:
    target = tmp_path / "values.json"
    target.touch()
    again = call(seed, config, "subject", "--from", "-", "--values", str(target), typed=world.ANN)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    assert call(seed, config, "subject").exit_code == 2
    new = tmp_path / "new.json"
    nobody = call(seed, config, "subject", "--from", "-", "--values", str(new), typed="nobody@nowhere.example")
    assert (nobody.exit_code, "nothing is held of whom you name" in nobody.stderr, new.exists()) == (2, True, False)


def test_erase_says_what_it_did(erased: Erased) -> None:
    assert "Erased 2 people, 4 leads" in erased.said
    assert f"{erased.certificate.number}.json" in erased.said
    assert "clearing runs/n1" in erased.said


def test_the_job_erases_nobody_unless_run_yaml_says_so(
    seed: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.retention import retention

    monkeypatch.setenv("LEADGRADE_HOME", str(seed))
    monkeypatch.setenv("LEADGRADE_CONFIG", str(config))
    refused = retention.execute_in_process(raise_on_error=False)
    assert not refused.success
    [failure] = [e for e in refused.all_events if e.is_step_failure]
    assert "retention.enforce is false" in str(failure.event_specific_data)
    shutil.copytree(config, tmp_path / "config")
    run = tmp_path / "config" / "run.yaml"
    run.write_text(run.read_text().replace("enforce: false", "enforce: true"))
    monkeypatch.setenv("LEADGRADE_CONFIG", str(tmp_path / "config"))
    assert retention.execute_in_process().success
    assert not Home(seed).erasures.exists()
