"""``leadgrade inspect``: every given file is told of, whatever it is called and whatever lies in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from leadgrade.config.sources import Source
from leadgrade.errors import ConfigError
from leadgrade.raw import inspection
from leadgrade.raw.inspection import inspect
from pipelines.cli import main
from tests.support import REPOSITORY, shipped_settings

LEADS = "Email,First Name,Last Name,Shoe\na@acme.org,Ada,B,9\n"


@pytest.fixture(scope="module")
def settings():
    return shipped_settings()


def call(*arguments: object):
    words = ["inspect", *map(str, arguments), "--config", str(REPOSITORY / "config")]
    return CliRunner().invoke(main, words, terminal_width=500)


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS)
    return path


def test_signs_of_patterns_in_names_are_plain_signs(tmp_path, settings):
    folder = tmp_path / "a[1]"
    folder.mkdir()
    for name in ("x[1].csv", "what?.csv", "100%!.csv"):
        (folder / name).write_text(LEADS + name)
    (tmp_path / "x1.csv").write_text("of no concern")
    found = inspect(sorted(folder.iterdir()), settings)
    assert [file.path for file in found] == [str(path) for path in sorted(folder.iterdir())]
    assert {file.facts["status"] for file in found} == {"taken"}
    assert [file.path for file in inspect([folder], settings)] == [file.path for file in found]


def test_equal_files_are_both_listed(leads, tmp_path, settings):
    copy = tmp_path / "a_copy.csv"
    copy.write_text(LEADS)
    first, second = inspect([leads, copy], settings)
    assert (first.note, second.note) == ("", f"same content as {leads}")
    assert f"same content as {leads}" in call(leads, copy).output


def test_a_source_and_mappings_describe_the_file(leads, settings):
    source = Source(path="x", system="hubspot", object="leads", country="GB", mapping={"shoe": "city"})
    (found,) = inspect([leads], settings, source)
    assert (found.facts["system"], found.mapped["Shoe"]) == ("hubspot", "city")
    (found,) = inspect([leads], settings, source, mapping={"Shoe": "notes"})
    assert found.mapped["Shoe"] == "notes"
    with pytest.raises(ConfigError, match="unknown field 'colour'"):
        inspect([leads], settings, mapping={"Shoe": "colour"})


def test_the_command_takes_source_and_mapping(leads):
    shown = call(leads, "--source", "hubspot_contacts", "--mapping", "Shoe=city")
    assert shown.exit_code == 0, shown.output
    assert "leads of hubspot" in shown.output
    assert "Shoe = city" in shown.output
    for wrong in (["--source", "hubspot_contact"], ["--mapping", "Shoe"], ["--country", "UK"], ["--mapping", "Shoe=x"]):
        found = call(leads, *wrong)
        assert (found.exit_code, "Traceback" in found.output) == (2, False), wrong
    assert "did you mean hubspot_contacts?" in call(leads, "--source", "hubspot_contact").output


def test_faults_of_mappings_stand_one_a_line_and_the_fields_once(leads):
    wrong = ("--mapping", "Shoe=colour", "--mapping", "Email=emial", "--mapping", "e_mail=phone")
    found = call(leads, *wrong)
    lines = found.output.splitlines()
    assert lines[:5] == [
        "what is said of the files cannot be:",
        "  --mapping Email: unknown field 'emial' (did you mean email?)",
        "  --mapping Shoe: unknown field 'colour'",
        "  --mapping e_mail: the same header as 'Email' (case, blanks, _ and - do not count: keep one of them)",
        "fields of leads:",
    ]
    assert found.output.count("source_record_id") == 1
    assert max(map(len, lines)) < 250
    assert lines[-1].startswith("Mend --mapping HEADER=FIELD")
    assert "fields of another object" not in call(leads, *wrong, "--object", "accounts").output
    assert "no header 'Emial' for --mapping (did you mean Email?)" in call(leads, "--mapping", "Emial=email").output


def test_what_is_not_there_says_so_with_the_name_that_was_meant(leads, tmp_path):
    found = call(tmp_path / f"{leads.name}x")
    assert (found.exit_code, f"did you mean {leads.name}?" in found.output) == (2, True)
    found = call(tmp_path / "nowhere" / "x.csv")
    assert (found.exit_code, "give the path of an export" in found.output) == (2, True)


def test_titles_and_cells_that_no_field_could_hold_are_counted(tmp_path, settings):
    path = tmp_path / "events.csv"
    path.write_text(
        "Export of May\n\nsubject_email,type,occurred_at,score\n"
        "a@acme.org,page_view,2026-05-01,1\nb@acme.org,page_view,2026-05-02,1\n"
    )
    (found,) = inspect([path], settings, system="leadgrade", object="events")
    assert (found.facts["title_lines"], found.unread) == (1, {})
    assert "1 title line above the header" in call(path, "--system", "leadgrade", "--object", "events").output
    path = tmp_path / "leads.csv"
    path.write_text("Email,Created At\na@acme.org,2026-05-01\nb@acme.org,soon\nc@acme.org,\n")
    (found,) = inspect([path], settings, system="leadgrade", object="leads")
    assert found.unread == {"Created At": 1}
    assert (
        "filled but not understood: Created At 1 cell"
        in call(path, "--system", "leadgrade", "--object", "leads").output
    )


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (["--object", "campaign_spend"], "fields of campaign_spend for --mapping HEADER=FIELD: "),
        ([], "say what a row is with --object: leads, accounts"),
    ],
)
def test_a_file_that_nobody_understands_names_what_there_is(tmp_path, described, words):
    path = tmp_path / "odd.csv"
    path.write_text("colour,shape\nred,round\n")
    assert words in call(path, *described).output


def test_what_is_not_looked_at_says_why(leads, tmp_path, settings):
    hidden, empty = tmp_path / ".leads.csv", tmp_path / "empty"
    hidden.write_text(LEADS)
    empty.mkdir()
    notes = [file.note.split(":")[0] for file in inspect([leads, hidden, empty], settings)]
    assert notes == ["", "left alone", "no file in it"]
    assert call(hidden).exit_code == 2


def test_an_unexpected_error_costs_one_file_and_quotes_nothing(leads, tmp_path, monkeypatch):
    bad = tmp_path / "bad.csv"
    bad.write_text(LEADS.replace("a@", "zebulon@"))
    take_in = inspection.take_in

    def broken(run):
        if any(source.path.endswith("bad.csv") for source in run.settings.sources.sources.values()):
            raise ValueError("zebulon@acme.org")
        return take_in(run)

    monkeypatch.setattr(inspection, "take_in", broken)
    shown = call(leads, bad)
    assert shown.exit_code == 0
    assert f"{bad}\n  unexpected error ValueError" in shown.output
    assert "zebulon" not in shown.output
    assert "1 row: 1 accepted" in shown.output
