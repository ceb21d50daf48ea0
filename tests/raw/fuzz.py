"""Takes in what no system would write: drawn and real files cut, flipped and spliced, and shapes made to choke a reader.

Each file is taken in by a child process. None may raise, hang, or lose a row: every record of a file is in a table or in
the quarantine, under a number of its own. A file is known by its seed::

    python -m tests.raw.fuzz --minutes 10 --data DIR
    python -m tests.raw.fuzz --only 4711
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

from leadgrade.raw.intake import take_in
from leadgrade.raw.store import TABLES
from leadgrade.run import Run
from tests.raw.files import put, rows, run_with
from tests.raw.generated import LONG_AGO
from tests.raw.mutations import mutated
from tests.support import REPOSITORY

SECONDS = 20.0  # longer is a hang
FRESH = 100  # files until the child begins with an empty engine
SOURCES = {"any": {"path": "inbox/any/*"}, "leads": {"path": "inbox/leads/*", "system": "hubspot", "object": "leads"}}
SUFFIXES = (".csv", ".txt", ".xlsx", ".json", ".parquet", ".zip", ".csv.gz", "")
_NUMBERS = " union all ".join(f"select file_id, row_number, 0 as is_refused from {table}" for table in TABLES)
_ACCOUNTS = f"""
    with numbers as ({_NUMBERS} union all select file_id, row_number, 1 as is_refused from raw.quarantine),
    counted as (
        select file_id, count(*) filter (is_refused = 0) as accepted, count(*) filter (is_refused = 1) as refused,
            count(distinct row_number) as numbers, min(row_number) as first, max(row_number) as last
        from numbers group by file_id
    )
    select files.*, coalesce(counted.accepted, 0) as in_tables, coalesce(counted.refused, 0) as in_quarantine,
        coalesce(counted.numbers, 0) as numbers, coalesce(counted.first, 1) as first, coalesce(counted.last, 0) as last
    from raw.files as files left join counted on files.file_id = counted.file_id
"""


@dataclass(slots=True)
class Outcome:
    """What became of the files of a run: counts by kind and by status, and the failures with their seeds."""

    files: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    peak_mib: int = 0


def broken_account(file: dict[str, Any]) -> str | None:
    """What is wrong with the account of a file (a row of ``_ACCOUNTS``)."""
    n, accepted, refused = file["rows_read"], file["rows_accepted"], file["rows_quarantined"]
    if file["status"] not in {"taken", "refused"}:
        return f"status {file['status']}"
    if n != accepted + refused:
        return f"{n} read, {accepted} accepted, {refused} refused"
    if (file["in_tables"], file["in_quarantine"]) != (accepted, refused):
        return f"told {accepted} and {refused}, found {file['in_tables']} and {file['in_quarantine']}"
    if n and (file["numbers"], file["first"], file["last"]) != (n, 1, n):
        return f"numbers {file['first']} to {file['last']}, {file['numbers']} of them, of {n} rows"
    return None


def take_one(run: Run, seed: int, real: list[Path]) -> tuple[str, str | None]:
    """Take in the file of a seed; its kind and status, and what went wrong."""
    rng = Random(seed)
    kind, content = mutated(seed, real)
    path = put(run.home, f"{rng.choice(tuple(SOURCES))}/{seed}{rng.choice(SUFFIXES)}", content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    try:
        before = (
            {f["file_id"] for f in rows(run, "select file_id from raw.files")}
            if run.engine.exists("raw.files")
            else set()
        )
        report = take_in(run)
        new = [f for f in rows(run, _ACCOUNTS) if f["file_id"] not in before]
    finally:
        path.unlink()
    fault = next(filter(None, map(broken_account, new)), None)
    if not new and not report.files_known and not report.files_refused:
        fault = "no record of the file"
    status = ", ".join(sorted({f"{f['format']} {f['status']} {f['reason'] or ''}".strip() for f in new})) or "known"
    return f"{kind}: {status}", fault


def _where(error: BaseException, kind: str) -> str:
    """The type of an error and where it came from; its words only where they cannot hold a real value."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if "leadgrade" in f.filename] or traceback.extract_tb(
        error.__traceback__
    )
    words = "" if kind.startswith("real") else f" {str(error)[:300]!r}"
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}{words}"


