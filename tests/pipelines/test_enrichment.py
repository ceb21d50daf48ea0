"""A night with files of vendors: every row is accounted for, empty fields are filled, nobody's address is shown."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from leadgrade.publish import Home
from pipelines.nightly import Exit, run_nightly
from tests.pipelines.conftest import AS_OF, CONFIG

HEAD = ["subject", "field", "value", "provider", "enriched_at", "confidence", "licence_ends_at"]
SOURCE = '  vendors: {path: "inbox/vendors/*", object: enrichments}\n'


def rows_of(path: Path, text: str):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(text).fetchall()


def vendor_facts(private: Path) -> list[list[str]]:
    """Facts of leads whose industry is known, and of some whose it is not; one field that nobody takes."""
    text = """
        select min(email) as address, min(industry) is not null as is_known from contacts.leads
        where email is not null group by email_match having count(*) = 1 order by address
    """
    found = rows_of(private, text)
    some = [email for email, known in found if known][:20] + [email for email, known in found if not known][:20]
    tail = ["Acme Data", "2026-06-01", "90", "2027-01-01"]
    facts = [[email, "Industry", "Banking", *tail] for email in some]
    return [
        *facts,
        [some[0], "Mobile", "+49 151 1", *tail],
        ["nobody@nowhere.com", "industry", "Retail", *tail],
        facts[0],
    ]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write(SOURCE)
    return folder


def test_a_night_with_vendors(night, config):
    facts = vendor_facts(Home(night.home).private)
    folder = night.home / "inbox" / "vendors"
    folder.mkdir()
    with (folder / "facts.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *facts])
    parquet = [[*facts[25][:2], "Retail", "Other", "2026-06-01", "20", "2027-01-01"]]
    pl.DataFrame(parquet, schema=HEAD, orient="row").write_parquet(folder / "facts.parquet")

    outcome = run_nightly(night.home, config, as_of=AS_OF)

    assert outcome.code == Exit.PUBLISHED, outcome.messages
    warehouse, private = Home(night.home).warehouse, Home(night.home).private
    ledger = "select disposition, count(*) from raw.row_ledger where object = 'enrichments' group by all order by all"
    assert rows_of(warehouse, ledger) == [("exact_duplicate", 1), ("golden", 42), ("quarantined", 1)]
    decided = dict(rows_of(warehouse, "select reason, count(*) from contacts.enrichment group by all"))
    assert decided.pop("low_confidence") == 1
    assert decided.pop("filled") >= 20
    assert set(decided) <= {"first_party_wins", "first_party_agrees"}
    filled = "select distinct industry from contacts.leads where industry_from = 'vendor:acme_data'"
    assert rows_of(warehouse, filled) == [("banking",)]
    graded = rows_of(private, "select count(*) from people.golden where industry = 'banking'")
    assert graded[0][0] > 0
    shown = rows_of(warehouse, "select string_agg(columns(*)::varchar, ' ') from contacts.enrichment")
    assert "@" not in str(shown)
    assert not rows_of(warehouse, "from duckdb_tables() where table_name in ('enrichments', 'enrichment_facts')")
    assert not rows_of(private, "from duckdb_tables() where table_name in ('enrichments', 'provider_answers')")
