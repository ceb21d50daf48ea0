"""Takes in drawn files of leads and compares every record and value with the truth.

python -m tests.raw.generated --files 20000 --seed 1
python -m tests.raw.generated --show 10000042
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leadgrade.raw.intake import take_in
from tests.raw.files import put, rows, run_with
from tests.raw.maker import FIELDS, SYSTEMS, GeneratedFile, generate

SOURCES = {name: {"path": f"inbox/{name}/*", "system": name, "object": "leads"} for name in SYSTEMS}
LONG_AGO = 1_700_000_000  # seconds since 1970


@contextmanager
def block_size(size: int | None) -> Iterator[None]:
    """The reader's blocks made so small that records, quotes and characters lie across their edges."""
    module = import_module("leadgrade.raw.readers.delimited")
    usual = module.BLOCK
    module.BLOCK = size or usual
    try:
        yield
    finally:
        module.BLOCK = usual


def _by_file(found: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(row["file_id"], []).append(row)
    return groups


def _difference(
    file: GeneratedFile, record: dict[str, Any], leads: list[dict[str, Any]], refused: list[dict[str, Any]]
) -> str | None:
    """The first thing in which the tables are not the truth of a file."""
    good = {n: r for n, r in enumerate(file.records, start=1) if r.reason is None}
    counts = (len(file.records), len(good), len(file.records) - len(good))
    read = (record["rows_read"], record["rows_accepted"], record["rows_quarantined"])
    if record["status"] != "taken" or read != counts:
        return f"{record['status']} {record['reason']} {record['encoding']} {record['delimiter']!r}: read {read}, truth {counts}"
    wrong = {r["row_number"]: r["reason"] for r in refused}
    truth = {n: r.reason for n, r in enumerate(file.records, start=1) if r.reason}
    if wrong != truth:
        n = next(n for n in {*wrong, *truth} if wrong.get(n) != truth.get(n))
        return f"record {n}: {wrong.get(n)}, truth {truth.get(n)}"
    for row in leads:
        expected = good[row["row_number"]]
        answers = json.loads(row["answers"] or "{}")
        found = {name: row[name] for name in expected.fields}
        if found != expected.fields or answers != expected.answers:
            differing = {k: (v, expected.fields[k]) for k, v in found.items() if v != expected.fields[k]}
            kept = "" if answers == expected.answers else f" answers {answers}, truth {expected.answers}"
            return f"record {row['row_number']} ({record['encoding']}): found and truth {differing}{kept}"
    return None


def faults(files: Sequence[GeneratedFile], block: int | None = None) -> list[str]:
    """Take files in, all at once, and tell of each one whose rows are not as they were made.

    Args:
        files: The files.
        block: Bytes that the reader takes at a time; only for files of up to 20 such blocks, each of which costs time.
    """
    is_cut = [block is not None and len(file.text) <= 20 * block for file in files]
    cut, whole = ([file for file, c in zip(files, is_cut, strict=True) if c is wanted] for wanted in (True, False))
    return (_faults(cut, block) if cut else []) + (_faults(whole, None) if whole else [])


def _faults(files: Sequence[GeneratedFile], block: int | None) -> list[str]:
    with TemporaryDirectory() as folder, block_size(block):
        home = Path(folder)
        for file in files:
            path = put(home, f"{file.system}/{file.seed}.csv", file.content)
            os.utime(path, (LONG_AGO, LONG_AGO))  # a file that may still grow would be waited for
        run = run_with(home, SOURCES)
        with run.engine:
            take_in(run)
            names = ", ".join(FIELDS)
            files_found = {r["file_name"].split(".")[0]: r for r in rows(run, "from raw.files")}
            leads = _by_file(rows(run, f"select file_id, row_number, {names}, answers from raw.leads order by all"))
            refused = _by_file(rows(run, "select file_id, row_number, reason from raw.quarantine order by all"))
    told = []
    for file in files:
        record = files_found.get(str(file.seed))
        ident = record and record["file_id"]
        fault = (
            _difference(file, record, leads.get(ident, []), refused.get(ident, []))
            if record
            else "no record of the file"
        )
        told += [f"{file.seed} (block {block}) {' '.join(file.traits)}: {fault}"] if fault else []
    return told


def _long_run(count: int, seed: int) -> int:
    traits: Counter[str] = Counter()
    records: Counter[str] = Counter()
    failed, start = [], time.monotonic()
    for first in range(0, count, 100):
        files = [generate(seed * 10**7 + n) for n in range(first, min(first + 100, count))]
        traits.update(t for file in files for t in file.traits)
        records.update(r.reason or "accepted" for file in files for r in file.records)
        block = (None, 97, 700, 5000)[first // 100 % 4]
        try:
            failed += faults(files, block)
        except Exception as error:  # noqa: BLE001  the run goes on: what fails is told with its seeds
            failed.append(f"{files[0].seed} .. {files[-1].seed} (block {block}): raised {error!r}"[:600])
    told = [f"{number:>9} {name}" for name, number in [*sorted(traits.items()), *sorted(records.items())]]
    seconds = time.monotonic() - start
    told += [f"{count} files, {records.total()} records, {seconds:.0f} s, {len(failed)} failures"]
    sys.stdout.write("\n".join([*told, *(line[:1500] for line in failed[:200]), ""]))
    return bool(failed)


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, help="write the file of one seed to the terminal")
    given = parser.parse_args()
    if given.show is None:
        return _long_run(given.files, given.seed)
    sys.stdout.buffer.write(generate(given.show).text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