def work(real: list[Path]) -> None:
    """The child: takes seeds from stdin, one a line, and answers each with a line of JSON."""
    answers, sys.stdout = sys.stdout, sys.stderr
    with TemporaryDirectory() as folder:
        run: Run | None = None
        for taken, line in enumerate(sys.stdin):
            if run is None or taken % FRESH == 0:
                run = run_with(Path(folder), SOURCES)
            seed, start, fault = int(line), time.monotonic(), None
            try:
                told, fault = take_one(run, seed, real)
            except BaseException as error:  # noqa: BLE001  any is a finding; panics of Rust derive from BaseException
                told, run = mutated(seed, real)[0] + ": raised", None
                fault = _where(error, told)
            peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
            answer = {"seed": seed, "told": told, "fault": fault, "seconds": time.monotonic() - start, "peak": peak}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


class _Child:
    """A child process that takes files in, begun anew when it died or hung."""

    def __init__(self, data: str | None) -> None:
        self._command = [sys.executable, "-m", "tests.raw.fuzz", "--work", *(["--data", data] if data else [])]
        self._process: subprocess.Popen[str] | None = None

    def ask(self, seed: int) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                cwd=REPOSITORY,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            patience = SECONDS + 20  # it imports first
        else:
            patience = SECONDS
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], patience)
        line = self._process.stdout.readline() if ready else ""
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        fault = f"the process died with {self._process.wait(5)}" if ready else f"hung for {patience:.0f} s"
        self.close()
        return {"seed": seed, "told": "lost", "fault": fault, "seconds": patience, "peak": 0}

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def fuzz(seeds: Iterable[int], data: str | None = None, seconds: float | None = None) -> Outcome:
    """Take in the files of these seeds, one after the other.

    Args:
        seeds: One for each file.
        data: Folder with real files, which are drawn from as well.
        seconds: Stop after that time.
    """
    outcome, child, start = Outcome(), _Child(data), time.monotonic()
    try:
        for seed in seeds:
            if seconds is not None and time.monotonic() - start > seconds:
                break
            answer = child.ask(seed)
            outcome.files += 1
            outcome.counts[answer["told"]] += 1
            outcome.slowest = max(outcome.slowest, (answer["seconds"], seed))
            outcome.peak_mib = max(outcome.peak_mib, answer["peak"])
            if answer["fault"]:
                outcome.failures.append(f"{seed} {answer['told']}: {answer['fault']}")
    finally:
        child.close()
    return outcome


def real_files(data: str | None) -> list[Path]:
    """The files of a folder in a fixed order."""
    return sorted(p for p in Path(data).rglob("*") if p.is_file() and not p.name.startswith(".")) if data else []


def _lines(outcome: Outcome) -> Iterator[str]:
    for name, number in sorted(outcome.counts.items()):
        yield f"{number:>7} {name}"
    yield f"{outcome.files} files, {len(outcome.failures)} failures"
    yield f"slowest {outcome.slowest[0]:.1f} s (seed {outcome.slowest[1]}), peak memory {outcome.peak_mib} MiB"
    yield from outcome.failures


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default=os.environ.get("LEADGRADE_REAL_DATA"))
    parser.add_argument("--only", type=int, help="one seed")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(real_files(given.data))
        return 0
    seeds: Iterable[int] = count(given.seed * 10**7) if given.only is None else [given.only]
    outcome = fuzz(seeds, given.data, given.minutes * 60)
    sys.stdout.write("\n".join([*_lines(outcome), ""]))
    return bool(outcome.failures)


if __name__ == "__main__":
    sys.exit(main())
