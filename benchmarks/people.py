"""Matching against known truth: accuracy at the default and at the best cut-off, CPU seconds, peak memory.

    python -m benchmarks.people        demo sets of 20,000 leads, three seeds and difficulties, and one without duplicates
    LEADGRADE_REAL_DATA=folder python -m benchmarks.people      and every labelled set in folder/people (uid, truth)
    python -m benchmarks.people --rows 1000000 --seeds 1 --only-default       bigger demo sets

Each set is resolved in a process of its own, with no settings. Pairwise figures are over all pairs that the true ids imply;
B3 is B-cubed F1; "best" is the best of seven cut-offs by the labels, which no user could pick.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import polars as pl

from leadgrade.demo import generate
from leadgrade.people import resolve
from leadgrade.people.resolve import DEFAULT_THRESHOLD

CUTS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
AS_OF = datetime(2026, 10, 1)
DIFFICULTIES = ("low", "medium", "high")
# headers of the demo set's four systems -> one table
_HEADERS = {
    "hubspot/contacts*.csv": (
        "First Name", "Last Name", "Email", "Phone Number", "Company Name", "Job Title", "City", "Postal Code"
    ),
    "salesforce/leads*.csv": ("FirstName", "LastName", "Email", "Phone", "Company", "Title", "City", "PostalCode"),
}  # fmt: skip
_FIELDS = ("first_name", "last_name", "email", "phone", "company", "job_title", "city", "postal_code")


def _pairs(frame: pl.DataFrame, *by: str) -> int:
    size = pl.col("len").cast(pl.Int64)
    return int(frame.group_by(*by).len().select((size * (size - 1) // 2).sum()).item())


def scores(found: pl.DataFrame) -> dict[str, float]:
    """Precision, recall, F1 and B-cubed F1 of person_id against truth; rows without a truth are left out."""
    known = found.filter(pl.col("truth").is_not_null())
    both, said, true = (_pairs(known, *by) for by in (("truth", "person_id"), ("person_id",), ("truth",)))
    shared = known.with_columns(
        n=pl.len().over("truth", "person_id"), p=pl.len().over("person_id"), t=pl.len().over("truth")
    )
    p3, r3 = shared.select(
        (pl.col("n") / pl.col("p")).mean().alias("p3"), (pl.col("n") / pl.col("t")).mean().alias("r3")
    ).row(0)
    precision, recall = both / max(said, 1), both / max(true, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-12),
        "b3": 2 * p3 * r3 / (p3 + r3),
        "false_merges": float((known.group_by("person_id").agg(pl.col("truth").n_unique() - 1))["truth"].sum()),
        "people": float(known["truth"].n_unique()),
    }


def _one(path: str, cut: float) -> None:
    """Child: resolve a set at a cut-off and print its figures."""
    leads = pl.read_parquet(path)
    found = resolve(leads.drop("truth"), threshold=cut)
    print(json.dumps(scores(found.with_columns(truth=leads["truth"]))))


def _child(*arguments: str) -> tuple[dict[str, float], float, float]:
    """Figures, CPU seconds and peak MiB of a run of this module in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.people", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} ended with status {os.waitstatus_to_exitcode(status)}")
    return json.loads(text), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(name: str, path: Path, cuts: tuple[float, ...]) -> None:
    """One line of the table."""
    default = DEFAULT_THRESHOLD
    found, cpu, peak = _child("--one", str(path), "--cut", str(default))
    others = {cut: _child("--one", str(path), "--cut", str(cut))[0]["f1"] for cut in cuts if cut != default}
    best = max([(found["f1"], default), *((f1, cut) for cut, f1 in others.items())])
    merges = found["false_merges"] / found["people"] * 10_000
    print(
        f"{name:<24}{found['precision']:>8.4f}{found['recall']:>8.4f}{found['f1']:>8.4f}{found['b3']:>8.4f}"
        f"{best[0]:>9.4f} at {best[1]:<5}{merges:>8.1f}{cpu:>8.1f}{peak:>8.0f}",
        flush=True,
    )


def _labelled(folder: Path) -> dict[str, pl.DataFrame]:
    sets = {}
    for path in sorted(folder.glob("*")):
        if path.suffix in {".csv", ".parquet"}:
            frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
            if {"uid", "truth"} <= set(frame.columns):
                sets[path.stem] = frame.rename({"uid": "lead_id"}).with_columns(pl.col("truth").cast(pl.String))
    return sets


def _demo(rows: int, seed: int, difficulty: str, *, duplicates: bool = True) -> pl.DataFrame:
    """Rows of two systems of a demo set, with their true person; rows that are broken on purpose are left out."""
    with tempfile.TemporaryDirectory(prefix="leadgrade-people-") as folder:
        inbox = Path(folder) / "inbox"
        generate(rows, seed, inbox, AS_OF, difficulty=difficulty, duplicates=duplicates)
        truth = pl.read_csv(next(Path(folder).glob("inbox_truth/truth_leads*.csv")), infer_schema=False)
        frames = []
        for pattern, headers in _HEADERS.items():
            for path in sorted(inbox.glob(pattern)):
                rows_of = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
                own = truth.filter(pl.col("file") == path.relative_to(inbox).as_posix()).sort(
                    pl.col("row_number").cast(pl.Int64)
                )
                if rows_of.height != own.height:
                    sys.exit(f"{path.name}: {rows_of.height} rows, but {own.height} in the truth")
                named = rows_of.select(pl.col(h).alias(f) for h, f in zip(headers, _FIELDS, strict=True))
                frames.append(named.with_columns(truth=own["person"], broken=own["is_broken_row"], test=own["is_test"]))
    table = pl.concat(frames).filter((pl.col("broken") == "false") & (pl.col("test") == "false")).drop("broken", "test")
    return table.with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.String))


def main() -> None:
    """Measure every set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only-default", action="store_true", help="one cut-off, for big sets")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--cut", type=float, default=0.5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one(options.one, options.cut)
        return
    sets = _labelled(Path(os.environ["LEADGRADE_REAL_DATA"]) / "people") if "LEADGRADE_REAL_DATA" in os.environ else {}
    print(f"default cut-off {DEFAULT_THRESHOLD}; merges: false merges for 10,000 people")
    print(f"{'set':<24}{'P':>8}{'R':>8}{'F1':>8}{'B3':>8}{'best F1':>9}{'':<9}{'merges':>8}{'CPU s':>8}{'MiB':>8}")
    with tempfile.TemporaryDirectory(prefix="leadgrade-people-") as folder:
        path = Path(folder) / "set.parquet"
        cuts = () if options.only_default else CUTS
        for name, frame in sets.items():
            frame.write_parquet(path)
            measure(name, path, cuts)
        for seed in range(1, options.seeds + 1):
            for difficulty in DIFFICULTIES:
                _demo(options.rows, seed, difficulty).write_parquet(path)
                measure(f"demo {difficulty} seed {seed}", path, cuts)
        _demo(options.rows, 7, "medium", duplicates=False).write_parquet(path)
        measure("demo no duplicates", path, ())


if __name__ == "__main__":
    main()
