"""The summary of a run: it adds up, fits 100 columns, and reads without colour."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from leadgrade.report import Summary, summary, terminal
from leadgrade.report.text import benchmark, interval, number, percent, plain, share, value
from tests.metrics.world import make_world
from tests.report.helper import META, make_warehouse, rich_world


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return summary(make_warehouse(tmp_path_factory.mktemp("home") / "w.duckdb", rich_world(200), META))


def _shown(figures: Summary, published: Path, report: Path | None = None) -> str:
    console = Console(file=StringIO(), width=100, no_color=True)
    terminal.render(figures, console, published, report)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_bridge_adds_up(figures: Summary) -> None:
    assert sum(figures.bridge.values()) == figures.rows == sum(o["rows"] for o in figures.objects)
    assert figures.bridge["golden"] == figures.people == 200
    assert figures.bridge["golden"] + figures.bridge["merged_into"] == figures.leads
    assert figures.bridge["quarantined"] == 12
    assert figures.duplicates_merged == figures.bridge["merged_into"]
    assert list(figures.bridge) == ["golden", "merged_into", "quarantined"]


def test_figures_come_from_this_run_only(figures: Summary) -> None:
    assert figures.rules_checked == 3
    assert [finding["rule"] for finding in figures.findings] == ["quality_low", "schema_change_seen"]


def test_findings_say_what_broke_and_what_to_do(figures: Summary, tmp_path: Path) -> None:
    shown = " ".join(_shown(figures, tmp_path).split())
    for words in (
        "Broken rule: One in five is a quality lead. (quality_low)",
        "p_000001: of [address]",
        "p_000002: score 7",
        "source hubspot: look changed of column Phone",
        "leadgrade report --open",
    ):
        assert words in shown, words
    assert "1 rows" not in shown
    assert "older night" not in shown
    assert "Does not hold" not in shown


@pytest.mark.parametrize(
    ("tonight", "words"),
    [(0, "none taken in tonight, 15 known before;"), (2, "2 taken in tonight, 13 known before;"), (15, "15 taken in;")],
)
def test_files_known_before_are_told_from_new_ones(figures: Summary, tmp_path: Path, tonight: int, words: str) -> None:
    shown = _shown(replace(figures, files=15, files_tonight=tonight, files_refused=0), tmp_path)
    assert f"Files             {words} " in shown


def test_erased_on_request_says_by_whom(figures: Summary, tmp_path: Path) -> None:
    words = "by a suppression list of a source, or by leadgrade erase"
    assert words not in _shown(figures, tmp_path)
    assert words in _shown(replace(figures, bridge=figures.bridge | {"erased": 7}), tmp_path)


def test_summary_tells_everything_in_100_columns(figures: Summary, tmp_path: Path) -> None:
    shown = _shown(figures, Path("published"), Path("reports/quality.html"))
    assert max(len(line) for line in shown.split("\n")) <= 100
    assert "\x1b[3" not in shown
    for words in (
        "2026-10-01 00:00 UTC",
        f"{figures.people} from {figures.leads} leads; {figures.duplicates_merged} duplicates merged",
        f"{100 * figures.quality['value']:.1f} %",
        "Reachable, email",
        "no_lawful_basis",
        "webform",
        "One in five is a quality lead.",
        "published/warehouse.duckdb",
        "published/private.duckdb",
        "reports/quality.html",
        "leadgrade explain",
    ):
        assert words in shown, words


def test_refused_files_are_named_and_refused_rows_pointed_at(figures: Summary, tmp_path: Path) -> None:
    shown = " ".join(_shown(figures, tmp_path).split())
    assert "refused hubspot: <script>alert(1)</script> [address], no header fits (77 rows)" in shown
    assert ".venv/bin/leadgrade quarantine list" in shown


def test_the_bridge_says_which_rows_were_deleted_and_which_were_tests(figures: Summary, tmp_path: Path) -> None:
    shown = _shown(replace(figures, bridge={"test_lead": 3, "suppressed": 4}), tmp_path)
    assert "test lead " in shown
    assert "deleted at the source, or suppressed" in shown
    assert "test or deleted" not in shown


def test_paths_are_never_broken(figures: Summary) -> None:
    deep = Path("/" + "/".join(["a-rather-long-folder"] * 8))
    assert str(deep / "warehouse.duckdb") in _shown(figures, deep)


def test_nobody_at_all(tmp_path: Path) -> None:
    world = {name: [] for name in make_world(0)}
    shown = _shown(summary(make_warehouse(tmp_path / "h" / "w.duckdb", world, {})), tmp_path)
    assert "0 from 0 leads" in shown
    assert "too few to tell" in shown


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (number(1234567.8), "1,234,568"),
        (number(None), "–"),
        (percent(0.2345), "23.4 %"),
        (percent(0.0001), "< 0.1 %"),
        (percent(0), "0.0 %"),
        (percent(0.9999), "> 99.9 %"),
        (percent(1), "100.0 %"),
        (share(1, 0), "–"),
        (share(1, 4), "25.0 %"),
        (value(-0.5, "ratio"), "-50 %"),
        (value(12.5, "money", "EUR"), "12.50 EUR"),
        (value(12345.6, "money_per_day", None), "12,346"),
        (value(3.25, "days"), "3.2"),
        (interval(0.1, 0.2), "10.0 to 20.0 %"),
        (benchmark(0.2, None), "at least 20 %"),
        (benchmark(None, 0.15), "at most 15 %"),
        (benchmark(0.01, 0.05), "1 to 5 %"),
        (plain("ask jane@corp.example now"), "ask [address] now"),
    ],
)
def test_figures_as_people_read_them(found: str, wanted: str) -> None:
    assert found == wanted
