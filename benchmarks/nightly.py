"""The whole nightly job on a demo set: CPU seconds by stage and peak memory.

    make bench              100,000 rows of leads
    make bench BENCH_ROWS=1000000

The set is made in a folder of its own, the job runs three times on it as a user would run it: into an empty home,
again with nothing new, and again with one hundredth of new leads. Figures are CPU seconds of the whole process.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

AS_OF = "2026-10-01"
_BY_STAGE = """
select
    split_part(table_name, '.', 1) as stage,
    sum(cpu_seconds) as cpu_seconds,
    sum(wall_seconds) as wall_seconds,
    max(peak_memory_bytes) as peak_memory_bytes
from meta.steps
where run_id = (select run_id from meta.run)
group by all
order by min(rowid)
"""
_DEAREST = """
select table_name, cpu_seconds, rows
from meta.steps
where run_id = (select run_id from meta.run)
order by cpu_seconds desc
limit 10
"""


def program(name: str) -> str:
    """A command of the environment that this runs in."""
    return str(Path(sys.executable).parent / name)


def _timed(arguments: list[str]) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak memory in MiB of a whole process."""
    start = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments[:2])} ended with status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def _demo(rows: int, seed: int, out: Path) -> None:
    cpu, wall, peak = _timed(
        [program("leadgrade"), "demo", "--rows", str(rows), "--seed", str(seed), "--out", str(out)]
    )
    print(f"demo set of {rows:,} rows of leads: {cpu:.1f} CPU s, {wall:.1f} s, peak {peak:,.0f} MiB")


def _night(title: str, home: Path) -> None:
    cpu, wall, peak = _timed([program("leadgrade"), "run", "--home", str(home), "--as-of", AS_OF])
    print(f"\n{title}: {cpu:.1f} CPU s, {wall:.1f} s, peak {peak:,.0f} MiB (whole process)")
    work = max((home / "runs").glob("*/work.duckdb"), key=lambda p: p.stat().st_mtime)
    with duckdb.connect(str(work), read_only=True) as connection:
        print(f"  {'stage':<12}{'CPU s':>9}{'wall s':>9}{'peak MiB':>10}")
        for stage, cpu_s, wall_s, memory in connection.execute(_BY_STAGE).fetchall():
            print(f"  {stage:<12}{cpu_s:>9.1f}{wall_s:>9.1f}{memory / 2**20:>10,.0f}")
        dearest = connection.execute(_DEAREST).fetchall()
    print("  dearest tables: " + ", ".join(f"{t} {c:.1f} s ({r:,} rows)" for t, c, r in dearest))


def main() -> None:
    """Make the set, run three nights, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="leadgrade-bench-") as folder:
        home = Path(folder) / "home"
        _demo(rows, 1, home / "inbox")
        _night("first night", home)
        _night("a night with nothing new", home)
        _demo(max(rows // 100, 100), 2, Path(folder) / "more")
        for path in sorted((Path(folder) / "more").rglob("*.csv")):
            target = home / "inbox" / path.relative_to(Path(folder) / "more")
            path.rename(target.with_name(f"{path.stem}_new.csv"))
        _night("a night with one hundredth more", home)
    print(f"\npeak of this script itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
