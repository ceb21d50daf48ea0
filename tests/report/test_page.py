"""The HTML report: whole, offline, escaped, and there on an empty warehouse too."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from leadgrade import report
from tests.metrics.world import make_world
from tests.report.helper import META, make_warehouse, rich_world

VOID = {"meta", "br", "link", "img", "hr"}
SECTIONS = [
    "rows",
    "people",
    "sources",
    "scores",
    "points",
    "reach",
    "consent",
    "decay",
    "contacts",
    "funnel",
    "outcomes",
    "history",
    "audit",
    "changes",
    "refused",
]


class Page(HTMLParser):
    """Checks that every tag is closed in its turn, and gathers text, ids and what is loaded."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "srcset", "data", "action"):
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data + " "


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_warehouse(tmp_path_factory.mktemp("home") / "w.duckdb", rich_world(300), META, nights=10)


@pytest.fixture(scope="module")
def page(warehouse: Path) -> str:
    return report.render(warehouse)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = {name: [] for name in make_world(0)}
    return make_warehouse(tmp_path_factory.mktemp("home") / "w.duckdb", world, {})


def test_page_is_whole_and_asks_nobody(page: str) -> None:
    parsed = Page(page)
    assert [name for name in SECTIONS if name not in parsed.ids] == []
    assert all(link.startswith("#") and link[1:] in parsed.ids for link in parsed.links)
    assert not parsed.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?://|url\(|import\s", page)


def test_headline_figures_stand_in_the_page(page: str, warehouse: Path) -> None:
    text = Page(page).text
    figures = report.summary(warehouse)
    assert figures.people == 300
    assert "300" in text
    for metric in ("quality_lead_rate", "reachable_rate", "consent_gap_rate", "duplicate_rate", "decayed_rate"):
        assert f"{100 * figures.rates[metric]['value']:.1f} %" in text, metric
    for words in (
        "no lawful basis",
        "DE UWG",
        "fit.industry",
        "One in five is a quality lead.",
        "no header fits",
        "too long",
    ):
        assert words in text, words
    near = duckdb.connect(str(warehouse), read_only=True).sql(
        "select count(*) from scores.quality where score between 75 and 79"
    )
    assert f"{near.fetchall()[0][0]} people scored 75 to 79" in text


def test_text_of_people_is_escaped_and_addresses_are_masked(page: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "@" not in Page(page).text
    assert "[address]" in page


def test_who_is_who_is_told_and_drawn(page: str) -> None:
    section = page[page.index('id="people"') : page.index('id="sources"')]
    shown = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    for words in (
        "3 20 60 – 75.0 % 0.912 4",
        "10 and more 2 42 – 37.5 %",
        "3 pairs of people wait for a decision, 1 of them because other leads speak against",
        "In force: 0 merges and 1 splits by people.",
        "free mail 2",
        "Parted by a decision 87.5 % one person by the evidence; decision 7 counts instead l_a l_b",
        "before against stranger -5.0 last name same +9.0 first name different -1.2 all +2.8",
    ):
        assert words in shown, words
    # zero lies where the fall to -5 ends in the rise to +4: five ninths of the width
    assert re.findall(
        r'<rect class="(\w+)" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)" height="10"/><text', section
    ) == [
        ("dead", "150.0", "83.33"),
        ("fresh", "150.0", "150.0"),
        ("dead", "280.0", "20.0"),
        ("fresh", "233.33", "46.67"),
    ]


def test_outcomes_say_what_is_wrong_and_with_what(page: str) -> None:
    section = page[page.index('id="outcomes"') : page.index('id="history"')]
    rows = [re.sub(r"<[^>]*>", " ", line) for line in section.splitlines() if line.startswith("<tr><td>")]
    assert [" ".join(row.split()) for row in rows] == [
        "low connect 40.0 % 20.0 % 900 present fairs weak routing",
        "high bounce 2.0 % 2.0 % 800 absent",
        "win curve 300 77 0.713 0.031 calibrated",
        "intent.trial 30 0 222 5.0 % 25.0 % contradicted",
        "lead_status latest state 50.0 % –",
        "intent.demo written after outcome – 12.5 %",
    ]


def test_findings_say_what_broke(page: str) -> None:
    text = " ".join(Page(page).text.split())
    assert "Broken rule: One in five is a quality lead." in text
    assert "p_000002: score 7" in text
    assert "source hubspot: look changed of column Phone" in text
    assert "older night" not in text


def test_refused_files_say_what_to_do_and_refused_rows_where(page: str) -> None:
    shown = " ".join(re.sub(r"<[^>]*>", " ", page[page.index('id="refused"') :]).split())
    assert "12,345 77 no header fits map its header in sources.yaml" in shown
    assert "bad date created_at 2 What" in shown or "bad date created_at 2 About" in shown


def test_changes_of_tonight_stand_with_their_figures(page: str) -> None:
    tonight, older = page[page.index('id="changes"') : page.index('id="refused"')].split("<details>")
    rows = [re.sub(r"<[^>]*>", " ", line) for line in tonight.splitlines() if line.startswith("<tr><td>")]
    assert [" ".join(row.split()) for row in rows] == [
        "✕ blocks hubspot leads rows dropped – 12,345 678 4,322 7",
        "! warning hubspot leads filled dropped Phone &lt;b&gt; 82.0 % 10.0 % 75.1 % 7",
        "● noted hubspot leads column appeared Fax of [address] – phone – 7",
    ]
    assert "Old news" not in tonight
    assert "All nights (4 changes)" in older
    assert "2026-09-28 00:00 UTC" in older


def test_an_empty_warehouse_has_a_report(empty: Path) -> None:
    text = Page(report.render(empty)).text
    for words in (
        "No rows came in.",
        "Nobody was scored.",
        "No gaps.",
        "No file was refused.",
        "Tonight's files look like those before.",
    ):
        assert words in text


def test_a_file_without_tables_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    duckdb.connect(str(path)).close()
    assert "Nobody was scored." in report.render(path)
    assert report.summary(path).people == 0


def test_no_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make run"):
        report.render(tmp_path / "w.duckdb")


def test_write_names_the_file_and_points_latest_at_it(warehouse: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    first = report.write(warehouse, reports)
    again = report.write(warehouse, reports)
    assert first == again == reports / "quality-2026-10-01-run-1.html"
    assert (first.stat().st_mode & 0o777) == 0o644
    latest = reports / "latest.html"
    assert latest.is_symlink()
    assert latest.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
    assert sorted(p.name for p in reports.iterdir()) == ["latest.html", first.name]


def test_rendering_twice_gives_the_same_page(warehouse: Path, page: str) -> None:
    assert report.render(warehouse) == page
