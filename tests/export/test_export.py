"""Files for ad platforms and CRMs, against a generation made by hand."""

from __future__ import annotations

import csv
from datetime import datetime
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.export import PLATFORMS, SYSTEMS, write_export
from leadgrade.export.left_out import left_out
from leadgrade.publish import Home
from pipelines.cli import main
from tests.support import make_table

WON = datetime(2026, 9, 1, 12, 30)
PEOPLE = {
    # person: (email, phone, click, state of consent on both channels, risk)
    "p_student": ("Kim@Uni.example", "+4915111111111", "Cj0KCQ", "unknown", "student"),
    "p_refused": ("no@spam.example", "+4915122222222", "Cj1KCQ", "withdrawn", "competitor"),
    "p_good": ("ann@acme.example", "+4915133333333", "Cj2KCQ", "granted_proven", None),
    "p_meta": ("bob@acme.example", None, "IwAR2abc", "not_required", None),
    "p_unshared": ("joe@ca.example", "+4915144444444", "Cj5KCQ", "not_required", "student"),
    "p_asked": ("eve@acme.example", None, "Cj4KCQ", "claimed_unproven", None),
}
Tables = dict[str, list[dict]]


def _tables() -> Tables:
    names = (
        "people.golden", "hygiene.consent", "hygiene.consent_gaps", "hygiene.risk", "raw.opportunities", "raw.row_ledger",
        "people.links", "contacts.leads", "people.members", "scores.quality", "metrics.win_probability",
    )  # fmt: skip
    tables: Tables = {name: [] for name in names}
    for n, (person, (email, phone, click, state, risk)) in enumerate(PEOPLE.items()):
        golden = {"person_id": person, "email": email, "phone_e164": phone, "click_id": click}
        tables["people.golden"].append(golden)
        consents = [{"person_id": person, "channel": channel, "state": state} for channel in ("email", "phone")]
        tables["hygiene.consent"] += consents
        if risk:
            tables["hygiene.risk"].append({"person_id": person, "signal": risk})
        key = {"record_id": f"o_{n}", "file_id": "f", "row_number": n}
        deal = {"is_won": True, "close_date": WON, "amount": 12.5, "currency": "eur"}
        old = {**key, **deal, "row_number": n + 100, "amount": 9.0}
        tables["raw.opportunities"] += [{**key, **deal}, old]
        ends = [(n, "golden"), (n + 100, "superseded")]
        ledger = [
            {"file_id": "f", "row_number": row, "object": "opportunities", "disposition": end} for row, end in ends
        ]
        tables["raw.row_ledger"] += ledger
        tables["people.links"].append({"object": "opportunities", "record_id": f"o_{n}", "person_id": person})
        record = "=1+1" if person == "p_good" else f"00{n}"
        lead = {"lead_id": f"l_{n}", "system": "hubspot", "source_record_id": record}
        tables["contacts.leads"].append(lead)
        tables["people.members"].append({"lead_id": f"l_{n}", "person_id": person})
        tables["scores.quality"].append({"person_id": person, "score": 70 + n, "grade": "B", "is_quality": False})
    tables["hygiene.consent_gaps"].append({"person_id": "p_unshared", "channel": "email", "reason": "gpc_ignored"})
    tables["metrics.win_probability"].append({"person_id": "p_good", "p_win": 0.25})
    return tables


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home")).prepare()
    folder = home.published / "20261001-run"
    folder.mkdir()
    for name in ("warehouse", "private"):
        with DuckDBEngine(folder / f"{name}.duckdb") as engine:
            for table, rows in _tables().items():
                make_table(engine, table, rows)
    (home.published / "current").symlink_to(folder.name)
    return home


def _written(home: Home, kind: str, target: str, out: Path) -> list[dict[str, str]]:
    rows = write_export(home, kind, target, out)
    found = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(found) == rows
    assert out.stat().st_mode & 0o777 == 0o600
    return found


def test_exclusions_are_hashed_as_each_platform_asks_and_leave_out_who_refused(published: Home, tmp_path: Path) -> None:
    address = sha256(b"kim@uni.example").hexdigest()
    google = _written(published, "audience", "google", tmp_path / "g.csv")
    assert google == [{"Email": address, "Phone": sha256(b"+4915111111111").hexdigest()}]
    meta = _written(published, "audience", "meta", tmp_path / "m.csv")
    assert meta == [{"email": address, "phone": sha256(b"4915111111111").hexdigest()}]


