"""Every file of the real data is accounted for, against a count made by the csv module alone."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import polars as pl
import pytest

from leadgrade.raw.intake import take_in
from tests.raw.files import rows, run_with, states

pytestmark = pytest.mark.real_data
DATA = os.environ.get("LEADGRADE_REAL_DATA")
FOLDERS = {
    "dummy": ("hubspot_dummy", None),
    "hubspot": ("fivetran_seeds/hubspot", "hubspot"),
    "sf": ("fivetran_seeds/salesforce", "salesforce"),
    "marketo": ("fivetran_seeds/marketo", "marketo"),
    "pardot": ("fivetran_seeds/pardot", "pardot"),
    "small": ("small_sales_crm", None),
    "education": ("x_education", None),
    "workbook": ("not_a_csv", None),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    if DATA is None:
        pytest.skip("LEADGRADE_REAL_DATA is not set")
    sources = {name: {"path": f"{DATA}/{folder}/*.csv", "system": system} for name, (folder, system) in FOLDERS.items()}
    sources |= {"parquet": {"path": f"{DATA}/people/leads_20000.parquet"}, "json": {"path": f"{DATA}/refs/*.json"}}
    run = run_with(tmp_path_factory.mktemp("real"), sources)
    take_in(run)
    return run


def records(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for record in csv.reader(file) if record) - 1


def test_every_record_is_read(run):
    files = rows(run, "select source, file_name, rows_read, format from raw.files where format = 'csv'")
    assert len(files) > 90
    for file in files:
        path = Path(DATA) / FOLDERS[file["source"]][0] / file["file_name"]
        assert file["rows_read"] == records(path), path.name


def test_every_record_of_other_formats_is_read(run):
    files = rows(run, "select source, file_name, rows_read from raw.files where source in ('parquet', 'json')")
    found = {file["file_name"]: file["rows_read"] for file in files}
    meant = {path.name: len(json.loads(path.read_bytes())) for path in (Path(DATA) / "refs").glob("*.json")}
    meant["leads_20000.parquet"] = pl.read_parquet(Path(DATA) / "people/leads_20000.parquet").height
    assert found == meant


def test_every_row_is_in_a_table_or_in_quarantine(run):
    totals = rows(run, "select sum(rows_read)::bigint as n, sum(rows_accepted)::bigint as a from raw.files")[0]
    assert (len(states(run)), run.engine.count("raw.quarantine")) == (totals["a"], totals["n"] - totals["a"])


def test_the_known_objects_are_recognised(run):
    query = (
        "select object, sum(rows_accepted)::bigint as n from raw.files where source = 'dummy' group by all order by all"
    )
    assert [tuple(r.values()) for r in rows(run, query)] == [
        ("accounts", 200),
        ("activities", 2000),
        ("leads", 950),
        ("opportunities", 500),
    ]


def test_a_workbook_named_csv_is_read(run):
    found = rows(run, "select format, object, rows_accepted from raw.files where source = 'workbook'")
    assert found == [{"format": "xlsx", "object": "leads", "rows_accepted": 9240}]
