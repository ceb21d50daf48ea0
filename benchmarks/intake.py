"""Intake against DuckDB's read_csv: CPU seconds and peak memory of a wide export, each in a process of its own.

``python -m benchmarks.intake --rows 2000000`` writes a HubSpot-like export of 60 columns (45 that the mapping knows, 15
that it does not, of which some are sparse), reads it once with ``read_csv`` into a table of all columns as text and
once through the intake, and prints both and their ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

CHUNK = 100_000
_MAPPED = [
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Mobile Phone Number", "Job Title", "Seniority",
    "Department", "Buying Role", "Company Name", "Website URL", "LinkedIn URL", "Industry", "Number of Employees",
    "Annual Revenue", "Street Address", "City", "State/Region", "Postal Code", "Country/Region", "Lifecycle Stage",
    "Lead Status", "Original Source", "Original Source Drill-Down 1", "Google ad click id", "Contact owner",
    "HubSpot Score", "Associated Company IDs", "Associated Company Domain", "Unsubscribed from all email",
    "Email hard bounce reason", "GDPR consent", "Legal basis for processing contact's data", "Timeline", "Budget",
    "Use case", "Current solution", "Contract end date", "Notes", "Create Date", "Last Modified Date",
    "Last Activity Date", "Last Contacted", "Time of First Engagement",
]  # fmt: skip
_FREE = [f"Custom question {n}" for n in range(1, 16)]
_FIRST = ["Anna", "Ben", "Chloé", "David", "Eva", "Farid", "Grace", "Henrik", "Ines", "Jörg"]
_LAST = ["Novak", "Smith", "García", "Müller", "O'Brien", "Rossi", "Dubois", "Nguyen", "Kowalski", "Silva"]
_WORDS = ["", "Select", "pricing, then demo", "wants a call", 'said "later"', "n/a", "Yes", "No", "line one\nline two"]


def _pick(values: list[str], index: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(values)).gather(index % len(values))


def _time(number: pl.Expr, step: int) -> pl.Expr:
    at = pl.lit(1_700_000_000) + (number * step) % 60_000_000
    return pl.from_epoch(at, time_unit="s").dt.strftime("%Y-%m-%d %H:%M")


def _filled(expr: pl.Expr, number: pl.Expr, one_in: int) -> pl.Expr:
    return pl.when(number % one_in == 0).then(expr).otherwise(pl.lit(""))


def _chunk(start: int, rows: int) -> pl.DataFrame:
    n = pl.col("n")
    text = n.cast(pl.String)
    first, last = _pick(_FIRST, n), _pick(_LAST, n // 10)
    company = pl.concat_str(pl.lit("Company "), (n // 7).cast(pl.String))
    special = {
        "Record ID": (n + 10_000_000).cast(pl.String), "First Name": first, "Last Name": last,
        "Email": pl.concat_str(pl.lit("person."), text, pl.lit("@company"), (n // 7).cast(pl.String), pl.lit(".com")),
        "Phone Number": pl.concat_str(pl.lit("+1 415 555 "), (n % 10_000).cast(pl.String).str.zfill(4)),
        "Mobile Phone Number": _filled(pl.concat_str(pl.lit("+49 151 "), (n + 10_000_000).cast(pl.String)), n, 3),
        "Company Name": company, "Website URL": pl.concat_str(pl.lit("https://company"), n // 7, pl.lit(".com/")),
        "LinkedIn URL": _filled(pl.concat_str(pl.lit("https://www.linkedin.com/in/person-"), text), n, 2),
        "Number of Employees": _pick(["11-50", "51-200", "201-500", "1,001 to 5,000"], n),
        "Annual Revenue": pl.concat_str(pl.lit("$"), (n % 900).cast(pl.String), pl.lit(",000.00")),
        "Street Address": pl.concat_str((n % 300).cast(pl.String), pl.lit(" Main Street")),
        "Postal Code": (n % 90_000 + 10_000).cast(pl.String),
        "Notes": _filled(pl.concat_str(pl.lit("Met at the fair, "), text, pl.lit(', said "call me"')), n, 5),
        "Google ad click id": _filled(pl.concat_str(pl.lit("Cj0KCQ"), text, pl.lit("QAvD_BwE")), n, 6),
        "Create Date": _time(n, 37), "Last Modified Date": _time(n, 41), "Last Activity Date": _time(n, 43),
        "Last Contacted": _filled(_time(n, 47), n, 2), "Time of First Engagement": _filled(_time(n, 53), n, 4),
        "Contract end date": _filled(_time(n, 59), n, 10),
    }  # fmt: skip
    columns = [
        special.get(name, _filled(_pick([f"{name} {letter}" for letter in "abcdefgh"], n // (i + 1)), n, i % 4 + 1))
        for i, name in enumerate(_MAPPED)
    ] + [_filled(_pick(_WORDS, n // (i + 1)), n, i % 5 + 1) for i in range(len(_FREE))]
    names = [*_MAPPED, *_FREE]
    frame = pl.DataFrame({"n": range(start, start + rows)})
    return frame.select(expr.alias(name) for name, expr in zip(names, columns, strict=True))


def make_export(path: Path, rows: int) -> None:
    """Write the export, chunk by chunk."""
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            _chunk(start, min(CHUNK, rows - start)).write_csv(file, include_header=start == 0)


def read_with_duckdb(path: Path, folder: Path) -> int:
    """The measure: every column as text into a table of a database file."""
    import duckdb  # noqa: PLC0415  each process imports its own side only

    connection = duckdb.connect(str(folder / "baseline.duckdb"))
    connection.execute("create table export as select * from read_csv(?, all_varchar=true, header=true)", [str(path)])
    rows = connection.execute("select count(*) from export").fetchall()[0][0]
    connection.close()
    return int(rows)


def read_with_intake(path: Path, folder: Path) -> int:
    """The intake of the same file into ``raw.leads``, hashes, versions of dates and answers included."""
    from leadgrade.engine import DuckDBEngine  # noqa: PLC0415
    from leadgrade.raw.intake import take_in  # noqa: PLC0415
    from tests.raw.files import run_with  # noqa: PLC0415

    source = {"hubspot": {"path": str(path), "system": "hubspot", "object": "leads"}}
    with DuckDBEngine(folder / "work.duckdb", memory_limit="700MB", spill=folder / "spill") as engine:
        return sum(take_in(run_with(folder, source, engine)).rows_accepted.values())


_SIDES = {"read_csv": read_with_duckdb, "intake": read_with_intake}


def _measure(side: str, path: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = [sys.executable, "-m", "benchmarks.intake", "--side", side, "--file", str(path), "--folder", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _side(side: str, path: Path, folder: Path) -> None:
    rows = _SIDES[side](path, folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {"rows": rows, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}
    print(json.dumps(figures))


def main() -> None:
    """Compare the two, or be one of them (``--side``)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--side", choices=_SIDES)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    if chosen.side:
        _side(chosen.side, chosen.file, chosen.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.file or Path(folder) / "export.csv"
        if not path.exists():
            make_export(path, chosen.rows)
        found = {side: _measure(side, path) for side in _SIDES}
    for side, figures in found.items():
        print(f"{side:9} {figures['rows']:>9,.0f} rows {figures['cpu']:7.1f} CPU s {figures['peak_mib']:7.0f} MiB")
    print(f"ratio of CPU: {found['intake']['cpu'] / found['read_csv']['cpu']:.2f}")


if __name__ == "__main__":
    main()