def test_conversions_go_to_the_platform_of_the_click_with_consent_and_once(published: Home, tmp_path: Path) -> None:
    (row,) = _written(published, "conversions", "google", tmp_path / "g.csv")
    assert row["Google Click ID"] == "Cj2KCQ"
    assert row["Conversion Time"] == "2026-09-01 12:30:00+00:00"
    assert (row["Conversion Value"], row["Conversion Currency"]) == ("12.5", "EUR")
    (row,) = _written(published, "conversions", "meta", tmp_path / "m.csv")
    assert row["event_time"] == "1788265800"
    assert row["fbc"] == "fb.1.1788265800000.IwAR2abc"


@pytest.mark.parametrize("system", SYSTEMS)
def test_grades_bear_the_headers_of_each_crm(published: Home, tmp_path: Path, system: str) -> None:
    found = _written(published, "crm", system, tmp_path / "c.csv")
    assert len(found) == (len(PEOPLE) if system == "hubspot" else 0)
    header = (tmp_path / "c.csv").read_text().splitlines()[0].split(",")
    assert header[0] == SYSTEMS[system][0]
    assert SYSTEMS[system][1].format("Score") in header


def test_formulas_are_made_harmless(published: Home, tmp_path: Path) -> None:
    rows = {row["Leadgrade Person"]: row for row in _written(published, "crm", "hubspot", tmp_path / "c.csv")}
    assert rows["p_good"]["Record ID"] == "'=1+1"
    assert rows["p_good"]["Leadgrade Win Probability"] == "0.25"
    assert rows["p_student"]["Record ID"] == "000"


def test_no_contact_data_in_any_file(published: Home, tmp_path: Path) -> None:
    for kind, target in [("audience", p) for p in PLATFORMS] + [("conversions", p) for p in PLATFORMS]:
        out = tmp_path / f"{kind}-{target}.csv"
        write_export(published, kind, target, out)
        text = out.read_text().lower()
        assert "@" not in text
        assert "49151" not in text


def test_a_file_is_never_overwritten_and_half_a_file_never_left(published: Home, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("mine")
    with pytest.raises(InputError, match="there already"):
        write_export(published, "audience", "meta", out)
    assert out.read_text() == "mine"
    old = Home(tmp_path / "old").prepare()
    with pytest.raises(InputError, match="nothing is published"):
        write_export(old, "audience", "meta", tmp_path / "b.csv")
    (old.published / "1-old").mkdir()
    for name in ("warehouse", "private"):
        DuckDBEngine(old.published / "1-old" / f"{name}.duckdb").close()
    (old.published / "current").symlink_to("1-old")
    with pytest.raises(InputError, match="older"):
        write_export(old, "audience", "meta", tmp_path / "b.csv")
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.parametrize(
    ("kind", "target"), [*product(("audience", "conversions"), PLATFORMS), *product(("crm",), ("hubspot", "zoho"))]
)
def test_what_is_left_out_and_what_is_in_add_up(published: Home, tmp_path: Path, kind: str, target: str) -> None:
    things, candidates, counts = left_out(published, kind, target)
    assert things == {"audience": "people", "conversions": "deals", "crm": "leads"}[kind]
    assert candidates == len(PEOPLE)
    assert sum(n for _, n in counts) == candidates - len(_written(published, kind, target, tmp_path / "x.csv"))
    by_words = {words.split(",")[0]: n for words, n in counts}
    if kind == "conversions":
        assert by_words["no consent to e-mail that is proved or not needed"] == (3 if target == "google" else 0)
        assert by_words[f"the click id is not {target}'s"] == (1 if target == "google" else 5)
    if kind == "audience":
        assert by_words["refused"] == 1
    if (kind, target) in (("audience", "meta"), ("conversions", "google")):
        assert by_words["opted out of sale and sharing"] == 1


def test_no_file_is_written_below_the_home(published: Home) -> None:
    out = published.root / "exports.csv"
    with pytest.raises(InputError, match="outside"):
        write_export(published, "audience", "meta", out)
    assert not out.exists()


def test_the_command_says_how_many_and_where(published: Home, tmp_path: Path) -> None:
    arguments = ["export", "--home", str(published.root), "--out", str(tmp_path / "c.csv")]
    done = CliRunner().invoke(main, [*arguments, "crm", "--to", "hubspot"])
    assert (done.exit_code, done.output.split(":")[0]) == (0, "6 rows")
    nothing = CliRunner().invoke(main, [*arguments[:-1], str(tmp_path / "z.csv"), "crm", "--to", "zoho"])
    assert (nothing.exit_code, "none of 6 leads is in it" in nothing.output) == (0, True)
    assert "6  not of zoho" in nothing.output
    wrong = CliRunner().invoke(main, [*arguments, "crm", "--to", "google"])
    assert wrong.exit_code == 2
